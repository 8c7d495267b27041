"""Users of a OneRoster bundle: students, teachers, other staff and contacts, with their roles and agents.

``agentSourcedIds`` holds relationships in both directions. In 1.1 a user's schools and role are columns of the user,
in 1.2 they are rows of roles.csv: one role per user and school.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from psconnect.destinations.family import Family
from psconnect.destinations.oneroster.custom import custom_fields
from psconnect.destinations.oneroster.form import BundleForm
from psconnect.destinations.oneroster.rows import BundleRow, bundle_row_maker
from psconnect.destinations.snapshot import RosterRecords
from psconnect.model.entities import ADMIN, CONTACT, STUDENT, TEACHER, Entity

_COMPUTED = ("orgSourcedIds", "agentSourcedIds", "userIds", "primaryOrgSourcedId", "enabledUser", "role")
_AT_A_TIME = 1_000
_PLAIN_ID = re.compile(r"[A-Za-z0-9._-]+")
_LONGEST_ID = 255
_ROLES = {STUDENT: "student", TEACHER: "teacher", ADMIN: "administrator"}
_SCHOOLS = {entity: entity.attributes.index("schoolSourcedIds") for entity in _ROLES}
_Keyed = Callable[[Entity], Iterator[tuple[int, list[str]]]]
_STATE_ID = STUDENT.attributes.index("stateId")


class User(NamedTuple):
    """A record that is a user, and what follows from other records; one is made per row, so it is a plain tuple.

    Attributes:
        orgs: ids of their schools, the home school first.
        agents: ids of a student's contacts, or of a contact's students.
        role: a word of OneRoster 1.1.
    """

    entity: Entity
    record: list[str]
    orgs: Sequence[str]
    agents: Sequence[str]
    role: str


def users_of(roster: RosterRecords, family: Family) -> Iterator[User]:
    """All users, in the order of the file."""
    return (user for _key, user in _users(lambda entity: ((0, one) for one in roster.records(entity)), family))


def keyed_users(roster: RosterRecords, family: Family) -> Iterator[tuple[int, User]]:
    """The same, each with its key."""
    return _users(roster.keyed, family)


def _users(keyed: _Keyed, family: Family) -> Iterator[tuple[int, User]]:
    yield from _students(keyed, family)
    for entity in (TEACHER, ADMIN):
        for key, record in keyed(entity):
            yield key, User(entity, record, user_schools(entity, record), (), _ROLES[entity])
    for some in _together(keyed(CONTACT)):
        for (key, record), its in zip(some, family.relatives_of([one[0] for _key, one in some]), strict=True):
            yield key, User(CONTACT, record, its.schools, its.students, its.role)


def user_schools(entity: Entity, record: Sequence[str]) -> list[str]:
    """The schools of a student or member of staff."""
    return [school for school in record[_SCHOOLS[entity]].split(",") if school]


def _students(keyed: _Keyed, family: Family) -> Iterator[tuple[int, User]]:
    for some in _together(keyed(STUDENT)):
        family.attend((record[0], record[_SCHOOLS[STUDENT]]) for _key, record in some)
        contacts = family.contacts_of([record[0] for _key, record in some])
        for (key, record), its in zip(some, contacts, strict=True):
            yield key, User(STUDENT, record, user_schools(STUDENT, record), its, "student")


def _together(records: Iterator[tuple[int, list[str]]]) -> Iterator[list[tuple[int, list[str]]]]:
    """Records in groups, so that related data is queried for many at once."""
    while some := list(islice(records, _AT_A_TIME)):
        yield some


class UserRows:
    """Makes the rows of users.csv and, for 1.2, of roles.csv."""

    def __init__(self, roster: RosterRecords, form: BundleForm, district: str) -> None:
        """``district``: id of the district among the orgs; its staff administer the district, others a school."""
        self._fields = custom_fields("users", roster, form)
        self._make = {
            entity: bundle_row_maker("users", entity, form, fields, _COMPUTED)
            for entity, fields in self._fields.items()
        }
        self._district = district

    def row(self, user: User) -> BundleRow:
        """The row of users.csv."""
        entity, record, orgs, agents, role = user
        state_id = record[_STATE_ID] if entity is STUDENT else ""
        user_ids = f"{{StateID:{state_id}}}" if state_id and fits_user_ids(state_id) else ""
        home = orgs[0] if orgs and entity is not CONTACT else ""
        return self._make[entity](record, ",".join(orgs), ",".join(agents), user_ids, home, "true", role)

    def roles(self, user: User) -> Iterator[BundleRow]:
        """The rows of roles.csv: the user's role in each school."""
        own = self._fields[user.entity].read(user.record[-1])[0].get("role", "") if user.entity is ADMIN else ""
        for org in user.orgs:
            role = own or self._at(user, org)
            yield [role_id(user.record[0], org), "", "", user.record[0], "primary", role, "", "", org, ""]

    def _at(self, user: User, org: str) -> str:
        """The role in the words of 1.2, which tells whether an administrator is the district's or a school's."""
        if user.role != "administrator":
            return user.role
        return "districtAdministrator" if org == self._district else "siteAdministrator"


def fits_user_ids(state_id: str) -> bool:
    """Whether ``userIds`` can hold a state's number."""
    return bool(_PLAIN_ID.fullmatch(state_id))


def role_id(user: str, org: str) -> str:
    """The id of a user's role in a school, made of both ids so that it stays; a digest where they are too long.

    What stands in front of the first ``@`` is the user's id alone, so no two pairs have the same.
    """
    joined = f"{user.replace('/', '/0').replace('@', '/1')}@{org}"
    return joined if len(joined) <= _LONGEST_ID else hashlib.sha256(joined.encode()).hexdigest()
