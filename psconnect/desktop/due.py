"""The window's own look at what is due: what the system's scheduler missed is made up, once, and said.

A Mac makes up nothing that it missed while it was off, cron nothing at all; and a scheduler may be switched off. So the
window looks at its start (at sign-in, too, where it waits in the tray), after the computer woke up, and now and then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from PySide6.QtCore import QObject, QTimer, Signal

from psconnect.desktop.context import PageContext
from psconnect.model.errors import PsconnectError
from psconnect.model.schedule import ScheduledStart

_TICK_MS = 60_000
_EVERY_SECONDS = 300.0
_ASLEEP_SECONDS = 90.0
"""The wall clock went on so much further than the timer ticks: the computer slept, or its clock was set."""

_HEAD_START = timedelta(minutes=2)
_HALF_A_YEAR = timedelta(days=182)
_Offsets = tuple[timedelta | None, ...]


@dataclass(frozen=True)
class DueRun:
    """A connection that should have run, and the start that was missed."""

    connection: str
    start: ScheduledStart


@dataclass
class _Found:
    """What is due, and why it is not known of some connections."""

    due: list[DueRun] = field(default_factory=list)
    refused: list[PsconnectError] = field(default_factory=list)


class DueCheck(QObject):
    """Looks what is due and runs it in the window, and lets the service forget what is kept no longer.

    ``made_up`` brings what such a run makes up for (DueRun).
    """

    made_up = Signal(object)

    def __init__(self, context: PageContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._looking = False
        self._registered_in: _Offsets | None = None
        self._looked = self._ticked = context.now()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.tick)

    def start(self) -> None:
        """Look now, and from now on."""
        self._timer.start()
        self.look()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def tick(self) -> None:
        """Once a minute: look if the computer slept since the last tick, or if it is time again."""
        now = self._context.now()
        since_tick, since_look = ((now - before).total_seconds() for before in (self._ticked, self._looked))
        self._ticked = now
        if not 0 <= since_tick <= _ASLEEP_SECONDS or since_look >= _EVERY_SECONDS:
            self.look()

    def look(self) -> None:
        """Run what is due by now and did not run."""
        if self._looking:
            return
        self._looking, self._looked = True, self._context.now()
        self._context.bridge.call(self._due, self._run, self._refused, owner=self)

    def _due(self) -> _Found:
        service = self._context.service
        here = self._offsets()
        if self._registered_in != here:
            # Entries of the system that were lost, changed, or made for another time zone.
            service.reconcile_schedules()
            self._registered_in = here
        found = _Found()
        for state in service.connections():
            name = state.connection.name
            try:
                start = None if state.connection.disabled or state.trouble else service.due_start(name)
            except PsconnectError as error:
                # The others are not concerned.
                found.refused.append(error)
                continue
            if start and not self._left_to_system(start):
                found.due.append(DueRun(name, start))
        service.send_due_notices()
        service.forget_expired()
        return found

    def _offsets(self) -> _Offsets:
        """What tells the computer's zone from others: its offsets from UTC now and in half a year."""
        now, zone = self._context.now(), self._context.service.clock.zone()
        return tuple((now + ahead).astimezone(zone).utcoffset() for ahead in (timedelta(), _HALF_A_YEAR))

    def _left_to_system(self, start: ScheduledStart) -> bool:
        """Whether the system's scheduler has a moment left: it runs things in a process that outlives the window."""
        return start.why in ("schedule", "new-year") and self._context.now() - start.at < _HEAD_START

    def _run(self, found: _Found) -> None:
        self._looking = False
        for one in found.due:
            if self._context.runs.working(one.connection):
                continue
            self._context.runs.start_due(one.connection)
            if one.start.why == "catch-up":
                self.made_up.emit(one)
        for error in found.refused[:1]:
            self._context.go.refuse(error)

    def _refused(self, error: PsconnectError) -> None:
        self._looking = False
        self._context.go.refuse(error)
