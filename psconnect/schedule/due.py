"""Whether a start is due, and what becomes of it: the rules by which nothing is lost, doubled or early. Pure.

As a rule, the operating systems start psconnect at the right times, but some do it at load, twice, late, or not at all
if the computer was off. So every start asks here, and only here it is decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from msgspec.structs import replace

from psconnect.model.schedule import ScheduledStart, ScheduleSettings, StartReason
from psconnect.schedule.occurrences import next_start, starts, zone_of
from psconnect.store.settings.schedule_notes import ScheduleNotes

GRACE = timedelta(minutes=15)
"""How late a start is still on time: the systems wait for a quiet moment, for the network, or for a lid to open."""
NEARLY = timedelta(minutes=2)
"""How early a start by the system may come, because clocks are corrected: psconnect waits for the right moment."""
_FARTHEST_BACK = timedelta(hours=14)
"""How far a clock may be set back before it is taken for having been wrong: zones are this far from UTC at most."""
_TRIES = 2
"""How often a start is begun: once more if its process was killed."""


@dataclass(frozen=True)
class Schedule:
    """A connection's schedule with all that its moments depend on.

    Attributes:
        new_year_day: the first day of the next school calendar; None if not known.
        here: the computer's own zone.
    """

    settings: ScheduleSettings
    new_year_day: date | None
    here: tzinfo

    def between(self, after: datetime, before: datetime) -> list[ScheduledStart]:
        """All starts in (after, before]."""
        return starts(self.settings, self.new_year_day, after, before, self.here)

    def next(self, after: datetime) -> ScheduledStart | None:
        """The first start after a moment."""
        return next_start(self.settings, self.new_year_day, after, self.here)

    def ended(self, now: datetime) -> bool:
        """Whether its last day is over."""
        until = self.settings.until
        return until is not None and now.astimezone(zone_of(self.settings, self.here)).date() > until


@dataclass(frozen=True)
class Due:
    """A start that is due.

    Attributes:
        start: the one run that stands for all that came due.
        settled: until when everything is settled with it.
        asked: whether it answers the wish for a run "tonight".
        too_late: whether the schedule's last day is over, so that it is only noted.
    """

    start: ScheduledStart
    settled: datetime
    asked: bool = False
    too_late: bool = False


def seen(notes: ScheduleNotes, now: datetime) -> ScheduleNotes:
    """The notes with a moment from which on starts count: the first look, or when a wrong clock was put right."""
    if notes.settled is None or notes.settled - now > _FARTHEST_BACK:
        return replace(notes, settled=now)
    return notes


def due(schedule: Schedule, notes: ScheduleNotes, now: datetime) -> Due | None:
    """What should have started by now and did not; one for all that was missed, None if nothing is due."""
    since = notes.settled or now
    missed = schedule.between(since, now)
    if notes.owed and notes.owed <= now:
        missed.insert(0, ScheduledStart(notes.owed, "catch-up"))
    if notes.begun and notes.tries < _TRIES:
        # The notice of the new school year is still to come if its run was killed.
        why: StartReason = "new-year" if notes.begun.why == "new-year" else "catch-up"
        missed.insert(0, ScheduledStart(notes.begun.at, why))
    asked = notes.tonight if notes.tonight and notes.tonight <= now else None
    if not missed and not asked:
        return None
    settled = max([since, *(start.at for start in missed)])
    start = _one_for(missed, asked, now)
    return Due(start, settled, asked is not None, schedule.ended(now) and asked is None)


def _one_for(missed: list[ScheduledStart], asked: datetime | None, now: datetime) -> ScheduledStart:
    """The one start that stands for all: what people are told of first, else the last one, late or on time."""
    news = [start for start in missed if start.why == "new-year"]
    if news:
        return news[-1]
    if asked:
        return ScheduledStart(asked, "tonight")
    last = max(missed, key=lambda start: start.at)
    return last if now - last.at <= GRACE else ScheduledStart(last.at, "catch-up")


def start_begun(notes: ScheduleNotes, found: Due) -> ScheduleNotes:
    """The notes while a start is run: nobody else begins it, and it is begun again if this process is killed."""
    again = notes.begun is not None and notes.begun.at == found.start.at
    return replace(
        notes,
        settled=found.settled,
        owed=None,
        tonight=None if found.asked else notes.tonight,
        last=found.start,
        begun=found.start,
        tries=notes.tries + 1 if again else 1,
    )


def start_ended(notes: ScheduleNotes) -> ScheduleNotes:
    """The notes once a start ran or was skipped."""
    return replace(notes, begun=None, tries=0)


def rescheduled(notes: ScheduleNotes, before: Schedule, now: datetime) -> ScheduleNotes:
    """The notes when the settings change: new times count from now on, and what was missed before is still owed."""
    notes = seen(notes, now)
    missed = before.between(notes.settled or now, now)
    owed = missed[-1].at if missed and not before.ended(now) else notes.owed
    return replace(notes, settled=max(notes.settled or now, now), owed=owed)
