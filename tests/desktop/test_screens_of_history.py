"""The history in each of its states, as pictures to look at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psconnect.desktop.models.run_rows import STATE
from psconnect.desktop.shell import SIZE, MainWindow
from psconnect.desktop.widgets.table import Table
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.district import other_connection
from tests.desktop.made_up_history import add_runs, ordinary_weeks
from tests.desktop.test_screens import Grab, grab
from tests.desktop.test_screens_of_data import shown
from tests.support.demo import Connected

__all__ = ["grab"]
LONG = "Adult education centre and evening classes of the whole district, north and south of the river"
_AROUND = 22
"""What a cell keeps free of text."""
OpenHistory = Callable[[str], MainWindow]


@pytest.fixture
def history_of(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> OpenHistory:
    """Opens the history of a connection."""

    def show(name: str) -> MainWindow:
        window = open_window(connected.service)
        window.history(name)
        settled(qtbot, window)
        return window

    return show


def tick(qtbot: QtBot, window: MainWindow, *places: int) -> None:
    table = window.places.history.table
    table.setFocus()
    for place in places:
        table.setCurrentIndex(table.model().index(place, 0))
        qtbot.keyClick(table, Qt.Key.Key_Space)
    settled(qtbot, window)


def elided(table: Table, *columns: int) -> list[str]:
    """The texts of some columns of a table that have no room."""
    model, metrics = table.model(), table.fontMetrics()
    cells = [(place, str(model.index(row, place).data())) for row in range(model.rowCount()) for place in columns]
    return [text for place, text in cells if metrics.horizontalAdvance(text) + _AROUND > table.columnWidth(place)]


def test_no_run(history_of: OpenHistory, connected: Connected, qtbot: QtBot, grab: Grab) -> None:
    window = history_of(connected.name)
    shown(qtbot, window, grab, "history-none")
    assert window.places.history.message_shown


def test_one_run(history_of: OpenHistory, connected: Connected, qtbot: QtBot, grab: Grab) -> None:
    connected.delivered()
    window = history_of(connected.name)
    shown(qtbot, window, grab, "history-one")
    assert window.places.history.model.rowCount() == 1


def test_ordinary_weeks_two_compared_and_searched(
    history_of: OpenHistory, connected: Connected, qtbot: QtBot, grab: Grab
) -> None:
    connected.delivered()
    connected.clock.time += timedelta(days=9)
    add_runs(connected, ordinary_weeks(connected.clock.time))
    window = history_of(connected.name)
    shown(qtbot, window, grab, "history-weeks")
    tick(qtbot, window, 0, 4)
    window.resize(SIZE)
    page = window.places.history
    QApplication.processEvents()
    assert elided(page.compared.table, 0, 1, 2, 3) == []
    assert elided(page.table, STATE) == []
    shown(qtbot, window, grab, "history-weeks-compared")
    last = connected.sql("SELECT Last_Name FROM Students WHERE Enroll_Status = 0 ORDER BY DCID")[0][0]
    page.filter.text.setText(str(last))
    qtbot.waitUntil(page.filter.found.isVisible)
    shown(qtbot, window, grab, "history-searched")
    page.filter.text.setText("nobody of that name")
    qtbot.waitUntil(page.none.isVisible)
    shown(qtbot, window, grab, "history-nothing-found")


def test_thousands_of_runs(history_of: OpenHistory, connected: Connected, qtbot: QtBot, grab: Grab) -> None:
    add_runs(connected, ordinary_weeks(connected.clock.time, 3_000))
    window = history_of(connected.name)
    shown(qtbot, window, grab, "history-thousands")
    table = window.places.history.table
    table.scrollToBottom()
    assert table.model().index(2_999, 0).data()
    shown(qtbot, window, grab, "history-thousands-end")


def test_all_failed(history_of: OpenHistory, connected: Connected, qtbot: QtBot, grab: Grab) -> None:
    add_runs(connected, [replaced | {"state": "failed"} for replaced in ordinary_weeks(connected.clock.time, 24)])
    window = history_of(connected.name)
    shown(qtbot, window, grab, "history-all-failed")
    assert {bar.mark for bar in window.places.history.chart.bars} == {"failed"}


def test_a_long_name(history_of: OpenHistory, connected: Connected, qtbot: QtBot, grab: Grab) -> None:
    other_connection(connected, LONG)
    connected.service.sync(LONG, plan_only=True)
    window = history_of(LONG)
    shown(qtbot, window, grab, "history-long-name")


def test_what_was_disclosed(history_of: OpenHistory, connected: Connected, qtbot: QtBot, grab: Grab) -> None:
    window = history_of(connected.name)
    window.disclosures(connected.name)
    shown(qtbot, window, grab, "disclosures-none")
    connected.delivered()
    other_connection(connected, "Old roster")
    connected.service.remove_connection("Old roster")
    window.disclosures(connected.name)
    shown(qtbot, window, grab, "disclosures")
    window.places.disclosures.all_button.click()
    shown(qtbot, window, grab, "disclosures-all")
