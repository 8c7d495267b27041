"""The sending side of an HTTP answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler


class Wire:
    """The sending side of one answer, for sending it in unusual ways."""

    def __init__(self, handler: BaseHTTPRequestHandler, reset: Callable[[], None]) -> None:
        """Send over the connection of ``handler``; ``reset`` breaks it."""
        self._handler = handler
        self.reset = reset
        self.wants_body = handler.command != "HEAD"
        self.chunked = handler.request_version != "HTTP/1.0"

    def head(self, status: int, headers: dict[str, str]) -> None:
        """Send the status line and the headers.

        ``Date`` is omitted unless a fault is about time, because the demo's date usually differs from the caller's.
        """
        self._handler.send_response_only(status)
        self._handler.send_header("Server", self._handler.version_string())
        for name, value in headers.items():
            self._handler.send_header(name, value)
        self._handler.end_headers()

    def write(self, data: bytes) -> None:
        """Send bytes unchanged."""
        self._handler.wfile.write(data)

    def write_chunk(self, data: bytes) -> None:
        """Send one chunk; an empty one ends the body."""
        self._handler.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def flush(self) -> None:
        """Send everything now."""
        self._handler.wfile.flush()

    def close_after(self) -> None:
        """Close the connection after this answer."""
        self._handler.close_connection = True
