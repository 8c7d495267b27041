"""Delivers single changes: each is journalled before it is sent and settled by its answer.

After a kill, the next start first reads back the changes that were sent without an answer, then continues with those
that have no outcome. The ledger changes with each batch and its fingerprint covers all of it, so it has no seal until
the delivery ends.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from psconnect.destinations.writer import Batch, Writer
from psconnect.model.entities import Entity, planned_entities
from psconnect.model.errors import TryLater
from psconnect.model.events import RunEvent
from psconnect.model.outcomes import Done, NotDone, Outcome, Refused, Unknown
from psconnect.model.runs import WORKING, Change
from psconnect.store.database import transaction
from psconnect.store.history import run_table
from psconnect.store.history.facts import BEGUN, PLACE, RECEIPT, get_fact, set_fact
from psconnect.store.plan import ledger, outcomes, remote_ids
from psconnect.store.plan.plan import ACTIONS, CREATE, REMOVE, UPDATE
from psconnect.sync.delivery.partial_delivery import keep_what_was_made
from psconnect.sync.job import Job

_NOT_ARRIVED = Refused("no-answer", "The destination gave no answer to this change, twice, and does not have it.")


@dataclass
class Delivery:
    """The delivery of one run's plan to a Writer."""

    job: Job
    db: sqlite3.Connection
    number: int
    writer: Writer
    _waiting: bool = field(default=False, init=False)

    def deliver(self) -> str:
        """Send the changes that have no outcome yet; returns a sentence about them.

        Raises the destination's error if it can't be reached, and Cancelled between batches.
        """
        run = run_table.id_of(self.db, self.number)
        self._begin(run)
        self._waiting = outcomes.any_not_made(self.db, self.number)
        for entity in planned_entities():
            for action in (CREATE, UPDATE):
                self._all(entity, action)
        for entity in reversed(planned_entities()):
            self._all(entity, REMOVE)
        self.writer.end(run)
        self.job.on_step("published")
        return self.writer.address

    def _begin(self, run: str) -> None:
        here = self.writer.standing() == get_fact(self.db, RECEIPT)
        if not here and ledger.ledger_counts(self.db) and not self._anew():
            raise _replaced(self.writer)
        if here:
            set_fact(self.db, BEGUN, run)
        receipt = self.writer.begin(run)
        with transaction(self.db):
            if not here:
                # The plan creates everything: earlier deliveries went elsewhere.
                remote_ids.forget_all(self.db)
            set_fact(self.db, RECEIPT, receipt)
            set_fact(self.db, PLACE, self.writer.address)
            set_fact(self.db, BEGUN, "")
            ledger.unseal_ledger(self.db)
        self.job.on_step("begun-there")

    def _anew(self) -> bool:
        sql = "SELECT redelivers_to FROM run WHERE no = ?"
        return bool(self.db.execute(sql, [self.number]).fetchone()[0])

    def _all(self, entity: Entity, action: int) -> None:
        """Send all changes of an entity with that action."""
        total = outcomes.count(self.db, self.number, entity, action)
        if not total:
            return
        done, after = 0, None
        while True:
            self.job.cancel.check()
            if self._waiting:
                with transaction(self.db):
                    outcomes.let_wait(self.db, self.number, entity, action)
            changes = outcomes.pending(self.db, self.number, entity, action, self.writer.batch_size, after)
            if not changes and after is None:
                return
            after = changes[-1].key if changes else None
            if changes:
                self._send(entity, ACTIONS[action], changes)
                done += len(changes)
                self.job.on_event(RunEvent("applying", entity.key, min(done, total), total))

    def _send(self, entity: Entity, action: str, changes: Sequence[Change], *, again: bool = False) -> None:
        with transaction(self.db):
            outcomes.journal(self.db, self.number, entity, [change.key for change in changes])
        self.job.on_step("journalled")
        answers = self.writer.apply(Batch(entity, action, changes))
        self.job.on_step("answered")
        lost = [change for change, answer in zip(changes, answers, strict=True) if isinstance(answer, Unknown)]
        self._settle(entity, changes, answers)
        self.job.on_step("settled")
        missing = _read_back(self.job, self.db, self.writer, self.number, entity, lost) if lost else []
        if missing and again:
            with transaction(self.db):
                outcomes.journal(self.db, self.number, entity, [change.key for change in missing])
                for change in missing:
                    outcomes.settle_change(self.db, self.number, entity, change, _NOT_ARRIVED)
            self._waiting = True
        elif missing:
            self._send(entity, action, missing, again=True)

    def _settle(self, entity: Entity, changes: Sequence[Change], answers: Sequence[Outcome]) -> None:
        with transaction(self.db):
            for change, answer in zip(changes, answers, strict=True):
                if not isinstance(answer, Unknown):
                    outcomes.settle_change(self.db, self.number, entity, change, answer)
        self._waiting = self._waiting or any(isinstance(answer, Refused) for answer in answers)


def settle_unanswered(job: Job, db: sqlite3.Connection, writer: Writer) -> None:
    """Read back changes of any run that were sent and have no answer, before anything else.

    Raises TryLater while the destination can't say.
    """
    _recognise(db, writer)
    found = outcomes.unanswered(db)
    elsewhere = bool(found) and writer.standing() != get_fact(db, RECEIPT)
    for run, entity, changes in found:
        if elsewhere:
            # The destination was replaced; the new one has none of the changes.
            with transaction(db):
                outcomes.not_sent(db, run, entity, [change.key for change in changes])
        else:
            _read_back(job, db, writer, run, entity, changes)
    for run in {run for run, _entity, _changes in found}:
        if run_table.run_state(db, run) not in WORKING:
            with transaction(db):
                keep_what_was_made(job, db, run)


def _recognise(db: sqlite3.Connection, writer: Writer) -> None:
    """Recognise the destination after a kill at the start of a delivery: it may have recorded the run when we had not.

    It is the same destination if it already has that run; beginning the run again then changes nothing.
    """
    begun = get_fact(db, BEGUN)
    standing = writer.standing() if begun else ""
    if standing and standing != get_fact(db, RECEIPT) and writer.begin(begun) == standing:
        set_fact(db, RECEIPT, standing)
    if begun:
        set_fact(db, BEGUN, "")


def _replaced(writer: Writer) -> TryLater:
    return TryLater("PSC-DELIVERY-REPLACED", where=writer.address, address=writer.address)


def _read_back(
    job: Job, db: sqlite3.Connection, writer: Writer, run: int, entity: Entity, changes: Sequence[Change]
) -> list[Change]:
    """Settle unanswered changes by what the destination has; returns those that never arrived."""
    found = writer.read_back(Batch(entity, changes[0].action, changes))
    job.on_step("read-back")
    missing = [change for change, there in zip(changes, found, strict=True) if isinstance(there, NotDone)]
    with transaction(db):
        for change, there in zip(changes, found, strict=True):
            if isinstance(there, Done):
                outcomes.settle_change(db, run, entity, change, there)
        outcomes.not_sent(db, run, entity, [change.key for change in missing])
    unknown = sum(isinstance(there, Unknown) for there in found)
    if unknown:
        raise TryLater(
            "PSC-DELIVERY-UNKNOWN",
            where=writer.address,
            unknown=unknown,
            entity=entity.key,
            address=writer.address,
        )
    return missing
