"""What every package is named after and dated with, from the checkout alone."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import WorkbenchError

_VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)
_MACHINES = {"amd64": "x86_64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Release:
    """What a package is made of.

    Attributes:
        checkout: the checkout.
        version: as the program says it.
        date: seconds since 1970 that every file of a package is dated with, so that two builds are alike.
        signed: whether what is made is signed; what isn't says so in its name.
    """

    checkout: Path
    version: str
    date: int
    signed: bool = False

    @property
    def folder(self) -> Path:
        """Where packages are made."""
        return self.checkout / "build" / "package"

    def name(self, system: str) -> str:
        """The name of a package without its ending: ``psconnect-0.1.0-linux-x86_64-unsigned``."""
        machine = platform.machine().lower()
        signed = "" if self.signed else "-unsigned"
        return f"psconnect-{self.version}-{system}-{_MACHINES.get(machine, machine)}{signed}"

    def variables(self) -> dict[str, str]:
        """Environment variables with which tools make the same bytes again."""
        return {"SOURCE_DATE_EPOCH": str(self.date), "PYTHONHASHSEED": "0"}


def release_of(checkout: Path) -> Release:
    """The release that a checkout would make; SOURCE_DATE_EPOCH goes before the date of the last commit.

    Raises:
        WorkbenchError: the checkout doesn't say its version, or there is neither a date nor git.
    """
    return Release(checkout, version_of(checkout), int(os.environ.get("SOURCE_DATE_EPOCH") or _last_commit(checkout)))


def version_of(checkout: Path) -> str:
    """What the program says that it is; raises WorkbenchError."""
    found = _VERSION.search((checkout / "psconnect" / "__init__.py").read_text(encoding="utf-8"))
    if found is None:
        raise WorkbenchError('psconnect/__init__.py has no line __version__ = "…".')
    return found[1]


def _last_commit(checkout: Path) -> str:
    command = ["git", "log", "-1", "--format=%ct"]
    try:
        done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise WorkbenchError(
            "The packages are dated with the last commit, and git can't tell it here. Set SOURCE_DATE_EPOCH to a time "
            "in seconds since 1970, then start again."
        ) from error
    return done.stdout.strip()
