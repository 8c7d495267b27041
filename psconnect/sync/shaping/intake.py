"""Makes records of one stream's rows by mapping, filters, requirements and ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from psconnect.model.entities import ADMIN, ENROLLMENT, SCHOOL, TEACHER, Entity
from psconnect.model.problems import Fate, Problem, Tally
from psconnect.roster.filters import compile_filters
from psconnect.roster.mapping import Shape
from psconnect.roster.templates import Notices
from psconnect.sources.base import SourceRow, StagedRow
from psconnect.store.record import encode_record
from psconnect.sync.shaping.judge import Judge
from psconnect.sync.shaping.shaping_context import ShapingContext

UNDECIDED: tuple[int, str | None] = (int(Fate.IN), None)
"""The fate of a record that no rule leaves out."""


class ShapingIntake:
    """Shapes the rows of one stream page by page (sources.base.Intake)."""

    def __init__(self, reading: ShapingContext, entity: Entity, *, given: bool, negative: bool | None) -> None:
        """Compile what shapes the rows."""
        self.entity, self.problems = entity, list[Problem]()
        self._reading, self._given, self._negative = reading, given, negative
        self._ids, self._keys = reading.ids, reading.ids.keys
        self._number = None if given else reading.number_of(entity)
        self._pointers, self._columns = self._ids.pointers(entity), len(entity.references)
        # Unpacked, because it is used for every record; the last item is set if a target has to be chosen.
        self._resolvers = tuple(
            (one.place, one.named, one.reference, one.is_school, one if len(one.targets) > 1 else None)
            for one in self._pointers
        )
        self._sourced_id = self._ids.own(entity)
        # A source that numbers its tables already has the sign in its own ids.
        self._sign = -1 if negative and not self._ids.numbered else 1
        self._begin()

    def _begin(self) -> None:
        self.problems.clear()
        # Where other staff is off, the fields that only they are mapped from are not read.
        like = TEACHER if self.entity is ADMIN and not self._reading.rules.admins else self.entity
        self._shape, self._judge = self._shaper(like)
        # Enrollments are many, and the source judges their dates.
        self._judges = self.entity is not ENROLLMENT or self._judge.active

    def _shaper(self, entity: Entity) -> tuple[Shape, Judge]:
        """What makes attributes of a row's fields, and what judges each record afterwards."""
        rules, source = self._reading.rules, self._reading.source
        notices: Notices = []

        def name_of(field: str) -> str:
            return source.attribute_of(entity, field)

        filters = rules.filters.get(entity.key, ())
        judge = Judge(
            entity,
            rules.requirements_of(entity),
            self.problems.append,
            rules.longest,
            compile_filters(filters, entity, name_of, source.today) if filters else None,
            rules.limited(entity),
        )
        if self._given:
            return self._as_given, judge
        return rules.shape_of(entity, name_of, notices), replace(judge, notices=notices)

    @staticmethod
    def _as_given(fields: tuple[str, ...]) -> tuple[str, ...]:
        return fields

    def rows(self, rows: Sequence[SourceRow], /) -> Sequence[StagedRow]:
        """Take a page of rows."""
        self._load(rows)
        if self._number:
            self._reading.learn(self.entity, ((row[0], row[2]) for row in rows))
        staged = self._page(rows)
        self._reading.stage.rows(self.entity, staged)
        if self._reading.watch:
            self._reading.watch(self.entity, rows, staged)
        return staged

    def _load(self, rows: Sequence[SourceRow]) -> None:
        """Load the keys of all records that a page names."""
        if self._ids.numbered:
            return
        self._keys.load(self.entity, [row[0] for row in rows])
        for one in self._pointers:
            wanted: dict[Entity, set[str]] = {target: set() for target in one.targets}
            for row in rows:
                structure = row[3:]
                found = structure[one.place]
                wanted[one.targets[one.target(structure)]].update([found] if isinstance(found, str) else found)
            for target, own_ids in wanted.items():
                self._keys.load(target, own_ids - {""})

    def _page(self, rows: Sequence[SourceRow]) -> list[StagedRow]:
        shaped: list[StagedRow] = []
        key_of, sourced_id, sign = self._keys.of(self.entity), self._sourced_id, self._sign
        for own_id, verdict, fields, *structure in rows:
            key = sign * key_of(own_id)
            school, references = self._settle(structure)
            delivered_as = sourced_id(own_id, key)
            values = self._values(key, delivered_as, fields)
            fate, rule = self._judged(key, school, verdict, values, fields)
            shaped.append((key, fate, rule, encode_record((delivered_as, *structure, *values)), *references))
        return shaped

    def _settle(self, structure: list[Any]) -> tuple[int | None, list[int | None]]:
        """Replace own ids by delivered ones; returns the keys of the record's school and of its references."""
        school: int | None = None
        references: list[int | None] = [None] * self._columns
        for place, named, reference, is_school, one in self._resolvers:
            target = one.target(structure) if one else 0
            structure[place], key = named[target](structure[place])
            column = reference[target]
            if column is not None:
                references[column] = key
            if is_school:
                school = key
        return school, references

    def _values(self, _key: int, _sourced_id: str, fields: Any) -> tuple[str, ...]:
        return self._shape(fields)

    def _judged(
        self, key: int, school: int | None, verdict: tuple[int, str | None] | None, values: tuple[str, ...], fields: Any
    ) -> tuple[int, str | None]:
        if verdict is not None:
            return verdict
        return self._judge(key, school, values, fields) if self._judges else UNDECIDED

    def problem(
        self,
        rule: str,
        own_id: str,
        school: str = "",
        detail: str = "",
        *,
        tally: Tally | None = None,
        entity: Entity | None = None,
    ) -> None:
        """Take the source's finding about a record."""
        about = entity or self.entity
        school_key = self._keys.of(SCHOOL)(school) if school else None
        key = self._keys.of(about)(own_id) * (self._sign if about is self.entity else 1)
        self.problems.append(Problem(rule, about.key, key, school_key, detail, tally))

    def restart(self) -> None:
        """Forget all rows and findings so far."""
        self._reading.stage.clear(self.entity, negative=self._negative)
        self._begin()
