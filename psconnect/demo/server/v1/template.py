"""Resources as templates: the SQL expression of each element (docs/powerschool.md 6)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal


@dataclass(frozen=True, slots=True)
class Granted:
    """An element that a plugin sees only with access to the field (15.4: only SSN and lunch status)."""

    sql: str
    table: str
    field: str


@dataclass(frozen=True, slots=True)
class Flag:
    """An element whose SQL expression is 0 or 1, sent as false or true."""

    sql: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """Elements that repeat: the SQL expression gives a JSON list of objects."""

    sql: str


#: An element is an SQL expression, a repeated or restricted one, or a block of elements. An empty block is left out,
#: except for an expansion's block, which stays as an empty element (5.2).
Template = Mapping[str, "str | Granted | Flag | Repeated | Template"]
_Build = Callable[[Sequence[Any]], dict[str, Any]]
#: Name, place in the row and converter of the value; or, for a block, one of the marks below and the block's builder.
_Step = tuple[str, int, Callable[[Any], Any] | None]
_BLOCK: Final = -1
_EXPANSION: Final = -2
FilterKind = Literal["text", "number", "date", "status"]


@dataclass(frozen=True, slots=True)
class Filter:
    """A field of the ``q`` language: its SQL expression and the kind of its values."""

    sql: str
    kind: FilterKind = "text"


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of object of ``/ws/v1``.

    Attributes:
        name: name of one object; the list's name adds an ``s``.
        source: the FROM of every read.
        key: the SQL expression of ``id``, a DCID.
        base: the elements of every object.
        expansions: the blocks that ``expansions=`` adds, by name, in the order of ``@expansions``.
        filters: the fields of ``q`` (5.5).
        order: the ORDER BY of lists; ends with the key, so that pages are stable.
        core_table: the table whose extensions ``extensions=`` adds.

    """

    name: str
    source: str
    key: str
    base: Template
    expansions: Template = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    order: str = ""
    core_table: str = ""

    @property
    def plural(self) -> str:
        """The name of the list."""
        return f"{self.name}s"


class TemplateReading:
    """A resource prepared for a call: ``columns`` is its SELECT list, ``element`` makes an element of a row.

    Args:
        resource: the resource to read.
        expansions: the names of the requested expansions.
        may_read: whether the caller is granted a (table, field).

    """

    def __init__(self, resource: Resource, expansions: Sequence[str], may_read: Callable[[str, str], bool]) -> None:
        self._may_read = may_read
        self._columns = [resource.key]
        steps = self._steps(resource.base)
        for name in expansions:
            steps += self._steps({name: resource.expansions[name]}, block=_EXPANSION)
        #: Makes the element of a row; the row's first value is the resource's key.
        self.element = _builder(steps)
        self.columns = ", ".join(self._columns)

    def _steps(self, template: Template, block: int = _BLOCK) -> list[_Step]:
        steps: list[_Step] = []
        for name, part in template.items():
            if isinstance(part, str | Flag | Repeated | Granted):
                steps.append((name, len(self._columns), _CONVERTERS.get(type(part))))
                self._columns.append(self._sql(part))
            else:
                steps.append((name, block, _builder(self._steps(part))))
        return steps

    def _sql(self, part: str | Flag | Repeated | Granted) -> str:
        if isinstance(part, Granted) and not self._may_read(part.table, part.field):
            return "NULL"
        return part if isinstance(part, str) else part.sql


def _builder(steps: list[_Step]) -> _Build:
    """A function that makes a block of a row."""
    if all(at >= 0 and convert is None for _, at, convert in steps):
        # A fast path: most blocks are of this kind, and pages have many of them.
        places = [(name, at) for name, at, _ in steps]
        return lambda row: {name: value for name, at in places if (value := row[at]) is not None}

    def build(row: Sequence[Any]) -> dict[str, Any]:
        element: dict[str, Any] = {}
        for name, at, convert in steps:
            if at < 0 and convert is not None:
                block = convert(row)
                if block or at == _EXPANSION:
                    element[name] = block
                continue
            value = row[at]
            if value is not None:
                element[name] = value if convert is None else convert(value)
        return element

    return build


def _objects(text: str) -> list[dict[str, Any]]:
    """The objects of a JSON list, without their nulls."""
    return [{name: value for name, value in one.items() if value is not None} for one in json.loads(text)]


_CONVERTERS: Final[dict[type, Callable[[Any], Any]]] = {Flag: bool, Repeated: _objects}
