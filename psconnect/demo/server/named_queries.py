"""The PowerQueries of a plugin: ``*.named_queries.xml`` (15.5), and how they are loaded."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from psconnect.demo.oracle import CompiledQuery, OracleError, compile_query, parse
from psconnect.demo.oracle import syntax as oracle_syntax
from psconnect.demo.oracle.lexer import tokens
from psconnect.demo.server.safexml import local_name, parse_xml

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET
    from collections.abc import Mapping

    from psconnect.demo.oracle import BindKind, Catalogue, Column

LONGEST_NAME: Final = 200
_NOT_A_QUERY: Final = 900


@dataclass(frozen=True, slots=True)
class Argument:
    """One declared argument; ``array`` takes a list, ``column`` is the TABLE.FIELD that types it, if any.

    ``presence_of`` names another argument: the value then is 1 if the call gives that one, else 0.
    """

    name: str
    required: bool = False
    array: bool = False
    default: str | None = None
    presence_of: str | None = None
    column: str = ""


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """One declared column: the real TABLE and FIELD (upper case) it is checked against, and its text, the alias."""

    table: str
    field: str
    alias: str

    @property
    def label(self) -> str:
        """Its name in errors: ``students.dob``."""
        return f"{self.table}.{self.field}".lower()


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """One query as written in its file."""

    name: str
    file: str
    core_table: str | None
    flattened: bool
    arguments: tuple[Argument, ...]
    columns: tuple[OutputColumn, ...]
    sql: str


@dataclass(frozen=True, slots=True)
class LoadedQuery:
    """A query after loading.

    With a ``load_error`` it is never found (404); ``run_error`` is Oracle's error each time it is run. ``binds`` gives
    the kinds of the arguments; all others are texts.
    """

    query: NamedQuery
    compiled: CompiledQuery | None = None
    load_error: str | None = None
    run_error: OracleError | None = None
    binds: Mapping[str, BindKind] = field(default_factory=dict)


def read_named_queries(file: str, data: bytes, *, namespace: bool = False) -> list[NamedQuery]:
    """Read the queries of one file; none load where its root has a namespace, unless the server takes one (19).

    Raises:
        ValueError: for a query without a name, or with one of more than 200 characters.
        UnsafeXmlError: for a file that is not XML.

    """
    root = parse_xml(data)
    if root.tag.startswith("{") and not namespace:
        return []
    return [_query(file, element) for element in root.iter() if local_name(element.tag) == "query"]


def _query(file: str, element: ET.Element) -> NamedQuery:
    name = element.get("name", "")
    if not 1 <= len(name) <= LONGEST_NAME:
        message = f"has a query whose name has {len(name)} characters; 1 to {LONGEST_NAME} are allowed"
        raise ValueError(message)
    parts = {local_name(child.tag): child for child in element}
    arguments = tuple(
        Argument(
            name=argument.get("name", "").lower(),
            required=argument.get("required", "false").lower() == "true",
            array=argument.get("type", "primitive").lower() == "array",
            default=argument.get("default"),
            column=argument.get("column", ""),
        )
        for argument in parts.get("args", ())
    )
    sql = parts.get("sql")
    return NamedQuery(
        name=name,
        file=file,
        core_table=element.get("coreTable") or None,
        flattened=element.get("flattened", "false").lower() == "true",
        arguments=arguments,
        columns=tuple(_column(column) for column in parts.get("columns", ())),
        sql=(sql.text or "").strip() if sql is not None else "",
    )


def _column(element: ET.Element) -> OutputColumn:
    table, _, field = element.get("column", "").upper().rpartition(".")
    return OutputColumn(table, field, (element.text or "").strip())


def load_query(query: NamedQuery, catalogue: Catalogue, binds: Mapping[str, BindKind] | None = None) -> LoadedQuery:
    """Load a query whose arguments are bound as ``binds`` says.

    An error in its declaration makes it vanish; an error in its SQL shows when it is run.
    """
    binds = binds or {}
    return replace(_loaded(query, catalogue, binds), binds=binds)


def _loaded(  # noqa: PLR0911 - each may be the last word
    query: NamedQuery, catalogue: Catalogue, binds: Mapping[str, BindKind]
) -> LoadedQuery:
    problem = _declaration_problem(query, catalogue)
    if problem:
        return LoadedQuery(query, load_error=problem)
    declared = {argument.name for argument in query.arguments}
    try:
        undeclared = sorted(_bound(query.sql) - declared)
        if undeclared:
            return LoadedQuery(query, load_error=f"The bind variable {undeclared[0]} is not declared.")
        parsed = parse(query.sql)
    except OracleError as error:
        if error.number == _NOT_A_QUERY:
            return LoadedQuery(query, load_error="The statement is not a SELECT.")
        return LoadedQuery(query, run_error=error)
    width = _width(parsed.body)
    if width is not None and width != len(query.columns):
        return LoadedQuery(query, load_error=_mismatch(width, query))
    try:
        arrays = [argument.name for argument in query.arguments if argument.array]
        compiled = compile_query(parsed, catalogue, arrays, binds)
    except OracleError as error:
        return LoadedQuery(query, run_error=error)
    if len(compiled.columns) != len(query.columns):
        return LoadedQuery(query, load_error=_mismatch(len(compiled.columns), query))
    return LoadedQuery(query, compiled=compiled)


@lru_cache(maxsize=256)
def _bound(sql: str) -> frozenset[str]:
    """The bind variables of a statement."""
    return frozenset(token.value for token in tokens(sql) if token.kind == "bind")


def _mismatch(width: int, query: NamedQuery) -> str:
    return f"The statement selects {width} columns, but {len(query.columns)} are declared."


def column_of(catalogue: Catalogue, full_name: str) -> Column | None:
    """The column of a TABLE.FIELD name in any case; None if there is none."""
    table, _, field_name = full_name.upper().rpartition(".")
    info = catalogue.get(table)
    return info.column(field_name) if info else None


def _declaration_problem(query: NamedQuery, catalogue: Catalogue) -> str | None:  # noqa: PLR0911 - a case for each fault
    if not query.columns:
        return "No columns are declared."
    aliases = [column.alias.lower() for column in query.columns]
    if len(set(aliases)) < len(aliases):
        return "Two columns have the same name."
    for column in query.columns:
        if column_of(catalogue, f"{column.table}.{column.field}") is None:
            return f"The column {column.table}.{column.field} does not exist."
        if not all(part.replace("_", "a").isalnum() and part.isascii() for part in column.alias.split(".")):
            return f"The column name {column.alias!r} is not allowed."
    unknown = [one.column for one in query.arguments if one.column and column_of(catalogue, one.column) is None]
    if unknown:
        return f"The column {unknown[0]} of an argument does not exist."
    core = catalogue.get((query.core_table or "DUAL").upper())
    if query.core_table and (core is None or core.view):
        return f"The core table {query.core_table} does not exist or is a view."
    return None


def _width(body: oracle_syntax.Body) -> int | None:
    """The number of columns a statement selects, as far as its text alone tells."""
    if isinstance(body, oracle_syntax.Combined):
        return _width(body.left)
    if isinstance(body, oracle_syntax.Query):
        return _width(body.body)
    return None if any(item.star_of is not None for item in body.items) else len(body.items)
