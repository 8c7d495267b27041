"""The sign-in type that the next run gives one person, and why: the same order as in ``generated_values``."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

import msgspec

from psconnect.model.entities import EXTRA, SIGN_IN_BY_HAND, SIGN_IN_TYPE, Entity
from psconnect.model.sign_in import SignInNow
from psconnect.store.reading.assigned_values import remembered_of
from psconnect.store.reading.set_by_hand import last_decision
from psconnect.store.record import record_by_name
from psconnect.sync.generated_values import Naming

_decode = msgspec.json.Decoder(dict[str, str]).decode


def sign_in_now(
    db: sqlite3.Connection, naming: Naming, entity: Entity, key: int, read: Mapping[str, str] | None
) -> SignInNow:
    """The type of a person whose record was ``read`` so by the newest run; None if that run did not read it."""
    row = db.execute("SELECT record FROM ledger WHERE entity = ? AND key = ?", [entity.rank, key]).fetchone()
    delivered = record_by_name(entity, row[0]) if row else None
    decision, labels = last_decision(db, entity, SIGN_IN_TYPE, key), naming.types.labels
    by_hand = decision.value if decision and decision.value in labels else ""
    given = remembered_of(db, entity, SIGN_IN_TYPE, key) if naming.sign_in else ""
    by_domain = naming.sign_in.of((read or delivered or {}).get("email", ""))
    now = by_hand or given or by_domain
    source = "hand" if by_hand else "none" if not now else "domain" if now == by_domain else "earlier"
    waits = delivered is not None and _type_in(delivered) != (now, bool(by_hand) and naming.types.tells_hand)
    return SignInNow(now, source, labels, decision, waits)  # type: ignore[arg-type]


def _type_in(record: Mapping[str, str]) -> tuple[str, bool]:
    """The sign-in type of a record, and whether it says that it was set by hand."""
    extra = _decode(record[EXTRA]) if record[EXTRA] else {}
    return extra.get(SIGN_IN_TYPE, ""), SIGN_IN_BY_HAND in extra
