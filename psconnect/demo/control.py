"""Controls a demo server that runs in another process, over its ``/demo/`` paths."""

from __future__ import annotations

import http.client
import json
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from psconnect.demo.district.change import Outcome
from psconnect.demo.server.calls import Calls
from psconnect.demo.server.installed import InstalledPlugin
from psconnect.demo.server.package import PluginRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psconnect.demo.server.faults import Fault

_OK = 200
_REFUSED = 409
_UNKNOWN = 404
_SECONDS = 60.0


class DemoControl:
    """The same calls as :class:`DemoServer` has, for a server known by its URL and control token.

    Raises (any method):
        PluginRefused: where the server refuses a plugin.
        KeyError: for a plugin that is not installed.
        ValueError: for a value that the server does not accept.
        OSError: if the server cannot be reached.

    """

    def __init__(self, url: str, token: str) -> None:
        """Take the ``url`` and ``control_token`` that ``python -m psconnect.demo`` prints. Plain http only."""
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port
        self._token = token

    def install(self, package: bytes) -> InstalledPlugin:
        """Install or upgrade a plugin."""
        return _plugin(self._call("POST", "plugins", package))

    def enable(self, name: str) -> InstalledPlugin:
        """Enable a plugin."""
        return _plugin(self._call("POST", f"plugins/{quote(name, safe='')}/enable"))

    def disable(self, name: str) -> InstalledPlugin:
        """Disable a plugin."""
        return _plugin(self._call("POST", f"plugins/{quote(name, safe='')}/disable"))

    def regenerate(self, name: str) -> InstalledPlugin:
        """Give a plugin new credentials."""
        return _plugin(self._call("POST", f"plugins/{quote(name, safe='')}/regenerate"))

    def delete(self, name: str) -> None:
        """Delete a plugin."""
        self._call("DELETE", f"plugins/{quote(name, safe='')}")

    def plugins(self) -> list[InstalledPlugin]:
        """The installed plugins."""
        return [_plugin(values) for values in self.state()["plugins"]]

    def set_page_size(self, name: str, size: int, resource: str | None = None) -> None:
        """Set the maximum page size of a plugin, for one resource or for all."""
        self._call("PUT", "page-size", {"plugin": name, "size": size, "resource": resource})

    def set_faults(self, faults: Sequence[Fault]) -> None:
        """Set these faults and no others."""
        self._call("PUT", "faults", [asdict(fault) for fault in faults])

    def clear_faults(self) -> None:
        """Clear all faults."""
        self._call("PUT", "faults", [])

    def set_quirks(self, **changes: Any) -> None:
        """Change some of the switches."""
        values = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in changes.items()}
        self._call("PUT", "quirks", values)

    def set_latency(self, milliseconds: float) -> None:
        """Add this time to each call."""
        self._call("PUT", "latency", {"milliseconds": milliseconds})

    def set_throttle(self, milliseconds: int) -> None:
        """Refuse a plugin's call that comes sooner than this after its last one; 0 for never."""
        self.set_quirks(throttle_ms=milliseconds)

    def change_district(
        self, kind: str, *, count: int = 10, school: int | None = None, seed: int | None = None
    ) -> Outcome:
        """Change the district."""
        values = {"kind": kind, "count": count, "school": school, "seed": seed}
        answer = self._call("POST", "change", values)
        return Outcome(kind, answer["sentence"], answer["counts"], date.fromisoformat(answer["today"]))

    def start_over(self) -> None:
        """Reset the district and the server's date."""
        self._call("POST", "start-over")

    def expire_tokens(self) -> None:
        """Expire every token now."""
        self._call("POST", "expire-tokens")

    def advance_clock(self, seconds: float) -> None:
        """Advance the server's clock."""
        self._call("POST", "advance-clock", {"seconds": seconds})

    @property
    def calls(self) -> Calls:
        """The calls since the last reset."""
        listed = self.state()["calls"]["list"]
        return Calls({(one["method"], one["path"], one["status"]): one["count"] for one in listed})

    def reset_calls(self) -> None:
        """Reset the count."""
        self._call("POST", "reset-calls")

    def state(self) -> dict[str, Any]:
        """The server's whole state: calls, plugins, faults, switches."""
        state: dict[str, Any] = self._call("GET", "state")
        return state

    def _call(self, method: str, path: str, body: bytes | dict[str, Any] | list[Any] | None = None) -> Any:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection(self._host, self._port, timeout=_SECONDS)
        try:
            connection.request(method, f"/demo/{path}", data, {"X-Demo-Token": self._token})
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status == _OK:
            return answer
        message = str(answer.get("message"))
        if response.status == _REFUSED:
            raise PluginRefused(message)
        if response.status == _UNKNOWN:
            raise KeyError(message)
        raise ValueError(message)


def _plugin(values: dict[str, Any]) -> InstalledPlugin:
    access = tuple((str(table), str(field), str(level)) for table, field, level in values["access"])
    return InstalledPlugin(**{**values, "access": access})
