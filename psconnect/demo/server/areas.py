"""``/ws/schema/area``: the tables by area (docs/powerschool.md 10.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from psconnect.demo.district.schema import TABLES
from psconnect.demo.server.messages import json_reply, message_reply
from psconnect.demo.server.routes import Route

if TYPE_CHECKING:
    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.messages import Reply, Request

#: The areas are the kinds of tables; which areas a real server has is not documented.
_AREAS: Final = {
    "core": "Core tables",
    "extension": "Extension tables",
    "child": "Child tables",
    "standalone": "Standalone tables",
}


def area_routes() -> list[Route]:
    """The paths of the areas."""
    return [
        Route("GET", "/ws/schema/area", _areas),
        Route("GET", "/ws/schema/area/{area}/table", _area_tables),
    ]


def _areas(_request: Request, _plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
    areas = [
        {"name": name, "userVisible": True, "display": display, "comment": "", "subareas": []}
        for name, display in _AREAS.items()
    ]
    return json_reply(200, {"areas": areas})


def _area_tables(_request: Request, _plugin: Plugin, captured: tuple[str, ...]) -> Reply:
    (area,) = captured
    if area.lower() not in _AREAS:
        return message_reply(404, "Resource not found")
    tables = [
        {"name": one.name, "comment": one.comment, "primaryKey": one.primary_key, "userVisible": True}
        for one in TABLES
        if one.kind == area.lower()
    ]
    return json_reply(200, {"area": area.lower(), "tables": tables})
