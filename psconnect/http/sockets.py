"""The open connections, so that any thread can end the calls over them even while a server is silent."""

from __future__ import annotations

import contextlib
import socket
import threading
import weakref
from concurrent.futures import Future


class OpenSockets:
    """The sockets in use; after `end`, none lives long.

    Attributes:
        ending: done as soon as all are ended, for waits on something other than a socket.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.ending: Future[None] = Future()
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        # A set that grows in one thread while another iterates over it raises.
        self._lock = threading.Lock()

    @property
    def ended(self) -> bool:
        """Whether all have been ended, and new ones will be."""
        return self.ending.done()

    def add(self, sock: socket.socket) -> None:
        """Registers a new socket."""
        with self._lock:
            self._sockets.add(sock)
        if self.ended:
            self.end()

    def end(self) -> None:
        """Ends all connections and every later one; callable from any thread, never blocks."""
        with self._lock:
            if not self.ended:
                self.ending.set_result(None)
            there = list(self._sockets)
        for sock in there:
            with contextlib.suppress(OSError):
                # Not by the method of an encrypted socket: that one first forgets its encryption, and the thread that
                # uses it could then send a token in the clear, or take what is encrypted for an answer.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
