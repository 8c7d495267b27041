"""Holds for crossed limits, and for a roster the destination lacks."""

from __future__ import annotations

from psconnect.model.runs import Hold
from psconnect.store.plan.change_groups import MOVED_DAYS
from psconnect.sync.measures import PER_CLASS, Measure


def crossed(measure: Measure) -> Hold:
    """The hold for a crossed limit."""
    return Hold(
        _rule(measure.entity, measure.kind, in_place=bool(measure.place)),
        values={
            "entity": measure.entity,
            "kind": measure.kind,
            "count": measure.count,
            "base": measure.base,
            "share": measure.count * 100 / measure.base if measure.base else 0.0,
            "moved": measure.other_role,
            "place": measure.place,
            "limit": measure.threshold.text,
            "days": MOVED_DAYS,
        },
    )


def redelivery(records: int, place: str, *, otherwise: bool = False) -> Hold:
    """The hold that says what is delivered when no record changes; it precedes the other holds.

    ``otherwise``: because a setting of the destination gives other files.
    """
    return Hold(
        "redelivery", case="redelivery/otherwise" if otherwise else "", values={"count": records, "place": place}
    )


def more_places(entity: str, kind: str, count: int) -> Hold:
    """The hold that counts the places with crossed limits that are not named."""
    rule = _rule(entity, kind, in_place=True)
    return Hold(rule, case="places", values={"entity": entity, "kind": kind, "count": count, "limit": ""})


def _rule(entity: str, kind: str, *, in_place: bool) -> str:
    if kind == PER_CLASS:
        return f"class-remove-{entity}"
    return f"school-{kind}-{entity}" if in_place else f"{kind}-{entity}"
