"""Findings of which a kind tells how many records they are about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from psconnect.model.entities import Entity
from psconnect.model.problems import Problem, Rule, Tally


@dataclass
class TalliedFindings:
    """Counted findings: rule, entity and detail -> key of the first record, and how many there are."""

    _found: dict[tuple[str, str, str], tuple[int, Tally]] = field(default_factory=dict)

    def add(self, rule: Rule, entity: Entity, key: int, detail: str, count: int = 1) -> None:
        """Count a record, or as many as are left out with it."""
        if not count:
            return
        about = rule.key, entity.key, detail
        if about in self._found:
            self._found[about][1].records += count
        else:
            self._found[about] = key, Tally(count)

    def problems(self) -> Iterator[Problem]:
        """All findings, in the order in which they were met."""
        for (rule, entity, detail), (key, tally) in self._found.items():
            yield Problem(rule, entity, key, None, detail, tally)
