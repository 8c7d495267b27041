"""Delivering single changes to the local Moodle, as the engine does it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from psconnect.destinations import find_kind
from psconnect.destinations.kind import Context
from psconnect.destinations.moodle.writer import MoodleWriter
from psconnect.destinations.writer import Batch
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.entities import BY_KEY, Entity
from psconnect.model.outcomes import Done, Outcome, Standing
from psconnect.model.runs import Change
from tests.moodle.server import MoodleSite

Record = dict[str, str]


@dataclass
class Patient(Clock):
    """A clock that does not wait; it notes for how long it would have."""

    waited: list[float] = field(default_factory=list)

    def wait(self, seconds: float, cancel: CancelToken) -> None:
        cancel.check()
        self.waited.append(seconds)


class Delivery:
    """A writer for a site, and what it has delivered.

    Attributes:
        ids: entity and our id -> id in Moodle.
        clock: which waits for nothing.
    """

    def __init__(self, site: MoodleSite, **settings: Any) -> None:
        self.site = site
        self.clock = Patient()
        self.ids: dict[tuple[str, str], str] = {}
        self._records: dict[tuple[str, int], Record] = {}
        self._writers: list[MoodleWriter] = []
        self._settings = settings
        self.writer = self.another()

    def another(self, **settings: Any) -> MoodleWriter:
        """A writer with other settings, or one as after a new start."""
        url = {"url": self.site.address, "kind": "moodle"}
        complete = find_kind("moodle").complete({**url, **self._settings, **settings})
        context = Context("Test", complete, secret=lambda _key: self.site.token, clock=self.clock)
        self.writer = MoodleWriter(context)
        self._writers.append(self.writer)
        return self.writer

    def close(self) -> None:
        for writer in self._writers:
            writer.close()

    def batch(self, entity: str, action: str, records: Iterable[Record]) -> Batch:
        return Batch(BY_KEY[entity], action, [self.change(entity, action, record) for record in records])

    def change(self, entity: str, action: str, record: Record) -> Change:
        """The change of a record, with the ids in Moodle that are known."""
        declared = BY_KEY[entity]
        whole = dict.fromkeys(declared.attributes, "") | record
        key = int.from_bytes(f"{entity} {record['sourcedId']}".encode()[-7:])
        before = self._records.get((entity, key))
        related = {
            name: ids
            for name in declared.attributes
            if name.endswith(("SourcedId", "SourcedIds")) and whole[name]
            if (ids := self._related(declared, whole[name]))
        }
        own = self.ids.get((entity, record["sourcedId"]), "")
        if action == "remove":
            return Change(entity, key, action, before or whole, None, own, related)
        return Change(entity, key, action, before if action == "update" else None, whole, own, related)

    def _related(self, entity: Entity, value: str) -> tuple[str, ...]:
        del entity
        found = []
        for one in value.split(","):
            found += [remote for (_kind, ours), remote in self.ids.items() if ours == one][:1]
        return tuple(found)

    def send(self, entity: str, action: str, records: Iterable[Record]) -> list[Outcome]:
        """Apply changes and settle what was done, as the engine does."""
        batch = self.batch(entity, action, records)
        outcomes = list(self.writer.apply(batch))
        for change, outcome in zip(batch.changes, outcomes, strict=True):
            if isinstance(outcome, Done):
                self.settle(change, outcome)
        return outcomes

    def settle(self, change: Change, outcome: Done) -> None:
        if change.after is None:
            self._records.pop((change.entity, change.key), None)
            self.ids.pop((change.entity, change.record["sourcedId"]), None)
            return
        self._records[change.entity, change.key] = change.after
        self.ids[change.entity, change.record["sourcedId"]] = outcome.remote_id or change.remote_id

    def create(self, entity: str, *records: Record) -> list[Outcome]:
        return self.send(entity, "create", records)

    def update(self, entity: str, *records: Record) -> list[Outcome]:
        return self.send(entity, "update", records)

    def remove(self, entity: str, *records: Record) -> list[Outcome]:
        return self.send(entity, "remove", records)

    def read_back(self, entity: str, action: str, *records: Record) -> list[Standing]:
        return list(self.writer.read_back(self.batch(entity, action, records)))

    def course(self, name: str = "c1", **more: str) -> Record:
        """A course that is there, with its category."""
        if ("moodle-category", "cat") not in self.ids:
            assert isinstance(self.create("moodle-category", {"sourcedId": "cat", "name": "All"})[0], Done)
        record = {"sourcedId": name, "categorySourcedId": "cat", "title": f"Course {name}", "shortName": name, **more}
        (outcome,) = self.create("moodle-course", record)
        assert isinstance(outcome, Done)
        return record


def student(number: int, **more: str) -> Record:
    """A made-up student."""
    return {
        "sourcedId": f"S{number}",
        "username": f"pupil{number}",
        "givenName": "Kim",
        "familyName": f"Learner {number}",
        "email": f"pupil{number}@district.example.org",
        "identifier": f"{100_000 + number}",
        "grade": "09",
        **more,
    }


def enrolled(course: str, user: str, role: str = "student", **more: str) -> Record:
    return {
        "sourcedId": f"{course}/{user}",
        "courseSourcedId": course,
        "userSourcedId": user,
        "role": role,
        **more,
    }
