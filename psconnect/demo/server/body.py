"""The JSON body of a call, and whether its plugin may write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.server.messages import Refusal, Reply, message_reply
from psconnect.demo.server.v1.wire import v1_message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.messages import Request
    from psconnect.demo.server.quirks import Quirks

FULL: Final = "FullAccess"
JsonObject = dict[str, Any]


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def read_object(request: Request, quirks: Quirks) -> JsonObject:
    """Read the JSON object of a call outside ``/ws/v1``.

    Raises:
        Refusal: 415 or 500 for another content type (2 [I]), 400 for anything but a JSON object.

    """
    if quirks.query_content_type != "accept" and not _is_json(request):
        raise Refusal(Reply(int(quirks.query_content_type), b"", {"Content-Type": "text/plain"}))
    return _object(
        request, message_reply(400, "The body is not valid JSON"), message_reply(400, "The body is not a JSON object")
    )


def read_v1_object(request: Request) -> JsonObject:
    """Read the JSON object of a write under ``/ws/v1``.

    Raises:
        Refusal: 415 for another content type, 500 for anything but a JSON object (17 row 17, 14).

    """
    if not _is_json(request):
        raise Refusal(Reply(415, b"", {"Content-Type": "text/plain"}))
    unreadable = v1_message(500, "The request body could not be read")
    return _object(request, unreadable, unreadable)


def _object(request: Request, no_json: Reply, no_object: Reply) -> JsonObject:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Refusal(no_json) from error
    if not isinstance(body, dict):
        raise Refusal(no_object)
    return body


def as_list(value: object) -> list[Any]:
    """The items of a list, of a single item, or of nothing (5.2)."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def require_full(plugin: Plugin, table: str, fields: Iterable[str]) -> None:
    """Check that a plugin may write these fields.

    Raises:
        Refusal: 403 naming each field without FullAccess (10.4).

    """
    errors = [
        {"code": "NoAccess", "field": field, "resource": table}
        for field in fields
        if plugin.level(table, field) != FULL
    ]
    if errors:
        raise Refusal(message_reply(403, "At least one column lacks sufficient permission", errors))


def base_url(request: Request) -> str:
    """The server's address as the caller knows it, for the ``ref`` of answers."""
    return f"{request.scheme}://{request.headers.get('host', 'localhost')}"
