"""Moodle courses (docs/moodle-api.md 6.4). None is ever deleted: one no longer wanted is hidden, or left as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from psconnect.destinations.moodle import refusals
from psconnect.destinations.moodle.answers import MoodleSaid
from psconnect.destinations.moodle.categories import all_categories
from psconnect.destinations.moodle.client import MoodleClient
from psconnect.destinations.moodle.encoding import Argument
from psconnect.destinations.moodle.sending import Outcomes, Request, Sender, SentItem, made, with_warnings
from psconnect.destinations.moodle.user_values import has_tag
from psconnect.destinations.writer import Batch
from psconnect.model.clock import Clock
from psconnect.model.outcomes import Done, NotDone, Outcome, Refused, Standing
from psconnect.model.runs import Change
from psconnect.model.text import trimmed

SITE_HOME = "1"
"""The id of the site's start page, which is a course, too."""
_MOST = 20
_LONGEST = {"fullname": 254, "shortname": 255, "idnumber": 100}
"""``fullname`` as in 4.3; 5.1 has room for more (docs/moodle-api.md 12)."""
_DATES = ("startdate", "enddate")
_MODES = {"": 0, "separate": 1, "visible": 2}
Course = Mapping[str, Any]


def day_begins(day: str, clock: Clock, *, later: int = 0) -> int:
    """The Unix time at which a day (YYYY-MM-DD) begins here, or one that many days later."""
    at = datetime.fromisoformat(day) + timedelta(days=later)
    return int(at.replace(tzinfo=clock.zone()).timestamp())


def all_courses(client: MoodleClient) -> list[Course]:
    """All courses but the start page, as far as the robot account sees them."""
    try:
        found = client.read("core_course_get_courses", {})
    except MoodleSaid:  # one course that can't be entered spoils the answer
        found = client.read("core_course_get_courses_by_field", {})["courses"]
    return [course for course in found if str(course["id"]) != SITE_HOME]


def courses_by_number(client: MoodleClient, numbers: Iterable[str]) -> dict[str, Course]:
    """The courses with these idnumbers, by idnumber; one call each, because the function takes one value."""
    found: dict[str, Course] = {}
    for number in dict.fromkeys(numbers):
        answer = client.read("core_course_get_courses_by_field", {"field": "idnumber", "value": number})
        found.update((number, course) for course in answer["courses"] if course.get("idnumber") == number)
    return found


def numbers_of(client: MoodleClient, courses: Iterable[str]) -> dict[str, str]:
    """The idnumbers of the courses with these ids, by id; one that is gone is left out."""
    ids = list(courses)
    try:
        found = list(client.read_some("core_course_get_courses", "options[ids]", ids))
    except MoodleSaid:  # one course that can't be entered spoils the answer
        found = all_courses(client)
    return {str(course["id"]): str(course.get("idnumber") or "") for course in found}


