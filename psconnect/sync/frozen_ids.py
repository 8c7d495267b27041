"""How a connection makes ids now, and since when they are frozen: for a person who wants to change them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from psconnect.model.connection import Connection
from psconnect.model.runs import APPLIED
from psconnect.store.history import run_table
from psconnect.store.history.facts import get_fact
from psconnect.store.plan.record_ids import aliases
from psconnect.sync import frozen_settings
from psconnect.sync.identity import ID_RULES, changed_since_delivery
from psconnect.sync.rekey import warn_in_year


@dataclass(frozen=True)
class IdsNow:
    """How ids are made.

    Attributes:
        connection: the settings.
        read: whether a run on this computer has read PowerSchool, so that a list of ids can be compared with it.
        frozen: whether records were delivered, so that only adoption or a re-key changes ids.
        since: when the earliest delivery still in the history ended; None for none.
        first_known: whether ``since`` is the very first delivery.
        adopted: kind (model.ids.kind_of) -> how many records have an adopted id.
        pending: ``rekey`` or ``aliases`` if the next delivery changes ids, or settings that decide them; else empty.
        warning: what to consider before changing ids; empty for none.
    """

    connection: Connection
    read: bool = False
    frozen: bool = False
    since: datetime | None = None
    first_known: bool = True
    adopted: Mapping[str, int] = field(default_factory=dict)
    pending: str = ""
    warning: str = ""


def pending_settings(db: sqlite3.Connection, connection: Connection) -> str:
    """``rekey`` if the next delivery changes a frozen setting of the destination; else empty."""
    return "rekey" if frozen_settings.frozen_since_delivery(db, connection.destination) else ""


def ids_now(db: sqlite3.Connection, connection: Connection, today: date, *, read: bool) -> IdsNow:
    """How this connection makes ids, by its settings and its roster data."""
    applied = [run for run in run_table.list_runs(db, connection.name) if run.state in APPLIED]
    oldest = db.execute("SELECT min(no) FROM run").fetchone()[0]
    return IdsNow(
        connection,
        read=read,
        frozen=bool(get_fact(db, ID_RULES)),
        since=(applied[-1].ended or applied[-1].started) if applied else None,
        # Runs are numbered from 1, and the oldest are deleted first.
        first_known=oldest in (None, 1),
        adopted={kind: len(ids) for kind, ids in aliases(db).items()},
        pending=changed_since_delivery(db, connection.id_rules)[1] or pending_settings(db, connection),
        warning=warn_in_year(db, today),
    )
