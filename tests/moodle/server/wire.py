"""The wire: HTTP/1.1 with keep-alive connections, a thread each, only on the loopback address."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from tests.moodle.server.app import Outcome, Request

LOOPBACK: Final = "127.0.0.1"
_IDLE_SECONDS: Final = 60.0


class Listener:
    """Accepts connections on a port and answers them, until it is closed."""

    def __init__(self, port: int, answer: Callable[[Request], Outcome]) -> None:
        self._server = _Server((LOOPBACK, port), _Handler)
        self._server.answer = answer
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True, name="local moodle"
        )
        self._thread.start()

    def close(self) -> None:
        """Stop accepting, and break every connection off."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.end_connections()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    # On Windows this option would let two servers share a port.
    allow_reuse_address = sys.platform != "win32"
    answer: Callable[[Request], Outcome]

    def __init__(self, *args: Any) -> None:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        super().__init__(*args)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        with self._lock:
            open_now = list(self._open)
        for connection in open_now:
            with contextlib.suppress(OSError):  # The other side may have left first.
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Leave out callers that went away; report defects of the server."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "nginx", ""
    timeout = _IDLE_SECONDS
    wbufsize = -1  # Headers and body leave together.
    server: _Server

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _answer(self, body: bytes) -> None:
        request = Request(self.path, self.headers.get("Host", ""), self.headers.get("Content-Type", ""), body)
        outcome = self.server.answer(request)
        if outcome.reply is None:
            self.close_connection = True
            return
        reply = outcome.reply
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Cache-Control", "private, must-revalidate, pre-check=0, post-check=0, max-age=0, no-cache")
        if reply.location:
            self.send_header("Location", reply.location)
        if reply.retry_after:
            self.send_header("Retry-After", str(reply.retry_after))
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if outcome.cut:
            self.wfile.write(_chunk(reply.body[: len(reply.body) // 2]))
            self.close_connection = True
            return
        self.wfile.write(_chunk(reply.body) + b"0\r\n\r\n")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 — the base class's own name
        """Keep silent: the log of calls tells."""


def _chunk(part: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(part), part) if part else b""
