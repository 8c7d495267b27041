"""Thresholds: how many removals of an entity a run may make before it waits for a person (faults.md section 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from psconnect.model.connection import EntityThresholds
from psconnect.model.errors import FixSettings

REMOVE = {
    "school": "1",
    "calendar": "1",
    "course": "10% and 20, or 500",
    "class": "10% and 20, or 1000",
    "student": "3% and 25, or 500",
    "teacher": "5% and 5, or 100",
    "admin": "5% and 5, or 100",
    "contact": "10% and 100, or 5000",
    "relationship": "10% and 100, or 5000",
    "enrollment": "10% and 200, or 20000",
}
"""The built-in limits on removals per entity."""

_PATTERN = re.compile(r"(?:(?P<percent>\d+(?:\.\d+)?)\s*%\s*and\s*(?P<count>\d+))?(?:\s*,?\s*or\s*)?(?P<cap>\d+)?")


@dataclass(frozen=True)
class Threshold:
    """Crossed when percent and count are both reached, or the cap alone; None switches a part off."""

    percent: float | None
    count: int | None
    cap: int | None
    text: str

    def crossed(self, removals: int, base: int) -> bool:
        """Whether removing so many of ``base`` records needs an approval."""
        if self.cap is not None and removals >= self.cap:
            return True
        if self.percent is None or self.count is None:
            return False
        return removals >= self.count and removals * 100 >= self.percent * base

    def used(self, removals: int, base: int) -> float:
        """How much of the limit so many removals use up; 1 or more exactly when it is crossed."""
        shares = [removals / self.cap if self.cap else float(self.cap == 0)]
        if self.percent is not None and self.count is not None:
            by_share = removals * 100 / (self.percent * base) if self.percent * base else 1.0
            shares.append(min(by_share, removals / self.count if self.count else 1.0))
        return max(shares) if removals else 0.0


def parse_threshold(text: str, where: str) -> Threshold:
    """A threshold from text like ``3% and 25, or 500``, ``3% and 25``, ``500`` or ``off``; raises FixSettings."""
    if text.strip() == "off":
        return Threshold(None, None, None, text)
    match = _PATTERN.fullmatch(text.strip())
    if not match or not text.strip() or not (match["percent"] or match["cap"]):
        raise FixSettings(
            "PSC-SETTINGS-THRESHOLD",
            "A threshold can’t be used",
            f"“{text}” is not a threshold.",
            "Write it like 3% and 25, or 500 — or a single number, or off.",
            where=where,
        )
    percent, count, cap = match["percent"], match["count"], match["cap"]
    return Threshold(
        float(percent) if percent else None, int(count) if count else None, int(cap) if cap else None, text
    )


def removal_thresholds(changed: Mapping[str, EntityThresholds]) -> dict[str, Threshold]:
    """The limits on removals per entity: the built-in ones with a connection's differences."""
    texts = {**REMOVE, **{entity: limits.remove for entity, limits in changed.items() if limits.remove is not None}}
    return {entity: parse_threshold(text, f"safety.thresholds.{entity}.remove") for entity, text in texts.items()}
