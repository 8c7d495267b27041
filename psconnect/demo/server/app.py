"""Routes a call to the part of the server that answers it (powerschool-api.md 20.2)."""

from __future__ import annotations

import math
import threading
from datetime import UTC
from typing import TYPE_CHECKING, Final

from psconnect.demo.district.build import TIMEZONE
from psconnect.demo.server.messages import ConnectionReset, Refusal, Reply, html_reply, json_reply, message_reply
from psconnect.demo.server.oauth import OAuth, Tokens
from psconnect.demo.server.plugins import PluginRegistry
from psconnect.demo.server.queries import Queries
from psconnect.demo.server.quirks import Quirks
from psconnect.demo.server.tables import Tables

if TYPE_CHECKING:
    from psconnect.demo.server.clock import Clock
    from psconnect.demo.server.database import District
    from psconnect.demo.server.messages import Request
    from psconnect.demo.server.plugins import Plugin

_RESOURCES: Final = ("student", "staff", "school", "course", "section", "section_enrollment", "term")
_NO_V1: Final = {"errorMessage": {"message": "Plugin is missing required accessLevelV1Api READ permission"}}
_MAINTENANCE_HOST: Final = "message.powerschool.com"


class App:
    """The server behind the wire: takes requests, gives replies."""

    def __init__(self, district: District, clock: Clock, quirks: Quirks) -> None:
        self.quirks = quirks
        self.clock = clock
        self.tokens = Tokens(clock, self._quirks)
        self.plugins = PluginRegistry(district, self._quirks, self.tokens.forget)
        self.latency_seconds = 0.0
        self._oauth = OAuth(self.tokens, self.plugins, self._quirks)
        self._queries = Queries(district, self.plugins, self._quirks)
        self._tables = Tables(district, self._quirks)
        self._throttle = threading.Lock()
        self._last_call: dict[int, float] = {}

    def _quirks(self) -> Quirks:
        return self.quirks

    def answer(self, request: Request, host: str) -> Reply:
        """Answer a call to this server, known to the caller as ``host``.

        Raises:
            ConnectionReset: if the connection is to end without an answer.

        """
        try:
            self._maintenance(host)
            return self._route(request)
        except Refusal as refusal:
            return refusal.reply

    def _maintenance(self, host: str) -> None:
        mode = self.quirks.maintenance
        if mode == "reset":
            raise ConnectionReset
        if mode == "unavailable":
            raise Refusal(html_reply(503, "Service Unavailable", "The server is down for maintenance."))
        if mode == "redirect":
            raise Refusal(Reply(302, b"", {"Location": f"https://{_MAINTENANCE_HOST}/?server={host}"}))

    def _route(self, request: Request) -> Reply:  # noqa: C901, PLR0911 - a case for each path
        path = request.path if self.quirks.case_sensitive_paths else request.path.lower()
        parts = [part for part in path.split("/") if part]
        match parts:
            case ["oauth", "access_token"]:
                return self._oauth.token(request)
            case ["ws", "v1", "metadata"]:
                return self._read_only(request) or self._metadata(request)
            case ["ws", "v1", "time"]:
                return self._read_only(request) or self._time()
            case ["ws", "v1", *_]:
                return self._v1(request)
            case ["ws", "schema", "table", *rest]:
                return self._tables.answer(request, self._caller(request), rest)
            case ["ws", "schema", "query", *rest]:
                return self._queries.answer(request, self._caller(request), rest)
            case ["ws", "schema", "plugin", plugin_id, "validate"]:
                return self._read_only(request) or self._validate(self._caller(request), plugin_id)
            case ["ws", *_]:
                self._caller(request)
                return message_reply(404, "Resource not found")
            case []:
                return Reply(302, b"", {"Location": "/public/"})
            case ["admin", *_]:
                return Reply(302, b"", {"Location": "/public/home.html"})
            case ["public", *_]:
                return html_reply(200, "Student and Parent Sign In", "Sign in to the demo district.")
            case _:
                return html_reply(404, "Not Found", "There is nothing here.")

    @staticmethod
    def _read_only(request: Request) -> Reply | None:
        return None if request.method == "GET" else Reply(405, b"", {"Allow": "GET"})

    def _caller(self, request: Request) -> Plugin:
        """The calling plugin, once it has waited long enough since its last call."""
        plugin = self._oauth.authorize(request)
        wait = self._wait(plugin)
        if wait > 0:
            seconds = math.ceil(wait)
            reply = message_reply(
                self.quirks.throttle_status, f"Too many requests. Please wait {seconds} seconds and try again."
            )
            if self.quirks.throttle_retry_after:
                reply.headers["Retry-After"] = str(seconds)
            raise Refusal(reply)
        return plugin

    def _wait(self, plugin: Plugin) -> float:
        """The seconds a plugin still has to wait; if none, this call is noted as its last one."""
        interval = self.quirks.throttle_ms / 1000
        with self._throttle:
            now = self.clock.seconds()
            last = self._last_call.get(plugin.id)
            wait = interval - (now - last) if last is not None else 0.0
            if wait <= 0:
                self._last_call[plugin.id] = now
            return wait

    # -- /ws/v1 and plugin validation --------------------------------------------------------------------------------

    def _metadata(self, request: Request) -> Reply:
        plugin = self._oauth.optional(request)
        size = plugin.page_size if plugin else self.quirks.page_size
        values: dict[str, object] = {f"{resource}_max_page_size": size for resource in _RESOURCES}
        values["schema_table_query_max_page_size"] = size
        if plugin is not None:
            values["plugin_id"] = plugin.id
        uptime = f"{int(self.clock.seconds()) // 60} minutes"
        flag: object = "false" if self.quirks.sso_flags_as_text else False
        values |= {
            "powerschool_version": self.quirks.server_version,
            "state_reporting_version": "25.9.1.0",
            "state": "IL",
            "machine_uptime": uptime,
            "powerschool_uptime": uptime,
            "district_timezone": TIMEZONE,
            **{f"sso_enabled_{role}": flag for role in ("admin", "teacher", "student", "guardian")},
        }
        return json_reply(200, {"metadata": values})

    def _time(self) -> Reply:
        now = self.clock.now()
        return json_reply(
            200, {"resource": {"time": now.isoformat(), "timestamp": int(now.replace(tzinfo=UTC).timestamp() * 1000)}}
        )

    def _v1(self, request: Request) -> Reply:
        plugin = self._caller(request)
        if self.quirks.has_v1_switch and plugin.v1_access not in ("READ", "FULL"):
            return json_reply(401, _NO_V1)
        # The curated resources themselves are not served yet.
        return json_reply(404, {"errorMessage": {"message": "Resource not found"}})

    def _validate(self, caller: Plugin, plugin_id: str) -> Reply:
        """List what is wrong with an installed plugin; a plugin may look at itself alone."""
        plugin = self.plugins.by_id(int(plugin_id)) if plugin_id.isdecimal() else None
        if plugin is None or plugin.id != caller.id:
            return message_reply(404, "Resource not found")
        results = [
            {
                "level": "ERROR",
                "file": loaded.query.file,
                "code": "QUERY_NOT_LOADED",
                "message": f"{loaded.query.name}: {loaded.load_error}",
                "categoryShortName": "queries",
            }
            for loaded in plugin.queries.values()
            if loaded.load_error is not None
        ]
        return json_reply(200, {"results": results, "maxLevel": "ERROR" if results else "NONE"})
