"""Find a record: what is typed is found, and what is said of it is what the service says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from psconnect.desktop.pages.find import FindPage
from psconnect.desktop.shell import SMALLEST, MainWindow
from psconnect.desktop.widgets.button import Button
from psconnect.desktop.widgets.chip import Chip
from psconnect.desktop.widgets.page import Scrolling
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.district import held_by_removals
from tests.support.demo import Connected, connecting

INACTIVE = "SELECT DCID, STUDENT_NUMBER, LAST_NAME FROM STUDENTS WHERE ENROLL_STATUS = 2 ORDER BY DCID LIMIT 1"


@pytest.fixture(scope="module")
def held(_districts: Callable[[int, int], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connected]:
    """A delivered district in which some left and others changed their names; the tests only look."""
    with connecting(tmp_path_factory.mktemp("find"), _districts) as connect:
        connected = connect()
        held_by_removals(connected)
        yield connected


@pytest.fixture
def window(open_window: OpenWindow, held: Connected) -> MainWindow:
    return open_window(held.service)


@pytest.fixture
def page(window: MainWindow, held: Connected, qtbot: QtBot) -> FindPage:
    window.find_record(held.name)
    settled(qtbot, window)
    return window.places.finder


def look_for(qtbot: QtBot, window: MainWindow, text: str) -> None:
    page = window.places.finder
    page.field.clear()
    qtbot.keyClicks(page.field, text)
    qtbot.keyClick(page.field, Qt.Key.Key_Return)
    settled(qtbot, window)
    settled(qtbot, window)


def cells(page: FindPage, part: str) -> list[list[str]]:
    model = page.record.parts[part].model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount())
    ]


def test_the_navigation_and_a_key_lead_to_it(window: MainWindow, held: Connected, qtbot: QtBot) -> None:
    window.overview(held.name)
    settled(qtbot, window)
    button = next(
        one for one in window.side.findChildren(type(window.side.help_button)) if one.text() == "Find a record"
    )
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    page = window.places.finder
    assert window.places.currentWidget() is page
    assert button.isChecked()
    assert window.focusWidget() is page.field
    assert page.record.sentence.text() == "Why is somebody in the other system, or not?"


def test_a_student_who_is_not_included_is_found_by_number_and_it_is_said_why(
    window: MainWindow, page: FindPage, held: Connected, qtbot: QtBot, opened: list[str]
) -> None:
    ((dcid, number, last),) = held.sql(INACTIVE)
    look_for(qtbot, window, str(number))
    assert page.matches[0].key == int(dcid)
    first = page.list.model().index(0, 0)
    assert first.data().startswith(last)
    assert page.record.sentence.text().startswith("Delivered, last changed on ")
    assert page.record.person.text().startswith(last), "who it is stands below the answer"
    about = page.record.about.text()
    assert about.startswith(f"Student {number} · grade ")
    assert about.endswith(f" · delivered as {dcid}")
    because = "the student’s enrollment status is not active"
    assert page.record.over.text() == f"The plan that waits would remove it, because {because}."
    assert ("Who is in", "Stops here", "The student’s enrollment status is not active.") in page.record.steps
    assert page.record.steps[-1][:2] == ("Compared", "Not reached")
    assert ["identifier", str(number), str(number)] in cells(page, "values")
    qtbot.mouseClick(page.record.open_button, Qt.MouseButton.LeftButton)
    base = held.service.connection(held.name).source.url
    assert opened == [f"{base}/admin/students/home.html?frn=001{dcid}"]


def test_what_is_typed_is_searched_for_without_a_key(
    window: MainWindow, page: FindPage, held: Connected, qtbot: QtBot
) -> None:
    qtbot.keyClicks(page.field, "sa")
    qtbot.waitUntil(lambda: bool(page.matches) and not window.bridge.busy, timeout=30_000)
    assert page.matches == held.service.find(held.name, "sa", most=50)


def test_the_list_is_walked_by_keys_and_a_change_opens_its_run(
    window: MainWindow, page: FindPage, held: Connected, qtbot: QtBot
) -> None:
    run = held.service.runs(held.name)[0]
    updates = [one for one in held.service.changes(run.id) if (one.entity, one.action) == ("student", "update")]
    # QTest types letters of ASCII alone.
    changed = next(one for one in updates if one.after and one.after["familyName"].isascii())
    assert changed.before
    assert changed.after
    look_for(qtbot, window, changed.after["familyName"])
    qtbot.keyClick(page.field, Qt.Key.Key_Down)
    assert window.focusWidget() is page.list
    places = [(match.entity, match.key) for match in page.matches]
    for _press in range(places.index(("student", changed.key))):
        qtbot.keyClick(page.list, Qt.Key.Key_Down)
    settled(qtbot, window)
    assert page.record.sentence.text().startswith("Delivered, last changed on ")
    assert page.record.over.text() == "The plan that waits would change it."
    over_time = cells(page, "over-time")
    assert [row[1] for row in over_time] == ["Would be changed, waits", "givenName", "Created"]
    assert over_time[1][2:] == [changed.before["givenName"], changed.after["givenName"]]
    table = page.record.parts["over-time"]
    table.setFocus()
    table.selectRow(0)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    settled(qtbot, window)
    assert window.places.currentWidget() is window.places.review
    window.back()
    settled(qtbot, window)
    assert page.field.text() == changed.after["familyName"], "what was searched for is still there"


def test_a_class_names_the_enrollments_that_are_not_delivered(
    window: MainWindow, page: FindPage, held: Connected, qtbot: QtBot
) -> None:
    ((dcid, left),) = held.sql(
        "SELECT STUDENTID, count(*) FROM CC WHERE SECTIONID < 0 AND STUDENTID IN (SELECT ID FROM STUDENTS WHERE "
        "ENROLL_STATUS = 0) GROUP BY STUDENTID ORDER BY count(*) DESC LIMIT 1"
    )
    ((key,),) = held.sql("SELECT DCID FROM STUDENTS WHERE ID = ?", dcid)
    window.find_record(held.name, "student", int(key))
    settled(qtbot, window)
    expected = held.service.explain(held.name, "student", int(key)).missing
    assert len(expected) >= left
    assert cells(page, "missing") == [[one.title, one.because] for one in expected]


def test_the_way_of_a_record_is_whole_in_the_smallest_window(
    window: MainWindow, page: FindPage, held: Connected, qtbot: QtBot
) -> None:
    ((_dcid, number, _last),) = held.sql(INACTIVE)
    window.resize(SMALLEST)
    look_for(qtbot, window, str(number))
    area = page.record.findChildren(Scrolling)[-1]
    assert area.horizontalScrollBar().maximum() == 0
    chips = area.findChildren(Chip)
    assert len(chips) == len(page.record.steps)
    for chip in chips:
        right = chip.mapTo(area.viewport(), QPoint(chip.width(), 0)).x()
        assert right <= area.viewport().width()
        assert chip.width() >= chip.sizeHint().width(), chip.accessibleName()


def test_nothing_found_says_what_to_do(window: MainWindow, page: FindPage, qtbot: QtBot) -> None:
    look_for(qtbot, window, "Qqqqzzz")
    assert page.record.sentence.text() == "Nothing was found"
    assert not page.list.isVisible()
    assert page.count.text() == "0 records"


def test_before_anything_was_read_a_preview_is_offered(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = open_window(connected.service)
    window.find_record(connected.name)
    settled(qtbot, window)
    page = window.places.finder
    assert page.message_shown
    button = next(one for one in page.findChildren(Button) if one.text().startswith("Preview"))
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.runs.working(connected.name), timeout=60_000)
    settled(qtbot, window)
    assert connected.service.runs(connected.name)[0].state == "previewed"
    window.find_record(connected.name)
    settled(qtbot, window)
    assert not page.message_shown


def test_a_record_nobody_knows_is_told(window: MainWindow, page: FindPage, held: Connected, qtbot: QtBot) -> None:
    window.find_record(held.name, "student", 999_999_999)
    settled(qtbot, window)
    assert page.record.sentence.text() == "There is no such record"
