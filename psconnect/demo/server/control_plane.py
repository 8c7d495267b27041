"""``/demo/*``: the switches of the server over HTTP, for another process (guarded by the control token)."""

from __future__ import annotations

import hmac
import json
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.server.faults import Fault
from psconnect.demo.server.messages import Refusal, Reply, json_reply, message_reply
from psconnect.demo.server.package import PluginRefused
from psconnect.demo.server.quirks import Quirks

if TYPE_CHECKING:
    from psconnect.demo.server.controls import ServerControls
    from psconnect.demo.server.messages import Request

TOKEN_HEADER: Final = "x-demo-token"  # noqa: S105 - the name of a header


class ControlPlane:
    """Answers the calls under ``/demo/``."""

    def __init__(self, server: ServerControls) -> None:
        self._server = server

    def has(self, path: str) -> bool:
        """Whether a path is one of the control plane's."""
        return path.startswith("/demo/")

    def answer(self, request: Request) -> Reply:
        """Answer a call: 403 without the token, 404 for unknown paths, 409 if the server refuses a plugin."""
        given = request.headers.get(TOKEN_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._server.control_token.encode()):
            return message_reply(403, "The X-Demo-Token header is missing or wrong.")
        try:
            return self._route(request, request.path.strip("/").split("/")[1:])
        except Refusal as refusal:
            return refusal.reply
        except PluginRefused as error:
            return message_reply(409, str(error))
        except KeyError as error:
            return message_reply(404, f"There is no plugin {error.args[0]!r}.")
        except (ValueError, TypeError) as error:
            return message_reply(400, str(error))

    def _route(self, request: Request, path: list[str]) -> Reply:
        if path[0] == "plugins":
            return json_reply(200, self._plugins(request, path[1:]))
        if (request.method, path) == ("GET", ["state"]):
            return json_reply(200, self._state())
        if (request.method, path) == ("POST", ["change"]):
            return json_reply(200, self._change(_object(request)))
        self._switch(request, path)
        return json_reply(200, {})

    def _plugins(self, request: Request, path: list[str]) -> dict[str, Any]:
        """Install or change a plugin, and return what it has become."""
        server = self._server
        actions = {"enable": server.enable, "disable": server.disable, "regenerate": server.regenerate}
        match request.method, path:
            case "POST", []:
                return asdict(server.install(request.body))
            case "POST", [name, action] if action in actions:
                return asdict(actions[action](name))
            case "DELETE", [name]:
                server.delete(name)
                return {}
        raise _unknown()

    def _switch(self, request: Request, path: list[str]) -> None:
        """Change one of the switches."""
        server = self._server
        match request.method, path:
            case "POST", ["reset-calls"]:
                server.reset_calls()
            case "PUT", ["page-size"]:
                resource = _object(request).get("resource")
                server.set_page_size(str(_value(request, "plugin")), int(_value(request, "size")), resource)
            case "PUT", ["faults"]:
                server.set_faults([Fault(**values) for values in _list(request)])
            case "PUT", ["quirks"]:
                server.set_quirks(**quirk_changes(_object(request)))
            case "PUT", ["latency"]:
                server.set_latency(float(_value(request, "milliseconds")))
            case "POST", ["expire-tokens"]:
                server.expire_tokens()
            case "POST", ["start-over"]:
                server.start_over()
            case "POST", ["advance-clock"]:
                server.advance_clock(float(_value(request, "seconds")))
            case _:
                raise _unknown()

    def _change(self, values: dict[str, Any]) -> dict[str, Any]:
        """Change the district; the answer is what came of it."""
        unknown = values.keys() - {"kind", "count", "school", "seed"}
        if unknown:
            message = f"A change has no {min(unknown)!r}."
            raise ValueError(message)
        outcome = self._server.change_district(**values)
        return {**asdict(outcome), "today": self._server.today.isoformat()}

    def _state(self) -> dict[str, Any]:
        server = self._server
        calls = server.calls
        listed = [
            {"method": method, "path": path, "status": status, "count": count}
            for (method, path, status), count in sorted(calls.counts.items())
        ]
        switches = asdict(server.quirks)
        quirks = {name: sorted(one) if isinstance(one, frozenset) else one for name, one in switches.items()}
        return {
            "url": server.url,
            "database": str(server.database),
            "calls": {"total": calls.total, "list": listed},
            "plugins": [asdict(plugin) for plugin in server.plugins()],
            "event_deliveries": [asdict(delivery) for delivery in server.event_deliveries],
            "faults": [asdict(fault) for fault in server.faults()],
            "quirks": quirks,
        }


def _unknown() -> Refusal:
    return Refusal(message_reply(404, "There is no such control."))


def quirk_changes(values: dict[str, Any]) -> dict[str, Any]:
    """Check changes of switches that came as JSON.

    Raises:
        ValueError: for an unknown switch, or a value of another type than its default.

    """
    defaults = Quirks()
    names = {one.name for one in fields(Quirks)}
    for name, value in values.items():
        if name not in names:
            message = f"There is no switch {name!r}."
            raise ValueError(message)
        if isinstance(getattr(defaults, name), frozenset):
            values = {**values, name: frozenset(str(item).upper() for item in value)}
        elif type(value) is not type(getattr(defaults, name)):
            message = f"The switch {name} takes a value like {getattr(defaults, name)!r}."
            raise ValueError(message)
    replace(defaults, **values)
    return values


def _object(request: Request) -> dict[str, Any]:
    values = json.loads(request.body)
    if not isinstance(values, dict):
        raise Refusal(message_reply(400, "The body is not a JSON object."))
    return values


def _value(request: Request, key: str) -> Any:
    values = _object(request)
    if key not in values:
        raise Refusal(message_reply(400, f"The body has no {key!r}."))
    return values[key]


def _list(request: Request) -> list[dict[str, Any]]:
    values = json.loads(request.body)
    if not isinstance(values, list):
        raise Refusal(message_reply(400, "The body is not a JSON list."))
    return values
