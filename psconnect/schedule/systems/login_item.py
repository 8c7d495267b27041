"""What starts a program when the user logs in, whatever the system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class LoginState:
    """A start at login as the system has it.

    Attributes:
        command: what is started.
        enabled: False if the user switched it off in the system's own settings.
    """

    command: tuple[str, ...]
    enabled: bool = True


class LoginItem(Protocol):
    """One program that the system starts when the user logs in."""

    def register(self, command: Sequence[str]) -> None:
        """Have the command started at each login from now on, in place of a former one."""

    def remove(self) -> None:
        """Undo that; nothing to do if it isn't there."""

    def read_back(self) -> LoginState | None:
        """How it stands with the system; None if there is none."""
