"""systemd user timers (systemd.timer(5)): they run while the user is logged in, or always if the user lingers."""

from __future__ import annotations

import contextlib
import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from psconnect.model.errors import FixSettings, TryLater
from psconnect.schedule.systems.entry_names import EntryNames
from psconnect.schedule.systems.kind import Entry, without_years
from psconnect.schedule.systems.tools import ToolAnswer, ask
from psconnect.schedule.systems.unit_files import command_in, service_file, timer_file, times_in
from psconnect.store.files import storage_errors, write_atomically

LINGER = Path("/var/lib/systemd/linger")
"""A file per user who lingers (loginctl enable-linger): their timers run while they are logged out, too."""


@dataclass
class Systemd:
    """The user's own systemd, for the entries of one home.

    Attributes:
        home_id: the id of psconnect's home.
        environment: where HOME and XDG_* are found.
    """

    home_id: str
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    key: str = "systemd"
    keeps_until: bool = False

    @property
    def runs_logged_out(self) -> bool:
        """Whether the user lingers."""
        return (LINGER / getpass.getuser()).exists()

    def register(self, entry: Entry) -> None:
        """Write both files, and have systemd read and start them."""
        self._reach()
        timer = timer_file(entry)
        folder = self._units
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / self._service(entry.id), service_file(entry).encode())
        if timer:
            write_atomically(folder / self._timer(entry.id), timer.encode())
        elif (folder / self._timer(entry.id)).exists():
            self._forget_timer(entry.id)
        self._ask("daemon-reload").done()
        if self._shown(self._service(entry.id), "FragmentPath") != {
            "FragmentPath": [str(folder / self._service(entry.id))]
        }:
            self.remove(entry.id)
            raise FixSettings("PSC-SCHEDULE-UNREAD", where=str(folder), path=str(folder))
        if timer:
            self._ask("enable", "--now", self._timer(entry.id)).done()

    def remove(self, entry_id: str) -> None:
        """Stop the timer, and remove files, links and the note of the last start; a start that is at work goes on."""
        folder = self._units
        if not any((folder / name).exists() for name in (self._service(entry_id), self._timer(entry_id))):
            return
        reached = self._reached()
        self._forget_timer(entry_id)
        with storage_errors(folder):
            (folder / self._service(entry_id)).unlink(missing_ok=True)
            for place in (folder, folder.parent):
                with contextlib.suppress(OSError):  # something else is in it
                    place.rmdir()
        if not reached:
            raise TryLater("PSC-SCHEDULE-NO-SESSION/systemd")
        self._ask("daemon-reload").done()
        # One that failed would stay in memory; it is no mistake if there is nothing of it.
        self._ask("reset-failed", self._service(entry_id), self._timer(entry_id))

    def read_back(self, entry_id: str) -> Entry | None:
        """What systemd has loaded; raises TryLater if the user's systemd can't be reached."""
        self._reach()
        service = self._shown(self._service(entry_id), "LoadState", "FragmentPath", "Description", "NeedDaemonReload")
        if service["LoadState"] == ["not-found"]:
            return None
        file = Path(service["FragmentPath"][0])
        # The property ExecStart doesn't say where an argument ends; what was loaded is in the file, if it is unchanged.
        unchanged = service["NeedDaemonReload"] == ["no"] and file.is_file()
        command = command_in(file.read_text(encoding="utf-8", errors="replace")) if unchanged else ()
        name = service["Description"][0].removeprefix("psconnect: ")
        asked = ("LoadState", "UnitFileState", "ActiveState", "TimersCalendar", "TimersMonotonic")
        timer = self._shown(self._timer(entry_id), *asked)
        if timer["LoadState"] == ["not-found"]:
            return Entry(entry_id, name, command)
        calendars = [_inner(one, "OnCalendar") for one in timer["TimersCalendar"]]
        at_login = any(_inner(one, "OnStartupUSec") for one in timer["TimersMonotonic"])
        on = timer["UnitFileState"] == ["enabled"] and timer["ActiveState"] == ["active"]
        return without_years(Entry(entry_id, name, command, times_in(calendars), at_login=at_login, enabled=on))

    def listed(self) -> list[str]:
        """The ids of this home's services in the user's folder."""
        folder = self._units
        with storage_errors(folder):
            return self._names(".service").ids(file.name for file in folder.iterdir()) if folder.is_dir() else []

    def start_now(self, entry_id: str) -> None:
        """Start the service, and don't wait for its end."""
        self._reach()
        if entry_id not in self.listed():
            raise FixSettings("PSC-SCHEDULE-ENTRY-MISSING", where=entry_id)
        self._ask("start", "--no-block", self._service(entry_id)).done()

    @property
    def _units(self) -> Path:
        return self._xdg("XDG_CONFIG_HOME", ".config") / "systemd" / "user"

    def _xdg(self, name: str, default: str) -> Path:
        given = self.environment.get(name)
        return Path(given) if given else Path(self.environment.get("HOME") or Path.home()) / default

    def _names(self, ending: str) -> EntryNames:
        return EntryNames(self.home_id, suffix=ending)

    def _service(self, entry_id: str) -> str:
        return self._names(".service").name(entry_id)

    def _timer(self, entry_id: str) -> str:
        return self._names(".timer").name(entry_id)

    def _forget_timer(self, entry_id: str) -> None:
        """Stop and remove the timer, with its link and the note of its last start; it may be gone already."""
        timer = self._timer(entry_id)
        self._ask("disable", "--now", timer)
        stamps = self._xdg("XDG_DATA_HOME", ".local/share") / "systemd" / "timers"
        with storage_errors(self._units):
            for file in (self._units / "timers.target.wants" / timer, self._units / timer, stamps / f"stamp-{timer}"):
                file.unlink(missing_ok=True)
            for place in (self._units / "timers.target.wants", stamps, stamps.parent):
                with contextlib.suppress(OSError):  # not there, or something else is in it
                    place.rmdir()

    def _ask(self, *arguments: str) -> ToolAnswer:
        runtime = self.environment.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
        return ask(["systemctl", "--user", "--no-ask-password", *arguments], more={"XDG_RUNTIME_DIR": runtime})

    def _reached(self) -> bool:
        return self._ask("show", "--property=Version").code == 0

    def _reach(self) -> None:
        if not self._reached():
            raise TryLater("PSC-SCHEDULE-NO-SESSION/systemd")

    def _shown(self, unit: str, *properties: str) -> dict[str, list[str]]:
        """Properties of a unit; those that come several times have several values, those that are not there none."""
        wanted = [f"--property={one}" for one in properties]
        found: dict[str, list[str]] = {one: [] for one in properties}
        for line in self._ask("show", unit, *wanted).done().out.decode(errors="replace").splitlines():
            name, _, value = line.partition("=")
            if name in found:
                found[name].append(value)
        return found


def _inner(shown: str, name: str) -> str:
    """A field of a structured property: ``*-*-* 05:30:00`` of ``{ OnCalendar=*-*-* 05:30:00 ; next_elapse=… }``."""
    for part in shown.strip("{} ").split(" ; "):
        key, _, value = part.partition("=")
        if key == name:
            return value
    return ""
