"""Thresholds: how many changes of a kind a run may make before it waits for a person."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from psconnect.destinations import KINDS
from psconnect.model.bad_setting import hint_at
from psconnect.model.entities import ENTITIES
from psconnect.model.errors import FixSettings
from psconnect.model.sections import EntityThresholds

OFF = "off"
_STAFF = {"create": "10% and 15", "update": "30% and 50", "remove": "5% and 5, or 100", "identity": "1% and 3"}
_LINKS = {"create": "20% and 200", "update": "30% and 300", "remove": "10% and 100, or 5000"}
_REJECTED = "2% and 20"
DEFAULTS: dict[str, dict[str, str]] = {
    # An added or renumbered school always holds the run (fault D22).
    "school": {"create": "1", "remove": "1", "identity": "1"},
    "calendar": {"update": "1", "remove": "1"},
    "course": {"create": "20% and 50", "update": "50% and 100", "remove": "10% and 20, or 500", "identity": "1% and 1"},
    "class": {"create": "20% and 50", "update": "40% and 100", "remove": "10% and 20, or 1000", "identity": "1% and 1"},
    "student": {
        "create": "10% and 50",
        "update": "30% and 200",
        "remove": "3% and 25, or 500",
        "identity": "0.5% and 10",
    },
    "teacher": {**_STAFF, "role": "1% and 3"},
    "admin": {**_STAFF, "role": "5% and 5"},
    "contact": {**_LINKS, "identity": "1% and 1"},
    "relationship": _LINKS,
    "enrollment": {
        "create": "20% and 500",
        "update": "30% and 500",
        "remove": "10% and 200, or 20000",
        "remove_per_class": "75% and 8",
    },
}
"""The built-in limits: entity key -> kind -> text. Others are off, except ``rejected``, which is the same for all.
Derived entities have the limits of relationships.
"""

_ONLY = {
    "remove_per_class": (("enrollment",), "per class", "enrollments"),
    "role": (("teacher", "admin"), "on changes of role", "teachers and other staff"),
}
"""Limits that only some entities have: which entities, the limit, and the entities in words."""
_PATTERN = re.compile(r"(?:(?P<percent>\d+(?:\.\d+)?)\s*%\s*and\s*(?P<count>\d+))?(?:\s*,?\s*or\s*)?(?P<cap>\d+)?")


@dataclass(frozen=True)
class Threshold:
    """Crossed if percent and count are both reached, or the cap alone; None switches a part off."""

    percent: float | None
    count: int | None
    cap: int | None
    text: str

    def crossed(self, changes: int, base: int) -> bool:
        """Whether this many changes of ``base`` records need an approval; zero never does."""
        if not self.near(changes):
            return False
        if self.cap is not None and changes >= self.cap:
            return True
        return self.percent is not None and changes * 100 >= self.percent * base

    def near(self, changes: int) -> bool:
        """Whether this many changes could cross it for any base, so that counting is worth it."""
        least = [limit for limit in (self.cap, self.count) if limit is not None]
        return changes > 0 and bool(least) and changes >= min(least)

    def at(self, base: int) -> int | None:
        """The least number of changes of ``base`` records that crosses it; None if it is off."""
        found = [] if self.cap is None else [max(1, self.cap)]
        if self.percent is not None and self.count is not None:
            found.append(max(1, self.count, math.ceil(self.percent * base / 100)))
        return min(found, default=None)

    def used(self, changes: int, base: int) -> float:
        """The share of the limit this many changes use; 1 or more exactly if it is crossed."""
        if not changes:
            return 0.0
        shares = [0.0]
        if self.cap is not None:
            shares.append(changes / self.cap if self.cap else 1.0)
        if self.percent is not None and self.count is not None:
            by_share = changes * 100 / (self.percent * base) if self.percent * base else 1.0
            shares.append(min(by_share, changes / self.count if self.count else 1.0))
        return max(shares)


def parse_threshold(text: str, where: str) -> Threshold:
    """A threshold from text like ``3% and 25, or 500``, ``3% and 25``, ``500`` or ``off``; raises FixSettings."""
    if text.strip() == OFF:
        return Threshold(None, None, None, text)
    match = _PATTERN.fullmatch(text.strip())
    if not match or not text.strip() or not (match["percent"] or match["cap"]):
        raise FixSettings("PSC-SETTINGS-THRESHOLD/text", where=where, text=text)
    percent, count, cap = match["percent"], match["count"], match["cap"]
    return Threshold(
        float(percent) if percent else None, int(count) if count else None, int(cap) if cap else None, text
    )


def default_limits() -> dict[str, dict[str, str]]:
    """The built-in limits as texts, entity key -> kind, with those that are off; derived entities included."""
    kinds = EntityThresholds.__struct_fields__
    found: dict[str, dict[str, str]] = {}
    for entity in (*ENTITIES, *(entity for kind in KINDS.values() for entity in kind.derived)):
        texts = {"rejected": _REJECTED, **DEFAULTS.get(entity.key, _LINKS)}
        own = [kind for kind in kinds if kind not in _ONLY or entity.key in _ONLY[kind][0]]
        found[entity.key] = {kind: texts.get(kind, OFF) for kind in own}
    return found


def thresholds_of(changed: Mapping[str, EntityThresholds]) -> dict[str, dict[str, Threshold]]:
    """All limits, entity key -> kind: the built-in ones with a connection's changes; raises FixSettings.

    Every kind's derived entities have limits, whichever kind is chosen: choosing another one keeps them in the file.
    """
    kinds, built_in = EntityThresholds.__struct_fields__, default_limits()
    entities = (*ENTITIES, *(entity for kind in KINDS.values() for entity in kind.derived))
    known = [entity.key for entity in entities]
    for key in changed:
        if key not in known:
            where = f"safety.thresholds.{key}"
            raise FixSettings("PSC-SETTINGS-THRESHOLD/entity", where=where, name=key, hint=hint_at(key, known))
    limits: dict[str, dict[str, Threshold]] = {}
    for entity in entities:
        own = msgspec.structs.asdict(changed[entity.key]) if entity.key in changed else {}
        for kind, (only, what, who) in _ONLY.items():
            if own.get(kind) is not None and entity.key not in only:
                raise FixSettings(
                    "PSC-SETTINGS-THRESHOLD/not-its-own",
                    where=f"safety.thresholds.{entity.key}.{kind}",
                    entity=entity.key,
                    what=what,
                    who=who,
                    other=only[0],
                )
        texts = built_in[entity.key] | {kind: text for kind, text in own.items() if text is not None}
        where = f"safety.thresholds.{entity.key}"
        limits[entity.key] = {kind: parse_threshold(texts.get(kind, OFF), f"{where}.{kind}") for kind in kinds}
    return limits
