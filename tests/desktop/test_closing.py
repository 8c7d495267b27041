"""The window can be closed and opened again at any time without loss; a run is stopped calmly."""

from __future__ import annotations

import time

from PySide6.QtCore import QSize, Qt
from pytestqt.qtbot import QtBot

from tests.desktop.conftest import OpenWindow, settled
from tests.support.demo import Connected


def begin_slow_run(connected: Connected, qtbot: QtBot, window, seconds: int = 1) -> None:
    """A run that would go on for minutes: one byte every so many seconds."""
    connected.fault("N05", path="/ws/schema/query/*", amount=seconds)
    window.run_for(connected.name)
    qtbot.waitUntil(lambda: any("query" in path for _m, path, _s in connected.server.calls.counts), timeout=30_000)


def test_closing_asks_in_the_window_when_a_run_goes_on(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = open_window(connected.service)
    begin_slow_run(connected, qtbot, window)
    assert not window.close()
    assert window.isVisible()
    assert connected.name in window.banner.label.text()
    keep = window.banner.buttons[1]
    assert keep.hasFocus() or window.focusWidget() is keep, "Enter must not stop a run by accident"
    qtbot.mouseClick(keep, Qt.MouseButton.LeftButton)
    assert window.isVisible()
    assert window.runs.working(connected.name)


def test_stop_and_close_takes_a_second_at_most(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    window = open_window(connected.service)
    begin_slow_run(connected, qtbot, window, seconds=5)
    window.close()
    began = time.monotonic()
    qtbot.mouseClick(window.banner.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=10_000)
    # Twice what is promised, because the machine may be busy; without cancelling it would take minutes.
    assert time.monotonic() - began < 4
    assert connected.service.runs(connected.name)[0].state in ("cancelled", "reading")
    assert not connected.bundle.exists()


def test_closed_in_the_middle_the_next_window_goes_on(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = open_window(connected.service)
    begin_slow_run(connected, qtbot, window)
    window.closing.stop_and_close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=10_000)
    connected.server.clear_faults()
    again = open_window(connected.service)
    again.run_for(connected.name)
    qtbot.waitUntil(lambda: not again.runs.working(connected.name), timeout=60_000)
    settled(qtbot, again)
    assert connected.service.runs(connected.name)[0].state == "held"


def test_size_and_place_are_kept(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    window = open_window(connected.service)
    assert window.size() == QSize(1180, 760)
    window.resize(1000, 640)
    window.close()
    again = open_window(connected.service)
    # The screen of these tests is narrower than the window; a width that does not fit is not restored.
    assert again.height() == 640
    assert (connected.service.home.config / "window.ini").exists()


def test_a_waiting_run_is_found_again_by_the_next_window(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    run = connected.service.sync(connected.name)
    window = open_window(connected.service)
    card = window.places.connections.cards[connected.name]
    qtbot.mouseClick(card.review_button, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert window.places.currentWidget() is window.places.review
    assert window.places.review.changes.model.rowCount() == run.changes["student"].create
