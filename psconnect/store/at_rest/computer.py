"""What the questions about this computer are asked of: its system, environment, files, registry and programs."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_SECONDS = 10.0


def run_quietly(command: Sequence[str]) -> str:
    """What a program of the system prints; empty if it is not there, fails, or does not answer in time."""
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    try:
        ended = subprocess.run(
            command, capture_output=True, timeout=_SECONDS, check=True, creationflags=flags, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return ended.stdout.decode("utf-8", errors="replace")


def registry_values(key: str, name: str) -> list[str]:
    """The texts with that name in all keys directly below a key of the current user; none except on Windows."""
    found: list[str] = []
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415 - there is none elsewhere

        # A key that is not there, or may not be read, is one without values.
        with contextlib.suppress(OSError), winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as parent:
            for place in range(winreg.QueryInfoKey(parent)[0]):
                with winreg.OpenKey(parent, winreg.EnumKey(parent, place)) as child, contextlib.suppress(OSError):
                    found.append(str(winreg.QueryValueEx(child, name)[0]))
    return found


def drive_type(path: str) -> int:
    """Windows' GetDriveTypeW of the drive of a path: 2 removable, 3 fixed, 4 network; 0 elsewhere."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - its windll is Windows' own

        return int(ctypes.windll.kernel32.GetDriveTypeW(os.path.splitdrive(path)[0] + "\\"))
    return 0


@dataclass(frozen=True)
class Computer:
    """This computer, or one that a test makes up.

    Attributes:
        system: ``win32``, ``darwin`` or ``linux`` (sys.platform).
        environment: its variables.
        home: the user's folder.
        root: where the files of Linux' kernel are (``/proc``, ``/sys``).
        run, registry, drive: see the functions above.
    """

    system: str = sys.platform
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    home: Path = field(default_factory=Path.home)
    root: Path = Path("/")
    run: Callable[[Sequence[str]], str] = run_quietly
    registry: Callable[[str, str], list[str]] = registry_values
    drive: Callable[[str], int] = drive_type

    def text(self, path: Path) -> str:
        """A file's text; empty if it can't be read."""
        try:
            return path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""


@dataclass(frozen=True)
class Mount:
    """A mounted file system of Linux: its device (``259:2``), where it is, its type and what it is mounted from."""

    device: str
    place: str
    kind: str
    source: str


def mount_of(folder: Path, computer: Computer) -> Mount | None:
    """The file system that a folder is on; None if the kernel doesn't say."""
    best: Mount | None = None
    for line in computer.text(computer.root / "proc/self/mountinfo").splitlines():
        before, dash, after = line.partition(" - ")
        fields, rest = before.split(), after.split()
        if not dash or len(fields) < _MOUNT_FIELDS or len(rest) < _SOURCE_FIELDS:
            continue
        place = fields[4].replace(r"\040", " ")
        # The last line wins: what was mounted later lies over what was there.
        if folder.is_relative_to(place) and (best is None or len(place) >= len(best.place)):
            best = Mount(fields[2], place, rest[0], rest[1])
    return best


_MOUNT_FIELDS, _SOURCE_FIELDS = 5, 2
