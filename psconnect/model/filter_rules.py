"""Filter rules: which records of an entity are delivered.

A filter rule is a condition, a named template, or a group of them; it includes or excludes. In the connection file::

    [[filters.student]]
    name = "Grades 6 to 12"
    field = "Students.Grade_Level"
    op = "between"
    value = [6, 12]

    [[filters.student]]
    action = "exclude"
    any = [{attribute = "email", op = "is empty"}, {template = "schools", value = [100]}]

A record has to pass every rule of its entity: ``include`` passes records that match, ``exclude`` those that don't.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

import msgspec

from psconnect.model.bad_setting import hint_at
from psconnect.model.entities import BY_KEY
from psconnect.model.errors import FixSettings
from psconnect.model.values import refused

FILTERED = ("student", "contact", "teacher", "admin", "course", "class", "calendar")
"""Entities that can have filter rules."""
_NO_VALUE = ("is empty", "is not empty")
_LISTS = ("in", "not in", "between")
_DATES = ("before", "after")
_ORDERED = ("at least", "at most")
_TEXTS = ("contains", "does not contain", "starts with", "ends with", "matches")
_DAYS = ("in the last",)
_EQUAL = ("equals", "not equals")
OPERATIONS = (*_EQUAL, *_LISTS, *_TEXTS, *_NO_VALUE, *_DATES, *_ORDERED, *_DAYS)
"""What a condition can ask of a value."""
TODAY = "today"
_DEEPEST = 8
_MOST_DAYS = 36_500
_LONGEST_NAME = 120


class FilterPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One condition, one named template, or a group; exactly one of them.

    Attributes:
        field: ``Table.Field`` in PowerSchool, for a condition on what is read.
        attribute: an attribute of the entity, for a condition on what would be delivered.
        op: one of ``OPERATIONS``.
        value: what it is compared with: a number, a text, a date, or a list of them.
        template: name of a ready-made condition (roster.filter_templates); ``value`` is what it asks for.
        all, any: a group; every part has to match, or at least one.
    """

    field: str = ""
    attribute: str = ""
    op: str = ""
    value: Any = None
    template: str = ""
    all: list[FilterPart] = []
    any: list[FilterPart] = []

    @property
    def parts(self) -> list[FilterPart]:
        """The parts of a group; empty for a condition or a template."""
        return self.all or self.any


