"""Groups of Moodle courses (docs/moodle-api.md 6.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psconnect.destinations.moodle import refusals
from psconnect.destinations.moodle.answers import MoodleSaid
from psconnect.destinations.moodle.client import MoodleClient
from psconnect.destinations.moodle.sending import Outcomes, Request, Sender, SentItem, made, nothing_said
from psconnect.destinations.moodle.user_values import has_tag
from psconnect.destinations.writer import Batch
from psconnect.model.outcomes import Done, NotDone, Outcome, Refused, Standing
from psconnect.model.runs import Change
from psconnect.model.text import trimmed

_MOST = 50
_LONGEST_NAME = 254
Group = Mapping[str, Any]


def groups_of(client: MoodleClient, course: str) -> dict[str, Group]:
    """The groups of a course by idnumber; none of a course that is gone."""
    try:
        found = client.read("core_group_get_course_groups", {"courseid": course})
    except MoodleSaid:
        return {}
    return {str(one["idnumber"]): one for one in found if one.get("idnumber")}


class Groups:
    """The groups of one site's courses. A removed one is kept where dropped enrollments are, else deleted."""

    def __init__(self, client: MoodleClient) -> None:
        """Prepare for the settings of the client's connection."""
        self._client = client
        self._deletes = client.context.settings["dropped"] == "unenrol"

    def apply(self, batch: Batch) -> Outcomes:
        """Make the changes."""
        sender = Sender(self._client)
        if batch.action == "remove":
            items = [SentItem(one, one.remote_id) for one in batch.changes if one.remote_id and self._deletes]
            delete = Request("core_group_delete_groups", "groupids", _MOST, nothing_said, _why)
            kept: Outcomes = {change.key: Done() for change in batch.changes}
            return kept | sender.send(delete, items)
        outcomes: Outcomes = {}
        new, existing = [], []
        for change in batch.changes:
            refused = self._unfit(change)
            values = {"name": trimmed(change.record["title"]), "idnumber": change.record["sourcedId"]}
            if refused:
                outcomes[change.key] = refused
            elif change.remote_id and not _moved(change):
                existing.append(SentItem(change, {"id": change.remote_id, **values}))
            else:
                new.append(SentItem(change, {"courseid": _course_of(change), "description": "", **values}))
        create = Request("core_group_create_groups", "groups", _MOST, made, _why, self._there)
        update = Request("core_group_update_groups", "groups", _MOST, nothing_said, _why)
        return outcomes | sender.send(create, new) | sender.send(update, existing)

    def _unfit(self, change: Change) -> Refused | None:
        title = trimmed(change.record["title"])
        if not _course_of(change):
            return refusals.MISSING_POINTER
        if not title:
            return refusals.NO_TITLE
        if has_tag(title):
            return refusals.NAME_WITH_TAG
        return refusals.TOO_LONG if len(title) > _LONGEST_NAME else None

    def _there(self, items: Sequence[SentItem]) -> Sequence[Standing]:
        return self._standing([item.change for item in items])

    def read_back(self, batch: Batch) -> Sequence[Standing]:
        """Which changes the groups show."""
        if batch.action != "remove":
            return self._standing(batch.changes)
        if not self._deletes:
            return [Done() for _change in batch.changes]
        there = {str(one["id"]) for one in self._of(batch.changes).values()}
        return [NotDone() if change.remote_id in there else Done() for change in batch.changes]

    def _standing(self, changes: Sequence[Change]) -> Sequence[Standing]:
        there = self._of(changes)
        found: list[Standing] = []
        for change in changes:
            group = there.get((_course_of(change), change.record["sourcedId"]))
            same = group is not None and group["name"] == trimmed(change.record["title"])
            found.append(Done(str(group["id"])) if group is not None and same else NotDone())
        return found

    def _of(self, changes: Iterable[Change]) -> dict[tuple[str, str], Group]:
        courses = dict.fromkeys(_course_of(change) for change in changes)
        return {
            (course, number): group
            for course in courses
            if course
            for number, group in groups_of(self._client, course).items()
        }


def _course_of(change: Change) -> str:
    return next(iter(change.related.get("courseSourcedId", ())), "")


def _moved(change: Change) -> bool:
    """Whether the class is now part of another Moodle course: a group can't follow, so it gets one there."""
    return change.before is not None and change.before["courseSourcedId"] != change.record["courseSourcedId"]


def _why(code: str, _item: SentItem) -> Outcome:
    if code == "idnumbertaken":
        return refusals.NUMBER_TAKEN
    return refusals.GROUP_NAME_TAKEN if code == "invalidparameter" else refusals.refused_by_moodle(code)
