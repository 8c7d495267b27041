"""How table and query answers write values: as strings unless a switch says otherwise, no nulls (10.3, 11.2, 19)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from psconnect.demo.district.schema import BY_NAME
from psconnect.demo.oracle import number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from psconnect.demo.server.quirks import Quirks

    #: Converts a value that isn't null for the answer; the second argument is the row number.
    Writer = Callable[[object, int], object]

_ISO: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d)(?:\.\d+)?)?")
_WHOLE: Final = re.compile(r"-?(0|[1-9]\d{0,14})")
_DECIMAL: Final = re.compile(r"-?(0|[1-9]\d{0,14})\.\d*[1-9]|-?(0|[1-9]\d{0,14})\.0")
#: Columns that hold 1 or 0 for yes or no, besides those recognised by name.
_FLAGS: Final = frozenset({"INSESSION", "STATE_EXCLUDEFROMREPORTING", "STUDENT_ALLOWWEBACCESS", "PTACCESS", "PSACCESS"})
_FORMS: Final = ("text", "number", "boolean")


def wire_text(value: object) -> str:
    """A row's value in wire format."""
    if isinstance(value, float):
        text = number_text(value)
        # Oracle writes no zero before the point; Java, which writes the wire, does.
        return text.replace(".", "0.", 1) if text.startswith((".", "-.")) else text
    return str(value)


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of an answer: its real TABLE and FIELD in upper case, and whether its value is an unformatted date."""

    table: str
    field: str
    plain_date: bool

    @property
    def declared(self) -> str:
        """The first word of its type in the schema, without a length; "" for a column of a view."""
        definition = BY_NAME.get(self.table)
        types = {} if definition is None else {name.upper(): kind for name, kind in definition.columns}
        return types.get(self.field, "").split("(")[0].split(" ")[0]

    @property
    def is_flag(self) -> bool:
        """Whether it holds yes or no."""
        return self.field in _FLAGS or self.field.startswith("IS") or self.field.endswith("FLG")


def writers(columns: Iterable[Shown], quirks: Quirks) -> list[Writer]:
    """The writers of an answer's columns."""
    return [_writer(column, at, quirks) for at, column in enumerate(columns)]


def _writer(column: Shown, at: int, quirks: Quirks) -> Writer:
    declared = column.declared
    if declared in ("DATE", "TIMESTAMP"):
        return _date_writer(column, declared, quirks)
    if declared in ("INTEGER", "NUMBER"):
        return _number_writer(column, at, quirks)
    if quirks.row_values == "converted":
        return lambda value, _row: _converted(value if type(value) is str else wire_text(value))
    return _as_text


def _as_text(value: object, _row: int) -> object:
    return value if type(value) is str else wire_text(value)


def _date_writer(column: Shown, declared: str, quirks: Quirks) -> Writer:
    form = quirks.date_text
    if form == "selected" and not column.plain_date:
        return _as_text
    if form == "selected":
        form = quirks.timestamp_text if declared == "TIMESTAMP" else "date"
    return lambda value, _row: _date(wire_text(value), form)


def _date(text: str, form: str) -> str:
    """A date in the switch's format, however the statement wrote it; other text stays unchanged."""
    found = _ISO.fullmatch(text)
    if found is None:
        return text
    day, time = found[1], found[2] or "00:00:00"
    if form == "date":
        return day if time == "00:00:00" else f"{day} {time}"
    return f"{day}T{time}" if form == "T" else f"{day} {time}.000"


def _number_writer(column: Shown, at: int, quirks: Quirks) -> Writer:
    form, flag = quirks.row_values, column.is_flag
    if form == "text":
        return _as_text
    if form == "mixed":
        return lambda value, row: _number(value, _FORMS[(row + at) % 3], flag=flag)
    return lambda value, _row: _number(value, form, flag=flag)


def _number(value: object, form: str, *, flag: bool) -> object:
    text = wire_text(value)
    if form == "text":
        return text
    if form == "boolean" and flag and text in ("0", "1"):
        return text == "1"
    return _converted(text)


def _converted(text: str) -> object:
    """Text that looks exactly like a number or boolean, converted to it (5.3); other text unchanged."""
    if _WHOLE.fullmatch(text) and text != "-0":
        return int(text)
    if text in ("true", "false"):
        return text == "true"
    return float(text) if _DECIMAL.fullmatch(text) and str(float(text)) == text else text


def flat_records(
    keys: Sequence[str],
    rows: Iterable[tuple[object, ...]],
    written: Sequence[Writer],
    name: str | None,
    id_at: int | None,
) -> Iterator[dict[str, object]]:
    """Make a flat object of each row; with a core table, add its name and, at ``id_at``, its key (19)."""
    for number, row in enumerate(rows):
        record: dict[str, object] = {}
        if id_at is not None and row[id_at] is not None:
            record["_id"] = row[id_at]
        if name is not None:
            record["_name"] = name
        for key, value, write in zip(keys, row, written, strict=True):
            if value is not None:
                record[key] = write(value, number)
        yield record


def grouped_records(
    places: Sequence[tuple[str, str]],
    rows: Iterable[tuple[object, ...]],
    written: Sequence[Writer],
    name: str | None,
    id_at: int | None,
) -> Iterator[dict[str, object]]:
    """Make an object of each row, grouped by table; ``id_at`` is the place of the row's key."""
    tables = list(dict.fromkeys(table for table, _ in places))
    for number, row in enumerate(rows):
        groups: dict[str, dict[str, object]] = {table: {} for table in tables}
        for (table, key), value, write in zip(places, row, written, strict=True):
            if value is not None:
                groups[table][key] = write(value, number)
        record: dict[str, object] = {}
        if id_at is not None and row[id_at] is not None:
            record["id"] = row[id_at]
        if name is not None:
            record["name"] = name
        record["tables"] = groups
        yield record
