"""A made-up computer for simulated school years: its clock, its sleep, and a scheduler with a system's habits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from random import Random

from psconnect.model.clock import CancelToken, Clock
from psconnect.model.schedule import WEEKDAYS
from psconnect.schedule.systems.kind import Entry, LocalTime
from tests.support.schedulers import MadeUpScheduler

MINUTE = timedelta(minutes=1)
BLOCK = timedelta(minutes=15)
"""Zones change their offset at quarters of an hour only, so that one look for each is enough."""


@dataclass
class Habits:
    """How a system's scheduler starts what it has.

    Attributes:
        on_waking: it makes up what came due while the computer slept, once.
        on_login: it makes up what came due while the computer was off, once.
        at_login: it knows how to start something at login.
        both: it starts at both of two equal local times, not at the first alone.
        on_change: it starts at once what was registered with other times.
        waits: minutes until it makes something up.
    """

    on_waking: bool
    on_login: bool
    at_login: bool
    both: bool
    on_change: bool = False
    waits: int = 0


SYSTEMS = {
    "task-scheduler": Habits(on_waking=True, on_login=True, at_login=True, both=False, waits=10),
    "launchd": Habits(on_waking=True, on_login=False, at_login=True, both=False, on_change=True),
    "systemd": Habits(on_waking=True, on_login=True, at_login=True, both=True, on_change=True),
    "cron": Habits(on_waking=False, on_login=False, at_login=False, both=True),
}


@dataclass
class SimulatedClock(Clock):
    """The computer's clock, which may be wrong, in a zone that may change."""

    time: datetime
    here: tzinfo

    def now(self) -> datetime:
        return self.time

    def zone(self) -> tzinfo:
        return self.here

    def wait(self, seconds: float, cancel: CancelToken) -> None:
        cancel.check()
        self.time += timedelta(seconds=seconds)


@dataclass
class Computer:
    """On, asleep or off; somebody is logged in while it is on."""

    clock: SimulatedClock
    system: str
    random: Random
    scheduler: MadeUpScheduler = field(init=False)
    state: str = "on"
    missed: bool = False

    def __post_init__(self) -> None:
        self.scheduler = MadeUpScheduler(key=self.system, keeps_until=self.system == "task-scheduler")

    @property
    def habits(self) -> Habits:
        return SYSTEMS[self.system]

    @property
    def entry(self) -> Entry | None:
        return next(iter(self.scheduler.entries.values()), None)

    def matches(self, begin: datetime) -> Iterator[datetime]:
        """The minutes of a block at which the system's own times come, by its clock and zone."""
        if self.entry is None:
            return
        local = begin.astimezone(self.clock.here)
        minute = local.hour * 60 + local.minute
        for time in self.entry.times:
            ahead = time.hour * 60 + time.minute - minute
            if 0 <= ahead < BLOCK // MINUTE and _counts(time, local) and (self.habits.both or not local.fold):
                yield begin + ahead * MINUTE

    def woken(self) -> int | None:
        """The computer wakes or is started; after how many minutes the system starts psconnect, or None."""
        before, self.state = self.state, "on"
        makes_up = self.habits.on_waking if before == "asleep" else self.habits.on_login
        missed, self.missed = self.missed, False
        if before == "off" and self.habits.at_login:
            return self.random.choice((0, 1, 3))
        return self.habits.waits if missed and makes_up else None


def _counts(time: LocalTime, local: datetime) -> bool:
    if time.on:
        # Some systems know no years.
        return (time.on.month, time.on.day) == (local.month, local.day)
    return WEEKDAYS[local.weekday()] in time.days


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
