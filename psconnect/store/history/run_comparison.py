"""Two runs side by side: what stood at the destination after each, how the findings went, which settings differed."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence

from sqlite_utils import Database

from psconnect.model.problems import RULES, without_count
from psconnect.model.run_history import FindingsChange, RunComparison, RunSide
from psconnect.model.runs import Run
from psconnect.model.setting_parts import differing_parts
from psconnect.store.history import run_table

_Identity = tuple[str, int, int, str]


def compare_runs(db: sqlite3.Connection, connection: str, numbers: tuple[int, int]) -> RunComparison:
    """Compare two runs by their numbers, in either order."""
    found = run_table.runs_by_number(db, connection, numbers)
    first, second = sorted(numbers)
    return RunComparison(
        _side(db, connection, found[first]),
        _side(db, connection, found[second]),
        _findings(db, (first, found[first]), (second, found[second])),
        _settings(db, (first, second)),
    )


def _side(db: sqlite3.Connection, connection: str, run: Run) -> RunSide:
    left_by = run_table.left_before(db, connection, run.ended or run.planned or run.started)
    return RunSide(run, left_by, left_by.reconciled if left_by else {})


def _findings(db: sqlite3.Connection, *runs: tuple[int, Run]) -> FindingsChange | None:
    """None where a run didn't come to compare, or where which records its findings were about is kept no longer."""
    before, after = (_identities(db, number) if _judged(run) else None for number, run in runs)
    counts = [sum(run.problems.values()) for _number, run in runs]
    if before is None or after is None or [before.total(), after.total()] != counts:
        return None
    return FindingsChange(before.total(), (before - after).total(), (after - before).total())


def _judged(run: Run) -> bool:
    """Whether a run has read and judged its records: an undo has not, and a run that failed before its plan neither."""
    return run.planned is not None and run.kind != "undo"


def _identities(db: sqlite3.Connection, number: int) -> Counter[_Identity]:
    """What the findings of a run are about; of those that only count, the count is no part of it."""
    rows = Database(db, execute_plugins=False)["problem"].rows_where(
        "run = ?", [number], select="rule, entity, key, detail"
    )
    return Counter(_identity(row["rule"], row["entity"], row["key"], row["detail"]) for row in rows)


def _identity(rule: str, entity: int, key: int, detail: str) -> _Identity:
    if RULES[rule].counted:
        return rule, entity, 0, without_count(detail)[0]
    return rule, entity, key, detail


def _settings(db: sqlite3.Connection, numbers: Sequence[int]) -> tuple[str, ...] | None:
    kept = [
        json.loads(row["settings"])
        for row in Database(db, execute_plugins=False)["run"].rows_where(
            "no IN (?, ?)", list(numbers), select="settings"
        )
    ]
    return tuple(differing_parts(*kept)) if all(kept) else None
