"""What a person decides about a run: exclude, include, re-validate, approve, rehearse, undo; and what is there then."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from pytestqt.qtbot import QtBot

from psconnect.desktop.models.changes import CHECK_COLUMN, TITLE_COLUMN
from psconnect.desktop.pages.review import ReviewPage
from psconnect.desktop.shell import MainWindow
from psconnect.model.runs import Run
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.district import held_by_removals
from tests.support.demo import Connected

LONG_MS = 60_000


def press(qtbot: QtBot, button) -> None:
    assert button.isVisible(), button.text()
    assert button.isEnabled(), button.text()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def ended(qtbot: QtBot, window: MainWindow, name: str) -> None:
    qtbot.waitUntil(lambda: not window.runs.working(name), timeout=LONG_MS)
    settled(qtbot, window)


def review(qtbot: QtBot, window: MainWindow, run: Run) -> ReviewPage:
    window.review(run.connection, run.id)
    settled(qtbot, window)
    settled(qtbot, window)
    return window.places.review


def select(page: ReviewPage, *places: int) -> list[int]:
    """Select changes by their rows; their keys."""
    table, model = page.changes.table, page.changes.model
    table.clearSelection()
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for place in places:
        table.selectionModel().setCurrentIndex(model.index(place, 0), flags)
    table.setFocus()
    return [model.row(place).key for place in places]


def only(qtbot: QtBot, window: MainWindow, page: ReviewPage, action: str) -> None:
    press(qtbot, page.changes.pills[action])
    settled(qtbot, window)


def approve(qtbot: QtBot, window: MainWindow, page: ReviewPage, name: str) -> Run:
    qtbot.keyClicks(page.decision.reason, "Checked with the registrar")
    press(qtbot, page.decision.approve_button)
    ended(qtbot, window, name)
    return window.context.service.runs(name)[0]


def delivered_students(connected: Connected) -> set[str]:
    with zipfile.ZipFile(connected.bundle) as bundle:
        users = csv.DictReader(io.StringIO(bundle.read("users.csv").decode("utf-8-sig")))
        return {user["sourcedId"] for user in users if user["role"] == "student"}


def test_excluded_by_a_key_they_stay_as_delivered_and_the_rest_goes(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    run = held_by_removals(connected)
    before = delivered_students(connected)
    window = open_window(connected.service)
    page = review(qtbot, window, run)
    only(qtbot, window, page, "remove")
    keys = select(page, 0, 1, 4)
    qtbot.keyClick(page.changes.table, Qt.Key.Key_Delete)
    settled(qtbot, window)
    settled(qtbot, window)

    stands = connected.service.run(run.id)
    chosen = {one.key for one in connected.service.excluded(run.id) if one.because == "chosen"}
    assert chosen == set(keys)
    assert stands.changes["student"].remove == run.changes["student"].remove - 3
    model = page.changes.model
    assert model.rowCount() == run.changes["student"].remove, "excluded ones stay in sight, without a tick"
    assert {model.row(place).key for place in range(model.rowCount()) if not model.goes(model.row(place))} == chosen
    along = stands.set_aside["goes-along"]
    assert along > 0
    assert page.changes.sum.text() == f"3 are not ticked: they and {along} records of other kinds stay as they are."
    left = sum(counts.total for counts in stands.changes.values())
    assert page.decision.applies.text() == f"Applies {left:,} of {left + along + 3:,} changes"
    assert page.title.text().startswith(f"{stands.changes['student'].remove} students would be removed from ")

    done = approve(qtbot, window, page, connected.name)
    assert done.id == run.id
    assert done.state == "finished_with_problems"
    gone = {
        str(one.key) for one in connected.service.changes(run.id) if (one.entity, one.action) == ("student", "remove")
    }
    assert delivered_students(connected) == before - gone
    assert set(map(str, keys)) <= delivered_students(connected)


def test_a_removal_says_why_beside_its_values(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    run = held_by_removals(connected)
    window = open_window(connected.service)
    page = review(qtbot, window, run)
    only(qtbot, window, page, "remove")
    opened_drawer(qtbot, page, 0)
    assert "The student’s enrollment status is not active." in page.changes.drawer.what.text()
    only(qtbot, window, page, "update")
    opened_drawer(qtbot, page, 0)
    assert "First name" in page.changes.drawer.what.text()


def opened_drawer(qtbot: QtBot, page: ReviewPage, place: int) -> None:
    table = page.changes.table
    middle = table.visualRect(page.changes.model.index(place, TITLE_COLUMN)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert page.changes.drawer.isVisible()


def test_the_drawer_lies_over_the_table_and_moves_nothing(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    run = held_by_removals(connected)
    window = open_window(connected.service)
    page = review(qtbot, window, run)
    table = page.changes.table
    before = [table.geometry(), *(table.columnWidth(column) for column in range(6)), page.limits.geometry()]
    opened_drawer(qtbot, page, 2)
    settled(qtbot, window)
    assert [table.geometry(), *(table.columnWidth(column) for column in range(6)), page.limits.geometry()] == before
    row = page.changes.model.row(2)
    assert page.changes.drawer.title.text() == row.title
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert page.changes.drawer.title.text() == page.changes.model.row(3).title
    qtbot.keyClick(table, Qt.Key.Key_Escape)
    assert not page.changes.drawer.isVisible()
    assert window.focusWidget() is table
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert page.changes.drawer.isVisible()


def test_a_tick_that_is_taken_moves_nothing_under_the_mouse(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    run = held_by_removals(connected)
    window = open_window(connected.service)
    page = review(qtbot, window, run)
    only(qtbot, window, page, "remove")
    table, model = page.changes.table, page.changes.model
    bar = table.verticalScrollBar()
    bar.setValue(10)
    place = table.rowAt(table.viewport().height() // 2)
    keys = [model.row(one).key for one in range(model.rowCount())]
    for row in (place, place + 1):
        point = table.visualRect(model.index(row, CHECK_COLUMN)).center()
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert [model.goes(model.row(row)) for row in (place, place + 1)] == [False, False], "the ticks go at once"
    assert not page.changes.drawer.isVisible()
    for _call in range(4):
        settled(qtbot, window)
    chosen = {one.key for one in connected.service.excluded(run.id) if one.because == "chosen"}
    assert chosen == {keys[place], keys[place + 1]}, "quick clicks follow one another"
    assert [model.row(one).key for one in range(model.rowCount())] == keys
    assert bar.value() == 10


def test_all_that_a_filter_finds_are_excluded_and_included_at_once(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    run = held_by_removals(connected)
    window = open_window(connected.service)
    page = review(qtbot, window, run)
    only(qtbot, window, page, "remove")
    school = page.changes.school.itemData(1)
    page.changes.school.setCurrentIndex(1)
    page.changes.school.activated.emit(1)
    settled(qtbot, window)
    model = page.changes.model
    found = {model.row(one).key for one in range(model.rowCount())}
    assert found
    assert all(school in model.row(one).school for one in range(model.rowCount()))
    press(qtbot, page.changes.exclude_all)
    for _call in range(3):
        settled(qtbot, window)
    chosen = {one.key for one in connected.service.excluded(run.id) if one.because == "chosen"}
    assert chosen == found
    assert page.changes.all_box.checkState() == Qt.CheckState.Unchecked
    press(qtbot, page.changes.include_all)
    for _call in range(3):
        settled(qtbot, window)
    assert connected.service.excluded(run.id) == []
    assert connected.service.run(run.id).plan_hash == run.plan_hash
    assert page.changes.all_box.checkState() == Qt.CheckState.Checked


def test_what_goes_along_is_listed_without_a_tick_of_its_own(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    run = held_by_removals(connected)
    window = open_window(connected.service)
    page = review(qtbot, window, run)
    only(qtbot, window, page, "remove")
    select(page, 2)
    qtbot.keyClick(page.changes.table, Qt.Key.Key_Space)
    settled(qtbot, window)
    settled(qtbot, window)
    along = {one.key for one in connected.service.excluded(run.id) if one.entity == "enrollment"}
    assert along
    page.changes.show_entity("enrollment", "")
    settled(qtbot, window)
    model = page.changes.model
    rows = {model.row(one).key: one for one in range(model.rowCount())}
    for key in along:
        index = model.index(rows[key], CHECK_COLUMN)
        assert model.data(index, Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Unchecked.value
        assert not model.flags(index) & Qt.ItemFlag.ItemIsUserCheckable, "it follows the record it belongs to"


def test_everything_excluded_leaves_nothing_to_approve(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    two = "SELECT DCID FROM Students WHERE Enroll_Status = 0 ORDER BY DCID LIMIT 2"
    connected.sql(f"UPDATE Students SET First_Name = First_Name || 'a' WHERE DCID IN ({two})")
    run = connected.service.sync(connected.name, plan_only=True)
    window = open_window(connected.service)
    page = review(qtbot, window, run)
    press(qtbot, page.changes.exclude_all)
    settled(qtbot, window)
    settled(qtbot, window)
    assert connected.service.run(run.id).changes == {}
    assert "Nothing is left to approve" in page.decision.note.text()
    assert not page.decision.reason.isEnabled()
    assert page.changes.table.isVisible()
    assert page.changes.model.rowCount() == page.changes.model.left_alone
    assert not page.limits.isVisible()


def test_a_school_that_crosses_a_limit_has_a_line_that_leads_to_its_changes(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    ((school, name),) = connected.sql(
        "SELECT s.SCHOOL_NUMBER, s.NAME FROM STUDENTS t JOIN SCHOOLS s ON s.SCHOOL_NUMBER = t.SCHOOLID WHERE "
        "t.ENROLL_STATUS = 0 GROUP BY s.SCHOOL_NUMBER ORDER BY count(*) DESC LIMIT 1"
    )
    connected.sql("UPDATE STUDENTS SET ENROLL_STATUS = 2 WHERE SCHOOLID = ? AND ENROLL_STATUS = 0", school)
    run = connected.service.sync(connected.name)
    window = open_window(connected.service)
    page = review(qtbot, window, run)
    press(qtbot, page.limits.more_button)
    model = page.limits.table.model()
    lines = [[model.index(row, column).data() for column in range(6)] for row in range(model.rowCount())]
    assert [line[0] for line in lines[:2]] == ["Students", f"    at {name}"]
    places = [place for place, line in enumerate(lines) if line[0].strip() == f"at {name}"]
    assert places, lines
    assert lines[places[0]][3] == f"−{run.changes['student'].remove}"
    assert lines[places[0]][5].endswith(", limit 25")
    assert len(lines) < 15, "not every class that crosses its limit has a line"
    assert [line[5] for line in lines if line[0] == "    at others, too"] == ["47 more schools or classes"]
    page.limits.table.selectRow(places[0])
    settled(qtbot, window)
    assert page.changes.school.currentData() == name
    assert page.changes.model.rowCount() >= run.changes["student"].remove
    assert all(name in page.changes.model.row(place).school for place in range(page.changes.model.rowCount()))
    assert "Check in PowerSchool that they really left" in page.cause.accessibleName()


def test_all_staff_together_have_a_line_where_neither_kind_crosses_its_limit(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    for teaches in ("IN", "NOT IN"):
        connected.sql(
            "UPDATE SchoolStaff SET Status = 2 WHERE Users_DCID IN (SELECT Users_DCID FROM SchoolStaff p WHERE "
            f"Status = 1 AND Users_DCID {teaches} (SELECT Users_DCID FROM SchoolStaff o JOIN Sections s ON s.Teacher = "
            "o.ID WHERE s.TermID BETWEEN 3600 AND 3699) GROUP BY 1 ORDER BY 1 LIMIT 4)"
        )
    run = connected.service.sync(connected.name)
    assert [hold.rule for hold in run.holds if hold.rule.startswith("remove-")] == ["remove-staff"]
    window = open_window(connected.service)
    page = review(qtbot, window, run)
    press(qtbot, page.limits.more_button)
    model = page.limits.table.model()
    lines = [[model.index(row, column).data() for column in range(6)] for row in range(model.rowCount())]
    (line,) = [line for line in lines if line[0] == "    all staff together"]
    assert line[3] == "−8"
    assert line[5].endswith(", limit 5")


def test_revalidated_the_same_plan_can_be_approved_for_another_day(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    run = held_by_removals(connected)
    window = open_window(connected.service)
    page = review(qtbot, window, run)
    assert "until tomorrow at" in page.decision.note.text()
    connected.clock.time += timedelta(hours=25)
    page = review(qtbot, window, run)
    assert "Press “Check again” first" in page.decision.note.text()
    assert not page.decision.reason.isEnabled()
    connected.clock.time -= timedelta(hours=2)  # the district's day is the same again
    page = review(qtbot, window, run)
    press(qtbot, page.revalidate_button)
    ended(qtbot, window, connected.name)
    assert window.places.run.title.text() == "The plan is still the same"
    assert connected.service.runs(connected.name)[0].id == run.id
    press(qtbot, window.places.run.next_button)
    settled(qtbot, window)
    connected.clock.time += timedelta(hours=20)
    page = review(qtbot, window, run)
    assert page.decision.reason.isEnabled()


def test_revalidated_another_plan_stands_in_its_place(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    run = held_by_removals(connected)
    connected.sql(
        "UPDATE Students SET First_Name = 'Other' WHERE DCID = (SELECT max(DCID) FROM Students WHERE Enroll_Status = 0)"
    )
    window = open_window(connected.service)
    page = review(qtbot, window, run)
    press(qtbot, page.revalidate_button)
    ended(qtbot, window, connected.name)
    press(qtbot, window.places.run.next_button)
    settled(qtbot, window)
    other = connected.service.runs(connected.name)[0]
    assert other.id != run.id
    assert connected.service.run(run.id).state == "expired"
    assert page.cause.accessibleName().startswith("The plan has changed since it was looked at")


def test_a_plan_that_could_not_be_made_anew_waits_on(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    run = held_by_removals(connected)
    window = open_window(connected.service)
    page = review(qtbot, window, run)
    connected.server.disable(connected.plugin)
    press(qtbot, page.revalidate_button)
    ended(qtbot, window, connected.name)
    assert connected.service.run(run.id).state == "held"
    assert window.places.run.next_button.text() == "Back to the review"
    press(qtbot, window.places.run.next_button)
    settled(qtbot, window)
    assert window.places.currentWidget() is page
    assert not page.message_shown


def test_an_approval_is_for_the_plan_that_was_looked_at(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    run = held_by_removals(connected)
    before = delivered_students(connected)
    window = open_window(connected.service)
    page = review(qtbot, window, run)
    key = next(one.key for one in connected.service.changes(run.id) if one.entity == "student")
    connected.service.exclude(run.id, "student", [key])
    approve(qtbot, window, page, connected.name)
    active = window.runs.of(connected.name)
    assert active is not None
    assert active.error is not None
    assert active.error.code == "PSC-RUN-OTHER-PLAN"
    assert connected.service.run(run.id).state == "held"
    assert delivered_students(connected) == before


def test_a_rehearsal_says_that_it_can_not_be_approved(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    before = connected.bundle.read_bytes()
    window = open_window(connected.service)
    window.sync(connected.name)
    settled(qtbot, window)
    menu = window.places.sync.more_button.menu()
    next(action for action in menu.actions() if action.text() == "Rehearse next school year").trigger()
    ended(qtbot, window, connected.name)
    run = connected.service.runs(connected.name)[0]
    if run.state != "previewed":
        pytest.fail(f"the rehearsal ended {run.state}: {run.error}")
    press(qtbot, window.places.run.next_button)
    settled(qtbot, window)
    page = window.places.review
    assert "It is never delivered" in page.cause.accessibleName()
    assert page.decision.note.text() == "A rehearsal is only to be looked at; it can’t be approved."
    for part in (
        page.decision.reason,
        page.decision.approve_button,
        page.revalidate_button,
        page.changes.exclude_all,
        page.changes.all_box,
    ):
        assert not part.isVisible()
    select(page, 0)
    qtbot.keyClick(page.changes.table, Qt.Key.Key_Delete)
    settled(qtbot, window)
    assert connected.service.run(run.id) == run
    press(qtbot, page.decision.discard_button)
    press(qtbot, page.decision.confirm_button)
    settled(qtbot, window)
    assert connected.bundle.read_bytes() == before


def test_undo_from_the_summary_gives_back_what_was_there(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    run = held_by_removals(connected)
    before, ledger = delivered_students(connected), connected.ledger()
    connected.service.approve(run.id, "test")
    assert delivered_students(connected) != before
    window = open_window(connected.service)
    window.summary(connected.name, run.id)
    settled(qtbot, window)
    page = window.places.summary
    press(qtbot, page.undo_button)
    assert "Nothing is delivered until you approve it" in page.question.label.text()
    assert window.focusWidget() is page.question.buttons[1]
    press(qtbot, page.question.buttons[1])
    assert connected.service.runs(connected.name)[0].id == run.id, "asked, and nothing done"
    press(qtbot, page.undo_button)
    press(qtbot, page.question.buttons[0])
    settled(qtbot, window)
    settled(qtbot, window)
    undo = connected.service.runs(connected.name)[0]
    assert (undo.kind, undo.undoes, undo.state) == ("undo", run.id, "held")
    assert window.places.currentWidget() is window.places.review
    assert f"This undoes the run {run.id}" in window.places.review.cause.accessibleName()
    approve(qtbot, window, window.places.review, connected.name)
    assert delivered_students(connected) == before
    assert [row[:3] for row in connected.ledger()] == [row[:3] for row in ledger]
    window.overview(connected.name)
    settled(qtbot, window)
    assert "The next sync with changes waits for your approval" in window.places.overview.over.label.text()
    window.run_for(connected.name)
    ended(qtbot, window, connected.name)
    again = connected.service.runs(connected.name)[0]
    assert again.state == "held"
    assert "after-undo" in [hold.rule for hold in again.holds]


def test_an_undo_says_what_it_leaves_alone(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    run = held_by_removals(connected)
    connected.service.approve(run.id, "test")
    changed = next(
        one.key for one in connected.service.changes(run.id) if (one.entity, one.action) == ("student", "update")
    )
    connected.sql("UPDATE Students SET First_Name = 'Since' WHERE DCID = ?", changed)
    assert connected.service.sync(connected.name).state == "finished_with_problems"
    undo = connected.service.undo(run.id)
    window = open_window(connected.service)
    page = review(qtbot, window, undo)
    assert "1 of its changes are left as they are" in page.cause.accessibleName()
    model = page.changes.model
    (row,) = [row for row in (model.row(one) for one in range(model.rowCount())) if row.key == changed]
    assert (row.action, row.aside) == ("update", "changed-since")


def test_a_run_that_changed_nothing_can_not_be_undone(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    run = connected.service.sync(connected.name)
    window = open_window(connected.service)
    window.summary(connected.name, run.id)
    settled(qtbot, window)
    assert not window.places.summary.undo_button.isEnabled()
    assert window.places.summary.undo_button.toolTip() == "This run changed nothing, so there is nothing to undo."


def test_why_leads_from_a_change_to_the_record(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    run = held_by_removals(connected)
    window = open_window(connected.service)
    page = review(qtbot, window, run)
    only(qtbot, window, page, "remove")
    (key,) = select(page, 3)
    opened_drawer(qtbot, page, 3)
    press(qtbot, page.changes.drawer.why_button)
    settled(qtbot, window)
    finder = window.places.finder
    assert window.places.currentWidget() is finder
    assert finder.record.sentence.text() == connected.service.explain(connected.name, "student", key).sentence
