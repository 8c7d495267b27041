"""Terms of several schools that are one and the same: same title, same first and last day (issue: merging of terms).

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
    """Which term stands for which: key -> key of the one that is delivered, for terms of which several are one."""

    stands_for: Mapping[int, int]

    def key_of(self, key: int) -> int:
        """The key of the term that is delivered in a term's place: its own unless it is merged."""
        return self.stands_for.get(key, key)

    def is_shared(self, key: int) -> bool:
        """Whether the term stands for terms of other schools, too."""
        return self.stands_for.get(key) == key


def merged_terms(terms: Iterable[tuple[int, Values]]) -> MergedTerms:
    """Which of the delivered terms, as key and mapped attributes, are one."""
    groups: dict[tuple[str, str, str], list[int]] = {}
    for key, values in terms:
        groups.setdefault((values[_TITLE], values[_FIRST], values[_LAST]), []).append(key)
    return MergedTerms({key: min(keys) for keys in groups.values() if len(keys) > 1 for key in keys})


def dated_title(values: Values) -> Values:
    """The attributes with the title as ``{term name} ({start date} {end date})``."""
    changed = list(values)
    changed[_TITLE] = f"{values[_TITLE]} ({values[_FIRST]} {values[_LAST]})"
    return tuple(changed)
