"""Which records are in scope at all: what belongs to a school, term or course that is left out goes along with it.

A run settles this between all records, in SQL (store.reading.references). For counts of one entity it is enough to know
what became of the few records that its own refer to: they come first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from psconnect.model.entities import CALENDAR, CLASS, CONTACT, COURSE, SCHOOL, Entity
from psconnect.model.problems import FILTER, Fate, goes_along
from psconnect.sources.base import SourceRow, StagedRow

_FEW = (SCHOOL, CALENDAR, COURSE, CLASS)
_FIRST_REFERENCE = 4
"""The place of the first reference in a staged row."""


class InScope:
    """Notes what became of schools, terms, courses and classes, and settles who goes along with them.

    ``contacts`` are the keys of contacts with a student who is in; None if contacts are not asked about.
    """

    def __init__(self, entity: Entity, contacts: Collection[int] | None) -> None:
        self._entity, self._contacts = entity, contacts
        self._left_out: dict[str, dict[object, str]] = {entity.key: {} for entity in _FEW}

    def settled(
        self, entity: Entity, rows: Sequence[SourceRow], staged: Sequence[StagedRow]
    ) -> tuple[Sequence[SourceRow], Sequence[StagedRow]]:
        """The rows and what was made of them; those that go along have that verdict, fate and rule."""
        if entity is not self._entity and entity not in _FEW:
            return rows, staged
        along = {place: rule for place, made in enumerate(staged) if (rule := self._along(entity, made))}
        if along:
            rows, staged = list(rows), list(staged)
            for place, rule in along.items():
                row, made = rows[place], staged[place]
                rows[place] = (row[0], (Fate.LEFT_OUT, rule), *row[2:])
                staged[place] = (made[0], Fate.LEFT_OUT, rule, *made[3:])
        if entity in _FEW:
            self._left_out[entity.key].update((made[0], str(made[2])) for made in staged if made[1] == Fate.LEFT_OUT)
        return rows, staged

    def _along(self, entity: Entity, made: StagedRow) -> str:
        """The rule by which a record goes along; empty if it doesn't, or is judged already by its source."""
        if entity is CONTACT and self._contacts is not None:
            return "" if made[0] in self._contacts or _is_judged(made) else "contact-without-student"
        for place, reference in enumerate(entity.references, _FIRST_REFERENCE):
            because = self._left_out.get(reference.entity, {}).get(made[place])
            if because is not None and not _is_judged(made):
                return goes_along(reference.entity, because)
        return ""


def _is_judged(made: StagedRow) -> bool:
    """Whether the source has left it out itself."""
    rule = str(made[2] or "")
    return made[1] == Fate.LEFT_OUT and not rule.startswith(FILTER) and rule != "missing-required"
