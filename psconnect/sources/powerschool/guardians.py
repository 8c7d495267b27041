"""Contacts without PowerSchool's contact module: a whole name in a field of the student, split by a pattern.

Such a contact belongs to one student alone, and its key is made of the student's: there is nothing by which the same
mother of two students could be known. What the fields do not tell (phone, custody) stays empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from psconnect.model.entities import CONTACT, RELATIONSHIP, STUDENT, Entity
from psconnect.model.problems import Fate, Problem
from psconnect.roster.whole_names import WholeNames
from psconnect.sources.base import StagedRow
from psconnect.sources.powerschool.read_plan import OnProblem, ReadPlan, encode


def name_shaper(plan: ReadPlan, names: WholeNames, on_problem: OnProblem) -> Callable[[list[Any]], list[StagedRow]]:
    """A function from a page of students' rows to their contacts."""
    judge = plan.judge(CONTACT, on_problem)

    def page(rows: list[Any]) -> list[StagedRow]:
        shaped: list[StagedRow] = []
        for row in rows:
            for key, _relation, name in names.of(row):
                parts = names.split(name)
                sourced_id = plan.ids.of(CONTACT, key)
                values = _values(CONTACT, {"username": sourced_id, **(parts or {"familyName": name})})
                fate: Fate
                rule: str | None
                if parts is None:
                    fate, rule = Fate.KEPT, "unreadable"
                    on_problem(Problem(rule, "contact", key, None, "name"))
                else:
                    fate, rule = judge(key, None, values, row)
                shaped.append((key, fate, rule, encode((sourced_id, *values))))
        return shaped

    return page


def link_shaper(plan: ReadPlan, names: WholeNames, on_problem: OnProblem) -> Callable[[list[Any]], list[StagedRow]]:
    """A function from a page of students' rows to the relationships with their contacts."""
    judge = plan.judge(RELATIONSHIP, on_problem)

    def page(rows: list[Any]) -> list[StagedRow]:
        shaped: list[StagedRow] = []
        for row in rows:
            student = int(row.dcid)
            for key, relation, _name in names.of(row):
                values = _values(RELATIONSHIP, {"relation": relation, "role": names.role(relation)})
                fate, rule = judge(key, None, values, row)
                ids = (plan.ids.of(RELATIONSHIP, key), plan.ids.of(STUDENT, student), plan.ids.of(CONTACT, key))
                shaped.append((key, fate, rule, encode((*ids, *values)), student, key))
        return shaped

    return page


def _values(entity: Entity, given: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(given.get(attribute, "") for attribute in entity.shaped)
