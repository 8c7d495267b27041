"""When a connection runs next, in words: never as if a schedule worked that would not start."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from psconnect.model.errors import FixSettings
from psconnect.model.schedule import WEEKDAYS, ScheduledStart, ScheduleSettings
from psconnect.model.schedule_state import Proof, ScheduleState
from psconnect.wording.next_run import next_run, start_words
from psconnect.wording.schedules import days_words, offset_words, schedule_words, zone_words

NOW = datetime(2026, 11, 19, 12, 0).astimezone()
DAILY = ScheduleSettings("day", at=["05:30"])
WORKS = Proof(NOW, "task-scheduler", {"source.client_secret": "keyring"})
STATE = ScheduleState(
    DAILY, ScheduledStart(NOW + timedelta(days=1), "schedule"), system="task-scheduler", registered="yes", proof=WORKS
)
LACKS = FixSettings("PSC-SCHEDULE-NO-TIME", where="schedule.at").as_dict()


def test_a_start_in_a_few_words() -> None:
    def at(days: int, hour: int, minute: int) -> datetime:
        return NOW.replace(hour=hour, minute=minute) + timedelta(days=days)

    assert start_words(at(0, 17, 30), NOW) == "Today 17:30"
    assert start_words(at(0, 22, 41), NOW) == "Tonight 22:41"
    assert start_words(at(1, 5, 30), NOW) == "Tomorrow 05:30"
    assert start_words(at(4, 5, 30), NOW) == "Mon 05:30"
    assert start_words(at(9, 5, 30), NOW) == "Sat 28 Nov 05:30"
    assert start_words(datetime(2027, 8, 16).astimezone(), NOW) == "Mon 16 Aug 2027 00:00"


def test_the_next_run_of_a_schedule_that_works() -> None:
    found = next_run(STATE, NOW)
    assert (found.text, found.trouble, found.at) == ("Tomorrow 12:00", "", STATE.next and STATE.next.at)


@pytest.mark.parametrize(
    ("state", "text", "way"),
    [
        (ScheduleState(ScheduleSettings()), "No schedule", ""),
        (replace(STATE, registered="no"), "Not registered", "register"),
        (replace(STATE, registered="differs"), "Not as set here", "register"),
        (replace(STATE, registered="switched-off"), "Switched off in Windows", "register"),
        (replace(STATE, registered="switched-off", system="launchd"), "Switched off in macOS", "register"),
        (replace(STATE, registered="unknown", trouble=LACKS), "Can’t be checked", "register"),
        (replace(STATE, trouble=LACKS), "Not registered", "register"),
        (replace(STATE, proof=None), "Not tried yet", "prove"),
        (replace(STATE, proof=replace(WORKS, trouble=LACKS)), "Would not start", "prove"),
        (replace(STATE, system=""), "Tomorrow 12:00, if psconnect is open", ""),
        (replace(STATE, next=None, settings=ScheduleSettings("day", at=[], new_year=True)), "Not known yet", ""),
        (
            replace(STATE, next=None, settings=ScheduleSettings("day", at=["05:30"], until=date(2026, 6, 15))),
            "Ended 15 June 2026",
            "",
        ),
        (replace(STATE, settings=ScheduleSettings(), registered="no"), "Not registered", "again"),
        (replace(STATE, settings=ScheduleSettings(), proof=None), "Tomorrow 12:00", ""),
    ],
)
def test_what_is_said_in_its_place(state: ScheduleState, text: str, way: str) -> None:
    found = next_run(state, NOW)
    assert (found.text, found.way) == (text, way)
    assert bool(found.trouble) == bool(way), "what can be mended is explained, and nothing else is"
    assert next_run(state, NOW, disabled=True).text == "None while disabled"


def test_the_schedule_in_a_line() -> None:
    week = ScheduleSettings("week", at=["05:30", "17:30"])
    assert schedule_words(week) == "Mon–Fri at 05:30 and 17:30"
    assert schedule_words(ScheduleSettings("week", list(WEEKDAYS), ["05:30"])) == "every day at 05:30"
    assert schedule_words(ScheduleSettings()) == "not by itself"
    assert schedule_words(ScheduleSettings("day", new_year=True)) == "on the first day of the school calendar only"
    assert days_words(["mon", "wed", "fri"]) == "Mon, Wed, Fri"
    assert days_words(["sat", "sun"]) == "Sat, Sun"


def test_a_zone_by_its_city_with_its_offset_of_that_day() -> None:
    winter, summer = datetime(2026, 11, 19, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    assert zone_words("America/Denver", winter) == "Denver time (UTC−7)"
    assert zone_words("America/Denver", summer) == "Denver time (UTC−6)"
    assert zone_words("America/St_Johns", winter) == "St Johns time (UTC−3:30)"
    assert zone_words("Etc/UTC", winter) == "UTC"
    assert zone_words("", winter).startswith("This computer’s time (")
    assert offset_words(timedelta(hours=5, minutes=45)) == "UTC+5:45"
