"""Intakes for entities with special rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psconnect.model.entities import ADMIN, ENROLLMENT, TEACHER
from psconnect.model.problems import Fate, Problem
from psconnect.sources.base import SourceRow, StagedRow
from psconnect.store.record import encode_record
from psconnect.sync.shaping.intake import UNDECIDED, ShapingIntake
from psconnect.sync.shaping.logins import username_of

WITHOUT_SCHOOL = "enrollment-without-school"
_KEPT = int(Fate.KEPT)
_USERNAME = TEACHER.shaped.index("username")


class SchoolIntake(ShapingIntake):
    """Schools belong to themselves."""

    def _page(self, rows: Sequence[SourceRow]) -> list[StagedRow]:
        staged = super()._page(rows)
        self._reading.delivered_schools.update(
            row[0] for row, made in zip(rows, staged, strict=True) if made[1] == Fate.IN
        )
        return staged

    def _judged(
        self,
        key: int,
        _school: int | None,
        verdict: tuple[int, str | None] | None,
        values: tuple[str, ...],
        fields: Any,
    ) -> tuple[int, str | None]:
        return super()._judged(key, key, verdict, values, fields)


class StaffIntake(ShapingIntake):
    """Staff keep the user name they were delivered with (model.staff_usernames)."""

    def _begin(self) -> None:
        super()._begin()
        reading = self._reading
        like = TEACHER if self.entity is ADMIN and not reading.rules.admins else self.entity
        self._username = username_of(reading.rules, reading.source, reading.names, like)

    def _values(self, key: int, _sourced_id: str, fields: Any) -> tuple[str, ...]:
        values = self._shape(fields)
        name = self._username(key, fields, values[_USERNAME])
        return (*values[:_USERNAME], name, *values[_USERNAME + 1 :])


class MadeUpContactIntake(ShapingIntake):
    """Contacts whose attributes the source generates: their user name is their id, because nobody signs in with it."""

    def _values(self, _key: int, sourced_id: str, fields: Any) -> tuple[str, ...]:
        values = self._shape(fields)
        return (*values[:_USERNAME], sourced_id, *values[_USERNAME + 1 :])


class EnrollmentIntake(ShapingIntake):
    """Enrollments can't be delivered without the id of a school."""

    def _page(self, rows: Sequence[SourceRow]) -> list[StagedRow]:
        numbered = self._ids.numbered and not self._given
        return self._of_students(rows) if numbered else super()._page(rows)

    def _of_students(self, rows: Sequence[SourceRow]) -> list[StagedRow]:
        """The records of students' enrollments with numeric own ids.

        This is by far the longest loop of a reading, so keys stay text: SQLite converts them to numbers.
        """
        shaped: list[StagedRow] = []
        shape, judges = self._shape, self._judges
        of_class, of_school = (one.named[0] for one in self._pointers[:2])
        id_of, student_id_of = self._ids.students_by_text
        for own_id, verdict, fields, section, school, student, role, primary in rows:
            class_id, class_key = of_class(section)
            school_id, school_key = of_school(school)
            values = shape(fields)
            if verdict is not None:
                fate, rule = verdict
            elif not school_id:
                fate, rule = self._without_school(int(own_id))
            elif judges:
                fate, rule = self._judge(int(own_id), school_key, values, fields)
            else:
                fate, rule = UNDECIDED
            record = encode_record((id_of(own_id), class_id, school_id, student_id_of(student), role, primary, *values))
            shaped.append((own_id, fate, rule, record, class_key, student or None, None))
        return shaped

    def _judged(
        self, key: int, school: int | None, verdict: tuple[int, str | None] | None, values: tuple[str, ...], fields: Any
    ) -> tuple[int, str | None]:
        if verdict is None and school is None:
            return self._without_school(key)
        return super()._judged(key, school, verdict, values, fields)

    def _without_school(self, key: int) -> tuple[int, str]:
        self.problems.append(Problem(WITHOUT_SCHOOL, ENROLLMENT.key, key))
        return _KEPT, WITHOUT_SCHOOL
