"""Users: who of the roster becomes one, and the rows of users.csv, user_levels.csv and parent_child.csv.

Staff have a row for each of their schools, and a parent one for each home school of the children: all rows of a person
are the same but for the school. A student has one, that of the home school.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from psconnect.destinations.delimited import LaterLines
from psconnect.destinations.family import Family
from psconnect.destinations.learning_csv.choices import (
    LOGIN_GENERATED,
    PARENT_WITHOUT_CHILD,
    SAME_ACCOUNT,
    SEVERAL_SCHOOLS,
    USER_TYPES,
    WITHOUT_ADDRESS,
    LearningChoices,
    LearningFindings,
    ignore_finding,
    lacks_address,
)
from psconnect.destinations.snapshot import Roster
from psconnect.model.entities import ADMIN, CONTACT, STUDENT, TEACHER, Entity
from psconnect.model.id_attributes import SEPARATOR
from psconnect.model.runs import Change

USER_COLUMNS = (
    *("external_id", "first_name", "last_name", "login", "password", "email", "user_type", "organization_id"),
    *("enabled", "sso_email_address"),
)
USER_LEVELS = ("external_id", "level_id")
PARENT_CHILD = ("parent_id", "child_id")
_STAFF = (TEACHER, ADMIN)
_AT_A_TIME = 1_000


@dataclass
class LeftOut:
    """Ids of the people of the roster who don't become users."""

    students: set[str] = field(default_factory=set)
    staff: set[str] = field(default_factory=set)


def left_out(roster: Roster, choices: LearningChoices, findings: LearningFindings | None = None) -> LeftOut:
    """Judge students and staff; ``findings`` takes what is to be told of them."""
    lost = LeftOut()
    for entity, ids in ((STUDENT, lost.students), (TEACHER, lost.staff), (ADMIN, lost.staff)):
        if entity is STUDENT and choices.generated and not findings:
            continue  # Nothing can leave a student out.
        loses, can_sign_in, schools = choices.loses(entity), choices.can_sign_in(entity), _schools_at(entity)
        unaddressed = lacks_address(entity)
        for key, record in roster.keyed(entity):
            rule = loses(record)
            if rule:
                ids.add(record[0])
            if not findings:
                continue
            if rule:
                findings.tell(rule, entity, key)
            elif not can_sign_in(record):
                findings.tell(LOGIN_GENERATED, entity, key)
            if not rule and unaddressed(record):
                findings.tell(WITHOUT_ADDRESS, entity, key)
            if not rule and entity is not STUDENT and SEPARATOR in record[schools]:
                findings.tell(SEVERAL_SCHOOLS, entity, key)
    return lost


class Parent(NamedTuple):
    """A contact who becomes a user.

    Attributes:
        key, id: the contact's key, and the id of the user.
        record: the contact's record.
        children: ids of the children who are users, in relationship order; schools: ids of their home schools, sorted.
    """

    key: int
    id: str
    record: list[str]
    children: Sequence[str]
    schools: Sequence[str]


class LearningParents:
    """The contacts who become users. ``close`` it when done.

    Attributes:
        links: lines of a parent's and a child's id, as far as they were noted: the file's, once users are written.
    """

    def __init__(self, roster: Roster, choices: LearningChoices, lost: LeftOut) -> None:
        """Load relationships and the children's schools."""
        self._roster, self._choices, self._lost = roster, choices, lost
        self._family = Family(roster)
        at = _schools_at(STUDENT)
        self._family.attend(
            (record[0], _first(record[at])) for record in roster.records(STUDENT) if record[0] not in lost.students
        )
        self._shared = _repeated(filter(None, map(choices.id_of(CONTACT), roster.records(CONTACT))))
        self.links = LaterLines()
        self._first_child = self.once()

    def close(self) -> None:
        """Forget relationships and lines."""
        self._family.close()
        self.links.close()

    def all(self, findings: LearningFindings | None = None) -> Iterator[Parent]:
        """Each user once per contact; ``findings`` takes what is to be told of contacts."""
        choices, lost, shared = self._choices, self._lost.students, self._shared
        id_of, loses, can_sign_in = choices.id_of(CONTACT), choices.loses_with_id(CONTACT), choices.can_sign_in(CONTACT)
        tell, unaddressed = findings.tell if findings else ignore_finding, lacks_address(CONTACT)
        keyed = self._roster.keyed(CONTACT)
        while some := list(islice(keyed, _AT_A_TIME)):
            for (key, record), its in zip(some, self._family.relatives_of([one[0] for _, one in some]), strict=True):
                user_id = id_of(record)
                if rule := loses(record, user_id):
                    tell(rule, CONTACT, key)
                    continue
                children = [child for child in its.students if child not in lost] if lost else its.students
                if not children:
                    tell(PARENT_WITHOUT_CHILD, CONTACT, key)
                    continue
                if findings and not can_sign_in(record):
                    tell(LOGIN_GENERATED, CONTACT, key)
                if findings and unaddressed(record):
                    tell(WITHOUT_ADDRESS, CONTACT, key)
                if user_id in shared:
                    tell(SAME_ACCOUNT, CONTACT, key)
                yield Parent(key, user_id, record, children, its.schools)

    def note(self, parent: Parent) -> None:
        """Note a parent's children, each once."""
        self.links.add((parent.id, child) for child in parent.children if self._first_child(parent.id, child))

    def is_shared(self, parent: str) -> bool:
        """Whether several contacts have this id."""
        return parent in self._shared

    def once(self) -> Callable[[str, str], bool]:
        """A function that tells of a parent's id and another id whether they come for the first time.

        Two contacts may have one account, so one id.
        """
        seen: set[tuple[str, str]] = set()

        def first_time(parent: str, other: str) -> bool:
            if parent not in self._shared:
                return True
            known = (parent, other) in seen
            seen.add((parent, other))
            return not known

        return first_time


