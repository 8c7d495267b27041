"""Failed calls in words: who did not answer, the server or the proxy, and what to do."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import httpcore

from psconnect.http import trust
from psconnect.http.deadline import TooLate
from psconnect.http.network import NoNameServer
from psconnect.http.proxies import Proxy
from psconnect.model.errors import FixSettings, PsconnectError, TryLater
from psconnect.model.phrases import Value

_SIGN_IN = re.compile(r"407|Invalid username|Requested (USERNAME|NO AUTH)")
"""httpcore's messages for a proxy that requires a sign-in: an HTTP status, or an answer of SOCKS."""
_BEYOND = re.compile(r"50[234]|(Network|Host) unreachable|Connection refused|TTL expired|General")
"""httpcore's messages for a proxy that could not reach the server."""


@dataclass(frozen=True)
class Limits:
    """Limits of one call: seconds to connect, between two pieces, and in all; bytes of the unpacked body."""

    connect: float = 10.0
    read: float = 60.0
    total: float = 120.0
    body: int = 64 * 1024 * 1024


@dataclass(frozen=True)
class Way:
    """The route of a call that failed.

    Attributes:
        reached: the host answered before, so the address is right.
        proxy: the proxy in use if it failed before the proxy had made the connection; else None.
    """

    host: str
    port: int
    limits: Limits
    reached: bool
    proxy: Proxy | None

    @property
    def named(self) -> dict[str, Value]:
        """With whom was talked, as values of an error."""
        return {"name": self.proxy.name, "source": self.proxy.source} if self.proxy else {"host": self.host}

    @property
    def other_side(self) -> str:
        """The other party: server or proxy."""
        return f"The proxy {self.proxy.name} ({self.proxy.source})" if self.proxy else self.host


def network_failure(error: Exception, way: Way) -> PsconnectError:
    """The error that a person can act on."""
    if isinstance(error, httpcore.TimeoutException):
        return _late(error, way)
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return _not_secure(cause, way)
    if way.proxy:
        return _proxy_failed(error, way, way.proxy)
    if isinstance(error, httpcore.ConnectError):
        return _no_connection(error, way)
    return _try_later(way, "PSC-HTTP-BROKEN", host=way.host, kind=type(error).__name__)


def too_large(way: Way) -> FixSettings:
    """More was sent than any page has."""
    return FixSettings("PSC-HTTP-TOO-LARGE", where=way.host, host=way.host, number=way.limits.body // 1024 // 1024)


def _late(error: httpcore.TimeoutException, way: Way) -> TryLater:
    limits, side = way.limits, "proxy" if way.proxy else "server"
    if isinstance(error, TooLate):
        return _try_later(way, f"PSC-HTTP-SLOW/{side}", seconds=limits.total, **way.named)
    if isinstance(error, NoNameServer):
        name = way.proxy.host if way.proxy else way.host
        return _try_later(way, "PSC-HTTP-TIMEOUT/name-server", name=name)
    if isinstance(error, httpcore.ConnectTimeout):
        return _try_later(way, f"PSC-HTTP-TIMEOUT/{side}", seconds=limits.connect, **way.named)
    return _try_later(way, f"PSC-HTTP-TIMEOUT/{side}-silent", seconds=limits.read, **way.named)


def _not_secure(cause: ssl.SSLError, way: Way) -> PsconnectError:
    if isinstance(cause, ssl.SSLCertVerificationError):
        whose = way.other_side.replace("The proxy", "the proxy")
        beneath = 0 if way.proxy else trust.refused_beneath(way.host, way.port, way.limits.connect, cause)
        return trust.certificate_refused(whose, way.host, cause, beneath)
    side, reason = "proxy" if way.proxy else "server", cause.reason or "TLS error"
    error = FixSettings(f"PSC-TLS-PROTOCOL/{side}", where=way.host)
    error.values = {"reason": reason, **way.named}
    return error


def _no_connection(error: httpcore.ConnectError, way: Way) -> PsconnectError:
    if not _name_unknown(error):
        return _try_later(way, "PSC-HTTP-UNREACHABLE/refused", host=way.host)
    if way.reached:
        return _try_later(way, "PSC-HTTP-UNREACHABLE/name-lost", host=way.host)
    return FixSettings("PSC-HTTP-NO-HOST", where=way.host, host=way.host)


def _proxy_failed(error: Exception, way: Way, proxy: Proxy) -> PsconnectError:
    named, said = f"{proxy.name} ({proxy.source})", str(error)
    if isinstance(error, httpcore.ConnectError):
        what = "there is no computer of that name" if _name_unknown(error) else "it refused the connection or is down"
        return _try_later(
            way,
            "PSC-HTTP-PROXY-UNREACHABLE/connection-goes-through",
            host=way.host,
            named=named,
            what=what,
            source=proxy.source,
        )
    if isinstance(error, httpcore.ProxyError) and _SIGN_IN.match(said):
        case = "other-sign-in" if proxy.auth else "sign-in"
        return FixSettings(f"PSC-HTTP-PROXY/{case}", where=way.host, named=named, host=way.host)
    if isinstance(error, httpcore.ProxyError) and _BEYOND.search(said):
        return _try_later(way, "PSC-HTTP-PROXY/beyond", named=named, host=way.host)
    if isinstance(error, httpcore.ProxyError):
        return FixSettings("PSC-HTTP-PROXY/forbidden", where=way.host, named=named, host=way.host)
    return _try_later(
        way,
        "PSC-HTTP-PROXY-UNREACHABLE/proxy-ended-connection",
        named=named,
        host=way.host,
        kind=type(error).__name__,
        source=proxy.source,
    )


def _try_later(way: Way, key: str, **values: Value) -> TryLater:
    error = TryLater(key, where=way.host)
    error.values = values
    return error


def _name_unknown(error: BaseException) -> bool:
    return any(isinstance(cause, socket.gaierror) for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
