"""Pre-flight: what the other system would reject of the roster as it will be, before anything is delivered.

What a kind declares (``allowed``, ``unique``) is looked at for all kinds alike, set by set in the database; what only
the kind knows, it says itself. Values that are too long were left out when records were shaped, and the size of a file
is known when it is written (destinations.snapshot).
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from psconnect.destinations import Destination, Kind
from psconnect.model.clock import CancelToken
from psconnect.model.entities import BY_KEY, SCHOOL
from psconnect.model.events import OnEvent, ignore
from psconnect.model.problems import ATTRIBUTES_JOINED, NOT_ALLOWED, NOT_UNIQUE, RULES, Problem, without_count
from psconnect.model.runs import WAITING
from psconnect.store.history import run_table
from psconnect.store.plan.plan import Plan
from psconnect.store.plan.record_ids import RunIds
from psconnect.store.plan.roster_checks import CheckedRecord, records_alike, records_with_other_values
from psconnect.sync.delivery.roster import PlannedRoster
from psconnect.sync.job import Job

_NO_RUN = 0
"""Runs are numbered from 1: after no run, the roster is what was delivered."""


@dataclass(frozen=True)
class Look:
    """What is looked at before a delivery: the destination, its kind and settings, and the labels of extra values."""

    kind: Kind
    destination: Destination
    destination_table: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cancel: CancelToken = field(default_factory=CancelToken)
    on_event: OnEvent = ignore


def store_findings(job: Job, db: sqlite3.Connection, number: int, found: Iterable[Problem] = ()) -> None:
    """Store what was found while reading, and the findings about the roster after the plan in place of earlier ones.

    Needs an open transaction.
    """
    look = Look(job.kind, job.destination, job.destination_table, job.labels, job.cancel, job.on_event)
    run_table.store_problems(db, number, found)
    run_table.forget_problems(db, number, [NOT_ALLOWED, NOT_UNIQUE, *(rule.key for rule in job.kind.rules)])
    run_table.store_problems(db, number, _declared(look, Plan(db, number)))
    run_table.store_problems(db, number, _own(look, db, number))


def found_ahead(look: Look, db: sqlite3.Connection) -> Counter[str]:
    """How many records each rule is about in the roster of the waiting run, else in what was delivered last.

    Stores nothing but temporary tables.
    """
    waiting = run_table.runs_in_state(db, WAITING)
    number = waiting[-1][0] if waiting else _NO_RUN
    counts = Counter[str]()
    for problem in chain(_declared(look, Plan(db, number)), _own(look, db, number)):
        counts[problem.rule] += without_count(problem.detail)[1] if RULES[problem.rule].counted else 1
    return counts


def _own(look: Look, db: sqlite3.Connection, number: int) -> list[Problem]:
    """What only the kind knows; a finding that counts records knows how many there are when all are read."""
    roster = PlannedRoster(look, db, number, "planning")
    return [problem.settled for problem in list(look.destination.preflight(roster, look.cancel))]


def _declared(look: Look, plan: Plan) -> Iterator[Problem]:
    kind, schools = look.kind, _Schools(plan)
    for key, attributes in kind.allowed.items():
        for attribute, allowed in attributes.items():
            look.cancel.check()
            found = records_with_other_values(plan, BY_KEY[key], attribute, allowed)
            yield from _problems(NOT_ALLOWED, key, attribute, found, schools)
    for key, groups in kind.unique.items():
        for together in groups:
            look.cancel.check()
            found = records_alike(plan, BY_KEY[key], together)
            yield from _problems(NOT_UNIQUE, key, ATTRIBUTES_JOINED.join(together), found, schools)


def _problems(
    rule: str, entity: str, about: str, found: Iterator[CheckedRecord], schools: _Schools
) -> Iterator[Problem]:
    for one in found:
        yield Problem(rule, entity, one.key, schools.key_of(one.school), about)


class _Schools:
    """The keys of schools by their ids, each looked up once."""

    def __init__(self, plan: Plan) -> None:
        self._ids = RunIds(plan.db, plan.run)
        self._known: dict[str, int | None] = {"": None}

    def key_of(self, sourced_id: str) -> int | None:
        if sourced_id not in self._known:
            self._known[sourced_id] = self._ids.key_of(SCHOOL, sourced_id)
        return self._known[sourced_id]
