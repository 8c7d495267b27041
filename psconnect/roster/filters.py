"""Filter rules, compiled once per run to plain functions of a source row and its mapped attributes.

Texts are compared without case and surrounding blanks, values as numbers if the rule gives a number, and as dates if it
gives a date. A value that is not a number, or not a date, fails such a comparison; only “not equals”
and “not in” hold for it. ``model.filter_rules`` says how rules are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

import msgspec

from psconnect.model.entities import Entity
from psconnect.model.errors import FixSettings
from psconnect.model.filter_rules import TODAY, FilterPart, FilterRule, is_date, is_number
from psconnect.model.problems import FILTER
from psconnect.roster.filter_templates import condition_of
from psconnect.roster.patterns import compile_pattern
from psconnect.roster.text_filters import looks_empty

_Part = TypeVar("_Part", bound=FilterPart)
_Values = tuple[str, ...]
_Getter = Callable[[Any, _Values], str]
Test = Callable[[Any, _Values], bool]
Resolver = Callable[[str, str, str], str]
"""Finds a field: (name as written, entity key, name of the setting) -> ``Table.Field``; raises FixSettings."""
_LABEL = 80
_NEVER = "~"
"""Later than every date."""


@dataclass(frozen=True)
class Filter:
    """The compiled rules of one entity.

    Attributes:
        looked_at: name and getter of each field and attribute that the rules use.
        rules: name of each rule, whether it includes, and its test.
    """

    looked_at: tuple[tuple[str, _Getter], ...]
    rules: tuple[tuple[str, bool, Test], ...]

    def left_out_by(self, row: Any, values: _Values) -> str:
        """The rule that leaves this record out, or an empty text."""
        for name, includes, test in self.rules:
            if test(row, values) is not includes:
                return name
        return ""


def settle_filters(filters: Mapping[str, Sequence[FilterRule]], resolve: Resolver) -> dict[str, list[FilterRule]]:
    """The rules with templates expanded and fields resolved; raises FixSettings."""
    return {
        entity: [
            msgspec.structs.replace(_settled(rule, entity, f"filters.{entity}[{number}]", resolve), name=label_of(rule))
            for number, rule in enumerate(rules, start=1)
        ]
        for entity, rules in filters.items()
    }


def as_filter_error(error: FixSettings) -> FixSettings:
    """The error of a field that a filter rule or a section move names, said for these."""
    return FixSettings("PSC-FILTER-FIELD", where=error.where, cause=error.said)


def _settled(part: _Part, entity: str, where: str, resolve: Resolver) -> _Part:
    if part.template:
        made = condition_of(part, entity, where)
        part = msgspec.structs.replace(
            part, template="", field=made.field, attribute=made.attribute, op=made.op, value=made.value
        )
    if part.op == "matches":
        compile_pattern(part.value, where)
    inner = {name: [_settled(one, entity, where, resolve) for one in getattr(part, name)] for name in ("all", "any")}
    field = resolve(part.field, entity, where) if part.field else ""
    return msgspec.structs.replace(part, field=field, **inner)


def filter_fields(settled: Mapping[str, Sequence[FilterRule]]) -> dict[str, list[str]]:
    """The ``Table.Field`` names that settled rules read, per entity key."""
    return {
        entity: sorted({part.field for part in filter_leaves(rules) if part.field}) for entity, rules in settled.items()
    }


def filter_leaves(parts: Sequence[FilterPart]) -> Iterator[FilterPart]:
    """The single conditions of rules or of parts of them."""
    for part in parts:
        if part.parts:
            yield from filter_leaves(part.parts)
        else:
            yield part


def looks_at_today(parts: Sequence[FilterPart]) -> bool:
    """Whether a filter's outcome depends on the day it is asked on."""
    return any(
        part.op == "in the last"
        or part.value == TODAY
        or (isinstance(part.value, list) and TODAY in part.value)
        or looks_at_today(part.parts)
        for part in parts
    )


def compile_filters(
    settled: Sequence[FilterRule], entity: Entity, name_of: Callable[[str], str], today: date
) -> Filter | None:
    """The settled rules of an entity, compiled; None when there are none.

    ``name_of`` turns ``Table.Field`` into the row's attribute; ``today`` is the date in the district.
    """
    if not settled:
        return None
    getters = {part.field or part.attribute: _getter(part, entity, name_of) for part in filter_leaves(settled)}
    rules = tuple((f"{FILTER}{rule.name}", rule.action == "include", _test(rule, getters, today)) for rule in settled)
    return Filter(tuple(getters.items()), rules)


