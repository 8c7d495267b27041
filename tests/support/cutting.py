"""A TCP proxy that cuts connections after a number of bytes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_BLOCK = 16 * 1024


@dataclass
class Cutter:
    """The proxy.

    Attributes:
        port: where it listens.
        to: the port it leads to.
        left: how many bytes towards the server it still lets through before it cuts; None for all.
        cuts: how many connections it will still cut, further ones pass; None for no end.
        sent: how many bytes it has let through towards the server.
    """

    port: int
    to: int
    left: int | None = None
    cuts: int | None = None
    sent: int = 0
    _sockets: list[socket.socket] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            if self.left == 0 and self.cuts != 0:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.to))
            for sock in (client, server):
                # Or else each request waits some 40 ms, for the other end to acknowledge what was sent before it.
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets += [client, server]
            for source, target, counted in ((client, server, True), (server, client, False)):
                thread = threading.Thread(target=self._pass, args=(source, target, counted), name="cutter")
                thread.start()
                self._threads.append(thread)

    def _pass(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while block := source.recv(_BLOCK):
                if counted and self.left is not None and self.cuts != 0:
                    block = block[: self.left]
                    self.left -= len(block)
                    target.sendall(block)
                    self.sent += len(block)
                    if not self.left:
                        if self.cuts is not None:
                            self.cuts -= 1
                            self.left = None if not self.cuts else 0
                        break
                else:
                    target.sendall(block)
                    self.sent += len(block) if counted else 0
        for sock in (source, target):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for sock in self._sockets:
            sock.close()


@contextmanager
def cutting_proxy(to: int) -> Iterator[Cutter]:
    """A proxy in front of a server of this computer."""
    listener = socket.create_server(("127.0.0.1", 0))
    cutter = Cutter(listener.getsockname()[1], to)
    thread = threading.Thread(target=cutter.serve, args=(listener,), name="cutter")
    thread.start()
    try:
        yield cutter
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
        cutter.stop()
