"""What a screen reader is told: the accessibility tree of a running program, over AT-SPI's own bus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_ANSWER_SECONDS = 20.0
_ROOT = "/org/a11y/atspi/accessible/root"
_REGISTRY = "org.a11y.atspi.Registry"
_STATES = {"enabled": 8, "focusable": 11, "focused": 12, "showing": 25}
"""Bits of the state set (AT-SPI, AtspiStateType)."""
MANY = frozenset({"table", "tree table", "tree", "list"})
"""Roles whose children are cells: as many as the district has records."""
NO_ROLES = frozenset({"", "invalid", "unknown", "unknown role", "panel", "filler", "client"})


class GoneError(Exception):
    """The control was there a moment ago."""


@dataclass(frozen=True)
class Node:
    """One accessible object of the program."""

    reader: Reader
    bus: str
    path: str

    @property
    def name(self) -> str:
        """What a screen reader calls it."""
        return str(self.reader.get(self, "Name"))

    @property
    def role(self) -> str:
        """What kind of control it is, in AT-SPI's words."""
        return str(self.reader.ask(self, "Accessible", "GetRoleName"))

    @property
    def states(self) -> frozenset[str]:
        """Those of the states above that hold."""
        low, _high = self.reader.ask(self, "Accessible", "GetState")
        return frozenset(name for name, bit in _STATES.items() if low >> bit & 1)

    @property
    def children(self) -> list[Node]:
        """What it holds."""
        found = self.reader.ask(self, "Accessible", "GetChildren")
        return [Node(self.reader, bus, path) for bus, path in found]

    @property
    def centre(self) -> tuple[int, int]:
        """Its middle on the screen, in pixels."""
        x, y, width, height = self.reader.ask(self, "Component", "GetExtents", "u", (0,))
        return x + width // 2, y + height // 2

    def walk(self) -> Iterator[Node]:
        """What it holds and is shown, all the way down; the cells of tables are left out."""
        for child in self.children:
            try:
                if "showing" not in child.states:
                    continue
                yield child
                if child.role not in MANY:
                    yield from child.walk()
            except GoneError:
                continue


class Reader:
    """Asks the accessibility bus of a session; the program must have been started within it."""

    def __init__(self, session: str) -> None:
        """Take the address of the session's bus; the accessibility bus is started by asking for it."""
        from jeepney import DBusAddress, new_method_call  # noqa: PLC0415 (Linux only)
        from jeepney.io.blocking import open_dbus_connection  # noqa: PLC0415 (Linux only)
        from jeepney.wrappers import unwrap_msg  # noqa: PLC0415 (Linux only)

        with open_dbus_connection(bus=session) as bus:
            place = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
            asked = bus.send_and_get_reply(new_method_call(place, "GetAddress"), timeout=_ANSWER_SECONDS)
            (address,) = unwrap_msg(asked)
        self._bus = open_dbus_connection(bus=address)

    def close(self) -> None:
        """Hang up."""
        self._bus.close()

    def ask(self, node: Node, interface: str, method: str, signature: str | None = None, body: tuple = ()) -> Any:
        """What a node answers; `GoneError` when it is gone."""
        from jeepney import DBusAddress, new_method_call  # noqa: PLC0415 (Linux only)

        place = DBusAddress(node.path, node.bus, f"org.a11y.atspi.{interface}")
        return self._answer(new_method_call(place, method, signature, body))

    def get(self, node: Node, name: str) -> Any:
        """A property of a node; `GoneError` when it is gone."""
        from jeepney import DBusAddress, Properties  # noqa: PLC0415 (Linux only)

        place = DBusAddress(node.path, node.bus, "org.a11y.atspi.Accessible")
        return self._answer(Properties(place).get(name))[1]

    def windows(self) -> list[Node]:
        """The windows of every program that tells of itself."""
        programs = Node(self, _REGISTRY, _ROOT).children
        found: list[Node] = []
        for program in programs:
            try:
                found += program.children
            except GoneError:
                continue
        return found

    def controls(self) -> list[Node]:
        """Everything that is shown in any window."""
        return [node for window in self.windows() for node in window.walk()]

    def find(self, name: str, *roles: str) -> Node | None:
        """A shown control of that name, or None."""
        for window in self.windows():
            for node in window.walk():
                try:
                    if node.name == name and (not roles or node.role in roles):
                        return node
                except GoneError:
                    continue
        return None

    def _answer(self, question: Any) -> Any:
        from jeepney import DBusErrorResponse, MessageType  # noqa: PLC0415 (Linux only)

        try:
            reply = self._bus.send_and_get_reply(question, timeout=_ANSWER_SECONDS)
        except (OSError, TimeoutError) as error:
            raise GoneError(str(error)) from error
        if reply.header.message_type == MessageType.error:
            raise GoneError(str(DBusErrorResponse(reply)))
        return reply.body[0]


def focusable(reader: Reader) -> list[tuple[str, str]]:
    """Role and name of everything shown that can take the focus."""
    found = []
    for node in reader.controls():
        try:
            if "focusable" in node.states:
                found.append((node.role, node.name))
        except GoneError:
            continue
    return found


def nameless(reader: Reader) -> list[str]:
    """Controls that can take the focus but have no name, or nothing that says what they are; empty when all is well."""
    found = focusable(reader)
    if not found:
        return ["nothing can take the focus"]
    return [f"{role or 'no role'} “{name}”" for role, name in found if not name.strip() or role in NO_ROLES]
