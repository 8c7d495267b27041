"""The plugin: saved from inside the set-up, installed by steps to tick, with the list of fields and the finder."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QWidget

from psconnect.desktop.wizard.pages.field_finder import FoundRow
from psconnect.desktop.wizard.steps.plugin import PluginPart
from tests.desktop.wizard.conftest import WAIT_MS, Setting, ticked

MENU_PATH = "System Management > Server > Plugin Configuration"


def save(setting: Setting, name: str = "plugin.zip") -> Path:
    path = setting.folder / name
    setting.plugin.card.save_to(path)
    setting.settled()
    return path


def at_plugin(setting: Setting) -> None:
    setting.open()
    setting.to("plugin")
    setting.settled()


def texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def test_mission_d02_the_plugin_is_saved_at_once_at_a_place_of_choice(setting: Setting) -> None:
    at_plugin(setting)
    card = setting.plugin.card
    assert card.version.text() == "Not saved yet"
    setting.qtbot.mouseClick(card.save_button, Qt.MouseButton.LeftButton)
    dialog = card.findChild(QFileDialog)
    assert dialog is not None
    dialog.setDirectory(str(setting.folder))
    dialog.findChild(QLineEdit).setText("plugin")
    dialog.accept()
    setting.settled()
    saved = (setting.folder / "plugin.zip").read_bytes()
    assert saved[:2] == b"PK"
    built = setting.district.service.build_plugin(setting.district.name)
    assert f"view {len(built.access)} fields" in card.outcome.text()
    assert card.version.text() == f"Version {setting.session.draft.of(PluginPart).built.version}"
    assert card.chip.text() == "Checked"
    assert save(setting, "again.zip").read_bytes() == saved, "the same choices, the same bytes"
    assert save(setting, "plugin.xml").read_bytes().startswith(b"<?xml")
    assert "XML alone" in card.about.text()


def test_the_steps_of_the_installation_are_ticked_and_begin_anew_with_a_newer_plugin(setting: Setting) -> None:
    at_plugin(setting)
    guide = setting.plugin.guide
    assert MENU_PATH in guide.steps.lines[1].label.text()
    setting.press(guide.menus.buttons["classic"])
    assert "System > System Settings > Plugin Management Configuration" in guide.steps.lines[1].label.text()
    for place in (0, 1, 3):
        setting.press(guide.steps.lines[place].box)
    setting.qtbot.mouseClick(guide.steps.lines[2].label, Qt.MouseButton.LeftButton)
    assert ticked(setting) == (0, 1, 2, 3)
    setting.press(guide.steps.lines[3].box)
    assert ticked(setting) == (0, 1, 2)
    assert "Installed is not yet enabled" in guide.steps.lines[3].warning.text()
    save(setting)
    assert ticked(setting) == (0, 1), "what was installed before is another plugin"
    setting.press(guide.steps.lines[2].box)
    save(setting)
    assert ticked(setting) == (0, 1, 2)


def test_what_powerschool_refuses_can_be_left_out_and_asked_for_again(setting: Setting) -> None:
    at_plugin(setting)
    card = setting.plugin.card
    assert not card.refused_row.isVisible()
    assert not card.without_row.isVisible()
    setting.press(card.refused_link)
    assert card.refused_row.isVisible(), "PowerSchool refuses days after the plugin was saved"
    setting.type(card.refused, "STUDENTS LAST_NAME: Invalid Column")
    setting.press(card.leave_button)
    assert "can’t be left out" in card.refused_row.error
    assert "calendar_day" in card.refused_row.error
    setting.type(card.refused, "ROLEDEF NAME: Invalid Column")
    setting.press(card.leave_button)
    assert card.refused_row.error == ""
    assert "The roles of teachers" in card.without.text()
    assert "is its lead" in card.without.text()
    assert "Save the plugin again" in card.outcome.text()
    with zipfile.ZipFile(save(setting)) as plugin:
        assert b"ROLEDEF" not in plugin.read("plugin.xml")
    setting.press(card.all_link)
    assert not card.without_row.isVisible()
    with zipfile.ZipFile(save(setting)) as plugin:
        assert b"ROLEDEF" in plugin.read("plugin.xml")


def test_the_list_names_every_field_with_its_reason_and_can_be_saved_to_print(setting: Setting) -> None:
    at_plugin(setting)
    card = setting.plugin.access
    built = setting.district.service.build_plugin(setting.district.name)
    assert card.count.text().startswith(f"{len(built.access)} fields in ")
    assert sum(int(fold.number.text()) for fold in card.groups.values()) == len(built.access)
    fold = card.groups["students"]
    assert "Students.Student_Web_ID" not in texts(fold)
    setting.press(fold.button)
    says(setting, fold, "Students.Student_Web_ID\nStudents: username")
    says(setting, fold, "Students.Enroll_Status\nOnly active students are delivered")
    setting.press(fold.button)
    assert not fold.opened
    setting.plugin.save_list(setting.folder / "fields.html")
    setting.settled()
    page = (setting.folder / "fields.html").read_text()
    assert all(f"<td>{one.name}</td>" in page for group in card._shown.groups.values() for one in group)
    assert "Only active students are delivered" in page
    assert "“Lincoln roster”" in page
    assert "set-up" not in page


def says(setting: Setting, widget: QWidget, text: str) -> None:
    """A widget shows a text; what was just added to a page is shown a moment later."""
    setting.qtbot.waitUntil(lambda: text in texts(widget), timeout=WAIT_MS)


def found(setting: Setting, text: str, entity: str = "") -> list[FoundRow]:
    finder = setting.plugin.finder
    finder.entity.setCurrentIndex(finder.entity.findData(entity))
    setting.type(finder.text, text)
    setting.settled()
    return finder.rows


def open_finder(setting: Setting) -> None:
    at_plugin(setting)
    setting.press(setting.plugin.access.find_button)
    assert setting.plugin.finder.text.hasFocus()
    assert QApplication.activeModalWidget() is None


def test_a_field_that_is_added_is_in_the_plugin_and_the_newer_version_is_explained(setting: Setting) -> None:
    open_finder(setting)
    first = save(setting)
    page = setting.plugin
    assert not page.card.gap.isVisible()
    row = found(setting, "immun")[0]
    assert (row.name.text(), row.state.text()) == ("StudentCoreFields.immunization_dpt", "Not verified")
    setting.press(row.add_button)
    part = setting.session.draft.of(PluginPart)
    assert part.custom == {"student": "StudentCoreFields.immunization_dpt"}
    assert not page.finder.rows[0].add_button.isVisible()
    assert "lacks: StudentCoreFields.immunization_dpt and StudentCoreFields.StudentsDCID" in page.card.gap.text()
    assert "ID and secret stay" in page.card.gap.text()
    assert page.card.chip.text() == "Newer one needed"
    newer = save(setting, "newer.zip")
    assert not page.card.gap.isVisible()
    with zipfile.ZipFile(first) as old, zipfile.ZipFile(newer) as new:
        assert b"IMMUNIZATION_DPT" not in old.read("plugin.xml")
        assert b"IMMUNIZATION_DPT" in new.read("plugin.xml")
    page.finder.text.selectAll()
    setting.qtbot.keyClick(page.finder.text, Qt.Key.Key_Delete)
    setting.settled()
    assert page.finder.count.text() == "1 field is added."
    setting.press(page.finder.rows[0].remove_link)
    assert setting.session.draft.of(PluginPart).added == []
    assert "no longer need" in page.card.gap.text()
    setting.press(page.finder.close_button)
    assert not page.finder.isVisible()


def test_a_group_cannot_be_added_until_its_table_is_chosen(setting: Setting) -> None:
    open_finder(setting)
    (row,) = found(setting, "U_DEF_EXT_STUDENTS.immun_waiver")
    says(setting, row, "can be a group, not a table")
    assert not row.add_button.isEnabled()
    setting.type(row.table, "U_DEF_EXT_STUDENTS")
    assert not row.add_button.isEnabled(), "that is the group again"
    setting.type(row.table, "U_STU_HEALTH")
    assert row.other.isChecked()
    assert row.add_button.isEnabled()
    setting.press(row.add_button)
    assert setting.session.draft.of(PluginPart).custom == {"student": "U_STU_HEALTH.immun_waiver"}
    (row,) = found(setting, "U_DEF_EXT_STUDENTS.other")
    setting.press(row.same)
    setting.press(row.add_button)
    assert setting.session.draft.of(PluginPart).custom["student"].endswith(", U_DEF_EXT_STUDENTS.other")


def test_a_field_goes_to_the_records_that_were_chosen(setting: Setting) -> None:
    open_finder(setting)
    (row, *_others) = found(setting, "Title", "teacher")
    rows = {one.name.text(): one for one in setting.plugin.finder.rows}
    setting.press(rows["Users.Title"].add_button)
    assert setting.session.draft.of(PluginPart).custom == {"teacher": "Users.Title"}
    rows = {one.name.text(): one for one in found(setting, "attendance code")}
    assert not rows["Attendance_Code.Att_Code"].add_button.isVisible()
    assert "No record that is delivered can have it" in rows["Attendance_Code.Att_Code"].about.text()
    assert row is not None


def test_with_credentials_powerschool_is_asked_whether_a_field_exists(setting: Setting) -> None:
    open_finder(setting)
    found(setting, "Students.Gender")
    finder = setting.plugin.finder
    assert not finder.verify_link.isVisible(), "there are no credentials yet"
    setting.to("credentials")
    setting.fill_credentials()
    setting.press(setting.window.side.buttons["plugin"])
    states: dict[str, str] = {}
    for text in ("Students.Gender", "Students.First_Name", "Students.Frist_Nam", "U_NOWHERE.x"):
        found(setting, text)
        setting.press(finder.verify_link)
        states |= {one.name.text(): one.state.text() for one in finder.rows}
    assert states["Students.Gender"] == "Exists"
    assert states["Students.First_Name"] == "Can be read"
    assert states["Students.Frist_Nam"] == "Not in PowerSchool"
    assert states["U_NOWHERE.x"] == "No such table"
    setting.type(setting.credentials.secret, "wrong")
    found(setting, "Students.Gender")
    setting.press(finder.verify_link)
    assert "does not accept" in finder.error.text() or "refused" in finder.error.text()


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("View Field List", "user role"),
        ("Database extensions in three steps", "Advanced Extension"),
        ("Database extensions in three steps", "View only database extension groups"),
        ("Names", "StudentCoreFields.immunization_dpt"),
    ],
)
def test_mission_g04_how_to_look_names_up_stands_in_the_finder(setting: Setting, heading: str, said: str) -> None:
    open_finder(setting)
    (fold,) = [one for one in setting.plugin.finder.helps if one.button.text() == heading]
    setting.press(fold.button)
    says(setting, fold, said)
    copies = [button for button in fold.findChildren(type(fold.button)) if button.text() == "Copy"]
    if heading.startswith("Database"):
        setting.press(copies[0])
        assert QGuiApplication.clipboard().text() == "System Management > Data > Database Extensions"
