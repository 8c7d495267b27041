"""The connections that are open, so that calls over them can be ended from any thread even where a server is silent."""

from __future__ import annotations

import contextlib
import socket
import threading
import weakref
from concurrent.futures import Future


class OpenSockets:
    """The sockets in use; once ended, none lives long.

    Attributes:
        ending: done as soon as all are ended, for those who wait for something that is no socket.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.ending: Future[None] = Future()
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        # A set that grows in one thread while another goes through it raises.
        self._lock = threading.Lock()

    @property
    def ended(self) -> bool:
        """Whether all were ended, and each that is made from now on will be."""
        return self.ending.done()

    def add(self, sock: socket.socket) -> None:
        """Take a socket that was made just now."""
        with self._lock:
            self._sockets.add(sock)
        if self.ended:
            self.end()

    def end(self) -> None:
        """End all connections, and each that is made later; callable from any thread, and never blocks."""
        with self._lock:
            if not self.ended:
                self.ending.set_result(None)
            there = list(self._sockets)
        for sock in there:
            with contextlib.suppress(OSError):
                # Not by the method of an encrypted socket: that one first forgets its encryption, and the thread that
                # uses it could then send a token in the clear, or take what is encrypted for an answer.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
