"""SdsRows about the school: orgs, sessions, courses, classes, enrollments, relationships."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from operator import itemgetter
from typing import Any

from psconnect.destinations.by_name import keyed, root_of
from psconnect.destinations.delimited import BATCH, Lines, rfc4180
from psconnect.destinations.file_rules import VALUE_NOT_TAKEN
from psconnect.destinations.sds_csv import rules
from psconnect.destinations.sds_csv import vocabulary as words
from psconnect.destinations.sds_csv.people import SdsPeople
from psconnect.destinations.snapshot import Roster
from psconnect.destinations.telling import CUSTOM_FIELD, Tell, custom_fields_of
from psconnect.model.entities import CALENDAR, CLASS, CONTACT, COURSE, ENROLLMENT, RELATIONSHIP, SCHOOL, Entity

_Row = Sequence[str]


class SdsRows:
    """The rows of all files for one roster. ``users`` has to run through before the files that name users."""

    def __init__(self, roster: Roster, settings: Mapping[str, Any], tell: Tell) -> None:
        """Look up the school years, of which roles name one."""
        self.roster, self.settings, self.tell = roster, settings, tell
        self.sessions = school_years(roster)
        self.people = SdsPeople(roster, settings, self.sessions, root_of(roster), tell)

    def of(self, name: str) -> Iterator[_Row]:
        """The rows of a file by its name without ``.csv``; of enrollments, there are lines."""
        people = {
            "users": self.people.users,
            "roles": self.people.roles,
            "demographics": self.people.demographics,
            "userFlags": self.people.flags,
        }
        own = {
            "orgs": self._orgs,
            "classes": self._classes,
            "academicSessions": self._sessions,
            "courses": self._courses,
            "relationships": self._relationships,
        }
        return {**people, **own}[name]()

    def _orgs(self) -> Iterator[_Row]:
        has_year = bool(self.sessions.get(self.people.root))
        for key, org in keyed(self.roster, SCHOOL):
            if org["type"] == "school" and not has_year and org["sourcedId"] not in self.sessions:
                self.tell(rules.YEAR_MISSING, SCHOOL, key, "")
            self._without_column(SCHOOL, key, org["extra"])
            yield org["sourcedId"], org["name"], org["type"], org["parentSourcedId"]

    def _sessions(self) -> Iterator[_Row]:
        pick = picker(CALENDAR, "sourcedId", "title", "type", "schoolYear", "startDate", "endDate")
        return map(pick, self.roster.records(CALENDAR))

    def _courses(self) -> Iterator[_Row]:
        for key, course in keyed(self.roster, COURSE):
            custom = custom_fields_of(course["extra"])
            self._without_column(COURSE, key, course["extra"], {"subject", "grade"})
            grade = custom.get("grade", "")
            known = words.grade_of(grade) if grade.strip() else ""
            if known is None:
                self.tell(VALUE_NOT_TAKEN, COURSE, key, "grade")
            org = course["orgSourcedId"]
            names = (course["sourcedId"], org, course["title"], course["courseCode"])
            yield (*names, self.sessions.get(org, ""), custom.get("subject", ""), known or "")

    def _classes(self) -> Iterator[_Row]:
        names = ("sourcedId", "schoolSourcedId", "title", "termSourcedId", "courseSourcedId", "classCode")
        for key, one in keyed(self.roster, CLASS):
            self._without_column(CLASS, key, one["extra"])
            yield tuple(one[name] for name in names)

    def enrollment_lines(self) -> Generator[Lines]:
        """Lines of enrollments.csv. They are most of a roster, so they pass the CSV writer only if a value needs it."""
        pick, absent = picker(ENROLLMENT, "classSourcedId", "userSourcedId", "role"), self.people.without_account
        roles, records = words.CLASS_ROLES, map(pick, self.roster.records(ENROLLMENT))
        while some := list(itertools.islice(records, BATCH)):
            rows = [(place, user, roles.get(role, role)) for place, user, role in some if user not in absent]
            lines = "".join([f"{place},{user},{role}\r\n" for place, user, role in rows])
            counts = lines.count('"'), lines.count(","), lines.count("\n"), lines.count("\r")
            yield (lines.encode(), len(rows)) if counts == (0, 2 * len(rows), len(rows), len(rows)) else rfc4180(rows)

    def _relationships(self) -> Iterator[_Row]:
        """One row per student and contact: pairs are noted in a file without a name that the system deletes."""
        with closing(sqlite3.connect("", isolation_level=None, check_same_thread=False)) as db:
            db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")
            db.execute("CREATE TABLE pair (student TEXT, contact TEXT, PRIMARY KEY (student, contact)) WITHOUT ROWID")
            for key, one in keyed(self.roster, RELATIONSHIP):
                pair = one["studentSourcedId"], one["contactSourcedId"]
                if pair[0] in self.people.without_account:
                    continue
                if not db.execute("INSERT OR IGNORE INTO pair VALUES (?, ?)", pair).rowcount:
                    self.tell(rules.RELATIONSHIP_TWICE, RELATIONSHIP, key, "")
                    continue
                role = one["role"].lower()
                yield (*pair, role if role in words.RELATIONSHIP_ROLES else "other")

    def _without_column(
        self, entity: Entity, key: int, extra: str, columns: frozenset[str] | set[str] = frozenset()
    ) -> None:
        for label in custom_fields_of(extra).keys() - columns:
            self.tell(CUSTOM_FIELD, entity, key, label)

    def contacts_left_out(self) -> None:
        """Tell of the contacts, where no file has them."""
        for key, _contact in self.roster.keyed(CONTACT):
            self.tell(rules.CONTACTS_OFF, CONTACT, key, "")


def picker(entity: Entity, *names: str) -> Callable[[list[str]], tuple[str, ...]]:
    """A function from a record to these attributes."""
    pick: Callable[[list[str]], tuple[str, ...]] = itemgetter(*[entity.attributes.index(name) for name in names])
    return pick


def school_years(roster: Roster) -> dict[str, str]:
    """School id -> the id of its term that is a whole school year: of the latest year, and of these the longest."""
    found: dict[str, tuple[tuple[str, str, str], str]] = {}
    for _, term in keyed(roster, CALENDAR):
        if term["type"] == "schoolYear":
            rank = (term["schoolYear"], term["endDate"], term["startDate"])
            school = term["schoolSourcedId"]
            if school not in found or rank > found[school][0]:
                found[school] = rank, term["sourcedId"]
    return {school: session for school, (_, session) in found.items()}
