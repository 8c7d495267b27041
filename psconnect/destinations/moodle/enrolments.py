"""Enrolments in Moodle courses, with role and groups (docs/moodle-api.md 6.5 and 6.6).

Enrolling again changes nothing that is right, so what has no answer is sent again. Requests are sorted by Moodle's user
id: requests that share users in another order block each other in the database (docs/moodle-api.md 1, fact 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from psconnect.destinations.moodle import refusals
from psconnect.destinations.moodle.client import MoodleClient
from psconnect.destinations.moodle.courses import day_begins
from psconnect.destinations.moodle.encoding import Argument
from psconnect.destinations.moodle.enrolled import Place, places_in
from psconnect.destinations.moodle.groups import groups_of
from psconnect.destinations.moodle.sending import Outcomes, Request, Sender, SentItem, nothing_said
from psconnect.destinations.moodle.settings import chosen_roles
from psconnect.destinations.writer import Batch
from psconnect.model.id_attributes import SEPARATOR
from psconnect.model.outcomes import Done, NotDone, Outcome, Standing
from psconnect.model.runs import Change

_MOST = 100
_ENROL, _UNENROL = "enrol_manual_enrol_users", "enrol_manual_unenrol_users"


class Enrolments:
    """The enrolments of one site. The remote id of one is ``courseid/userid``."""

    def __init__(self, client: MoodleClient) -> None:
        """Prepare for the settings of the client's connection."""
        self._client = client
        settings = client.context.settings
        self._suspends = settings["dropped"] == "suspend"
        self._roles = chosen_roles(settings)
        self._given: set[int] = set()
        self._not_given: set[tuple[int, str]] = set()
        """Roles that Moodle let us give; and those it did not, with the course, or everywhere."""

    def apply(self, batch: Batch) -> Outcomes:
        """Make the changes."""
        sender = Sender(self._client)
        if batch.action == "remove":
            return self._remove(sender, batch.changes)
        outcomes: Outcomes = {change.key: _missing(change) or Done(_remote_id(change)) for change in batch.changes}
        steps = (self._take_roles, self._enrol, self._take_groups, self._give_groups)
        for step in steps:
            open_ = [change for change in batch.changes if isinstance(outcomes[change.key], Done)]
            later = step(sender, sorted(open_, key=_in_turn))
            # An id of its own in a step is of no use: the enrolment's is the place in the course.
            outcomes |= {key: outcome for key, outcome in later.items() if not isinstance(outcome, Done)}
        return outcomes

    # --- the steps of a change ---------------------------------------------------------------------------------------

    def _take_roles(self, sender: Sender, changes: Sequence[Change]) -> Outcomes:
        """Take the role before from those who get another one: enrolling only adds roles."""
        items = [
            SentItem(
                change,
                {
                    "roleid": self._role(change.before),
                    "userid": _user(change),
                    "contextlevel": "course",
                    "instanceid": _course(change),
                },
            )
            for change in changes
            if change.before is not None and change.action == "update"
            if self._role(change.before) != self._role(change.record)
        ]
        return sender.send(self._request("core_role_unassign_roles", "unassignments"), items)

    def _enrol(self, sender: Sender, changes: Sequence[Change]) -> Outcomes:
        items = [
            SentItem(change, self._enrolment(change))
            for change in changes
            if change.action == "create" or _differ(change, ("role", "beginDate", "endDate"))
        ]
        return sender.send(self._request(_ENROL, "enrolments"), items)

    def _take_groups(self, sender: Sender, changes: Sequence[Change]) -> Outcomes:
        """Take those out of groups who are in them no longer; the groups are looked up by ID number."""
        left = [(change, _groups(change.before) - _groups(change.record)) for change in changes]
        left = [(change, some) for change, some in left if some and change.action == "update"]
        numbers = {
            course: groups_of(self._client, course)
            for course in dict.fromkeys(_course(change) for change, _some in left)
        }
        items = [
            SentItem(change, {"groupid": str(numbers[_course(change)][one]["id"]), "userid": _user(change)})
            for change, some in left
            for one in sorted(some)
            if one in numbers[_course(change)]
        ]
        return sender.send(self._request("core_group_delete_group_members", "members"), items)

    def _give_groups(self, sender: Sender, changes: Sequence[Change]) -> Outcomes:
        items = [
            SentItem(change, {"groupid": group, "userid": _user(change)})
            for change in changes
            if change.action == "create" or _differ(change, ("groupSourcedIds",))
            for group in change.related.get("groupSourcedIds", ())
        ]
        return sender.send(self._request("core_group_add_group_members", "members"), items)

    def _enrolment(self, change: Change, *, suspend: bool = False) -> dict[str, Argument]:
        """All of an enrolment: what is left out is reset."""
        record, clock = change.record, self._client.context.clock
        course, user = _remote_id(change).split("/")
        values: dict[str, Argument] = {"roleid": self._role(record), "userid": user, "courseid": course}
        if record["beginDate"]:
            values["timestart"] = day_begins(record["beginDate"], clock)
        if record["endDate"]:
            values["timeend"] = day_begins(record["endDate"], clock, later=1)
        return {**values, "suspend": 1} if suspend else values

    def _remove(self, sender: Sender, changes: Sequence[Change]) -> Outcomes:
        gone = [change for change in changes if not _remote_id(change)]
        items = [
            SentItem(
                change,
                self._enrolment(change, suspend=True) if self._suspends else _place(change),
            )
            for change in sorted(changes, key=_in_turn)
            if _remote_id(change)
        ]
        request = self._request(_ENROL if self._suspends else _UNENROL, "enrolments")
        return {change.key: Done() for change in gone} | sender.send(request, items)

    def _request(self, function: str, items: str) -> Request:
        return Request(function, items, _MOST, self._done, self._why, known=self._known)

    def _done(self, answer: object, items: Sequence[SentItem]) -> Sequence[Outcome]:
        for item in items:
            role = _role_in(item)
            if role:
                self._given.add(role)
        return nothing_said(answer, items)

    def _known(self, item: SentItem) -> Outcome | None:
        """Refused without asking: Moodle has refused this role before."""
        role, course = _role_in(item), _course(item.change)
        hopeless = {(role, ""), (role, course)} & self._not_given
        return refusals.NOT_ASSIGNABLE if role and hopeless else None

    def _why(self, code: str, item: SentItem) -> Outcome:
        """Why Moodle refused a single enrolment; somebody who isn't there needs no removal."""
        if code == "wsusercannotassign":
            role = _role_in(item)
            self._not_given.add((role, _course(item.change) if role in self._given else ""))
            return refusals.NOT_ASSIGNABLE
        if item.change.action == "remove" and self._removed([item.change])[0] != NotDone():
            return Done()
        if code == "invalidparameter":
            return refusals.NOT_ENROLLED if "groupid" in dict(_of(item)) else refusals.NO_ACCESS
        return refusals.refused_by_moodle(code)

    # --- reading back ------------------------------------------------------------------------------------------------

    def read_back(self, batch: Batch) -> Sequence[Standing]:
        """Which changes the courses show. Dates are not shown: an enrolment whose dates change is sent again."""
        if batch.action == "remove":
            return self._removed(batch.changes)
        places = self._places(batch.changes)
        return [self._stands(change, places) for change in batch.changes]

    def _stands(self, change: Change, places: Mapping[tuple[str, str], Place]) -> Standing:
        place = places.get((_course(change), _user(change)))
        if place is None or _missing(change) or _differ(change, ("beginDate", "endDate")):
            return NotDone()
        role = self._role(change.record)
        before = self._role(change.before) if change.before is not None else role
        dated = bool(change.record["beginDate"] or change.record["endDate"])
        fine = (
            role in place.roles
            and (before == role or before not in place.roles)
            and place.groups >= {*change.related.get("groupSourcedIds", ())}
            and (not change.before or not _groups(change.before) - _groups(change.record))
            and (place.active or dated)
        )
        return Done(_remote_id(change)) if fine else NotDone()

    def _removed(self, changes: Sequence[Change]) -> Sequence[Standing]:
        places = self._places(changes)
        found = [places.get((_course(change), _user(change))) for change in changes]
        return [Done() if one is None or (self._suspends and not one.active) else NotDone() for one in found]

    def _places(self, changes: Iterable[Change]) -> dict[tuple[str, str], Place]:
        courses = dict.fromkeys(_course(change) for change in changes)
        return {
            (course, user): place
            for course in courses
            if course
            for user, place in places_in(self._client, course).items()
        }

    def _role(self, record: Mapping[str, str]) -> int:
        return self._roles[record["role"]]


