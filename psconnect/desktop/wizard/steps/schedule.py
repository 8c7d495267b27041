"""Step *Schedule*: when the connection runs by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from psconnect.desktop.text import tr
from psconnect.desktop.wizard.draft import Draft, DraftPart
from psconnect.desktop.wizard.steps.spec import Known, Line, Need, StepSpec, StepText, section, sentence, told
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.model.schedule import WEEKDAYS, Every, Repeat, ScheduleSettings, Weekday, check_schedule
from psconnect.wording.schedules import schedule_words
from psconnect.wording.times import date_words

_TYPED = re.compile(r"(\d{1,2})(?:[:.h ]?(\d{2}))?\s*([ap])?\.?(?:m\.?)?", re.IGNORECASE | re.ASCII)
"""A time as people type it: 5:30, 0530, 5.30 pm, 5 p.m., 17h30."""
_NOON, _HOURS, _MINUTES = 12, 24, 60
_FIELDS = {
    "PSC-SCHEDULE-ZONE": "zone",
    "PSC-SCHEDULE-NO-TIME": "at",
    "PSC-SCHEDULE-REPEAT": "repeat",
    "PSC-SCHEDULE-OFTEN": "repeat",
}


class SchedulePart(DraftPart, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """When the connection runs by itself, as typed; the fields are those of [schedule]. ``until`` is empty for none."""

    every: Every = "never"
    days: tuple[Weekday, ...] = WEEKDAYS[:5]
    at: tuple[str, ...] = ()
    repeat: Repeat = 0
    repeat_until: str = "16:00"
    zone: str = ""
    off_peak: tuple[str, str] = ("22:00", "05:00")
    new_year: bool = False
    until: str = ""


class ScheduleStep(StepSpec[SchedulePart]):
    """When the connection runs by itself."""

    key = "schedule"
    symbol = "clock"
    part = SchedulePart

    def text(self, draft: Draft, known: Known) -> StepText:  # noqa: ARG002 - always the same
        """Its words."""
        return StepText(
            tr("Schedule"),
            tr("When should it run?"),
            tr("This computer starts psconnect at these times, also when its window is closed."),
        )

    def needs(self, draft: Draft, known: Known) -> Iterator[Need]:  # noqa: ARG002 - all of it is in the draft
        """Times that can be read and come once each, and a day and a time for what runs by itself."""
        part = draft.of(SchedulePart)
        wrong = wrong_times(part.at) if part.every != "never" else {}
        yield from (self.need("at", text) for text in list(wrong.values())[:1])
        window = next((text for text in part.off_peak if not clock_typed(text)), None)
        if window is not None:
            yield self.need("off_peak", _no_time(window))
        last = part.repeat_until if part.every != "never" and part.repeat else ""
        if last and not clock_typed(last):
            yield self.need("repeat", _no_time(last))
            return
        if part.every == "week" and not part.days:
            yield self.need("days", told(FixSettings("PSC-SCHEDULE-NO-DAY")))
        elif not wrong and window is None:
            yield from self._checked(part)

    def _checked(self, part: SchedulePart) -> Iterator[Need]:
        try:
            check_schedule(typed_schedule(part))
        except FixSettings as error:
            yield self.need(_FIELDS.get(error.code, "off_peak"), told(error))

    def lines(self, draft: Draft, known: Known) -> list[Line]:  # noqa: ARG002 - as in needs
        """When it runs, until when, and whether with the new school year."""
        part = draft.of(SchedulePart)
        found = [(tr("Runs"), _when(part))]
        if part.every == "never":
            return found
        if part.new_year:
            found.append((tr("New school year"), tr("on its first day at 00:00")))
        if part.until:
            found.append((tr("Until"), date_words(date.fromisoformat(part.until))))
        return found

    def brief(self, draft: Draft, known: Known) -> str:  # noqa: ARG002 - the same signature everywhere
        """All of it in one line."""
        part = draft.of(SchedulePart)
        said = [_when(part)]
        if part.every != "never" and part.new_year and part.at:
            said.append(tr("new school year at 00:00"))
        if part.every != "never" and part.until:
            said.append(tr("until {day}", day=date_words(date.fromisoformat(part.until))))
        return sentence(tr("; ").join(said))

    def into(self, part: SchedulePart, settings: dict[str, Any]) -> None:
        """The [schedule] section; the minute that was drawn for "tonight" stays as it is there."""
        schedule = section(settings, "schedule")
        # What is typed wrong is written where it is needed, so that it is refused and not lost.
        at = [clock_typed(one) or one for one in part.at if clock_typed(one) or part.every != "never"]
        schedule |= {"every": part.every, "days": _in_order(part.days), "at": list(dict.fromkeys(at))}
        schedule |= {"zone": part.zone, "new_year": part.new_year, "repeat": part.repeat}
        schedule["repeat_until"] = clock_typed(part.repeat_until) or part.repeat_until
        schedule["off_peak"] = [clock_typed(one) or one for one in part.off_peak]
        schedule.pop("until", None)
        if part.until:
            schedule["until"] = date.fromisoformat(part.until)

    def out_of(self, connection: Connection) -> SchedulePart:
        """As the connection has it."""
        own = connection.schedule
        until = own.until.isoformat() if own.until else ""
        return SchedulePart(
            *(own.every, tuple(own.days), tuple(own.at), own.repeat, own.repeat_until),
            *(own.zone, own.off_peak, own.new_year, until),
        )


def typed_schedule(part: SchedulePart) -> ScheduleSettings:
    """The schedule that is typed; times that can't be read are left out, and the rest isn't checked."""
    first, last = (clock_typed(text) for text in part.off_peak)
    return ScheduleSettings(
        every=part.every,
        days=_in_order(part.days),
        at=sorted({at for text in part.at if (at := clock_typed(text))}),
        repeat=part.repeat,
        repeat_until=clock_typed(part.repeat_until) or ScheduleSettings().repeat_until,
        zone=part.zone,
        off_peak=(first, last),
        new_year=part.new_year,
        until=date.fromisoformat(part.until) if part.until else None,
    )


def clock_typed(text: str) -> str:
    """The time like ``05:30`` that somebody means by ``5:30``, ``530`` or ``5.30 pm``; empty if it is none."""
    found = _TYPED.fullmatch(text.strip())
    if not found:
        return ""
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if (half and not 1 <= hour <= _NOON) or hour >= _HOURS or minute >= _MINUTES:
        return ""
    if half:
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    elif found[2] is None and len(found[1]) == 1:
        return ""  # a lone digit is a time that is not finished
    return f"{hour:02}:{minute:02}"


def wrong_times(texts: tuple[str, ...]) -> dict[int, str]:
    """The places of those that are no times, or come twice, each with what is wrong in a sentence."""
    wrong: dict[int, str] = {}
    times: list[str] = []
    for place, text in enumerate(texts):
        at = clock_typed(text)
        if not at:
            wrong[place] = _no_time(text)
        elif at in times:
            wrong[place] = tr("{time} is there twice.", time=at)
        times.append(at)
    return wrong


def _no_time(text: str) -> str:
    if not text.strip():
        return tr("Type a time, like 05:30 or 5:30 pm.")
    return tr("“{text}” is not a time. Write it like 05:30 or 5:30 pm.", text=text.strip())


def _in_order(days: tuple[Weekday, ...]) -> list[Weekday]:
    return [day for day in WEEKDAYS if day in days]


def _when(part: SchedulePart) -> str:
    return schedule_words(typed_schedule(part))
