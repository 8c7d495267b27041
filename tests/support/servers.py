"""What all servers of tests have in common: an account without rights, a folder, and an end with the tests."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pwd


def free_port() -> int:
    """A port of this machine on which nothing listens."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def dropped_to(account: str, *command: str | Path) -> list[str]:
    """The command as this account runs it where the tests run as root: a server refuses to run as root."""
    if not is_root():
        return list(map(str, command))
    drop = ["setpriv", f"--reuid={account}", f"--regid={_entry(account).pw_gid}", "--clear-groups", "--"]
    return [*drop, *map(str, command)]


def ending_with_us(end: str, *command: str | Path) -> list[str]:
    """The command as a process that gets the signal ``end`` (KILL, TERM …) when the one that starts it ends.

    Also when that one is killed, and then without a chance to clean up. Linux alone knows this; util-linux brings it.
    """
    keep = ["setpriv", f"--pdeathsig={end}", "--"] if shutil.which("setpriv") else []
    return [*keep, *map(str, command)]


def server_folder(kind: str) -> Path:
    """A new folder that a server's account can reach, after those are gone that killed tests left behind.

    Not in pytest's folder: nobody but its owner may look into that, and a socket's path has 107 characters at most.
    """
    prefix = f"psconnect-{kind}-"
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        owner = left.name.removeprefix(prefix).partition("-")[0]
        if owner.isdecimal() and not _lives(int(owner)):
            shutil.rmtree(left, ignore_errors=True)  # another process of tests may do so at the same time
    folder = Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-"))
    folder.chmod(0o755)
    return folder


def give(path: Path, account: str) -> None:
    """Make a file that of a server's account, where the tests run as root."""
    if is_root():
        entry = _entry(account)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def is_root() -> bool:
    """Whether the tests may do everything."""
    return os.geteuid() == 0


def _entry(account: str) -> pwd.struct_passwd:
    import pwd  # noqa: PLC0415 (not on Windows, where this file is imported, too)

    return pwd.getpwnam(account)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
