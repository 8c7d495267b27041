"""Requests and replies inside the server."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from psconnect.demo.server.wire import Wire


@dataclass(frozen=True, slots=True)
class Request:
    """One call: ``path`` is decoded and without doubled slashes; header names are in lower case.

    ``scheme`` is http or https, as the caller reached the server.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    scheme: str = "http"


@dataclass(slots=True)
class Reply:
    """The reply to a call. A body of several pieces is sent in chunks while it is made.

    ``deliver`` sends the reply in an unusual way, if a fault asks for it.
    """

    status: int
    body: bytes | Iterator[bytes] = b""
    headers: dict[str, str] = field(default_factory=dict)
    deliver: Callable[[Reply, Wire], None] | None = None

    def whole_body(self) -> bytes:
        """Return the body in one piece, and keep it that way."""
        if not isinstance(self.body, bytes):
            self.body = b"".join(self.body)
        return self.body


class ConnectionReset(Exception):
    """The server ends the connection without an answer."""


class Refusal(Exception):
    """An answer that ends the handling of a call."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        super().__init__(f"status {reply.status}")


def json_reply(status: int, value: Any) -> Reply:
    """Answer with JSON."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Reply(status, body, {"Content-Type": "application/json;charset=UTF-8"})


def message_reply(status: int, message: str, errors: list[dict[str, str]] | None = None) -> Reply:
    """Answer with the error shape of ``/ws/schema`` (17)."""
    value: dict[str, Any] = {"message": message}
    if errors is not None:
        value["errors"] = errors
    return json_reply(status, value)


def html_reply(status: int, title: str, text: str) -> Reply:
    """Answer with a small web page."""
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"
    return Reply(status, page.encode(), {"Content-Type": "text/html;charset=UTF-8"})
