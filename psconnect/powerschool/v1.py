"""Reads streams from ``/ws/v1``, for servers where a plugin has neither our queries nor tables (docs/powerschool.md 6).

It gives the same rows as the other ways, as far as these resources have the values; ``v1_fields.gaps`` names what they
lack before anything is read. Lists are per school, and enrollments per class at two calls each, because there is no
list of all (6.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from operator import attrgetter, itemgetter
from typing import Any

from psconnect.model.errors import FixSettings
from psconnect.powerschool import streams as s
from psconnect.powerschool import v1_fields
from psconnect.powerschool import v1_wire as wire
from psconnect.powerschool.client import Metadata, PowerSchoolClient
from psconnect.powerschool.reader import Gathered, PageFailed, unstable
from psconnect.powerschool.shared_values import Once
from psconnect.powerschool.stream import Stream
from psconnect.powerschool.v1_contacts import Contacts, read_contacts
from psconnect.powerschool.v1_lists import Listing, ListPath, ListReader
from psconnect.powerschool.v1_paths import V1Paths, calls_ahead
from psconnect.powerschool.v1_rows import (
    FIRST_YEAR_ID_BASE,
    Made,
    enrollment_values,
    graduates_of,
    in_schools,
    key_at,
    merged,
    not_offered,
    row_maker,
    rows_of,
    rows_of_values,
    section_values,
    term_values,
)
from psconnect.powerschool.v1_staff import STAFF_EXPANSIONS, position_rows, teacher_row

News = Callable[[int, int], None]
_OF_CONTACTS: Mapping[str, Callable[[Contacts], Mapping[int, dict[str, str]]]] = {
    s.CONTACTS.name: attrgetter("contacts"),
    s.PORTAL_ACCOUNTS.name: attrgetter("accounts"),
    s.RELATIONSHIPS.name: attrgetter("relationships"),
}
"""The streams made from ``/ws/contacts``, and their part of it."""


@dataclass
class V1Reader:
    """Reads streams from the resources of ``/ws/v1``; lists that several streams need are read once.

    Attributes:
        sizes: rows per page for each kind, from the server's metadata.
        schools: numbers of the schools whose enrollments and contacts are read; None for all.
        guests: whether contacts are also read for students of other schools who are enrolled in a class of these.
        statuses: the enrollment statuses (Enroll_Status) of students whose contacts are read.
    """

    client: PowerSchoolClient
    sizes: Metadata
    schools: frozenset[str] | None = None
    statuses: frozenset[str] = frozenset({"0"})
    guests: bool = False
    way: str = "v1"
    _once: Once = field(default_factory=Once)
    _enrolled: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Set up the list readers."""
        self._lists, self._paths = ListReader(self.client), V1Paths(self.sizes)

    def gather(self, stream: Stream, arguments: Mapping[str, str], news: News) -> Gathered:
        """All rows of the stream; see ``reader.Gatherer``. Raises FixSettings for a stream that v1 doesn't have."""
        host = self.client.host
        makers: Mapping[str, Callable[[], Gathered]] = {
            s.SCHOOLS.name: lambda: self._schools_stream(stream),
            s.TERMS.name: lambda: self._terms_stream(stream),
            s.COURSES.name: lambda: self._courses_stream(stream, arguments),
            s.SECTIONS.name: lambda: self._sections_stream(stream, arguments),
            s.USERS.name: lambda: self._users_stream(stream),
            s.SCHOOL_STAFF.name: lambda: self._positions_stream(stream),
            s.SECTION_TEACHERS.name: lambda: self._assignments_stream(stream, arguments),
            s.STUDENTS.name: lambda: self._students_stream(stream),
            s.ENROLLMENTS.name: lambda: self._enrollments_stream(stream, arguments, news),
            **{part: partial(self._contact_rows, stream, arguments, news) for part in _OF_CONTACTS},
        }
        if stream.name not in makers:
            raise not_offered(host, stream.label)
        return makers[stream.name]()

    def probe(self) -> int:
        """The number of schools; raises the error of a refusal if the plugin may not use ``/ws/v1``."""
        return self._lists.count(self._paths.schools())

    def calls_ahead(self, start_year: int, *, contacts: bool) -> int:
        """About how many calls a full reading of that school year takes, with or without contacts."""
        try:
            return calls_ahead(self._lists, self._paths, start_year, sorted(self.statuses) if contacts else ())
        except PageFailed as failed:
            raise unstable(s.SCHOOLS, str(failed), times=1) from None

    # -- lists that several streams share -----------------------------------------------------------------------------

    def _schools(self) -> Listing:
        found: Listing = self._once.get("schools", lambda: self._lists.read(self._paths.schools()))
        return found

    def _numbers(self) -> dict[int, str]:
        """School key -> school number."""
        return {key: wire.at(item, "school_number") for key, item in self._schools().found.items()}

    def _of_schools(self, name: str, path: Callable[[int], ListPath]) -> dict[int, Listing]:
        """The lists of each school, by school key."""
        found: dict[int, Listing] = self._once.get(
            name, lambda: {key: self._lists.read(path(key)) for key in sorted(self._schools().found)}
        )
        return found

    def _terms(self) -> dict[int, Listing]:
        return self._of_schools("terms", self._paths.terms)

    def _courses(self) -> dict[int, Listing]:
        return self._of_schools("courses", self._paths.courses)

    def _sections(self, arguments: Mapping[str, str]) -> dict[int, Listing]:
        year = _start_year(arguments)
        return self._of_schools(f"sections {year}", lambda key: self._paths.sections(key, year))

    def _staff(self) -> dict[int, Listing]:
        listings = self._of_schools("staff", self._paths.staff)
        for listing in listings.values():
            self._needs(listing, STAFF_EXPANSIONS)
        return listings

    def _needs(self, listing: Listing, expansions: Iterable[str]) -> None:
        """Raise FixSettings if the server doesn't know an expansion: all its values would look empty."""
        unknown = sorted(set(expansions) - listing.expansions)
        if listing.found and unknown:
            raise not_offered(self.client.host, f"The part {', '.join(unknown)}")

    def _single(self, singular: str, key: int) -> wire.Item:
        """An item that is in no list; empty if it doesn't exist."""

        def read() -> wire.Item:
            try:
                return self._lists.one(f"/ws/v1/{singular}/{key}", singular, f"a {singular}")
            except FixSettings as error:
                if error.code != "PSC-ACCESS-NOT-FOUND":
                    raise
                return {}

        item: wire.Item = self._once.get(f"{singular} {key}", read)
        return item

    # -- the frame ----------------------------------------------------------------------------------------------------

    def _schools_stream(self, stream: Stream) -> Gathered:
        listing = self._schools()
        return Gathered(rows_of(stream, listing.found, lambda _item: {}), listing.repeats)

    def _terms_stream(self, stream: Stream) -> Gathered:
        numbers, listings = self._numbers(), self._terms()
        return Gathered(rows_of(stream, merged(listings), partial(term_values, numbers=numbers)), _repeats(listings))

    def _courses_stream(self, stream: Stream, arguments: Mapping[str, str]) -> Gathered:
        """Courses listed by a school or used by a section of the year; if several schools list one, the district's."""
        listings, numbers = self._courses(), self._numbers()
        found = merged(listings)
        for section in merged(self._sections(arguments)).values():
            course = self._course_of(section, found)
            if course:
                found.setdefault(key_at(course, "id"), course)
        places: dict[int, list[int]] = {}
        for school, listing in listings.items():
            for key in listing.found:
                places.setdefault(key, []).append(school)

        def values(item: wire.Item) -> Made:
            schools = places.get(key_at(item, "id"), [])
            return {"schoolid": numbers[schools[0]] if len(schools) == 1 else "0"}

        return Gathered(rows_of(stream, found, values), _repeats(listings))

    def _course_of(self, section: wire.Item, listed: Mapping[int, wire.Item]) -> wire.Item:
        """The course of a section; if no school lists it, it is read alone."""
        key = key_at(section, "course_id")
        return listed.get(key, {}) if key in listed or key < 0 else self._single("course", key)

    def _sections_stream(self, stream: Stream, arguments: Mapping[str, str]) -> Gathered:
        numbers, terms, courses = self._numbers(), merged(self._terms()), merged(self._courses())
        listings = self._sections(arguments)

        def values(item: wire.Item) -> Made:
            term = terms.get(key_at(item, "term_id"), {})
            return section_values(item, term, self._course_of(item, courses), numbers)

        return Gathered(rows_of(stream, merged(listings), values), _repeats(listings))

    # -- people -------------------------------------------------------------------------------------------------------

    def _users_stream(self, stream: Stream) -> Gathered:
        """Staff, one row per person; the lists have one item per person and school (6.3)."""
        people: dict[int, wire.Item] = {}
        for item in merged(self._staff()).values():
            people.setdefault(key_at(item, "users_dcid"), item)
        return Gathered(rows_of(stream, people, lambda _item: {}))

    def _positions_stream(self, stream: Stream) -> Gathered:
        listed = {school: listing.found.values() for school, listing in self._staff().items()}
        return rows_of_values(stream, position_rows(listed, self._numbers()), self.client.host)

    def _assignments_stream(self, stream: Stream, arguments: Mapping[str, str]) -> Gathered:
        """One row for the lead teacher of each section (6.4, 9.1)."""
        # Roles may not be asked for (``streams_for``), but whom v1 names always leads the class.
        stream = replace(stream, columns=(*stream.columns, *stream.absent), absent=())
        staff, rows = merged(self._staff()), []
        for section in merged(self._sections(arguments)).values():
            key = key_at(section, "staff_id")
            if key >= 0:
                # The lists have only active staff (6.1); a lead who has left is read alone.
                item = staff.get(key) or self._single("staff", key)
                rows.append(teacher_row(key_at(section, "id"), wire.at(item, "users_dcid")))
        return rows_of_values(stream, rows, self.client.host)

    def _students_stream(self, stream: Stream) -> Gathered:
        path = self._paths.students(stream)
        listing = self._lists.read(path)
        self._needs(listing, path.expansions)
        fields = {(table, column.field.lower()): column.name for table, column in v1_fields.extensions_of(stream)}
        seen: set[str] = set()

        def values(item: wire.Item) -> Made:
            told = wire.extension_fields(item) if fields else ()
            made = {fields[table, name]: text for table, name, text in told if (table, name) in fields}
            seen.update(made)
            return made

        rows = rows_of(stream, listing.found, values)
        for (table, name), column in fields.items():
            if rows and column not in seen:
                raise not_offered(self.client.host, f"The field {table}.{name}")
        self._once.forget(_GRADUATES)
        self._once.get(_GRADUATES, partial(graduates_of, listing))
        return Gathered([row for row in rows if row.schoolid != s.GRADUATES], listing.repeats)

    def _mark_graduates(self, rows: Iterable[Any]) -> None:
        """Mark enrollments of graduates, who stay in their classes."""
        everybody = self._paths.students_with_school()
        graduates: frozenset[str] = self._once.get(_GRADUATES, lambda: graduates_of(self._lists.read(everybody)))
        for row in rows:
            if row.student_dcid in graduates:
                row.student_school = s.GRADUATES

    def _enrollments_stream(self, stream: Stream, arguments: Mapping[str, str], news: News) -> Gathered:
        make, numbers = row_maker(stream), self._numbers()
        wanted = [
            key
            for key, item in sorted(merged(self._sections(arguments)).items())
            if self.schools is None or numbers.get(key_at(item, "school_id")) in self.schools
        ]
        rows: list[tuple[int, Any]] = []
        repeats: list[int] = []
        for done, section in enumerate(wanted, start=1):
            listing = self._enrollments(section, arguments)
            rows += [(key, make(item, enrollment_values(item, section))) for key, item in listing.found.items()]
            repeats += listing.repeats
            news(len(rows), len(rows) * len(wanted) // done)
        rows.sort(key=itemgetter(0))
        self._mark_graduates(row for _, row in rows)
        if self.guests:
            self._enrolled = {int(row.student_dcid) for _, row in rows if row.student_dcid}
        return Gathered([row for _, row in rows], repeats)

    def _enrollments(self, section: int, arguments: Mapping[str, str]) -> Listing:
        """The enrollments in a section; raises PageFailed if the section is gone: hours may have passed."""
        try:
            return self._lists.read(self._paths.enrollments(section), count_first=False)
        except FixSettings as error:
            if error.code != "PSC-ACCESS-NOT-FOUND":
                raise
            self._once.forget(f"sections {_start_year(arguments)}")
            raise PageFailed("a section was deleted meanwhile") from None

    def _contact_rows(self, stream: Stream, arguments: Mapping[str, str], news: News) -> Gathered:
        values = _OF_CONTACTS[stream.name](self._contacts(arguments, news))
        return rows_of_values(stream, values.values(), self.client.host)

    def _contacts(self, arguments: Mapping[str, str], news: News) -> Contacts:
        """Contacts and relationships of enrolled students: one call per student, so they are read together."""

        def read() -> Contacts:
            found = {
                key: item
                for status in sorted(self.statuses)
                for key, item in self._lists.read(self._paths.enrolled_students(status)).found.items()
            }
            students = [
                key
                for key, item in sorted(found.items())
                if in_schools(item, None if key in self._enrolled else self.schools)
            ]
            return read_contacts(self.client, students, arguments["today"], lambda done: news(done, len(students)))

        found: Contacts = self._once.get("contacts", read)
        return found


_GRADUATES = "graduates"


def _start_year(arguments: Mapping[str, str]) -> int:
    return int(arguments["first_term"]) // 100 + FIRST_YEAR_ID_BASE


def _repeats(listings: Mapping[int, Listing]) -> list[int]:
    return [key for school in sorted(listings) for key in listings[school].repeats]
