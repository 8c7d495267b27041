"""Keeps tests on this machine: every connection beyond the loopback addresses is refused and fails the test."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

# Names that never exist by RFC 6761: they may be looked up, and are answered as a name server would.
_NEVER_RESOLVED = (".invalid", ".test", ".example")


class OutsideNetworkError(RuntimeError):
    """A test tried to reach something beyond this machine."""


def is_local(family: int, address: Any) -> bool:
    """Whether a socket address stays on this machine; `address` as given to `socket.connect`."""
    if family not in (socket.AF_INET, socket.AF_INET6):
        return family == getattr(socket, "AF_UNIX", None)
    return is_local_host(address[0])


def is_local_host(host: str | bytes | None) -> bool:
    """Whether a host is `localhost`, a loopback address, or left open (None, empty: for listening)."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if not name or name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class _Guard:
    """Stands in front of the socket calls that leave this machine, and remembers what it refused."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def refuse(self, target: object) -> OutsideNetworkError:
        self.refused.append(repr(target))
        return OutsideNetworkError(f"Tests stay on this machine, but {target!r} was to be reached.")

    def addressed(self, call: Callable[..., Any], position: int) -> Callable[..., Any]:
        """Wraps a socket method whose argument at `position` (negative: from the end) is the address."""

        def guarded(sock: socket.socket, *args: Any) -> Any:
            if not is_local(sock.family, args[position]):
                raise self.refuse(args[position])
            return call(sock, *args)

        return guarded

    def lookup(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Wraps `socket.getaddrinfo`."""

        def guarded(host: str | bytes | None, *args: Any, **options: Any) -> Any:
            name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
            if name and name.rstrip(".").endswith(_NEVER_RESOLVED):
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            if not is_local_host(name):
                raise self.refuse(name)
            return call(host, *args, **options)

        return guarded


@pytest.fixture(scope="session", autouse=True)
def _network_guard() -> Iterator[_Guard]:
    guard = _Guard()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guard.addressed(socket.socket.connect, 0))
        patch.setattr(socket.socket, "connect_ex", guard.addressed(socket.socket.connect_ex, 0))
        patch.setattr(socket.socket, "sendto", guard.addressed(socket.socket.sendto, -1))
        patch.setattr(socket, "getaddrinfo", guard.lookup(socket.getaddrinfo))
        yield guard


@pytest.fixture(autouse=True)
def _stays_on_this_machine(_network_guard: _Guard) -> Iterator[None]:
    _network_guard.refused.clear()
    yield
    # Also when the refusal was swallowed, or raised in another thread.
    if _network_guard.refused:
        pytest.fail("Reached beyond this machine: " + ", ".join(_network_guard.refused), pytrace=False)
