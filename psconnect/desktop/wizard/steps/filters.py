"""Step *Filter rules*: which records are let through."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from psconnect.desktop.text import counted, entity_label, tr
from psconnect.desktop.wizard.draft import Draft, DraftPart
from psconnect.desktop.wizard.steps.spec import Known, Line, Need, StepSpec, StepText, told
from psconnect.desktop.wizard.steps.who_part import WhoPart
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.model.filter_rules import FILTERED
from psconnect.service import filter_label

RuleTable = dict[str, Any]
"""A rule as the tables of a connection file have it; a value that can't be used yet is the text as typed."""
SHOWN = ("student", "teacher", "admin", "course", "class", "calendar", "contact")
"""The entities with rules, in the order of the page."""
_GROUPS = ("any", "all")
_NO_VALUE = ("is empty", "is not empty")
_LISTS = ("in", "not in", "between")
_NUMBERS = ("at least", "at most", "in the last", "equals", "not equals")
_LIST_TEMPLATES = ("grades", "schools", "courses")


class FiltersPart(DraftPart, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The rules per entity key; an empty list takes the preset's away."""

    rules: dict[str, list[RuleTable]] = msgspec.field(default_factory=dict)

    def of(self, entity: str) -> list[RuleTable]:
        """The rules of an entity."""
        return self.rules.get(entity, [])


class FiltersStep(StepSpec[FiltersPart]):
    """Who is let through."""

    key = "filters"
    symbol = "filter"
    part = FiltersPart

    def text(self, draft: Draft, known: Known) -> StepText:  # noqa: ARG002 - always the same
        """Its words."""
        return StepText(
            tr("Filter rules"),
            tr("Who is let through?"),
            tr("Rules narrow down what the schools hold. Whoever is left out takes their enrollments along."),
        )

    def needs(self, draft: Draft, known: Known) -> Iterator[Need]:
        """Rules that can be used."""
        for entity, rules in draft.of(FiltersPart).rules.items():
            for place, rule in enumerate(rules):
                problem = rule_problem(known.source, entity, rule)
                if problem:
                    yield self.need(f"{entity}.{place}", problem)

    def lines(self, draft: Draft, known: Known) -> list[Line]:  # noqa: ARG002 - all of it is in the draft
        """How many rules each kind of record has."""
        part = draft.of(FiltersPart)
        found = [
            (entity_label(entity), counted(len(part.of(entity)), "{count} rule", "{count} rules"))
            for entity in SHOWN
            if part.of(entity)
        ]
        return found or [(tr("Rules"), tr("none: everybody is let through"))]

    def brief(self, draft: Draft, known: Known) -> str:  # noqa: ARG002 - the same signature everywhere
        """The kinds of records with rules, and how many."""
        part = draft.of(FiltersPart)
        said = [
            counted(
                len(part.of(entity)), "{entity}: {count} rule", "{entity}: {count} rules", entity=entity_label(entity)
            )
            for entity in SHOWN
            if part.of(entity)
        ]
        return tr(", ").join(said) or tr("No rules: everybody is let through")

    def into(self, part: FiltersPart, settings: dict[str, Any]) -> None:
        """[[filters.ENTITY]]."""
        settings["filters"] = {entity: [dict(rule) for rule in rules] for entity, rules in part.rules.items()}

    def out_of(self, connection: Connection) -> FiltersPart:
        """As the connection has them."""
        return FiltersPart({entity: msgspec.to_builtins(rules) for entity, rules in connection.filters.items()})


def filtered_entities(draft: Draft) -> list[str]:
    """The entities that are included and can have rules."""
    part = draft.of(WhoPart)
    left_out = {"contact": part.parents == "none", "admin": not part.admins}
    return [entity for entity in SHOWN if entity in FILTERED and not left_out.get(entity)]


def rule_problem(source: str, entity: str, rule: Mapping[str, Any]) -> str:
    """What is wrong with a rule, in a sentence; an empty text when it can be used."""
    try:
        filter_label(source, entity, rule)
    except FixSettings as error:
        return told(error)
    return ""


def conditions_of(rule: RuleTable) -> list[RuleTable] | None:
    """The conditions of a rule that the page can show side by side; None for one with groups or templates inside."""
    group = next((rule[name] for name in _GROUPS if rule.get(name)), None)
    found = [rule] if group is None else group
    plain = all(not any(one.get(name) for name in (*_GROUPS, "template")) for one in found)
    kept = ("field", "attribute", "op", "value")
    return [{key: one[key] for key in kept if key in one} for one in found] if plain else None


def with_conditions(rule: RuleTable, conditions: list[RuleTable], how: str) -> RuleTable:
    """The rule with these conditions; ``how`` they are joined: ``any`` or ``all``."""
    kept: RuleTable = {key: rule[key] for key in ("name", "action") if key in rule}
    return {**kept, **conditions[0]} if len(conditions) == 1 else {**kept, how: conditions}


def joined_by(rule: RuleTable) -> str:
    """How its conditions are joined."""
    return "any" if rule.get("any") else "all"


def condition_value(op: str, text: str) -> Any:
    """A value as the file has it, from what is typed; text that is no number stays text and is told as wrong."""
    if op in _NO_VALUE:
        return None
    if op in _LISTS:
        return [_number(part.strip()) for part in text.split(",") if part.strip()]
    return _number(text.strip()) if op in _NUMBERS else text.strip()


def template_value(template: str, text: str) -> Any:
    """The value that a template takes, from what is typed; None for an empty text."""
    if template in _LIST_TEMPLATES:
        return [part.strip() for part in text.split(",") if part.strip()] or None
    return _number(text.strip()) if text.strip() else None


def typed_text(value: Any) -> str:
    """A value as it is typed."""
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _number(text: str) -> Any:
    """A number where the text is one as a number is written; ``007`` stays text."""
    if re.fullmatch(r"-?(0|[1-9]\d*)", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?(0|[1-9]\d*)\.\d+", text) else text


def named(name: str) -> RuleTable:
    """What a condition looks at: ``Table.Field`` in PowerSchool, or an attribute as it would be delivered."""
    return {"field": name.strip()} if "." in name else {"attribute": name.strip()}
