"""A launchd agent that starts a program at login (macOS)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from psconnect.schedule.systems.agent_file import agent_document, agent_in, command_of_agent
from psconnect.schedule.systems.launchd import agents_folder
from psconnect.schedule.systems.login_item import LoginState
from psconnect.store.files import storage_errors, write_atomically

_READABLE = 0o644


@dataclass
class LoginAgent:
    """An agent that launchd loads at the next login, and not before: it would start psconnect a second time.

    Attributes:
        label: its label, which is also the name of its file.
        environment: where HOME is found.
    """

    label: str
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def file(self) -> Path:
        """The agent's file."""
        return agents_folder(self.environment) / f"{self.label}.plist"

    def register(self, command: Sequence[str]) -> None:
        """Have the command started at each login from now on."""
        interactive = {"ProcessType": "Interactive", "LimitLoadToSessionType": "Aqua"}
        with storage_errors(self.file.parent):
            self.file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.file, agent_document(self.label, command, at_login=True, more=interactive))
        with storage_errors(self.file):
            self.file.chmod(_READABLE)

    def remove(self) -> None:
        """Delete the file. It is not taken out of launchd, which would end the program that asks for it."""
        with storage_errors(self.file):
            if self.file.exists():
                self.file.unlink()
                with contextlib.suppress(OSError):  # something else is in it
                    self.file.parent.rmdir()

    def read_back(self) -> LoginState | None:
        """What the file says; whether Login Items allow it shows only at the next login."""
        with storage_errors(self.file):
            if not self.file.exists():
                return None
            agent = agent_in(self.file.read_bytes())
        return LoginState(command_of_agent(agent), enabled=agent.get("RunAtLoad") is True)
