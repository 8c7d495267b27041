"""Pieces of a reading that a connection can go without: what each is, and what is lost without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psconnect.wording.catalogue import marked, tr, translated


@dataclass(frozen=True)
class _Texts:
    """Of a piece: what it is within a sentence, as a heading, what is lost without it, and what else can be chosen.

    ``instead`` is the choice that has to be given up for it, ``window`` the same as it is done in the window; both are
    empty where going without is all.
    """

    what: str
    heading: str
    lost: str
    instead: str = ""
    window: str = ""


_PIECES = {
    "roledef": _Texts(
        marked("the roles of teachers"),
        marked("The roles of teachers"),
        marked(
            "Only the teacher that a section itself names is its lead. The roles of its other teachers are known by "
            "number alone; the numbers can be mapped in [roles]."
        ),
    ),
    "sectionteacher": _Texts(
        marked("teaching assignments"),
        marked("Teaching assignments"),
        marked("Only the teacher that a section itself names is known, without dates: there are no co-teachers."),
    ),
    "calendar_day": _Texts(
        marked("the calendar"),
        marked("The calendar"),
        marked(
            "The last school day of a term is not known: a term is assumed to last until its last day, and a student "
            "who left a class in its last two weeks stays as last delivered."
        ),
    ),
    "loginid": _Texts(
        marked("user names of the admin portal"),
        marked("User names of the admin portal"),
        marked("The only user name of staff is the one of the teacher portal (TeacherLoginID)."),
    ),
    "student_web_id": _Texts(
        marked("user names of the student portal"),
        marked("User names of the student portal"),
        marked("Students have no user name from PowerSchool: map student.username to another field."),
    ),
    "emailaddress": _Texts(
        marked("e-mail addresses of students and contacts"),
        marked("E-mail addresses of students and contacts"),
        marked("Students and contacts have no e-mail address from PowerSchool: map email to another field."),
    ),
    "phonenumber": _Texts(
        marked("phone numbers of contacts"),
        marked("Phone numbers of contacts"),
        marked("Contacts have no phone number."),
    ),
    "guardianpersonassoc": _Texts(
        marked("portal accounts"),
        marked("Portal accounts"),
        marked("It is not known who has a portal account: options.parents can be “all” or “none”, not “portal”."),
        marked(
            "Or deliver all contacts, or none, because it is not known who has a portal account: psconnect connection "
            "set NAME options.parents all (or none). Then build the plugin again, install it and enable it."
        ),
        marked(
            "Or deliver all contacts, or none, because it is not known who has a portal account: set options.parents "
            "to all (or none). Then build the plugin again, install it and enable it."
        ),
    ),
    "contacts": _Texts(
        marked("contacts"),
        marked("Contacts"),
        marked(
            "There are no contacts: options.parents has to be “none”, or options.contact_module false, so that "
            "contacts come from names in fields of the students."
        ),
        marked(
            "Or deliver no contacts: psconnect connection set NAME options.parents none. Or take them from names in "
            "fields of the students: options.contact_module false. Then build the plugin again, install and enable it."
        ),
        marked(
            "Or deliver no contacts: set options.parents to none. Or take them from names in fields of the students: "
            "options.contact_module false. Then build the plugin again, install and enable it."
        ),
    ),
}


def piece_what(name: str) -> str:
    """What the piece is, within a sentence."""
    return translated(_PIECES[name].what)


def piece_lost(name: str) -> str:
    """What a connection loses without the piece, in a sentence."""
    return translated(_PIECES[name].lost)


def piece_way_out(name: str, *, window: bool = False) -> str:
    """What to do where a server refuses the piece, in a sentence; ``window``: as it is done there."""
    texts = _PIECES[name]
    if texts.instead:
        return translated(texts.window if window else texts.instead)
    holes = {"what": piece_what(name), "name": name, "lost": piece_lost(name)}
    if window:
        return tr(
            "Or go without {what}: under Settings, Plugin, press “PowerSchool refused a field …” and type "
            "“{name}”. {lost}",
            **holes,
        )
    return tr("Or go without {what}: psconnect plugin NAME --without {name} -o plugin.zip. {lost}", **holes)


def pieces_what(names: Sequence[str]) -> str:
    """What these pieces are, within a sentence."""
    return tr(", ").join(piece_what(name) for name in names if name in _PIECES)


def read_without(names: Sequence[str]) -> str:
    """What a run went without, and what is lost by that; empty where it went without nothing."""
    known = [name for name in names if name in _PIECES]
    return " ".join(
        tr("{piece} ({name}). {lost}", piece=translated(_PIECES[name].heading), name=name, lost=piece_lost(name))
        for name in known
    )
