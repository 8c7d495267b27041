"""Routes a call to the part of the server that answers it."""

from __future__ import annotations

import math
import threading
from datetime import UTC
from typing import TYPE_CHECKING, Final

from psconnect.demo.district.build import DISTRICT_UUID, TIMEZONE
from psconnect.demo.server.areas import area_routes
from psconnect.demo.server.changes import ChangeLog
from psconnect.demo.server.contacts import Contacts
from psconnect.demo.server.dataversions import DataVersions
from psconnect.demo.server.events import Events
from psconnect.demo.server.installed import PAGED
from psconnect.demo.server.messages import ConnectionReset, Refusal, Reply, html_reply, json_reply, message_reply
from psconnect.demo.server.oauth import OAuth, Tokens
from psconnect.demo.server.plugins import PluginRegistry
from psconnect.demo.server.queries import Queries
from psconnect.demo.server.quirks import Quirks
from psconnect.demo.server.routes import Route, RouteTable
from psconnect.demo.server.tables import Tables
from psconnect.demo.server.v1.reads import Reads
from psconnect.demo.server.writes.attendance import Attendance
from psconnect.demo.server.writes.fees import Fees
from psconnect.demo.server.writes.students import Students
from psconnect.demo.server.xte import Gradebook

if TYPE_CHECKING:
    from psconnect.demo.server.clock import Clock
    from psconnect.demo.server.database import District
    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.messages import Request
    from psconnect.demo.server.routes import V1Level

_UNAUTHORIZED: Final = 401
_PUBLIC: Final = 'Nobody can sign in here. Administrators sign in on <a href="/admin/home.html">their own page</a>.'
_MAINTENANCE_HOST: Final = "message.powerschool.com"


class App:
    """The server behind the wire: turns requests into replies."""

    def __init__(self, district: District, clock: Clock, quirks: Quirks) -> None:
        self.quirks = quirks
        self.clock = clock
        self.tokens = Tokens(clock, self._quirks)
        self.plugins = PluginRegistry(district, self._quirks, self.tokens.forget)
        self._oauth = OAuth(self.tokens, self.plugins, self._quirks)
        log = ChangeLog(district)
        self._versions = DataVersions(log, self._quirks)
        self.plugins.on_enabled = self._versions.watch
        self.events = Events(log, self.plugins, clock, self._quirks)
        district.changed = self.events.notify
        self._queries = Queries(district, self.plugins, self._versions, self._quirks)
        self._tables = Tables(district, self._quirks)
        self._routes = self._route_table(district)
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

    def _route_table(self, district: District) -> RouteTable:
        """All individually routed paths under ``/ws``; each family adds its routes here."""
        return RouteTable(
            [
                Route("GET", "/ws/schema/plugin/{id}/validate", self._validate),
                *area_routes(),
                *Reads(district, self._quirks, lambda: self.clock.now().date()).routes(),
                *Contacts(district, self._quirks).routes(),
                *Attendance(district, self._quirks).routes(),
                *Students(district, self._quirks).routes(),
                *Fees(district, self._quirks).routes(),
                *self._versions.routes(),
                *self.events.routes(),
                *Gradebook(district, self._quirks).routes(),
            ]
        )

    def _route(self, request: Request) -> Reply:  # noqa: PLR0911 - a case for each path
        path = request.path if self.quirks.case_sensitive_paths else request.path.lower()
        parts = [part for part in path.split("/") if part]
        match parts:
            case ["oauth", "access_token"]:
                return self._oauth.token(request)
            case ["ws", "v1", "metadata"]:
                return self._read_only(request) or self._metadata(request)
            case ["ws", "v1", "time"]:
                return self._read_only(request) or self._time()
            case ["ws", *_]:
                return self._ws(request, parts)
            case []:
                return Reply(302, b"", {"Location": "/public/"})
            case ["admin", *_]:
                # Only other spellings get here: the administrator's site has already answered its own addresses.
                return Reply(302, b"", {"Location": "/admin/home.html"})
            case ["public", *_]:
                return html_reply(200, "Student and Parent Sign In", _PUBLIC)
            case _:
                return html_reply(404, "Not Found", "There is nothing here.")

    def _ws(self, request: Request, parts: list[str]) -> Reply:
        """Answer a call under ``/ws``: by the route table, else by the family that owns the prefix."""
        plugin = self._caller(request)
        found = self._routes.find(parts)
        route = found.routes.get(request.method) if found else None
        if parts[1:2] == ["v1"]:
            self._check_v1(plugin, route.v1_level if route else "READ")
        if found and route:
            return route.handler(request, plugin, found.captured)
        match parts[1:]:
            case ["schema", "table", *rest]:
                return self._tables.answer(request, plugin, rest)
            case ["schema", "query", *rest]:
                return self._queries.answer(request, plugin, rest)
        if found:
            return Reply(405, b"", {"Allow": ", ".join(sorted(found.routes))})
        if parts[1:2] == ["v1"]:
            return json_reply(404, {"errorMessage": {"message": "Resource not found"}})
        return message_reply(404, "Resource not found")

    def _check_v1(self, plugin: Plugin, level: V1Level) -> None:
        """Refuse a plugin whose accessLevelV1Api is below what a path of ``/ws/v1`` takes (15.4)."""
        if self.quirks.has_v1_switch and plugin.v1_access not in ("FULL", level):
            message = f"Plugin is missing required accessLevelV1Api {level} permission"
            raise Refusal(json_reply(401, {"errorMessage": {"message": message}}))

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
        if self.quirks.metadata == "open":
            plugin = self._oauth.optional(request)
        else:
            if self.quirks.metadata_unsigned == _UNAUTHORIZED and "authorization" not in request.headers:
                raise Refusal(Reply(401, b"", {"WWW-Authenticate": 'Bearer realm="PowerSchool"'}))
            plugin = self._oauth.authorize(request)
            if self.quirks.metadata == "v1":
                self._check_v1(plugin, "READ")
        sizes = plugin.page_sizes if plugin else dict.fromkeys(PAGED, self.quirks.page_size)
        values: dict[str, object] = {f"{resource}_max_page_size": size for resource, size in sizes.items()}
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
            "district_uuid": DISTRICT_UUID,
            **{f"sso_enabled_{role}": flag for role in ("admin", "teacher", "student", "guardian")},
        }
        return json_reply(200, {"metadata": values})

    def _time(self) -> Reply:
        now = self.clock.now()
        scale = 1000 if self.quirks.timestamp_unit == "ms" else 1
        timestamp = int(now.replace(tzinfo=UTC).timestamp()) * scale
        return json_reply(200, {"resource": {"time": now.isoformat(), "timestamp": timestamp}})

    def _validate(self, _request: Request, caller: Plugin, captured: tuple[str, ...]) -> Reply:
        """List what is wrong with an installed plugin; a plugin may only look at itself."""
        (plugin_id,) = captured
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
