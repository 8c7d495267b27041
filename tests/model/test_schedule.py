"""The [schedule] section: what is refused, and what a default is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from psconnect.model.connection import from_dict, to_dict
from psconnect.model.errors import FixSettings
from psconnect.model.schedule import ScheduleSettings

LEAST = {"name": "Lincoln", "preset": "oneroster"}


def test_nothing_starts_by_itself_until_it_is_said() -> None:
    settings = from_dict(LEAST).schedule
    assert settings == ScheduleSettings()
    assert not settings.is_on
    assert "schedule" not in to_dict(from_dict(LEAST))


def test_a_schedule_is_kept_as_written() -> None:
    table = {"every": "day", "at": ["05:30", "17:30"], "until": date(2027, 6, 15), "zone": "America/Chicago"}
    connection = from_dict({**LEAST, "schedule": table})
    assert connection.schedule.is_on
    assert from_dict(to_dict(connection)) == connection


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ({"every": "day"}, "PSC-SCHEDULE-NO-TIME"),
        ({"every": "week", "days": [], "at": ["05:30"]}, "PSC-SCHEDULE-NO-DAY"),
        ({"zone": "Mars/Olympus"}, "PSC-SCHEDULE-ZONE"),
        ({"zone": "../etc/passwd"}, "PSC-SCHEDULE-ZONE"),
        ({"off_peak": ["22:00", "22:00"]}, "PSC-SCHEDULE-OFF-PEAK"),
        ({"every": "day", "at": ["07:00"], "repeat": 15, "repeat_until": "07:00"}, "PSC-SCHEDULE-REPEAT"),
        ({"every": "day", "at": ["06:00"], "repeat": 10}, "PSC-SCHEDULE-OFTEN"),
        ({"every": "day", "at": ["06:00"], "repeat": 1}, "PSC-SETTINGS-INVALID"),
    ],
)
def test_what_cannot_be_meant_is_refused(table: dict[str, Any], code: str) -> None:
    with pytest.raises(FixSettings) as caught:
        from_dict({**LEAST, "schedule": table})
    assert caught.value.code == code


def test_a_new_year_alone_is_a_schedule() -> None:
    assert from_dict({**LEAST, "schedule": {"every": "day", "new_year": True}}).schedule.is_on
