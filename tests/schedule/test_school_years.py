"""Simulated school years: no start is lost, doubled or early, and one run makes up for all that was missed.

The clock, the computer's sleep and the system's scheduler are made up; files, locks, settings and all decisions are
real. What is due when comes from an oracle that walks through time (oracle.py).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from psconnect.model.connection import from_dict
from psconnect.model.runs import Run
from psconnect.model.schedule import WEEKDAYS, ScheduleSettings
from psconnect.schedule.due import GRACE
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from tests.schedule.computer import BLOCK, MINUTE, SYSTEMS, Computer, SimulatedClock, utc
from tests.schedule.oracle import first_minute, walk

NAME = "Lincoln roster"
DAY = timedelta(days=1)
FAR_BACK = timedelta(hours=14)
PROMPT = timedelta(minutes=2)
TWICE = 0.05
DISTRICTS = (
    *("America/Chicago", "America/Denver", "America/Anchorage", "Pacific/Honolulu", "America/Phoenix"),
    *("America/St_Johns", "Australia/Adelaide", "Australia/Lord_Howe", "America/Santiago", "Pacific/Auckland"),
    *("Europe/Berlin", "Asia/Kolkata", "Pacific/Chatham", "America/Havana", "Africa/Cairo"),
)
COMPUTERS = (*DISTRICTS, "Asia/Tokyo", "Europe/London", "UTC", "Asia/Kathmandu")


class Killed(BaseException):
    """The process is killed in the middle of a run."""


@dataclass
class Oracle:
    """What has to run, by the walk alone.

    Attributes:
        due: all moments at which a start comes due.
        covered: everything until then has run, or was never to run.
        owed: a start was missed under other settings, or was killed.
        again: the killed start was one of the school year; ``tries`` is how often it was begun.
        tonight: when a run is to start that somebody asked for.
        ends: the first moment after the schedule's last day.
    """

    due: list[datetime] = field(default_factory=list)
    covered: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    owed: bool = False
    again: str = ""
    tries: int = 0
    tonight: datetime | None = None
    new_year: datetime | None = None
    ends: datetime | None = None

    def look(self, now: datetime) -> None:
        """A clock that was wrong by days is right again: what it ran in the future counts no longer."""
        if self.covered - now > FAR_BACK:
            self.covered = now

    def open(self, now: datetime) -> list[datetime]:
        """The starts that are due and not covered."""
        return self.due[bisect_right(self.due, self.covered) : bisect_right(self.due, now)]

    def wished(self, now: datetime) -> bool:
        return self.tonight is not None and self.tonight <= now

    def waits(self, now: datetime) -> bool:
        return bool(self.open(now) or self.owed or self.again or self.wished(now))

    def over(self, now: datetime) -> bool:
        return self.ends is not None and now >= self.ends

    def why(self, now: datetime) -> str:
        missed = self.open(now)
        if self.new_year in missed or self.again == "new-year":
            return "new-year"
        if self.wished(now):
            return "tonight"
        return "schedule" if missed and now - missed[-1] <= GRACE else "catch-up"

    def ran(self, now: datetime, *, killed: bool = False) -> None:
        """A run stands for all that was due; a killed one is begun again, once."""
        missed = self.open(now)
        anew = bool(missed or self.wished(now) or self.owed)
        self.tries = (1 if anew else self.tries + 1) if killed else 0
        self.again = (
            (("new-year" if self.why(now) == "new-year" else "yes") if self.tries < 2 else "") if killed else ""
        )
        self.covered = missed[-1] if missed else self.covered
        self.tonight = None if self.wished(now) else self.tonight
        self.owed = False


@dataclass
class Year:
    """One school year on one computer; every start of psconnect is checked against the oracle."""

    folder: Path
    random: Random
    clock: SimulatedClock
    computer: Computer
    settings: ScheduleSettings
    begin: datetime
    end: datetime
    oracle: Oracle = field(default_factory=Oracle)
    ran: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    kill: bool = False
    left: dict[Path, bytes] = field(default_factory=dict)
    later: list[datetime] = field(default_factory=list)
    skew: timedelta = timedelta()
    trusted_from: datetime | None = None

    @property
    def first_day(self) -> date:
        return (self.end - 20 * DAY).date()

    # --- psconnect ---------------------------------------------------------------------------------------------------

    def service(self) -> Service:
        """A process of psconnect: it knows only what is on disk."""
        year = self

        class Recording(Service):
            def sync(self, name: str, *, trigger: str = "", **_how: Any) -> Run:
                if year.kill:
                    year.left = {path: path.read_bytes() for path in self.home.rosters().glob("*.schedule")}
                    raise Killed
                year.ran.append(trigger)
                now = self.clock.now()
                return Run("id", name, "finished", trigger, "all", now, now)

        service = Recording(home_at(self.folder), clock=self.clock)
        service.find_scheduler = lambda _home: self.computer.scheduler
        return service

    def save(self, settings: ScheduleSettings) -> None:
        """A person saves the schedule: new times count from now on, and what was missed before is still owed."""
        service, now = self.service(), self.clock.time
        data: dict[str, Any] = {"name": NAME, "preset": "oneroster", "id": "lincoln1"}
        before = service.connection(NAME) if service.known_as(NAME) else from_dict(data)
        saved = service.save_connection(msgspec.structs.replace(before, schedule=settings))
        service._change_notes(saved, lambda notes: msgspec.structs.replace(notes, new_year_day=self.first_day))
        service._register(saved)
        self.oracle.look(now)
        self.oracle.owed = self.oracle.owed or bool(self.oracle.open(now) and not self.oracle.over(now))
        self.oracle.covered = max(now, self.oracle.covered)
        self.settings = settings
        self.foresee()
        self.trust()

    def foresee(self) -> None:
        """Have the oracle walk through the time that may come."""
        settings, zone = self.settings, ZoneInfo(self.settings.zone)
        days = {WEEKDAYS.index(day) for day in settings.days} if settings.every == "week" else set(range(7))
        found = set(walk(zone, self.begin, self.end + 70 * DAY, days=days, at=settings.at, until=settings.until))
        until, self.oracle.new_year, self.oracle.ends = settings.until, None, None
        if settings.new_year and not (until and self.first_day > until):
            self.oracle.new_year = first_minute(zone, self.first_day)
            found.add(self.oracle.new_year)
        if until:
            self.oracle.ends = first_minute(zone, until + DAY)
        self.oracle.due = sorted(found)

    def trust(self) -> None:
        """From the next quarter on, the system's entry is right as long as nothing else happens."""
        if self.trusted_from is None and self.computer.state == "on":
            self.trusted_from = self.clock.time + BLOCK

    # --- what is checked at every start -----------------------------------------------------------------------------

    def start(self, how: str) -> None:
        """Something starts psconnect. It runs if, and only if, the oracle knows something that is due."""
        oracle, now, before = self.oracle, self.clock.time, len(self.ran)
        told = f"{how} at {now} ({self.computer.system}, {self.settings})"
        oracle.look(now)
        service, run, killed = self.service(), None, False
        try:
            run = service.run_scheduled(service.connection(NAME).id)
        except Killed:
            killed = True
            for path, content in self.left.items():
                path.write_bytes(content)
        ended = self.clock.time
        self.trust()
        assert ended - now <= PROMPT, told
        if not oracle.waits(ended):
            assert not killed, f"early or double: {told}"
            assert run is None, f"early or double: {told}"
            return
        if killed:
            self.kill = False
            self.counts["killed"] += 1
            oracle.ran(ended, killed=True)
            return
        assert run is not None, f"lost: {oracle.open(ended)}, {told}"
        assert run.trigger == oracle.why(ended), told
        too_late = oracle.over(ended) and not oracle.wished(ended)
        assert (run.state == "skipped") == too_late, told
        assert self.ran[before:] == ([] if too_late else [run.trigger]), told
        self.counts["skipped" if too_late else run.trigger] += 1
        oracle.ran(ended)
        assert service.due_start(NAME) is None, f"double: {told}"

    # --- how the year passes ----------------------------------------------------------------------------------------

    def play(self, disturbances: dict[int, list[Disturbance]]) -> None:
        """Let the year pass, a quarter of an hour at a time; ``disturbances`` are by the quarter's number."""
        moment, block = self.begin, 0
        while moment < self.end:
            wall = moment + self.skew
            # A start may have waited a little into this quarter.
            self.clock.time = self.clock.time if wall < self.clock.time < wall + PROMPT else wall
            for disturb in disturbances.get(block, ()):
                disturb(self)
            wall = moment + self.skew
            soon = [at for at in self.later if at < wall + BLOCK]
            self.later = [at for at in self.later if at >= wall + BLOCK]
            for at in sorted({*self.computer.matches(wall), *soon}):
                self.fire(at)
            self.check_on_time(wall)
            moment, block = moment + BLOCK, block + 1

    def fire(self, at: datetime) -> None:
        """The system means to start psconnect: at times a little early or late, or twice."""
        if self.computer.state != "on":
            self.computer.missed = True
            return
        self.clock.time = at + timedelta(seconds=self.random.choice((0, 0, 0, 1, 4, 50, -1, -20)))
        self.start("on schedule")
        if self.random.random() < TWICE:
            self.start("started twice")

    def check_on_time(self, wall: datetime) -> None:
        """What came due while the computer was on and its entry was right has run by now."""
        if self.trusted_from is None:
            return
        lost = [at for at in self.oracle.open(wall + BLOCK - MINUTE) if at >= self.trusted_from]
        # At the second of two equal times, a system may come later.
        lost = [at for at in lost if not at.astimezone(self.clock.here).fold]
        assert not lost, f"not started: {lost}, {self.computer.entry}, {self.settings}, {self.clock.here}"

    # --- what happens in it -----------------------------------------------------------------------------------------

    def be(self, state: str) -> None:
        """The computer falls asleep, is switched off, or wakes."""
        if state != "on":
            self.computer.state, self.trusted_from = state, None
            return
        wait = self.computer.woken()
        if wait is not None:
            self.later.append(self.clock.time + wait * MINUTE)

    def open_window(self) -> None:
        if self.computer.state == "on":
            self.service().reconcile_schedules()
            self.start("window opened")

    def start_for_nothing(self) -> None:
        """A launchd agent that is loaded, a timer that is reloaded, a clock that was changed."""
        if self.computer.state == "on":
            self.start("for nothing")

    def ask_for_tonight(self) -> None:
        if self.computer.state != "on":
            return
        self.oracle.look(self.clock.time)
        at = self.service().run_tonight(NAME)
        wall = f"{at.astimezone(ZoneInfo(self.settings.zone)):%H:%M}"
        assert wall >= "22:00" or wall <= "05:00"
        assert self.clock.time <= at <= self.clock.time + DAY
        self.oracle.tonight = at

    def kill_next(self) -> None:
        self.kill = True

    def set_clock(self, by: timedelta) -> None:
        self.skew += by
        self.clock.time += by
        self.trusted_from, self.later = None, []

    def travel(self) -> None:
        self.clock.here = ZoneInfo(self.random.choice(COMPUTERS))
        self.trusted_from = None

    def change_settings(self) -> None:
        if self.computer.state == "on":
            self.save(drawn_settings(self.random, self.end))