def _remote_id(change: Change) -> str:
    """``courseid/userid``: as it was delivered, else of what it points to; empty where one is missing."""
    if change.remote_id:
        return change.remote_id
    ids = [next(iter(change.related.get(name, ())), "") for name in ("courseSourcedId", "userSourcedId")]
    return "/".join(ids) if all(ids) else ""


def _course(change: Change) -> str:
    return _remote_id(change).partition("/")[0]


def _user(change: Change) -> str:
    return _remote_id(change).partition("/")[2]


def _in_turn(change: Change) -> tuple[bool, int, int]:
    """Students before teachers: a course with a teacher mails a welcome to each who comes after (real 4.5 and 5.1)."""
    return change.record["role"] != "student", int(_user(change) or 0), int(_course(change) or 0)


def _groups(record: Mapping[str, str] | None) -> set[str]:
    return {one for one in (record or {}).get("groupSourcedIds", "").split(SEPARATOR) if one}


def _differ(change: Change, names: Iterable[str]) -> bool:
    before = change.before if change.action == "update" else None
    return before is not None and any(before[name] != change.record[name] for name in names)


def _missing(change: Change) -> Outcome | None:
    """The refusal of an enrolment whose course, user or one of whose groups Moodle doesn't have."""
    groups = change.related.get("groupSourcedIds", ())
    whole = bool(_remote_id(change)) and len(groups) == len(_groups(change.record))
    return None if whole else refusals.MISSING_POINTER


def _place(change: Change) -> dict[str, Argument]:
    return {"userid": _user(change), "courseid": _course(change)}


def _of(item: SentItem) -> Mapping[str, Argument]:
    return item.value if isinstance(item.value, Mapping) else {}


def _role_in(item: SentItem) -> int:
    role = _of(item).get("roleid", 0)
    return role if isinstance(role, int) else 0
