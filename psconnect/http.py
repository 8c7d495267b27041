"""The one module that makes outgoing HTTP calls: trust, time and size limits, and what failed, in words.

A call either gives an Answer with the whole body or raises: TryLater where the same call may work later, FixSettings
where it can't. Redirects are never followed: an API that redirects is not the API (powerschool-api.md 17, row 20).
No header or body ever goes into an error's text.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import truststore

from psconnect.model.connection import is_loopback
from psconnect.model.errors import FixSettings, PsconnectError, TryLater
from psconnect.sockets import OpenSockets

_TLS_REASONS = {
    9: ("is not valid yet", "Check the clock of this computer and the certificate's first day."),
    10: ("has expired", "Have the server's certificate renewed."),
    18: ("is signed by itself", "If this is your district's own certificate, choose it as CA file in the connection."),
    19: (
        "is signed by an authority that this computer does not know",
        "Choose your district's CA file in the connection.",
    ),
    20: (
        "comes without the certificate of its issuer, or from an authority that this computer does not know",
        "Have the server send its whole chain, or choose your district's CA file in the connection.",
    ),
    62: ("belongs to another host name", "Use the address that the certificate was made for."),
    64: ("belongs to another address", "Use the host name that the certificate was made for."),
}
"""OpenSSL's verification results (X509_V_ERR_*) in words: what is wrong, what to do."""
_PIECE = 256 * 1024


