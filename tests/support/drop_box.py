"""A second SFTP server, made with paramiko: passwords, a drop box that takes files away, and what it doesn't allow.

It has no posix-rename. What it refuses is said by ``Rules``.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_FAILED_RESOURCE_SHORTAGE, OPEN_SUCCEEDED
from paramiko.sftp import (
    SFTP_FAILURE,
    SFTP_NO_SUCH_FILE,
    SFTP_OK,
    SFTP_OP_UNSUPPORTED,
    SFTP_PERMISSION_DENIED,
)

logging.getLogger("paramiko").setLevel(logging.CRITICAL)
USER, PASSWORD = "lincoln", "Sesame-1848"


@dataclass
class Rules:
    """What the server does not allow, or does by itself; changed by tests while it runs.

    Attributes:
        methods: the ways to sign in.
        asks: the prompts of keyboard-interactive.
        stat, read, listing, write, rename, delete: whether it allows that.
        room: how many bytes there is room for; none for no limit.
        most: how many connections an account may have.
        sftp: whether it has SFTP at all.
        takes: whether a file that got its final name is taken away at once, into ``taken``.
        dots: whether names may begin with a dot.
    """

    methods: tuple[str, ...] = ("password", "keyboard-interactive")
    asks: tuple[str, ...] = ("Password: ",)
    stat: bool = True
    read: bool = True
    listing: bool = True
    write: bool = True
    rename: bool = True
    delete: bool = True
    room: int | None = None
    most: int = 100
    sftp: bool = True
    takes: bool = False
    tries: list[str] = field(default_factory=list)
    taken: dict[str, bytes] = field(default_factory=dict)


@dataclass
class DropBox:
    """The server: its folder, its port, its rules."""

    folder: Path
    rules: Rules
    key: paramiko.PKey
    port: int = 0
    _listener: socket.socket | None = None
    _transports: list[paramiko.Transport] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, object]:
        """The [destination.sftp] table; the password is a secret."""
        return {"host": "127.0.0.1", "port": self.port, "user": USER, "host_key": self.host_key}

    @property
    def host_key(self) -> str:
        """The server's key as a person accepts it."""
        return f"{self.key.get_name()} {self.key.fingerprint}"

    @property
    def open(self) -> int:
        """How many connections are open and signed in."""
        return sum(one.is_active() and one.is_authenticated() for one in self._transports)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(self.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, self)
            with suppress(paramiko.SSHException, EOFError, OSError):
                transport.start_server(server=_Account(self), event=threading.Event())
            self._transports.append(transport)

    def stop(self) -> None:
        for transport in self._transports:
            transport.close()
        for transport in self._transports:
            transport.join(5)


@contextmanager
def drop_box(folder: Path, rules: Rules | None = None, key: paramiko.PKey | None = None) -> Iterator[DropBox]:
    """A server that listens and shows a folder."""
    listener = socket.create_server(("127.0.0.1", 0))
    box = DropBox(folder, rules or Rules(), key or paramiko.ECDSAKey.generate(), listener.getsockname()[1])
    thread = threading.Thread(target=box.serve, args=(listener,), name="drop-box")
    thread.start()
    try:
        yield box
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
        box.stop()


class _Account(paramiko.ServerInterface):
    def __init__(self, box: DropBox) -> None:
        self.box, self.rules = box, box.rules

    def get_allowed_auths(self, username: str) -> str:
        del username
        return ",".join(self.rules.methods)

    def check_auth_password(self, username: str, password: str) -> int:
        self.rules.tries.append("password")
        return AUTH_SUCCESSFUL if (username, password) == (USER, PASSWORD) else AUTH_FAILED

    def check_auth_interactive(self, username: str, submethods: str) -> Any:
        del submethods
        self.user = username
        return paramiko.InteractiveQuery("", "", *((prompt, False) for prompt in self.rules.asks))

    def check_auth_interactive_response(self, responses: list[str]) -> int:
        self.rules.tries.append("keyboard-interactive")
        return AUTH_SUCCESSFUL if (self.user, responses) == (USER, [PASSWORD]) else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        del kind, chanid
        return OPEN_FAILED_RESOURCE_SHORTAGE if self.box.open > self.rules.most else OPEN_SUCCEEDED

    def check_channel_subsystem_request(self, channel: Any, name: str) -> bool:
        return self.rules.sftp and super().check_channel_subsystem_request(channel, name)


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: Any, box: DropBox) -> None:
        super().__init__(server)
        self.box, self.rules = box, box.rules

    def _path(self, name: str) -> Path:
        return self.box.folder / self.canonicalize(name).lstrip("/")

    def list_folder(self, path: str) -> Any:
        if not self.rules.listing:
            return SFTP_PERMISSION_DENIED
        try:
            return [_attributes(one) for one in self._path(path).iterdir()]
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def stat(self, path: str) -> Any:
        if not self.rules.stat:
            return SFTP_OP_UNSUPPORTED
        try:
            return _attributes(self._path(path))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        del attr
        writes = flags & (os.O_WRONLY | os.O_RDWR)
        if (writes and not self.rules.write) or (not writes and not self.rules.read):
            return SFTP_PERMISSION_DENIED
        try:
            number = os.open(self._path(path), flags, 0o640)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        file = os.fdopen(number, "r+b" if flags & os.O_RDWR else "wb" if writes else "rb")
        handle = _Handle(flags & ~os.O_APPEND)
        handle.rules, handle.readfile, handle.writefile = self.rules, file, file
        return handle

    def remove(self, path: str) -> int:
        if not self.rules.delete:
            return SFTP_PERMISSION_DENIED
        try:
            self._path(path).unlink()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return SFTP_OK

    def rename(self, oldpath: str, newpath: str) -> int:
        old, new = self._path(oldpath), self._path(newpath)
        if not self.rules.rename:
            return SFTP_PERMISSION_DENIED
        if not old.exists():
            return SFTP_NO_SUCH_FILE
        if new.exists():
            return SFTP_FAILURE  # version 3 of the protocol: no rename over a file
        old.rename(new)
        if self.rules.takes and not new.name.startswith("."):
            self.rules.taken[new.name] = new.read_bytes()
            new.unlink()
        return SFTP_OK


class _Handle(paramiko.SFTPHandle):
    rules: Rules

    def write(self, offset: int, data: bytes) -> int:
        if self.rules.room is not None and offset + len(data) > self.rules.room:
            return SFTP_FAILURE
        return super().write(offset, data)

    def stat(self) -> Any:
        if not self.rules.stat:
            return SFTP_OP_UNSUPPORTED
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


def _attributes(path: Path) -> paramiko.SFTPAttributes:
    return paramiko.SFTPAttributes.from_stat(path.stat(), path.name)
