"""The schedules of connections: how they stand, what comes next, and the wish to run "tonight"."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

import msgspec

from psconnect.logs import logger
from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings, PsconnectError
from psconnect.model.runs import APPLIED, Run
from psconnect.model.schedule import ScheduledStart, ScheduleSettings, check_schedule
from psconnect.model.schedule_state import ScheduleState, Upcoming
from psconnect.schedule.due import Schedule, due, rescheduled, seen
from psconnect.schedule.occurrences import off_peak_minutes, tonight
from psconnect.schedule.upcoming import upcoming_starts
from psconnect.service.registering import Registering
from psconnect.service.runs import Runs
from psconnect.store.history.facts import NEXT_FIRST_DAY, get_fact
from psconnect.store.settings.schedule_notes import ScheduleNotes, starting

_FIRST_RUN = timedelta(minutes=30)
"""How long a run is expected to take of which nothing is known."""
_RECENT = 5
_MINUTE = timedelta(minutes=1)


class Schedules(Registering, Runs):
    """What a user can do with the schedules of connections."""

    def schedule_state(self, name: str) -> ScheduleState:
        """How a connection's schedule stands; asks the system's scheduler, which may take seconds."""
        connection = self._files.get(name)
        notes = self._notes_of(connection)
        system, registered, trouble = self._registration(connection, notes)
        return ScheduleState(
            settings=connection.schedule,
            next=self._next(connection, notes),
            last=notes.last,
            tonight=notes.tonight,
            system=system,
            registered=registered,
            proof=notes.proof,
            new_year_day=notes.new_year_day,
            trouble=trouble or notes.trouble,
        )

    def next_start(self, name: str) -> ScheduledStart | None:
        """The next start of a connection, one asked for "tonight" included; asks no system, so it is quick."""
        connection = self._files.get(name)
        return self._next(connection, self._notes_of(connection))

    def _next(self, connection: Connection, notes: ScheduleNotes) -> ScheduledStart | None:
        if connection.disabled:
            return None
        start = self._schedule_of(connection, notes).next(self.clock.now())
        if notes.tonight and (start is None or notes.tonight <= start.at):
            return ScheduledStart(notes.tonight, "tonight")
        return start

    def next_start_of(self, connection: Connection) -> datetime | None:
        """When the connection runs next by itself; None if it does not."""
        start = self._next(connection, self._notes_of(connection))
        return start.at if start else None

    def upcoming(
        self,
        settings: ScheduleSettings,
        *,
        new_year_day: date | None,
        now: datetime,
        count: int,
        takes: timedelta | None = None,
    ) -> list[Upcoming]:
        """The next starts of settings that may be unsaved, ``count`` at most, with what sets them apart.

        Among them are the last one and the first day of school, which is struck if the schedule ends before it.
        ``takes`` is how long a run usually works (``usual_duration``), for the first one's note.
        """
        return upcoming_starts(Schedule(settings, new_year_day, self.clock.zone()), now, count, takes)

    def switch_schedule(self, name: str, *, on: bool) -> Connection:
        """Let a connection run by itself, or not; its times are kept. Raises FixSettings if it has none.

        Switched on without ever having been set, it runs daily.
        """
        connection = self._files.get(name)
        settings = connection.schedule
        every = (settings.every if settings.is_on else "day") if on else "never"
        changed_settings = msgspec.structs.replace(settings, every=every)
        check_schedule(changed_settings)
        saved = self.save_connection(msgspec.structs.replace(connection, schedule=changed_settings))
        # Also if it was on: an entry that is missing, or that somebody switched off, is there again.
        self._register(saved)
        return saved

    def save_connection(self, connection: Connection) -> Connection:
        """Store settings as Connections does; times that are new count from now on."""
        name = self._files.spelled(connection.name)
        before = self._files.get(name) if name else None
        saved = super().save_connection(_drawn(connection) if connection.schedule.is_on else connection)
        self._rescheduled(before, saved)
        return saved

    def set_disabled(self, name: str, *, disabled: bool) -> Connection:
        """Disable or enable a connection; what comes due while it is disabled is never made up."""
        before = self._files.get(name)
        saved = super().set_disabled(name, disabled=disabled)
        self._rescheduled(before, saved)
        return saved

    def _rescheduled(self, before: Connection | None, saved: Connection) -> None:
        """Note that other times count from now on, if they do, and have the system know them."""
        now = self.clock.now()
        same = before and (before.id, before.schedule, before.disabled) == (saved.id, saved.schedule, saved.disabled)
        if same:
            return
        if before and before.id != saved.id:
            self._forget_entry(before.id)
        if before is None or before.disabled != saved.disabled:
            self._change_notes(saved, lambda notes: msgspec.structs.replace(notes, settled=now, owed=None))
        elif before.schedule != saved.schedule:
            zone = self.clock.zone()
            self._change_notes(
                saved, lambda notes: rescheduled(notes, Schedule(before.schedule, notes.new_year_day, zone), now)
            )
        self._register(saved)

    def _told(self, run: Run, cancel: CancelToken | None = None) -> Run:
        """The run, as Runs tells of it; what it read of the next school calendar goes into the schedule."""
        try:
            self._note_calendar(self._files.get(run.connection))
        except PsconnectError as error:
            # The run itself is done; the next one notes it.
            logger.warning("school calendar not noted", extra={"data": {"code": error.code}})
        return super()._told(run, cancel)

    def _note_calendar(self, connection: Connection) -> None:
        with self._history(connection.name) as db:
            told = get_fact(db, NEXT_FIRST_DAY) if db else ""
        day = date.fromisoformat(told) if told else None
        before = self._notes_of(connection)
        if before.new_year_day != day:
            self._change_notes(connection, lambda notes: msgspec.structs.replace(notes, new_year_day=day))
            if connection.schedule.new_year:
                self._register(connection)

    def run_tonight(self, name: str) -> datetime:
        """Ask for a run in the off-peak hours, done within 24 hours; returns when it starts."""
        connection = self._files.get(name)
        if connection.disabled:
            raise FixSettings("PSC-CONNECTION-DISABLED", where=connection.name, name=connection.name)
        if connection.schedule.off_peak_minute is None:
            connection = super().save_connection(_drawn(connection))
        now = self.clock.now()
        at = tonight(connection.schedule, now, self.usual_duration(connection.name), self.clock.zone())
        at = _whole_minute(at)
        self._change_notes(connection, lambda notes: msgspec.structs.replace(seen(notes, now), tonight=at))
        self._register(connection)
        return at

    def cancel_tonight(self, name: str) -> None:
        """Give up the run that was asked for "tonight", if there is one."""
        connection = self._files.get(name)
        self._change_notes(connection, lambda notes: msgspec.structs.replace(notes, tonight=None))
        self._register(connection)

    def usual_duration(self, name: str) -> timedelta:
        """How long a run of the connection takes: the longest of the last five that were applied, or half an hour."""
        try:
            took = [run.took for run in self.runs(name) if run.state in APPLIED and run.took][:_RECENT]
        except PsconnectError:
            took = []  # damaged roster data: the run itself will say so
        return max(took, default=_FIRST_RUN)

    def due_start(self, name: str) -> ScheduledStart | None:
        """What should have started by now and did not: one start for all that was missed; None if nothing is due.

        None, too, while another process is at it.
        """
        connection = self._files.get(name)
        if connection.disabled:
            return None
        now = self.clock.now()
        with starting(self.rosters_of(connection.name)) as alone:
            if not alone:
                return None
            notes = self._change_notes(connection, lambda notes: seen(notes, now))
        found = due(self._schedule_of(connection, notes), notes, now)
        return found.start if found else None


def _drawn(connection: Connection) -> Connection:
    """The settings with a minute for "tonight": drawn once, so that not all districts start at the same one."""
    settings = connection.schedule
    minutes = off_peak_minutes(settings)
    if settings.off_peak_minute is not None and settings.off_peak_minute < minutes:
        return connection
    drawn = msgspec.structs.replace(settings, off_peak_minute=secrets.randbelow(minutes))
    return msgspec.structs.replace(connection, schedule=drawn)


def _whole_minute(at: datetime) -> datetime:
    """The next whole minute: the systems know no seconds."""
    return at + (-timedelta(seconds=at.second, microseconds=at.microsecond)) % _MINUTE
