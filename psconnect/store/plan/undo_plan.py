"""The inverse of an applied plan over today's ledger: what an undo would do."""

from __future__ import annotations

from psconnect.model.entities import BY_KEY
from psconnect.store.plan.integrity import keep_whole
from psconnect.store.plan.plan import CREATE, REMOVE, UPDATE, Plan

CHANGED_SINCE, STILL_NEEDED, ADOPTED = "changed-since", "still-needed", "adopted"
_ADOPTED = "EXISTS (SELECT 1 FROM adopted a WHERE a.run = c.run AND a.entity = c.entity AND a.key = c.key)"

_INVERSE = f"""
    SELECT :run, c.entity, c.key,
        CASE WHEN c.before IS NULL THEN {REMOVE} WHEN l.key IS NULL THEN {CREATE} ELSE {UPDATE} END action,
        l.record before, c.before after {{because}}
    FROM change c LEFT JOIN ledger l ON l.entity = c.entity AND l.key = c.key
    WHERE c.run = :undone AND l.record IS NOT c.before AND l.record {{is_}} c.after AND {{was_there}}
    ORDER BY c.entity, c.key
"""


def store_inverse(plan: Plan, undone: int) -> None:
    """Store what takes each record back to its state before the run ``undone``.

    Left alone is a record that changed since that run (``changed-since``), one that the destination had before and that
    run adopted (``adopted``), and one that others need by now, or that needs others that are gone (``still-needed``). A
    record that is already as it was is not mentioned.
    """
    values = {"run": plan.run, "undone": undone}
    for because, is_, adopted in (("", "IS", "NOT"), (CHANGED_SINCE, "IS NOT", "NOT"), (ADOPTED, "=", "")):
        inverse = _INVERSE.format(because=", :because" if because else "", is_=is_, was_there=f"{adopted} {_ADOPTED}")
        plan.db.execute(f"INSERT INTO {'aside' if because else 'change'} {inverse}", {**values, "because": because})
    keep_whole(plan, STILL_NEEDED, BY_KEY)
