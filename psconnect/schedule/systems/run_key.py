r"""Programs that Windows starts at login: values of ``HKCU\…\Run``, which no administrator has to allow."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from psconnect.model.errors import LocalStorage
from psconnect.schedule.systems.login_item import LoginState
from psconnect.schedule.systems.windows_arguments import joined, split

RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"
"""Where Settings and the Task Manager note what the user switched off: the first byte is odd then."""


class Registry(Protocol):
    """The user's part of the registry; each call raises OSError if it is refused."""

    def read(self, key: str, name: str) -> str | bytes | None:
        """A value, or None if there is none."""

    def write(self, key: str, name: str, text: str) -> None:
        """Set a text."""

    def delete(self, key: str, name: str) -> None:
        """Delete a value; nothing to do if there is none."""


@dataclass
class RunKey:
    """One value of the key.

    Attributes:
        name: the name of the value.
        registry: the user's registry.
    """

    name: str
    registry: Registry

    def register(self, command: Sequence[str]) -> None:
        """Have the command started at each login from now on, also if it was switched off before."""
        try:
            self.registry.write(RUN, self.name, joined(command))
            self.registry.delete(APPROVED, self.name)
        except OSError as error:
            raise _refused(error) from None

    def remove(self) -> None:
        """Delete the value, and the note that it was switched off."""
        try:
            self.registry.delete(RUN, self.name)
            self.registry.delete(APPROVED, self.name)
        except OSError as error:
            raise _refused(error) from None

    def read_back(self) -> LoginState | None:
        """What the value says."""
        try:
            line = self.registry.read(RUN, self.name)
            approved = self.registry.read(APPROVED, self.name)
        except OSError as error:
            raise _refused(error) from None
        if not isinstance(line, str):
            return None
        off = isinstance(approved, bytes) and approved[:1] != b"" and approved[0] % 2 == 1
        return LoginState(split(line), enabled=not off)


def windows_registry() -> Registry:
    """The registry of the signed-in user; only on Windows."""
    if sys.platform == "win32":
        return _WindowsRegistry()
    raise OSError("only Windows has a registry")


class _WindowsRegistry:
    """HKEY_CURRENT_USER through winreg."""

    def read(self, key: str, name: str) -> str | bytes | None:
        if sys.platform == "win32":
            import winreg  # noqa: PLC0415 - only Windows has it

            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as opened:
                    value: str | bytes | None = winreg.QueryValueEx(opened, name)[0]
                    return value
            except FileNotFoundError:
                return None
        raise OSError

    def write(self, key: str, name: str, text: str) -> None:
        if sys.platform == "win32":
            import winreg  # noqa: PLC0415 - only Windows has it

            with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:
                winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, text)

    def delete(self, key: str, name: str) -> None:
        if sys.platform == "win32":
            import winreg  # noqa: PLC0415 - only Windows has it

            try:
                with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, winreg.KEY_SET_VALUE) as opened:
                    winreg.DeleteValue(opened, name)
            except FileNotFoundError:
                return


def _refused(error: OSError) -> LocalStorage:
    reason = error.strerror or type(error).__name__
    return LocalStorage("PSC-SCHEDULE-REGISTRY", where=RUN, reason=reason)
