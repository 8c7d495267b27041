"""The table of runs, one row each, with their findings and changes."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import msgspec
from sqlite_utils import Database

from psconnect.model.causes import Cause, cause_as_stored, cause_from_stored
from psconnect.model.entities import BY_KEY, BY_RANK, Entity
from psconnect.model.phrases import restored, stored
from psconnect.model.problems import RULES, Problem
from psconnect.model.reconciled import Reconciled
from psconnect.model.runs import APPLIED, Change, ChangeCounts, Compared, Hold, Run
from psconnect.store.plan.plan import ACTIONS
from psconnect.store.record import record_by_name

_JSON = (
    "changes",
    "problems",
    "read",
    "left_out",
    "holds",
    "error",
    "not_applied",
    "set_aside",
    "rejected",
    "compared",
    "filled",
    "reconciled",
    "settings",
    "cause",
)
_DECODED = tuple(name for name in _JSON if name not in ("rejected", "filled", "settings"))
_SHOWN = (
    *_DECODED,
    *("no", "id", "state", "trigger", "scope", "started", "ended", "planned", "plan_hash", "failed_in", "delivered"),
    *("way", "calls", "reason", "school_year", "kind", "undoes", "redelivers_to", "worked", "resumed"),
)
"""The columns that make a Run; the others are for the runs that follow, and as large as all of these."""
_COUNTS = ("changes", "not_applied", "reconciled")
ROW_DAYS = 90
RUN_DAYS = 396


def new_run_id(now: datetime) -> str:
    """An id that is unique over all connections and sorts by time, like ``20261121-053000-123-7f3a``."""
    return f"{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03d}-{secrets.token_hex(2)}"


def begin_run(
    db: sqlite3.Connection, run_id: str, *, trigger: str, scope: str, started: datetime, kind: str = "sync"
) -> int:
    """Enter a new run and return its number within this connection."""
    cursor = db.execute(
        "INSERT INTO run (id, state, trigger, scope, started, kind) VALUES (?, 'queued', ?, ?, ?, ?)",
        [run_id, trigger, scope, started.isoformat(), kind],
    )
    return int(cursor.lastrowid or 0)


def update_run(db: sqlite3.Connection, number: int, **values: Any) -> None:
    """Set columns of a run; lists and dictionaries are stored as JSON, times as ISO text."""
    stored = {name: _stored(name, value) for name, value in values.items()}
    assignments = ", ".join(f"{name} = ?" for name in stored)
    db.execute(f"UPDATE run SET {assignments} WHERE no = ?", [*stored.values(), number])


def _stored(name: str, value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if name in _COUNTS and isinstance(value, dict):
        return json.dumps({entity: asdict(counts) for entity, counts in value.items()})
    if name == "holds" and isinstance(value, Iterable):
        return json.dumps([_hold_as_stored(hold) for hold in value])
    if isinstance(value, Cause | Compared):
        return json.dumps(cause_as_stored(value) if isinstance(value, Cause) else asdict(value))
    if name in _JSON and value is not None:
        return json.dumps(value)
    return value


def _hold_as_stored(hold: Hold) -> dict[str, object]:
    if hold.reason:
        return {"rule": hold.rule, "reason": hold.reason, "to_do": hold.to_do}
    return {"rule": hold.rule, "case": hold.case, "values": {name: stored(one) for name, one in hold.values.items()}}


def _hold_from_stored(data: dict[str, Any]) -> Hold:
    """A hold as it was stored: by versions before 0.9 as sentences, some without what to do."""
    values = {name: restored(one) for name, one in data.get("values", {}).items()}
    return Hold(data["rule"], data.get("reason", ""), data.get("to_do", ""), data.get("case", ""), values)


def read_run(db: sqlite3.Connection, connection: str, number: int) -> Run:
    """A run by its number."""
    return next(_runs(db, connection, "WHERE no = ?", [number]))


def find_run(db: sqlite3.Connection, connection: str, run_id: str) -> tuple[int, Run] | None:
    """A run and its number by its id, or None."""
    # Not by the index: if it is damaged, a run that is listed would not be found. There are a few hundred at most.
    row = db.execute("SELECT no FROM run WHERE +id = ?", [run_id]).fetchone()
    return (row[0], read_run(db, connection, row[0])) if row else None


def id_of(db: sqlite3.Connection, number: int) -> str:
    """The id of the run with that number."""
    return str(db.execute("SELECT id FROM run WHERE no = ?", [number]).fetchone()[0])


def run_state(db: sqlite3.Connection, number: int) -> str:
    """The state of the run with that number."""
    return str(db.execute("SELECT state FROM run WHERE no = ?", [number]).fetchone()[0])


def list_runs(db: sqlite3.Connection, connection: str, *, limit: int = -1) -> list[Run]:
    """All runs, or the newest few, newest first."""
    return list(_runs(db, connection, "ORDER BY no DESC LIMIT ?", [limit]))


def list_delivering(db: sqlite3.Connection, connection: str, without: Collection[str]) -> list[Run]:
    """The runs that delivered, or were killed after they had begun to, oldest first; ``without`` those ids."""
    clause = (
        "WHERE (delivered <> '' OR state = 'applying' AND "
        "no IN (SELECT run FROM journal UNION SELECT run FROM outcome)) "
        "AND id NOT IN (SELECT value FROM json_each(?)) ORDER BY no"
    )
    return list(_runs(db, connection, clause, [json.dumps(list(without))]))


STANDS = (
    "state IN ('finished', 'finished_with_problems') OR "
    "(delivered <> '' AND state IN ('failed', 'cancelled', 'interrupted'))"
)
"""SQL: whether a run delivered, if only in part, or found nothing to deliver."""


def last_success(db: sqlite3.Connection, connection: str) -> Run | None:
    """The run that the ledger is as of: the newest that delivered, if only in part, or found nothing to deliver."""
    return next(_runs(db, connection, f"WHERE {STANDS} ORDER BY no DESC LIMIT 1", []), None)


def left_before(db: sqlite3.Connection, connection: str, moment: datetime) -> Run | None:
    """The newest run that delivered, or found nothing to deliver, and had ended by then."""
    clause = (
        f"WHERE ({STANDS}) AND coalesce(ended, started) <= ? ORDER BY coalesce(ended, started) DESC, no DESC LIMIT 1"
    )
    return next(_runs(db, connection, clause, [moment.isoformat()]), None)


def figures_before(db: sqlite3.Connection, number: int) -> dict[str, Reconciled]:
    """The figures that a run has already, else those of the last delivery before it.

    Reads nothing else of earlier runs: damage there must stop no run. Damaged figures count as none, because every
    reading counts anew.
    """
    sql = (
        "SELECT reconciled FROM run WHERE no = :number OR no < :number AND "
        "state IN ('finished', 'finished_with_problems') ORDER BY no = :number AND reconciled <> '{}' DESC, no DESC"
    )
    for (text,) in db.execute(sql, {"number": number}):
        try:
            found = {entity: Reconciled(**figures) for entity, figures in json.loads(text).items()}
        except (ValueError, TypeError, AttributeError):
            continue
        if found:
            return found
    return {}


def standing_reader(db: sqlite3.Connection) -> str:
    """Id of the newest run that read for what stands now, if only in part; empty for none. An undo reads nothing."""
    sql = f"SELECT id FROM run WHERE ({STANDS}) AND kind = 'sync' ORDER BY no DESC LIMIT 1"
    return str((db.execute(sql).fetchone() or [""])[0])


def last_reader(db: sqlite3.Connection, connection: str) -> Run | None:
    """The newest run that read for a whole delivery: an undo reads nothing."""
    sql = "WHERE state IN ('finished', 'finished_with_problems') AND kind = 'sync' ORDER BY no DESC LIMIT 1"
    return next(_runs(db, connection, sql, []), None)


def runs_in_state(db: sqlite3.Connection, states: Iterable[str]) -> list[tuple[int, str, str]]:
    """Number, id and state of the runs in one of these states, oldest first."""
    states = list(states)
    marks = ", ".join("?" * len(states))
    rows = db.execute(f"SELECT no, id, state FROM run WHERE state IN ({marks}) ORDER BY no", states)
    return [(no, run_id, state) for no, run_id, state in rows]


def runs_by_number(db: sqlite3.Connection, connection: str, numbers: Sequence[int]) -> dict[int, Run]:
    """The runs with these numbers, by number; one that is gone is missing."""
    clause = "WHERE no IN (SELECT value FROM json_each(?))"
    return dict(_numbered(db, connection, clause, [json.dumps(list(numbers))]))


def _runs(db: sqlite3.Connection, connection: str, clause: str, values: list[Any]) -> Iterator[Run]:
    return (run for _number, run in _numbered(db, connection, clause, values))


def _numbered(db: sqlite3.Connection, connection: str, clause: str, values: list[Any]) -> Iterator[tuple[int, Run]]:
    wanted = Database(db, execute_plugins=False).query(f"SELECT {', '.join(_SHOWN)} FROM run {clause}", values)
    for data in list(wanted):
        yield data["no"], _run(data, connection)


def _run(data: dict[str, Any], connection: str) -> Run:
    """A row as a run."""
    for name in _DECODED:
        data[name] = msgspec.json.decode(data[name]) if data[name] else data[name]
    moments: dict[str, Any] = {
        name: datetime.fromisoformat(data[name]) if data[name] else None for name in ("ended", "planned", "resumed")
    }
    plain = ("id", "state", "trigger", "scope", "problems", "read", "left_out", "plan_hash", "error", "failed_in")
    more = (
        "delivered",
        "way",
        "calls",
        "reason",
        "school_year",
        "kind",
        "undoes",
        "set_aside",
        "redelivers_to",
        "worked",
    )
    figures = {entity: Reconciled(**one) for entity, one in data["reconciled"].items()}
    changes = {entity: ChangeCounts(**counts) for entity, counts in data["changes"].items()}
    underlying = {entity: changes.pop(entity, ChangeCounts()) for entity, one in figures.items() if one.underlying}
    return Run(
        connection=connection,
        started=datetime.fromisoformat(data["started"]),
        changes=changes,
        underlying=underlying,
        holds=tuple(_hold_from_stored(hold) for hold in data["holds"]),
        not_applied={entity: ChangeCounts(**counts) for entity, counts in data["not_applied"].items()},
        compared=Compared(**data["compared"]),
        reconciled={entity: one for entity, one in figures.items() if not one.underlying},
        cause=cause_from_stored(data["cause"]),
        **{name: data[name] for name in (*plain, *more)},
        **moments,
    )


def rejected_counts(db: sqlite3.Connection, number: int) -> tuple[dict[str, int], dict[str, int]]:
    """Unusable records per entity key: of a run, and of the last sync before it that was applied."""
    marks = ", ".join("?" * len(APPLIED))
    sql = f"SELECT rejected FROM run WHERE no < ? AND state IN ({marks}) AND kind = 'sync' ORDER BY no DESC LIMIT 1"
    before = db.execute(sql, [number, *APPLIED]).fetchone()
    now = db.execute("SELECT rejected FROM run WHERE no = ?", [number]).fetchone()
    return json.loads(now[0]), json.loads(before[0]) if before else {}


def store_problems(db: sqlite3.Connection, number: int, problems: Iterable[Problem]) -> None:
    """Store a run's findings; a finding that comes twice is stored once."""
    db.executemany(
        "INSERT OR IGNORE INTO problem VALUES (?, ?, ?, ?, ?, ?)",
        ((number, p.rule, BY_KEY[p.entity].rank, p.key, p.school, p.detail) for p in problems),
    )