class FilterRule(FilterPart, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A filter rule of one entity; people see ``name`` where the rule leaves a record out."""

    name: str = ""
    action: Literal["include", "exclude"] = "include"


def parse_filters(data: Any) -> dict[str, list[FilterRule]]:
    """The [filters] tables as rules, in one spelling; raises FixSettings with the key that is wrong."""
    if not isinstance(data, dict):
        raise FixSettings("PSC-SETTINGS-INVALID/filters-section", where="filters")
    rules: dict[str, list[FilterRule]] = {}
    for entity, given in data.items():
        where = f"filters.{entity}"
        if entity not in FILTERED:
            raise FixSettings(
                "PSC-SETTINGS-INVALID/cant-filter-rules",
                where=where,
                entity=entity,
                hint=hint_at(entity, list(FILTERED)),
            )
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            raise FixSettings("PSC-SETTINGS-INVALID/list-rules", where=where, place=where)
        rules[entity] = [_rule(one, f"{where}[{number}]", entity) for number, one in enumerate(given, start=1)]
    return {entity: found for entity, found in rules.items() if found}


def _rule(given: dict[str, Any], where: str, entity: str) -> FilterRule:
    tidy = _tidy(given, where, FilterRule)
    try:
        rule = msgspec.convert(tidy, FilterRule)
    except msgspec.ValidationError as error:
        raise refused(error, FilterRule, where) from None
    if rule.name and (not rule.name.isprintable() or len(rule.name) > _LONGEST_NAME):
        raise FixSettings("PSC-SETTINGS-INVALID/name-too-long", where=where, place=where, longest_name=_LONGEST_NAME)
    for part in _parts(rule):
        _check_part(part, where, entity)
    return rule


def _parts(part: FilterPart) -> Iterator[FilterPart]:
    yield part
    for inner in part.parts:
        yield from _parts(inner)


def _tidy(given: Any, where: str, kind: type[msgspec.Struct], depth: int = 0) -> Any:
    """Normalises a rule: dates as text, operations in words. An unknown key is named with the nearest known one."""
    if not isinstance(given, dict):
        raise FixSettings("PSC-SETTINGS-INVALID/part-condition", where=where, place=where)
    if depth > _DEEPEST:
        raise FixSettings("PSC-SETTINGS-INVALID/groups-nested-too", where=where, place=where, deepest=_DEEPEST)
    known = list(kind.__struct_fields__)
    tidy: dict[str, Any] = {}
    for key, value in given.items():
        if key not in known:
            raise FixSettings(
                "PSC-SETTINGS-INVALID/setting", where=f"{where}.{key}", name=key, place=where, hint=hint_at(key, known)
            )
        if key in ("all", "any") and isinstance(value, list):
            tidy[key] = [_tidy(one, where, FilterPart, depth + 1) for one in value]
        elif key in ("op", "template") and isinstance(value, str):
            tidy[key] = " ".join(value.replace("_", " ").replace("-", " ").lower().split())
        else:
            tidy[key] = [_plain(one) for one in value] if isinstance(value, list) else _plain(value)
    return tidy


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _check_part(part: FilterPart, where: str, entity: str) -> None:
    kinds = [name for name in ("field", "attribute", "template", "all", "any") if getattr(part, name)]
    if len(kinds) != 1:
        said = f"both {' and '.join(kinds)}" if kinds else "no condition"
        raise FixSettings("PSC-SETTINGS-INVALID/part", where=where, place=where, said=said)
    if part.parts or part.template:
        if part.op:
            raise FixSettings("PSC-SETTINGS-INVALID/op-belongs-field", where=f"{where}.op", place=where)
        if part.parts and part.value is not None:
            raise FixSettings("PSC-SETTINGS-INVALID/value-belongs-condition", where=where, place=where)
        return
    if part.attribute and part.attribute not in BY_KEY[entity].mapped:
        known = list(BY_KEY[entity].mapped)
        label = BY_KEY[entity].label
        raise FixSettings(
            "PSC-SETTINGS-INVALID/attribute",
            where=where,
            label=label,
            attribute=part.attribute,
            hint=hint_at(part.attribute, known),
        )
    if part.op not in OPERATIONS:
        raise FixSettings(
            "PSC-SETTINGS-INVALID/operation",
            where=f"{where}.op",
            op=part.op,
            place=where,
            hint=hint_at(part.op, list(OPERATIONS)),
        )
    problem = _value_problem(part.op, part.value)
    if problem:
        raise FixSettings(
            "PSC-SETTINGS-INVALID/value-cant-used", where=f"{where}.value", op=part.op, place=where, problem=problem
        )


def _value_problem(op: str, value: Any) -> str:
    """What a value of this operation has to be, if this one is wrong; else an empty text."""
    if op in _LISTS:
        return _list_problem(op, value)
    is_text = isinstance(value, str) and bool(value)
    for operations, right, to_do in (
        (_NO_VALUE, value is None, "Take the value out: this operation needs none."),
        (_DATES, is_date(value) or value == TODAY, "Give a date like 2026-08-17, or “today”."),
        (_ORDERED, is_number(value), "Give a number."),
        (_DAYS, is_days(value), f"Give a number of days, from 1 to {_MOST_DAYS:,}."),
        (_TEXTS, is_text, "Give a text."),
        (_EQUAL, is_number(value) or is_text, "Give a number or a text."),
    ):
        if op in operations:
            return "" if right else to_do
    raise ValueError(op)


def _list_problem(op: str, value: Any) -> str:
    if not isinstance(value, list) or not value:
        return "Give a list, like [6, 12]."
    if op != "between":
        right = all(is_number(one) or (isinstance(one, str) and one) for one in value)
        return "" if right else "Give numbers or texts."
    alike = all(map(is_number, value)) or all(map(is_date, value))
    if len(value) != 2 or not alike or value[0] > value[1]:  # noqa: PLR2004 - from and to
        return "Give two numbers or two dates, the lower one first."
    return ""


def is_number(value: object) -> bool:
    """Whether a setting's value is a number (not a boolean, nor TOML's nan and inf)."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def is_days(value: object) -> bool:
    """Whether a setting's value is a number of days that can be subtracted from a date."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST_DAYS


def is_date(value: object) -> bool:
    """Whether a setting's value is a date like ``2026-08-17``."""
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