def learning_users(
    roster: Roster, choices: LearningChoices, lost: LeftOut, parents: LearningParents
) -> Iterator[Sequence[str]]:
    """Rows of users.csv."""
    yield from _rows(roster, choices, STUDENT, lost.students)
    for entity in _STAFF:
        yield from _rows(roster, choices, entity, lost.staff)
    yield from _parent_rows(roster, choices, parents)


def _rows(roster: Roster, choices: LearningChoices, entity: Entity, lost: set[str]) -> Iterator[Sequence[str]]:
    id_of, user, schools = choices.id_of(entity), _User(roster, choices, entity), _schools_at(entity)
    for key, record in roster.keyed(entity):
        if record[0] in lost:
            continue
        places, password = record[schools].split(SEPARATOR), user.password(key)
        for school in places[:1] if entity is STUDENT else places:
            yield user.row(record, id_of(record), school, password)


def _parent_rows(roster: Roster, choices: LearningChoices, parents: LearningParents) -> Iterator[Sequence[str]]:
    """Rows of parents; their children are noted for ``parent_child``, so that families are looked up once."""
    user, first_time = _User(roster, choices, CONTACT), parents.once()
    firsts: dict[str, tuple[list[str], str]] = {}
    for parent in parents.all():
        same = parent.record, user.password(parent.key)
        if parents.is_shared(parent.id):
            same = firsts.setdefault(parent.id, same)
        parents.note(parent)
        for school in parent.schools:
            if first_time(parent.id, school):
                yield user.row(same[0], parent.id, school, same[1])


class _User:
    """Makes rows of one entity's users."""

    def __init__(self, roster: Roster, choices: LearningChoices, entity: Entity) -> None:
        at = entity.attributes.index
        self._given, self._family, self._login, self._mail = map(at, ("givenName", "familyName", "username", "email"))
        self._kind, self._address = USER_TYPES[entity], choices.sign_in_address(entity)
        self._password = choices.password
        self._new = new_users(roster.changes(entity), entity, choices) if choices.password else iter(())
        self._next = next(self._new, None)

    def password(self, key: int) -> str:
        """The default password if the user is new; keys have to come in ascending order."""
        while self._next is not None and self._next < key:
            self._next = next(self._new, None)
        return self._password if key == self._next else ""

    def row(self, record: list[str], user_id: str, school: str, password: str) -> Sequence[str]:
        """A row of users.csv."""
        name = record[self._given], record[self._family], record[self._login]
        return (user_id, *name, password, record[self._mail], self._kind, school, "1", self._address(record))


def new_users(changes: Iterable[Change], entity: Entity, choices: LearningChoices) -> Iterator[int]:
    """Keys of the records that become users with these changes, in ascending order.

    A record that was delivered before, but was left out of the files then, becomes one as well.
    """
    loses = choices.loses(entity)

    def as_list(values: dict[str, str]) -> list[str]:
        return [values.get(name, "") for name in entity.attributes]

    for change in changes:
        if change.after is not None and (change.before is None or loses(as_list(change.before))):
            yield change.key


def user_levels(roster: Roster, lost: LeftOut) -> Iterator[Sequence[str]]:
    """Rows of user_levels.csv: the grade of each student who has one."""
    grade = STUDENT.attributes.index("grade")
    for record in roster.records(STUDENT):
        if record[grade] and record[0] not in lost.students:
            yield record[0], record[grade]


def _repeated(ids: Iterable[str]) -> frozenset[str]:
    """Ids that come more than once; in an unnamed SQLite file, for in memory they would grow with the district."""
    with closing(sqlite3.connect("", isolation_level=None)) as db:
        db.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4000;"
            "CREATE TABLE account (id TEXT); BEGIN"
        )
        db.executemany("INSERT INTO account VALUES (?)", zip(ids))
        return frozenset(one for (one,) in db.execute("SELECT id FROM account GROUP BY id HAVING count(*) > 1"))


def _schools_at(entity: Entity) -> int:
    return entity.attributes.index("schoolSourcedIds")


def _first(schools: str) -> str:
    return schools.partition(SEPARATOR)[0]
