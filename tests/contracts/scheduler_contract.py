"""What every scheduler has to do, whatever the system: called by the tests of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from psconnect.model.errors import FixSettings
from psconnect.schedule.systems.kind import Entry, LocalTime, Scheduler
from tests.support.schedulers import registered_as

HOME, OTHER_HOME = "1a2b3c4d" * 4, "5e6f7a8b" * 4
_AWKWARD = (
    "sync",
    'Lincoln & Søn\'s "Ängelholm" $HOME 50% `x` ; # Żółć',
    "back\\slash\\",
    "",
    "two  spaces",
    "-n",
    "%h",
    "$HOME",
    "a${HOME}b",
    "日本",
)


@dataclass(frozen=True)
class SchedulerCase:
    """One scheduler to be tried.

    Attributes:
        scheduler: for the home HOME.
        other: the same system's for OTHER_HOME.
        program: a program that notes the arguments with which it is started.
        started: the arguments of the last start, once there was one; waits a reasonable time.
        trace: everything that the system keeps; the same before and after.
    """

    scheduler: Scheduler
    other: Scheduler
    program: tuple[str, ...]
    started: Callable[[], list[str]]
    trace: Callable[[], object]

    def entry(self, **changes: Any) -> Entry:
        """An entry with the program."""
        return replace(Entry("kx3f9q", "Lincoln", (*self.program, "sync", "Lincoln")), **changes)


def shapes(case: SchedulerCase) -> dict[str, Entry]:
    """Every sort of entry."""
    half_past = LocalTime(5, 30)
    weekly = (LocalTime(23, 45, ("sun", "mon", "wed")), LocalTime(0, 5, ("tue",)), LocalTime(0, 5, ("thu",)))
    once = (LocalTime(22, 17, on=date(2028, 2, 29)), LocalTime(0, 0, on=date(2027, 8, 16)))
    return {
        "daily": case.entry(times=(half_past,)),
        "twice a day": case.entry(times=(half_past, LocalTime(18, 0))),
        "weekly": case.entry(times=weekly),
        "once": case.entry(times=once),
        "all sorts, with an end": case.entry(times=(half_past, *weekly, *once), until=date(2028, 6, 2)),
        "at login": case.entry(times=(half_past,), at_login=True),
        "at login alone": case.entry(at_login=True),
        "on demand": case.entry(),
        "awkward": case.entry(
            name='50 % "of" Søn\'s <&> $HOME', command=(*case.program, *_AWKWARD), times=(half_past,)
        ),
    }


def check_scheduler(case: SchedulerCase) -> None:
    """Try everything the contract says."""
    before = case.trace()
    _check_nothing(case)
    for what, entry in shapes(case).items():
        case.scheduler.register(entry)
        assert registered_as(case.scheduler, entry) == "yes", (what, case.scheduler.read_back(entry.id), entry)
        case.scheduler.register(entry)
        assert registered_as(case.scheduler, entry) == "yes", f"{what}, twice"
        other = replace(entry, times=(LocalTime(4, 4),))
        assert registered_as(case.scheduler, other) == "differs", what
    _check_two(case)
    case.scheduler.remove("kx3f9q")
    assert case.trace() == before
    _check_start(case)
    assert case.trace() == before


def _check_nothing(case: SchedulerCase) -> None:
    assert case.scheduler.listed() == []
    assert case.scheduler.read_back("kx3f9q") is None
    assert registered_as(case.scheduler, case.entry()) == "no"
    case.scheduler.remove("kx3f9q")
    with pytest.raises(FixSettings) as refused:
        case.scheduler.start_now("kx3f9q")
    assert refused.value.code == "PSC-SCHEDULE-ENTRY-MISSING"


def _check_two(case: SchedulerCase) -> None:
    """Two entries of a home, and another home with an entry of the same id."""
    first, second = case.entry(times=(LocalTime(5, 30),)), case.entry(id="kx3f9q-proof")
    case.scheduler.register(first)
    case.scheduler.register(second)
    foreign = case.entry(times=(LocalTime(7, 7),))
    assert case.other.listed() == []
    case.other.register(foreign)
    assert case.scheduler.listed() == ["kx3f9q", "kx3f9q-proof"]
    assert case.other.listed() == ["kx3f9q"]
    case.scheduler.remove("kx3f9q-proof")
    assert case.scheduler.listed() == ["kx3f9q"]
    assert registered_as(case.scheduler, first) == "yes"
    assert registered_as(case.other, foreign) == "yes"
    case.scheduler.remove("kx3f9q")
    assert registered_as(case.other, foreign) == "yes"
    case.other.remove("kx3f9q")


def _check_start(case: SchedulerCase) -> None:
    """A start on demand gives the program exactly its arguments, and changes nothing that was registered."""
    entry = case.entry(command=(*case.program, *_AWKWARD), times=(LocalTime(5, 30),))
    case.scheduler.register(entry)
    case.scheduler.start_now("kx3f9q")
    assert case.started() == list(_AWKWARD)
    assert registered_as(case.scheduler, entry) == "yes"
    case.scheduler.remove("kx3f9q")
