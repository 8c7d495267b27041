"""Cohorts of the whole site (docs/moodle-api.md 6.7), and who is in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psconnect.destinations.moodle import refusals
from psconnect.destinations.moodle.answers import MoodleSaid
from psconnect.destinations.moodle.client import MoodleClient
from psconnect.destinations.moodle.encoding import Argument
from psconnect.destinations.moodle.sending import Outcomes, Request, Sender, SentItem, made, nothing_said
from psconnect.destinations.writer import Batch
from psconnect.model.outcomes import Done, NotDone, Outcome, Standing
from psconnect.model.runs import Change
from psconnect.model.text import trimmed

_MOST, _MOST_MEMBERS = 50, 200
_LONGEST_NAME = 254
_SITE_WIDE = {"type": "system", "value": ""}
"""The value is looked at by nobody, but has to be there (docs/moodle-api.md 6.7)."""
_MEMBERS = "core_cohort_get_cohort_members"
Cohort = Mapping[str, Any]


def all_cohorts(client: MoodleClient) -> dict[str, Cohort]:
    """All cohorts that have an idnumber, by it: those of categories, too."""
    return {str(one["idnumber"]): one for one in client.read("core_cohort_get_cohorts", {}) if one.get("idnumber")}


def members_of(client: MoodleClient, cohorts: Iterable[str]) -> set[tuple[str, str]]:
    """Who is in these cohorts: ids of cohort and user. One that is gone has nobody."""
    wanted = list(dict.fromkeys(cohorts))
    try:
        rows = list(client.read_some(_MEMBERS, "cohortids", wanted))
    except MoodleSaid:  # one that is gone spoils the answer
        rows = [row for one in wanted for row in _members_of_one(client, one)]
    return {(str(row["cohortid"]), str(user)) for row in rows for user in row["userids"]}


def _members_of_one(client: MoodleClient, cohort: str) -> list[Mapping[str, Any]]:
    try:
        return list(client.read(_MEMBERS, {"cohortids": [cohort]}))
    except MoodleSaid:
        return []


class MoodleCohorts:
    """The cohorts of one site. One that has no members any more stays: courses may enrol whoever comes into it."""

    def __init__(self, client: MoodleClient) -> None:
        """Prepare."""
        self._client = client

    def apply(self, batch: Batch) -> Outcomes:
        """Make the changes. An adopted cohort stays as it is: its name and its place are somebody's choice."""
        if batch.action == "remove":
            return {change.key: Done() for change in batch.changes}
        outcomes: Outcomes = {
            change.key: Done(change.remote_id)
            for change in batch.changes
            if change.action == "create" and change.remote_id
        }
        new = [change for change in batch.changes if not change.remote_id]
        existing = [change for change in batch.changes if change.action == "update" and change.remote_id]
        unfit = {change.key: refusals.NO_TITLE for change in new if not _title(change)}
        items = [
            SentItem(
                change, {"categorytype": _SITE_WIDE, "name": _title(change), "idnumber": change.record["sourcedId"]}
            )
            for change in new
            if change.key not in unfit
        ]
        sender = Sender(self._client)
        create = Request("core_cohort_create_cohorts", "cohorts", _MOST, made, _why, self._there)
        return outcomes | unfit | sender.send(create, items) | self._rename(sender, existing)

    def _rename(self, sender: Sender, changes: Sequence[Change]) -> Outcomes:
        """Rename cohorts that still have the name we gave them, and stand where we made them.

        Moodle wants the place each time, and does not say where a cohort stands: one of a category is left alone.
        """
        outcomes: Outcomes = {change.key: Done(change.remote_id) for change in changes}
        items = []
        for change in changes:
            found = self._at_system_level(change)
            if found and found["name"] == _title_of(change.before or {}) != _title(change):
                value = {"id": change.remote_id, "categorytype": _SITE_WIDE, "idnumber": found["idnumber"]}
                items.append(SentItem(change, {**value, "name": _title(change)}))
        update = Request("core_cohort_update_cohorts", "cohorts", _MOST, nothing_said, _why)
        return outcomes | sender.send(update, items)

    def _at_system_level(self, change: Change) -> Cohort | None:
        where = {"contextlevel": "system", "instanceid": 0}
        wanted: dict[str, Argument] = {
            "query": change.record["sourcedId"],
            "context": where,
            "includes": "self",
            "limitnum": 0,
        }
        found = self._client.read("core_cohort_search_cohorts", wanted)["cohorts"]
        return next((one for one in found if str(one["id"]) == change.remote_id), None)

    def _there(self, items: Sequence[SentItem]) -> Sequence[Standing]:
        return self._standing([item.change for item in items])

    def read_back(self, batch: Batch) -> Sequence[Standing]:
        """Which changes the cohorts show; a new name only while ours stands there."""
        if batch.action == "remove":
            return [Done() for _change in batch.changes]
        return self._standing(batch.changes)

    def _standing(self, changes: Sequence[Change]) -> Sequence[Standing]:
        there = all_cohorts(self._client)
        found: list[Standing] = []
        for change in changes:
            cohort = there.get(change.record["sourcedId"])
            ours = cohort is not None and change.action == "update" and cohort["name"] == _title_of(change.before or {})
            due = ours and _title_of(change.before or {}) != _title(change)
            found.append(NotDone() if cohort is None or due else Done(str(cohort["id"])))
        return found


