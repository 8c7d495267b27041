"""What stands in the other system is what every page answers from; whatever else happened lies over it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from psconnect.desktop.pages.standing import FigureTable
from psconnect.desktop.shell import MainWindow
from psconnect.desktop.widgets.button import Button
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.table import RowsModel
from psconnect.model.errors import FixSettings
from psconnect.model.review import FindingQuery
from tests.desktop.conftest import OpenWindow, settled
from tests.support.demo import Connect, Connected

CELL_PADDING = 8
STUDENTS = 0
"""The row of students: they come first."""


def rows(table: FigureTable) -> list[list[str]]:
    model = table.model()
    assert isinstance(model, RowsModel)
    return [[model.index(row, column).data() for column in range(6)] for row in range(model.rowCount())]


def open_overview(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> MainWindow:
    window = open_window(connected.service)
    window.overview(connected.name)
    settled(qtbot, window)
    return window


def figure(text: str) -> int:
    return int(text.replace(",", "") or 0)


def test_the_table_of_the_overview_adds_up_and_names_what_is_added(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    run = connected.delivered()
    page = open_overview(open_window, connected, qtbot).places.overview
    for _label, read, left_out, added, delivered, _change in rows(page.standing.table):
        assert figure(read) - figure(left_out) + figure(added) == figure(delivered)
    made = run.reconciled["enrollment"].made
    assert page.standing.note.text() == (
        f"Added by psconnect: teachers in their classes ({made}) and the district itself (1)."
    )
    assert page.standing.heading.text() == "What stands in the OneRoster CSV bundle"


@pytest.mark.parametrize("by_keyboard", [False, True])
def test_a_figure_leads_to_exactly_its_records(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, by_keyboard: bool
) -> None:
    run = connected.delivered()
    window = open_overview(open_window, connected, qtbot)
    table = window.places.overview.standing.table
    index = table.model().index(STUDENTS, 2)
    if by_keyboard:
        table.setFocus()
        table.setCurrentIndex(index)
        qtbot.keyClick(table, Qt.Key.Key_Return)
    else:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(index).center())
    settled(qtbot, window)
    page = window.places.records
    assert window.places.currentWidget() is page
    assert page.model.rowCount() == run.reconciled["student"].left_out
    assert page.title.text() == f"Students: {run.reconciled['student'].left_out} left out"
    told = {page.model.index(row, 3).data() for row in range(page.model.rowCount())}
    assert "Delivered" not in told
    assert len(told) == len(run.reconciled["student"].because)
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    settled(qtbot, window)
    assert window.places.currentWidget() is window.places.finder


def test_a_failure_lies_over_the_last_success_and_offers_what_helps(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    window = open_overview(open_window, connected, qtbot)
    page = window.places.overview
    before, findings = rows(page.standing.table), page.findings.isVisibleTo(page)
    connected.service.set_value(connected.name, "source.client_id", '"wrong"')
    failed = connected.service.sync(connected.name)
    assert failed.state == "failed"
    window.refresh()
    settled(qtbot, window)
    assert rows(page.standing.table) == before
    assert page.findings.isVisibleTo(page) == findings
    assert page.standing.still.text().startswith("still true, delivered today at ")
    assert page.over.property("state") == "bad"
    assert [button.text() for button in page.over.buttons] == [
        "Open credentials",
        "Check access",
        "Run again",
        "Copy details",
    ]
    filled = [button.text() for button in (*page.over.buttons, page.run_button) if button.property("look") == "primary"]
    assert filled == ["Open credentials"]
    qtbot.mouseClick(page.over.buttons[3], Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert failed.id in copied
    assert failed.error
    assert failed.error["code"] in copied
    window.overview(connected.name)
    settled(qtbot, window)
    qtbot.mouseClick(page.over.buttons[0], Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    settled(qtbot, window)
    assert window.places.currentWidget() is window.places.settings
    forms = window.places.settings.forms
    assert forms.list.step == "credentials"


@pytest.mark.parametrize("what", ["discarded", "rehearsal", "failed rehearsal"])
def test_what_changed_nothing_turns_no_connection_red(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, what: str
) -> None:
    connected.delivered()
    window = open_overview(open_window, connected, qtbot)
    before = rows(window.places.overview.standing.table)
    if what == "discarded":
        connected.sql("UPDATE Students SET Enroll_Status = 2 WHERE DCID IN (SELECT DCID FROM Students LIMIT 5)")
        connected.service.discard(connected.service.sync(connected.name, plan_only=True).id)
    else:
        if what == "failed rehearsal":
            connected.server.disable(connected.plugin)
        connected.service.sync(connected.name, rehearse=True)
    window.refresh()
    settled(qtbot, window)
    page = window.places.overview
    assert page.chip.text() == "Up to date"
    assert rows(page.standing.table) == before
    assert page.over.property("state") == "accent"
    window.connections()
    settled(qtbot, window)
    card = window.places.connections.cards[connected.name]
    assert not card.needs_you


def test_mission_g32_run_sync_is_on_every_card_and_overview(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = open_window(connected.service)
    assert window.places.connections.cards[connected.name].run_button.text() == "Run sync"
    window.overview(connected.name)
    settled(qtbot, window)
    assert window.places.overview.run_button.text() == "Run sync"
    menu = window.menuBar().actions()[1].menu()
    assert isinstance(menu, QMenu)
    assert menu.actions()[0].text() == "Run sync"


def test_mission_d14_run_sync_opens_the_last_summary_also_before_the_first_run(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = open_overview(open_window, connected, qtbot)
    page = window.places.sync
    qtbot.mouseClick(window.places.overview.run_button, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert window.places.currentWidget() is page
    assert page.sentence.text() == "There was no run yet"
    assert page.standing.isVisibleTo(window)
    assert page.standing.note.text() == "Nothing was delivered yet."
    run = connected.delivered()
    window.overview(connected.name)
    settled(qtbot, window)
    window.run_open()
    settled(qtbot, window)
    total = sum(counts.total for counts in run.changes.values())
    assert page.sentence.text() == f"{total:,} changes were delivered"
    assert rows(page.standing.table)[-1][0] == "All records"
    assert connected.service.runs(connected.name)[0].id == run.id, "looking at the summary starts nothing"


def test_mission_d15_only_a_second_press_starts_the_run_and_it_is_shown(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = open_window(connected.service)
    card = window.places.connections.cards[connected.name]
    qtbot.mouseClick(card.run_button, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert not window.runs.working(connected.name)
    assert window.focusWidget() in (window.places.sync.run_button, None)
    qtbot.mouseClick(window.places.sync.run_button, Qt.MouseButton.LeftButton)
    assert window.places.currentWidget() is window.places.run
    assert window.places.run.title.text() == f"Syncing {connected.name}"
    qtbot.waitUntil(lambda: not window.runs.working(connected.name), timeout=60_000)
    assert connected.service.runs(connected.name)[0].state == "held"


def test_mission_d21_a_disabled_connection_keeps_all_and_runs_nothing(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    before = connected.ledger()
    connected.service.set_disabled(connected.name, disabled=True)
    window = open_overview(open_window, connected, qtbot)
    page = window.places.overview
    assert page.chip.text() == "Disabled"
    assert not page.run_button.isVisible()
    assert rows(page.standing.table)
    window.run_open()
    settled(qtbot, window)
    assert not window.places.sync.run_button.isEnabled()
    assert not window.places.sync.more_button.isEnabled()
    for options in ({}, {"plan_only": True}, {"scope": "users"}):
        with pytest.raises(FixSettings) as refused:
            connected.service.sync(connected.name, **options)
        assert refused.value.code == "PSC-CONNECTION-DISABLED"
    assert connected.ledger() == before
    connected.service.set_disabled(connected.name, disabled=False)
    assert connected.service.sync(connected.name).state == "finished_with_problems"


def test_in_a_narrow_window_no_column_is_dropped_and_no_number_cut(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    window = open_overview(open_window, connected, qtbot)
    window.resize(860, 600)
    QApplication.processEvents()
    table = window.places.overview.standing.table
    widths = [table.columnWidth(column) for column in range(6)]
    assert not any(table.isColumnHidden(column) for column in range(6))
    assert sum(widths) <= table.viewport().width()
    metrics = table.fontMetrics()
    for line in rows(table):
        for column, text in enumerate(line[1:], start=1):
            assert metrics.horizontalAdvance(text) < widths[column], (line, column)
    names = [line[0] for line in rows(table)]
    assert all(metrics.horizontalAdvance(name) + 2 * CELL_PADDING < widths[0] for name in names)


def test_figures_of_the_newest_summary_lead_to_their_records_and_those_of_an_older_one_do_not(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    first = connected.delivered()
    connected.sql("UPDATE Students SET Enroll_Status = 2 WHERE DCID IN (SELECT DCID FROM Students LIMIT 2)")
    second = connected.service.sync(connected.name)
    window = open_window(connected.service)
    for run, leads in ((first, False), (second, True)):
        window.summary(connected.name, run.id)
        settled(qtbot, window)
        table = window.places.summary.standing.table
        table.setFocus()
        table.setCurrentIndex(table.model().index(STUDENTS, 2))
        qtbot.keyClick(table, Qt.Key.Key_Return)
        settled(qtbot, window)
        assert (window.places.key == "records") is leads


def test_two_ticked_runs_are_compared_by_what_they_left(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    first = connected.delivered()
    connected.sql("UPDATE Students SET Enroll_Status = 2 WHERE DCID IN (SELECT DCID FROM Students LIMIT 5)")
    second = connected.service.sync(connected.name)
    window = open_window(connected.service)
    window.history(connected.name)
    settled(qtbot, window)
    page = window.places.history
    assert not page.compared.isVisible()
    page.table.setFocus()
    for place in range(2):
        page.table.setCurrentIndex(page.table.model().index(place, 0))
        qtbot.keyClick(page.table, Qt.Key.Key_Space)
    settled(qtbot, window)
    assert page.compared.isVisible()
    model = page.compared.model
    students = [model.index(0, column).data() for column in range(4)]
    before, after = first.reconciled["student"].delivered, second.reconciled["student"].delivered
    assert after < before
    assert students == ["Students", f"{before:,}", f"{after:,}", f"−{before - after}"]
    qtbot.keyClick(page.table, Qt.Key.Key_Space)
    assert not page.compared.isVisible(), "one tick compares nothing"


def test_the_chart_has_removals_below_its_line_and_durations_in_a_lane_of_their_own(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    connected.sql("UPDATE Students SET Enroll_Status = 2 WHERE DCID IN (SELECT DCID FROM Students LIMIT 5)")
    run = connected.service.sync(connected.name)
    connected.service.set_value(connected.name, "source.client_id", '"wrong"')
    connected.service.sync(connected.name)
    window = open_window(connected.service)
    window.history(connected.name)
    settled(qtbot, window)
    chart = window.places.history.chart
    assert [bar.mark for bar in chart.bars] == ["held", "", "failed"]
    removed = sum(counts.remove for counts in run.changes.values())
    assert removed
    assert chart.bars[1].removed == removed
    created, updated, gone, took = chart.rects(1)
    assert created.bottom() <= updated.top() + 0.01
    assert max(created.bottom(), updated.bottom()) <= gone.top()
    assert gone.height() > 0
    assert gone.bottom() < took.top()
    point = QPoint(int(chart.rects(0)[0].center().x()), 20)
    QTest.mouseClick(chart, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point)
    assert window.places.history.table.currentIndex().row() == 2, "a click leads to the run's line"


def test_what_needs_attention_names_field_and_effect_and_leads_to_exactly_these(
    open_window: OpenWindow, connect: Connect, qtbot: QtBot
) -> None:
    connected = connect(settings={"requirements": {"student": {"givenName": "skip"}}, "safety": {"preview": "never"}})
    run = connected.service.sync(connected.name)
    window = open_window(connected.service)
    window.overview(connected.name)
    settled(qtbot, window)
    card = window.places.overview.findings
    found = {group.attribute: group for group in connected.service.findings(run.id, FindingQuery()).groups}
    count = found["givenName"].count
    line = (f"{count}", "First name is empty", "students · left out · Students.First_Name")
    assert line in card.lines
    titles = [one for one in card.findChildren(Label) if one.text() in {title for _count, title, _whom in card.lines}]
    assert len(titles) == len(card.lines) > 2
    assert len({one.mapTo(card, QPoint(0, 0)).x() for one in titles}) == 1, "one grid, however long the numbers"
    show = next(one for one in card.findChildren(Button) if one.accessibleName() == "Show: First name is empty")
    qtbot.mouseClick(show, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    settled(qtbot, window)
    tree = window.places.findings.tree.model()
    assert [tree.index(row, 0).data() for row in range(tree.rowCount())] == ["First name is empty"]
    assert tree.index(0, 1).data() == f"{count} students"
