"""Connection files: one TOML file each, written as a whole, with the last good copy beside it; without secrets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import tomli_w

from psconnect.model.connection import NEWER, Connection, from_dict, to_dict
from psconnect.model.connection_id import id_from
from psconnect.model.errors import FixSettings, LocalStorage, PsconnectError
from psconnect.store.files import storage_errors, write_atomically
from psconnect.store.settings.home import Home, slug
from psconnect.store.settings.toml import LARGEST_FILE, decoded, parsed

_BACKUP = ".last-good"


@dataclass(frozen=True)
class ConnectionFiles:
    """All connections of a home."""

    home: Home

    def names(self) -> list[str]:
        """Names of all connections that can be read, sorted."""
        return sorted((connection.name for connection in self.all()), key=str.casefold)

    def all(self) -> list[Connection]:
        """All connections that can be read; a damaged file is replaced by its last good copy."""
        return [found for found in self._all() if isinstance(found, Connection)]

    def damaged(self) -> list[FixSettings]:
        """What is wrong with the connection files that can't be read and have no good copy."""
        return [found for found in self._all() if isinstance(found, FixSettings)]

    def _all(self) -> Iterator[Connection | FixSettings]:
        for path in self._paths():
            try:
                yield self._read(path)
            except FixSettings as error:
                yield error
            except LocalStorage as error:
                # Removed since the folder was listed, or held by another program; the others are not concerned.
                if path.exists():
                    yield error.again(FixSettings)

    def _paths(self) -> list[Path]:
        return sorted(self.home.connections().glob("*.toml"))

    def get(self, name: str) -> Connection:
        """The connection with that name; raises FixSettings if there is none."""
        path = self._path(name)
        if not path.exists() and not path.with_suffix(_BACKUP).exists():
            known = ", ".join(f"“{known}”" for known in self.names()) or "none yet"
            raise FixSettings("PSC-CONNECTION-UNKNOWN", where=name, name=name, known=known)
        return self._read(path)

    def spelled(self, name: str) -> str:
        """How the name of the connection is spelled in its file; empty if there is none or it can't be read."""
        path = self._path(name)
        if not path.exists() and not path.with_suffix(_BACKUP).exists():
            return ""
        try:
            return self._read(path).name
        except PsconnectError:
            return ""

    def with_kept_id(self, name: str) -> Connection:
        """The connection with that name, with its id saved: a plugin that is made now must fit it for good."""
        connection = self.get(name)
        if not self._as_written(self._path(name)).id:
            self.save(connection)
        return connection

    def save(self, connection: Connection) -> None:
        """Write a connection; the file as it was becomes the last good copy, if it was good.

        Raises FixSettings if the file is of a newer version, which is never overwritten (fault P13).
        """
        path = self._path(connection.name)
        content = to_toml(connection)
        from_toml(content, str(path))
        if path.exists():
            self._keep_copy(path)
        write_atomically(path, content.encode())

    def _keep_copy(self, path: Path) -> None:
        try:
            read_file(path)
        except PsconnectError as error:
            if error.code == NEWER:
                raise
            return
        with storage_errors(path):
            before = path.read_bytes()
        write_atomically(path.with_suffix(_BACKUP), before)

    def remove(self, name: str) -> None:
        """Delete the connection's file and its copy."""
        path = self._path(name)
        with storage_errors(path):
            path.unlink(missing_ok=True)
            path.with_suffix(_BACKUP).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.home.connections() / f"{slug(name)}.toml"

    def _read(self, path: Path) -> Connection:
        connection = self._as_written(path)
        if connection.id:
            return connection
        # Written before connections had ids: until the next save the id is made of the path.
        return msgspec.structs.replace(connection, id=id_from(str(path.absolute())))

    def _as_written(self, path: Path) -> Connection:
        try:
            return read_file(path)
        except PsconnectError as error:
            copy = path.with_suffix(_BACKUP)
            if error.code == NEWER or not copy.exists():
                raise
            return read_file(copy)


def read_file(path: Path) -> Connection:
    """A connection from any connection file; raises FixSettings or LocalStorage that names the file."""
    with storage_errors(path), path.open("rb") as file:
        content = file.read(LARGEST_FILE + 1)
    try:
        return from_toml(decoded(content, str(path)), str(path))
    except FixSettings as error:
        if str(path) in error.where:
            raise
        where = f"{path}: {error.where}" if error.where else str(path)
        raise error.again(FixSettings, where=where) from None


def from_toml(text: str, where: str) -> Connection:
    """A connection from the text of a connection file."""
    return from_dict(parsed(text, where))


def to_toml(connection: Connection) -> str:
    """The text of a connection file."""
    return tomli_w.dumps(to_dict(connection))
