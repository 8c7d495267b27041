"""``/ws/dataversion``: which rows changed since a plugin last asked (12)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.server.changes import DELETE
from psconnect.demo.server.messages import Refusal, Reply, json_reply, message_reply
from psconnect.demo.server.routes import Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from psconnect.demo.server.changes import ChangeLog
    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.messages import Request
    from psconnect.demo.server.quirks import Quirks

_LONGEST: Final = 18


@dataclass(frozen=True, slots=True)
class Changed:
    """The limit of a query with a data version: the keys of changed rows, and the next version."""

    keys: str
    version: str | int


class DataVersions:
    """Answers ``/ws/dataversion`` and tells queries which rows changed."""

    def __init__(self, log: ChangeLog, quirks: Callable[[], Quirks]) -> None:
        self._log = log
        self._quirks = quirks

    def routes(self) -> list[Route]:
        """The path with its handler."""
        return [Route("GET", "/ws/dataversion/{application}/{version}", self._get)]

    def watch(self, plugin: Plugin) -> None:
        """Log changes of the tables that a plugin has subscribed to."""
        tables = {table for one in plugin.package.subscriptions for table in one.tables}
        if tables:
            self._log.watch(tables)

    def _get(self, _request: Request, plugin: Plugin, captured: tuple[str, ...]) -> Reply:
        application, text = captured
        tables = _tables(plugin, application)
        version = _version(text)
        newest = self._log.newest()
        found: dict[str, list[int]] = {}
        for table, key in self._keys(version, tables):
            found.setdefault(table, []).append(key)
        shown: object = found
        if self._quirks().data_version_tables == "array":
            shown = [{table: keys} for table, keys in found.items()]
        return json_reply(200, {"$dataversion": self._shown(newest), "tables": shown})

    def _keys(self, version: int, tables: tuple[str, ...]) -> list[tuple[str, int]]:
        """The (table, key) pairs changed since a version, each once."""
        changes = self._log.since(version, tables)
        last = {(one.table, one.key): one.kind for one in changes}
        if self._quirks().data_version_deletes:
            return list(last)
        return [pair for pair, kind in last.items() if kind != DELETE]

    def _shown(self, version: int) -> str | int:
        return str(version) if self._quirks().data_version_text else version

    def limit(self, plugin: Plugin, body: dict[str, Any], core_table: str | None) -> Changed | None:
        """The limit in the body of a query; None without a data version.

        Raises:
            Refusal: 400 for an invalid version or application, or a query on another table.

        """
        if "$dataversion" not in body and "$dataversion_applicationname" not in body:
            return None
        tables = _tables(plugin, str(body.get("$dataversion_applicationname", "")))
        version = _version(str(body.get("$dataversion", "")))
        core = (core_table or "").upper()
        if core not in tables:
            raise Refusal(message_reply(400, "The application has no data versions of the query's core table"))
        newest = self._log.newest()
        keys = [key for _, key in self._keys(version, (core,))]
        return Changed(json.dumps(keys), self._shown(newest))


def _tables(plugin: Plugin, application: str) -> tuple[str, ...]:
    for one in plugin.package.subscriptions:
        if one.application.lower() == application.lower():
            return one.tables
    raise Refusal(message_reply(400, "The plugin has no data change subscription of this application name"))


def _version(text: str) -> int:
    if not text.isdecimal() or len(text) > _LONGEST:
        raise Refusal(message_reply(400, "The data version must be a whole number, 0 or more"))
    return int(text)