@dataclass(frozen=True)
class Limits:
    """Limits of one call: seconds to connect, between two pieces, and in all; bytes of the unpacked body."""

    connect: float = 10.0
    read: float = 60.0
    total: float = 120.0
    body: int = 64 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """A whole answer: status, headers with lower-case names, unpacked body; the last two are never shown."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass
class HttpClient:
    """Calls to one server, from any thread, over connections that are kept alive.

    Attributes:
        base_url: scheme and host; paths are put behind it.
        ca_file: PEM file with a further certificate authority; empty for the system's trust store alone.
    """

    base_url: str
    ca_file: str = ""
    limits: Limits = field(default_factory=Limits)
    monotonic: Callable[[], float] = time.monotonic
    connections: int = 4

    def __post_init__(self) -> None:
        """Get ready to connect; raises FixSettings when the CA file can't be read or the address is none."""
        self.host = urlsplit(self.base_url).hostname or ""
        trust = _trust(self.ca_file)
        # A client for each connection, lent to one thread at a time: httpcore's pool, shared by threads, now and then
        # takes a connection for ended that another thread has just begun to use, and that thread's call is lost.
        self._sockets = OpenSockets()
        self._reached = False
        self._free: queue.LifoQueue[httpx.Client] = queue.LifoQueue()
        self._clients = [self._new_client(trust) for _ in range(self.connections)]
        for client in self._clients:
            self._free.put(client)

    def _new_client(self, trust: ssl.SSLContext) -> httpx.Client:
        try:
            return httpx.Client(
                base_url=self.base_url,
                verify=trust,
                timeout=httpx.Timeout(self.limits.read, connect=self.limits.connect),
                limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
                follow_redirects=False,
                # A proxy is for the way out: this computer itself is never reached through one.
                trust_env=not is_loopback(self.host),
                headers={"User-Agent": "psconnect", "Accept": "application/json", "Accept-Encoding": "gzip"},
            )
        except httpx.InvalidURL:
            raise FixSettings(
                "PSC-HTTP-ADDRESS",
                "The address can't be used",
                f"{self.base_url} is not a web address.",
                "Type it as you see it in the browser, for example https://lincoln.powerschool.com",
                where=self.base_url,
            ) from None

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients:
            client.close()

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
        """Make one call and read the whole answer.

        Raises TryLater (unreachable, timed out, broken off) or FixSettings (certificate, proxy, address, too large).
        """
        with self._borrowed() as client, self._failures_in_words():
            deadline = self.monotonic() + self.limits.total
            request = client.build_request(
                method,
                path,
                headers=dict(headers or {}),
                params=params,
                content=content,
                extensions={"trace": self._sockets.note},
            )
            response = client.send(
                request, stream=True, auth=httpx.BasicAuth(*auth) if auth else httpx.USE_CLIENT_DEFAULT
            )
            try:
                body = self._read(response, deadline)
            finally:
                response.close()
        self._reached = True
        return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body)

    def abort(self) -> None:
        """End all calls under way, from any thread, and all that begin later: each raises TryLater at once."""
        self._sockets.end()

    @contextlib.contextmanager
    def _borrowed(self) -> Iterator[httpx.Client]:
        client = self._free.get()
        try:
            yield client
        finally:
            self._free.put(client)

    def _read(self, response: httpx.Response, deadline: float) -> bytes:
        pieces: list[bytes] = []
        size = 0
        for piece in _unpacked(response):
            size += len(piece)
            if size > self.limits.body:
                raise FixSettings(
                    "PSC-HTTP-TOO-LARGE",
                    "The answer is too large",
                    f"{self.host} sent more than {self.limits.body // 1024 // 1024} MB in one answer. Reading was "
                    "stopped.",
                    "Check that the address is your PowerSchool server. If it is, tell us about it.",
                    where=self.host,
                )
            if self.monotonic() > deadline:
                raise _try_later(
                    "PSC-HTTP-SLOW",
                    "The answer took too long",
                    f"{self.host} did not finish its answer within {self.limits.total:.0f} seconds.",
                    "Try again later, or outside school hours.",
                    self.host,
                )
            pieces.append(piece)
        return b"".join(pieces)

    @contextlib.contextmanager
    def _failures_in_words(self) -> Iterator[None]:
        try:
            yield
        except httpx.ConnectTimeout:
            raise _try_later(
                "PSC-HTTP-TIMEOUT",
                "The server did not answer",
                f"{self.host} did not accept a connection within {self.limits.connect:.0f} seconds.",
                "Check the address and the network, or try again later.",
                self.host,
            ) from None
        except httpx.TimeoutException:
            raise _try_later(
                "PSC-HTTP-TIMEOUT",
                "The server did not answer in time",
                f"{self.host} sent nothing for {self.limits.read:.0f} seconds.",
                "Try again later, or outside school hours.",
                self.host,
            ) from None
        except httpx.ConnectError as error:
            raise self._no_connection(error) from None
        except httpx.ProxyError:
            raise FixSettings(
                "PSC-HTTP-PROXY",
                "The proxy refused the connection",
                f"The proxy of this computer did not let the connection to {self.host} through.",
                "Check the proxy settings of this computer, or ask who runs the proxy to allow the address.",
                where=self.host,
            ) from None
        except (httpx.TransportError, httpx.DecodingError, zlib.error) as error:
            raise _try_later(
                "PSC-HTTP-BROKEN",
                "The connection broke off",
                f"{self.host} ended the connection before its answer was complete ({type(error).__name__}).",
                "Try again. If it comes back, have the network between this computer and the server checked.",
                self.host,
            ) from None

    def _no_connection(self, error: httpx.ConnectError) -> PsconnectError:
        for cause in _causes(error):
            if isinstance(cause, ssl.SSLCertVerificationError):
                return _certificate(self.host, cause)
            if isinstance(cause, ssl.SSLError):
                return FixSettings(
                    "PSC-TLS-PROTOCOL",
                    "No secure connection",
                    f"{self.host} and this computer found no common way to encrypt ({cause.reason or 'TLS error'}).",
                    "Check that the address and port are right and that the server offers TLS 1.2 or newer.",
                    where=self.host,
                )
            if isinstance(cause, socket.gaierror) and self._reached:
                return _try_later(
                    "PSC-HTTP-UNREACHABLE",
                    "The server can't be found any more",
                    f"{self.host} answered before, but now there is no server of that name: this computer has probably "
                    "lost its network or its VPN.",
                    "Check the network of this computer, or try again later.",
                    self.host,
                )
            if isinstance(cause, socket.gaierror):
                return FixSettings(
                    "PSC-HTTP-NO-HOST",
                    "The server was not found",
                    f"There is no server with the name {self.host}, or this computer has no network.",
                    "Check the PowerSchool address for typing errors and open it in a browser.",
                    where=self.host,
                )
        return _try_later(
            "PSC-HTTP-UNREACHABLE",
            "The server can't be reached",
            f"{self.host} refused the connection or can't be reached from this network.",
            "Check the address and the network, or try again later.",
            self.host,
        )


def _unpacked(response: httpx.Response) -> Iterator[bytes]:
    """The body in pieces that stay small however tightly it was packed (fault N16)."""
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


def _try_later(code: str, title: str, happened: str, to_do: str, where: str) -> TryLater:
    return TryLater(code, title, happened, to_do, where=where)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _certificate(host: str, error: ssl.SSLCertVerificationError) -> FixSettings:
    what, to_do = _TLS_REASONS.get(
        error.verify_code, (f"could not be verified ({error.verify_message})", "Have the server's certificate checked.")
    )
    if "expired" in (error.verify_message or ""):
        what, to_do = _TLS_REASONS[10]
    return FixSettings(
        "PSC-TLS-CERTIFICATE",
        "The server's certificate is not trusted",
        f"The certificate of {host} {what}. Nothing was sent.",
        to_do,
        where=host,
    )


def _trust(ca_file: str) -> ssl.SSLContext:
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file:
        try:
            Path(ca_file).open("rb").close()
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError) as error:
            raise FixSettings(
                "PSC-TLS-CA-FILE",
                "The CA file can't be used",
                f"{ca_file} can't be read as a certificate ({type(error).__name__}).",
                "Choose a PEM file: text that begins with -----BEGIN CERTIFICATE-----.",
                where=ca_file,
            ) from None
    return context
