"""Files that are written whole or not at all (temporary name, flush, rename), and folders that only the owner opens."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from psconnect.model.errors import LocalStorage

LAST_READ = ".lastread"
"""Ending of the file with what was read last, beside the roster data."""
DELIVERED_READ = ".deliveredread"
"""Ending of the file with what the last delivery read, if something was read after it."""
_OWNER_ONLY = 0o700
_FULL = {errno.ENOSPC, errno.EDQUOT}
_NOT_FOR_FOLDERS = {errno.EINVAL, errno.ENOTSUP}
"""Errors of file systems that don't flush folders on demand, like network shares."""


def private_folder(path: Path) -> Path:
    """Make a folder, and those above it that are missing, that only its owner can open; raises LocalStorage."""
    with storage_errors(path):
        for missing in reversed([one for one in (path, *path.parents) if not one.exists()]):
            missing.mkdir(exist_ok=True, mode=_OWNER_ONLY)
        path.mkdir(exist_ok=True)
        if os.name == "posix" and path.stat().st_mode & 0o077 and path.stat().st_uid == os.getuid():
            path.chmod(_OWNER_ONLY)
    return path


def write_atomically(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Replace a file's content, given whole or in pieces, as a whole: a reader sees the old or the new one."""
    with storage_errors(path):
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.writelines([content] if isinstance(content, bytes) else content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def wipe_file(path: Path) -> None:
    """Empty a file and delete it; one that is gone is fine. Raises LocalStorage."""
    with storage_errors(path):
        if path.is_symlink():
            # What it leads to is not ours.
            path.unlink(missing_ok=True)
        elif path.exists():
            # Whoever still holds the file open, or undeletes it, finds nothing in it.
            with path.open("r+b") as file:
                file.truncate(0)
            path.unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    """Make sure that a rename in this folder survives a power loss, where the system offers it."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NOT_FOR_FOLDERS:
            raise
    finally:
        os.close(handle)


@contextlib.contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn refusals of the system into sentences about this path."""
    try:
        yield
    except OSError as error:
        raise storage_error(path, error) from None
    except ValueError as error:
        # Python refuses a name with a NUL in it before it asks the system.
        if "null" not in str(error):
            raise
        raise LocalStorage("PSC-DISK-NAME/nul", where=str(path), path=str(path)) from None


def storage_error(path: Path, error: OSError) -> LocalStorage:
    """What a refused read or write of this path means for a person (faults P03, P04)."""
    where = str(path)
    if error.errno in _FULL:
        return LocalStorage("PSC-DISK-FULL/replaced", where=where, folder=str(path.parent))
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return LocalStorage("PSC-DISK-DENIED/read-only-use", where=where, path=str(path))
    if error.errno == errno.ENAMETOOLONG:
        longest = max(path.parts, key=len)
        return LocalStorage("PSC-DISK-NAME/long", where=f"{where[:200]}…", count=len(where), part=f"{longest[:40]}…")
    if error.errno == errno.EISDIR:
        return LocalStorage("PSC-DISK-FOLDER", where=where, path=str(path))
    if error.errno == errno.ENOENT:
        return LocalStorage("PSC-DISK-MISSING", where=where, path=str(path))
    return LocalStorage("PSC-DISK-ERROR", where=where, reason=error.strerror or type(error).__name__, path=str(path))
