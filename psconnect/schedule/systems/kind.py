"""What every scheduler of an operating system has to do, and what it keeps for a connection."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, Protocol

from psconnect.model.schedule import WEEKDAYS, Weekday

Registered = Literal["yes", "no", "differs", "switched-off"]
_ID = re.compile(r"[a-z][a-z0-9]{3,11}(-[a-z]{1,8})?")


@dataclass(frozen=True, order=True)
class LocalTime:
    """A time of day by the computer's clock, in its own time zone.

    Attributes:
        days: the weekdays on which it counts, in the week's order. They belong to each time, because another zone may
            move one time of a day over midnight and leave the next.
        on: the one day on which it counts, for a start that comes once ("tonight"); ``days`` then says nothing.
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
        name: the connection's name, shown where the system lists its entries.
        command: the program with its full path, and its arguments.
        times: when it starts; none at all is an entry that only ``start_now`` starts.
        until: the last day on which it starts; kept by the system only if ``Scheduler.keeps_until``.
        at_login: whether it also starts when the user logs in.
        enabled: False if the user switched it off in the system's own settings; only ever read back.
    """

    id: str
    name: str
    command: tuple[str, ...]
    times: tuple[LocalTime, ...] = ()
    until: date | None = None
    at_login: bool = False
    enabled: bool = True

    def __post_init__(self) -> None:
        """Check the id, and sort the times, so that equal entries are equal."""
        if not _ID.fullmatch(self.id):
            raise ValueError(f"{self.id!r} is no id of an entry")
        object.__setattr__(self, "command", tuple(self.command))
        object.__setattr__(self, "times", tuple(sorted(set(self.times), key=_order)))


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
        """Whether the system itself ends an entry after its last day; otherwise the started psconnect does nothing."""

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


def registered_as(scheduler: Scheduler, entry: Entry) -> Registered:
    """How the entry stands with the system, compared with what it has to be."""
    found = scheduler.read_back(entry.id)
    if found is None:
        return "no"
    wanted = entry if scheduler.keeps_until else replace(entry, until=None)
    if replace(found, enabled=True) != wanted:
        return "differs"
    return "yes" if found.enabled else "switched-off"


def _order(one: LocalTime) -> tuple[object, ...]:
    days = tuple(WEEKDAYS.index(day) for day in one.days)
    return one.on or date.min, one.hour, one.minute, days
