"""Guests: students of schools that were not chosen who are in a class of a chosen one.

Only enrollments show who is a guest, so they are read before the students. If enrollment ids contain the student's
number, the students' numbers are read before both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from psconnect.model.entities import STUDENT
from psconnect.model.problems import Fate
from psconnect.sources.base import SourceRow, SourceSink, StagedRow
from psconnect.sources.powerschool.classes import Classes
from psconnect.sources.powerschool.district import District


@dataclass
class Guests:
    """Own ids of students who are in a class of a chosen school and, as far as known, belong to another one."""

    own_ids: set[str] = field(default_factory=set)
    _home: set[str] = field(default_factory=set)
    _delivered: set[str] = field(default_factory=set)

    def begin(self, classes: Classes, district: District) -> None:
        """Start empty; call whenever enrollments are read from the beginning."""
        self.own_ids.clear()
        self._home = {number for number, own_id in district.schools.items() if own_id in district.chosen}
        self._delivered = {own_id for own_id in classes.delivered if classes.info[own_id].chosen}

    def note(self, rows: Iterable[SourceRow], staged: Iterable[StagedRow]) -> None:
        """Note the students of these enrollments."""
        for (_own_id, _verdict, row, section, _school, student, *_more), (_key, fate, *_others) in zip(
            rows, staged, strict=True
        ):
            # The v1 interface doesn't give the student's school, so it may be any.
            if (
                section in self._delivered
                and student
                and fate != Fate.LEFT_OUT
                and row.student_school not in self._home
            ):
                self.own_ids.add(student)


@dataclass
class Numbers:
    """Takes rows of students only for the numbers their ids are made of."""

    sink: SourceSink

    def extend(self, rows: Iterable[Any]) -> None:
        """Take rows."""
        self.sink.learn(STUDENT, ((row.dcid, row) for row in rows))

    def clear(self) -> None:
        """Nothing to do: when students are read again, their numbers are overwritten."""
