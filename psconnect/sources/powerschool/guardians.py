"""Contacts without PowerSchool's contact module: a whole name in a field of the student, split by a pattern.

Such a contact belongs to one student, and its key is made of the student's: nothing shows that two students have the
same mother. What the fields don't contain (phone, custody) stays empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psconnect.model.entities import CONTACT, RELATIONSHIP, Entity
from psconnect.model.problems import Fate
from psconnect.roster.whole_names import WholeNames
from psconnect.sources.base import Intake, SourceRow, Verdict
from psconnect.sources.powerschool.people import Page


def name_rows(names: WholeNames, intake: Intake) -> Page:
    """A function from a page of students to rows of their contacts, with given attributes."""

    def page(rows: list[Any]) -> list[SourceRow]:
        found: list[SourceRow] = []
        for row in rows:
            for key, _relation, name in names.of(row):
                parts, verdict = names.split(name), None
                if parts is None:
                    verdict = _unreadable(intake, str(key))
                found.append((str(key), verdict, _attributes(CONTACT, parts or {"familyName": name})))
        return found

    return page


def _unreadable(intake: Intake, own_id: str) -> Verdict:
    intake.problem("unreadable", own_id, detail="name")
    return Fate.KEPT, "unreadable"


def link_rows(names: WholeNames) -> Page:
    """A function from a page of students to rows of the relationships with their contacts, with given attributes."""

    def page(rows: list[Any]) -> list[SourceRow]:
        found: list[SourceRow] = []
        for row in rows:
            for key, relation, _name in names.of(row):
                values = _attributes(RELATIONSHIP, {"relation": relation, "role": names.role(relation)})
                found.append((str(key), None, values, row.dcid, str(key)))
        return found

    return page


def _attributes(entity: Entity, given: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(given.get(attribute, "") for attribute in entity.shaped)
