"""What a person decides about a run: exclude, include, re-validate, approve, rehearse, undo; and what is there then."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from pytestqt.qtbot import QtBot

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
    assert page.changes.detail.exclude_button.text() == "Exclude 3"
    qtbot.keyClick(page.changes.table, Qt.Key.Key_Delete)
    settled(qtbot, window)
    settled(qtbot, window)

    stands = connected.service.run(run.id)
    chosen = {one.key for one in connected.service.excluded(run.id) if one.because == "chosen"}
    assert chosen == set(keys)
    assert stands.changes["student"].remove == run.changes["student"].remove - 3
    assert page.changes.model.rowCount() == stands.changes["student"].remove, "the filter stays as it was"
    assert not chosen & {page.changes.model.row(place).key for place in range(page.changes.model.rowCount())}
    along = stands.set_aside["goes-along"]
    assert along > 0
    assert f"3 changes are excluded, {along} go along" in page.decision.note.text()
    assert page.title.text() == f"{stands.changes['student'].remove} students would be removed"

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
    select(page, 0)
    assert page.changes.detail.what.text() == "The student’s enrollment status is not active"
    only(qtbot, window, page, "update")
    select(page, 0)
    assert page.changes.detail.what.text() == "Update, student"


def test_what_is_left_alone_is_listed_with_its_reason_and_can_be_taken_back(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    run = held_by_removals(connected)
    window = open_window(connected.service)
    page = review(qtbot, window, run)
    only(qtbot, window, page, "remove")
    (key,) = select(page, 2)
    press(qtbot, page.changes.detail.exclude_button)
    settled(qtbot, window)
    settled(qtbot, window)
    press(qtbot, page.changes.aside_pill)
    assert not page.changes.table.isVisible()
    pane = page.changes.aside
    rows = [
        [pane.table.model().index(row, place).data() for place in range(4)]
        for row in range(pane.table.model().rowCount())
    ]
    expected = connected.service.excluded(run.id)
    assert len(rows) == len(expected) > 1
    assert [row[3] for row in rows].count("excluded by you") == 1
    assert {row[3] for row in rows} == {"excluded by you", "belongs to an excluded record"}
    place = next(place for place, one in enumerate(expected) if one.because == "goes-along")
    pane.table.selectRow(place)
    assert not pane.include_button.isEnabled(), "who goes along follows the record it belongs to"
    pane.table.selectRow(
        next(place for place, one in enumerate(expected) if one.key == key and one.entity == "student")
    )
    press(qtbot, pane.include_button)
    settled(qtbot, window)
    settled(qtbot, window)
    stands = connected.service.run(run.id)
    assert stands.plan_hash == run.plan_hash
    assert connected.service.excluded(run.id) == []
    assert not page.changes.aside_pill.isVisible()
    assert page.changes.table.isVisible()


def test_everything_excluded_leaves_nothing_to_approve(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    two = "SELECT DCID FROM Students WHERE Enroll_Status = 0 ORDER BY DCID LIMIT 2"
    connected.sql(f"UPDATE Students SET First_Name = First_Name || 'a' WHERE DCID IN ({two})")
    run = connected.service.sync(connected.name, plan_only=True)
    window = open_window(connected.service)
    page = review(qtbot, window, run)
    select(page, *range(page.changes.model.rowCount()))
    press(qtbot, page.changes.detail.exclude_button)
    settled(qtbot, window)
    settled(qtbot, window)
    assert connected.service.run(run.id).changes == {}
    assert "Nothing is left to approve" in page.decision.note.text()
    assert not page.decision.reason.isEnabled()
    assert page.changes.aside.isVisible()
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
    model = page.limits.table.model()
    lines = [[model.index(row, column).data() for column in range(6)] for row in range(model.rowCount())]
    assert [line[0] for line in lines[:2]] == ["Students", f"    at {name}"]
    places = [place for place, line in enumerate(lines) if line[0].strip() == f"at {name}"]
    assert places, lines
    assert lines[places[0]][3] == str(run.changes["student"].remove)
    assert ", over 3 % and 25, or 500" in lines[places[0]][5]
    assert len(lines) < 15, "not every class that crosses its limit has a line"
    assert [line[5] for line in lines if line[0] == "    at others, too"] == ["47 more schools or classes"]
    page.limits.table.selectRow(places[0])
    settled(qtbot, window)
    assert page.changes.filter.text() == name
    assert page.changes.model.rowCount() >= run.changes["student"].remove
    assert all(name in page.changes.model.row(place).school for place in range(page.changes.model.rowCount()))
    assert "Check in PowerSchool that they really left" in page.reasons.label.text()


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
    model = page.limits.table.model()
    lines = [[model.index(row, column).data() for column in range(6)] for row in range(model.rowCount())]
    (line,) = [line for line in lines if line[0] == "    all staff together"]
    assert line[3] == "8"
    assert ", over 5 % and 5, or 100" in line[5]


def test_revalidated_the_same_plan_can_be_approved_for_another_day(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    run = held_by_removals(connected)
    window = open_window(connected.service)
    page = review(qtbot, window, run)
    assert "until tomorrow at" in page.decision.note.text()
    connected.clock.time += timedelta(hours=25)
    page = review(qtbot, window, run)
    assert "re-validate it first" in page.decision.note.text()
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
    assert page.reasons.label.text().startswith("The plan has changed since it was looked at")


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
    window.overview(connected.name)
    settled(qtbot, window)
    menu = window.places.overview.more_button.menu()
    next(action for action in menu.actions() if action.text() == "Rehearse next school year").trigger()
    ended(qtbot, window, connected.name)
    run = connected.service.runs(connected.name)[0]
    if run.state != "previewed":
        pytest.fail(f"the rehearsal ended {run.state}: {run.error}")
    press(qtbot, window.places.run.next_button)
    settled(qtbot, window)
    page = window.places.review
    assert "It is never delivered" in page.reasons.label.text()
    assert page.decision.note.text() == "A rehearsal is only to be looked at; it can’t be approved."
    for part in (
        page.decision.reason,
        page.decision.approve_button,
        page.revalidate_button,
        page.changes.detail.exclude_button,
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
    assert f"This undoes the run {run.id}" in window.places.review.reasons.label.text()
    approve(qtbot, window, window.places.review, connected.name)
    assert delivered_students(connected) == before
    assert [row[:3] for row in connected.ledger()] == [row[:3] for row in ledger]
    window.overview(connected.name)
    settled(qtbot, window)
    assert "The next sync with changes waits for your approval" in window.places.overview.waiting.label.text()
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
    assert "1 of its changes are left as they are" in page.reasons.label.text()
    press(qtbot, page.changes.aside_pill)
    model = page.changes.aside.table.model()
    assert [model.index(0, place).data() for place in (1, 2, 3)] == [
        "Student",
        "Update",
        "changed after that run",
    ]
    assert not page.changes.aside.include_button.isVisible()


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
    press(qtbot, page.changes.detail.why_button)
    settled(qtbot, window)
    finder = window.places.finder
    assert window.places.currentWidget() is finder
    assert finder.record.sentence.text() == connected.service.explain(connected.name, "student", key).sentence