class Courses:
    """The courses of one site."""

    def __init__(self, client: MoodleClient) -> None:
        """Prepare for the settings of the client's connection."""
        self._client = client
        self._hides = client.context.settings["removed_courses"] == "hide"

    def apply(self, batch: Batch) -> Outcomes:
        """Make the changes."""
        if batch.action == "remove":
            return self._remove(batch)
        outcomes: Outcomes = {}
        new, existing = [], []
        shown = self._ours_already(batch.changes)
        categories = self._categories(batch.changes)
        for change in batch.changes:
            values = self._changed(change)
            if isinstance(values, Refused):
                outcomes[change.key] = values
            elif change.remote_id and str(values.get("categoryid", "")) not in {"", *categories}:
                outcomes[change.key] = refusals.CATEGORY_GONE
            elif not change.remote_id:
                new.append(SentItem(change, {**values, "visible": 1}))
            elif change.key in shown:
                existing.append(SentItem(change, {"id": change.remote_id, **values, "visible": 1}))
            elif values:
                existing.append(SentItem(change, {"id": change.remote_id, **values}))
            else:
                outcomes[change.key] = Done(change.remote_id)
        sender = Sender(self._client)
        create = Request("core_course_create_courses", "courses", _MOST, made, _why, self._there)
        return outcomes | sender.send(create, new) | sender.send(self._update, existing)

    def _categories(self, changes: Sequence[Change]) -> set[str]:
        """Categories that are there: Moodle would move a course into one that isn't (real 4.5 and 5.1)."""
        moves = any(change.remote_id and _moves(change) for change in changes)
        return {str(one["id"]) for one in all_categories(self._client)} if moves else set()

    @property
    def _update(self) -> Request:
        return Request("core_course_update_courses", "courses", _MOST, with_warnings(_why), _why)

    def _ours_already(self, changes: Sequence[Change]) -> set[int]:
        """Adopted courses that have our ID number and come back: psconnect has hidden them.

        One that is adopted by its short name stays hidden: somebody may still be at work on it.
        """
        adopted = [change for change in changes if change.action == "create" and change.remote_id and self._hides]
        numbers = numbers_of(self._client, [change.remote_id for change in adopted]) if adopted else {}
        return {change.key for change in adopted if numbers.get(change.remote_id) == change.record["sourcedId"]}

    def _changed(self, change: Change) -> dict[str, Argument] | Refused:
        """What to send for a course."""
        record = change.record
        before = change.before if change.action == "update" else None
        values = self._values(record)
        if before is not None:
            was = self._values(before)
            dates = any(was.get(name) != values.get(name) for name in _DATES)  # one alone is refused
            values = {
                name: value for name, value in values.items() if was.get(name) != value or (dates and name in _DATES)
            }
        if _moves(change):
            category = next(iter(change.related.get("categorySourcedId", ())), "")
            if not category:
                return refusals.MISSING_POINTER
            values["categoryid"] = category
        return self._unfit(record, values) or values

    def _unfit(self, record: Mapping[str, str], values: Mapping[str, Argument]) -> Refused | None:
        texts = {name: str(values[name]) for name in _LONGEST if name in values}
        if any(not text for text in texts.values()):
            return refusals.NO_TITLE
        if any(map(has_tag, texts.values())):
            return refusals.NAME_WITH_TAG
        if any(len(text) > _LONGEST[name] for name, text in texts.items()):
            return refusals.TOO_LONG
        turned = record["startDate"] and record["endDate"] and record["endDate"] < record["startDate"]
        return refusals.DATES_TURNED if turned else None

    def _values(self, record: Mapping[str, str]) -> dict[str, Argument]:
        clock = self._client.context.clock
        values: dict[str, Argument] = {
            "fullname": trimmed(record["title"]),
            "shortname": trimmed(record["shortName"]),
            "idnumber": record["sourcedId"],
            "groupmode": _MODES[record["groupMode"]],
            "enddate": day_begins(record["endDate"], clock) if record["endDate"] else 0,  # 0 is none; left out, a year
        }
        if record["startDate"]:
            values["startdate"] = day_begins(record["startDate"], clock)
        return values

    def _remove(self, batch: Batch) -> Outcomes:
        if not self._hides:
            return {change.key: Done() for change in batch.changes}
        gone = [change for change in batch.changes if not change.remote_id]
        items = [SentItem(one, {"id": one.remote_id, "visible": 0}) for one in batch.changes if one.remote_id]
        return {change.key: Done() for change in gone} | Sender(self._client).send(self._hide, items)

    @property
    def _hide(self) -> Request:
        return Request("core_course_update_courses", "courses", _MOST, with_warnings(_gone_is_done), _gone_is_done)

    def _there(self, items: Sequence[SentItem]) -> Sequence[Standing]:
        changes = [item.change for item in items]
        there = courses_by_number(self._client, [change.record["sourcedId"] for change in changes])
        return [self._stands(change, there.get(change.record["sourcedId"])) for change in changes]

    def _stands(self, change: Change, course: Course | None) -> Standing:
        if course is None or (change.remote_id and str(course["id"]) != change.remote_id):
            return NotDone()
        values = self._values(change.record)
        category = next(iter(change.related.get("categorySourcedId", ())), "")
        same = all(str(course.get(name, "")) == str(value) for name, value in values.items())
        return Done(str(course["id"])) if same and str(course["categoryid"]) == category else NotDone()

    def read_back(self, batch: Batch) -> Sequence[Standing]:
        """Which changes the courses show."""
        if batch.action != "remove":
            return self._there([SentItem(change, "") for change in batch.changes])
        if not self._hides:
            return [Done() for _change in batch.changes]
        shown = {str(course["id"]) for course in all_courses(self._client) if course.get("visible", 1)}
        return [NotDone() if change.remote_id in shown else Done() for change in batch.changes]


def _moves(change: Change) -> bool:
    before = change.before if change.action == "update" else None
    return before is None or before["categorySourcedId"] != change.record["categorySourcedId"]


def _why(code: str, _item: SentItem) -> Outcome:
    return refusals.refused_by_moodle(code)


def _gone_is_done(code: str, item: SentItem) -> Outcome:
    """A course that somebody deleted needs no hiding."""
    refused = refusals.refused_by_moodle(code)
    return Done(item.change.remote_id) if refused is refusals.GONE_THERE else refused
