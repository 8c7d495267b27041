"""Keeps the entries of the system's own scheduler as the connections' schedules need them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from psconnect.logs import logger
from psconnect.model.connection import Connection
from psconnect.model.errors import PsconnectError
from psconnect.model.schedule_state import Registration
from psconnect.schedule.due import Schedule
from psconnect.schedule.entries import connection_of, entry_of, registration_of
from psconnect.schedule.systems.kind import Entry, Scheduler, without_years
from psconnect.schedule.systems.program import own_command
from psconnect.service.connections import Connections
from psconnect.store.settings.schedule_notes import ScheduleNotes, change_notes, schedule_notes


class Registering(Connections):
    """Base class for whatever changes when a connection starts by itself."""

    def reconcile_schedules(self) -> None:
        """Put right what differs: entries that are missing or outdated, and those of connections that are gone.

        What the user switched off in the system's settings stays off, and an entry of another psconnect that is still
        there stays its own. To be called when the window opens; what fails is noted with the connection.
        """
        connections = self._files.all()
        if not connections:
            return
        try:
            scheduler = self._scheduler()
            listed = scheduler.listed() if scheduler else []
        except PsconnectError as error:
            logger.warning("schedules not read", extra={"data": {"code": error.code}})
            return
        if scheduler is None:
            return
        for connection in connections:
            self._register(connection, gently=True)
        # A connection file that can't be read may be the one of an entry without a connection.
        known = None if self._files.damaged() else {connection.id for connection in connections}
        for entry_id in listed:
            if known is not None and connection_of(entry_id) not in known:
                self._forget_entry(entry_id)

    def withdraw_schedules(self) -> int:
        """Take all entries of this home out of the system's scheduler; returns how many there were.

        Schedules stay as they are set, so that the next psconnect that opens its window has them registered anew.
        Raises PsconnectError if the system can't be asked or refuses.
        """
        scheduler = self._scheduler()
        entries = scheduler.listed() if scheduler else []
        for entry_id in entries:
            if scheduler:
                scheduler.remove(entry_id)
        return len(entries)

    def schedule_system(self) -> str:
        """The key of this computer's own scheduler; empty if there is none."""
        scheduler = self._scheduler()
        return scheduler.key if scheduler else ""

    def _forget_entry(self, connection_id: str) -> None:
        """Remove the entry of an id that a connection has no longer."""
        try:
            scheduler = self._scheduler()
            if scheduler:
                scheduler.remove(connection_id)
        except PsconnectError as error:
            # The next look finds an entry without a connection.
            logger.warning("schedule entry not removed", extra={"data": {"code": error.code}})

    def _entry(self, connection: Connection, notes: ScheduleNotes) -> Entry | None:
        """What the system has to have for a connection; None for nothing."""
        if connection.disabled or not (connection.schedule.is_on or notes.tonight):
            return None
        schedule = self._schedule_of(connection, notes)
        command = own_command(self.home, ("sync", connection.id, "--trigger", "schedule"))
        return entry_of(connection.id, connection.name, command, schedule, notes.tonight, self.clock.now())

    def _register(self, connection: Connection, *, gently: bool = False) -> None:
        """Have the system keep what the connection needs; what goes wrong is noted with its schedule.

        ``gently`` leaves alone what the user switched off, and what another psconnect has registered.
        """
        notes = self._notes_of(connection)
        registered, trouble = notes.registered, None
        try:
            entry = self._entry(connection, notes)
            if entry is None and not notes.registered:
                return
            scheduler = self._scheduler()
            if scheduler is None:
                return
            registered = entry is not None
            found = scheduler.read_back(connection.id)
            if entry is None:
                if found:
                    scheduler.remove(connection.id)
            elif not (gently and found and _kept(found, entry)) and found != _as_kept(entry, scheduler):
                scheduler.register(entry)
        except PsconnectError as error:
            logger.warning("schedule not registered", extra={"data": {"code": error.code}})
            trouble = error.as_dict()
        self._change_notes(
            connection, lambda notes: msgspec.structs.replace(notes, registered=registered, trouble=trouble)
        )

    def _registration(
        self, connection: Connection, notes: ScheduleNotes
    ) -> tuple[str, Registration, dict[str, Any] | None]:
        """The system's key, how it has the connection's entry, and why it could not be asked."""
        scheduler: Scheduler | None = None
        try:
            scheduler = self._scheduler()
            if scheduler is None:
                return "", "no", None
            found = scheduler.read_back(connection.id)
            wanted = self._entry(connection, notes)
            return scheduler.key, registration_of(found, wanted, keeps_until=scheduler.keeps_until), None
        except PsconnectError as error:
            return (scheduler.key if scheduler else ""), "unknown", error.as_dict()

    def _schedule_of(self, connection: Connection, notes: ScheduleNotes) -> Schedule:
        return Schedule(connection.schedule, notes.new_year_day, self.clock.zone())

    def _notes_of(self, connection: Connection) -> ScheduleNotes:
        return schedule_notes(self.rosters_of(connection.name))

    def _change_notes(self, connection: Connection, change: Callable[[ScheduleNotes], ScheduleNotes]) -> ScheduleNotes:
        return change_notes(self.rosters_of(connection.name), change)


def _as_kept(entry: Entry, scheduler: Scheduler) -> Entry:
    """The entry as the system would read it back."""
    return entry if scheduler.keeps_until else without_years(entry)


def _kept(found: Entry, wanted: Entry) -> bool:
    """Whether an entry is not ours to change: switched off by the user, or of another psconnect that is still there."""
    return not found.enabled or (found.command != wanted.command and Path(found.command[0]).is_file())
