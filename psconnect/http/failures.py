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
    def other_side(self) -> str:
        """The other party: server or proxy."""
        return f"The proxy {self.proxy.name} ({self.proxy.source})" if self.proxy else self.host


def failure_in_words(error: Exception, way: Way) -> PsconnectError:
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
    return _try_later(
        way,
        "PSC-HTTP-BROKEN",
        "The connection broke off",
        f"{way.host} ended the connection before its answer was complete ({type(error).__name__}).",
        "Try again. If it comes back, have the network between this computer and the server checked.",
    )


def too_large(way: Way) -> FixSettings:
    """The answer is larger than any page."""
    return FixSettings(
        "PSC-HTTP-TOO-LARGE",
        "The answer is too large",
        f"{way.host} sent more than {way.limits.body // 1024 // 1024} MB in one answer. Reading was stopped.",
        "Check that the address is your PowerSchool server. If it is, tell us about it.",
        where=way.host,
    )


def _late(error: httpcore.TimeoutException, way: Way) -> TryLater:
    limits = way.limits
    check = (
        "Check the proxy, or ask who runs it."
        if way.proxy
        else "Check the address and the network, or try again later."
    )
    if isinstance(error, TooLate):
        return _try_later(
            way,
            "PSC-HTTP-SLOW",
            "The answer took too long",
            f"{way.other_side} did not finish its answer within {limits.total:.0f} seconds.",
            check if way.proxy else "Try again later, or outside school hours.",
        )
    if isinstance(error, NoNameServer):
        return _try_later(
            way,
            "PSC-HTTP-TIMEOUT",
            "The server can't be found at the moment",
            f"The name servers did not give the address of {way.proxy.host if way.proxy else way.host} in time.",
            "Check the network of this computer, or try again later.",
        )
    if isinstance(error, httpcore.ConnectTimeout):
        return _try_later(
            way,
            "PSC-HTTP-TIMEOUT",
            "The server did not answer" if not way.proxy else "The proxy did not answer",
            f"{way.other_side} did not accept a connection within {limits.connect:.0f} seconds.",
            check,
        )
    return _try_later(
        way,
        "PSC-HTTP-TIMEOUT",
        "The server did not answer in time" if not way.proxy else "The proxy did not answer in time",
        f"{way.other_side} sent nothing for {limits.read:.0f} seconds.",
        check if way.proxy else "Try again later, or outside school hours.",
    )


def _not_secure(cause: ssl.SSLError, way: Way) -> PsconnectError:
    if isinstance(cause, ssl.SSLCertVerificationError):
        whose = way.other_side.replace("The proxy", "the proxy")
        beneath = 0 if way.proxy else trust.refused_beneath(way.host, way.port, way.limits.connect, cause)
        return trust.certificate_refused(whose, way.host, cause, beneath)
    to_do = "Check that the address and port are right and that the server offers TLS 1.2 or newer."
    if way.proxy:
        to_do = "Most proxies are spoken to without encryption: write http:// instead of https:// before its name."
    return FixSettings(
        "PSC-TLS-PROTOCOL",
        "No secure connection",
        f"{way.other_side} and this computer found no common way to encrypt ({cause.reason or 'TLS error'}).",
        to_do,
        where=way.host,
    )


def _no_connection(error: httpcore.ConnectError, way: Way) -> PsconnectError:
    if not _name_unknown(error):
        return _try_later(
            way,
            "PSC-HTTP-UNREACHABLE",
            "The server can't be reached",
            f"{way.host} refused the connection or can't be reached from this network.",
            "Check the address and the network, or try again later.",
        )
    if way.reached:
        return _try_later(
            way,
            "PSC-HTTP-UNREACHABLE",
            "The server can't be found any more",
            f"{way.host} answered before, but now there is no server of that name: this computer has probably "
            "lost its network or its VPN.",
            "Check the network of this computer, or try again later.",
        )
    return FixSettings(
        "PSC-HTTP-NO-HOST",
        "The server was not found",
        f"There is no server with the name {way.host}, or this computer has no network.",
        "Check the PowerSchool address for typing errors and open it in a browser.",
        where=way.host,
    )


def _proxy_failed(error: Exception, way: Way, proxy: Proxy) -> PsconnectError:
    named, said = f"{proxy.name} ({proxy.source})", str(error)
    if isinstance(error, httpcore.ConnectError):
        what = "there is no computer of that name" if _name_unknown(error) else "it refused the connection or is down"
        return _try_later(
            way,
            "PSC-HTTP-PROXY-UNREACHABLE",
            "The proxy can't be reached",
            f"The connection to {way.host} goes through the proxy {named}, but {what}.",
            f"Check {proxy.source}: the proxy's name and port, or remove the proxy if none is needed.",
        )
    if isinstance(error, httpcore.ProxyError) and _SIGN_IN.match(said):
        return FixSettings(
            "PSC-HTTP-PROXY",
            "The proxy wants a sign-in",
            f"The proxy {named} let nothing through to {way.host}, because it wants a name and a password "
            f"{'or others than it got' if proxy.auth else ''}".rstrip()
            + ".",
            "Put them into the variable HTTPS_PROXY: http://NAME:PASSWORD@HOST:PORT. Or ask who runs the proxy to let "
            "the address through without.",
            where=way.host,
        )
    if isinstance(error, httpcore.ProxyError) and _BEYOND.search(said):
        return _try_later(
            way,
            "PSC-HTTP-PROXY",
            "The proxy does not reach the server",
            f"The proxy {named} could not reach {way.host} itself.",
            "Check the PowerSchool address for typing errors, or ask who runs the proxy.",
        )
    if isinstance(error, httpcore.ProxyError):
        return FixSettings(
            "PSC-HTTP-PROXY",
            "The proxy refused the connection",
            f"The proxy {named} did not let the connection to {way.host} through.",
            "Check the proxy settings of this computer, or ask who runs the proxy to allow the address.",
            where=way.host,
        )
    return _try_later(
        way,
        "PSC-HTTP-PROXY-UNREACHABLE",
        "The proxy broke the connection off",
        f"The proxy {named} ended the connection before it reached {way.host} ({type(error).__name__}).",
        f"Check {proxy.source}: the kind of proxy (http or socks5), its name and port.",
    )


def _try_later(way: Way, code: str, title: str, happened: str, to_do: str) -> TryLater:
    return TryLater(code, title, happened, to_do, where=way.host)


def _name_unknown(error: BaseException) -> bool:
    return any(isinstance(cause, socket.gaierror) for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
