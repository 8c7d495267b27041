"""What a receiver has after a bulk bundle and the deltas behind it, from the OneRoster CSV specification alone.

A delta row is complete: ``active`` puts it in the place of the row with its id, ``tobedeleted`` takes that away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

Tables = dict[str, dict[str, dict[str, str]]]
"""File -> id -> the row's columns without those that only say what a delta does."""
ReadBundle = Callable[[Path], dict[str, list[dict[str, str]]]]
_ABOUT_DELIVERY = ("status", "dateLastModified")


class WrongDelta(ValueError):
    """A bundle that a receiver can't apply to what it has."""


def received(paths: Iterable[Path], read: ReadBundle) -> Tables:
    """What stands at the receiver after these bundles, in their order; raises WrongDelta."""
    tables: Tables = {}
    for number, path in enumerate(paths):
        files = read(path)
        modes = {row["propertyName"]: row["value"] for row in files.pop("manifest")}
        kinds = {mode for name, mode in modes.items() if name.startswith("file.") and mode != "absent"}
        if kinds == {"bulk"}:
            tables = {file: {row["sourcedId"]: _content(row) for row in rows} for file, rows in files.items()}
        elif number and kinds <= {"delta"}:
            _apply(tables, files, path.name)
        else:
            raise WrongDelta(f"{path.name}: {sorted(kinds)} at place {number}")
    return {file: rows for file, rows in tables.items() if rows}


def _apply(tables: Tables, files: Mapping[str, list[dict[str, str]]], name: str) -> None:
    for file, rows in files.items():
        table = tables.setdefault(file, {})
        seen: set[str] = set()
        for row in rows:
            sourced_id, content = row["sourcedId"], _content(row)
            if sourced_id in seen:
                raise WrongDelta(f"{name}: {file} has {sourced_id} twice")
            seen.add(sourced_id)
            if row["status"] == "tobedeleted":
                if table.pop(sourced_id, None) is None:
                    raise WrongDelta(f"{name}: {file} deletes {sourced_id}, which is not there")
            elif table.get(sourced_id) == content:
                raise WrongDelta(f"{name}: {file} has {sourced_id} without a change")
            else:
                table[sourced_id] = content


def _content(row: dict[str, str]) -> dict[str, str]:
    # A column of a custom field that a file lacks is empty.
    return {name: value for name, value in row.items() if name not in _ABOUT_DELIVERY and value}
