"""Pieces of what is read that a connection can go without, where a server does not let a plugin ask for them.

PowerSchool refuses a whole plugin for one table or field that it does not have or keeps to itself (docs/powerschool.md
15.4, 15.8, 19). So what a refusal costs is that piece alone: the plugin is built without it, the reading goes without
it, and what is lost by that is said. Nobody goes without a piece silently: it is a setting (``source.without``), and a
refusal that no setting answers stops the run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from psconnect.model.errors import FixSettings
from psconnect.model.sections import PieceName
from psconnect.powerschool.stream import Stream

_REFUSALS = ("PSC-ACCESS-FIELD", "PSC-ACCESS-NO-FIELD", "PSC-ACCESS-NOT-FOUND")


@dataclass(frozen=True)
class Piece:
    """A piece that can be left out.

    Attributes:
        name: as settings and the command line name it.
        what: what it is, in a few words.
        lost: what a connection loses without it, in a sentence.
        tables: the tables that belong to it alone.
        fields: fields of other tables that belong to it, as TABLE.FIELD.
        instead: the choice that has to be given up for it, in a sentence; empty where going without is all.
    """

    name: PieceName
    what: str
    lost: str
    tables: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    instead: str = ""

    @property
    def way_out(self) -> str:
        """What to do where a server refuses it, in a sentence."""
        command = f"psconnect plugin NAME --without {self.name} -o plugin.zip"
        return self.instead or f"Or go without {self.what}: {command}. {self.lost}"

    def covers(self, table: str, field: str = "") -> bool:
        """Whether a table, or a field of it, belongs to the piece; both in upper case."""
        return table in self.tables or f"{table}.{field}" in self.fields


PIECES = (
    Piece(
        "roledef",
        "the roles of teachers",
        "Only the teacher whom a section itself names is its lead; of its other teachers the role is known by its "
        "number alone, which can be mapped in [roles].",
        frozenset({"ROLEDEF"}),
    ),
    Piece(
        "sectionteacher",
        "teaching assignments",
        "Only the teacher whom a section itself names is known, without dates: there are no co-teachers.",
        frozenset({"SECTIONTEACHER"}),
    ),
    Piece(
        "calendar_day",
        "the calendar",
        "The last day of school in a term is not known: a term is taken to last until its last day, and who left a "
        "class in its last two weeks stays as last delivered.",
        frozenset({"CALENDAR_DAY"}),
    ),
    Piece(
        "loginid",
        "user names of the admin portal",
        "Staff have no user name but the one of the teacher portal (TeacherLoginID).",
        fields=frozenset({"USERS.LOGINID"}),
    ),
    Piece(
        "student_web_id",
        "user names of the student portal",
        "Students have no user name of PowerSchool’s: map student.username to another field.",
        fields=frozenset({"STUDENTS.STUDENT_WEB_ID"}),
    ),
    Piece(
        "emailaddress",
        "e-mail addresses of students and contacts",
        "Students and contacts have no e-mail address of PowerSchool’s: map email to another field.",
        frozenset({"PERSONEMAILADDRESSASSOC", "EMAILADDRESS"}),
        frozenset({"STUDENTS.PERSON_ID"}),
    ),
    Piece(
        "phonenumber",
        "phone numbers of contacts",
        "Contacts have no phone number.",
        frozenset({"PERSONPHONENUMBERASSOC", "PHONENUMBER"}),
    ),
    Piece(
        "guardianpersonassoc",
        "portal accounts",
        "Who has a portal account is not known: options.parents can be “all” or “none”, not “portal”.",
        frozenset({"GUARDIANPERSONASSOC", "GUARDIAN", "PCAS_ACCOUNT"}),
        instead="Or deliver all contacts, or none, because who has a portal account is not known: psconnect connection "
        "set NAME options.parents all (or none). Then build the plugin again, install it and enable it.",
    ),
    Piece(
        "contacts",
        "contacts",
        "There are no contacts: options.parents has to be “none”, or options.contact_module false, so that contacts "
        "come from names in fields of the students.",
        frozenset({"PERSON", "STUDENTCONTACTASSOC", "STUDENTCONTACTDETAIL", "CODESET"}),
        instead="Or deliver no contacts: psconnect connection set NAME options.parents none. Or take them from names "
        "in fields of the students: options.contact_module false. Then build the plugin again, install and enable it.",
    ),
)
BY_NAME: dict[str, Piece] = {piece.name: piece for piece in PIECES}


def piece_of(text: str) -> Piece:
    """The piece that a person means by its name, or by a table or field as PowerSchool names it in a refusal.

    ``roledef``, ``ROLEDEF``, ``ROLEDEF.NAME`` and ``ROLEDEF NAME: Invalid Column`` are alike. Raises FixSettings where
    that is nothing that can be left out.
    """
    words = re.findall(r"\w+", text.upper())
    table, field = [*words, "", ""][:2]
    if text.strip().lower() in BY_NAME:
        return BY_NAME[text.strip().lower()]
    for piece in PIECES:
        if piece.covers(table, field):
            return piece
    known = ", ".join(piece.name for piece in PIECES)
    raise FixSettings(
        "PSC-SETTINGS-WITHOUT",
        "This can’t be left out",
        f"“{text}” can’t be left out: it is needed, or a mapping or filter of this connection uses it.",
        f"Map the attribute to another field if that is the reason. What can be left out: {known}.",
        where="source.without",
    )


def go_without(stream: Stream, pieces: Iterable[Piece]) -> Stream | None:
    """The stream as it is read without these pieces: what they gave is empty; None where nothing of it is left."""
    for piece in pieces:
        if piece.covers(stream.table):
            return None
        stream = _without(stream, piece)
    return stream


def _without(stream: Stream, piece: Piece) -> Stream:
    gone: set[str] = set()
    for lookup in stream.lookups:
        way, _, column = lookup.local.rpartition(".")
        if piece.covers(lookup.table) or way in gone or (not way and piece.covers(stream.table, column)):
            gone.add(lookup.alias)
    kept = tuple(c for c in stream.columns if c.lookup not in gone and not piece.covers(c.table, c.field))
    absent = tuple(column for column in stream.columns if column not in kept)
    names = {column.name for column in absent}
    return replace(
        stream,
        columns=kept,
        absent=(*stream.absent, *absent),
        lookups=tuple(lookup for lookup in stream.lookups if lookup.alias not in gone),
        always=tuple(name for name in stream.always if name not in names),
        dates=tuple(name for name in stream.dates if name not in names),
    )


def pieces_in(stream: Stream) -> list[Piece]:
    """The pieces that reading the stream touches."""
    grants = stream.grants()
    return [piece for piece in PIECES if any(piece.covers(table, field) for table, field in grants)]


def advised(error: FixSettings, stream: Stream, refused: FixSettings | None = None) -> FixSettings:
    """The error of a stream that was refused, with what to do without: the way out, and what is lost by it.

    ``refused`` is a further error that names the very table or field. The error comes back as it is where it is no
    refusal, or of something that nobody can go without.
    """
    if error.code not in _REFUSALS:
        return error
    named = f"{error.where} {refused.where if refused else ''}".upper()
    words = re.findall(r"\w+", named)
    touched = pieces_in(stream)
    found = [p for p in touched if any(p.covers(a, b) for a, b in zip(words, [*words[1:], ""], strict=True))]
    if not found and error.code == "PSC-ACCESS-NOT-FOUND" and refused is None:
        found = touched
    if not found:
        return error
    ways = " ".join(piece.way_out for piece in found)
    return FixSettings(error.code, error.title, error.happened, f"{error.to_do} {ways}", where=error.where)


@contextmanager
def advising(stream: Stream) -> Iterator[None]:
    """Add to a refusal met while the stream is read what can be done without it."""
    try:
        yield
    except FixSettings as error:
        raise advised(error, stream) from None
