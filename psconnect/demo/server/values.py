"""How table and query answers write a value: everything is a text, and nulls are left out (10.3, 11.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psconnect.demo.oracle import number_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def wire_text(value: object) -> str:
    """A value of a row as the wire has it."""
    if isinstance(value, float):
        text = number_text(value)
        # Oracle's own text has no zero before the point; Java's, which the wire shows, has.
        return text.replace(".", "0.", 1) if text.startswith((".", "-.")) else text
    return str(value)


def flat_records(
    keys: Sequence[str], rows: Iterable[tuple[object, ...]], extra: dict[str, str]
) -> Iterator[dict[str, object]]:
    """Make one flat object of each row."""
    for row in rows:
        record: dict[str, object] = dict(extra)
        record.update(
            (key, value if type(value) is str else wire_text(value))
            for key, value in zip(keys, row, strict=True)
            if value is not None
        )
        yield record


def grouped_records(
    places: Sequence[tuple[str, str]], rows: Iterable[tuple[object, ...]], name: str | None, id_at: int | None
) -> Iterator[dict[str, object]]:
    """Make one object of each row whose values are grouped by table; ``id_at`` is the place of the row's key."""
    tables = list(dict.fromkeys(table for table, _ in places))
    for row in rows:
        groups: dict[str, dict[str, str]] = {table: {} for table in tables}
        for (table, key), value in zip(places, row, strict=True):
            if value is not None:
                groups[table][key] = value if type(value) is str else wire_text(value)
        record: dict[str, object] = {}
        if id_at is not None and row[id_at] is not None:
            record["id"] = row[id_at]
        if name is not None:
            record["name"] = name
        record["tables"] = groups
        yield record