Disturbance = Callable[[Year], None]


def drawn_settings(random: Random, end: datetime) -> ScheduleSettings:
    """A schedule that a district may have; times around the change of the clocks come often."""
    hours = random.sample([0, 1, 1, 2, 2, 3, 5, 6, 12, 17, 23], random.randint(1, 3))
    times = sorted({f"{hour:02}:{random.choice((0, 10, 30, 45)):02}" for hour in hours})
    return ScheduleSettings(
        every=random.choice(("day", "day", "week")),
        days=random.sample(WEEKDAYS, random.randint(1, 6)),
        at=times,
        zone=random.choice(DISTRICTS),
        off_peak_minute=random.randrange(7 * 60),
        new_year=random.random() < 0.8,
        until=random.choice((None, None, (end - random.randint(3, 120) * DAY).date())),
    )


def sleeping(random: Random, blocks: int) -> dict[int, list[Disturbance]]:
    """When the computer is on: a server, a desktop in an office, or a laptop."""
    found: dict[int, list[Disturbance]] = defaultdict(list)
    block, pattern = random.randint(10, 90), random.choice(("server", "office", "laptop"))
    while block < blocks:
        if pattern == "server":
            state, off, on = "off", random.randint(1, 12), random.randint(500, 4000)
        elif pattern == "office":
            long = random.random()
            state, off, on = "off", 58 if long < 0.8 else 250 if long < 0.98 else random.randint(900, 3500), 38
        else:
            state, off, on = random.choice(("asleep", "off")), random.randint(1, 60), random.randint(1, 60)
        found[block].append(partial(Year.be, state=state))
        found[block + off].append(partial(Year.be, state="on"))
        block += off + on
    return found


