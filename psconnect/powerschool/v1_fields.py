"""Which of a stream's columns ``/ws/v1`` has, where, and what it lacks.

Paths and expansions are those of docs/powerschool.md 6.2 to 6.4. Missing values are reported before anything is read:
an empty value would look as if somebody had cleared the field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from psconnect.model.errors import FixSettings
from psconnect.model.phrases import Phrase
from psconnect.powerschool import streams as s
from psconnect.powerschool.stream import Stream, StreamColumn
from psconnect.powerschool.streams import StreamSet

_NAME = {
    "FIRST_NAME": "name.first_name",
    "MIDDLE_NAME": "name.middle_name",
    "LAST_NAME": "name.last_name",
}
_PATHS: Mapping[str, Mapping[str, str]] = {
    "schools": {
        "SCHOOLS.DCID": "id",
        "SCHOOLS.SCHOOL_NUMBER": "school_number",
        "SCHOOLS.NAME": "name",
        "SCHOOLS.LOW_GRADE": "low_grade",
        "SCHOOLS.HIGH_GRADE": "high_grade",
        "SCHOOLS.ALTERNATE_SCHOOL_NUMBER": "alternate_school_number",
    },
    "terms": {
        "TERMS.DCID": "id",
        "TERMS.ID": "local_id",
        "TERMS.NAME": "name",
        "TERMS.ABBREVIATION": "abbreviation",
        "TERMS.FIRSTDAY": "start_date",
        "TERMS.LASTDAY": "end_date",
        "TERMS.PORTION": "portion",
    },
    "courses": {
        "COURSES.DCID": "id",
        "COURSES.COURSE_NUMBER": "course_number",
        "COURSES.COURSE_NAME": "course_name",
    },
    "sections": {
        "SECTIONS.DCID": "id",
        "SECTIONS.SECTION_NUMBER": "section_number",
        "SECTIONS.EXPRESSION": "expression",
        "SECTIONS.EXTERNAL_EXPRESSION": "external_expression",
    },
    "users": {
        "USERS.DCID": "users_dcid",
        "USERS.TEACHERNUMBER": "local_id",
        "USERS.LOGINID": "admin_username",
        "USERS.TEACHERLOGINID": "teacher_username",
        "USERS.EMAIL_ADDR": "emails.work_email",
        **{f"USERS.{name}": path for name, path in _NAME.items()},
    },
    "students": {
        "STUDENTS.DCID": "id",
        "STUDENTS.STUDENT_NUMBER": "local_id",
        "STUDENTS.STATE_STUDENTNUMBER": "state_province_id",
        "STUDENTS.STUDENT_WEB_ID": "student_username",
        **{f"STUDENTS.{name}": path for name, path in _NAME.items()},
        "STUDENTS.SCHOOLID": "school_enrollment.school_number",
        "STUDENTS.ENROLL_STATUS": "school_enrollment.enroll_status_code",
        "STUDENTS.GRADE_LEVEL": "school_enrollment.grade_level",
        "STUDENTS.ENTRYDATE": "school_enrollment.entry_date",
        "STUDENTS.EXITDATE": "school_enrollment.exit_date",
        "STUDENTS.ENTRYCODE": "school_enrollment.entry_code",
        "STUDENTS.TRACK": "school_enrollment.track",
        "STUDENTS.DOB": "demographics.birth_date",
        "STUDENTS.GENDER": "demographics.gender",
        "STUDENTS.HOME_ROOM": "schedule_setup.home_room",
        "EMAILADDRESS.EMAILADDRESS": "contact_info.email",
    },
    "enrollments": {
        "CC.DCID": "id",
        "CC.DATEENROLLED": "entry_date",
        "CC.DATELEFT": "exit_date",
    },
}
"""Stream -> TABLE.FIELD -> its path in the item."""

_MADE: Mapping[str, frozenset[str]] = {
    "terms": frozenset({"schoolid", "yearid", "isyearrec"}),
    "sections": frozenset({"course_number", "course_name", "course_dcid", "termid", "schoolid"}),
    "enrollments": frozenset({"student_dcid", "student_school", "section_dcid"}),
    "contacts": frozenset({"id", "firstname", "middlename", "lastname", "isactive", "email", "phone"}),
    "portal_accounts": frozenset(column.name for column in s.PORTAL_ACCOUNTS.columns),
    "relationships": frozenset(column.name for column in s.RELATIONSHIPS.columns),
}
"""Stream -> columns found in other items or in ``/ws/contacts`` (8)."""

_INWARD: Mapping[str, frozenset[str]] = {
    "courses": frozenset({"schoolid"}),
    "sections": frozenset({"room", "teacher"}),
    "users": frozenset({"homeschoolid"}),
    "school_staff": frozenset(column.name for column in s.SCHOOL_STAFF.columns),
    "section_teachers": frozenset(column.name for column in s.SECTION_TEACHERS.columns),
    "enrollments": frozenset({"sectionid"}),
    "calendar_days": frozenset(column.name for column in s.CALENDAR_DAYS.columns),
}
"""Stream -> columns that are missing or approximate; the gaps below say what that means while none is mapped."""

_BLOCKS = {
    "students": {"school_enrollment", "contact_info", "demographics", "schedule_setup"},
    "users": {"emails"},
}
"""Stream -> blocks of an item that come only on request (5.4)."""

ALTERNATIVES = {"school_enrollment.enroll_status_code": "school_enrollment.status_code"}
"""A second name for a value that differs between the explorer and the wire (6.2)."""


def path_of(stream: Stream, column: StreamColumn) -> str:
    """A column's path in an item; empty for none."""
    return _PATHS.get(stream.name, {}).get(column.full_name.upper(), "")


