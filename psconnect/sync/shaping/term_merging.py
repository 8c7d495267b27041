"""Terms of several schools that are one and the same: same title, same first and last day.

The one with the lowest key stands for all of them and belongs to the district. Each term tells its dates in its title,
so that no two have the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from psconnect.model.entities import CALENDAR

_TITLE, _FIRST, _LAST = (CALENDAR.mapped.index(name) for name in ("title", "startDate", "endDate"))
Values = tuple[str, ...]


@dataclass(frozen=True)
class MergedTerms:
    """Which term stands for which: own id -> own id of the one that is delivered for several."""

    stands_for: Mapping[str, str]

    def is_merged(self, own_id: str) -> bool:
        """Whether another term stands for this one."""
        return self.stands_for.get(own_id, own_id) != own_id

    def is_shared(self, own_id: str) -> bool:
        """Whether the term stands for terms of other schools, too."""
        return self.stands_for.get(own_id) == own_id


def merged_terms(terms: Iterable[tuple[int, str, Values]]) -> MergedTerms:
    """Which of the delivered terms, as key, own id and mapped attributes, are one."""
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
