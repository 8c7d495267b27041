"""What a web service function is: its parameters, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.moodle.server.errors import MoodleError
from tests.moodle.server.session import Session
from tests.moodle.server.shapes import Struct


@dataclass(frozen=True)
class Function:
    """A function; `writes` tells functions that change the site from those that only read."""

    parameters: Struct
    run: Callable[[Session, dict[str, Any]], Any]
    writes: bool = False


def warning(item: str, item_id: int, code: str, message: str) -> dict[str, Any]:
    """An entry of `warnings` (`lib/external/classes/external_warnings.php`)."""
    return {"item": item, "itemid": item_id, "warningcode": code, "message": message}


def as_warning(item: str, item_id: int, error: MoodleError) -> dict[str, Any]:
    """A failure of one item, for functions that go on with the others."""
    return warning(item, item_id, error.errorcode or "0", error.message)


def fits(table: str, **columns: tuple[str, int]) -> str:
    """The first column that a value is too long for, as `table.column`; empty where all fit."""
    for name, (value, longest) in columns.items():
        if len(value) > longest:
            return f"{table}.{name}"
    return ""
