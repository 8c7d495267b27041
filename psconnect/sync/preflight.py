"""Pre-flight: what the other system would reject of the roster as it will be, before anything is delivered.

What a kind declares (``allowed``, ``unique``) is looked at for all kinds alike, set by set in the database; what only
the kind knows, it says itself. Values that are too long were left out when records were shaped, and the size of a file
is known when it is written (destinations.snapshot).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from psconnect.model.entities import BY_KEY, SCHOOL
from psconnect.model.problems import ATTRIBUTES_JOINED, NOT_ALLOWED, NOT_UNIQUE, Problem
from psconnect.store.history import run_table
from psconnect.store.plan.plan import Plan
from psconnect.store.plan.record_ids import RunIds
from psconnect.store.plan.roster_checks import CheckedRecord, records_alike, records_with_other_values
from psconnect.sync.delivery.roster import PlannedRoster
from psconnect.sync.job import Job


def store_findings(job: Job, db: sqlite3.Connection, number: int, found: Iterable[Problem] = ()) -> None:
    """Store what was found while reading, and the findings about the roster after the plan in place of earlier ones.

    Needs an open transaction.
    """
    run_table.store_problems(db, number, found)
    run_table.forget_problems(db, number, [NOT_ALLOWED, NOT_UNIQUE, *(rule.key for rule in job.kind.rules)])
    run_table.store_problems(db, number, _declared(job, Plan(db, number)))
    roster = PlannedRoster(job, db, number, "planning")
    own = job.destination.preflight(roster, job.cancel)
    # Only then does a finding that counts records know how many there are.
    run_table.store_problems(db, number, [problem.settled for problem in list(own)])


def _declared(job: Job, plan: Plan) -> Iterator[Problem]:
    kind, schools = job.kind, _Schools(plan)
    for key, attributes in kind.allowed.items():
        for attribute, allowed in attributes.items():
            job.cancel.check()
            found = records_with_other_values(plan, BY_KEY[key], attribute, allowed)
            yield from _problems(NOT_ALLOWED, key, attribute, found, schools)
    for key, groups in kind.unique.items():
        for together in groups:
            job.cancel.check()
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