def happening(random: Random, blocks: int) -> dict[int, list[Disturbance]]:
    """Everything that happens in a year, by the number of the quarter of an hour."""
    found = sleeping(random, blocks)
    for most, disturb in (
        (40, Year.open_window),
        (30, Year.start_for_nothing),
        (8, Year.ask_for_tonight),
        (6, Year.kill_next),
        (3, Year.travel),
        (3, Year.change_settings),
        (2, lambda year: year.set_clock(-year.random.randint(2, 12) * BLOCK)),
        (1, lambda year: year.set_clock(year.random.randint(2, 12) * BLOCK)),
    ):
        for _time in range(random.randint(0, most)):
            found[random.randrange(blocks)].append(disturb)
    if random.random() < 0.3:
        wrong, days = random.randrange(blocks - 500), random.randint(2, 40)
        found[wrong].append(lambda year: year.set_clock(days * DAY))
        found[wrong + random.randint(1, 300)].append(lambda year: year.set_clock(-days * DAY))
    return found


def simulated(folder: Path, seed: int) -> Year:
    """A whole school year; its seed decides everything."""
    random = Random(seed)
    begin = utc(f"{random.randint(2024, 2036)}-08-01")
    end = begin + 365 * DAY
    clock = SimulatedClock(begin, ZoneInfo(random.choice(COMPUTERS)))
    computer = Computer(clock, random.choice(sorted(SYSTEMS)), random)
    settings = drawn_settings(random, end)
    if random.random() < 0.5:
        clock.here = ZoneInfo(settings.zone)
    year = Year(folder, random, clock, computer, settings, begin, end)
    year.save(settings)
    year.play(happening(random, 365 * 96))
    return year


QUICK = 5
YEARS = [*range(QUICK), *(pytest.param(seed, marks=pytest.mark.thorough) for seed in range(QUICK, 30))]


@pytest.mark.parametrize("seed", YEARS)
def test_no_run_is_lost_doubled_or_early_in_a_school_year(seed: int, tmp_path: Path) -> None:
    year = simulated(tmp_path, seed)
    assert sum(year.counts.values()) >= 15
