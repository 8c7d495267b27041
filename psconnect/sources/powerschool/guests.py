"""Who of the students of schools that were not chosen is in a class of a chosen one, where such guests are brought in.

Only their enrollments tell, so these are read before the students; and where enrollments are named by a number of their
student, the students' numbers are read before both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from psconnect.model.entities import STUDENT
from psconnect.model.problems import Fate
from psconnect.sources.base import StagedRow
from psconnect.sources.powerschool.classes import Classes
from psconnect.sources.powerschool.district import District
from psconnect.sources.powerschool.parallel_read import Shaper
from psconnect.sources.powerschool.read_plan import OnProblem, ReadPlan


@dataclass
class Guests:
    """Keys of students who are in a class of a chosen school and, as far as their enrollments tell, of another one."""

    keys: set[int] = field(default_factory=set)

    def noting(
        self, make_shaper: Callable[[OnProblem], Shaper], classes: Classes, district: District
    ) -> Callable[[OnProblem], Shaper]:
        """What makes the shaper of enrollments, so that it also notes whose they are, anew each time."""
        home = {number for number, key in district.schools.items() if key in district.chosen}
        delivered = {key for key in classes.delivered if classes.info[key].chosen}

        def make(on_problem: OnProblem) -> Shaper:
            self.keys.clear()
            shape = make_shaper(on_problem)

            def page(rows: list[Any]) -> list[StagedRow]:
                shaped = shape(rows)
                self.keys.update(
                    int(student)
                    for row, (_key, fate, _rule, _record, section, student, _teacher) in zip(rows, shaped, strict=True)
                    # The v1 interface does not tell the student's school: then it may be any.
                    if section in delivered and student and fate != Fate.LEFT_OUT and row.student_school not in home
                )
                return shaped

            return page

        return make


@dataclass
class Numbers:
    """Takes rows of students for nothing but what their ids are made of."""

    plan: ReadPlan

    def extend(self, rows: Iterable[Any]) -> None:
        """Take rows."""
        self.plan.learn(STUDENT, rows)

    def clear(self) -> None:
        """They are read again: what was learned is learned anew."""
