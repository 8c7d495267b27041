"""Connections for httpcore on which no wait outlives the call, not even the look-up of a name."""

from __future__ import annotations

import contextlib
import functools
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import httpcore

from psconnect.http.deadline import Deadline
from psconnect.http.look_up import look_up
from psconnect.http.sockets import OpenSockets

_T = TypeVar("_T")
_RECORD = 16 * 1024  # bytes of one TLS record at most
_LOOK_UP = 30.0  # seconds: a computer with three name servers asks each of them twice in this time


class NoNameServer(httpcore.ConnectTimeout):
    """No name server answered in time."""


class Network(httpcore.NetworkBackend):
    """Makes the connections of one client, within the deadline of its call.

    Attributes:
        secured: the host that the newest connection is encrypted for; empty while it is not.
        certificate: the certificate (DER) that this host showed last; None before it did.
    """

    def __init__(self, deadline: Deadline, sockets: OpenSockets) -> None:
        self._deadline = deadline
        self._sockets = sockets
        self._newest: socket.socket | None = None
        self.secured = ""
        self.certificate: bytes | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - part of httpcore's interface; nothing of ours sets it
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - same
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a name that answers."""
        self.secured = ""
        with _as(httpcore.ConnectError, httpcore.ConnectTimeout, self._deadline):
            failed: OSError = OSError("the name has no address")
            for family, kind, protocol, _, address in self._addresses(host, port):
                try:
                    return _Stream(self._connected(socket.socket(family, kind, protocol), address, timeout), self)
                except OSError as error:
                    failed = error
            raise failed

    def _connected(self, sock: socket.socket, address: Any, timeout: float | None) -> socket.socket:
        self.keep(sock)
        try:
            self._refuse_if_ended()
            sock.settimeout(self._deadline.left(timeout))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            sock.close()
            raise
        return sock

    def _refuse_if_ended(self) -> None:
        if self._sockets.ended:
            raise ConnectionAbortedError

    def _addresses(self, host: str, port: int) -> list[Any]:
        """The addresses of a name. The system's look-up can't be interrupted; when time is up it is left behind."""
        found = look_up(host, port, self._sockets.ending, self._deadline.left(_LOOK_UP))
        if found is not None:
            return found
        self._refuse_if_ended()
        self._deadline.check()
        raise NoNameServer

    def guarded(
        self, failed: type[Exception], late: type[Exception], timeout: float | None, wait_for: Callable[[float], _T]
    ) -> _T:
        """Runs something that waits ``limit`` seconds at most, and no longer than the call may take."""
        with _as(failed, late, self._deadline):
            return wait_for(self._deadline.left(timeout))

    def keep(self, sock: socket.socket) -> None:
        """Registers the connection's current socket, so that it can be ended."""
        self._newest = sock
        self._sockets.add(sock)

    def hang_up(self) -> None:
        """Closes the connection of a failed call: httpcore leaves one to a SOCKS proxy open."""
        if self._newest:
            self._newest.close()


@contextlib.contextmanager
def _as(failed: type[Exception], late: type[Exception], deadline: Deadline) -> Iterator[None]:
    """The error as httpcore names it, or TooLate if the whole call's time is up."""
    try:
        yield
    except TimeoutError as error:
        deadline.check()
        raise late(str(error)) from error
    except OSError as error:
        raise failed(str(error)) from error


class _Stream(httpcore.NetworkStream):
    """A connection, encrypted or not."""

    def __init__(self, sock: socket.socket, network: Network) -> None:
        self._sock = sock
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Reads some bytes, none if the other side has closed."""

        def receive(left: float) -> bytes:
            self._sock.settimeout(left)
            return self._sock.recv(max_bytes)

        return self._network.guarded(httpcore.ReadError, httpcore.ReadTimeout, timeout, receive)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sends all of it."""

        def send(left: float) -> int:
            self._sock.settimeout(left)
            return self._sock.send(buffer)

        while buffer:
            sent = self._network.guarded(httpcore.WriteError, httpcore.WriteTimeout, timeout, send)
            buffer = buffer[sent:]

    def close(self) -> None:
        """Closes the connection."""
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Encrypts the connection, even an encrypted one: a tunnel through a proxy that is reached by https."""
        self._network.secured = server_hostname or ""
        if isinstance(self._sock, ssl.SSLSocket):
            inside = _TlsInTls(self, ssl_context, server_hostname, timeout)
            self._network.certificate = inside.certificate
            return inside

        def shake_hands(left: float) -> ssl.SSLSocket:
            self._sock.settimeout(left)
            return ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)

        try:
            sock = self._network.guarded(httpcore.ConnectError, httpcore.ConnectTimeout, timeout, shake_hands)
        except BaseException:
            self.close()
            raise
        self._network.keep(sock)
        self._network.certificate = sock.getpeercert(binary_form=True)
        return _Stream(sock, self._network)

    def get_extra_info(self, info: str) -> Any:
        """Answers httpcore: the encryption in use, and whether the other side has closed or sent unexpected data."""
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        if info == "is_readable":
            return _has_news(self._sock)
        return None


class _TlsInTls(httpcore.NetworkStream):
    """An encrypted connection within another one; Python encrypts only plain sockets by itself."""

    def __init__(
        self, outside: _Stream, context: ssl.SSLContext, server_hostname: str | None, timeout: float | None
    ) -> None:
        self._outside = outside
        self._came, self._goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._inside = context.wrap_bio(self._came, self._goes, server_hostname=server_hostname)
        try:
            self._do(self._inside.do_handshake, timeout)
        except ssl.SSLError as error:
            self.close()
            raise httpcore.ConnectError(str(error)) from error
        except BaseException:
            self.close()
            raise

    @property
    def certificate(self) -> bytes | None:
        """The certificate (DER) that the other side showed."""
        return self._inside.getpeercert(binary_form=True)

    def _do(self, step: Callable[[], _T], timeout: float | None) -> _T:
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                self._outside.write(self._goes.read(), timeout)
                piece = self._outside.read(_RECORD, timeout)
                if piece:
                    self._came.write(piece)
                else:
                    self._came.write_eof()
            else:
                self._outside.write(self._goes.read(), timeout)
                return done

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Reads some bytes, none if the other side has closed."""
        try:
            return self._do(functools.partial(self._inside.read, max_bytes), timeout)
        except ssl.SSLError as error:
            raise httpcore.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sends all of it."""
        try:
            while buffer:
                buffer = buffer[self._do(functools.partial(self._inside.write, buffer), timeout) :]
        except ssl.SSLError as error:
            raise httpcore.WriteError(str(error)) from error

    def close(self) -> None:
        """Closes the connection."""
        self._outside.close()

    def get_extra_info(self, info: str) -> Any:
        """As the outer connection, with the inner encryption."""
        return self._inside if info == "ssl_object" else self._outside.get_extra_info(info)


def _has_news(sock: socket.socket) -> bool:
    """Whether a read would return at once: with bytes, end of file or an error."""
    sock.settimeout(0)
    try:
        # Below the encryption: it only matters whether anything arrived at all.
        socket.socket.recv(sock, 1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
