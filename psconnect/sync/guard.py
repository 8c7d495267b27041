"""The guard: does this plan go on by itself, wait for a person, or stop (faults.md section 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psconnect.model.entities import ENTITIES
from psconnect.model.errors import BadRecord
from psconnect.model.runs import ChangeCounts, Hold
from psconnect.sync.thresholds import Threshold

_ENOUGH = 0.9


@dataclass(frozen=True)
class Facts:
    """What the guard judges by.

    Attributes:
        changes: the plan's changes per entity key.
        base: records per entity key that the destination is known to have.
        read, read_before: rows per stream of this run, and of the last applied one.
        first: whether nothing was ever delivered.
        rules_changed: whether key, filter, schools, terms, mapping or destination differ from the last applied run.
        preview: ``always``, ``first`` or ``never``.
    """

    changes: Mapping[str, ChangeCounts]
    base: Mapping[str, int]
    read: Mapping[str, int]
    read_before: Mapping[str, int]
    first: bool
    rules_changed: bool
    preview: str


def stop_if_empty(read: Mapping[str, int], read_before: Mapping[str, int]) -> None:
    """Raise BadRecord when something that had rows has none: nobody can approve that away (fault D07)."""
    for stream, before in read_before.items():
        if before and read.get(stream) == 0:
            raise BadRecord(
                "PSC-READ-EMPTY",
                "Something that had records has none",
                f"PowerSchool lists no {stream.replace('_', ' ')} at all; last time there were {before:,}. Going on "
                "would remove "
                "everything that depends on them, so nothing was done.",
                "Check in PowerSchool that they are there, and that the plugin may view them. Then start again.",
                where=stream,
            )


def holds(facts: Facts, thresholds: Mapping[str, Threshold]) -> list[Hold]:
    """The reasons to wait for an approval; none for a plan without changes."""
    if not any(counts.total for counts in facts.changes.values()):
        return []
    return [*_preview(facts), *_short_reads(facts), *_removals(facts, thresholds)]


def _preview(facts: Facts) -> list[Hold]:
    if facts.preview == "never":
        return []
    if facts.first:
        return [Hold("first-run", "This is the first delivery. Look at what would be created, then approve.")]
    if facts.rules_changed:
        return [Hold("rules-changed", "Settings that decide who is delivered were changed since the last delivery.")]
    if facts.preview == "always":
        return [Hold("preview", "Every delivery of this connection is looked at first.")]
    return []


def _short_reads(facts: Facts) -> list[Hold]:
    return [
        Hold(
            "short-read",
            f"Only {facts.read.get(stream, 0):,} {stream.replace('_', ' ')} were read; last time it were {before:,}.",
        )
        for stream, before in facts.read_before.items()
        if before and facts.read.get(stream, 0) < before * _ENOUGH
    ]


def _removals(facts: Facts, thresholds: Mapping[str, Threshold]) -> list[Hold]:
    found = []
    for entity in ENTITIES:
        removals = facts.changes.get(entity.key, ChangeCounts()).remove
        base, threshold = facts.base.get(entity.key, 0), thresholds[entity.key]
        if removals and threshold.crossed(removals, base):
            share = f" ({removals * 100 / base:.1f} %)" if base else ""
            what = f"{removals:,} of {base:,} {entity.label.lower()} would be removed{share}"
            found.append(Hold(f"remove-{entity.key}", f"{what}; the limit is {threshold.text}."))
    return found
