"""The filter language of tables and queries: ``field OP value`` joined by ``;`` (10.2, 11.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from psconnect.demo.oracle import Column

_TERM: Final = re.compile(r"\s*([\w.]+?)\s*(==|!=|=gt=|=ge=|=lt=|=le=)(.*)", re.DOTALL)
_OPERATORS: Final = {"==": "=", "!=": "<>", "=gt=": ">", "=ge=": ">=", "=lt=": "<", "=le=": "<="}
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
NULL: Final = "\u0000"


class FilterError(ValueError):
    """The filter is invalid; the message is the server's."""


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison of a filter, as written."""

    field: str
    operator: str
    value: str


def parse_filter(text: str) -> list[Term]:
    """Read a filter.

    Raises:
        FilterError: if it does not follow the grammar; OR and brackets do not exist.

    """
    terms = []
    for part in text.split(";"):
        match = _TERM.fullmatch(part)
        if match is None:
            message = f"Invalid query expression: {part.strip()}"
            raise FilterError(message)
        terms.append(Term(match[1], match[2], match[3].strip()))
    return terms


def condition(term: Term, sql_name: str, column: Column) -> tuple[str, object]:
    """The SQL condition of a term, with its one parameter (None if it takes none).

    Raises:
        FilterError: if the value does not fit the column's kind.

    """
    if column.kind == "clob":
        message = "Querying not supported against clob or blob field types"
        raise FilterError(message)
    if term.value in (NULL, "\\u0000"):
        return f"{sql_name} IS {'NOT ' if term.operator == '!=' else ''}NULL", None
    value: object = term.value.strip("'\"") if term.value[:1] in "'\"" else term.value
    if column.kind == "number":
        if not _NUMBER.fullmatch(str(value)):
            message = f"Invalid number '{value}' passed for comparison to number field {column.name}"
            raise FilterError(message)
        value = float(str(value)) if "." in str(value) else int(str(value))
    elif column.kind == "date" and not _DATE.fullmatch(str(value)):
        message = f"Invalid date '{value}' passed for comparison to date field {column.name}"
        raise FilterError(message)
    return f"{sql_name} {_OPERATORS[term.operator]} ?", value
