"""Resources as templates: which element comes from which SQL expression (docs/powerschool.md 6)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal


@dataclass(frozen=True, slots=True)
class Granted:
    """An element that a plugin sees only with access to the field (15.4: SSN and lunch status alone)."""

    sql: str
    table: str
    field: str


@dataclass(frozen=True, slots=True)
class Flag:
    """An element whose SQL expression is 0 or 1 and which the wire has as false or true."""

    sql: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """Elements that repeat: the SQL expression gives a JSON list of objects."""

    sql: str


#: An element is an SQL expression, a repeated or restricted one, or a block of elements. A block without content is
#: left out, but for the block of an expansion, which stays as an empty element (5.2).
Template = Mapping[str, "str | Granted | Flag | Repeated | Template"]
_Build = Callable[[Sequence[Any]], dict[str, Any]]
#: Name, place in the row and converter of the value; or, for a block, one of the marks below and what makes the block.
_Step = tuple[str, int, Callable[[Any], Any] | None]
_BLOCK: Final = -1
_EXPANSION: Final = -2
FilterKind = Literal["text", "number", "date", "status"]


@dataclass(frozen=True, slots=True)
class Filter:
    """A field of the ``q`` language: its SQL expression, and what its values are."""

    sql: str
    kind: FilterKind = "text"


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of object of ``/ws/v1``.

    Attributes:
        name: of one object; the list's name is this with an ``s``.
        source: the FROM of every read.
        key: the SQL expression of ``id``, a DCID.
        base: what every object has.
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
    """A resource made ready for a call: ``columns`` is its SELECT list, ``element`` is what makes an element of a row.

    Args:
        resource: what is read.
        expansions: the names of the expansions asked for.
        may_read: says whether the caller is granted a (table, field).

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
    """What makes a block of a row."""
    if all(at >= 0 and convert is None for _, at, convert in steps):
        # Most blocks are of this kind, and pages have many of them.
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
