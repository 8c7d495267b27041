"""The inverse of an applied plan over today's ledger: what an undo would do."""

from __future__ import annotations

import sqlite3

from psconnect.model.entities import BY_KEY
from psconnect.store.plan.integrity import keep_whole

CHANGED_SINCE, STILL_NEEDED = "changed-since", "still-needed"

_INVERSE = """
    SELECT :run, c.entity, c.key, CASE WHEN c.before IS NULL THEN 3 WHEN l.key IS NULL THEN 1 ELSE 2 END action,
        l.record before, c.before after {because}
    FROM change c LEFT JOIN ledger l ON l.entity = c.entity AND l.key = c.key
    WHERE c.run = :undone AND l.record IS NOT c.before AND l.record {is_} c.after
    ORDER BY c.entity, c.key
"""


def store_inverse(db: sqlite3.Connection, run: int, undone: int) -> None:
    """Store what gives each record back its state from before the run ``undone``, as the plan of ``run``.

    A record that is no longer as that run left it, is left alone (``changed-since``); so is what others came to need,
    or what needs others that are gone (``still-needed``). A record that is already as it was, is not mentioned.
    """
    values = {"run": run, "undone": undone, "because": CHANGED_SINCE}
    db.execute("INSERT INTO change " + _INVERSE.format(because="", is_="IS"), values)
    db.execute("INSERT INTO aside " + _INVERSE.format(because=", :because", is_="IS NOT"), values)
    keep_whole(db, run, STILL_NEEDED, BY_KEY)
