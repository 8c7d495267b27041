"""Notices of runs, also of those that other processes ran: once for each, beside the tray or at the window's top."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from psconnect.desktop.background import Background
from psconnect.desktop.notices import text_of
from psconnect.desktop.sentences import headline
from psconnect.desktop.shell import MainWindow
from psconnect.model.runs import Hold
from psconnect.service import RunNews, Service
from psconnect.store.settings.secrets import Secrets
from tests.desktop.conftest import OpenInTray, close, settled
from tests.desktop.district import held_by_removals, other_connection
from tests.desktop.tray_place import MadeUpTray
from tests.support.demo import Connected


def elsewhere(connected: Connected) -> Service:
    """The service of another process: the scheduler's."""
    return Service(
        connected.service.home, Secrets(connected.service.secrets.environment, session_only=True), connected.clock
    )


def failed_by_schedule(connected: Connected, name: str) -> None:
    """A run that the scheduler started and that could not sign in."""
    connected.service.set_value(name, "source.client_id", json.dumps("wrong"))
    assert connected.service.sync(name, trigger="schedule").state == "failed"


def looked(qtbot: QtBot, window: MainWindow) -> None:
    """The window looks once what others did."""
    background = window.findChild(Background)
    assert background
    background.follower.look()
    settled(qtbot, window)


