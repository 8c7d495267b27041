"""The parts of a parsed Oracle query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Constant:
    """A number or text as written; ``kind`` null is NULL, which includes the empty text."""

    kind: Literal["number", "text", "date", "null"]
    value: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """A column, optionally with its table's name or alias; quoted parts keep their case."""

    column: str
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Bind:
    """A bind variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign before an expression."""

    mark: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two expressions joined by ``+ - * /`` or ``||``."""

    mark: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One key of an ORDER BY; ``nulls`` is FIRST or LAST if given."""

    value: Expression
    descending: bool = False
    nulls: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The content of OVER (…); ``frame`` is its text."""

    partition: tuple[Expression, ...]
    order: tuple[OrderItem, ...]
    frame: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; ``within`` is the ordering of LISTAGG."""

    name: str
    arguments: tuple[Expression, ...] = ()
    distinct: bool = False
    star: bool = False
    window: Window | None = None
    within: tuple[OrderItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Cast:
    """``CAST(value AS kind)``; for ``text``, ``size`` is the maximum length."""

    value: Expression
    kind: Literal["integer", "number", "text", "date"]
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """``CASE``: each ``when`` is an expression if there is an operand, else a condition."""

    operand: Expression | None
    branches: tuple[tuple[Expression | Condition, Expression], ...]
    otherwise: Expression | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """A query in parentheses that returns one value."""

    query: Query


@dataclass(frozen=True, slots=True)
class Comparison:
    """``left mark right`` with one of ``= <> < <= > >=``."""

    mark: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Like:
    """``value [NOT] LIKE pattern [ESCAPE escape]``."""

    value: Expression
    pattern: Expression
    escape: Expression | None
    negated: bool


@dataclass(frozen=True, slots=True)
class Between:
    """``value [NOT] BETWEEN low AND high``."""

    value: Expression
    low: Expression
    high: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class Within:
    """``values [NOT] IN (…)``: a list of expressions or a query; several values only with a query."""

    values: tuple[Expression, ...]
    options: tuple[Expression, ...] | Query
    negated: bool


@dataclass(frozen=True, slots=True)
class IsNull:
    """``value IS [NOT] NULL``."""

    value: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class Exists:
    """``EXISTS (query)``."""

    query: Query


@dataclass(frozen=True, slots=True)
class RegexpLike:
    """``REGEXP_LIKE(…)``, the only function that is a condition."""

    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """``NOT condition``."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Logical:
    """Conditions joined by AND or OR."""

    word: str
    parts: tuple[Condition, ...]


Expression = Constant | Name | Bind | Sign | Arithmetic | Call | Cast | Case | Scalar
Condition = Comparison | Like | Between | Within | IsNull | Exists | RegexpLike | Not | Logical


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the SELECT list; ``star_of`` is "" for ``*`` and the alias for ``alias.*``."""

    value: Expression | None
    alias: str | None = None
    star_of: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table, view or WITH name in FROM."""

    name: str
    alias: str


@dataclass(frozen=True, slots=True)
class Derived:
    """A query in FROM."""

    query: Query
    alias: str


@dataclass(frozen=True, slots=True)
class Join:
    """Two joined sources; ``kind`` is the words before JOIN, or "," for a comma."""

    left: Source
    kind: str
    right: Source
    on: Condition | None


Source = Table | Derived | Join


@dataclass(frozen=True, slots=True)
class Select:
    """One query block."""

    items: tuple[Item, ...]
    source: Source
    distinct: bool = False
    where: Condition | None = None
    group: tuple[Expression, ...] = ()
    having: Condition | None = None


@dataclass(frozen=True, slots=True)
class Combined:
    """Two query blocks joined by UNION, UNION ALL, INTERSECT or MINUS."""

    left: Body
    word: str
    right: Body


@dataclass(frozen=True, slots=True)
class Common:
    """One name of a WITH clause."""

    name: str
    columns: tuple[str, ...]
    query: Query


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query: WITH names, body, order and the rows to fetch."""

    body: Body
    common: tuple[Common, ...] = ()
    order: tuple[OrderItem, ...] = ()
    offset: Expression | None = None
    fetch: Expression | None = None


Body = Select | Combined | Query

#: Functions that aggregate rows unless they have OVER.
AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "LISTAGG"})


def parts(node: Expression | Condition) -> Iterator[Expression | Condition]:  # noqa: C901 - a case for each kind
    """Yield the direct parts of an expression or condition, but not of queries."""
    match node:
        case Sign(value=value) | Cast(value=value) | IsNull(value=value):
            yield value
        case Arithmetic(left=left, right=right) | Comparison(left=left, right=right):
            yield from (left, right)
        case Call(arguments=arguments) | RegexpLike(arguments=arguments):
            yield from arguments
        case Case(operand=operand, branches=branches, otherwise=otherwise):
            yield from (part for part in (operand, otherwise) if part is not None)
            for branch in branches:
                yield from branch
        case Like(value=value, pattern=pattern):
            yield from (value, pattern)
        case Between(value=value, low=low, high=high):
            yield from (value, low, high)
        case Within(values=values, options=options):
            yield from values
            if isinstance(options, tuple):
                yield from options
        case Not(condition=condition):
            yield condition
        case Logical(parts=conditions):
            yield from conditions
        case _:
            return


def is_aggregate(node: Expression | Condition) -> bool:
    """Whether this node itself aggregates rows."""
    return isinstance(node, Call) and node.name in AGGREGATES and node.window is None


def holds(node: Expression | Condition, kind: type | tuple[type, ...]) -> bool:
    """Whether ``node`` contains a node of this kind, not counting inner queries."""
    return isinstance(node, kind) or any(holds(part, kind) for part in parts(node))


def asks(node: Expression | Condition) -> bool:
    """Whether ``node`` contains a query."""
    if isinstance(node, Scalar | Exists) or (isinstance(node, Within) and isinstance(node.options, Query)):
        return True
    return any(asks(part) for part in parts(node))


def has_aggregate(node: Expression | Condition) -> bool:
    """Whether ``node`` contains an aggregation."""
    return is_aggregate(node) or any(has_aggregate(part) for part in parts(node))


def has_window(node: Expression | Condition) -> bool:
    """Whether ``node`` contains a window function."""
    return (isinstance(node, Call) and node.window is not None) or any(has_window(part) for part in parts(node))
