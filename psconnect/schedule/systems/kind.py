"""What every scheduler of an operating system has to do, and what it keeps for a connection."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from psconnect.model.schedule import WEEKDAYS, Weekday

NO_YEAR = 2000
"""The year of days read back from a system that keeps none; it has a 29 February."""
_ID = re.compile(r"[a-z][a-z0-9]{3,11}(-[a-z]{1,8})?")


@dataclass(frozen=True)
class LocalTime:
    """A time of day by the computer's clock, in its own time zone.

    Attributes:
        days: the weekdays on which it counts, in the week's order. They belong to each time, because another zone may
            move one time of a day over midnight and leave the next.
        on: the one day on which it counts, for a start that comes once ("tonight"); ``days`` then says nothing. Read
            back from a system that keeps no years, it is in ``NO_YEAR``.
    """

    hour: int
    minute: int
    days: tuple[Weekday, ...] = WEEKDAYS
    on: date | None = None

    def __post_init__(self) -> None:
        """Put the days in the week's order, so that equal times are equal."""
        days = WEEKDAYS if self.on else tuple(day for day in WEEKDAYS if day in self.days)
        object.__setattr__(self, "days", days)


@dataclass(frozen=True)
class Entry:
    """What a scheduler starts by itself, as it is registered or as it was read back.

    Attributes:
        id: the connection's id, or that with a word (``kx3f9q-proof``); unique within a home.
        name: the connection's name, shown where the system lists its entries; not every system gives it back.
        command: the program with its full path, and its arguments.
        times: when it starts, in order; times of day that differ only in their days are one, and days after ``until``
            are left out. None at all is an entry that only ``start_now`` starts.
        until: the last day on which it starts; kept by the system only if ``Scheduler.keeps_until``.
        at_login: whether it also starts when the user logs in.
        enabled: False if the user switched it off in the system's own settings; only ever read back.
    """

    id: str
    name: str = field(compare=False)
    command: tuple[str, ...]
    times: tuple[LocalTime, ...] = ()
    until: date | None = None
    at_login: bool = False
    enabled: bool = True

    def __post_init__(self) -> None:
        """Check the id, and bring the times into one form, so that equal entries are equal."""
        if not _ID.fullmatch(self.id):
            raise ValueError(f"{self.id!r} is no id of an entry")
        object.__setattr__(self, "command", tuple(self.command))
        object.__setattr__(self, "times", tuple(_in_one_form(self.times, self.until)))


class Scheduler(Protocol):
    """A scheduler of the operating system, for the entries of one home and one user.

    No call waits longer than ``tools.LONGEST_SECONDS`` for the system. Each raises a PsconnectError in words if the
    system refuses or lacks something: FixSettings if a person has to act, TryLater if it may work later.
    """

    @property
    def key(self) -> str:
        """``task-scheduler``, ``launchd``, ``systemd`` or ``cron``."""

    @property
    def keeps_until(self) -> bool:
        """Whether the system keeps years: the last day, and the year of a start that comes once.

        Where it does not, it starts psconnect on such a day of any year, and psconnect finds nothing due.
        """

    @property
    def runs_logged_out(self) -> bool:
        """Whether entries start while the user is not logged in, when there may be no unlocked keyring."""

    def register(self, entry: Entry) -> None:
        """Register the entry, in place of one with the same id. A running start of it goes on."""

    def remove(self, entry_id: str) -> None:
        """Remove the entry without a trace; nothing to do if there is none."""

    def read_back(self, entry_id: str) -> Entry | None:
        """The entry as the system has it, by structure and never by localised words; None if there is none."""

    def listed(self) -> list[str]:
        """The ids of all entries of this home, in order."""

    def start_now(self, entry_id: str) -> None:
        """Have the system start the entry's command once, within two minutes; doesn't wait for its end."""


def without_years(entry: Entry) -> Entry:
    """The entry as a system that keeps no years gives it back."""
    times = (replace(one, on=one.on and one.on.replace(year=NO_YEAR)) for one in entry.times)
    return replace(entry, times=tuple(times), until=None)


def _in_one_form(times: Iterable[LocalTime], until: date | None) -> Iterator[LocalTime]:
    days: dict[tuple[int, int], set[Weekday]] = {}
    once = set()
    for one in times:
        if one.on is None:
            days.setdefault((one.hour, one.minute), set()).update(one.days)
        elif until is None or one.on <= until:
            once.add(one)
    for (hour, minute), on_days in sorted(days.items()):
        yield LocalTime(hour, minute, tuple(day for day in WEEKDAYS if day in on_days))
    yield from sorted(once, key=lambda one: (one.on, one.hour, one.minute))
