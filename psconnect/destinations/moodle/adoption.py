"""Records that Moodle has already: accounts by ID number, user name and e-mail address; all else by ID number.

Nothing is guessed: where several records match, or one matches two of ours, none is taken over. An account or course
that has an ID number of its own, which is none of the person's numbers, is another connection's or another system's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from psconnect.destinations.moodle.categories import all_categories
from psconnect.destinations.moodle.client import MoodleClient
from psconnect.destinations.moodle.cohorts import all_cohorts, members_of
from psconnect.destinations.moodle.courses import all_courses
from psconnect.destinations.moodle.groups import groups_of
from psconnect.destinations.moodle.user_values import has_unusual_username
from psconnect.destinations.moodle.users import Account, AccountField, accounts_by
from psconnect.model.entities import Entity
from psconnect.model.outcomes import Link
from psconnect.model.text import caseless, trimmed

Records = Mapping[int, Mapping[str, str]]
Links = dict[int, Link]
_NUMBER = "the same ID number"
_GUEST = "1"


@dataclass
class Adoption:
    """What a site has already, as it is found during one plan.

    Attributes:
        client: for the site.
    """

    client: MoodleClient
    _taken: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict, init=False)
    """Kind of record and its id in Moodle -> which record of ours has it."""
    _ids: dict[str, dict[str, str]] = field(default_factory=dict, init=False)
    """Entity -> our id -> id in Moodle, of what was found: groups and members are looked for in these."""

    def links(self, entity: Entity, records: Records) -> Links:
        """Which of these records Moodle has."""
        find = self._ways().get(entity.key)
        found = self._each_once(entity, find(records)) if find and records else {}
        ids = self._ids.setdefault(_kind(entity.key), {})
        ids.update((records[key]["sourcedId"], link.remote_id) for key, link in found.items())
        return found

    def _ways(self) -> Mapping[str, Callable[[Records], Links]]:
        return {
            **dict.fromkeys(("student", "teacher", "admin"), self._accounts),
            "moodle-category": self._categories,
            "moodle-course": self._courses,
            "moodle-group": self._groups,
            "moodle-cohort": self._cohorts,
            "moodle-cohort-member": self._members,
        }

    def _each_once(self, entity: Entity, links: Links) -> Links:
        """The links but for records of Moodle that several of ours match; one found by its ID number goes before."""
        claims: dict[str, list[int]] = {}
        for key, link in links.items():
            claims.setdefault(link.remote_id, []).append(key)
        found: Links = {}
        for remote_id, keys in claims.items():
            sure = [key for key in keys if links[key].how == _NUMBER] if len(keys) > 1 else keys
            if len(sure) == 1 and self._take((_kind(entity.key), remote_id), (entity.key, sure[0])):
                found[sure[0]] = links[sure[0]]
        return found

    def _take(self, record: tuple[str, str], ours: tuple[str, int]) -> bool:
        """Whether a record of Moodle is still nobody's, or already this one's."""
        return self._taken.setdefault(record, ours) == ours

    def _accounts(self, records: Records) -> Links:
        left = dict(records)
        links: Links = {}
        for name, attribute, how in _WAYS:
            values = {key: _value(record[attribute], name) for key, record in left.items()}
            asked = [value for value in values.values() if _can_be_asked(name, value)]
            there = accounts_by(self.client, name, asked)
            for key, value in values.items():
                accounts = [one for one in there.get(value, ()) if _fits(one, records[key], self._never, name)]
                if len(accounts) == 1:
                    links[key] = Link(str(accounts[0]["id"]), how)
                    del left[key]
                elif value in there:
                    del left[key]  # several, or somebody else's: what comes next would be a guess
        return links

    @property
    def _never(self) -> frozenset[str]:
        """Accounts that are nobody's: the guest, and the robot itself."""
        return frozenset({_GUEST, self.client.info.userid})

    def _categories(self, records: Records) -> Links:
        there = {str(one.get("idnumber") or ""): str(one["id"]) for one in all_categories(self.client)}
        return _by_number(records, there)

    def _courses(self, records: Records) -> Links:
        courses = all_courses(self.client)
        links = _by_number(records, {str(one.get("idnumber") or ""): str(one["id"]) for one in courses})
        short: dict[str, list[str]] = {}
        for one in courses:
            if not one.get("idnumber"):
                short.setdefault(str(one["shortname"]), []).append(str(one["id"]))
        for key, record in records.items():
            same = short.get(trimmed(record["shortName"]), [])
            if key not in links and len(same) == 1:
                links[key] = Link(same[0], "the same short name")
        return links

    def _groups(self, records: Records) -> Links:
        """Groups stand in courses, so they are looked for in those that were found."""
        courses = self._ids.get("moodle-course", {})
        links: Links = {}
        there: dict[str, Mapping[str, str]] = {}
        for key, record in records.items():
            course = courses.get(record["courseSourcedId"], "")
            if course and course not in there:
                there[course] = {number: str(one["id"]) for number, one in groups_of(self.client, course).items()}
            if group := there.get(course, {}).get(record["sourcedId"]):
                links[key] = Link(group, _NUMBER)
        return links

    def _cohorts(self, records: Records) -> Links:
        return _by_number(records, {number: str(one["id"]) for number, one in all_cohorts(self.client).items()})

    def _members(self, records: Records) -> Links:
        places = dict(self._places(records))
        there = members_of(self.client, (cohort for cohort, _user in places.values())) if places else set()
        return {key: Link("/".join(place), "the same cohort") for key, place in places.items() if place in there}

    def _places(self, records: Records) -> Iterator[tuple[int, tuple[str, str]]]:
        cohorts, users = self._ids.get("moodle-cohort", {}), self._ids.get("user", {})
        for key, record in records.items():
            cohort, user = cohorts.get(record["cohortSourcedId"]), users.get(record["userSourcedId"])
            if cohort and user:
                yield key, (cohort, user)