def expansions_of(stream: Stream) -> list[str]:
    """The expansions that the stream's columns need, sorted."""
    blocks = {path_of(stream, column).partition(".")[0] for column in stream.columns}
    return sorted(blocks & _BLOCKS.get(stream.name, set()))


def extensions_of(stream: Stream) -> list[tuple[str, StreamColumn]]:
    """The stream's columns that come from database extensions, with the extension's name in lower case (5.6)."""
    if stream.name != s.STUDENTS.name:
        return []
    aliases = {lookup.alias: lookup.table for lookup in stream.lookups if lookup.key == stream.extension_column}
    return [(aliases[c.lookup].lower(), c) for c in stream.columns if c.lookup in aliases]


@dataclass(frozen=True)
class Gap:
    """Something that ``/ws/v1`` doesn't provide; psconnect.wording.gaps has the words.

    Attributes:
        key: names it.
        values: what its words are filled with.
        wanted: whether a setting has to give it up; otherwise only the result differs.
    """

    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    wanted: bool = False

    @property
    def what(self) -> Phrase:
        """What is missing, in a sentence."""
        return Phrase(f"gap/{self.key}", self.values)

    @property
    def way(self) -> Phrase | None:
        """Which setting removes it from the connection; None if no setting is needed."""
        return Phrase(f"gap-way/{self.key}", self.values) if self.wanted else None


_ALWAYS = tuple(
    Gap(key)
    for key in ("calendar", "district-office", "home-schools", "lost-records", "teaching-dates", "district-courses")
)


def gaps(streams: StreamSet, *, co_teachers: bool) -> list[Gap]:
    """What these streams lose with ``/ws/v1``: first what a setting has to give up, then what merely differs."""
    found = [Gap("field", {"field": name, "entity": entity}, wanted=True) for entity, name in _unreadable(streams)]
    if co_teachers:
        found.append(Gap("co-teachers", wanted=True))
    found += _ALWAYS
    if s.CONTACTS.name in streams.by_name:
        found.append(Gap("former-contacts"))
    return found


def refuse_gaps(found: Iterable[Gap]) -> None:
    """Raise FixSettings for gaps that a setting has to give up, not for those that merely differ."""
    wanted = [gap for gap in found if gap.wanted]
    if wanted:
        raise FixSettings(
            "PSC-ACCESS-V1-MISSING/wanted",
            where="source.read",
            missing=[gap.what for gap in wanted],
            ways=[gap.way for gap in wanted if gap.way],
        )


def _unreadable(streams: StreamSet) -> list[tuple[str, str]]:
    """What is used but can't be read, as (entity or stream, field): mapped fields, and columns new to v1."""
    found: dict[tuple[str, str], None] = {}
    for entity, names in streams.mapped.items():
        stream = streams.by_name.get(s.MAPPED_STREAMS[entity])
        if stream is not None:
            readable = {column.full_name for column in stream.columns if _readable(stream, column)}
            readable |= {column.full_name for column in stream.absent}
            found |= {(entity, name): None for name in names if name.lower() not in readable}
    known = {name.lower() for _, name in found}
    for stream in streams.by_name.values():
        for column in stream.columns:
            inward = column.name in _INWARD.get(stream.name, frozenset())
            if not inward and not _readable(stream, column) and column.full_name not in known:
                found[stream.name, f"{column.table}.{column.field}"] = None
    return list(found)


def _readable(stream: Stream, column: StreamColumn) -> bool:
    # v1 refers by DCID, which is unique: there are no candidates to name.
    if column.of or column.name in _MADE.get(stream.name, frozenset()):
        return True
    return bool(path_of(stream, column)) or any(column == one for _, one in extensions_of(stream))
