"""The next run on the start page and the overview, *Run tonight* beside *Run now*, and what mends a schedule."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from psconnect.desktop.shell import MainWindow
from psconnect.desktop.widgets.button import Button
from psconnect.model.schedule import ScheduleSettings
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.made_up_schedule import NO_SECRET, WORKS, MadeUpSchedule, scheduled
from tests.desktop.test_screens import Grab, grab
from tests.support.demo import Connected

__all__ = ["grab", "scheduled"]
DAILY = ScheduleSettings("day", at=["05:30", "17:30"])


def with_schedule(connected: Connected, settings: ScheduleSettings = DAILY) -> None:
    connection = connected.service.connection(connected.name)
    connected.service.save_connection(replace(connection, schedule=settings))


def calm(qtbot: QtBot, window: MainWindow) -> None:
    """A page asks for the schedule once it is shown, and what is proved is asked for again."""
    for _time in range(3):
        settled(qtbot, window)


def press(qtbot: QtBot, window: MainWindow, button: Button) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    calm(qtbot, window)


def overview(qtbot: QtBot, window: MainWindow, connected: Connected) -> None:
    window.overview(connected.name)
    calm(qtbot, window)


def test_the_next_run_is_on_the_card_and_on_the_overview_also_after_a_failure(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, scheduled: MadeUpSchedule, grab: Grab
) -> None:
    window = open_window(connected.service)
    calm(qtbot, window)
    assert window.places.connections.cards[connected.name].next.text() == "No schedule"
    with_schedule(connected)
    connected.service.set_value(connected.name, "source.client_id", '"wrong"')
    assert connected.service.sync(connected.name).state == "failed"
    window.refresh()
    calm(qtbot, window)
    shown = window.places.connections.cards[connected.name].next.text()
    assert shown.split()[-1] in ("05:30", "17:30")
    grab(window, "connections-next-run")
    overview(qtbot, window, connected)
    page = window.places.overview
    assert page._status.next.text() == shown
    assert page._status.how.text() == "every day at 05:30 and 17:30"
    assert page.schedule.isHidden()
    grab(window, "overview-next-run")
    press(qtbot, window, page._status.schedule_link)
    assert (window.places.key, window.places.settings.forms.list.step) == ("settings", "schedule")
    connected.service.set_disabled(connected.name, disabled=True)
    overview(qtbot, window, connected)
    assert page._status.next.text() == "None while disabled"


@pytest.mark.parametrize(
    ("registered", "words"),
    [("no", "Not registered"), ("differs", "Not as set here"), ("switched-off", "Switched off in Windows")],
)
def test_a_schedule_that_the_system_no_longer_has_needs_somebody_and_one_press_mends_it(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, scheduled: MadeUpSchedule, registered, words: str,
    monkeypatch: pytest.MonkeyPatch, grab: Grab,
) -> None:  # fmt: skip
    connected.delivered()
    with_schedule(connected)
    scheduled.registered = registered
    switched: list[tuple[str, bool]] = []

    def switch(name: str, *, on: bool) -> None:
        switched.append((name, on))
        scheduled.registered = "yes"

    monkeypatch.setattr(connected.service, "switch_schedule", switch)
    window = open_window(connected.service)
    calm(qtbot, window)
    card = window.places.connections.cards[connected.name]
    assert card.needs_you
    assert card.next.text() == words
    assert card.mend_button.text() == "Register again"
    grab(window, f"connections-schedule-{registered}")
    overview(qtbot, window, connected)
    page = window.places.overview
    assert page.schedule.isVisible()
    assert page._status.next.text() == words
    grab(window, f"overview-schedule-{registered}")
    press(qtbot, window, page.schedule.buttons[0])
    assert switched == [(connected.name, True)]
    assert page.schedule.isHidden()
    assert page._status.next.text().split()[-1] in ("05:30", "17:30")
    window.connections()
    calm(qtbot, window)
    assert not window.places.connections.cards[connected.name].needs_you


def test_a_start_that_would_not_work_is_not_shown_as_if_it_did(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, scheduled: MadeUpSchedule
) -> None:
    connected.delivered()
    with_schedule(connected)
    scheduled.proof = NO_SECRET
    window = open_window(connected.service)
    overview(qtbot, window, connected)
    page = window.places.overview
    assert page._status.next.text() == "Would not start"
    assert "is not known on this computer" in page.schedule.label.text()
    assert [button.text() for button in page.schedule.buttons] == ["Open credentials", "Try a start"]
    press(qtbot, window, page.schedule.buttons[1])
    assert scheduled.proved == [connected.name]
    assert page.schedule.isHidden()
    scheduled.next_proof = NO_SECRET
    window.context.proving.prove(connected.name)
    calm(qtbot, window)
    assert "would not start" in window.banner.label.text()
    assert page._status.next.text() == "Would not start"


def test_mission_d14_d16_run_tonight_stands_beside_run_now_also_before_the_first_run(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, scheduled: MadeUpSchedule, grab: Grab
) -> None:
    window = open_window(connected.service)
    window.sync(connected.name)
    calm(qtbot, window)
    page = window.places.sync
    assert page.sentence.text() == "There was no run yet"
    assert page.run_button.isVisible()
    assert page.tonight_button.isVisible()
    assert page.tonight.isHidden()
    grab(window, "sync-first")
    clicked = connected.service.clock.now()
    press(qtbot, window, page.tonight_button)
    asked = connected.service.schedule_state(connected.name).tonight
    assert asked is not None
    assert clicked <= asked < clicked + timedelta(hours=24)
    assert "Processing" in window.banner.label.text()
    assert "within 24 hours" in page.tonight.label.text()
    assert f"{asked.astimezone():%H:%M}" in page.tonight.label.text()
    assert not page.tonight_button.isVisible(), "once is enough"
    assert page.tonight.buttons[0].hasFocus()
    assert connected.service.runs(connected.name) == [], "nothing runs before"
    grab(window, "sync-tonight")
    overview(qtbot, window, connected)
    assert window.places.overview._status.next.text().endswith(f"{asked.astimezone():%H:%M}")
    window.sync(connected.name)
    calm(qtbot, window)
    press(qtbot, window, page.tonight.buttons[0])
    assert connected.service.schedule_state(connected.name).tonight is None
    assert page.tonight.isHidden()
    assert page.tonight_button.isVisible()


def test_run_tonight_without_a_schedule_is_proved_too_and_says_what_is_in_the_way(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, scheduled: MadeUpSchedule
) -> None:
    scheduled.proof, scheduled.next_proof = None, NO_SECRET
    window = open_window(connected.service)
    window.sync(connected.name)
    calm(qtbot, window)
    page = window.places.sync
    press(qtbot, window, page.tonight_button)
    assert scheduled.proved == [connected.name]
    window.sync(connected.name)
    calm(qtbot, window)
    assert "is not known on this computer" in page.tonight.label.text()
    assert [button.text() for button in page.tonight.buttons] == ["Open credentials", "Try a start", "Cancel it"]
    scheduled.system, scheduled.proof = "", WORKS
    window.sync(connected.name)
    calm(qtbot, window)
    assert "if psconnect is open" in page.tonight.label.text()


def test_mission_d15_a_notice_says_that_the_run_is_processed(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, scheduled: MadeUpSchedule
) -> None:
    window = open_window(connected.service)
    window.sync(connected.name)
    calm(qtbot, window)
    qtbot.mouseClick(window.places.sync.run_button, Qt.MouseButton.LeftButton)
    assert window.banner.label.text().startswith("Processing:")
    qtbot.waitUntil(lambda: not window.runs.working(connected.name), timeout=60_000)


def test_a_disabled_connection_runs_neither_now_nor_tonight(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, scheduled: MadeUpSchedule
) -> None:
    connected.service.set_disabled(connected.name, disabled=True)
    window = open_window(connected.service)
    window.sync(connected.name)
    calm(qtbot, window)
    assert not window.places.sync.tonight_button.isEnabled()
