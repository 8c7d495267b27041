"""The rows of Apple School Manager's six files. Rows of people have to run through before those that name people."""

from __future__ import annotations

import itertools
import re
import sqlite3
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from psconnect.destinations.apple_csv import rules
from psconnect.destinations.apple_csv.text import apple_id, apple_lines, is_apple_id
from psconnect.destinations.by_name import keyed, root_of
from psconnect.destinations.delimited import BATCH, Lines
from psconnect.destinations.file_rules import ACCOUNT_MISSING, SCHOOL_MISSING, VALUE_NOT_TAKEN
from psconnect.destinations.snapshot import Roster
from psconnect.destinations.telling import CUSTOM_FIELD, Tell, custom_fields_of
from psconnect.model.entities import ADMIN, CLASS, COURSE, ENROLLMENT, SCHOOL, STUDENT, TEACHER, Entity
from psconnect.store.record import decode_record

FILE_NAMES = ("locations", "students", "staff", "courses", "classes", "rosters")
"""All six are sent every time; without ``.csv``."""
POLICY = "password_policy"
POLICIES = ("4", "6", "8")
ACCOUNTS = {"names": "", "federated": "email", "sis-username": "username", "person-number": "identifier"}
"""What accounts are made of -> the attribute that nobody may lack then, nor two have."""
_MOST_INSTRUCTORS = 15
_TEMPLATE_INSTRUCTORS = 3
_SIGN_IN = ("email_address", "sis_username")
_NAMES = ("first_name", "middle_name", "last_name")
_MEMBER = ("classSourcedId", "userSourcedId", "role")
_PLAIN_IDS = re.compile(r"[A-Za-z0-9,\n-]*")
_Row = Sequence[str]


