"""launchd agents of macOS: they run while the user is logged in at the screen, with an unlocked keychain.

launchctl is asked by exit code alone, but for one thing: whether a job is at work, which ``launchctl list`` says.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from psconnect.model.clock import CancelToken, Clock
from psconnect.model.errors import FixSettings, TryLater
from psconnect.schedule.systems.agent_file import agent_file, entry_in_agent
from psconnect.schedule.systems.entry_names import EntryNames
from psconnect.schedule.systems.kind import Entry
from psconnect.schedule.systems.tools import LONGEST_SECONDS, ToolAnswer, ask
from psconnect.store.files import storage_errors, write_atomically

PREFIX = "org.psconnect."
_READABLE = 0o644
"""launchd refuses agents that others may write; the file holds no secret."""
_TRIES = 8
_TRY_SECONDS = 0.5
_AT_WORK = b'"PID" ='
_WHEN_ENDED = """\
(
i=0; while launchctl list "$1" 2>/dev/null | grep -q '"PID" ='; do
  i=$((i+1)); [ "$i" -lt 14400 ] || exit 1; sleep 1
done
launchctl bootout "$2/$1"
[ -n "$3" ] || exit 0
i=0; until launchctl bootstrap "$2" "$3"; do i=$((i+1)); [ "$i" -lt 20 ] || exit 1; sleep 1; done
) &
"""
"""Takes an agent out when its job has ended, because launchd ends the job of an agent that is taken out; then loads the
changed one, if there is a file."""


def agents_folder(environment: Mapping[str, str]) -> Path:
    """Where a user's agents lie."""
    return Path(environment.get("HOME") or Path.home()) / "Library" / "LaunchAgents"


@dataclass
class Launchd:
    """The agents of one home.

    Attributes:
        home_id: the id of psconnect's home.
        environment: where HOME is found.
        clock: for waiting until launchd has let go of an agent.
    """

    home_id: str
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clock: Clock = field(default_factory=Clock)
    key: str = "launchd"
    keeps_until: bool = False
    runs_logged_out: bool = False

    def register(self, entry: Entry) -> None:
        """Write the file, and load it in place of the former one: now, or when a start that is at work has ended."""
        self._reach()
        label = self._label(entry.id)
        content = agent_file(label, entry)
        file = self._file(entry.id)
        loaded = self._is_loaded(entry.id)
        with storage_errors(file):
            if loaded and file.exists() and file.read_bytes() == content:
                return
            file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, content)
        with storage_errors(file):
            file.chmod(_READABLE)
        if loaded and self._is_at_work(entry.id):
            self._when_ended(entry.id, file)
            return
        self._unload(entry.id)
        self._load(entry.id)

    def remove(self, entry_id: str) -> None:
        """Delete the agent's file and take the agent out: now, or when a start that is at work has ended.

        The last start of a schedule takes its own agent out.
        """
        file = self._file(entry_id)
        if self._is_at_work(entry_id):
            self._when_ended(entry_id, None)
        elif self._is_loaded(entry_id):
            self._unload(entry_id)
        with storage_errors(file):
            if file.exists():
                file.unlink()
                with contextlib.suppress(OSError):  # something else is in it
                    file.parent.rmdir()

    def read_back(self, entry_id: str) -> Entry | None:
        """What the file says, enabled if launchd has it; Login Items keep one from being loaded."""
        file = self._file(entry_id)
        with storage_errors(file):
            if not file.exists():
                return None
            entry = entry_in_agent(entry_id, file.read_bytes())
        if self._is_loaded(entry_id):
            return entry
        self._reach()
        return replace(entry, enabled=False)

    def listed(self) -> list[str]:
        """The ids of this home's files."""
        folder = agents_folder(self.environment)
        with storage_errors(folder):
            return self._names.ids(file.name for file in folder.iterdir()) if folder.is_dir() else []

    def start_now(self, entry_id: str) -> None:
        """Start the agent's command."""
        if entry_id not in self.listed():
            raise FixSettings("PSC-SCHEDULE-ENTRY-MISSING", where=entry_id)
        self._reach()
        self._ask("kickstart", entry_id).done()

    @property
    def _domain(self) -> str:
        return f"gui/{os.getuid()}"

    @property
    def _names(self) -> EntryNames:
        return EntryNames(self.home_id, PREFIX, ".plist")

    def _file(self, entry_id: str) -> Path:
        return agents_folder(self.environment) / self._names.name(entry_id)

    def _label(self, entry_id: str) -> str:
        return self._file(entry_id).stem

    def _ask(self, what: str, entry_id: str) -> ToolAnswer:
        return ask(["launchctl", what, f"{self._domain}/{self._label(entry_id)}"])

    def _is_loaded(self, entry_id: str) -> bool:
        return self._ask("print", entry_id).code == 0

    def _is_at_work(self, entry_id: str) -> bool:
        return _AT_WORK in ask(["launchctl", "list", self._label(entry_id)]).out

    def _when_ended(self, entry_id: str, file: Path | None) -> None:
        """Leave it to a process of its own to take the agent out, and load ``file``, when the job has ended."""
        command = ["/bin/sh", "-c", _WHEN_ENDED, "sh", self._label(entry_id), self._domain, str(file or "")]
        with storage_errors(file or self._file(entry_id)):
            # The shell ends at once; what it leaves behind is out of launchd's reach, which ends a job's whole group.
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            ).wait(LONGEST_SECONDS)

    def _reach(self) -> None:
        if ask(["launchctl", "print", self._domain]).code:
            raise TryLater("PSC-SCHEDULE-NO-SESSION/launchd")

    def _unload(self, entry_id: str) -> None:
        """Take the agent out and wait until it is gone; nothing to do if it isn't loaded."""
        answer = self._ask("bootout", entry_id)
        for _try in range(_TRIES):
            if not self._is_loaded(entry_id):
                return
            self.clock.wait(_TRY_SECONDS, CancelToken())
        answer.done()

    def _load(self, entry_id: str) -> None:
        """Load the agent; launchctl ends with 5 while launchd has not quite let go of the former one."""
        file = self._file(entry_id)
        answer = ask(["launchctl", "bootstrap", self._domain, str(file)])
        for _try in range(_TRIES):
            if answer.code == 0:
                return
            self.clock.wait(_TRY_SECONDS, CancelToken())
            answer = ask(["launchctl", "bootstrap", self._domain, str(file)])
        if answer.code:
            with storage_errors(file):
                file.unlink(missing_ok=True)
            answer.done()
