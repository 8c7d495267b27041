"""The inverse of an applied plan over today's ledger: what an undo would do."""

from __future__ import annotations

from psconnect.model.entities import BY_KEY
from psconnect.store.plan.integrity import keep_whole
from psconnect.store.plan.plan import CREATE, REMOVE, UPDATE, Plan

CHANGED_SINCE, STILL_NEEDED = "changed-since", "still-needed"

_INVERSE = f"""
    SELECT :run, c.entity, c.key,
        CASE WHEN c.before IS NULL THEN {REMOVE} WHEN l.key IS NULL THEN {CREATE} ELSE {UPDATE} END action,
        l.record before, c.before after {{because}}
    FROM change c LEFT JOIN ledger l ON l.entity = c.entity AND l.key = c.key
    WHERE c.run = :undone AND l.record IS NOT c.before AND l.record {{is_}} c.after
    ORDER BY c.entity, c.key
"""


def store_inverse(plan: Plan, undone: int) -> None:
    """Store what takes each record back to its state before the run ``undone``.

    A record that changed since that run is left alone (``changed-since``); so is one that others need by now, or that
    needs others that are gone (``still-needed``). A record that is already as it was is not mentioned.
    """
    values = {"run": plan.run, "undone": undone, "because": CHANGED_SINCE}
    plan.db.execute("INSERT INTO change " + _INVERSE.format(because="", is_="IS"), values)
    plan.db.execute("INSERT INTO aside " + _INVERSE.format(because=", :because", is_="IS NOT"), values)
    keep_whole(plan, STILL_NEEDED, BY_KEY)
