"""Faults in the transmission of an answer: broken off, truncated or slow."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from psconnect.demo.server.messages import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from psconnect.demo.server.faults import Fault
    from psconnect.demo.server.messages import Request
    from psconnect.demo.server.wire import Wire

    Deliver = Callable[[Reply, Wire], None]

#: How far the server's clock is off, by variant of N18.
SKEWS: Final = {"ahead": timedelta(days=1), "behind": timedelta(days=-1)}


def spoil_delivery(fault: Fault, request: Request, reply: Reply) -> None:
    """Have a reply sent according to this fault, if it concerns the transmission."""
    reply.whole_body()
    if fault.name == "N03" and (fault.form == "body" or (fault.form == "last page" and is_last_page(request, reply))):
        reply.deliver = _break_off
    elif fault.name == "N04":
        reply.deliver = {"truncated": _truncate, "length": _overstate, "chunk": _leave_open}[fault.form]
    elif fault.name == "N05":
        reply.deliver = _dripping(fault.amount)


def is_last_page(request: Request, reply: Reply) -> bool:
    """Whether an answer holds fewer rows than were asked for, by ``pagesize`` or by an argument ``page_rows``."""
    try:
        answer = json.loads(reply.whole_body())
        arguments = json.loads(request.body or b"{}")
        rows = len(answer.get("record", []))
    except (ValueError, AttributeError):
        return False
    asked = arguments.get("page_rows") or request.query.get("pagesize") or 100
    return rows < int(asked) or int(asked) == 0


def _break_off(reply: Reply, wire: Wire) -> None:
    """Send half of the body, then reset the connection."""
    body = reply.whole_body()
    wire.head(reply.status, {**reply.headers, "Content-Length": str(len(body))})
    wire.write(body[: len(body) // 2])
    wire.flush()
    wire.reset()


def _truncate(reply: Reply, wire: Wire) -> None:
    """Send half of the JSON as if it were complete."""
    body = reply.whole_body()[: len(reply.whole_body()) // 2]
    wire.head(reply.status, {**reply.headers, "Content-Length": str(len(body))})
    wire.write(body)


def _overstate(reply: Reply, wire: Wire) -> None:
    """Announce more bytes than are sent, and close the connection."""
    body = reply.whole_body()
    wire.close_after()
    wire.head(reply.status, {**reply.headers, "Content-Length": str(len(body) + 100), "Connection": "close"})
    wire.write(body)


def _leave_open(reply: Reply, wire: Wire) -> None:
    """Send chunks, but never the last, empty one."""
    wire.close_after()
    wire.head(reply.status, {**reply.headers, "Transfer-Encoding": "chunked"})
    wire.write_chunk(reply.whole_body())


def _dripping(seconds: float) -> Deliver:
    def drip(reply: Reply, wire: Wire) -> None:
        body = reply.whole_body()
        wire.head(reply.status, {**reply.headers, "Content-Length": str(len(body))})
        wire.flush()
        for place in range(len(body)):
            wire.write(body[place : place + 1])
            wire.flush()
            time.sleep(seconds)

    return drip
