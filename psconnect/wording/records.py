"""What records and lists of rows are called: headings, and words within a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psconnect.model.entities import BY_KEY
from psconnect.model.problems import Fate
from psconnect.wording.catalogue import marked, spelled_out, tr, translated


@dataclass(frozen=True)
class _Names:
    """How an entity is called: as a heading, for many within a sentence, as a heading for one, for one within it."""

    heading: str
    many: str
    singular: str
    one: str


@dataclass(frozen=True)
class _Rows:
    """How a list of rows is called: as a heading, and within a sentence."""

    heading: str
    many: str


_ENTITIES = {
    "school": _Names(marked("Schools"), marked("schools"), marked("School"), marked("school")),
    "calendar": _Names(marked("Terms"), marked("terms"), marked("Term"), marked("term")),
    "course": _Names(marked("Courses"), marked("courses"), marked("Course"), marked("course")),
    "class": _Names(marked("Classes"), marked("classes"), marked("Class"), marked("class")),
    "student": _Names(marked("Students"), marked("students"), marked("Student"), marked("student")),
    "teacher": _Names(marked("Teachers"), marked("teachers"), marked("Teacher"), marked("teacher")),
    "admin": _Names(marked("Other staff"), marked("other staff"), marked("Staff member"), marked("staff member")),
    "contact": _Names(marked("Contacts"), marked("contacts"), marked("Contact"), marked("contact")),
    "relationship": _Names(
        marked("Relationships"), marked("relationships"), marked("Relationship"), marked("relationship")
    ),
    "enrollment": _Names(marked("Enrollments"), marked("enrollments"), marked("Enrollment"), marked("enrollment")),
    "staff": _Names(marked("Staff"), marked("members of staff"), marked("Staff member"), marked("staff member")),
}
"""By entity key; ``staff`` stands for teachers and other staff together, where limits count them so."""

_ROWS = {
    "schools": _Rows(marked("Schools"), marked("schools")),
    "terms": _Rows(marked("Terms"), marked("terms")),
    "calendar_days": _Rows(marked("Calendar days"), marked("calendar days")),
    "courses": _Rows(marked("Courses"), marked("courses")),
    "sections": _Rows(marked("Sections"), marked("sections")),
    "users": _Rows(marked("Staff"), marked("staff")),
    "school_staff": _Rows(marked("Staff positions"), marked("staff positions")),
    "section_teachers": _Rows(marked("Teaching assignments"), marked("teaching assignments")),
    "students": _Rows(marked("Students"), marked("students")),
    "enrollments": _Rows(marked("Enrollments"), marked("enrollments")),
    "contacts": _Rows(marked("Contacts"), marked("contacts")),
    "relationships": _Rows(marked("Relationships"), marked("relationships")),
    "portal_accounts": _Rows(marked("Portal accounts"), marked("portal accounts")),
}
"""By the name of the list of rows that a source gives, in the order in which they are shown."""


_FATES = {
    Fate.IN: marked("included"),
    Fate.LEFT_OUT: marked("left out"),
    Fate.KEPT: marked("kept as last delivered"),
    None: marked("no longer read"),
}


def entity_label(key: str) -> str:
    """The heading for an entity: ``Students``."""
    return translated(_names(key).heading)


def records_label(key: str) -> str:
    """Many records of an entity within a sentence: ``students``."""
    return translated(_names(key).many)


def record_kind(key: str) -> str:
    """One record of an entity, as a heading: ``Student``."""
    return translated(_names(key).singular)


def record_label(key: str) -> str:
    """One record of an entity within a sentence: ``student``."""
    return translated(_names(key).one)


def _names(key: str) -> _Names:
    """The names of an entity; those of a derived one come from its kind of destination."""
    if key in _ENTITIES:
        return _ENTITIES[key]
    if key not in BY_KEY:
        heading = spelled_out(key)
        return _Names(heading, heading.lower(), heading, heading.lower())
    entity = BY_KEY[key]
    # In the chosen language already: catalogues have no text of a name within a sentence.
    heading, singular = translated(entity.label), translated(entity.singular or entity.label)
    within = str if entity.proper else str.lower
    return _Names(heading, within(heading), singular, within(singular))


def rows_label(stream: str) -> str:
    """Rows that the source gives, within a sentence: ``school_staff`` are ``staff positions``."""
    return translated(_ROWS[stream].many) if stream in _ROWS else stream.replace("_", " ")


def rows_heading(stream: str) -> str:
    """The heading for rows that the source gives: ``school_staff`` are ``Staff positions``."""
    return translated(_ROWS[stream].heading) if stream in _ROWS else spelled_out(stream)


def rows_order(stream: str) -> tuple[int, str]:
    """Sorts lists of rows as they are shown, unknown ones last."""
    known = list(_ROWS)
    return (known.index(stream) if stream in known else len(known), stream)


def fate_word(fate: Fate | None) -> str:
    """What became of a record in the newest run (model.problems.Fate); None: that run did not read it."""
    return translated(_FATES[fate])


def standing_word(*, delivered: bool) -> str:
    """Whether a record stands at the destination, in a word or two."""
    return tr("Delivered") if delivered else tr("Not delivered")


def detail_word(detail: str) -> str:
    """What a problem is about: an attribute's name as it is, an entity key as its singular."""
    return translated(_ENTITIES[detail].singular) if detail in _ENTITIES else detail


def listed(parts: Sequence[str]) -> str:
    """Parts as a person lists them: ``38 created, 112 updated and 9 removed``."""
    if len(parts) < 2:  # noqa: PLR2004 - one has no "and"
        return "".join(parts)
    return tr("{first} and {last}", first=", ".join(parts[:-1]), last=parts[-1])