def _getter(part: FilterPart, entity: Entity, name_of: Callable[[str], str]) -> _Getter:
    if part.attribute:
        pick = itemgetter(entity.mapped.index(part.attribute))
        return lambda _row, values: pick(values)
    get: Callable[[Any], str] = attrgetter(name_of(part.field))
    return lambda row, _values: get(row)


def _test(part: FilterPart, getters: Mapping[str, _Getter], today: date) -> Test:
    if part.parts:
        tests = [_test(inner, getters, today) for inner in part.parts]
        if part.all:
            return lambda row, values: all(test(row, values) for test in tests)
        return lambda row, values: any(test(row, values) for test in tests)
    get, check = getters[part.field or part.attribute], check_of(part, today)
    return lambda row, values: check(get(row, values))


Check = Callable[[str], bool]


def check_of(part: FilterPart, today: date) -> Check:
    """A function that says whether a single value meets the condition."""
    op, value = part.op, part.value
    if op in _NEGATED:
        positive = check_of(FilterPart(op=_NEGATED[op], value=value), today)
        return lambda text: not positive(text)
    if op == "is empty":
        return looks_empty
    if op in ("equals", "in"):
        return _one_of(value if op == "in" else [value])
    return _text_check(op, value) or _range_check(op, value, today)


def _text_check(op: str, value: Any) -> Check | None:
    if op == "matches":
        return compile_pattern(value, "the filter")
    if op in _TEXT_CHECKS:
        compare, wanted = _TEXT_CHECKS[op], plain(value)
        return lambda text: compare(plain(text), wanted)
    return None


def _range_check(op: str, value: Any, today: date) -> Check:
    if op in ("at least", "at most") or (op == "between" and is_number(value[0])):
        low, high = {"at least": (value, None), "at most": (None, value)}.get(op) or tuple(value)
        return _number_between(low, high)
    return _date_between(*_dates(op, value, today))


_NEGATED = {
    "not equals": "equals",
    "not in": "in",
    "does not contain": "contains",
    "is not empty": "is empty",
}
_TEXT_CHECKS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, wanted: wanted in text,
    "starts with": str.startswith,
    "ends with": str.endswith,
}


def plain(text: str) -> str:
    """A text as rules compare it: case folded, without surrounding blanks."""
    return text.strip().casefold()


def _one_of(wanted: Sequence[Any]) -> Check:
    numbers = {one for one in wanted if is_number(one)}
    texts = {plain(one) for one in wanted if isinstance(one, str)}

    def check(text: str) -> bool:
        return plain(text) in texts or (bool(numbers) and _number(text) in numbers)

    return check


def _number(text: str) -> float | None:
    """A text as a number; whole numbers exactly, because card and state numbers don't fit into a float."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None


def _number_between(low: float | None, high: float | None) -> Check:
    def check(text: str) -> bool:
        number = _number(text)
        return number is not None and (low is None or low <= number) and (high is None or number <= high)

    return check


def _dates(op: str, value: Any, today: date) -> tuple[str, str]:
    """The first and last day that meet the operation, inclusive."""
    if op == "between":
        return value[0], value[1]
    if op == "in the last":
        return (today - timedelta(days=value)).isoformat(), today.isoformat()
    day = today if value == TODAY else date.fromisoformat(value)
    one = timedelta(days=1)
    if op == "before":
        return "", (day - one).isoformat() if day > date.min else ""
    return (day + one).isoformat() if day < date.max else _NEVER, "9999-12-31"


def _date_between(first: str, last: str) -> Check:
    return lambda text: first <= text <= last and is_date(text)


def label_of(rule: FilterRule) -> str:
    """The rule for people: its name, or a sentence of about 80 characters at most."""
    if rule.name:
        return rule.name
    said = _said(rule)
    text = said if rule.action == "include" else f"not {said}"
    return text if len(text) <= _LABEL else f"{text[: _LABEL - 1]}…"


def _said(part: FilterPart) -> str:
    if part.parts:
        return f" {'and' if part.all else 'or'} ".join(
            f"({_said(inner)})" if inner.parts else _said(inner) for inner in part.parts
        )
    words = [part.template] if part.template else [part.field or part.attribute, part.op]
    if isinstance(part.value, list):
        words.append((" and " if part.op == "between" else ", ").join(map(str, part.value)))
    elif part.value is not None:
        words.append(str(part.value))
    return " ".join(words)
