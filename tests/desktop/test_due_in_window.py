"""The window makes up what the system's scheduler missed: once, said as such, and without getting in its way."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytestqt.qtbot import QtBot

from psconnect.desktop.background import Background
from psconnect.desktop.beside import send_beside
from psconnect.desktop.due import DueCheck
from psconnect.desktop.shell import MainWindow
from psconnect.mail import MailLimits
from psconnect.model.errors import LocalStorage
from psconnect.model.preferences import MailServer
from psconnect.model.schedule import ScheduledStart
from tests.desktop.conftest import OpenInTray, settled
from tests.desktop.district import other_connection
from tests.desktop.tray_place import MadeUpTray
from tests.support.demo import Connected
from tests.support.schedulers import MadeUpScheduler

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


def test_a_mail_server_that_hangs_holds_up_no_start(
    open_with_tray: OpenInTray, scheduled: Connected, qtbot: QtBot
) -> None:
    service, name = scheduled.service, scheduled.name
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        service.save_mail_server(MailServer("127.0.0.1", port, "none", sender="psconnect@lincoln.example"))
        service.set_value(name, "notices", '{to = ["office@lincoln.example"], results = "all"}')
        service.mail_limits = MailLimits(0.1, 0.1, 0.1)
        service.sync(name)
        assert [one.error is not None for one in service.undelivered_notices(name).waiting] == [True]
        window = open_with_tray(service, in_tray=True)
        check = check_of(window)
        service.mail_limits = MailLimits(600, 600, 600)
        check.look()
        qtbot.waitUntil(lambda: not check._looking)
        assert window.bridge.busy, "the mail server does not answer"
        before = len(service.runs(name))
        scheduled.clock.time = MORNING + timedelta(hours=3)
        check.look()
        qtbot.waitUntil(lambda: len(service.runs(name)) > before and not window.runs.working(name), timeout=30_000)
        assert service.runs(name)[0].trigger == "catch-up"
        assert window.bridge.close(10), "whoever quits does not wait for it either"


def test_mail_that_waits_is_told_once_and_not_with_each_look(
    open_with_tray: OpenInTray, scheduled: Connected, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, name = scheduled.service, scheduled.name
    service.set_value(name, "notices", '{to = ["office@lincoln.example"], results = "all"}')
    window = open_with_tray(service)
    told: list[str] = []
    monkeypatch.setattr(window, "notice", lambda text, _tone: told.append(text))
    send_beside(service, window.bridge, window.notice)
    service.sync(name)
    qtbot.waitUntil(lambda: told != [], timeout=60_000)
    for _look in range(2):
        looked(qtbot, window)
    assert len(told) == 1


def test_one_connection_that_can_not_be_looked_at_stops_no_other(
    open_with_tray: OpenInTray, scheduled: Connected, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = scheduled.service
    other = "A roster before it"
    other_connection(scheduled, other)
    real, asked = service.due_start, list[str]()

    def due_start(name: str) -> ScheduledStart | None:
        asked.append(name)
        if name == other:
            raise LocalStorage("PSC-STORAGE-FULL", where="notes", path="notes")
        return real(name)

    monkeypatch.setattr(service, "due_start", due_start)
    before = len(service.runs(scheduled.name))
    scheduled.clock.time = MORNING + timedelta(hours=3)
    window = open_with_tray(service, in_tray=True)
    qtbot.waitUntil(lambda: not window.bridge.busy, timeout=60_000)
    assert asked == [other, scheduled.name]
    assert len(service.runs(scheduled.name)) == before + 1


def test_a_change_of_the_computers_zone_registers_anew_while_the_window_is_open(
    open_with_tray: OpenInTray, scheduled: Connected, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduler = MadeUpScheduler()
    scheduled.service.find_scheduler = lambda _home: scheduler
    monkeypatch.setattr(scheduled.clock, "zone", lambda: ZoneInfo("America/Phoenix"))
    window = open_with_tray(scheduled.service, in_tray=True)
    looked(qtbot, window)
    (entry,) = scheduler.entries.values()
    assert [(time.hour, time.minute) for time in entry.times] == [(22, 30)]
    looked(qtbot, window)
    assert len(scheduler.registered) == 1
    monkeypatch.setattr(scheduled.clock, "zone", lambda: ZoneInfo("Asia/Tokyo"))
    looked(qtbot, window)
    (entry,) = scheduler.entries.values()
    assert [(time.hour, time.minute) for time in entry.times] == [(14, 30)]
