"""The page of ids: how they are made, adoption from a file and re-key, to the end: a bundle that has the ids."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot

from psconnect.desktop.pages.ids import IdsPage
from psconnect.desktop.shell import MainWindow
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.model.runs import Run
from tests.contracts.kinds.known import kinds_for_tests
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.control_checks import cut_off
from tests.desktop.district import list_of_ids
from tests.judges.oneroster11 import read_bundle
from tests.support.demo import Connect, Connected, connecting

LONG_MS = 60_000
ACTIVE = "SELECT dcid, student_number FROM students WHERE enroll_status = 0 AND schoolid <> 999999 ORDER BY dcid"


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory, _districts: Callable[[int, int], Path]) -> Iterator[Connected]:
    """A delivered district; the tests that share it store nothing."""
    with connecting(tmp_path_factory.mktemp("ids"), _districts) as connect:
        connected = connect()
        connected.delivered()
        yield connected


def open_ids(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> tuple[MainWindow, IdsPage]:
    window = open_window(connected.service)
    window.ids(connected.name)
    settled(qtbot, window)
    return window, window.places.ids


def press(qtbot: QtBot, button: QWidget) -> None:
    assert button.isVisible(), button
    assert button.isEnabled(), button
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def all_done(qtbot: QtBot, window: MainWindow) -> None:
    """Also what is read anew after something was stored."""
    settled(qtbot, window)
    QApplication.processEvents()
    settled(qtbot, window)


def choose_file(qtbot: QtBot, window: MainWindow, button: QWidget, path: Path) -> None:
    """Press a button that asks for a file, and choose one: the dialog is a window of the same event loop."""
    press(qtbot, button)
    (dialog,) = (one for one in window.findChildren(QFileDialog) if one.isVisible())
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    settled(qtbot, window)


def choose(box: QComboBox, value: str) -> None:
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def cells(table: QTableView) -> list[list[str]]:
    model = table.model()
    shown = [column for column in range(model.columnCount()) if not table.isColumnHidden(column)]
    return [[model.index(row, column).data() for column in shown] for row in range(model.rowCount())]


def run_and_approve(qtbot: QtBot, window: MainWindow, name: str) -> Run:
    """Press the button of what waits for a sync, then approve it in the review; the run as it was held."""
    press(qtbot, next(one for one in window.places.ids.news.buttons if one.text() == "Run now"))
    qtbot.waitUntil(lambda: not window.runs.working(name), timeout=LONG_MS)
    settled(qtbot, window)
    held = window.context.service.runs(name)[0]
    assert held.state == "held", held
    window.review(name, held.id)
    all_done(qtbot, window)
    qtbot.keyClicks(window.places.review.decision.reason, "The administrator knows")
    press(qtbot, window.places.review.decision.approve_button)
    qtbot.waitUntil(lambda: not window.runs.working(name), timeout=LONG_MS)
    settled(qtbot, window)
    return held


def students_in(connected: Connected) -> set[str]:
    return {row["sourcedId"] for row in read_bundle(connected.bundle)["users"] if row["role"] == "student"}


# --- how ids are made now --------------------------------------------------------------------------------------------


def test_settings_menu_and_a_key_lead_to_it(open_window: OpenWindow, delivered: Connected, qtbot: QtBot) -> None:
    window = open_window(delivered.service)
    window.settings(delivered.name)
    settled(qtbot, window)
    press(qtbot, window.places.settings.ids_button)
    settled(qtbot, window)
    page = window.places.ids
    assert window.places.currentWidget() is page
    assert page.made.frozen.text().startswith("They have been frozen since the first delivery, today at ")
    assert cells(page.made.table) == [
        ["Students", "DCID", "4711", "–"],
        ["Staff", "DCID", "T4711", "–"],
        ["Contacts", "Contact ID", "C4711", "–"],
        ["Schools", "DCID", "4711", "–"],
        ["Courses", "DCID", "4711", "–"],
        ["Classes", "DCID", "4711", "–"],
    ]
    assert page.made.slots.text().splitlines()[:2] == [
        "Where they go in OneRoster CSV bundle:",
        "Students: id in sourcedId (users.csv); number in identifier",
    ]
    assert "The school year runs until 2027-" in page.made.warning.label.text()
    press(qtbot, page.settings_button)
    settled(qtbot, window)
    assert window.places.key == "settings"
    (action,) = (one for one in window.findChildren(QAction) if one.text() == "Ids")
    assert action.shortcut().toString() == "Ctrl+4"
    action.trigger()
    settled(qtbot, window)
    assert window.places.currentWidget() is page


def test_before_anything_was_delivered_ids_are_chosen_freely(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window, page = open_ids(open_window, connected, qtbot)
    assert page.made.frozen.text().startswith("Nothing was delivered yet")
    assert not page.made.warning.isVisible()
    assert not page.adopt.choose_button.isEnabled()
    assert page.adopt.why.text() == "A list is compared with what a run has read. Start a sync or a preview first."
    assert page.adopt.choose_button.toolTip() == page.adopt.why.text()
    press(qtbot, page.rekey.begin_button)
    assert not page.made.isVisible(), "what somebody is at has the page for itself"
    assert not page.rekey.work_out_button.isEnabled()
    qtbot.keyClicks(page.rekey.choices.fields["id_prefix"], "LU-")
    qtbot.keyClick(page.rekey.choices.fields["id_prefix"], Qt.Key.Key_Return)
    settled(qtbot, window)
    assert page.rekey.new_ids.sentence.text() == "No delivered record gets another id."
    assert not page.rekey.new_ids.tick.isVisible(), "nobody has to know of it"
    press(qtbot, page.rekey.store_button)
    all_done(qtbot, window)
    assert page.news.label.text() == "It is stored. Ids are made like this from now on."
    assert page.news.buttons == []
    assert cells(page.made.table)[1][2] == "LU-T4711"
    connected.delivered()
    assert students_in(connected) <= {f"LU-{dcid}" for dcid, _number in connected.sql(ACTIVE)}


def test_a_frozen_setting_of_the_destination_is_changed_here_with_a_warning(
    open_window: OpenWindow, connect: Connect, qtbot: QtBot
) -> None:
    with kinds_for_tests():
        connected = connect(students=60)
        connection = connected.service.connection(connected.name)
        destination = {"kind": "test-listing", "folder": str(connected.folder / "roster")}
        connected.service.save_connection(msgspec.structs.replace(connection, destination=destination))
        connected.delivered()
        window, page = open_ids(open_window, connected, qtbot)
        press(qtbot, page.rekey.begin_button)
        shown = page.rekey.choices.settings["ids"]
        assert isinstance(shown.control, QComboBox)
        assert not page.rekey.work_out_button.isEnabled()
        shown.control.setCurrentText("marked")
        shown.control.textActivated.emit("marked")
        press(qtbot, page.rekey.work_out_button)
        settled(qtbot, window)
        assert page.rekey.new_ids.beside.text() == "Ids: marked instead of bare."
        assert "The school year runs until 2027-" in page.rekey.new_ids.warning.label.text()
        assert not page.rekey.store_button.isEnabled()
        page.rekey.new_ids.tick.setChecked(True)
        press(qtbot, page.rekey.store_button)
        all_done(qtbot, window)
        assert page.news.label.text() == "It is stored. The next sync writes it and waits for your approval."
        held = run_and_approve(qtbot, window, connected.name)
        assert "rekey" in [hold.rule for hold in held.holds]


# --- adoption --------------------------------------------------------------------------------------------------------


def test_a_list_is_shown_before_it_is_adopted_and_its_ids_are_delivered(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, tmp_path: Path
) -> None:
    connected.delivered()
    before = students_in(connected)
    (a, _), (b, _) = connected.sql(ACTIVE)[:2]
    window, page = open_ids(open_window, connected, qtbot)
    path = tmp_path / "accounts.csv"
    path.write_text(list_of_ids(connected), encoding="utf-8")
    choose_file(qtbot, window, page.adopt.choose_button, path)
    card = page.adopt
    assert card.sentence.text() == (
        "5 rows in accounts.csv, compared with your students. 2 records would get another id than they have now."
    )
    shown = [pill.text() for pill in card.pills.values() if pill.isVisible()]
    assert shown == ["2 adopted", "1 no record found", "1 more than one record found", "1 not usable as an id"]
    assert cells(card.table) == [["4", "mo-3", "The newest run read nobody with these values."]]
    press(qtbot, card.pills["ambiguous"])
    assert cells(card.table) == [["5", "mo-4", "dcid and number lead to different records."]]
    press(qtbot, card.pills["matched"])
    assert card.unused.geometry().top() > card.table.geometry().bottom(), "a longer table moves what is below at once"
    names = {
        d: f"{last}, {first}" for d, last, first in connected.sql("SELECT dcid, last_name, first_name FROM students")
    }
    assert [(row[1], row[2].split(","), row[3]) for row in cells(card.table)] == [
        ("mo-1", names[a].split(","), str(a)),
        ("mo-2", names[b].split(","), str(b)),
    ]
    assert card.unused.text() == "Columns not used: room."
    assert "The school year runs until 2027-" in card.warning.label.text()
    assert connected.service.ids_now(connected.name).adopted == {}, "nothing is stored before the button"

    assert card.adopt_button.text() == "Adopt 2 ids"
    press(qtbot, card.adopt_button)
    all_done(qtbot, window)
    said = "2 ids are adopted. The next sync shows them as changes and waits for your approval."
    assert page.news.label.text() == said
    assert cells(page.made.table)[0] == ["Students", "DCID", "4711", "2"]
    held = run_and_approve(qtbot, window, connected.name)
    assert {(counts.create, counts.remove) for counts in held.changes.values()} == {(0, 0)}
    assert held.changes["student"].update == 2
    assert students_in(connected) == before - {str(a), str(b)} | {"mo-1", "mo-2"}
    window.ids(connected.name)
    all_done(qtbot, window)
    assert not page.news.isVisible(), "nothing waits any more"


def test_another_kind_is_compared_anew_and_a_list_put_away(
    open_window: OpenWindow, delivered: Connected, qtbot: QtBot, tmp_path: Path
) -> None:
    window, page = open_ids(open_window, delivered, qtbot)
    ((staff,),) = delivered.sql("SELECT min(users_dcid) FROM schoolstaff WHERE status = 1")
    path = tmp_path / "staff.csv"
    path.write_text(f"id,dcid\nst-1,{staff}\n", encoding="utf-8")
    choose(page.adopt.kind, "school")
    choose_file(qtbot, window, page.adopt.choose_button, path)
    assert page.adopt.sentence.text() == "Nothing to adopt: no row of staff.csv leads to one of your schools."
    assert not page.adopt.adopt_button.isVisible()
    choose(page.adopt.kind, "staff")
    settled(qtbot, window)
    assert cells(page.adopt.table)[0][1] == "st-1"
    assert page.adopt.adopt_button.text() == "Adopt 1 id"
    press(qtbot, page.adopt.drop_button)
    assert page.made.isVisible()
    assert window.focusWidget() is page.adopt.choose_button
    assert delivered.service.ids_now(delivered.name).adopted == {}


def test_a_file_that_is_no_list_is_refused_in_the_card(
    open_window: OpenWindow, delivered: Connected, qtbot: QtBot, tmp_path: Path
) -> None:
    window, page = open_ids(open_window, delivered, qtbot)
    (tmp_path / "bad.csv").write_text("id\nx\n", encoding="utf-8")
    for name, said in (("bad.csv", "No column says whose id it is."), ("missing.csv", "missing.csv")):
        choose_file(qtbot, window, page.adopt.choose_button, tmp_path / name)
        assert said in page.adopt.told.label.text()
        assert page.adopt.told.property("state") == "bad"
        assert window.focusWidget() is page.adopt.choose_button
        assert cut_off(window) == []
    assert QApplication.activeModalWidget() is None


def test_a_list_that_was_compared_with_an_earlier_run_is_compared_again(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, tmp_path: Path
) -> None:
    connected.delivered()
    window, page = open_ids(open_window, connected, qtbot)
    path = tmp_path / "accounts.csv"
    path.write_text(list_of_ids(connected), encoding="utf-8")
    choose_file(qtbot, window, page.adopt.choose_button, path)
    connected.service.sync(connected.name)
    press(qtbot, page.adopt.adopt_button)
    settled(qtbot, window)
    assert "was synced since then" in page.adopt.told.label.text()
    assert cut_off(window) == []
    (again,) = page.adopt.told.buttons
    assert window.focusWidget() is again
    press(qtbot, again)
    settled(qtbot, window)
    press(qtbot, page.adopt.adopt_button)
    all_done(qtbot, window)
    assert connected.service.ids_now(connected.name).adopted == {"student": 2}


# --- re-key ----------------------------------------------------------------------------------------------------------


def test_a_re_key_is_shown_ticked_stored_and_delivered_as_changes(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, tmp_path: Path
) -> None:
    connected.delivered()
    before = students_in(connected)
    number_of = {str(dcid): str(number) for dcid, number in connected.sql("SELECT dcid, student_number FROM students")}
    window, page = open_ids(open_window, connected, qtbot)
    card = page.rekey
    press(qtbot, card.begin_button)
    assert window.focusWidget() is card.choices.boxes["student"]
    choose(card.choices.boxes["student"], "number")
    press(qtbot, card.work_out_button)
    settled(qtbot, window)
    assert card.new_ids.sentence.text() == f"{len(before)} records get another id."
    first = min(before, key=int)
    assert cells(card.new_ids.table) == [["Students", str(len(before)), first, number_of[first]]]
    assert "The school year runs until 2027-" in card.new_ids.warning.label.text()
    choose_file(qtbot, window, card.save_button, tmp_path / "list.csv")
    with (tmp_path / "list.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.reader(file))
    assert {(old, new) for _kind, old, new in listed[1:]} == {(one, number_of[one]) for one in before}
    assert not card.store_button.isEnabled()
    assert card.store_button.toolTip() == "Tick the line above first"
    assert connected.service.connection(connected.name).ids.student == "dcid", "nothing is stored before the button"

    qtbot.keyClick(card.new_ids.tick, Qt.Key.Key_Space)
    press(qtbot, card.store_button)
    all_done(qtbot, window)
    assert page.news.label.text().startswith("The new ids are stored. The next sync has to be one of everything")
    assert cut_off(window) == []
    assert cells(page.made.table)[0][1] == "Student number"
    save = next(one for one in page.news.buttons if one.text().startswith("Save the list"))
    choose_file(qtbot, window, save, tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_text(encoding="utf-8") == (tmp_path / "list.csv").read_text(encoding="utf-8")
    held = run_and_approve(qtbot, window, connected.name)
    assert "rekey" in [hold.rule for hold in held.holds]
    assert {(counts.create, counts.remove) for counts in held.changes.values()} == {(0, 0)}
    assert students_in(connected) == {number_of[one] for one in before}


def test_settings_that_are_being_edited_dont_take_a_re_key_back(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    window, page = open_ids(open_window, connected, qtbot)
    window.settings(connected.name)
    settled(qtbot, window)
    window.places.settings.forms.session.update(ConnectPart, district_name="Lincoln Unified")
    window.ids(connected.name)
    settled(qtbot, window)
    press(qtbot, page.rekey.begin_button)
    qtbot.keyClicks(page.rekey.choices.fields["id_prefix"], "LU-")
    press(qtbot, page.rekey.work_out_button)
    settled(qtbot, window)
    qtbot.keyClick(page.rekey.new_ids.tick, Qt.Key.Key_Space)
    press(qtbot, page.rekey.store_button)
    all_done(qtbot, window)
    window.settings(connected.name)
    settled(qtbot, window)
    press(qtbot, window.places.settings.forms.save_button)
    settled(qtbot, window)
    options = connected.service.connection(connected.name).options
    assert (options.district_name, options.id_prefix) == ("Lincoln Unified", "LU-")


def test_what_cannot_be_is_said_where_it_was_chosen(
    open_window: OpenWindow, delivered: Connected, qtbot: QtBot, tmp_path: Path
) -> None:
    window, page = open_ids(open_window, delivered, qtbot)
    choices = page.rekey.choices
    press(qtbot, page.rekey.begin_button)
    field = choices.fields["id_prefix"]
    qtbot.keyClicks(field, "a,b")
    press(qtbot, page.rekey.work_out_button)
    settled(qtbot, window)
    row = choices.rows["options.id_prefix"]
    assert row.error
    assert field.accessibleDescription() == row.error
    assert window.focusWidget() is field
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    assert not row.error
    assert not page.rekey.work_out_button.isEnabled()
    assert page.rekey.work_out_button.toolTip() == "Choose something else than now first"
    choose(choices.boxes["class"], "id")
    press(qtbot, page.rekey.work_out_button)
    settled(qtbot, window)
    assert "Build the plugin of this connection again" in page.rekey.told.label.text()
    assert cut_off(window) == []
    (save,) = page.rekey.told.buttons
    choose_file(qtbot, window, save, tmp_path / "plugin.zip")
    with zipfile.ZipFile(tmp_path / "plugin.zip") as package:
        assert '<field table="SECTIONS" field="ID"' in package.read("plugin.xml").decode()
    assert "Install it in PowerSchool" in page.rekey.told.label.text()
    press(qtbot, page.rekey.leave_button)
    assert page.made.isVisible()
    assert window.focusWidget() is page.rekey.begin_button
    press(qtbot, page.rekey.begin_button)
    assert choices.boxes["class"].currentData() == "dcid", "what was chosen and left is forgotten"


def test_the_same_id_for_two_is_refused_and_nothing_stored(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    connected.sql("UPDATE students SET student_number = 77 WHERE dcid IN (SELECT dcid FROM students LIMIT 500)")
    window, page = open_ids(open_window, connected, qtbot)
    press(qtbot, page.rekey.begin_button)
    choose(page.rekey.choices.boxes["student"], "number")
    press(qtbot, page.rekey.work_out_button)
    settled(qtbot, window)
    assert "would be given more than once: 77" in page.rekey.told.label.text()
    assert page.rekey.plan is None
    assert not page.rekey.store_button.isVisible()


# --- beside a run ----------------------------------------------------------------------------------------------------


def test_working_out_can_be_stopped_and_a_run_switches_everything_off(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    window, page = open_ids(open_window, connected, qtbot)
    connected.fault("N05", path="/ws/schema/query/*", amount=2)
    press(qtbot, page.rekey.begin_button)
    choose(page.rekey.choices.boxes["student"], "number")
    press(qtbot, page.rekey.work_out_button)
    assert page.rekey.progress.text() == "Reading PowerSchool …"
    assert not page.rekey.choices.isEnabled()
    press(qtbot, page.rekey.stop_button)
    settled(qtbot, window)
    assert page.rekey.told.label.text() == "Stopped. Nothing was stored."
    assert page.rekey.plan is None

    active = window.runs.start(connected.name)
    assert cut_off(window) == []
    assert page.busy.label.text() == "A run is going on. Ids can be changed when it has ended."
    for button in (page.adopt.choose_button, page.rekey.work_out_button):
        assert not button.isEnabled()
        assert button.toolTip() == page.busy.label.text()
    active.cancel()
    qtbot.waitUntil(lambda: active.ended, timeout=LONG_MS)
    settled(qtbot, window)
    assert not page.busy.isVisible()
    assert page.rekey.work_out_button.isEnabled()


def test_another_connection_forgets_what_was_chosen_for_the_first(
    open_window: OpenWindow, delivered: Connected, qtbot: QtBot, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.toml"
    delivered.service.export_connection(delivered.name, copy)
    copy.write_text(copy.read_text(encoding="utf-8").replace(delivered.name, "Copy"), encoding="utf-8")
    delivered.service.import_connection(copy)
    window, page = open_ids(open_window, delivered, qtbot)
    path = tmp_path / "accounts.csv"
    path.write_text(list_of_ids(delivered), encoding="utf-8")
    choose_file(qtbot, window, page.adopt.choose_button, path)
    assert page.adopt.preview is not None
    window.ids("Copy")
    settled(qtbot, window)
    assert page.adopt.preview is None
    assert page.made.isVisible()
    assert page.made.frozen.text().startswith("Nothing was delivered yet")
    delivered.service.remove_connection("Copy")
    window.refresh()
    settled(qtbot, window)
    assert page.message_shown
    assert any(button.text() == "Try again" for button in page.findChildren(QPushButton))