_WAYS: Sequence[tuple[AccountField, str, str]] = (
    ("idnumber", "sourcedId", _NUMBER),
    ("username", "username", "the same user name"),
    ("email", "email", "the same e-mail address"),
)
"""Moodle's field, our attribute, and how it is said: in the order in which accounts are looked for."""


def _kind(entity: str) -> str:
    """What a record is in Moodle: all people are users."""
    return "user" if entity in ("student", "teacher", "admin") else entity


def _value(text: str, name: AccountField) -> str:
    text = trimmed(text) if name != "idnumber" else text
    return text.lower() if name == "username" else text


def _can_be_asked(name: AccountField, value: str) -> bool:
    """Whether a site can have such a value: asking for another is an error, not a miss (docs/moodle-api.md 6.2)."""
    return bool(value) and (name != "username" or not has_unusual_username({"username": value}))


def _fits(account: Account, record: Mapping[str, str], never: frozenset[str], name: AccountField) -> bool:
    """Whether an account may be taken over: it has no ID number yet, or one of the person's own numbers.

    An address alone is not enough: families share one, and schools give one anew. A name has to be the same, too.
    """
    number = str(account.get("idnumber") or "")
    own = {"", record["sourcedId"], *(record.get(one, "") for one in ("identifier", "stateId"))}
    same = name != "email" or (
        caseless(str(account.get("email", ""))) == caseless(trimmed(record["email"])) and _share_a_name(account, record)
    )
    return str(account["id"]) not in never and number in own and same


def _share_a_name(account: Account, record: Mapping[str, str]) -> bool:
    there = {caseless(trimmed(str(account.get(name, "")))) for name in ("firstname", "lastname")}
    return bool(there & {caseless(trimmed(record[name])) for name in ("givenName", "familyName")} - {""})


def _by_number(records: Records, there: Mapping[str, str]) -> Links:
    return {
        key: Link(there[record["sourcedId"]], _NUMBER)
        for key, record in records.items()
        if record["sourcedId"] in there
    }
