"""Brings stored records from one format to the next (``store.record``).

Converted records have the very bytes that shaping gives today, so the next plan has no change for them. The images in a
plan are converted too, and a plan that waits for approval gets a new hash and can still be approved.
"""

from __future__ import annotations

import sqlite3

from psconnect.model.entities import BY_KEY
from psconnect.model.runs import WAITING
from psconnect.store.history.facts import SealBroken, check_facts
from psconnect.store.plan.ledger import check_ledger, seal_ledger
from psconnect.store.plan.plan import Plan, summarise_plan
from psconnect.store.record import RECORD_FORMATS, record_converter, record_format

_STORED = (("ledger", "record"), ("change", "before"), ("change", "after"), ("aside", "before"), ("aside", "after"))


def format_of(db: sqlite3.Connection, schema: str = "main") -> int:
    """The format of the records in a file; 0, from before there was a number, stands for the first one."""
    return int(db.execute(f"PRAGMA {schema}.user_version").fetchone()[0]) or 1


def note_format(db: sqlite3.Connection, number: int) -> None:
    """Note the format of the records in a file."""
    db.execute(f"PRAGMA user_version = {number}")


def convert_rosters(db: sqlite3.Connection, number: int) -> None:
    """Convert the records of roster data from the format before ``number``; to be called by a migration.

    Raises SealBroken if the data is damaged: new seals would hide it.
    """
    check_facts(db)
    check_ledger(db)
    waiting = f"SELECT no, plan_hash FROM run WHERE plan_hash <> '' AND state IN {WAITING}"
    plans = [(Plan(db, run), plan_hash) for run, plan_hash in db.execute(waiting).fetchall()]
    if any(summarise_plan(plan).hash != plan_hash for plan, plan_hash in plans):
        raise SealBroken
    for key in RECORD_FORMATS[number - 1].attributes:
        for table, column in _STORED:
            _convert(db, key, (number - 1, number), f"{table} SET {column}", f"entity = {BY_KEY[key].rank}")
    seal_ledger(db)
    for plan, _hash in plans:
        db.execute("UPDATE run SET plan_hash = ? WHERE no = ?", [summarise_plan(plan).hash, plan.run])
    note_format(db, number)


def convert_reading(db: sqlite3.Connection) -> None:
    """Convert a kept reading to the present format.

    What the run left for the next one is dropped: it doesn't know the new attributes, so everything is read again.
    """
    for key in RECORD_FORMATS[-1].attributes:
        _convert(db, key, (format_of(db), record_format()), f"stage_{key} SET record", "true")
    db.execute("DROP TABLE IF EXISTS note")
    note_format(db, record_format())


def _convert(db: sqlite3.Connection, entity_key: str, formats: tuple[int, int], assigned: str, condition: str) -> None:
    """Convert one column, given as ``TABLE SET COLUMN``."""
    convert = record_converter(entity_key, *formats)
    if convert:
        column = assigned.rpartition(" ")[2]
        db.create_function("converted", 1, convert, deterministic=True)
        db.execute(f"UPDATE {assigned} = converted({column}) WHERE {condition} AND {column} IS NOT NULL")
