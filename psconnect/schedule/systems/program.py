"""With which command line a system starts this psconnect, without a console."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psconnect
from psconnect.model.errors import FixSettings
from psconnect.store.settings.home import Home, find_home, home_at

_WINDOWLESS = "psconnectw"


@dataclass(frozen=True)
class Installation:
    """Where this psconnect runs from; tests describe others.

    Attributes:
        executable: the running program: the interpreter, or psconnect itself if it is frozen.
        scripts: the folder of installed entry points.
        package: the folder of the package psconnect.
        frozen: whether it is a program of its own (PyInstaller).
        system: ``sys.platform``.
    """

    executable: Path
    scripts: Path
    package: Path
    frozen: bool = False
    system: str = sys.platform

    def program(self) -> tuple[str, ...]:
        """The windowless program and what has to stand before its arguments; raises FixSettings if there is none."""
        exe = ".exe" if self.system == "win32" else ""
        beside = self.executable.parent if self.frozen else self.scripts
        installed = beside / f"{_WINDOWLESS}{exe}"
        if self.frozen or installed.is_file():
            return (_existing(installed),)
        # A checkout: nothing is installed, and a scheduler knows neither PYTHONPATH nor a folder to start in.
        python = self.executable
        if self.system == "win32" and python.with_name("pythonw.exe").is_file():
            python = python.with_name("pythonw.exe")
        return (_existing(python), _existing(self.package / "__main__.py"))


def this_installation() -> Installation:
    """Where the running psconnect is from."""
    return Installation(
        Path(sys.executable),
        Path(sysconfig.get_path("scripts")),
        Path(psconnect.__file__).parent,
        frozen=bool(getattr(sys, "frozen", False)),
    )


def own_command(home: Home, arguments: Sequence[str], installation: Installation | None = None) -> tuple[str, ...]:
    """The command with which a system starts psconnect for this home: full paths, because it knows no others.

    A home that PSCONNECT_HOME moved, or the demo's, is named in it: a scheduler passes no variables on.
    """
    program = (installation or this_installation()).program()
    if home == find_home({}):
        return (*program, *arguments)
    folder = home.config.parent
    if home_at(folder) != home:
        raise FixSettings("PSC-SCHEDULE-HOME", where=str(folder), path=str(folder))
    return (*program, "--home", str(folder), *arguments)


def _existing(path: Path) -> str:
    if not path.is_file():
        raise FixSettings("PSC-SCHEDULE-PROGRAM", where=str(path), path=str(path))
    # Not resolved: in a virtual environment the interpreter's own name decides which one it is.
    return str(path.absolute())
