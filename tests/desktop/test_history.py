"""The history's page: a chart for keyboard and screen reader, filters, search, ticks, and thousands of runs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from psconnect.desktop.models.run_rows import CHANGES, PARTS_ROLE, STARTED, STATE
from psconnect.desktop.pages.history import HistoryPage
from psconnect.desktop.shell import MainWindow
from psconnect.desktop.widgets.chart_bars import bar_of, scale_of
from psconnect.model.runs import ChangeCounts, Hold, Run
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.made_up_history import add_runs, ordinary_weeks
from tests.support.demo import Connected


@pytest.fixture
def window(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> MainWindow:
    """The history of a connection with thirty ordinary runs after its first delivery."""
    connected.delivered()
    connected.clock.time += timedelta(days=16)
    add_runs(connected, ordinary_weeks(connected.clock.time))
    opened = open_window(connected.service)
    opened.history(connected.name)
    settled(qtbot, opened)
    return opened


def choose(qtbot: QtBot, window: MainWindow, box: QComboBox, text: str) -> HistoryPage:
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())
    settled(qtbot, window)
    return window.places.history


def column(page: HistoryPage, place: int) -> list[str]:
    return [str(page.model.index(row, place).data()) for row in range(page.model.rowCount())]


def test_the_sentence_counts_the_runs(window: MainWindow) -> None:
    page = window.places.history
    assert page.subtitle.text() == "31 runs since 18 November. 3 failed. 2 were on hold."
    assert "Names in changes and findings are kept for 90 days, the oldest until 16 February" in page.kept.text()


def test_the_chart_tells_each_run_by_arrow_keys_and_by_the_mouse(window: MainWindow, qtbot: QtBot) -> None:
    page = window.places.history
    chart, described = page.chart, page.chart.accessibleDescription
    assert described().count("\n") == len(chart.bars) - 1 == 19, "all of them, for a screen reader"
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    assert described() == page.told.text() == chart.bars[-1].spoken
    assert "67 created, 63 updated, 35 removed. Took 1 min 40 s." in described()
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert described() == chart.bars[-2].spoken
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert described() == chart.bars[0].spoken
    QTest.mouseMove(chart, QPoint(int(chart.rects(5)[0].center().x()), 30))
    assert page.told.text() == chart.bars[5].spoken
    qtbot.keyClick(chart, Qt.Key.Key_End)
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    qtbot.keyClick(chart, Qt.Key.Key_Return)
    assert page.table.hasFocus()
    assert page.table.currentIndex().row() == 1


def test_a_first_load_is_cut_and_ordinary_runs_can_be_told_apart(connected: Connected) -> None:
    now = connected.clock.now()

    def bar(create: int, state: str = "finished", holds: tuple[Hold, ...] = ()) -> Run:
        changes = {"student": ChangeCounts(create)}
        return Run("r", "c", state, "schedule", "all", now, now, changes=changes, holds=holds)

    bars = [bar_of(bar(count), now) for count in (40_000, 12, 40, 25)]
    scale = scale_of(bars)
    assert [scale.cuts(one.created) for one in bars] == [True, False, False, False]
    heights = [scale.height(one.created, 60) for one in bars]
    assert heights[0] == 60
    assert heights[2] > heights[3] > heights[1] > 2
    assert 0 < scale.line <= scale.cap
    marks = [bar_of(bar(5, state, holds), now).mark for state, holds in (("failed", ()), ("held", (Hold("x"),)))]
    assert marks == ["failed", "held"]
    assert bar_of(bar(5, "finished", (Hold("x"),)), now).mark == "held"
    assert (bar_of(bar(5, "skipped"), now).mark, bar_of(bar(5, "skipped"), now).created) == ("nothing", 0)


def test_filters_work_together_and_are_taken_away_at_once(window: MainWindow, qtbot: QtBot) -> None:
    page = choose(qtbot, window, window.places.history.filter.state, "Failed")
    assert set(column(page, STATE)) == {"Failed"}
    assert page.chart_heading.text() == "Changes and durations, 3 runs found"
    choose(qtbot, window, page.filter.starter, "Run tonight")
    assert page.none.isVisible() is (page.model.rowCount() == 0)
    page.filter.all_button.click()
    settled(qtbot, window)
    assert page.model.rowCount() == 31
    choose(qtbot, window, page.filter.time, "Last 7 days")
    since = page.filter.query.since
    assert since is not None
    assert page.model.rowCount() == sum(run.started >= since for run in window.context.service.runs(page.name))
    assert 10 < page.model.rowCount() < 20
    choose(qtbot, window, page.filter.time, "Choose days …")
    assert page.filter.first_day.isVisible()
    assert {word.split()[0] for word in column(page, STARTED)} == {"Today"}


def test_each_run_says_what_it_did_in_words_of_its_own(window: MainWindow) -> None:
    page = window.places.history
    told = dict(zip(column(page, STATE), column(page, CHANGES), strict=True))
    assert told["Failed"] == told["Cancelled"] == "nothing delivered"
    assert told["Skipped"] == "did not run"
    assert told["Approved"] == "3,671 created, 0 updated, 0 removed"
    parts = page.model.index(0, CHANGES).data(PARTS_ROLE)
    assert [part.text for part in parts] == ["+67", "~63", "−35"]


def test_a_search_shows_what_each_run_did_with_the_record(
    window: MainWindow, connected: Connected, qtbot: QtBot
) -> None:
    page = window.places.history
    (number, last), *_others = connected.sql(
        "SELECT Student_Number, Last_Name FROM Students WHERE Enroll_Status = 0 ORDER BY DCID"
    )
    page.filter.text.setText(str(number))
    page.filter.text.returnPressed.emit()
    settled(qtbot, window)
    (told,) = column(page, CHANGES)
    assert str(last) in told
    assert told.endswith(": create")
    assert page.filter.found.text().startswith("1 record has this name or number; it is in 1 of the runs")


def test_ticks_stay_while_the_list_is_filtered_and_a_third_replaces_the_oldest(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = window.places.history
    ids = [run.id for run in (page.model.run(place) for place in range(3)) if run]
    for place in range(3):
        page.table.setCurrentIndex(page.table.model().index(place, CHANGES))
        qtbot.keyClick(page.table, Qt.Key.Key_Space)
    assert page.model.ticked == tuple(ids[1:])
    choose(qtbot, window, page.filter.state, "Failed")
    assert page.model.ticked == tuple(ids[1:])
    assert page.compared.isVisible()
    assert page.filter.ticked.text() == "2 ticked"
    page.compared.close_button.click()
    assert page.model.ticked == ()
    assert not page.compared.isVisible()


def test_thousands_of_runs_are_read_a_block_at_a_time(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    add_runs(connected, ordinary_weeks(connected.clock.time, 3_000))
    window = open_window(connected.service)
    window.history(connected.name)
    settled(qtbot, window)
    model = window.places.history.model
    assert model.rowCount() == 3_000
    assert model.index(2_999, STARTED).data()
    assert len(model._blocks.kept) <= 3, "only what is looked at is read"
