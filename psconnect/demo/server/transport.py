"""The wire: HTTP/1.1 with keep-alive connections, one thread each, only on the loopback address."""

from __future__ import annotations

import socket
import socketserver
import ssl
import struct
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from psconnect.demo.server.messages import ConnectionReset, Reply, Request, html_reply
from psconnect.demo.server.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOOPBACK: Final = "127.0.0.1"
LARGEST_BODY: Final = 50_000_000
IDLE_SECONDS: Final = 120.0
HANDSHAKE_SECONDS: Final = 10.0
#: struct linger {on, seconds}: two shorts on Windows, two ints elsewhere.
_LINGER_RESET: Final = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class Listener:
    """Accepts connections and passes each request to ``answer``; it can close all its connections."""

    def __init__(
        self,
        port: int,
        answer: Callable[[Request, str], Reply],
        certificate: tuple[Path | str, Path | str] | None,
    ) -> None:
        context = None
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
        self._server = _Server((LOOPBACK, port), _Handler)
        self._server.answer, self._server.context = answer, context
        scheme = "https" if context else "http"
        self.url = f"{scheme}://{LOOPBACK}:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True, name="demo server"
        )

    def start(self) -> None:
        """Start accepting connections."""
        self._thread.start()

    def break_off(self) -> None:
        """Close every connection but keep accepting new ones, as when the caller's network changes."""
        self._server.end_connections(wait=False)

    def stop(self) -> None:
        """Stop accepting, close every connection, and wait for their threads."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.end_connections()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    # On Windows this option would let two servers share a port.
    allow_reuse_address = False

    answer: Callable[[Request, str], Reply]
    context: ssl.SSLContext | None

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        super().__init__(address, handler)

    def server_bind(self) -> None:
        # The base class also looks up the address's name, which can take seconds with a slow name server.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = LOOPBACK, self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True, name="demo connection"
        )
        with self._lock:
            self._open[request] = thread
        thread.start()

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.context is None:
            super().finish_request(request, client_address)
            return
        request.settimeout(HANDSHAKE_SECONDS)
        with self.context.wrap_socket(request, server_side=True) as secured:
            # From here on this is the open socket; the plain one has given up its descriptor.
            with self._lock:
                self._open[secured] = threading.current_thread()
            try:
                super().finish_request(secured, client_address)
            finally:
                with self._lock:
                    self._open.pop(secured, None)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore callers that went away or did not trust the certificate; report defects of the server."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def end_connections(self, *, wait: bool = True) -> None:
        with self._lock:
            connections = list(self._open.items())
        for connection, _ in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                # It has already ended by itself.
                continue
        for _, thread in connections if wait else ():
            thread.join(5)


def send_plain(reply: Reply, wire: Wire) -> None:
    """Send a reply: with its length if it is whole, else in chunks."""
    headers = dict(reply.headers)
    body = reply.body
    if isinstance(body, bytes):
        headers["Content-Length"] = str(len(body))
        wire.head(reply.status, headers)
        if wire.wants_body:
            wire.write(body)
        return
    if wire.chunked:
        headers["Transfer-Encoding"] = "chunked"
    else:
        headers["Connection"] = "close"
        wire.close_after()
    wire.head(reply.status, headers)
    for piece in body:
        if wire.chunked:
            wire.write_chunk(piece)
        else:
            wire.write(piece)
    if wire.chunked:
        wire.write_chunk(b"")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "DemoDistrict"
    sys_version = ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    server: _Server

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, ssl.SSLError, TimeoutError, ValueError):
            # The connection was closed by the other side or by us.
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True

    def _reply(self, request: Request) -> Reply:
        try:
            return self.server.answer(request, self.headers.get("Host", ""))
        except ConnectionReset:
            raise
        except Exception:  # noqa: BLE001 - a defect of the demo must not look like a broken connection
            traceback.print_exc()
            return html_reply(500, "Server error", "The demo PowerSchool failed; its console says where.")

    def answer(self) -> None:
        """Read the request, get it answered, and send the reply."""
        reply: Reply | None = None
        try:
            request = self._request()
            reply = request if isinstance(request, Reply) else self._reply(request)
            (reply.deliver or send_plain)(reply, Wire(self, self.reset))
            self.wfile.flush()
        except ConnectionReset:
            self.reset()
        finally:
            close: Callable[[], None] | None = getattr(reply.body, "close", None) if reply is not None else None
            if close is not None:
                close()

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = answer  # noqa: N815 - names of the base class

    def _request(self) -> Request | Reply:
        length = self.headers.get("Content-Length", "0")
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            self.close_connection = True
            return html_reply(411, "Length Required", "The body needs a Content-Length.")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self.close_connection = True
            return html_reply(413, "Content Too Large", "The body is too large.")
        body = self.rfile.read(int(length)) if length != "0" else b""
        # Parse the request line again, because http.server has merged leading slashes.
        target_text = self.requestline.split()[1]
        target = urlsplit(f"//demo{target_text}" if target_text.startswith("/") else target_text)
        query = dict(parse_qsl(target.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        scheme = "http" if self.server.context is None else "https"
        return Request(self.command, unquote(target.path), query, headers, body, scheme)

    def reset(self) -> None:
        """Close with a reset, discarding pending bytes."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_RESET)
        self.connection.close()

    def handle_expect_100(self) -> bool:
        """Send 100 Continue at once instead of leaving it in our buffer."""
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's signature
        """Log nothing: paths and queries may contain secrets."""
