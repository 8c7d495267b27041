"""The findings: which field of whom, what mends it, filtered to exactly what is listed and exported."""

from __future__ import annotations

import csv
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from psconnect.desktop.pages.findings import FindingsPage
from psconnect.desktop.pages.findings_tree import FOUND_ACTION, FOUND_NUMBER, FOUND_WHAT
from psconnect.desktop.shell import SIZE, SMALLEST, MainWindow
from psconnect.model.found import FoundState
from psconnect.model.review import FindingQuery
from psconnect.wording.found import named_finding
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.test_screens import Grab, grab
from tests.support.demo import Connect, Connected

__all__ = ["grab"]
IN_SCHOOL = "enroll_status = 0 AND schoolid <> 999999"
SKIP = {"requirements": {"student": {"givenName": "skip"}}, "safety": {"preview": "never"}}
OFF = {"thresholds": {"student": {"rejected": "off"}}}


def nameless(connected: Connected, count: int) -> list[tuple[str, str]]:
    """Exactly so many students have no first name; their last names and numbers."""
    connected.sql("UPDATE students SET first_name = 'Ann'")
    which = f"SELECT dcid FROM students WHERE {IN_SCHOOL} AND trim(last_name) <> '' ORDER BY dcid DESC LIMIT {count}"
    rows = connected.sql(f"SELECT last_name, student_number FROM students WHERE dcid IN ({which})")
    connected.sql(f"UPDATE students SET first_name = '' WHERE dcid IN ({which})")
    return [(last.strip(), str(number)) for last, number in rows]


def page_of(qtbot: QtBot, window: MainWindow, connected: Connected, *what: str) -> FindingsPage:
    window.findings(connected.name, *what)
    settled(qtbot, window)
    settled(qtbot, window)
    return window.places.findings


def group_named(page: FindingsPage, title: str):
    model = page.tree.model()
    return next(
        model.index(row, FOUND_WHAT) for row in range(model.rowCount()) if model.index(row, FOUND_WHAT).data() == title
    )


def children(page: FindingsPage, group) -> list[list[str]]:
    model = page.tree.model()
    return [
        [model.index(row, column, group).data() or "" for column in range(5)] for row in range(model.rowCount(group))
    ]


def test_a_finding_names_the_field_and_the_person(
    open_window: OpenWindow, connect: Connect, qtbot: QtBot, opened: list[str]
) -> None:
    connected = connect(settings=SKIP)
    blank = nameless(connected, 3)
    connected.service.sync(connected.name)
    window = open_window(connected.service)
    page = page_of(qtbot, window, connected)
    group = group_named(page, "First name is empty")
    assert group.siblingAtColumn(FOUND_NUMBER).data() == "3 students"
    assert group.siblingAtColumn(3).data() == "Students.First_Name"
    rows = children(page, group)
    assert sorted((row[0], row[1]) for row in rows) == sorted((f"{last}, blank", number) for last, number in blank)
    assert all(row[4] == "Open in PowerSchool" for row in rows)
    page.tree.setCurrentIndex(group)
    page.tree.activate(group)
    settled(qtbot, window)
    assert window.places.key == "settings", "a missing field is mended where it is mapped"
    page = page_of(qtbot, window, connected)
    first = page.tree.model().index(0, FOUND_ACTION, group_named(page, "First name is empty"))
    page.tree.scrollTo(first)
    point = page.tree.visualRect(first).center()
    QTest.mouseClick(page.tree.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, point)
    assert opened
    assert "/admin/students/home.html?frn=001" in opened[0]


def test_rules_names_and_numbers_are_whole_in_every_window(
    open_window: OpenWindow, connect: Connect, qtbot: QtBot
) -> None:
    connected = connect(settings=SKIP)
    nameless(connected, 3)
    connected.sql("UPDATE students SET last_name = 'Wolfeschlegelsteinhausen' WHERE first_name = ''")
    connected.service.sync(connected.name)
    window = open_window(connected.service)
    page = page_of(qtbot, window, connected)
    page.tree.expandAll()
    model = page.tree.model()
    for size in (SIZE, SMALLEST):
        window.resize(size)
        settled(qtbot, window)
        rows = [(place, group) for group in groups(page) for place in range(model.rowCount(group))]
        shown = groups(page) + [model.index(place, FOUND_WHAT, group) for place, group in rows]
        for index in (one.siblingAtColumn(column) for one in shown for column in (FOUND_WHAT, FOUND_NUMBER)):
            room = page.tree.columnWidth(index.column())
            if index.column() == FOUND_WHAT:
                room = page.tree.visualRect(index).width()
            assert page.tree.sizeHintForIndex(index).width() <= room, (size, index.data())
        needed = sum(page.tree.columnWidth(at) for at in range(5) if not page.tree.isColumnHidden(at))
        assert needed <= page.tree.viewport().width(), size


def groups(page: FindingsPage) -> list[QModelIndex]:
    return [page.tree.model().index(row, FOUND_WHAT) for row in range(page.tree.model().rowCount())]


