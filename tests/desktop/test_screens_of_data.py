"""The pages with districts' data as it really is: holds and findings that a tidy district never shows, as pictures."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from psconnect.desktop.shell import SIZE, SMALLEST, MainWindow
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.table import Table
from psconnect.model.connection import from_dict, to_dict
from psconnect.model.review import FindingQuery
from psconnect.model.runs import Run
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.district import other_connection, untidy
from tests.desktop.test_screens import Grab, grab
from tests.support.demo import Connect, Connected

__all__ = ["grab"]


def shown(qtbot: QtBot, window: MainWindow, grab: Grab, name: str) -> None:
    """Draw a page as it opens, and in the smallest window."""
    settled(qtbot, window)
    settled(qtbot, window)
    before = window.size()
    grab(window, name)
    window.resize(SMALLEST)
    grab(window, f"{name}-smallest")
    window.resize(before)


def review_of(qtbot: QtBot, window: MainWindow, grab: Grab, run: Run, name: str) -> None:
    window.review(run.connection, run.id)
    shown(qtbot, window, grab, f"review-{name}")


def test_findings_of_an_untidy_district(open_window: OpenWindow, connect: Connect, qtbot: QtBot, grab: Grab) -> None:
    connected = connect(
        settings={"uniqueness": {"student": []}, "safety": {"preview": "never"}, "custom": {"student": "DOB|born"}}
    )
    untidy(connected)
    run = connected.service.sync(connected.name)
    window = open_window(connected.service)
    window.overview(connected.name)
    shown(qtbot, window, grab, "overview-untidy")
    window.resize(SMALLEST)
    (table,) = window.places.overview.findChildren(Table)
    qtbot.waitUntil(lambda: table.columnViewportPosition(4) + table.columnWidth(4) <= table.viewport().width())
    header = table.horizontalHeader()
    for place in range(1, 5):
        heading = str(table.model().headerData(place, Qt.Orientation.Horizontal))
        assert header.fontMetrics().horizontalAdvance(heading) + 13 <= table.columnWidth(place), heading
    window.resize(SIZE)
    window.summary(connected.name, run.id)
    shown(qtbot, window, grab, "summary-untidy")
    window.findings(connected.name, run.id)
    shown(qtbot, window, grab, "findings-untidy")
    counted = {group.rule.key: (group.count, group.findings) for group in connected.service.problems(run.id)}
    assert counted["value-unlisted"] == (4, 3), "four students have three codes"
    listed = connected.service.findings(run.id, FindingQuery("value-unlisted"), most=9).groups
    assert {one.detail: one.records for group in listed for one in group.records} == {
        "grade “99”": 2,
        "grade “14”": 1,
        "grade “-5”": 1,
    }
    path = connected.service.write_findings(run.id, FindingQuery(), connected.folder / "registrar.csv")
    (line,) = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if "grade “99”: 2 records" in line]
    assert "for example " in line, "one of those who are counted stands for all of them"
    rules = {group.rule.key for group in connected.service.problems(run.id)}
    assert rules >= {
        "username-taken",
        "username-owner",
        "registered-twice",
        "value-unlisted",
        "email-shared",
        "email-invalid",
        "text-mended",
        "enrollment-twice",
        "several-fit",
        "role-not-mapped",
        "ends-before-it-begins",
    }, rules


def test_holds_that_are_no_limits(open_window: OpenWindow, connect: Connect, qtbot: QtBot, grab: Grab) -> None:
    connected = connect(settings={"safety": {"preview": "always"}})
    connected.delivered()
    window = open_window(connected.service)
    service = connected.service
    settings = to_dict(service.connection(connected.name))
    elsewhere = connected.folder / "a new folder of the other system"
    elsewhere.mkdir()
    service.save_connection(from_dict({**settings, "destination": {"kind": "oneroster-csv", "folder": str(elsewhere)}}))
    run = service.sync(connected.name)
    assert run.holds[0].rule == "redelivery"
    window.overview(connected.name)
    shown(qtbot, window, grab, "overview-redelivery")
    review_of(qtbot, window, grab, run, "redelivery")
    assert not window.places.review.changes.isVisible()
    assert not window.places.review.limits.isVisible()
    service.save_connection(from_dict(settings))
    service.discard(run.id)
    connected.sql("UPDATE students SET middle_name = ''")
    connected.sql("UPDATE sectionteacher SET end_date = NULL")
    run = service.sync(connected.name)
    assert "field-emptied" in [hold.rule for hold in run.holds]
    review_of(qtbot, window, grab, run, "field-emptied")
    assert window.places.review.changes.isVisible()
    assert window.places.review.limits.isVisible()


def test_a_folder_that_another_computer_delivers_to(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, grab: Grab
) -> None:
    connected.delivered()
    service = Service(home_at(connected.folder / "other home"), Secrets({}, session_only=True), connected.clock)
    service.save_connection(from_dict(to_dict(connected.service.connection(connected.name))))
    service.set_secret(
        connected.name, CLIENT_SECRET, connected.service.secrets.get(connected.name, CLIENT_SECRET) or ""
    )
    other = replace(connected, service=service)
    run = service.sync(other.name)
    assert run.holds[0].rule == "folder-owned"
    review_of(qtbot, open_window(service), grab, run, "folder-owned")


def test_staff_that_go_and_change(open_window: OpenWindow, connect: Connect, qtbot: QtBot, grab: Grab) -> None:
    connected = connect(settings={"safety": {"preview": "never"}})
    assert connected.service.sync(connected.name).delivered
    window = open_window(connected.service)
    posts = "SELECT DISTINCT Users_DCID FROM SchoolStaff WHERE ID {teach} IN (SELECT TeacherID FROM SectionTeacher)"
    for teach in ("", "NOT"):
        connected.sql(
            f"UPDATE SchoolStaff SET Status = 2 WHERE Users_DCID IN ({posts.format(teach=teach)} ORDER BY 1 LIMIT 4)"
        )
    run = connected.service.sync(connected.name)
    assert "remove-staff" in [hold.rule for hold in run.holds]
    review_of(qtbot, window, grab, run, "staff-gone")
    connected.sql("UPDATE SchoolStaff SET Status = 1")
    teaching = [post for (post,) in connected.sql("SELECT DISTINCT TeacherID FROM SectionTeacher ORDER BY TeacherID")]
    for post in teaching[:7]:
        connected.sql("DELETE FROM SectionTeacher WHERE TeacherID = ?", post)
        connected.sql("UPDATE Sections SET Teacher = 0 WHERE Teacher = ?", post)
    run = connected.service.sync(connected.name)
    assert {"short-read", "role-teacher"} <= {hold.rule for hold in run.holds}
    review_of(qtbot, window, grab, run, "staff-changed")
    window.connections()
    shown(qtbot, window, grab, "connections-staff")


def test_history_of_many_runs(open_window: OpenWindow, connect: Connect, qtbot: QtBot, grab: Grab) -> None:
    connected = connect(settings={"safety": {"preview": "never"}})
    connected.service.sync(connected.name)
    some = "(SELECT DCID FROM Students WHERE Enroll_Status = 0 LIMIT 4)"
    for statement in (
        f"UPDATE Students SET Enroll_Status = 2 WHERE DCID IN {some}",
        f"UPDATE Students SET First_Name = First_Name || 'a' WHERE DCID IN {some}",
        "UPDATE Students SET Enroll_Status = 0 WHERE Enroll_Status = 2",
    ):
        connected.clock.time += timedelta(hours=13)
        connected.sql(statement)
        connected.service.sync(connected.name)
    secret = connected.service.connection(connected.name).source.client_id
    connected.service.set_value(connected.name, "source.client_id", json.dumps("wrong"))
    connected.service.sync(connected.name)
    connected.service.set_value(connected.name, "source.client_id", json.dumps(secret))
    connected.clock.time += timedelta(hours=13)
    connected.service.sync(connected.name, plan_only=True)
    window = open_window(connected.service)
    window.history(connected.name)
    shown(qtbot, window, grab, "history-many")
    page = window.places.history
    for place in (2, 4):
        page.table.setCurrentIndex(page.table.model().index(place, 0))
        qtbot.keyClick(page.table, Qt.Key.Key_Space)
    settled(qtbot, window)
    assert page.compared.isVisible()
    shown(qtbot, window, grab, "history-compared")


def test_damaged_data(open_window: OpenWindow, connected: Connected, qtbot: QtBot, grab: Grab) -> None:
    other_connection(connected, "Visitor kiosks")
    connected.delivered()
    connected.rosters.write_bytes(b"not a database, and long enough to be looked at as one" * 100)
    window = open_window(connected.service)
    shown(qtbot, window, grab, "connections-data-damaged")
    card = window.places.connections.cards[connected.name]
    longest = max(card.findChildren(Label), key=lambda label: len(label.text()))
    assert longest.width() > card.width() * 0.8, "what happened and what to do need the room"
    card.again_buttons[0].click()
    shown(qtbot, window, grab, "connections-start-again-asked")
    window.banner.hide()
    window.overview(connected.name)
    shown(qtbot, window, grab, "overview-data-damaged")
