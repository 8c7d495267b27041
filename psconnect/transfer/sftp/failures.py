"""What a server refused, and how a connection broke, in words."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncssh
from asyncssh.constants import DISC_BY_APPLICATION, DISC_TOO_MANY_CONNECTIONS, OPEN_RESOURCE_SHORTAGE

from psconnect.model.errors import DestinationRefused, FixSettings, PsconnectError, SignInAgain, TryLater
from psconnect.model.phrases import Value
from psconnect.transfer.sftp.server import HostKey, SftpServer

_LONGEST = 200
# What servers say when an account may have one connection only, or all places are taken; there is no code for it.
_BUSY = (
    "too many",
    "maximum",
    "limit",
    "concurrent",
    "already logged",
    "already connected",
    "one connection",
    "maxstartups",
)
_NO_ROOM = ("no space", "disk full", "space left", "not enough space", "insufficient")
_QUOTA = ("quota", "exceeded storage", "storage limit")
_NO_SUCH = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath)
_DENIED = (asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect, asyncssh.SFTPCannotDelete)
_NOT_SSH = (asyncssh.ProtocolNotSupported, asyncssh.ProtocolError)
DROPPED = (
    asyncssh.ConnectionLost,
    asyncssh.SFTPConnectionLost,
    asyncssh.SFTPNoConnection,
    BrokenPipeError,
    ConnectionError,
)
"""What says that the connection is gone, whatever was asked."""


@dataclass
class Greeting:
    """What is known of a connection that is being made.

    Attributes:
        at: how far it came.
        shown: the key that the server showed.
        version: what the server calls itself; empty before it has.
        first: what it sent first, where that was not SSH.
        asked: whether it asked for more than a password.
        expired: whether it wants a new password.
        methods: the ways to sign in that it takes.
    """

    at: str = "connect"
    shown: HostKey = field(default_factory=HostKey)
    version: str = ""
    first: bytes = b""
    asked: bool = False
    expired: bool = False
    methods: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failures:
    """Turns what the library raises into errors about one server; none holds a secret.

    Attributes:
        server: whom they are about.
        seconds: how long one answer was waited for.
        secrets: what no error may hold.
    """

    server: SftpServer
    seconds: float
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def error(self, kind: type[PsconnectError], key: str, **more: Any) -> PsconnectError:
        """An error about this server."""
        server = self.server
        error = kind(key, where=server.address)
        about: dict[str, Value] = {
            "host": server.host,
            "port": server.port,
            "user": server.user,
            "address": server.address,
        }
        error.values = {**about, "seconds": round(self.seconds), **more}
        return error

    def said(self, error: BaseException) -> str:
        """The server's own words, short, in one line and without secrets."""
        text = str(getattr(error, "reason", "") or error)
        for secret in self.secrets:
            text = text.replace(secret, "…")
        plain = " ".join("".join(ch if ch.isprintable() else " " for ch in text).split())
        return plain[:_LONGEST] or type(error).__name__

    # --- until one is signed in --------------------------------------------------------------------------------------

    def not_opened(self, error: BaseException, greeting: Greeting) -> PsconnectError:
        """Why no connection came about."""
        if isinstance(error, PsconnectError):
            return error
        said = _plain(greeting.first) if greeting.first else self.said(error)
        kind, key = self._not_opened(error, greeting, said)
        accepted = str(self.server.accepted)
        methods = ", ".join(dict.fromkeys(greeting.methods))
        told = self.error(kind, key, said=said, shown=str(greeting.shown), accepted=accepted, methods=methods)
        if isinstance(error, asyncssh.HostKeyNotVerifiable):
            told.where = "destination.sftp.host_key"
        return told

    def _not_opened(self, error: BaseException, greeting: Greeting, said: str) -> tuple[type[PsconnectError], str]:
        at, known = greeting.at, bool(self.server.accepted.fingerprint)
        cases: tuple[tuple[bool, type[PsconnectError], str], ...] = (
            (bool(greeting.first), FixSettings, "PSC-SFTP-NOT-SSH/other"),
            (_is(error, TimeoutError) and at == "connect", TryLater, "PSC-SFTP-SILENT/connect"),
            (_is(error, TimeoutError, _NOT_SSH) and not greeting.version, FixSettings, "PSC-SFTP-NOT-SSH/silent"),
            (_is(error, TimeoutError), TryLater, "PSC-SFTP-SILENT/later"),
            (_is(error, asyncssh.HostKeyNotVerifiable) and known, FixSettings, "PSC-SFTP-HOST-KEY/changed"),
            (_is(error, asyncssh.HostKeyNotVerifiable), FixSettings, "PSC-SFTP-HOST-KEY/new"),
            (_is(error, asyncssh.KeyExchangeFailed), FixSettings, "PSC-SFTP-OLD"),
            (_is(error, asyncssh.PermissionDenied), SignInAgain, self._not_signed_in(greeting)),
            (self._busy(error, said), TryLater, "PSC-SFTP-BUSY/said"),
            (at == "sftp", FixSettings, "PSC-SFTP-NO-SFTP"),
            (_is(error, socket.gaierror), FixSettings, "PSC-SFTP-NAME/none"),
            (at == "connect" and getattr(error, "errno", 0) == errno.ECONNREFUSED, TryLater, "PSC-SFTP-CLOSED"),
            (at == "connect", TryLater, "PSC-SFTP-NETWORK"),
            (_is(error, DROPPED) and at == "sign-in", TryLater, "PSC-SFTP-DROPPED/sign-in"),
            (_is(error, DROPPED), TryLater, "PSC-SFTP-BUSY/hung-up"),
            (True, TryLater, "PSC-SFTP-REFUSED/connect"),
        )
        return next((kind, key) for so, kind, key in cases if so)

    def _not_signed_in(self, greeting: Greeting) -> str:
        offered = set(greeting.methods)
        if self.server.sign_in == "key":
            return "PSC-SFTP-KEY/refused" if "publickey" in offered else "PSC-SFTP-KEY/not-taken"
        cases = (
            (greeting.expired, "PSC-SFTP-PASSWORD/expired"),
            (greeting.asked, "PSC-SFTP-PASSWORD/more"),
            (bool(offered & {"password", "keyboard-interactive"}), "PSC-SFTP-PASSWORD/refused"),
            (True, "PSC-SFTP-PASSWORD/not-taken"),
        )
        return next(key for so, key in cases if so)

    def _busy(self, error: BaseException, said: str) -> bool:
        code = getattr(error, "code", None)
        told = _says(said, _BUSY)
        if isinstance(error, asyncssh.ChannelOpenError):
            return told or code == OPEN_RESOURCE_SHORTAGE
        if isinstance(error, asyncssh.DisconnectError):
            return code == DISC_TOO_MANY_CONNECTIONS or (told and code == DISC_BY_APPLICATION)
        return False

    # --- afterwards --------------------------------------------------------------------------------------------------

    def refused(self, error: BaseException, case: str, name: str = "") -> PsconnectError:
        """Why something was not done; ``case``: write, read, list, rename, delete."""
        if isinstance(error, PsconnectError):
            return error
        said, folder = self.said(error), self.server.folder or "."
        no_folder = _is(error, _NO_SUCH) and case in ("write", "list")
        cases: tuple[tuple[bool, type[PsconnectError], str], ...] = (
            (_is(error, DROPPED), TryLater, "PSC-SFTP-DROPPED/later"),
            (_is(error, TimeoutError), TryLater, "PSC-SFTP-SILENT/later"),
            (_is(error, asyncssh.SFTPQuotaExceeded) or _says(said, _QUOTA), DestinationRefused, "PSC-SFTP-FULL/quota"),
            (_is(error, asyncssh.SFTPNoSpaceOnFilesystem), DestinationRefused, "PSC-SFTP-FULL/disk"),
            (_says(said, _NO_ROOM), DestinationRefused, "PSC-SFTP-FULL/disk"),
            (_is(error, _DENIED), DestinationRefused, _DENIALS[case]),
            (no_folder, FixSettings, "PSC-SFTP-FOLDER/missing"),
            (True, DestinationRefused, _REFUSALS[case]),
        )
        kind, key = next((kind, key) for so, kind, key in cases if so)
        path = self.server.path(name) if name and not no_folder else folder
        return self.error(kind, key, path=path, said=said)


_DENIALS = {
    "write": "PSC-SFTP-DENIED/write",
    "read": "PSC-SFTP-DENIED/read",
    "list": "PSC-SFTP-DENIED/list",
    "rename": "PSC-SFTP-DENIED/rename",
    "delete": "PSC-SFTP-DENIED/delete",
}
_REFUSALS = {
    "write": "PSC-SFTP-REFUSED/write",
    "read": "PSC-SFTP-REFUSED/read",
    "list": "PSC-SFTP-REFUSED/list",
    "rename": "PSC-SFTP-RENAME",
    "delete": "PSC-SFTP-REFUSED/delete",
}


def _is(error: BaseException, *kinds: type[BaseException] | tuple[type[BaseException], ...]) -> bool:
    return isinstance(error, kinds)


def _says(said: str, words: Sequence[str]) -> bool:
    return any(word in said.lower() for word in words)


def _plain(content: bytes) -> str:
    text = content.decode("ascii", "replace").splitlines()[0] if content else ""
    return "".join(ch if ch.isprintable() else "?" for ch in text)[:_LONGEST]
