"""The facts that one run leaves for the next, each a name and a text, under a seal that shows when one was damaged."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping

_SEAL = "seal"
RECEIPT, PLACE = "receipt", "place"
"""What stands at the destination since the last delivery, and where that is, as a person reads it."""
READ_BEFORE, SETTINGS_BEFORE = "read", "settings"
"""Rows per stream, and the parts of the settings, of the last applied run."""
NEXT_FIRST_DAY = "next-first-day"
"""The first day of the next school calendar as the last reading knew it, as ISO date; empty if it did not."""
BEGUN = "begun"
"""The id of a run that begins to send single changes: set while the destination is told, and not yet the receipt."""


class SealBroken(Exception):
    """Stored data does not match the fingerprint that was stored with it: the file is damaged."""


def get_fact(db: sqlite3.Connection, name: str) -> str:
    """A fact that an earlier run left, or an empty text."""
    row = db.execute("SELECT value FROM meta WHERE name = ?", [name]).fetchone()
    return str(row[0]) if row else ""


def set_fact(db: sqlite3.Connection, name: str, value: str) -> None:
    """Leave a fact for later runs and renew the seal, in one statement: both are stored or neither."""
    facts = {**_facts(db), name: value}
    facts.pop(_SEAL, None)
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?), (?, ?)", [name, value, _SEAL, _seal_of(facts)])


def check_facts(db: sqlite3.Connection) -> None:
    """Raise SealBroken if a fact is not as an earlier run left it."""
    facts = _facts(db)
    seal = facts.pop(_SEAL, "")
    if seal and seal != _seal_of(facts):
        raise SealBroken


def _facts(db: sqlite3.Connection) -> dict[str, str]:
    return dict(db.execute("SELECT name, value FROM meta").fetchall())


def _seal_of(facts: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(sorted(facts.items())).encode()).hexdigest()
