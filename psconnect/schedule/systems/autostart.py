"""Programs that a Linux desktop starts at login: desktop files (Desktop Application Autostart Specification)."""

from __future__ import annotations

import configparser
import contextlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from psconnect.schedule.systems.login_item import LoginState
from psconnect.store.files import storage_errors, write_atomically

_FILE = """\
[Desktop Entry]
Type=Application
Version=1.0
Name=psconnect
Exec={command}
Terminal=false
NoDisplay=true
X-GNOME-Autostart-enabled=true
"""
_ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass
class Autostart:
    """One desktop file in ``~/.config/autostart``.

    Attributes:
        name: of the file, without its ending.
        environment: where HOME and XDG_CONFIG_HOME are found.
    """

    name: str
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def file(self) -> Path:
        """The desktop file."""
        given = self.environment.get("XDG_CONFIG_HOME")
        config = Path(given) if given else Path(self.environment.get("HOME") or Path.home()) / ".config"
        return config / "autostart" / f"{self.name}.desktop"

    def register(self, command: Sequence[str]) -> None:
        """Have the command started at each login from now on."""
        with storage_errors(self.file.parent):
            self.file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.file, _FILE.format(command=_exec_line(command)).encode())

    def remove(self) -> None:
        """Remove the file, and the folder if nothing else is in it."""
        with storage_errors(self.file):
            if not self.file.exists():
                return
            self.file.unlink()
            with contextlib.suppress(OSError):  # something else is in it
                self.file.parent.rmdir()

    def read_back(self) -> LoginState | None:
        """What the file says; desktops switch one off by a key in it."""
        with storage_errors(self.file):
            if not self.file.exists():
                return None
            text = self.file.read_text(encoding="utf-8", errors="replace")
        parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
        try:
            parser.read_string(text)
            entry = parser["Desktop Entry"]
        except (configparser.Error, KeyError):
            return LoginState((), enabled=False)
        off = entry.get("hidden") == "true" or entry.get("x-gnome-autostart-enabled") == "false"
        return LoginState(_command_of(entry.get("exec", "")), enabled=not off)


def _exec_line(command: Sequence[str]) -> str:
    """Quoted twice: as arguments (with ``%`` doubled), and as a value of the file, whose backslashes are doubled."""
    words = (re.sub(r'(["`$\\])', r"\\\1", one).replace("%", "%%") for one in command)
    return " ".join(f'"{word}"' for word in words).replace("\\", "\\\\")


def _command_of(line: str) -> tuple[str, ...]:
    words = _ARGUMENT.findall(line.replace("\\\\", "\\"))
    return tuple(re.sub(r"\\(.)", r"\1", one).replace("%%", "%") for one in words)
