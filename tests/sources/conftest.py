"""Hand-made rows and the records that become of them; no server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

import msgspec
import pytest

from psconnect.destinations import find_kind
from psconnect.model.connection import from_dict
from psconnect.model.entities import EXTRA, Entity
from psconnect.model.ids import Ids
from psconnect.model.problems import RULES, Fate, Problem
from psconnect.model.staff_usernames import StaffNames
from psconnect.powerschool.rows import row_type
from psconnect.sources.base import Intake, SourceRow, StagedRow
from psconnect.sources.powerschool.district import District, SchoolDays, find_district, set_terms
from psconnect.sources.powerschool.read_plan import ReadPlan
from psconnect.sources.powerschool.source import PowerSchoolSource
from psconnect.sync.compose import choices_of, shaping_of
from psconnect.sync.shaping import ShapingRules
from psconnect.sync.shaping.delivered_ids import DeliveredIds
from psconnect.sync.shaping.keys import NumberedKeys
from psconnect.sync.shaping.shaped_source import Shaping
from psconnect.sync.shaping.shaping_context import ShapingContext

TODAY = date(2026, 11, 18)
MakePlan = Callable[..., ReadPlan]


@dataclass(frozen=True)
class Shaped:
    """A shaped record as a test looks at it."""

    key: int
    fate: Fate
    rule: str | None
    values: dict[str, str]
    references: dict[str, int | None]


class Stage:
    """Keeps the staged rows of one entity."""

    def __init__(self) -> None:
        self.taken: list[StagedRow] = []

    def rows(self, _entity: Entity, rows: Sequence[StagedRow]) -> None:
        self.taken += rows

    def clear(self, _entity: Entity, *, negative: bool | None = None) -> None:
        self.taken.clear()

    def problem(self, problem: Problem) -> None:
        raise AssertionError(problem)


@dataclass
class Maker:
    """Makes plans and rows, and has the engine shape them; collects problems.

    Attributes:
        problems: what was reported so far.
        plan: what is read. rules: how it is shaped. names: what is known of the user names of staff.
    """

    problems: list[Problem] = field(default_factory=list)
    names: StaffNames = field(default_factory=StaffNames)
    plan: ReadPlan = field(init=False)
    rules: ShapingRules = field(init=False)

    def __post_init__(self) -> None:
        self.choose()

    def choose(self, today: date = TODAY, **settings: Any) -> ReadPlan:
        """A plan with the OneRoster preset and these sections of a connection file."""
        choices = choices_of(from_dict({"name": "x", "preset": "oneroster", **settings}))
        self.rules = replace(shaping_of(choices), needed=find_kind("oneroster-csv").needed)
        schools = choices.connection.scope.schools
        self.plan = ReadPlan(
            streams=choices.reads.streams,
            schools="all" if schools == "all" else frozenset(schools),
            start_year=choices.connection.scope.start_year,
            co_teachers=choices.wanted.options.co_teachers,
            contacts=choices.wanted.contacts,
            district_name="Demo District",
            today=today,
            included=choices.selection.included,
        )
        return self.plan

    def take(self, entity: Entity, hand_over: Callable[[Intake], object], **how: Any) -> dict[int, Shaped]:
        """The records that the engine makes of what is handed over to an intake of that entity."""
        stage, district = Stage(), self.district()
        source = PowerSchoolSource(cast("Any", None), self.plan)
        ids = DeliveredIds(Ids(), NumberedKeys(), numbered=True)
        intake = Shaping(ShapingContext(self.rules, source, self.names, ids, stage, district.delivered)).intake(
            entity, **how
        )
        hand_over(intake)
        self.problems += intake.problems
        return shaped(entity, stage.taken)

    def shaped(self, entity: Entity, rows_of: Callable[[Intake], Iterable[SourceRow]], **how: Any) -> dict[int, Shaped]:
        """The records that the engine makes of a page of rows."""
        return self.take(entity, lambda intake: intake.rows(list(rows_of(intake))), **how)

    def row(self, stream: str, **values: object) -> Any:
        """A row of a stream; what is not given is empty, as PowerSchool leaves nulls out."""
        return row_type(self.plan.streams.by_name[stream])(**{name: str(value) for name, value in values.items()})

    def rows(self, stream: str, *rows: dict[str, object]) -> list[Any]:
        return [self.row(stream, **values) for values in rows]

    def found(self) -> list[tuple[str, str, int, int | None, str]]:
        """The problems so far, each as (rule, entity, key, school, detail); every rule exists."""
        assert all(problem.rule in RULES for problem in self.problems)
        return [(p.rule, p.entity, p.key, p.school, p.detail) for p in self.problems]

    def district(self, days: Sequence[str] = ("2026-08-17", "2027-01-15", "2027-06-04")) -> District:
        """Two schools (numbers 100 and 200, keys 1 and 2) in the year 2026-2027, and the district's own terms."""
        district = find_district(self.plan, self.schools(), self.terms())
        sessions = [
            {"dcid": n, "date_value": day, "schoolid": school, "insession": 1}
            for n, (day, school) in enumerate((day, school) for school in (100, 200) for day in days)
        ]
        set_terms(district, self.terms(), SchoolDays(self.rows("calendar_days", *sessions)))
        return district

    def schools(self) -> list[Any]:
        return self.rows(
            "schools",
            {"dcid": 1, "school_number": 100, "name": "Maple Elementary"},
            {"dcid": 2, "school_number": 200, "name": "Cedar Middle"},
        )

    def terms(self) -> list[Any]:
        """Per school the year and a semester of 2026, and the year before; and the district office's year."""
        year = {"yearid": 36, "name": "2026-2027", "firstday": "2026-08-17", "lastday": "2027-06-06", "portion": 1}
        before = {"yearid": 35, "name": "2025-2026", "firstday": "2025-08-18", "lastday": "2026-06-05", "portion": 1}
        half = {**year, "name": "Semester 1", "lastday": "2027-01-15", "portion": 2, "isyearrec": 0}
        made: list[dict[str, object]] = []
        for school, base in ((100, 10), (200, 20), (0, 30)):
            made += [
                {**year, "dcid": base, "id": 3600, "schoolid": school, "isyearrec": 1},
                {**half, "dcid": base + 1, "id": 3601, "schoolid": school},
                {**before, "dcid": base + 2, "id": 3500, "schoolid": school, "isyearrec": 1},
            ]
        return self.rows("terms", *made)


def shaped(entity: Entity, rows: Sequence[StagedRow]) -> dict[int, Shaped]:
    """Staged rows by key, with named values and references; further values only where there are any."""
    found: dict[int, Shaped] = {}
    for key, fate, rule, record, *references in rows:
        assert isinstance(record, bytes)
        assert rule is None or RULES[str(rule)].severity
        texts = msgspec.json.decode(record, type=list[str])
        names = [reference.column for reference in entity.references]
        numbers = [None if other is None else int(other) for other in references]
        found[int(key or 0)] = Shaped(
            int(key or 0),
            Fate(int(fate or 0)),
            str(rule) if rule else None,
            {name: text for name, text in zip(entity.attributes, texts, strict=True) if name != EXTRA or text},
            dict(zip(names, numbers, strict=True)),
        )
    assert len(found) == len(rows)
    return found


@pytest.fixture
def maker() -> Maker:
    """Plans, rows and problems of one test."""
    return Maker()
