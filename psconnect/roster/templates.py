"""How an attribute is built from fields, such as ``{Students.Student_Web_ID|lower}`` or ``{course_name} ({room})``.

A template is text with fields in braces. A field may be followed by filters (roster.text_filters) and names of value
lists, each after a bar. ``else:`` names the field to use if everything before it is empty:
``{U_STUDENTS_EXTENSION.nickname|trim|else:Students.First_Name}``. A field is Table.Field, or a field's name alone. A
template whose fields are all empty gives an empty text, so that fixed text never appears on its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from psconnect.model.errors import FixSettings
from psconnect.roster.text_filters import ELSE, TextFilter, change_of, looks_empty, parse_filter
from psconnect.roster.value_lists import ListedValues, Noticed, ValueList

__all__ = [
    "FieldPart",
    "Notices",
    "OneField",
    "Resolve",
    "Template",
    "ValueList",
    "alternatives",
    "as_written",
    "compile_template",
    "one_field",
    "parse",
    "template_text",
]

Notices = list[tuple[str, str]]
"""Something noticed while a row is shaped: the key of a rule (model.problems), and its detail."""

_FIELD = re.compile(r"\{([^{}]*)\}")
_ELSE_IN_BRACES = re.compile(r"\|\s*else\s*:\s*\{([^{}|]*)\}")
"""A field after ``else:`` in its own braces, which are optional and removed."""


@dataclass(frozen=True)
class FieldPart:
    """A field with its filters; the argument of ``else`` is a field as well."""

    field: str
    filters: tuple[TextFilter, ...]

    @property
    def fields(self) -> list[str]:
        """The field and its alternatives."""
        return [self.field, *(one.argument for one in self.filters if one.name == ELSE)]


@dataclass(frozen=True)
class Template:
    """A parsed template: fixed texts and fields in their order."""

    parts: tuple[str | FieldPart, ...]

    @property
    def fields(self) -> list[str]:
        """The ``Table.Field`` names that it uses."""
        return [name for part in self.parts if isinstance(part, FieldPart) for name in part.fields]


Resolve = Callable[[str, str], str]
"""Finds a field: (name as written, name of the setting) -> ``Table.Field``; raises FixSettings."""


def as_written(name: str, where: str) -> str:
    """A Resolve that knows no fields: it takes Table.Field only."""
    if not re.fullmatch(r"\w+\.\w+", name):
        raise FixSettings("PSC-MAPPING-TEMPLATE/not-a-field", where=where, name=name)
    return name


def parse(text: str, where: str, value_lists: Mapping[str, ValueList], resolve: Resolve = as_written) -> Template:
    """A template from its text; raises FixSettings that names what is wrong. ``where`` is the setting's name."""
    parts: list[str | FieldPart] = []
    position = 0
    text = _ELSE_IN_BRACES.sub(r"|else:\1", text)
    for match in _FIELD.finditer(text):
        if match.start() > position:
            parts.append(text[position : match.start()])
        parts.append(_field(match.group(1), where, value_lists, resolve))
        position = match.end()
    if position < len(text):
        parts.append(text[position:])
    fixed = "".join(part for part in parts if isinstance(part, str))
    if "{" in fixed or "}" in fixed:
        raise FixSettings(_about_braces(fixed), where=where, text=text)
    return Template(tuple(parts))


def _about_braces(rest: str) -> str:
    """The error for a template's braces; ``rest`` is its text outside the fields."""
    if "{" not in rest:
        return "PSC-MAPPING-TEMPLATE/brace-not-opened"
    return "PSC-MAPPING-TEMPLATE/brace-within" if "}" in rest else "PSC-MAPPING-TEMPLATE/brace-not-closed"


def _field(text: str, where: str, value_lists: Mapping[str, ValueList], resolve: Resolve) -> FieldPart:
    name, *filters = text.split("|")
    if not all(map(str.strip, filters)):
        key = "PSC-MAPPING-TEMPLATE/two-bars" if "||" in text else "PSC-MAPPING-TEMPLATE/nothing-after-bar"
        raise FixSettings(key, where=where, text=text)
    found = resolve(name.strip(), where)
    return FieldPart(found, tuple(_filter(one, where, value_lists, resolve) for one in filters))


