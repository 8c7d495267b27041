"""Takes terms. All are judged before any record is made.

Terms of several schools may be merged, and a year that is left out is nobody's parent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psconnect.model.entities import CALENDAR, SCHOOL
from psconnect.model.problems import Fate
from psconnect.sources.base import SourceRow, StagedRow
from psconnect.store.record import encode_record
from psconnect.sync.shaping.intake import ShapingIntake
from psconnect.sync.shaping.term_merging import dated_title, merged_terms

_SCHOOL, _PARENT = (CALENDAR.structural.index(name) for name in ("schoolSourcedId", "parentSourcedId"))


@dataclass(frozen=True)
class _Judged:
    own_id: str
    key: int
    structure: list[Any]
    values: tuple[str, ...]
    fate: int
    rule: str | None


class TermIntake(ShapingIntake):
    """Shapes terms; classes refer to the merged ones from then on."""

    def _page(self, rows: Sequence[SourceRow]) -> list[StagedRow]:
        judged = [self._judged_term(*row) for row in rows]
        merging = self._reading.rules.merge_terms
        schools = self._reading.delivered_schools
        merged = merged_terms(
            (one.key, one.own_id, one.values)
            for one in (judged if merging else ())
            if one.fate == Fate.IN and one.structure[_SCHOOL] in schools
        )
        self._ids.merge_terms(merged.stands_for)
        left_out = {one.own_id for one in judged if one.fate == Fate.LEFT_OUT}
        shaped: list[StagedRow] = []
        for one in judged:
            fate, rule = one.fate, one.rule
            if merged.is_merged(one.own_id):
                fate, rule = Fate.LEFT_OUT, "term-merged"
            elif merged.is_shared(one.own_id):
                one.structure[_SCHOOL] = self._ids.district
            if one.structure[_PARENT] in left_out:
                one.structure[_PARENT] = ""
            _school, references = self._settle(one.structure)
            values = dated_title(one.values) if merging else one.values
            record = encode_record((self._sourced_id(one.own_id, one.key), *one.structure, *values))
            shaped.append((one.key, fate, rule, record, *references))
        return shaped

    def _judged_term(
        self, own_id: str, verdict: tuple[int, str | None] | None, fields: Any, *structure: Any
    ) -> _Judged:
        key, values = self._keys.of(CALENDAR)(own_id), self._shape(fields)
        school = self._keys.of(SCHOOL)(structure[_SCHOOL]) if structure[_SCHOOL] else None
        fate, rule = self._judged(key, school, verdict, values, fields)
        return _Judged(own_id, key, list(structure), values, fate, rule)
