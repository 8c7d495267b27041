"""One connection to an SFTP server, on which no wait is without limit and any can be cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import asyncssh

from psconnect.http import look_up
from psconnect.model.clock import CancelToken
from psconnect.model.errors import Cancelled, PsconnectError, TryLater
from psconnect.transfer.sftp.failures import Failures, Greeting
from psconnect.transfer.sftp.private_key import read_private_key
from psconnect.transfer.sftp.server import HostKey, SftpServer

_T = TypeVar("_T")
_BYE_SECONDS = 2.0
_PEEK_SECONDS = 1.0
_RSA = ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")
# Types of keys that a server may show, the best first. No certificates: it is the key itself that a person accepted.
_TYPES = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": _RSA,
}
# The library logs user names and paths, and what it logs at its finest may hold more.
_LIBRARY = logging.getLogger("asyncssh")
_LIBRARY.addHandler(logging.NullHandler())
_LIBRARY.propagate = False
_LIBRARY.setLevel(logging.CRITICAL)
# Of a connection that broke while several requests were on their way; the error itself is raised.
_NOISE = "socket.send() raised exception."
logging.getLogger("asyncio").addFilter(lambda record: record.getMessage() != _NOISE)


@dataclass(frozen=True)
class SftpLimits:
    """Seconds to connect, to sign in, and to wait for one answer.

    Attributes:
        tries: how often something is tried if the connection drops.
        pause: seconds before each further try.
    """

    connect: float = 15.0
    sign_in: float = 60.0
    wait: float = 60.0
    tries: int = 3
    pause: float = 2.0


class _Client(asyncssh.SSHClient):
    """Judges the server's key, and answers with private key or password, once."""

    def __init__(
        self, accepted: HostKey, greeting: Greeting, *, key: asyncssh.SSHKey | None = None, password: str | None = None
    ) -> None:
        self._accepted, self._greeting, self._key, self._password = accepted, greeting, key, password
        self._connection: asyncssh.SSHClientConnection | None = None

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        """Keep it, to ask it later."""
        self._connection = conn

    def note(self) -> None:
        """Note what is known of the server after it refused."""
        if self._connection:
            self._greeting.version = self._connection.get_extra_info("server_version", "")

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Whether it is the key that a person accepted; nothing is sent before that."""
        del host, addr, port
        self._greeting.shown = HostKey(key.get_algorithm(), key.get_fingerprint("sha256"))
        if not self._accepted.fingerprint or self._accepted.fingerprint != self._greeting.shown.fingerprint:
            return False
        self._greeting.at = "sign-in"
        return True

    def _offered(self, method: str) -> None:
        self._greeting.methods = (*self._greeting.methods, method)

    def public_key_auth_requested(self) -> asyncssh.SSHKey | None:
        """The private key, if one signs in with one."""
        self._offered("publickey")
        key, self._key = self._key, None
        return key

    def password_auth_requested(self) -> str | None:
        """The password, once: a second attempt with the same one counts towards locking the account."""
        self._offered("password")
        return self._once()

    def _once(self) -> str | None:
        password, self._password = self._password, None
        return password

    def password_change_requested(self, prompt: str, lang: str) -> Any:
        """A new password is for a person to choose."""
        del prompt, lang
        self._greeting.expired = True
        return NotImplemented

    def kbdint_auth_requested(self) -> str | None:
        """Let the server ask, unless it has the password already."""
        self._offered("keyboard-interactive")
        return None if self._password is None else ""

    def kbdint_challenge_received(self, name: str, instructions: str, lang: str, prompts: Any) -> list[str] | None:
        """The password for a single question that is not echoed."""
        del name, instructions, lang
        if not prompts:
            return []
        password = self._once() if len(prompts) == 1 and not prompts[0][1] else None
        self._greeting.asked |= password is None
        return None if password is None else [password]


@dataclass
class SftpSession:
    """A connection that is signed in; ``run`` waits for what is asked of it."""

    server: SftpServer
    limits: SftpLimits
    cancel: CancelToken = field(default_factory=CancelToken)
    _heard: list[CancelToken] = field(default_factory=list, repr=False)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop, repr=False)
    _task: asyncio.Task[Any] | None = field(default=None, repr=False)
    _ssh: asyncssh.SSHClientConnection | None = field(default=None, repr=False)
    _sftp: asyncssh.SFTPClient | None = field(default=None, repr=False)
    _ending: Future[Any] = field(default_factory=Future, repr=False)

    @property
    def files(self) -> asyncssh.SFTPClient:
        """What can be asked of the server."""
        if self._sftp is None:
            raise asyncssh.SFTPNoConnection("closed")
        return self._sftp

    def run(self, seconds: float, ask: Callable[..., Awaitable[_T]], *args: Any, **options: Any) -> _T:
        """Ask and wait; raises TimeoutError when time is up, and Cancelled as soon as somebody cancels."""
        self.cancel.check()

        async def asked() -> _T:
            return await ask(*args, **options)

        self._task = task = self._loop.create_task(asked())
        timer = self._loop.call_later(seconds, task.cancel)
        try:
            return self._loop.run_until_complete(task)
        except asyncio.CancelledError:
            if self.cancel.cancelled:
                raise Cancelled from None
            raise TimeoutError from None
        finally:
            timer.cancel()
            self._task = None

    def heed(self, cancel: CancelToken) -> None:
        """From now on, end when this is cancelled."""
        self.cancel = cancel
        if not any(one is cancel for one in self._heard):
            self._heard.append(cancel)
            cancel.when_cancelled(lambda: self._stop(cancel))

    def _stop(self, cancel: CancelToken) -> None:
        """Called by the thread that cancels."""
        if cancel is self.cancel:
            with contextlib.suppress(InvalidStateError):  # ended before
                self._ending.set_result(None)
            with contextlib.suppress(RuntimeError):  # closed before
                self._loop.call_soon_threadsafe(self._interrupt)

    def read(self, file: asyncssh.SFTPClientFile, size: int, at: int) -> bytes:
        """Some bytes of a file that is open without an encoding; none at its end."""
        return self.run(self.limits.wait, cast("Callable[[int, int], Awaitable[bytes]]", file.read), size, at)

    def _interrupt(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def __post_init__(self) -> None:
        """What waits for an answer raises it; the library's own tasks need not tell it again."""
        self._loop.set_exception_handler(lambda _loop, _context: None)

    def open(self) -> None:
        """Connect, compare the server's key, sign in; raises PsconnectError in words."""
        # Before a person has accepted the server's key, nothing of the account is needed or used.
        which = "sftp_password" if self.server.sign_in == "password" else "sftp_passphrase"
        secret = self.server.secret(which) if self.server.accepted.fingerprint else ""
        failures, greeting = Failures(self.server, self.limits.wait, (secret,) if secret else ()), Greeting()
        try:
            self._open(secret, greeting)
        except (Exception, asyncio.CancelledError) as error:
            self.close()
            if self.cancel.cancelled:
                raise Cancelled from None
            if isinstance(error, PsconnectError | asyncssh.Error | OSError | ValueError):
                raise failures.not_opened(error, greeting) from None
            raise

    def _open(self, secret: str, greeting: Greeting) -> None:
        server = self.server
        by_key = server.sign_in == "key" and bool(server.accepted.fingerprint)
        key = read_private_key(server.key_file, secret) if by_key else None
        sock = self._connected()
        greeting.at, greeting.first = "greeting", _not_ssh(sock)
        if greeting.first:
            sock.close()
            raise TimeoutError
        options: dict[str, Any] = {
            "client_keys": [],
            "preferred_auth": "publickey,password,keyboard-interactive",
            "server_host_key_algs": _algorithms(server.accepted),
            # Nothing of this computer's own SSH settings, agents and keys.
            "config": None,
            "agent_path": None,
            "x509_trusted_certs": None,
            "host_based_auth": False,
            "gss_auth": False,
            "gss_kex": False,
            "client_version": "psconnect",
            # Never empty: that would mean this user's own list.
            "known_hosts": lambda *_: ([], [], [], [], [], [], []),
            "login_timeout": self.limits.sign_in,
        }
        client = _Client(server.accepted, greeting, key=key, password=None if by_key else secret)
        try:
            self._ssh = self.run(
                self.limits.sign_in,
                asyncssh.connect,
                server.host,
                server.port,
                sock=sock,
                username=server.user,
                client_factory=lambda: client,
                **options,
            )
        except BaseException:
            client.note()
            sock.close()
            raise
        greeting.at = "sftp"
        self._sftp = self.run(self.limits.wait, self._ssh.start_sftp_client, path_errors="surrogateescape")

    def _connected(self) -> socket.socket:
        """A connection to the first address of the server that answers."""
        server = self.server
        found = look_up(server.host, server.port, self._ending, self.limits.connect)
        if found is None:
            raise Failures(server, self.limits.connect).error(TryLater, "PSC-SFTP-NAME/silent")
        failed: OSError = OSError("the name has no address")
        for family, kind, protocol, _, address in found:
            sock = socket.socket(family, kind, protocol)
            sock.settimeout(0)
            try:
                self.run(self.limits.connect, self._loop.sock_connect, sock, address)
            except OSError as error:
                sock.close()
                failed = error
            except BaseException:
                sock.close()
                raise
            else:
                return sock
        raise failed

    def close(self) -> None:
        """Say goodbye, shortly; whatever is still under way ends."""
        if self._loop.is_closed():
            return
        if self._ssh is not None:
            self._ssh.abort()
        self._loop.run_until_complete(self._wound_up())
        self._loop.close()
        self._sftp = None

    async def _wound_up(self) -> None:
        if self._ssh is not None:
            with contextlib.suppress(TimeoutError, asyncssh.Error, OSError):
                async with asyncio.timeout(_BYE_SECONDS):
                    await self._ssh.wait_closed()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=_BYE_SECONDS)


def _algorithms(accepted: HostKey) -> list[str]:
    """The types of keys that a server is asked for: that of the accepted one first, or else a new one looks changed."""
    first = _TYPES.get(accepted.type, ())
    return [*first, *(one for kind, named in _TYPES.items() if kind != accepted.type for one in named)]


def _not_ssh(sock: socket.socket) -> bytes:
    """What a server sends first, if that is plainly another protocol; SSH may begin with other lines, or wait."""
    sock.settimeout(_PEEK_SECONDS)
    try:
        first = sock.recv(200, socket.MSG_PEEK)
    except TimeoutError:
        first = b""
    finally:
        sock.settimeout(0)
    return first if first.startswith((b"220", b"HTTP/", b"\x15\x03", b"* OK", b"+OK")) else b""
