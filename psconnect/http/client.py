"""Calls to one server.

A call gives an Answer with the whole body or raises: TryLater if the same call may work later, else FixSettings.
Redirects are never followed: an API that redirects is not the API (docs/powerschool.md 17, row 20). Headers and bodies
never appear in an error's text.
"""

from __future__ import annotations

import contextlib
import queue
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import httpcore
import httpx
import socksio

from psconnect.http import failures
from psconnect.http.certificates import ends_at
from psconnect.http.deadline import Deadline
from psconnect.http.failures import Limits
from psconnect.http.network import Network
from psconnect.http.proxies import proxy_for
from psconnect.http.sockets import OpenSockets
from psconnect.http.transport import Transport
from psconnect.http.trust import trust
from psconnect.model.errors import FixSettings
from psconnect.model.server_address import is_loopback

_PIECE = 256 * 1024


@dataclass(frozen=True)
class Answer:
    """A whole answer: status, headers with lower-case names, unpacked body. Its repr hides the last two."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True)
class _Line:
    """A connection that is lent to one thread at a time, and the deadline of its call."""

    client: httpx.Client
    network: Network
    deadline: Deadline


@dataclass
class HttpClient:
    """Calls to one server, from any thread, over connections that are kept alive.

    Attributes:
        base_url: scheme and host; paths are appended to it.
        ca_file: PEM file with an additional certificate authority; empty for the system's trust store alone.
    """

    base_url: str
    ca_file: str = ""
    limits: Limits = field(default_factory=Limits)
    monotonic: Callable[[], float] = time.monotonic
    connections: int = 4

    def __post_init__(self) -> None:
        """Raises FixSettings if the CA file, the address or the proxy can't be used."""
        parts = urlsplit(self.base_url)
        self.host, self._port = parts.hostname or "", parts.port or 443
        # A proxy is for the way out; this computer itself is never reached through one.
        self._proxy = None if is_loopback(self.host) else proxy_for(self.base_url)
        self._sockets = OpenSockets()
        self._reached = False
        # One client per connection, lent to one thread at a time: a shared pool sometimes takes a connection for closed
        # that another thread has just begun to use, and that thread's call is lost.
        self._free: queue.LifoQueue[_Line] = queue.LifoQueue()
        self._lines = [self._new_line() for _ in range(self.connections)]
        for line in self._lines:
            self._free.put(line)

    def _new_line(self) -> _Line:
        deadline = Deadline(self.monotonic)
        network = Network(deadline, self._sockets)
        try:
            client = httpx.Client(
                base_url=self.base_url,
                # Each has its own SSL context: truststore allows only one handshake at a time per context.
                transport=Transport(network, trust(self.ca_file), self._proxy),
                timeout=httpx.Timeout(self.limits.read, connect=self.limits.connect),
                follow_redirects=False,
                headers={"User-Agent": "psconnect", "Accept": "application/json", "Accept-Encoding": "gzip"},
            )
        except httpx.InvalidURL:
            raise FixSettings("PSC-HTTP-ADDRESS", where=self.base_url, base_url=self.base_url) from None
        return _Line(client, network, deadline)

    @property
    def certificate_ends(self) -> datetime | None:
        """When the server's certificate ends; None without one, or before the first call."""
        shown = [line.network.certificate for line in self._lines if line.network.certificate]
        return ends_at(shown[-1]) if shown else None

    def close(self) -> None:
        """Close all connections."""
        for line in self._lines:
            line.client.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Answer:
        """Makes one call and reads the whole answer.

        Raises TryLater (unreachable, timed out, broken off) or FixSettings (certificate, proxy, address, too large).
        """
        with self._borrowed() as line, self._failures_in_words(line):
            line.deadline.begin(self.limits.total)
            request = line.client.build_request(
                method, path, headers=dict(headers or {}), params=params, content=content
            )
            response = line.client.send(
                request, stream=True, auth=httpx.BasicAuth(*auth) if auth else httpx.USE_CLIENT_DEFAULT
            )
            try:
                body = self._read(response, line)
            finally:
                response.close()
        self._reached = True
        got = {name.lower(): value for name, value in response.headers.items()}
        if elsewhere := response.extensions["location"]:
            got["location"] = elsewhere[0]
        return Answer(response.status_code, got, body)

    def abort(self) -> None:
        """Ends all calls under way, in any thread, and all later ones: each raises TryLater at once."""
        self._sockets.end()

    @contextlib.contextmanager
    def _borrowed(self) -> Iterator[_Line]:
        line = self._free.get()
        try:
            yield line
        finally:
            self._free.put(line)

    def _read(self, response: httpx.Response, line: _Line) -> bytes:
        pieces: list[bytes] = []
        size = 0
        for piece in _unpacked(response):
            size += len(piece)
            if size > self.limits.body:
                raise failures.too_large(self._way(line))
            pieces.append(piece)
        return b"".join(pieces)

    @contextlib.contextmanager
    def _failures_in_words(self, line: _Line) -> Iterator[None]:
        try:
            yield
        except (
            *(httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError),
            *(httpx.DecodingError, zlib.error, socksio.SOCKSError),
        ) as error:
            line.network.hang_up()
            raise failures.network_failure(error, self._way(line)) from None

    def _way(self, line: _Line) -> failures.Way:
        at_proxy = self._proxy is not None and line.network.secured in ("", self._proxy.host)
        return failures.Way(self.host, self._port, self.limits, self._reached, self._proxy if at_proxy else None)


def _unpacked(response: httpx.Response) -> Iterator[bytes]:
    """The body in pieces that stay small however well it was compressed (fault N16)."""
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing == "identity":
        yield from response.iter_raw()
        return
    if packing != "gzip":
        raise httpx.DecodingError("packed in a way that was not asked for")
    inflater, seen = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS), False
    for packed in response.iter_raw():
        rest, seen = packed, True
        while rest:
            yield inflater.decompress(rest, _PIECE)
            rest = inflater.unconsumed_tail
    if seen and not inflater.eof:
        raise httpx.DecodingError("the packed body is cut off")
