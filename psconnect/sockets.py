"""The connections that are open, so that calls over them can be ended from any thread even where a server is silent."""

from __future__ import annotations

import contextlib
import socket
import threading
import weakref
from collections.abc import Mapping
from typing import Any

_MADE = (".connect_tcp.complete", ".start_tls.complete")
"""Ends of the names of httpcore's events that hand out a socket; in front stands the way: connection, proxy, socks."""


class OpenSockets:
    """The sockets in use. ``note`` is an httpcore trace function; once ended, no connection lives long."""

    def __init__(self) -> None:
        """Begin with none."""
        self._ended = False
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        # A set that grows in one thread while another goes through it raises.
        self._lock = threading.Lock()

    def note(self, event: str, info: Mapping[str, Any]) -> None:
        """Take the socket of a connection that was made just now."""
        if event.endswith(_MADE):
            with self._lock:
                self._sockets.add(info["return_value"].get_extra_info("socket"))
            if self._ended:
                self.end()

    def end(self) -> None:
        """End all connections, and each that is made later; callable from any thread, and never blocks."""
        self._ended = True
        with self._lock:
            there = list(self._sockets)
        for sock in there:
            with contextlib.suppress(OSError):
                # Not by the method of an encrypted socket: that one first forgets its encryption, and the thread that
                # uses it could then send a token in the clear, or take what is encrypted for an answer.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