class CohortMembers:
    """The members of one site's cohorts. The remote id of one is ``cohortid/userid``."""

    def __init__(self, client: MoodleClient) -> None:
        """Prepare."""
        self._client = client

    def apply(self, batch: Batch) -> Outcomes:
        """Make the changes."""
        sender = Sender(self._client)
        if batch.action == "remove":
            return self._remove(sender, batch.changes)
        outcomes: Outcomes = {change.key: Done(change.remote_id) for change in batch.changes if change.remote_id}
        numbers = self._numbers([change for change in batch.changes if change.key not in outcomes])
        items = []
        for change in batch.changes:
            cohort, user = _ids(change)
            if change.key in outcomes:
                continue
            if not (cohort and user):
                outcomes[change.key] = refusals.MISSING_POINTER
            elif cohort not in numbers:
                outcomes[change.key] = refusals.GONE_THERE
            elif numbers[cohort] != change.record["cohortSourcedId"]:
                outcomes[change.key] = refusals.COHORT_RENUMBERED
            else:
                who = {"cohorttype": {"type": "id", "value": cohort}, "usertype": {"type": "id", "value": user}}
                items.append(SentItem(change, who))
        add = Request("core_cohort_add_cohort_members", "members", _MOST_MEMBERS, self._added, _why)
        return outcomes | sender.send(add, items)

    def _numbers(self, changes: Sequence[Change]) -> dict[str, str]:
        """The ID number of each cohort by its id: one that somebody changed is no longer ours."""
        cohorts = [one for one in dict.fromkeys(_ids(change)[0] for change in changes) if one]
        rows = self._client.read_some("core_cohort_get_cohorts", "cohortids", cohorts)
        return {str(row["id"]): str(row.get("idnumber", "")) for row in rows}

    def _added(self, answer: Any, items: Sequence[SentItem]) -> Sequence[Outcome]:
        """All are in unless Moodle warned, which it does without saying of whom; then the cohorts are looked at."""
        done = [Done("/".join(_ids(item.change))) for item in items]
        if not (answer or {}).get("warnings"):
            return done
        there = members_of(self._client, (_ids(item.change)[0] for item in items))
        return [
            outcome if _ids(item.change) in there else refusals.GONE_THERE
            for item, outcome in zip(items, done, strict=True)
        ]

    def _remove(self, sender: Sender, changes: Sequence[Change]) -> Outcomes:
        outcomes: Outcomes = {change.key: Done() for change in changes}
        items = [
            SentItem(change, dict(zip(("cohortid", "userid"), _ids(change), strict=True)))
            for change in changes
            if all(_ids(change))
        ]
        remove = Request("core_cohort_delete_cohort_members", "members", _MOST_MEMBERS, nothing_said, self._gone)
        return outcomes | sender.send(remove, items)

    def _gone(self, code: str, item: SentItem) -> Outcome:
        """Who isn't in a cohort needs no removal: the account or the cohort may have been deleted."""
        return _why(code, item) if _ids(item.change) in members_of(self._client, _ids(item.change)[:1]) else Done()

    def read_back(self, batch: Batch) -> Sequence[Standing]:
        """Which changes the cohorts show."""
        there = members_of(self._client, (_ids(change)[0] for change in batch.changes if _ids(change)[0]))
        removed = batch.action == "remove"
        return [
            Done("" if removed else "/".join(_ids(change))) if (_ids(change) in there) is not removed else NotDone()
            for change in batch.changes
        ]


def _ids(change: Change) -> tuple[str, str]:
    """The ids of cohort and user: as delivered, else of what it points to; empty where there is none."""
    if change.remote_id:
        cohort, _, user = change.remote_id.partition("/")
        return cohort, user
    cohort, user = (next(iter(change.related.get(name, ())), "") for name in ("cohortSourcedId", "userSourcedId"))
    return cohort, user


def _title_of(record: Mapping[str, str]) -> str:
    return trimmed(record.get("title", ""))[:_LONGEST_NAME]


def _title(change: Change) -> str:
    return _title_of(change.record)


def _why(code: str, _item: SentItem) -> Outcome:
    return refusals.NUMBER_TAKEN if code == "invalidparameter" else refusals.refused_by_moodle(code)
