"""A folder on an SFTP server, into which files are put (see transfer.shelf.Shelf)."""

from __future__ import annotations

import contextlib
import hashlib
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import asyncssh
from asyncssh.constants import FXF_CREAT, FXF_TRUNC, FXF_WRITE

from psconnect.model.clock import CancelToken, Clock
from psconnect.model.findings import Finding
from psconnect.store.files import storage_errors
from psconnect.transfer.sftp.failures import DROPPED, Failures
from psconnect.transfer.sftp.server import SftpServer
from psconnect.transfer.sftp.session import SftpLimits, SftpSession
from psconnect.transfer.shelf import FOLDER

_T = TypeVar("_T")
_BLOCK = 512 * 1024
_ONCE_THERE = 0o640
_NOT_THERE = (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath)
_UNSEEN = (asyncssh.SFTPOpUnsupported, asyncssh.SFTPPermissionDenied)
"""How a server says that it does not let one look: a drop box may be there only to be written to."""
_ADD = FXF_WRITE | FXF_CREAT
_ANEW = _ADD | FXF_TRUNC


@dataclass
class SftpShelf:
    """A folder on a server. One connection, opened when it is first needed and again if it dropped."""

    server: SftpServer
    trial: str
    cancel: CancelToken = field(default_factory=CancelToken)
    clock: Clock = field(default_factory=Clock)
    limits: SftpLimits = field(default_factory=SftpLimits)
    _session: SftpSession | None = field(default=None, repr=False)
    _mine: dict[str, int] = field(default_factory=dict, repr=False)

    @property
    def address(self) -> str:
        """As a person reads it."""
        return self.server.address

    def check(self) -> Finding:
        """Whether a delivery would be possible: a file of no content is written and deleted."""
        self._go("list", "", self._look)
        self._go("write", self.trial, lambda session: self._create(session, self.trial))
        self._go("delete", self.trial, lambda session: self._delete(session, self.trial))
        return Finding("destination/sftp", "ok", {"address": self.address, "user": self.server.user})

    def names(self) -> Mapping[str, int]:
        """Name -> size of everything there; where the server lists nothing, of what was put there by this object."""
        return self._go("list", "", self._names)

    def put(self, name: str, source: Path, cancel: CancelToken) -> None:
        """Put a whole file there, going on where an earlier try stopped."""
        self._go("write", name, lambda session: self._put(session, name, source, cancel), cancel)

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, in place of what has it."""
        tried: list[bool] = []
        self._go("rename", new, lambda session: self._rename(session, old, new, tried))
        self._mine[new] = self._mine.pop(old, 0)

    def delete(self, name: str) -> None:
        """Delete a file, if it is there; also after a cancel, because that is when something is left."""
        self._go("delete", name, lambda session: self._delete(session, name), CancelToken())
        self._mine.pop(name, None)

    def read(self, name: str, most: int) -> bytes | None:
        """The first bytes of a file; None if it isn't there or can't be read."""
        return self._go("read", name, lambda session: self._read(session, name, most))

    def digest(self, name: str) -> str:
        """SHA-256 of what stands there, read back; empty if it isn't there or can't be read."""
        return self._go("read", name, lambda session: self._digest(session, name))

    def close(self) -> None:
        """End the connection."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    # --- the connection ----------------------------------------------------------------------------------------------

    def _go(self, case: str, name: str, act: Callable[[SftpSession], _T], cancel: CancelToken | None = None) -> _T:
        """Do something; if the connection drops, again over a new one."""
        failures, cancel = Failures(self.server, self.limits.wait), cancel or self.cancel
        for left in reversed(range(self.limits.tries)):
            try:
                return act(self._opened(cancel))
            except (asyncssh.Error, OSError, ValueError) as error:
                dropped = isinstance(error, DROPPED)
                if dropped or not isinstance(error, asyncssh.SFTPError):
                    self.close()
                if not dropped or not left:
                    raise failures.refused(error, case, name) from None
            except BaseException:
                self.close()
                raise
            self.clock.wait(self.limits.pause, cancel)
        raise AssertionError

    def _opened(self, cancel: CancelToken) -> SftpSession:
        if self._session is None:
            session = SftpSession(self.server, self.limits)
            session.heed(cancel)
            session.open()
            self._session = session
        self._session.heed(cancel)
        return self._session

    # --- what is asked of the server ---------------------------------------------------------------------------------

    def _look(self, session: SftpSession) -> None:
        """Raises for a folder that is not there; a server that lets nobody look is taken at its word."""
        with contextlib.suppress(*_UNSEEN):
            found = session.run(self.limits.wait, session.files.stat, self.server.folder or ".")
            if found.permissions is not None and not stat.S_ISDIR(found.permissions):
                raise asyncssh.SFTPNoSuchPath("no folder")

    def _names(self, session: SftpSession) -> Mapping[str, int]:
        self._look(session)
        try:
            found = session.run(self.limits.wait, session.files.readdir, self.server.folder or ".")
        except _UNSEEN:
            return dict(self._mine)
        return {str(one.filename): _size(one.attrs) for one in found if one.filename not in (".", "..")}

    def _create(self, session: SftpSession, name: str) -> None:
        file = session.run(self.limits.wait, session.files.open, self.server.path(name), _ANEW, encoding=None)
        session.run(self.limits.wait, file.close)

    def _delete(self, session: SftpSession, name: str) -> None:
        with contextlib.suppress(*_NOT_THERE):
            session.run(self.limits.wait, session.files.remove, self.server.path(name))

    def _put(self, session: SftpSession, name: str, source: Path, cancel: CancelToken) -> None:
        path, wait = self.server.path(name), self.limits.wait
        begun = self._begun(session, name, source)
        attributes = asyncssh.SFTPAttrs(permissions=_ONCE_THERE)
        flags = _ADD if begun else _ANEW
        file = session.run(wait, session.files.open, path, flags, attributes, encoding=None)
        try:
            for block in _blocks(source, begun):
                cancel.check()
                session.run(wait, file.write, block, begun)
                begun += len(block)
            with contextlib.suppress(asyncssh.SFTPOpUnsupported):
                session.run(wait, file.fsync)
        except asyncssh.SFTPError:
            with contextlib.suppress(asyncssh.SFTPError):
                session.run(wait, file.close)
            raise
        # A server may say only now that the disk is full.
        session.run(wait, file.close)
        self._mine[name] = begun

    def _begun(self, session: SftpSession, name: str, source: Path) -> int:
        """How many bytes of the file stand there already, if they begin it; what can't be read back is none."""
        there = self._file_size(session, name)
        if not 0 < there <= source.stat().st_size:
            return 0
        with source.open("rb") as whole:
            wanted, left = hashlib.sha256(), there
            while left and (block := whole.read(min(_BLOCK, left))):
                wanted.update(block)
                left -= len(block)
        return there if self._digest(session, name) == wanted.hexdigest() else 0

    def _file_size(self, session: SftpSession, name: str) -> int:
        """A file's size; -1 if it isn't there or the server doesn't say."""
        try:
            found = session.run(self.limits.wait, session.files.stat, self.server.path(name))
        except (*_NOT_THERE, *_UNSEEN):
            return -1
        return -1 if found.size is None else found.size

    def _there(self, session: SftpSession, name: str) -> bool | None:
        """Whether there is such a file; None where the server doesn't say."""
        try:
            session.run(self.limits.wait, session.files.stat, self.server.path(name))
        except _NOT_THERE:
            return False
        except _UNSEEN:
            return None
        return True

    def _rename(self, session: SftpSession, old: str, new: str, tried: list[bool]) -> None:
        """Rename at once where the server can; else the place is empty for a moment, and what stood there is lost."""
        if tried and self._there(session, old) is False:
            return  # the connection dropped after the server had done it
        before, after, wait = self.server.path(old), self.server.path(new), self.limits.wait
        tried.append(True)
        try:
            session.run(wait, session.files.posix_rename, before, after)
        except (asyncssh.SFTPOpUnsupported, asyncssh.SFTPBadMessage):
            if self._there(session, old) is False:
                raise asyncssh.SFTPNoSuchFile("not there") from None
            with contextlib.suppress(*_NOT_THERE):
                session.run(wait, session.files.remove, after)
            session.run(wait, session.files.rename, before, after)

    def _read(self, session: SftpSession, name: str, most: int) -> bytes | None:
        try:
            file = session.run(self.limits.wait, session.files.open, self.server.path(name), "rb", encoding=None)
        except (*_NOT_THERE, *_UNSEEN):
            return None
        try:
            return session.read(file, most, 0)
        finally:
            session.run(self.limits.wait, file.close)

    def _digest(self, session: SftpSession, name: str) -> str:
        digest, at, wait = hashlib.sha256(), 0, self.limits.wait
        try:
            file = session.run(wait, session.files.open, self.server.path(name), "rb", encoding=None)
        except (*_NOT_THERE, *_UNSEEN):
            return ""
        try:
            while block := session.read(file, _BLOCK, at):
                digest.update(block)
                at += len(block)
        except _UNSEEN:
            return ""
        finally:
            session.run(wait, file.close)
        return digest.hexdigest()


def _blocks(source: Path, begun: int) -> Iterator[bytes]:
    """The rest of a file of this computer."""
    with storage_errors(source):
        whole = source.open("rb")
    with whole:
        whole.seek(begun)
        while True:
            with storage_errors(source):
                block = whole.read(_BLOCK)
            if not block:
                return
            yield block


def _size(attributes: asyncssh.SFTPAttrs) -> int:
    """A file's size as listed; ``FOLDER`` for what is no file."""
    mode = attributes.permissions
    if mode is not None and stat.S_IFMT(mode) and not stat.S_ISREG(mode):
        return FOLDER
    return attributes.size or 0
