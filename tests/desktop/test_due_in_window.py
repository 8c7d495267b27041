"""The window makes up what the system's scheduler missed: once, said as such, and without getting in its way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from psconnect.desktop.background import Background
from psconnect.desktop.due import DueCheck
from psconnect.desktop.shell import MainWindow
from tests.desktop.conftest import OpenInTray, settled
from tests.desktop.tray_place import MadeUpTray
from tests.support.demo import Connected

MORNING = datetime(2026, 11, 19, 5, 30, tzinfo=UTC)


@pytest.fixture
def scheduled(connected: Connected) -> Connected:
    """A connection that has delivered and runs daily at 05:30; it is the evening before."""
    connected.delivered()
    connected.service.set_value(connected.name, "schedule", '{every = "day", at = ["05:30"], zone = "UTC"}')
    assert connected.service.due_start(connected.name) is None
    return connected


def check_of(window: MainWindow) -> DueCheck:
    background = window.findChild(Background)
    assert background
    return background.due


def looked(qtbot: QtBot, window: MainWindow) -> None:
    check_of(window).look()
    qtbot.waitUntil(lambda: not window.bridge.busy, timeout=60_000)


def test_what_was_missed_is_made_up_once_and_said(
    open_with_tray: OpenInTray, scheduled: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    before = len(scheduled.service.runs(scheduled.name))
    scheduled.clock.time = MORNING + timedelta(days=2, hours=3)
    window = open_with_tray(scheduled.service, in_tray=True)
    qtbot.waitUntil(lambda: not window.bridge.busy, timeout=60_000)
    runs = scheduled.service.runs(scheduled.name)
    assert len(runs) == before + 1, "three mornings were missed, one run makes up for them"
    assert runs[0].trigger == "catch-up"
    assert "made up for" in window.banner.label.text() or "ended" in window.banner.label.text()
    looked(qtbot, window)
    assert len(scheduled.service.runs(scheduled.name)) == before + 1


def test_it_is_said_while_it_runs(
    open_with_tray: OpenInTray, scheduled: Connected, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_with_tray(scheduled.service)
    scheduled.clock.time = MORNING + timedelta(hours=3)
    said: list[str] = []
    tell = window.banner.tell

    def noted(text: str, *more: Any, **named: Any) -> None:
        said.append(text)
        tell(text, *more, **named)

    monkeypatch.setattr(window.banner, "tell", noted)
    looked(qtbot, window)
    assert said[0].startswith(f"{scheduled.name}: made up for today at")


def test_the_system_has_a_moment_for_a_start_that_is_due_just_now(
    open_with_tray: OpenInTray, scheduled: Connected, qtbot: QtBot
) -> None:
    window = open_with_tray(scheduled.service, in_tray=True)
    before = len(scheduled.service.runs(scheduled.name))
    scheduled.clock.time = MORNING + timedelta(seconds=20)
    looked(qtbot, window)
    assert len(scheduled.service.runs(scheduled.name)) == before
    scheduled.clock.time = MORNING + timedelta(minutes=5)
    looked(qtbot, window)
    first, *_ = scheduled.service.runs(scheduled.name)
    assert first.trigger == "schedule", "on time still"
    assert len(scheduled.service.runs(scheduled.name)) == before + 1


def test_the_window_looks_after_the_computer_woke_up_and_now_and_then(
    open_with_tray: OpenInTray, scheduled: Connected, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_with_tray(scheduled.service, in_tray=True)
    check, looks = check_of(window), []
    monkeypatch.setattr(check, "look", lambda: looks.append(1))
    scheduled.clock.time += timedelta(seconds=60)
    check.tick()
    assert looks == []
    scheduled.clock.time += timedelta(hours=7)
    check.tick()
    assert looks == [1], "it slept"
    scheduled.clock.time -= timedelta(hours=1)
    check.tick()
    assert looks == [1, 1], "its clock was set"


def test_a_disabled_connection_is_not_run(open_with_tray: OpenInTray, scheduled: Connected, qtbot: QtBot) -> None:
    scheduled.service.set_disabled(scheduled.name, disabled=True)
    before = len(scheduled.service.runs(scheduled.name))
    scheduled.clock.time = MORNING + timedelta(hours=3)
    window = open_with_tray(scheduled.service, in_tray=True)
    settled(qtbot, window)
    assert len(scheduled.service.runs(scheduled.name)) == before


def test_the_window_forgets_what_is_kept_no_longer_though_nothing_runs(
    open_with_tray: OpenInTray, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    connected.service.set_disabled(connected.name, disabled=True)
    connected.clock.time += timedelta(days=91)
    window = open_with_tray(connected.service, in_tray=True)
    qtbot.waitUntil(lambda: not window.bridge.busy, timeout=60_000)
    assert connected.service.count_history(connected.name).names_until is None
