"""Course categories (docs/moodle-api.md 6.3). One that is no longer wanted stays: it may hold courses of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psconnect.destinations.moodle import refusals
from psconnect.destinations.moodle.client import MoodleClient
from psconnect.destinations.moodle.encoding import Argument
from psconnect.destinations.moodle.sending import Outcomes, Request, Sender, SentItem, made, nothing_said
from psconnect.destinations.moodle.user_values import has_tag
from psconnect.destinations.writer import Batch
from psconnect.model.outcomes import Done, NotDone, Outcome, Standing
from psconnect.model.runs import Change
from psconnect.model.text import trimmed

_MOST = 50
_LONGEST_NAME = 255


def all_categories(client: MoodleClient) -> list[Mapping[str, Any]]:
    """All categories that the robot account sees."""
    return list(client.read("core_course_get_categories", {}))


class Categories:
    """The course categories of one site. Those above are made before those below are sent (Reference to itself)."""

    def __init__(self, client: MoodleClient) -> None:
        """Prepare."""
        self._client = client

    def apply(self, batch: Batch) -> Outcomes:
        """Make the changes."""
        if batch.action == "remove":
            return {change.key: Done() for change in batch.changes}
        outcomes: Outcomes = {}
        new, existing = [], []
        for change in batch.changes:
            values = self._values(change)
            if values is None:
                outcomes[change.key] = refusals.MISSING_POINTER
            elif has_tag(str(values["name"])):
                outcomes[change.key] = refusals.NAME_WITH_TAG
            elif len(str(values["name"])) > _LONGEST_NAME:
                outcomes[change.key] = refusals.TOO_LONG
            elif change.remote_id:
                existing.append(SentItem(change, {"id": change.remote_id, **values}))
            else:
                new.append(SentItem(change, values))
        sender = Sender(self._client)
        create = Request("core_course_create_categories", "categories", _MOST, made, _why, self._there)
        update = Request("core_course_update_categories", "categories", _MOST, nothing_said, _why)
        return outcomes | sender.send(create, new) | sender.send(update, existing)

    def _values(self, change: Change) -> dict[str, Argument] | None:
        record = change.record
        parent = next(iter(change.related.get("parentSourcedId", ())), "")
        if record["parentSourcedId"] and not parent:
            return None
        return {"name": trimmed(record["name"]), "parent": parent or "0", "idnumber": record["sourcedId"]}

    def _there(self, items: Sequence[SentItem]) -> Sequence[Standing]:
        return self._standing([item.change for item in items])

    def read_back(self, batch: Batch) -> Sequence[Standing]:
        """Which changes the categories show."""
        if batch.action == "remove":
            return [Done() for _change in batch.changes]
        return self._standing(batch.changes)

    def _standing(self, changes: Sequence[Change]) -> Sequence[Standing]:
        there = {str(one.get("idnumber") or ""): one for one in all_categories(self._client)}
        return [self._stands(change, there.get(change.record["sourcedId"])) for change in changes]

    def _stands(self, change: Change, category: Mapping[str, Any] | None) -> Standing:
        values = self._values(change)
        if category is None or values is None:
            return NotDone()
        same = (category["name"], str(category["parent"])) == (values["name"], values["parent"])
        return Done(str(category["id"])) if same else NotDone()


def _why(code: str, _item: SentItem) -> Outcome:
    if code == "categoryidnumbertaken":
        return refusals.NUMBER_TAKEN
    return refusals.refused_by_moodle(code)
