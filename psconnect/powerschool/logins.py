"""Placeholders in login fields: values that begin with ``##`` or ``~~`` are not usernames (docs/powerschool.md 19)."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from psconnect.powerschool.stream import Stream

_FIELDS = frozenset({"LOGINID", "TEACHERLOGINID", "STUDENT_WEB_ID", "WEB_ID"})
_BEGIN = ("##", "~~")


def without_placeholders(stream: Stream) -> Callable[[list[Any]], None]:
    """A function that empties the placeholders in a page of the stream's rows.

    This happens where rows arrive, so that mapping, fallback, filters and requirements all see an empty field.
    """
    columns = [column.name for column in stream.columns if column.field.upper() in _FIELDS]

    def settle(rows: list[Any]) -> None:
        for name in columns:
            # Few pages have any: one search over all values together is far cheaper than one per value.
            joined = "".join(map(attrgetter(name), rows))
            if any(begin in joined for begin in _BEGIN):
                for row in rows:
                    if getattr(row, name).lstrip().startswith(_BEGIN):
                        setattr(row, name, "")

    return settle