def test_no_record_is_a_kind_and_a_number_alone(open_window: OpenWindow, connect: Connect, qtbot: QtBot) -> None:
    connected = connect(settings=SKIP)
    nameless(connected, 3)
    run = connected.service.sync(connected.name)
    found = connected.service.findings(run.id, FindingQuery(), most=1_000)
    names = [(one.entity, named_finding(one)) for group in found.groups for one in group.records]
    assert names
    people = [name for entity, name in names if entity in ("student", "teacher", "admin", "contact")]
    assert people
    assert not [name for name in people if "DCID" in name or name.rpartition(" ")[2].isdigit()]


def test_an_enrollment_is_named_by_its_person_and_its_class(connect: Connect) -> None:
    connected = connect(settings=SKIP)
    run = connected.service.sync(connected.name)
    found = connected.service.findings(run.id, FindingQuery(rule="orphan"), most=1_000)
    names = [named_finding(one) for group in found.groups if group.entity == "enrollment" for one in group.records]
    assert names
    assert not [name for name in names if "DCID" in name], "a person or a class is known of each"


def test_show_lands_on_exactly_these_records(open_window: OpenWindow, connect: Connect, qtbot: QtBot) -> None:
    connected = connect(settings=SKIP)
    nameless(connected, 2)
    run = connected.service.sync(connected.name)
    window = open_window(connected.service)
    page = page_of(qtbot, window, connected, run.id, "missing-required", "givenName")
    model = page.tree.model()
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["First name is empty"]
    assert len(children(page, model.index(0, 0))) == 2
    assert "Only “First name is empty” is shown" in page.only_button.text()
    qtbot.mouseClick(page.only_button, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert page.tree.model().rowCount() > 1
    assert not page.only_button.isVisible()


def test_the_list_holds_exactly_what_is_filtered(
    open_window: OpenWindow, connect: Connect, qtbot: QtBot, tmp_path: Path
) -> None:
    connected = connect(settings={**SKIP, "safety": {"preview": "never", **OFF}})
    blank = nameless(connected, 30)
    connected.service.sync(connected.name)
    window = open_window(connected.service)
    page = page_of(qtbot, window, connected)
    page.pills[FoundState.LEFT_OUT].click()
    settled(qtbot, window)
    page.school.setCurrentIndex(2)
    school = page.school.currentData()
    page.school.activated.emit(2)
    settled(qtbot, window)
    page.export_to(tmp_path / "list.csv")
    settled(qtbot, window)
    rows = list(csv.DictReader((tmp_path / "list.csv").read_bytes().decode("utf-8-sig").splitlines()))
    shown = connected.service.findings(page._run.id, page.wanted, most=1_000)
    assert len(rows) == sum(len(group.records) for group in shown.groups) > 0
    assert {row["School"] for row in rows} == {school}
    named = [row for row in rows if row["Problem"] == "First name is empty"]
    assert named
    assert {row["Number"] for row in named} <= {number for _last, number in blank}
    assert all(row["Name"].endswith(", blank") for row in named)
    page.filter.setText(named[0]["Number"])
    page.filter.returnPressed.emit()
    settled(qtbot, window)
    page.export_to(tmp_path / "one.csv")
    settled(qtbot, window)
    one = list(csv.DictReader((tmp_path / "one.csv").read_bytes().decode("utf-8-sig").splitlines()))
    assert {row["Number"] for row in one} == {named[0]["Number"]}


def test_many_alike_are_one_line_with_a_list_behind_it(open_window: OpenWindow, connect: Connect, qtbot: QtBot) -> None:
    connected = connect(settings={**SKIP, "safety": {"preview": "never", **OFF}})
    nameless(connected, 60)
    run = connected.service.sync(connected.name)
    (found,) = connected.service.findings(run.id, FindingQuery(attribute="givenName")).groups
    assert 50 < found.count <= 60
    window = open_window(connected.service)
    page = page_of(qtbot, window, connected)
    group = group_named(page, "First name is empty")
    assert group.siblingAtColumn(FOUND_NUMBER).data() == f"{found.count} students"
    rows = children(page, group)
    assert len(rows) == 6
    assert rows[-1][0] == f"Show {found.count - 5} more students"
    page.tree.activate(page.tree.model().index(5, 0, group))
    settled(qtbot, window)
    assert len(children(page, group_named(page, "First name is empty"))) == found.count


def test_findings_in_their_states(open_window: OpenWindow, connect: Connect, qtbot: QtBot, grab: Grab) -> None:
    connected = connect(students=1_000, settings={**SKIP, "safety": {"preview": "never", **OFF}})
    window = open_window(connected.service)
    page = page_of(qtbot, window, connected)
    assert page.message_shown
    grab(window, "findings-never-run")
    nameless(connected, 400)
    connected.sql(
        f"UPDATE students SET last_name = 'Wolfeschlegelsteinhausenbergerdorff the Third of the Northern Valley' WHERE "
        f"{IN_SCHOOL} AND first_name = '' AND dcid % 9 = 0"
    )
    connected.service.sync(connected.name)
    page = page_of(qtbot, window, connected)
    grab(window, "findings-many")
    window.resize(SMALLEST)
    grab(window, "findings-smallest")
    window.resize(1180, 760)
    page.filter.setText("nobody is called like this")
    page.filter.returnPressed.emit()
    settled(qtbot, window)
    assert page.none.isVisible()
    grab(window, "findings-nothing-found")
