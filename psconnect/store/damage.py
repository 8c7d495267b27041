"""Whether a connection's roster data is still what was written: its pages, its tables and their contents.

Reading all of a large file takes long, so it is checked only when something fails unexpectedly: then damage is told
from a mistake of ours (fault P06). Where damage would not make anything fail, the data is compared with a fingerprint
that was stored with it (``SealBroken``).
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from psconnect.model.entities import BY_RANK
from psconnect.model.problems import RULES
from psconnect.model.runs import ENDED, WAITING, WORKING
from psconnect.store.history import run_table
from psconnect.store.history.facts import SealBroken, check_facts
from psconnect.store.plan.plan import ACTIONS
from psconnect.store.record import decode_record
from psconnect.store.schema import MIGRATIONS

_IN_USE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN)
_RECORDS = (("ledger", "record"), ("change", "before"), ("change", "after"), ("aside", "before"), ("aside", "after"))


def is_damaged(path: Path) -> bool:
    """Whether the file is damaged; reads all of it. A file that is missing or held by another program is not."""
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(path, timeout=1.0, isolation_level=None)) as db:
            db.execute("PRAGMA query_only = ON")
            if db.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                return True
            # The tables of an older version can't be read yet.
            return _other_tables(db) or not (_readable(db) or _older(db))
    except sqlite3.OperationalError as error:
        return (getattr(error, "sqlite_errorcode", 0) & 0xFF) not in _IN_USE
    except Exception:  # noqa: BLE001 - SQLite's own words can't be read either where they quote what is damaged
        return True


def _tables(db: sqlite3.Connection, among: Iterable[str]) -> dict[str, list[str]]:
    sql = "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
    found: dict[str, list[str]] = {}
    for table, column in db.execute(sql):
        if table in among:
            found.setdefault(table, []).append(column)
    return found


def _other_tables(db: sqlite3.Connection) -> bool:
    """Whether the tables differ from what the migrations noted in the file create."""
    applied = {migration.name for migration in MIGRATIONS.applied(Database(db))}
    known = [migration.name for migration in MIGRATIONS._migrations]  # noqa: SLF001 - there is no public list
    first_missing = next((name for name in known if name not in applied), None)
    with closing(sqlite3.connect(":memory:")) as whole, closing(sqlite3.connect(":memory:")) as noted:
        MIGRATIONS.apply(Database(whole))
        if first_missing != known[0]:
            MIGRATIONS.apply(Database(noted), **({"stop_before": first_missing} if first_missing else {}))
        ours = {name for (name,) in whole.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        ours -= {"_sqlite_migrations"}
        return _tables(db, ours) != _tables(noted, ours)


def _older(db: sqlite3.Connection) -> bool:
    return bool(MIGRATIONS.pending(Database(db)))


def _readable(db: sqlite3.Connection) -> bool:
    """Whether all contents of the tables can be read."""
    try:
        _read(db)
    except sqlite3.OperationalError:
        raise
    except Exception:  # noqa: BLE001 - whatever it is: it was not written so
        return False
    return True


def _read(db: sqlite3.Connection) -> None:
    known = {*WORKING, *WAITING, *ENDED}
    if any(run.state not in known for run in run_table.list_runs(db, "")):
        raise SealBroken
    for (rule,) in db.execute("SELECT DISTINCT rule FROM problem"):
        RULES[rule]
    check_facts(db)
    for table in ("change", "aside"):
        for (action,) in db.execute(f"SELECT DISTINCT action FROM {table}"):
            ACTIONS[action]
    for table, column in _RECORDS:
        _read_records(db, table, column)
    others = ("alias", "given", "journal", "meta", "problem", "run", "set_by_hand", "tombstone")
    for table in sorted(_tables(db, others)):
        # Fetching shows a text that is no longer UTF-8.
        deque(db.execute(f"SELECT * FROM {table}"), maxlen=0)


def _read_records(db: sqlite3.Connection, table: str, column: str) -> None:
    for rank, record in db.execute(f"SELECT entity, {column} FROM {table} WHERE {column} IS NOT NULL"):
        if len(decode_record(record)) != len(BY_RANK[rank].attributes):
            raise SealBroken
