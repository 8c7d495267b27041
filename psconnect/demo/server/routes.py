"""The route table: which handler answers which method on which path."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.messages import Reply, Request

#: Answers a plugin's call; the texts are the path parts that match ``{…}`` in the pattern.
Handler = Callable[["Request", "Plugin", tuple[str, ...]], "Reply"]
V1Level = Literal["READ", "FULL"]


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path.

    Attributes:
        method: in upper case.
        pattern: the path in lower case, such as ``/ws/v1/school/{id}/student``; a ``{…}`` matches any one part.
        handler: answers it once the caller is known to be an enabled plugin.
        v1_level: the accessLevelV1Api that the plugin needs (15.4); only for ``/ws/v1``.

    """

    method: str
    pattern: str
    handler: Handler
    v1_level: V1Level = "READ"


@dataclass(frozen=True, slots=True)
class Match:
    """The match for a path: its routes by method, and the parts that match ``{…}``."""

    routes: dict[str, Route]
    captured: tuple[str, ...]


@dataclass(slots=True)
class _Node:
    literals: dict[str, _Node] = field(default_factory=dict)
    any: _Node | None = None
    routes: dict[str, Route] = field(default_factory=dict)


class RouteTable:
    """Finds routes by path. A literal part takes precedence over a ``{…}``.

    Raises:
        ValueError: if two routes claim the same method on the same path.

    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        for route in routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        node = self._root
        for part in filter(None, route.pattern.split("/")):
            if part.startswith("{"):
                node.any = node.any or _Node()
                node = node.any
            else:
                node = node.literals.setdefault(part, _Node())
        if route.method in node.routes:
            message = f"{route.method} {route.pattern} is routed twice."
            raise ValueError(message)
        node.routes[route.method] = route

    def find(self, parts: list[str]) -> Match | None:
        """The routes of a path given by its parts; None if there is no such path."""
        return _find(self._root, parts, ())


def _find(node: _Node, parts: list[str], captured: tuple[str, ...]) -> Match | None:
    if not parts:
        return Match(node.routes, captured) if node.routes else None
    first, rest = parts[0], parts[1:]
    literal = node.literals.get(first)
    found = _find(literal, rest, captured) if literal is not None else None
    if found is None and node.any is not None:
        found = _find(node.any, rest, (*captured, first))
    return found