def forget_problems(db: sqlite3.Connection, number: int, rules: Sequence[str]) -> None:
    """Forget a run's findings of these rules."""
    db.executemany("DELETE FROM problem WHERE run = ? AND rule = ?", [(number, rule) for rule in rules])


def problem_counts(db: sqlite3.Connection, number: int) -> dict[str, int]:
    """Findings of a run per severity."""
    counts: dict[str, int] = {}
    for rule, count in db.execute("SELECT rule, count(*) FROM problem WHERE run = ? GROUP BY rule", [number]):
        severity = RULES[rule].severity
        counts[severity] = counts.get(severity, 0) + count
    return dict(sorted(counts.items()))


def read_changes(
    db: sqlite3.Connection, number: int, *, entity: Entity | None = None, limit: int = -1
) -> Iterator[Change]:
    """A run's changes in dependency order, with before and after; ``limit`` -1 means all."""
    some = "" if entity is None else f" AND entity = {entity.rank}"
    sql = f"SELECT entity, key, action, before, after FROM change WHERE run = ?{some} ORDER BY entity, key LIMIT ?"
    for rank, key, action, before, after in db.execute(sql, [number, limit]):
        changed = BY_RANK[rank]
        yield Change(changed.key, key, ACTIONS[action], _named(changed, before), _named(changed, after))


def _named(entity: Entity, record: bytes | None) -> dict[str, str] | None:
    return None if record is None else record_by_name(entity, record)


def forget_plan(db: sqlite3.Connection, number: int) -> None:
    """Delete the plan of a run that will not be applied; its counts stay."""
    for table in ("change", "aside", "journal", "adopted"):
        db.execute(f"DELETE FROM {table} WHERE run = ?", [number])
