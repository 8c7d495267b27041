"""The button of a hold's cause opens the page where it is mended, with the focus on what is changed there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from psconnect.desktop.shell import MainWindow
from psconnect.model.causes import Cause, Share
from psconnect.model.phrases import Value
from psconnect.model.runs import ChangeCounts, Hold, Run
from psconnect.wording.held import Story, story_of
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.district import held_by_removals
from tests.support.demo import Connected

_CAUSES: dict[str, tuple[str, dict[str, Value], str, str]] = {
    "school-off": ("student", {"schools": ["A"], "more": 0, "setting": "scope.schools"}, "schools", ""),
    "school-on": ("student", {"schools": ["A"], "more": 0}, "schools", ""),
    "moved-away": ("student", {"schools": ["A"], "more": 0}, "schools", ""),
    "filter": ("contact", {"filter": "Grade", "entity": "contact"}, "filters", "contact"),
    "new-year": ("class", {"year": "2027-2028", "year_before": "2026-2027"}, "schools", "start_year"),
    "short-read": ("student", {"stream": "students", "read": 9, "before": 50}, "credentials", ""),
    "missing": ("student", {"attribute": "email", "entity": "student"}, "attributes", "student.email"),
    "field-emptied": ("student", {"fields": ["Students.Middle_Name"], "entity": "student"}, "plugin", ""),
    "emptied": ("teacher", {"attribute": "email", "entity": "teacher"}, "attributes", "teacher.email"),
    "attribute": ("course", {"attribute": "title", "entity": "course"}, "attributes", "course.title"),
    "settings": (
        "student",
        {"settings": ["options.co_teachers"], "setting": "options.co_teachers"},
        "who",
        "co_teachers",
    ),
    "rule": ("student", {"rule": "co-teacher-off", "setting": "uniqueness"}, "uniqueness", ""),
}


def held_by(run: Run, code: str) -> Story:
    entity, values, *_where = _CAUSES[code]
    since = "2026-11-18T05:57:00+00:00" if "setting" in values else ""
    cause = Cause(entity, "remove", 40, (Share(40, code, values, since),))
    return story_of(replace(run, changes={entity: ChangeCounts(remove=40)}, cause=cause), window=True)


def press_the_way_on(qtbot: QtBot, window: MainWindow, story: Story) -> None:
    review = window.places.review
    review.cause.show_story(story)
    assert review.cause.button.isVisible(), story
    qtbot.mouseClick(review.cause.button, Qt.MouseButton.LeftButton)
    for _time in range(3):
        settled(qtbot, window)


def reviewing(qtbot: QtBot, window: MainWindow, connected: Connected, run: Run) -> None:
    window.review(connected.name, run.id)
    for _time in range(2):
        settled(qtbot, window)


def test_the_button_of_each_cause_leads_to_what_mends_it(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    run = held_by_removals(connected)
    window = open_window(connected.service)
    for code, (_entity, _values, where, control) in _CAUSES.items():
        reviewing(qtbot, window, connected, run)
        press_the_way_on(qtbot, window, held_by(run, code))
        assert window.places.key == "settings", code
        forms = window.places.settings.forms
        (page,) = [one for one in forms.pages if one.step == forms.list.step]
        assert page.step == where, code
        focused = QApplication.focusWidget()
        assert isinstance(focused, QWidget), code
        assert page.isAncestorOf(focused), (code, focused)
        if where in ("filters", "requirements"):
            assert getattr(page, "entity", "") == control, code
        elif control:
            wanted = page.control_of(control)
            assert wanted is not None, (code, control)
            assert wanted is focused or wanted.isAncestorOf(focused), (code, wanted, focused)


@pytest.mark.parametrize(
    ("hold", "place", "step"),
    [
        (
            Hold("freeze", values={"first": "2026-08-01", "until": "2026-08-20", "today": "2026-08-10"}),
            "settings",
            "safety",
        ),
        (Hold("rekey"), "ids", ""),
        (Hold("folder-owned", values={"owner": "Another connection delivers there."}), "settings", "destination"),
        (
            Hold(
                "rejected-student",
                case="rejected",
                values={"entity": "student", "more": 9, "read": 99, "share": 9.0, "limit": "2 %"},
            ),
            "findings",
            "",
        ),
    ],
    ids=["freeze", "rekey", "folder-owned", "rejected"],
)
def test_the_button_of_a_hold_without_a_cause_leads_on(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, hold: Hold, place: str, step: str
) -> None:
    run = connected.service.sync(connected.name)
    window = open_window(connected.service)
    reviewing(qtbot, window, connected, run)
    press_the_way_on(qtbot, window, story_of(replace(run, holds=(hold,), cause=None), window=True))
    assert window.places.key == place
    if step:
        assert window.places.settings.forms.list.step == step
