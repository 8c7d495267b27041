"""Reads answers that faults change, and writes them again."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.server.messages import Reply

if TYPE_CHECKING:
    from re import Match

#: Halves of surrogate pairs, except those that stand for a single byte that is not UTF-8.
_HALF: Final = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def read_rows(reply: Reply) -> dict[str, Any] | None:
    """The object of a good answer with rows or a count; None for any other answer, such as a web page or a list."""
    if reply.status != 200 or "json" not in reply.headers.get("Content-Type", ""):  # noqa: PLR2004 - a status
        return None
    answer = json.loads(reply.whole_body().decode("utf-8", "surrogateescape"))
    return answer if isinstance(answer, dict) and {"record", "count"} & answer.keys() else None


def write_rows(answer: dict[str, Any]) -> Reply:
    """The reply for an object that may contain half a surrogate pair (sent as an escape) or a raw byte."""
    text = _HALF.sub(_escaped, json.dumps(answer, ensure_ascii=False, separators=(",", ":")))
    return Reply(200, text.encode("utf-8", "surrogateescape"), {"Content-Type": "application/json;charset=UTF-8"})


def _escaped(half: Match[str]) -> str:
    return f"\\u{ord(half[0]):04x}"
