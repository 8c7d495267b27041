"""A server of a few lines on the loopback: it notes what it got and answers with exactly the bytes a test gives it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Respond = Callable[[socket.socket], None]
"""What is done once a request has come in whole."""


@dataclass
class RawServer:
    """A running server.

    Attributes:
        requests: head and body of every request, in the order of arrival.
        connections: accepted so far, whether or not a request followed.
        ended: set when the test is over, for answers that wait.
        closed: released once for each connection that is closed on this side.
    """

    port: int
    scheme: str
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    closed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"


def answer(status: str = "200 OK", body: bytes = b"{}", **headers: str) -> bytes:
    """A whole answer: status line, headers (underscores stand for dashes), body."""
    named = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in named.items() if value)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def send(data: bytes) -> Respond:
    """Sends bytes as they are; the connection then ends."""
    return lambda sock: sock.sendall(data)


def reset_after(data: bytes) -> Respond:
    """Sends some bytes and resets the connection."""

    def respond(sock: socket.socket) -> None:
        sock.sendall(data)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()

    return respond


@contextlib.contextmanager
def raw_server(
    *responds: Respond,
    context: ssl.SSLContext | None = None,
    silent: bool = False,
    greeting: bytes = b"",
    handler: Callable[[bytes], bytes] | None = None,
    at_once: bool = False,
) -> Iterator[RawServer]:
    """A server whose nth connection gets the nth answer, later ones the last; or what ``handler`` makes of requests.

    With ``silent`` nobody gets even a handshake; a ``greeting`` comes before anything is asked for. Both are https.
    With ``at_once`` no request is waited for: what talks is no HTTP.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = RawServer(listener.getsockname()[1], "https" if context or silent or greeting else "http")

        def handle(accepted: socket.socket, number: int) -> None:
            serve(accepted, number)
            server.closed.release()

        def serve(accepted: socket.socket, number: int) -> None:
            with contextlib.suppress(OSError), accepted:
                if silent:
                    server.ended.wait()
                    return
                sock = context.wrap_socket(accepted, server_side=True) if context else accepted
                with contextlib.suppress(OSError), sock:
                    sock.sendall(greeting)
                    request = b"" if at_once else _request(sock)
                    if not request and not at_once:
                        return
                    server.requests.append(request)
                    respond = send(handler(request)) if handler else responds[min(number, len(responds) - 1)]
                    respond(sock)

        def accept() -> None:
            while True:
                accepted, _ = listener.accept()
                if server.ended.is_set():
                    accepted.close()
                    return
                thread = threading.Thread(target=handle, args=(accepted, server.connections))
                server.connections += 1
                threads.append(thread)
                thread.start()

        threads = [threading.Thread(target=accept)]
        threads[0].start()
        try:
            yield server
        finally:
            server.ended.set()
            socket.create_connection(("127.0.0.1", server.port)).close()
            for thread in threads:
                thread.join()


def _request(sock: socket.socket) -> bytes:
    """One request with its body; empty when the other side went away before."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        body += sock.recv(65536)
    return head + b"\r\n\r\n" + body
