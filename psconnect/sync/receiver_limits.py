"""What the other system would hold of itself: too many removals at once, by what its kind declares."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from psconnect.model.phrases import Value
from psconnect.model.runs import ChangeCounts, Hold
from psconnect.store.plan.ledger import ledger_counts
from psconnect.sync.job import Job

RECEIVER = "receiver-"
"""Begins the rule of a hold because the other system would hold the delivery."""


def receiver_holds(job: Job, db: sqlite3.Connection, changes: Mapping[str, ChangeCounts]) -> list[Hold]:
    """A hold for each kind of record of which more is removed than the other system lets through by itself."""
    limits = job.kind.holds_above(job.destination_table)
    base = ledger_counts(db) if limits else {}
    found: list[Hold] = []
    for entity, most in limits.items():
        removed, there = changes.get(entity, ChangeCounts()).remove, base.get(entity, 0)
        if there and removed * 100 > most * there:
            values: dict[str, Value] = {
                "entity": entity,
                "count": removed,
                "base": there,
                "share": removed * 100 / there,
                "most": most,
            }
            named = job.system and not job.system.startswith("the ")
            case = "receiver/too" if found else "receiver/named" if named else "receiver"
            found.append(Hold(f"{RECEIVER}{entity}", case=case, values={**values, "system": job.system}))
    return found
