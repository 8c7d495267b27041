"""Templates: how an attribute is made of fields, as ``{Students.Student_Web_ID|lower}`` or ``{course_name} ({room})``.

A template is text with fields in braces; behind a field stand filters (roster.textfilters), each after a bar, or the
name of a value list. A field is Table.Field, or a field's name alone where the entity's own tables have it. A template
whose fields are all empty gives an empty text, so that the fixed text around them never stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from psconnect.model.errors import FixSettings
from psconnect.roster.textfilters import TextFilter, change_of, parse_filter

ValueList = Mapping[str, str]
"""A value list: value in the source -> value delivered; ``*`` stands for every other value that is not empty."""

Notices = list[tuple[str, str]]
"""What is noticed while a row is shaped: the key of a rule (model.problems), and what it is about."""

_FIELD = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class FieldPart:
    """A field with its filters."""

    field: str
    filters: tuple[TextFilter, ...]


@dataclass(frozen=True)
class Template:
    """A parsed template: fixed texts and fields in their order."""

    parts: tuple[str | FieldPart, ...]

    @property
    def fields(self) -> list[str]:
        """The ``Table.Field`` names it uses."""
        return [part.field for part in self.parts if isinstance(part, FieldPart)]


Resolve = Callable[[str, str], str]
"""Finds a field: from its name as written and the setting it stands in to ``Table.Field``; raises FixSettings."""


def as_written(name: str, where: str) -> str:
    """A Resolve that knows no fields: it takes Table.Field only."""
    if not re.fullmatch(r"\w+\.\w+", name):
        raise _wrong(f"“{name}” is not a field.", "Write a field as Table.Field, like {Students.First_Name}.", where)
    return name


def parse(text: str, where: str, value_lists: Mapping[str, ValueList], resolve: Resolve = as_written) -> Template:
    """A template from its text; raises FixSettings that names what is wrong. ``where`` is the setting's name."""
    parts: list[str | FieldPart] = []
    position = 0
    for match in _FIELD.finditer(text):
        if match.start() > position:
            parts.append(text[position : match.start()])
        parts.append(_field(match.group(1), where, value_lists, resolve))
        position = match.end()
    if position < len(text):
        parts.append(text[position:])
    if any(isinstance(part, str) and ("{" in part or "}" in part) for part in parts):
        raise _wrong(f"In “{text}” a brace is not closed.", "Write fields like {Students.First_Name}.", where)
    return Template(tuple(parts))


def _field(text: str, where: str, value_lists: Mapping[str, ValueList], resolve: Resolve) -> FieldPart:
    name, *filters = text.split("|")
    found = resolve(name.strip(), where)
    return FieldPart(found, tuple(parse_filter(one, where, list(value_lists)) for one in filters))


def _wrong(happened: str, to_do: str, where: str) -> FixSettings:
    return FixSettings("PSC-MAPPING-TEMPLATE", "A mapping can't be used", happened, to_do, where=where)


Getter = Callable[[Any], str]


def compile_template(template: Template, name_of: Callable[[str], str], value_lists: Mapping[str, ValueList]) -> Getter:
    """A function from a source row to the attribute's value. ``name_of`` turns Table.Field into the row's attribute."""
    pieces = [part if isinstance(part, str) else _getter(part, name_of, value_lists) for part in template.parts]
    getters = [piece for piece in pieces if not isinstance(piece, str)]
    if len(pieces) == 1:
        only = pieces[0]
        return (lambda _row, text=only: text) if isinstance(only, str) else only  # type: ignore[misc]
    if not getters:
        fixed = "".join(piece for piece in pieces if isinstance(piece, str))
        return lambda _row: fixed

    def joined(row: Any) -> str:
        values = [piece if isinstance(piece, str) else piece(row) for piece in pieces]
        filled = any(value for value, piece in zip(values, pieces, strict=True) if not isinstance(piece, str))
        return "".join(values) if filled else ""

    return joined


@dataclass(frozen=True)
class OneField:
    """A template that is nothing but one field: the field, and what its filters make of the value (None: nothing)."""

    field: str
    change: Callable[[str], str] | None


def one_field(template: Template, value_lists: Mapping[str, ValueList]) -> OneField | None:
    """The template as one field with its filters, or None when it is more than that."""
    if len(template.parts) != 1 or not isinstance(template.parts[0], FieldPart):
        return None
    part = template.parts[0]
    functions = [_function(wanted, value_lists) for wanted in part.filters]
    if len(functions) < 2:  # noqa: PLR2004 - none or one needs no loop
        return OneField(part.field, functions[0] if functions else None)

    def change(value: str) -> str:
        for function in functions:
            value = function(value)
        return value

    return OneField(part.field, change)


def _getter(part: FieldPart, name_of: Callable[[str], str], value_lists: Mapping[str, ValueList]) -> Getter:
    getter: Getter = attrgetter(name_of(part.field))
    for wanted in part.filters:
        getter = _filtered(getter, _function(wanted, value_lists))
    return getter


def _filtered(getter: Getter, function: Callable[[str], str]) -> Getter:
    return lambda row: function(getter(row))


def _function(wanted: TextFilter, value_lists: Mapping[str, ValueList]) -> Callable[[str], str]:
    return change_of(wanted) or _Listed(value_lists[wanted.name]).__getitem__


class _Listed(dict[str, str]):
    """A value list as a dictionary that knows what every other value becomes."""

    def __init__(self, values: ValueList) -> None:
        super().__init__(values)
        self._other = values.get("*", "")
        self.setdefault("", "")

    def __missing__(self, _value: str) -> str:
        return self._other
