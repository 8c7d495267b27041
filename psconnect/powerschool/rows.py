"""Rows of an answer as text, whatever JSON type the server uses for a value (docs/powerschool.md 11.2, 19).

Most servers write every value as a string, and these answers are decoded directly. If an answer contains a number, a
boolean or a null, it and all later answers of that stream are decoded the slower way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from psconnect.powerschool.duplicate_keys import refuse_doubled
from psconnect.powerschool.stream import Stream

Row = msgspec.Struct
_LONGEST = 40
"""The most digits of a number: no id is longer, and a power of ten could fill the memory."""


def as_text(value: object) -> str:
    """A value of an answer as text: a whole number as its digits, a boolean as 1 or 0, null as empty.

    Raises msgspec.ValidationError for a list, an object, or a number longer than any id.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return _in_bounds(str(int(value)))
    if isinstance(value, Decimal):
        if abs(value.adjusted()) > _LONGEST:
            raise msgspec.ValidationError("A number is out of range")
        whole = value == value.to_integral_value()
        return _in_bounds(str(int(value)) if whole else f"{value.normalize():f}")
    kind = "an object" if isinstance(value, dict) else "a list"
    raise msgspec.ValidationError(f"Expected a text, a number or a boolean, got {kind}")


def _in_bounds(text: str) -> str:
    if len(text) > _LONGEST:
        raise msgspec.ValidationError("A number is out of range")
    return text


def row_type(stream: Stream) -> type[Row]:
    """A stream's record type: one text per column, empty if PowerSchool has no value (nulls are left out, 10.3)."""
    return _struct("Row", stream, str)


def _struct(name: str, stream: Stream, kind: Any) -> type[Row]:
    fields: list[tuple[str, Any, Any]] = [(column.name, kind, "") for column in (*stream.columns, *stream.absent)]
    fields[0] = (stream.columns[0].name, kind, msgspec.NODEFAULT)
    return msgspec.defstruct(f"{name}_{stream.name}", fields, gc=False, omit_defaults=True)


def _page(kind: type[Row]) -> type[msgspec.Struct]:
    fields: list[Any] = [("record", list[kind], msgspec.field(default_factory=list))]  # type: ignore[valid-type]
    return msgspec.defstruct("Page", fields)


class RowDecoder:
    """Decodes the answers of a stream's query into rows; raises msgspec.DecodeError for any other answer."""

    def __init__(self, stream: Stream) -> None:
        """Prepare the types; two threads must not do this for the same stream."""
        self._kind = row_type(stream)
        self._names = frozenset(column.name for column in stream.columns)
        self._texts = msgspec.json.Decoder(_page(self._kind))
        self._mixed = msgspec.json.Decoder(_page(_struct("Mixed", stream, Any)), float_hook=Decimal)
        self._encoder = msgspec.json.Encoder()
        self._only_texts = True

    def __call__(self, body: bytes) -> list[Any]:
        """The rows of an answer."""
        rows = self._rows(body)
        written = self._encoder.encode(rows).count(b'":')
        refuse_doubled(body, written, len(rows), lambda first: len(first.keys() - self._names))
        return rows

    def _rows(self, body: bytes) -> list[Any]:
        if self._only_texts:
            try:
                page: Any = self._texts.decode(body)
            except msgspec.ValidationError:
                self._only_texts = False
            else:
                return list(page.record)
        page = self._mixed.decode(body)
        rows: list[Any] = page.record
        return [self._kind(*map(as_text, msgspec.structs.astuple(row))) for row in rows]


class _TextRow(msgspec.Struct):
    tables: dict[str, dict[str, str | None]]


class _TextRows(msgspec.Struct):
    record: list[_TextRow] = []


class _MixedRow(msgspec.Struct):
    tables: dict[str, dict[str, Any]]


class _MixedRows(msgspec.Struct):
    record: list[_MixedRow] = []


# Made at import, not on first use: msgspec crashes if two threads prepare the same type at once.
_text_rows = msgspec.json.Decoder(_TextRows)
_mixed_rows = msgspec.json.Decoder(_MixedRows, float_hook=Decimal)


def table_rows(table: str) -> Callable[[bytes], list[dict[str, str]]]:
    """A function from an answer of ``/ws/schema/table`` to that table's rows, without empty values."""

    def decode(body: bytes) -> list[dict[str, str]]:
        found: list[Mapping[str, Any]]
        try:
            records: list[Any] = list(_text_rows.decode(body).record)
        except msgspec.ValidationError:
            records = list(_mixed_rows.decode(body).record)
        found = [record.tables.get(table, {}) for record in records]
        refuse_doubled(body, sum(map(len, found)), len(found), lambda first: len(first) + len(first["tables"]))
        return [{name: as_text(value) for name, value in row.items() if value is not None} for row in found]

    return decode


class Count(msgspec.Struct):
    """The answer to a count, ``{"count": 5}``."""

    count: int


_count = msgspec.json.Decoder(Count, strict=False)


def decode_count(body: bytes) -> int:
    """The number in an answer to a count; raises msgspec.DecodeError for any other answer."""
    return _count.decode(body).count
