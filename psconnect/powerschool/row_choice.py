"""Chooses the row of a looked-up table if tables are read instead of queries, by the same rules as ``sql``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from psconnect.powerschool.stream import Lookup

RowValues = dict[str, str]


def by_key(rows: Iterable[RowValues], lookup: Lookup) -> dict[str, list[RowValues]]:
    """The rows of a looked-up table by key: all of them if the key may repeat, else the first.

    ``rows`` are in the order of the last deciding column.
    """
    found: dict[str, list[RowValues]] = {}
    for row in rows:
        key = row.get(lookup.key.lower(), "")
        several = found.setdefault(key.upper() if lookup.folded else key, [])
        if lookup.one_by or not several:
            several.append(row)
        elif lookup.order and _rank(row, lookup) < _rank(several[0], lookup):
            several[0] = row
    return found


def only_one(found: list[RowValues], lookup: Lookup, sources: Mapping[str, RowValues]) -> RowValues:
    """The row that ``telling`` selects among those with one key; empty if none. ``sources`` are rows by alias."""
    if len(found) == 1:
        return found[0]
    for step in lookup.telling:
        wanted = {column.lower(): _told(other, lookup, sources) for column, other in step}
        fitting = [row for row in found if all(text and row.get(name) == text for name, text in wanted.items())]
        if len(fitting) == 1:
            return fitting[0]
    return {}


def _told(other: str, lookup: Lookup, sources: Mapping[str, RowValues]) -> str:
    if other.startswith("="):
        return other[1:]
    alias, _, column = other.lower().rpartition(".")
    text = sources[alias].get(column, "")
    return text.removeprefix("-") if lookup.absolute else text


def ends(found: list[RowValues], lookup: Lookup) -> RowValues:
    """The candidates' lowest and highest number, if there are several."""
    if len(found) < 2:  # noqa: PLR2004 - one is no choice
        return {}
    numbers = sorted(int(row[lookup.one_by.lower()]) for row in found)
    return {"lowest": str(numbers[0]), "highest": str(numbers[-1])}


def _rank(row: RowValues, lookup: Lookup) -> list[tuple[bool, float]]:
    """Sort key among rows of the same key; rows without a number come last."""
    rank = []
    for name in lookup.order:
        text, sign = row.get(name.removeprefix("-").lower(), ""), -1 if name.startswith("-") else 1
        number = float(text) * sign if re.fullmatch(r"-?\d+(\.\d*)?", text) else None
        rank.append((number is None, number or 0.0))
    return rank
