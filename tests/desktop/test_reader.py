"""Six held runs for somebody who never saw psconnect: what would happen, why, and what do I do? (build/screens)"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from pytestqt.qtbot import QtBot

from psconnect.desktop.models.changes import TITLE_COLUMN
from psconnect.model.connection import from_dict, to_dict
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.test_screens import Grab, grab
from tests.support.demo import Connected

__all__ = ["grab"]
_NAME_WIDTH = 150
IN_SCHOOL = "enroll_status = 0 AND schoolid <> 999999"


def school_off(connected: Connected) -> None:
    numbers = connected.sql(
        f"SELECT schoolid FROM students WHERE {IN_SCHOOL} GROUP BY 1 ORDER BY count(*) DESC LIMIT -1 OFFSET 1"
    )
    save(connected, "scope", schools=[number for (number,) in numbers])


def changed_filter(connected: Connected) -> None:
    save(connected, "filters", student=[{"field": "Students.Grade_Level", "op": "between", "value": [6, 12]}])


def short_read(connected: Connected) -> None:
    gone = f"FROM students WHERE {IN_SCHOOL} AND dcid < (SELECT min(dcid) + 60 FROM students WHERE {IN_SCHOOL})"
    connected.sql(f"DELETE FROM cc WHERE studentid IN (SELECT id {gone})")
    connected.sql(f"DELETE FROM studentcontactassoc WHERE studentdcid IN (SELECT dcid {gone})")
    connected.sql(f"DELETE {gone}")


def new_usernames(connected: Connected) -> None:
    save(connected, "mapping", student={"username": "{Students.Student_Number}"})


def left_school(connected: Connected) -> None:
    connected.sql(
        f"UPDATE students SET enroll_status = 2 WHERE {IN_SCHOOL} AND schoolid = "
        f"(SELECT max(schoolid) FROM students WHERE {IN_SCHOOL})"
    )


def no_single_cause(connected: Connected) -> None:
    connected.sql(f"UPDATE students SET enroll_status = 2 WHERE {IN_SCHOOL} AND dcid % 10 = 0")
    connected.sql(f"UPDATE students SET grade_level = -9 WHERE {IN_SCHOOL} AND dcid % 10 = 1")
    save(connected, "filters", student=[{"field": "Students.Grade_Level", "op": "between", "value": [-5, 12]}])


def save(connected: Connected, section: str, **values: object) -> None:
    data = to_dict(connected.service.connection(connected.name))
    data[section] = {**data.get(section, {}), **values}
    connected.service.save_connection(from_dict(data))
    connected.clock.time += timedelta(minutes=23)


@pytest.mark.parametrize(
    ("happened", "code"),
    [
        (school_off, "school-off"),
        (changed_filter, "filter"),
        (short_read, "short-read"),
        (new_usernames, "attribute"),
        (left_school, "rule"),
        (no_single_cause, ""),
    ],
)
def test_a_held_run_for_a_fresh_reader(
    open_window: OpenWindow,
    connected: Connected,
    qtbot: QtBot,
    grab: Grab,
    happened: Callable[[Connected], None],
    code: str,
) -> None:
    connected.delivered()
    connected.clock.time += timedelta(hours=1)
    happened(connected)
    run = connected.service.sync(connected.name)
    window = open_window(connected.service)
    window.review(connected.name, run.id)
    settled(qtbot, window)
    settled(qtbot, window)
    page = window.places.review
    main = run.cause.main if run.cause else None
    assert (main.code if main else "") == code
    assert page.cause.label.text()
    assert page.limits.more_button.text() == f"All kinds: {run.all_changes.total:,} changes"
    assert f" {run.all_changes.total:,} changes" in page.decision.applies.text(), "both count the same"
    assert page.cause.button.isVisible() == (code != "rule"), "who left school is mended nowhere in the settings"
    name = happened.__name__.replace("_", "-")
    grab(window, f"reader-{name}")
    window.resize(860, 600)
    settled(qtbot, window)
    grab(window, f"reader-{name}-narrow")
    assert page.changes.table.columnWidth(TITLE_COLUMN) > _NAME_WIDTH, "a name can be read"
