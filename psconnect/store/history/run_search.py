"""Runs found by what they are and by the records that they change, counted, and read a page at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from psconnect.model.entities import BY_KEY
from psconnect.model.run_history import HistoryCounts, RecordChange, RunQuery
from psconnect.model.runs import Run
from psconnect.store.database import open_rosters, sqlite_errors
from psconnect.store.history import run_table
from psconnect.store.plan.plan import ACTIONS
from psconnect.store.reading.last_reading import Match


@dataclass(frozen=True)
class RunList:
    """Runs of a connection that were asked for, newest first; each page is read from the file when it is wanted.

    Attributes:
        rosters, connection: whose runs.
        numbers: the runs' numbers, in their order.
        changed: number -> the records that were searched for and that the run changes, or would.
        matches: how many records were found by the text; None if no record was searched for.
    """

    rosters: Path
    connection: str
    numbers: Sequence[int] = ()
    changed: Mapping[int, Sequence[RecordChange]] = field(default_factory=dict)
    matches: int | None = None

    @property
    def total(self) -> int:
        """How many runs there are."""
        return len(self.numbers)

    def page(self, offset: int, limit: int) -> list[tuple[Run, Sequence[RecordChange]]]:
        """The runs from ``offset`` on, each with the records that were searched for; raises LocalStorage.

        A run that was forgotten meanwhile is missing.
        """
        wanted = self.numbers[offset : offset + limit]
        if not wanted:
            return []
        with sqlite_errors(self.rosters), closing(open_rosters(self.rosters, to_read=True)) as db:
            found = run_table.runs_by_number(db, self.connection, wanted)
        return [(found[number], self.changed.get(number, ())) for number in wanted if number in found]


def find_runs(db: sqlite3.Connection, query: RunQuery, changed: Iterable[int] = ()) -> list[int]:
    """The numbers of the runs that a query asks for, newest first.

    ``changed`` are the runs that change what its text stands for.
    """
    conditions, values = ["1"], dict[str, object]()
    for column, wanted in (("state", query.states), ("kind", query.kinds), ("trigger", query.triggers)):
        if wanted:
            conditions.append(f"{column} IN (SELECT value FROM json_each(:{column}))")
            values[column] = json.dumps(wanted)
    for name, moment, sign in (("since", query.since, ">="), ("until", query.until, "<")):
        if moment:
            conditions.append(f"started {sign} :{name}")
            values[name] = moment.astimezone(UTC).isoformat()
    if query.text.strip():
        conditions.append("(no IN (SELECT value FROM json_each(:changed)) OR substr(id, 1, length(:text)) = :text)")
        values |= {"changed": json.dumps(sorted(changed)), "text": query.text.strip()}
    where = " AND ".join(conditions)
    # Not rows_where, which takes a table that is missing for an empty one.
    rows = Database(db, execute_plugins=False).query(f"SELECT no FROM run WHERE {where} ORDER BY no DESC", values)
    return [row["no"] for row in rows]


def runs_changing(db: sqlite3.Connection, records: Iterable[Match]) -> dict[int, list[RecordChange]]:
    """Which runs change these records, or planned to: one look-up per run and record, as plans are stored."""
    found: dict[int, list[RecordChange]] = {}
    sql = (
        "SELECT r.no no, c.action action FROM run r CROSS JOIN change c ON c.run = r.no AND c.entity = ? AND c.key = ?"
    )
    for one in records:
        for row in Database(db, execute_plugins=False).query(sql, [BY_KEY[one.entity].rank, one.key]):
            record = RecordChange(one.entity, one.key, one.title, one.number, ACTIONS[row["action"]])
            found.setdefault(row["no"], []).append(record)
    return found


def count_history(db: sqlite3.Connection, rows_days: int, runs_days: int) -> HistoryCounts:
    """The history in figures; rows of changes and findings are kept for so many days, runs for so many."""
    sql = (
        "SELECT count(*) runs, min(started) first, total(state = 'failed') failed, total(state = 'held') waiting, "
        "total(state <> 'held' AND kind = 'sync' AND holds <> '[]' AND state <> 'previewed') held, "
        "(SELECT min(r.started) FROM run r WHERE EXISTS (SELECT 1 FROM change c WHERE c.run = r.no) "
        "OR EXISTS (SELECT 1 FROM problem p WHERE p.run = r.no)) named FROM run"
    )
    (row,) = Database(db, execute_plugins=False).query(sql)
    first, named = (datetime.fromisoformat(row[name]) if row[name] else None for name in ("first", "named"))
    return HistoryCounts(
        row["runs"],
        first,
        int(row["failed"]),
        int(row["waiting"]),
        int(row["held"]),
        named + timedelta(days=rows_days) if named else None,
        first + timedelta(days=runs_days) if first else None,
    )
