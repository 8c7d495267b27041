"""What the system's scheduler starts: looks what is due, runs it, or notes why it does not run."""

from __future__ import annotations

from datetime import datetime, timedelta

from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.errors import AnotherRunActive, PsconnectError, StartSkipped
from psconnect.model.events import OnEvent, ignore
from psconnect.model.runs import APPLIED, WAITING, Run
from psconnect.schedule.due import NEARLY, Due, due, seen, start_begun, start_ended
from psconnect.service.history import History
from psconnect.service.readiness import Readiness
from psconnect.service.schedules import Schedules
from psconnect.store.history.ended_runs import note_ended
from psconnect.store.settings.schedule_notes import starting

_PATIENCE = timedelta(minutes=10)
"""How long a start waits for another run of the connection; a decision about a plan takes seconds only."""
_LOOK_AGAIN = 15.0
_LOOK = 2.0
"""Seconds for another process that only looks what is due: were it not waited for, this start would be lost."""
_APPROVABLE = timedelta(hours=24)
"""How long a plan can be approved (sync.approvals); after that nothing is lost with it."""
_UNKNOWN = "PSC-CONNECTION-UNKNOWN"


class ScheduledRuns(Schedules, Readiness, History):
    """What happens at a scheduled start, whoever notices it: the system, the window, or the command line."""

    def run_scheduled(self, name: str, *, on_event: OnEvent = ignore, cancel: CancelToken | None = None) -> Run | None:
        """Run what is due of a connection, given by its name or id; None if nothing is, or another process is at it.

        The run's ``trigger`` says why it started. A start that does not become a run is one in state ``skipped``, and
        one that the settings refuse is ``failed``; both have the reason as ``error``.
        """
        connection = self._meant(name)
        self.forget_expired(connection.name)
        token = cancel or CancelToken()
        try:
            with starting(self.rosters_of(connection.name), _LOOK) as alone:
                return self._run_all_due(connection, on_event, token) if alone else None
        finally:
            # The next start does not wait for a mail server.
            self.send_due_notices(token)

    def _run_all_due(self, connection: Connection, on_event: OnEvent, cancel: CancelToken) -> Run | None:
        """Run what is due, and what comes due meanwhile: the system starts nothing while this process is at work."""
        run: Run | None = None
        try:
            while (stored := self._stored(connection)) and (found := self._due_soon(stored, cancel)):
                run = self._run_due(stored, found, on_event, cancel, again=run is not None)
                if cancel.cancelled:
                    break
            return run
        finally:
            # The computer's zone or its offset may have changed, or the coming days have other times.
            stored = self._stored(connection)
            if stored:
                self._register(stored, gently=True)

    def _run_due(
        self, connection: Connection, found: Due, on_event: OnEvent, cancel: CancelToken, *, again: bool
    ) -> Run:
        self._change_notes(connection, lambda notes: start_begun(notes, found))
        try:
            return self._ran(connection, found, on_event, cancel, again=again)
        finally:
            # A killed process does not get here: its start is begun again by the next look.
            if self._stored(connection):
                self._change_notes(connection, start_ended)

    def _stored(self, connection: Connection) -> Connection | None:
        """The connection with the settings of now, or those it had if they can't be read; None if it was removed."""
        try:
            return self._files.get(connection.name)
        except PsconnectError as error:
            return None if error.code == _UNKNOWN else connection

    def _meant(self, name_or_id: str) -> Connection:
        """A connection by its id, as the system's entries name it, or by its name."""
        by_id = next((one for one in self._files.all() if one.id == name_or_id), None)
        if by_id is None and not self._files.spelled(name_or_id):
            # Started by the entry of a connection that is gone: it is not to be started again.
            self.reconcile_schedules()
        return by_id or self._files.get(name_or_id)

    def _due_soon(self, connection: Connection, cancel: CancelToken) -> Due | None:
        """What is due. A start that is a moment away is waited for, because clocks differ a little.

        Even if something else is due already: the system won't start psconnect again for it.
        """
        now = self.clock.now()
        notes = self._change_notes(connection, lambda notes: seen(notes, now))
        schedule = self._schedule_of(connection, notes)
        coming = schedule.next(now)
        soon = [at for at in (coming.at if coming else None, notes.tonight) if at and now < at <= now + NEARLY]
        while soon and (left := (max(soon) - self.clock.now()).total_seconds()) > 0:
            self.clock.wait(left, cancel)
        return due(schedule, notes, self.clock.now())

    def _ran(self, connection: Connection, found: Due, on_event: OnEvent, cancel: CancelToken, *, again: bool) -> Run:
        try:
            if again and self._delivered_since(connection, found.start.at):
                return self._noted(connection, found, StartSkipped("PSC-SKIPPED/delivered"))
            self._check(connection, found)
            self.wait_until_ready(connection, cancel)
            # The waiting took minutes: it may have been disabled, or removed.
            self._check(self._files.get(connection.name), found)
            return self._synced(connection, found, on_event, cancel)
        except PsconnectError as error:
            if error.code == _UNKNOWN:
                raise  # nothing of a removed connection is written again
            # Refused before there was a run: a missing secret, a damaged file. Nobody sits beside it, so that the
            # history has to tell.
            return self._noted(connection, found, error)

    def _synced(self, connection: Connection, found: Due, on_event: OnEvent, cancel: CancelToken) -> Run:
        """The run, once no other one is at work; raises StartSkipped if that takes too long, or did its work."""
        give_up = self.clock.now() + _PATIENCE
        while True:
            try:
                return self.sync(connection.name, trigger=found.start.why, on_event=on_event, cancel=cancel)
            except AnotherRunActive:
                if self.clock.now() >= give_up:
                    minutes = int(_PATIENCE.total_seconds() // 60)
                    raise StartSkipped("PSC-SKIPPED/busy", connection=connection.name, minutes=minutes) from None
                self.clock.wait(_LOOK_AGAIN, cancel)
            if self._delivered_since(connection, found.start.at):
                raise StartSkipped("PSC-SKIPPED/delivered")

    def _check(self, connection: Connection, found: Due) -> None:
        """Raise StartSkipped if there is a good reason not to run."""
        if connection.disabled:
            raise StartSkipped("PSC-SKIPPED/disabled", connection=connection.name)
        if found.too_late and connection.schedule.until:
            raise StartSkipped("PSC-SKIPPED/ended", until=connection.schedule.until.isoformat())
        self._check_decisions(connection)

    def _check_decisions(self, connection: Connection) -> None:
        """Raise StartSkipped if a person has worked on a plan that waits, and can still approve it: it stays.

        Any other plan is replaced: it is made of fresher data then, and delivered by itself if nothing holds it any
        more. Otherwise a plan that nobody looks at for a day would expire, and the roster stand still.
        """
        now = self.clock.now()
        try:
            waiting = [run for run in self.runs(connection.name) if run.state in WAITING and run.kind != "rehearsal"]
        except PsconnectError:
            return  # the run itself meets the damage, and says so
        for run in waiting:
            if run.planned is None or not timedelta() <= now - run.planned <= _APPROVABLE:
                continue
            if run.kind == "undo":
                raise StartSkipped("PSC-SKIPPED/undo", run_id=run.id)
            if run.set_aside.get("chosen"):
                raise StartSkipped("PSC-SKIPPED/excluded", run_id=run.id)

    def _delivered_since(self, connection: Connection, moment: datetime) -> bool:
        newest = next(iter(self.runs(connection.name)), None)
        return bool(
            newest
            and newest.state in APPLIED
            and (newest.kind, newest.scope) == ("sync", "all")
            and newest.started >= moment - _PATIENCE
        )

    def _noted(self, connection: Connection, found: Due, error: PsconnectError) -> Run:
        """The start as an ended run; raises the error itself if even that can't be stored."""
        state = "skipped" if isinstance(error, StartSkipped) else "failed"
        try:
            run = note_ended(
                self.rosters_of(connection.name),
                connection.name,
                trigger=found.start.why,
                state=state,
                error=error,
                now=self.clock.now(),
            )
        except PsconnectError:
            raise error from None
        return self._told(run)
