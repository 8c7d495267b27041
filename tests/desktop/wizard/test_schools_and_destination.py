"""Schools, destination and summary, against the real demo district."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit

from psconnect.desktop.wizard.flow import State
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.schools import SchoolsPart
from tests.desktop.wizard.conftest import Setting, checked


def test_schools_are_chosen_by_switch_by_number_and_all_at_once(setting: Setting):
    setting.open()
    setting.to("schools")
    page = setting.schools
    assert checked(setting) == {
        "Cedar Middle School": True,
        "Maple Elementary School": True,
        "Riverside High School": True,
    }
    assert page.total.text() == "3 of 3 schools, 282 active students, 112 classes"
    page.table.setFocus()
    page.table.selectRow(0)
    setting.qtbot.keyClick(page.table, Qt.Key.Key_Space)
    assert not page.all_box.isChecked()
    assert page.numbers.text() == "100,120"
    assert checked(setting)["Cedar Middle School"] is False
    setting.type(page.numbers, "110")
    assert [name for name, on in checked(setting).items() if on] == ["Cedar Middle School"]
    setting.press(page.all_box)
    assert setting.session.draft.of(SchoolsPart).all_schools
    assert all(checked(setting).values())
    setting.press(page.all_box)
    assert page.numbers.text() == "110"
    page.year.setCurrentIndex(1)
    page.year.activated.emit(1)
    assert setting.session.draft.of(SchoolsPart).start_year == page.year.itemData(1)


def test_a_click_on_a_switch_changes_one_school(setting: Setting):
    setting.open()
    setting.to("schools")
    table = setting.schools.table
    middle = table.visualRect(table.model().index(1, 0))
    place = middle.topLeft()
    place.setX(place.x() + 18)
    place.setY(middle.center().y())
    setting.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [name for name, on in checked(setting).items() if not on] == ["Maple Elementary School"]


def test_schools_are_searched_by_name_and_number(setting: Setting):
    window = setting.open()
    setting.to("schools")
    setting.type(setting.schools.search, "HIGH riv")
    assert list(checked(setting)) == ["Riverside High School"]
    setting.qtbot.keyClick(setting.schools.search, Qt.Key.Key_Return)
    assert setting.schools.table.hasFocus()
    assert setting.session.draft.step == "schools"
    setting.type(setting.schools.search, "10")
    assert list(checked(setting)) == ["Cedar Middle School", "Maple Elementary School"]
    assert window.isVisible()


def test_refresh_reads_the_schools_again(setting: Setting):
    setting.open()
    setting.to("schools")
    setting.district.sql("UPDATE Schools SET Name = 'Oak Elementary School' WHERE School_Number = 100")
    setting.press(setting.window.back_button)
    setting.press(setting.window.next_button)
    assert "Maple Elementary School" in checked(setting)
    setting.press(setting.schools.refresh_button)
    assert "Oak Elementary School" in checked(setting)


def test_schools_that_cannot_be_read_say_why_and_lead_back(setting: Setting):
    window = setting.open()
    setting.to("credentials")
    setting.fill_credentials("wrong")
    setting.press(window.next_button)
    page = setting.schools
    assert page.choice.place.currentWidget().accessibleName() == "PowerSchool does not accept the client ID and secret"
    setting.press(window.back_button)
    setting.fill_credentials()
    setting.press(window.next_button)
    assert page.choice.place.currentWidget() is page.table
    assert len(checked(setting)) == 3


def test_a_destination_is_tested_before_anything_is_sent(setting: Setting):
    setting.open()
    setting.to("destination")
    page = setting.destination
    folder = page.settings["folder"].control
    assert isinstance(folder, QLineEdit)
    setting.press(page.test_button)
    assert page.rows["destination.folder"].error
    setting.type(folder, str(setting.folder / "missing"))
    setting.press(page.test_button)
    assert "does not exist" in page.outcome.text()
    setting.type(folder, str(setting.folder))
    assert page.outcome.text() == ""
    setting.press(page.test_button)
    assert "can be written to" in page.outcome.text()
    assert list(setting.folder.iterdir()) == []


def test_what_is_advanced_is_hidden_until_opened_or_wrong(setting: Setting):
    window = setting.open()
    setting.to("destination")
    page = setting.destination
    keep = page.settings["keep"].control
    assert isinstance(keep, QLineEdit)
    assert not keep.isVisible()
    setting.press(page.advanced_button)
    assert keep.isVisible()
    setting.press(page.advanced_button)
    assert not keep.isVisible()
    setting.press(page.advanced_button)
    setting.type(keep, "many")
    setting.press(page.advanced_button)
    folder = page.settings["folder"].control
    assert isinstance(folder, QLineEdit)
    setting.type(folder, str(setting.folder))
    setting.press(window.next_button)
    assert setting.session.draft.step == "destination"
    assert keep.isVisible()
    assert page.rows["destination.keep"].error == "Type a whole number, 0 or more."
    setting.type(keep, "3")
    setting.press(window.next_button)
    assert setting.session.draft.of(DestinationPart).destination["keep"] == 3
    assert setting.session.draft.step == "schedule"


def test_a_folder_is_chosen_in_the_systems_own_dialog(setting: Setting):
    setting.open()
    setting.to("destination")
    page = setting.destination
    page.settings["folder"].ask_path()
    dialog = page.findChild(QFileDialog)
    assert dialog is not None
    dialog.setDirectory(str(setting.folder.parent))
    dialog.findChild(QLineEdit).setText(str(setting.folder))
    dialog.accept()
    folder = page.settings["folder"].control
    assert isinstance(folder, QLineEdit)
    assert Path(folder.text()) == setting.folder


def test_finish_leads_to_the_summary_whose_links_lead_back(setting: Setting):
    window = setting.open()
    setting.to("attributes")
    setting.press(window.finish_button)
    assert setting.session.draft.step == "summary"
    assert not setting.way("save").isEnabled()
    assert window.side.buttons["destination"].state == State.ATTENTION
    summary = window.pages["summary"]
    setting.press(summary.first_field())
    assert setting.session.draft.step == "destination"
    assert setting.destination.rows["destination.folder"].error
    folder = setting.destination.settings["folder"].control
    assert isinstance(folder, QLineEdit)
    setting.type(folder, str(setting.folder))
    setting.press(window.side.buttons["summary"])
    assert setting.way("save").isEnabled()
    setting.press(setting.way("save"))
    assert setting.wishes == [("Lincoln roster", "save")]