def test_a_hold_of_the_scheduler_is_told_beside_the_tray_once_and_a_click_opens_its_review(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    window = open_with_tray(connected.service, in_tray=True)
    run = held_by_removals(connected)
    looked(qtbot, window)
    ((title, text),) = tray.notices
    assert title == f"{connected.name}: On hold"
    assert "76 students would be removed" in text
    looked(qtbot, window)
    assert len(tray.notices) == 1, "not twice for one run"
    tray.messageClicked.emit()
    settled(qtbot, window)
    assert window.isVisible()
    assert (window.places.key, window.places.name) == ("review", connected.name)
    assert run.state == "held"
    assert "needs you" in tray.tip or "On hold" in tray.tip


def test_a_notice_names_no_class_because_one_may_be_called_after_its_teacher(connected: Connected) -> None:
    crossed = {"entity": "enrollment", "kind": "remove_per_class", "count": 9, "base": 10, "share": 90.0}
    hold = Hold("class-remove-enrollment", values=crossed | {"limit": "75% and 8", "place": "Canary’s band"})  # type: ignore[arg-type]
    run = replace(held_by_removals(connected), holds=(hold,), cause=None)
    assert "Canary" in headline(run)
    assert "Canary" not in text_of(RunNews(run, "hold"))
    assert "9 of 10 enrollments would be removed" in text_of(RunNews(run, "hold"))


def test_a_failure_is_told_and_a_click_opens_its_summary(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    window = open_with_tray(connected.service, in_tray=True)
    failed_by_schedule(connected, connected.name)
    looked(qtbot, window)
    assert [title for title, _text in tray.notices] == [f"{connected.name}: Failed"]
    tray.messageClicked.emit()
    settled(qtbot, window)
    assert window.places.key == "summary"


def test_what_happened_while_no_window_was_there_is_told_at_the_next_start_once(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    connected.delivered()
    first = open_with_tray(connected.service, in_tray=True)
    looked(qtbot, first)
    close(qtbot, first)
    failed_by_schedule(connected, connected.name)
    second = open_with_tray(connected.service, in_tray=True)
    looked(qtbot, second)
    assert len(tray.notices) == 1
    close(qtbot, second)
    third = open_with_tray(connected.service, in_tray=True)
    looked(qtbot, third)
    assert len(tray.notices) == 1


def test_a_run_that_went_well_is_not_told_nor_a_failure_that_was_made_good(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    window = open_with_tray(connected.service, in_tray=True)
    connected.delivered()
    looked(qtbot, window)
    assert tray.notices == []
    right = connected.service.connection(connected.name).source.client_id
    failed_by_schedule(connected, connected.name)
    connected.service.set_value(connected.name, "source.client_id", json.dumps(right))
    assert connected.service.sync(connected.name, trigger="schedule").state.startswith("finished")
    looked(qtbot, window)
    assert tray.notices == []


def test_several_at_once_become_one_that_leads_to_all_connections(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    other_connection(connected, "Kiosks")
    window = open_with_tray(connected.service, in_tray=True)
    for name in (connected.name, "Kiosks"):
        failed_by_schedule(connected, name)
    looked(qtbot, window)
    ((title, text),) = tray.notices
    assert title == "News of 2 runs"
    assert text.splitlines() == ["Kiosks: Failed", f"{connected.name}: Failed"]
    tray.messageClicked.emit()
    settled(qtbot, window)
    assert window.places.key == "connections"


def test_who_is_at_the_window_is_told_there(
    open_with_tray: OpenInTray,
    connected: Connected,
    tray: MadeUpTray,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_with_tray(connected.service)
    monkeypatch.setattr(window, "isActiveWindow", lambda: True)
    held_by_removals(connected)
    looked(qtbot, window)
    assert tray.notices == []
    assert "76 students would be removed" in window.banner.label.text()
    card = window.places.connections.cards[connected.name]
    assert "76 students would be removed" in card._when.text(), "the page is read anew"
    qtbot.mouseClick(window.banner.buttons[0], Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert window.places.key == "review"


def test_without_a_tray_it_is_told_in_the_window(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    tray.there = False
    window = open_with_tray(connected.service)
    held_by_removals(connected)
    looked(qtbot, window)
    assert "76 students would be removed" in window.banner.label.text()


def test_a_run_of_this_window_is_told_beside_the_tray_if_nobody_looks(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    window = open_with_tray(connected.service, in_tray=True)
    window.runs.start(connected.name)
    qtbot.waitUntil(lambda: bool(tray.notices), timeout=30_000)
    settled(qtbot, window)
    assert [title for title, _text in tray.notices] == [f"{connected.name}: On hold"]


def test_mission_g22_the_data_of_a_new_school_year_is_told(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    connected.delivered()
    window = open_with_tray(connected.service, in_tray=True)
    run = connected.service.sync(connected.name, trigger="new-year")
    assert run.state.startswith("finished")
    connected.service.sync(connected.name, trigger="schedule")
    looked(qtbot, window)
    ((title, _text),) = tray.notices
    assert title == f"{connected.name}: the data of the new school year is there", "also if a later run went well"


def test_mission_l12_notices_are_of_counts_and_reach_nobody_who_is_in_the_roster(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    window = open_with_tray(connected.service, in_tray=True)
    held_by_removals(connected)
    looked(qtbot, window)
    people = connected.sql("SELECT First_Name, Last_Name FROM Students UNION SELECT First_Name, Last_Name FROM Users")
    told = " ".join(" ".join(notice) for notice in tray.notices)
    assert told
    words = set(told.replace(":", " ").split()) - set(connected.name.split())
    assert not words & {name for row in people for name in row if name and len(name) > 3}


def test_nothing_is_opened_where_nothing_was_written(
    open_with_tray: OpenInTray, connected: Connected, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.delivered()
    window = open_with_tray(connected.service, in_tray=True)
    for _settling in range(2):
        looked(qtbot, window)

    def opened(*_values: object) -> None:
        pytest.fail("a file was opened")

    for name in ("_history", "runs", "connections", "connection", "take_news"):
        monkeypatch.setattr(Service, name, opened)
    looked(qtbot, window)


def test_settings_that_another_process_changed_are_seen(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    window = open_with_tray(connected.service)
    elsewhere(connected).set_disabled(connected.name, disabled=True)
    looked(qtbot, window)
    assert tray.tip == f"psconnect – {connected.name}: Disabled"
    elsewhere(connected).set_value(connected.name, "source.client_id", json.dumps("x"))
    looked(qtbot, window)
