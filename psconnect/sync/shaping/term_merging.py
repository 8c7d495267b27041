"""Merges equal terms of several schools: same title, same first and last day.

The one with the lowest key replaces them all and belongs to the district. Titles contain the dates, so no two terms
have the same title.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from psconnect.model.entities import CALENDAR

_TITLE, _FIRST, _LAST = (CALENDAR.mapped.index(name) for name in ("title", "startDate", "endDate"))
Values = tuple[str, ...]


@dataclass(frozen=True)
class MergedTerms:
    """Which term replaces which: own id -> own id of the delivered term."""

    stands_for: Mapping[str, str]

    def is_merged(self, own_id: str) -> bool:
        """Whether another term replaces this one."""
        return self.stands_for.get(own_id, own_id) != own_id

    def is_shared(self, own_id: str) -> bool:
        """Whether the term also replaces terms of other schools."""
        return self.stands_for.get(own_id) == own_id


def merged_terms(terms: Iterable[tuple[int, str, Values]]) -> MergedTerms:
    """Merge delivered terms, given as key, own id and mapped attributes."""
    groups: dict[tuple[str, str, str], list[tuple[int, str]]] = {}
    for key, own_id, values in terms:
        groups.setdefault((values[_TITLE], values[_FIRST], values[_LAST]), []).append((key, own_id))
    several = (found for found in groups.values() if len(found) > 1)
    return MergedTerms({own_id: min(found)[1] for found in several for _key, own_id in found})


def dated_title(values: Values) -> Values:
    """The attributes with the title as ``{term name} ({start date} {end date})``."""
    changed = list(values)
    changed[_TITLE] = f"{values[_TITLE]} ({values[_FIRST]} {values[_LAST]})"
    return tuple(changed)
