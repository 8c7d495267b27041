"""Writes to ``/ws/schema/table``: the rows of extension, child and standalone tables (10.1, 10.5)."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.district.schema import BY_NAME, TableDefinition
from psconnect.demo.server.body import base_url, read_object, require_full
from psconnect.demo.server.messages import Refusal, Reply, json_reply, message_reply
from psconnect.demo.server.writes.rows import (
    BadValueError,
    checked_text,
    column_rules,
    delete,
    exists,
    insert,
    read_key,
    read_value,
    update,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from psconnect.demo.district.rows import Value
    from psconnect.demo.server.database import District
    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.messages import Request
    from psconnect.demo.server.quirks import Quirks

_WRITABLE: Final = ("extension", "child", "standalone")
_TWICE: Final = "A record with this key exists already. Use PUT to update existing records."
_NONE: Final = "No record has this key. Use POST to insert a new record."


class TableWrites:
    """Answers POST, PUT and DELETE on tables."""

    def __init__(self, district: District, quirks: Callable[[], Quirks]) -> None:
        self._district = district
        self._quirks = quirks

    def answer(self, request: Request, plugin: Plugin, table: str, path: list[str]) -> Reply:
        """Answer a write to a table; ``path`` is what follows its name.

        Core tables can't be written here (13.2): without FullAccess on all their fields the answer is 403, with it 405.

        Raises:
            Refusal: for a forbidden call or an invalid body.

        """
        definition = BY_NAME[table.upper()]
        columns = [name for name, _ in definition.columns]
        if definition.kind not in _WRITABLE:
            require_full(plugin, table, columns)
            return Reply(405, b"", {"Allow": "GET"})
        match request.method, path:
            case "POST", []:
                return self._insert(request, plugin, definition)
            case "PUT", [key]:
                return self._update(request, plugin, definition, _key(key))
            case "DELETE", [key]:
                require_full(plugin, table, columns)
                return self._delete(definition, _key(key))
        return Reply(405, b"", {"Allow": "GET, PUT, DELETE" if path else "GET, POST"})

    def _insert(self, request: Request, plugin: Plugin, definition: TableDefinition) -> Reply:
        values = self._values(request, plugin, definition)
        with self._district.transaction() as database:
            _check_owner(database, definition, values)
            key = values.get(definition.primary_key)
            if key is not None and exists(database, definition, int(key)):
                raise Refusal(message_reply(404, _TWICE))
            new = insert(database, definition.name, values)
        return _done(request, definition, "INSERT", new)

    def _update(self, request: Request, plugin: Plugin, definition: TableDefinition, key: int) -> Reply:
        values = self._values(request, plugin, definition, key)
        if values.pop(definition.primary_key, key) != key:
            raise Refusal(message_reply(400, "The key in the body is not the one in the path"))
        with self._district.transaction() as database:
            if not exists(database, definition, key):
                raise Refusal(message_reply(404, _NONE))
            _check_owner(database, definition, {definition.primary_key: key, **values}, new=False)
            update(database, definition.name, key, values)
        return _done(request, definition, "UPDATE", key)

    def _delete(self, definition: TableDefinition, key: int) -> Reply:
        with self._district.transaction() as database:
            if delete(database, definition.name, key) == 0:
                raise Refusal(message_reply(404, "Resource not found"))
        return Reply(204)

    def _values(
        self, request: Request, plugin: Plugin, definition: TableDefinition, key: int | None = None
    ) -> dict[str, Value]:
        """The columns that a body sets, in stored form; checked in the order of 10.4."""
        body = read_object(request, self._quirks())
        if key is not None and str(body.get("id", key)) != str(key):
            raise Refusal(message_reply(400, "The id in the body is not the one in the path"))
        sent = _record(body, definition)
        rules = column_rules(definition.name)
        for name in sent:
            if name.upper() not in rules:
                message = f"Invalid field specified: {name} is not valid column for table: {definition.name}"
                raise Refusal(message_reply(400, message))
        try:
            values = {
                rules[name.upper()].name: read_value(
                    rules[name.upper()], checked_text(name, value, any_kind=self._quirks().write_values == "any")
                )
                for name, value in sent.items()
            }
        except BadValueError as error:
            raise Refusal(message_reply(400, str(error))) from error
        require_full(plugin, definition.name, values)
        return values


def _record(body: dict[str, Any], definition: TableDefinition) -> dict[str, Any]:
    """The values of the single table that a body has to name."""
    tables = body.get("tables")
    if isinstance(tables, dict) and len(tables) == 1:
        (name, record), *_ = tables.items()
        if name.upper() == definition.name.upper() and isinstance(record, dict) and record:
            return record
    message = f"The body has to name one table, {definition.name}, with at least one value"
    raise Refusal(message_reply(400, message))


def _check_owner(
    database: sqlite3.Connection, definition: TableDefinition, values: dict[str, Value], *, new: bool = True
) -> None:
    """Check that a row of an extension or child table belongs to a row of its core table."""
    if definition.core_table is None:
        return
    core = BY_NAME[definition.core_table.upper()]
    column = f"{core.name}{core.primary_key}"
    owner = values.get(column)
    if owner is None and (new or column in values):
        raise Refusal(message_reply(400, f"{column} is required"))
    if owner is not None and not exists(database, core, int(owner)):
        raise Refusal(message_reply(400, f"{column} is not the {core.primary_key} of a row of {core.name}"))


def _key(text: str) -> int:
    key = read_key(text)
    if key is None:
        raise Refusal(message_reply(404, "Resource not found"))
    return key


def _done(request: Request, definition: TableDefinition, action: str, key: int) -> Reply:
    """The result of a write: a list of one result stays a list here, unlike under ``/ws/v1`` (10.5)."""
    ref = f"{base_url(request)}/ws/schema/table/{definition.name.lower()}/{key}"
    return json_reply(
        200,
        {
            "insert_count": int(action == "INSERT"),
            "update_count": int(action == "UPDATE"),
            "delete_count": 0,
            "result": [{"status": "SUCCESS", "action": action, "success_message": {"id": key, "ref": ref}}],
        },
    )
