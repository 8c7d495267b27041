"""The run view is no dead end: the bar never goes back, nothing is cut, and the focus is on what is next."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psconnect.desktop.progress import RunProgress
from psconnect.desktop.shell import MainWindow
from psconnect.model.events import RunEvent
from tests.desktop.conftest import OpenWindow, settled
from tests.support.demo import Connected

LONG_MS = 60_000


def ran(qtbot: QtBot, window: MainWindow, name: str) -> None:
    window.run_for(name)
    qtbot.waitUntil(lambda: not window.runs.working(name), timeout=LONG_MS)
    settled(qtbot, window)


def test_the_bar_never_goes_back_when_a_list_turns_out_longer_or_a_run_stops() -> None:
    progress = RunProgress(0.0)
    shares = []
    for done, total in ((50, 100), (60, 10_000), (9_000, 10_000)):
        progress.take([RunEvent("reading", "student", done, total)], 1.0)
        shares.append(progress.share)
    progress.take([RunEvent("reading", "enrollment", 0, 1_000_000)], 2.0)
    shares.append(progress.share)
    progress.end(3.0, reached_goal=False)
    shares.append(progress.share)
    assert shares == sorted(shares)
    assert shares[0] > 0


def test_stages_that_never_began_say_so_and_no_bar_is_left(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.server.disable(connected.plugin)
    window = open_window(connected.service)
    ran(qtbot, window, connected.name)
    rows = window.places.run._steps._rows
    assert [row.chip.text() for row in rows][-1] == "Not begun"
    assert not any(row.bar.isVisible() for row in rows)
    assert window.places.run.bar.value() < window.places.run.bar.maximum()


def test_a_failed_run_leads_to_what_helps(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    connected.service.set_value(connected.name, "source.client_id", '"wrong"')
    window = open_window(connected.service)
    window.activateWindow()
    ran(qtbot, window, connected.name)
    page = window.places.run
    assert [button.text() for button in page.outcome.buttons] == [
        "Open credentials",
        "Check access",
        "Run again",
        "Copy details",
    ]
    assert window.focusWidget() is page.outcome.buttons[0]
    filled = [button for button in (*page.outcome.buttons, page.next_button) if button.property("look") == "primary"]
    assert filled == [page.outcome.buttons[0]]


def test_the_end_of_a_run_has_the_focus_on_the_next_step_and_cancel_never_has_it(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = open_window(connected.service)
    window.activateWindow()
    window.run_for(connected.name)
    assert window.focusWidget() is not window.places.run.cancel_button
    assert "Cancel leaves the other system as it is" in window.places.run.safe.text()
    qtbot.waitUntil(lambda: not window.runs.working(connected.name), timeout=LONG_MS)
    settled(qtbot, window)
    assert window.focusWidget() is window.places.run.next_button
    assert window.places.run.next_button.text() == "Review"


def test_in_a_narrow_window_no_count_of_a_step_is_cut(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = open_window(connected.service)
    window.resize(860, 600)
    ran(qtbot, window, connected.name)
    QApplication.processEvents()
    for row in window.places.run._steps._rows:
        for label in (row.title, row.words):
            needed = label.heightForWidth(label.width())
            assert label.height() >= needed, label.text()
            widest = max((label.fontMetrics().horizontalAdvance(word) for word in label.text().split()), default=0)
            assert label.width() >= widest, label.text()


def test_a_new_run_takes_down_what_was_said_about_the_one_before(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.server.disable(connected.plugin)
    window = open_window(connected.service)
    window.runs.start(connected.name)
    qtbot.waitUntil(lambda: not window.runs.working(connected.name), timeout=LONG_MS)
    settled(qtbot, window)
    assert window.banner.isVisible()
    window.runs.start(connected.name)
    assert not window.banner.isVisible()
    qtbot.waitUntil(lambda: not window.runs.working(connected.name), timeout=LONG_MS)
    settled(qtbot, window)
