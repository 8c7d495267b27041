"""A scheduler for tests that keeps its entries in memory, and starts nothing unless it is told how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from psconnect.model.errors import FixSettings, PsconnectError
from psconnect.schedule.systems.kind import Entry, Scheduler, without_years


@dataclass
class MadeUpScheduler:
    """Does what a system's scheduler does, without one.

    Attributes:
        entries: what is registered, by id.
        registered: every entry in the order in which it was registered, also those that were replaced.
        started: the ids that were asked to start at once.
        on_start: called with the entry that is to start; a test runs it there, or not.
        refusal: raised by every call while it is set, as a system that forbids tasks would.
    """

    key: str = "systemd"
    keeps_until: bool = True
    runs_logged_out: bool = False
    entries: dict[str, Entry] = field(default_factory=dict)
    registered: list[Entry] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    on_start: Callable[[Entry], None] = lambda _entry: None
    refusal: PsconnectError | None = None

    def register(self, entry: Entry) -> None:
        """Keep the entry, without its years if this system keeps none."""
        self._refuse()
        self.registered.append(entry)
        self.entries[entry.id] = entry if self.keeps_until else without_years(entry)

    def remove(self, entry_id: str) -> None:
        """Forget the entry."""
        self._refuse()
        self.entries.pop(entry_id, None)

    def read_back(self, entry_id: str) -> Entry | None:
        """The entry, or None."""
        self._refuse()
        return self.entries.get(entry_id)

    def listed(self) -> list[str]:
        """All ids."""
        self._refuse()
        return sorted(self.entries)

    def start_now(self, entry_id: str) -> None:
        """Note the start, and do what ``on_start`` does."""
        self._refuse()
        entry = self.entries.get(entry_id)
        if entry is None:
            raise FixSettings("PSC-SCHEDULE-ENTRY-MISSING", where=entry_id)
        self.started.append(entry_id)
        self.on_start(entry)

    def switch_off(self, entry_id: str) -> None:
        """What a person does in the system's own settings."""
        self.entries[entry_id] = replace(self.entries[entry_id], enabled=False)

    def _refuse(self) -> None:
        if self.refusal:
            raise self.refusal


def registered_as(scheduler: Scheduler, entry: Entry) -> str:
    """How exactly this entry stands with the system: ``yes``, ``no``, ``differs`` or ``switched-off``."""
    found = scheduler.read_back(entry.id)
    if found is None:
        return "no"
    if replace(found, enabled=True) != (entry if scheduler.keeps_until else without_years(entry)):
        return "differs"
    return "yes" if found.enabled else "switched-off"