class AppleRows:
    """The rows of all files for one roster."""

    def __init__(self, roster: Roster, settings: Mapping[str, Any], tell: Tell) -> None:
        """Look up what headers depend on: the most schools of a person, the teachers of classes."""
        self.roster, self.settings, self.tell = roster, settings, tell
        self._account = ACCOUNTS[settings["accounts"]]
        self._root = root_of(roster)
        self._absent: set[str] = set()
        self._instructors = _teachers_by_class(roster)
        # The names that people have so far, in a file without a name that the system deletes.
        self._taken = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._taken.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;")
        self._taken.execute("CREATE TABLE taken (name TEXT PRIMARY KEY, id TEXT) WITHOUT ROWID")

    def close(self) -> None:
        """Delete the file of names."""
        self._taken.close()

    def header(self, name: str) -> tuple[str, ...]:
        """The columns of a file: those of Apple's template, and more numbered ones where the roster needs them."""
        if name == "students":
            columns = ("person_id", "person_number", *_NAMES, "grade_level", *_SIGN_IN, POLICY)
            return (*columns, *_numbered("location_id", self._most(STUDENT)))
        if name == "staff":
            most = max(self._most(TEACHER), self._most(ADMIN))
            return ("person_id", "person_number", *_NAMES, *_SIGN_IN, *_numbered("location_id", most))
        if name == "classes":
            most = max(map(len, self._instructors.values()), default=0)
            most = min(max(most, _TEMPLATE_INSTRUCTORS), _MOST_INSTRUCTORS)
            return ("class_id", "class_number", "course_id", *_numbered("instructor_id", most), "location_id")
        return {
            "locations": ("location_id", "location_name"),
            "courses": ("course_id", "course_number", "course_name", "location_id"),
            "rosters": ("roster_id", "class_id", "student_id"),
        }[name]

    def of(self, name: str) -> Iterator[_Row]:
        """The rows of a file."""
        producers: Mapping[str, Callable[[], Iterator[_Row]]] = {
            "locations": self._locations,
            "students": self._students,
            "staff": self._staff,
            "courses": self._courses,
            "classes": self._classes,
            "rosters": self._rosters,
        }
        return producers[name]()

    def lines(self, name: str) -> Generator[Lines]:
        """The lines of a file."""
        return self._roster_lines() if name == "rosters" else _encoded(self.of(name))

    def _most(self, entity: Entity) -> int:
        """The most schools of a person, at least one."""
        place = entity.attributes.index("schoolSourcedIds")
        return max((len(_ids(record[place])) for record in self.roster.records(entity)), default=1) or 1

    def _locations(self) -> Iterator[_Row]:
        for key, school in keyed(self.roster, SCHOOL):
            self._custom(SCHOOL, key, school["extra"])
            yield self._id(SCHOOL, key, school["sourcedId"]), school["name"]

    def _students(self) -> Iterator[_Row]:
        most, default = self._most(STUDENT), self.settings["policy"].removeprefix("none")
        for key, one in self._people(STUDENT):
            own = self._custom(STUDENT, key, one["extra"], POLICY).get(POLICY, "").strip()
            if own and own not in POLICIES:
                self.tell(VALUE_NOT_TAKEN, STUDENT, key, POLICY)
            policy = own if own in POLICIES else default
            further = (one["grade"], one["email"], one["username"], policy)
            yield (*self._person(STUDENT, key, one), *further, *self._schools(STUDENT, key, one, most))

    def _staff(self) -> Iterator[_Row]:
        most = max(self._most(TEACHER), self._most(ADMIN))
        for entity in (TEACHER, ADMIN):
            for key, one in self._people(entity):
                self._custom(entity, key, one["extra"])
                further = (one["email"], one["username"])
                yield (*self._person(entity, key, one), *further, *self._schools(entity, key, one, most))

    def _people(self, entity: Entity) -> Iterator[tuple[int, dict[str, str]]]:
        """The people who have what accounts are made of; the others are absent from all files."""
        for key, one in keyed(self.roster, entity):
            if self._account and not self._has_account(entity, key, one):
                self._absent.add(one["sourcedId"])
            else:
                yield key, one

    def _has_account(self, entity: Entity, key: int, one: Mapping[str, str]) -> bool:
        name = one[self._account].strip().casefold()
        if not name:
            self.tell(ACCOUNT_MISSING, entity, key, "")
            return False
        if self._taken.execute("INSERT OR IGNORE INTO taken VALUES (?, ?)", (name, one["sourcedId"])).rowcount:
            return True
        (other,) = self._taken.execute("SELECT id FROM taken WHERE name = ?", (name,)).fetchone()
        self.tell(rules.ACCOUNT_TAKEN, entity, key, other)
        return False

    def _person(self, entity: Entity, key: int, one: Mapping[str, str]) -> _Row:
        names = (one["givenName"], one["middleName"], one["familyName"])
        return (self._id(entity, key, one["sourcedId"]), one["identifier"], *names)

    def _schools(self, entity: Entity, key: int, one: Mapping[str, str], most: int) -> _Row:
        schools = _ids(one["schoolSourcedIds"])
        if not schools:
            self.tell(SCHOOL_MISSING, entity, key, "")
            schools = (self._root,)
        return [*map(apple_id, schools), *[""] * (most - len(schools))]

    def _courses(self) -> Iterator[_Row]:
        for key, one in keyed(self.roster, COURSE):
            self._custom(COURSE, key, one["extra"])
            own = self._id(COURSE, key, one["sourcedId"])
            yield own, one["courseCode"], one["title"], apple_id(one["orgSourcedId"])

    def _classes(self) -> Iterator[_Row]:
        most = len(self.header("classes")) - len(("class_id", "class_number", "course_id", "location_id"))
        for key, one in keyed(self.roster, CLASS):
            self._custom(CLASS, key, one["extra"])
            people = [user for user in self._instructors.get(one["sourcedId"], ()) if user not in self._absent]
            if len(people) > _MOST_INSTRUCTORS:
                self.tell(rules.INSTRUCTORS, CLASS, key, str(len(people)))
            if not people:
                self.tell(rules.NO_INSTRUCTOR, CLASS, key, "")
            chosen = [apple_id(user) for user in people[:most]]
            ids = (self._id(CLASS, key, one["sourcedId"]), one["classCode"], apple_id(one["courseSourcedId"]))
            yield (*ids, *chosen, *[""] * (most - len(chosen)), apple_id(one["schoolSourcedId"]))

    def _rosters(self) -> Iterator[_Row]:
        section, user, role = (
            ENROLLMENT.attributes.index(name) for name in ("classSourcedId", "userSourcedId", "role")
        )
        for key, record in self.roster.keyed(ENROLLMENT):
            if record[role] == "student" and record[user] not in self._absent:
                yield self._id(ENROLLMENT, key, record[0]), apple_id(record[section]), apple_id(record[user])

    def _roster_lines(self) -> Generator[Lines]:
        """Lines of rosters.csv. They are most of a roster, so ids are looked at many at a time."""
        pick, absent = itemgetter(0, *map(ENROLLMENT.attributes.index, _MEMBER)), self._absent
        records = map(pick, self.roster.records(ENROLLMENT))
        while some := list(itertools.islice(records, BATCH)):
            rows = [(own, place, user) for own, place, user, role in some if role == "student" and user not in absent]
            lines = "".join([f"{own},{place},{user}\n" for own, place, user in rows])
            if _PLAIN_IDS.fullmatch(lines) and "-x" not in lines and lines.count(",") == 2 * len(rows):
                yield lines.encode(), len(rows)
            else:
                yield apple_lines([[*map(apple_id, row)] for row in rows])

    def _id(self, entity: Entity, key: int, sourced_id: str) -> str:
        if is_apple_id(sourced_id):
            return sourced_id
        self.tell(rules.ID_REWRITTEN, entity, key, "")
        return apple_id(sourced_id)

    def _custom(self, entity: Entity, key: int, extra: str, *columns: str) -> Mapping[str, str]:
        custom = custom_fields_of(extra)
        for label in custom:
            if label not in columns:
                self.tell(CUSTOM_FIELD, entity, key, label)
        return custom


def _encoded(rows: Iterator[_Row]) -> Generator[Lines]:
    while (lines := apple_lines(itertools.islice(rows, BATCH)))[1]:
        yield lines


def _numbered(column: str, most: int) -> tuple[str, ...]:
    """The names of columns that are counted: ``location_id``, ``location_id_2``."""
    return (column, *(f"{column}_{number}" for number in range(2, most + 1)))


@lru_cache(maxsize=4096)  # asked for every person; most have one of a few schools
def _ids(several: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, several.split(","))))


def _teachers_by_class(roster: Roster) -> dict[str, list[str]]:
    """Class id -> its teachers: leads first, then by id; the same from run to run."""
    place = [ENROLLMENT.attributes.index(name) for name in ("classSourcedId", "userSourcedId", "role", "primary")]
    found: dict[str, list[tuple[bool, int, str]]] = {}
    for record in map(decode_record, filter(_may_be_teachers, roster.encoded(ENROLLMENT))):
        section, user, role, primary = (record[one] for one in place)
        if role == "teacher":
            found.setdefault(section, []).append((primary != "true", len(user), user))
    return {section: list(dict.fromkeys(user for *_, user in sorted(people))) for section, people in found.items()}


def _may_be_teachers(record: bytes) -> bool:
    return b'"teacher"' in record