def _filter(text: str, where: str, value_lists: Mapping[str, ValueList], resolve: Resolve) -> TextFilter:
    name, colon, other = text.partition(":")
    if name.strip() != ELSE:
        return parse_filter(text, where, list(value_lists))
    if not colon or not other.strip():
        raise FixSettings("PSC-MAPPING-TEMPLATE/else", where=where)
    return TextFilter(ELSE, resolve(other.strip(), where))


def alternatives(template: Template) -> list[Template]:
    """One template for each field that the value can come from, the preferred one first.

    A template with several fields beside each other is its own only alternative.
    """
    part = template.parts[0] if len(template.parts) == 1 else None
    if not isinstance(part, FieldPart):
        return [template]
    found: list[tuple[str, list[TextFilter]]] = [(part.field, [])]
    for wanted in part.filters:
        if wanted.name == ELSE:
            found.append((wanted.argument, []))
        else:
            # Filters after the alternatives apply to each of them.
            for _field, filters in found:
                filters.append(wanted)
    return [Template((FieldPart(field, tuple(filters)),)) for field, filters in found]


def template_text(template: Template) -> str:
    """The template's text."""
    return "".join(part if isinstance(part, str) else _field_text(part) for part in template.parts)


def _field_text(part: FieldPart) -> str:
    filters = (f"|{one.name}:{one.argument}" if one.argument else f"|{one.name}" for one in part.filters)
    return f"{{{part.field}{''.join(filters)}}}"


Getter = Callable[[Any], str]


def compile_template(
    template: Template,
    name_of: Callable[[str], str],
    value_lists: Mapping[str, ValueList],
    noticed: Noticed | None = None,
) -> Getter:
    """A function from a source row to the attribute's value.

    ``name_of`` turns Table.Field into the row's attribute; ``noticed`` is called with values missing from a value list.
    """
    pieces = [
        part if isinstance(part, str) else _getter(part, name_of, value_lists, noticed) for part in template.parts
    ]
    getters = [piece for piece in pieces if not isinstance(piece, str)]
    if len(pieces) == 1:
        only = pieces[0]
        return (lambda _row, text=only: text) if isinstance(only, str) else only  # type: ignore[misc]
    if not getters:
        fixed = "".join(piece for piece in pieces if isinstance(piece, str))
        return lambda _row: fixed

    form = "".join(piece.replace("%", "%%") if isinstance(piece, str) else "%s" for piece in pieces)

    def joined(row: Any) -> str:
        values = tuple([get(row) for get in getters])
        return form % values if any(values) else ""

    return joined


@dataclass(frozen=True)
class OneField:
    """A template that is a single field: the field, and the function of its filters (None if it has no filters)."""

    field: str
    change: Callable[[str], str] | None


def one_field(
    template: Template, value_lists: Mapping[str, ValueList], noticed: Noticed | None = None
) -> OneField | None:
    """The template as a single field with its filters, or None if it is more than that."""
    part = template.parts[0] if len(template.parts) == 1 else None
    if not isinstance(part, FieldPart) or len(part.fields) > 1:
        return None
    functions = [_function(wanted, value_lists, noticed) for wanted in part.filters]
    if len(functions) < 2:  # noqa: PLR2004 - none or one needs no loop
        return OneField(part.field, functions[0] if functions else None)

    def change(value: str) -> str:
        for function in functions:
            value = function(value)
        return value

    return OneField(part.field, change)


def _getter(
    part: FieldPart, name_of: Callable[[str], str], value_lists: Mapping[str, ValueList], noticed: Noticed | None
) -> Getter:
    getter: Getter = attrgetter(name_of(part.field))
    for wanted in part.filters:
        if wanted.name == ELSE:
            getter = _either(getter, attrgetter(name_of(wanted.argument)))
        else:
            getter = _filtered(getter, _function(wanted, value_lists, noticed))
    return getter


def _filtered(getter: Getter, function: Callable[[str], str]) -> Getter:
    return lambda row: function(getter(row))


def _either(getter: Getter, other: Getter) -> Getter:
    def either(row: Any) -> str:
        value = getter(row)
        return other(row) if looks_empty(value) else value

    return either


def _function(
    wanted: TextFilter, value_lists: Mapping[str, ValueList], noticed: Noticed | None
) -> Callable[[str], str]:
    return change_of(wanted) or ListedValues(value_lists[wanted.name], noticed).__getitem__
