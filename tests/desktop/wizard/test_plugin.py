"""The plugin: saved from inside the set-up, installed by steps that can be ticked, without what PowerSchool refuses."""

from __future__ import annotations

import zipfile

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit

from tests.desktop.wizard.conftest import Setting, ticked

MENU_PATH = "System Management > Server > Plugin Configuration"


def test_the_plugin_is_saved_and_its_steps_are_ticked(setting: Setting):
    window = setting.open()
    setting.to("plugin")
    card = setting.plugin.card
    setting.qtbot.mouseClick(card.save_button, Qt.MouseButton.LeftButton)
    dialog = card.findChild(QFileDialog)
    assert dialog is not None
    dialog.setDirectory(str(setting.folder))
    dialog.findChild(QLineEdit).setText("plugin")
    dialog.accept()
    setting.settled()
    assert (setting.folder / "plugin.zip").read_bytes()[:2] == b"PK"
    built = setting.district.service.build_plugin(setting.district.name)
    assert f"view {len(built.access)} fields" in card.outcome.text()
    assert MENU_PATH in card.steps[1].label.text()
    setting.press(card.menus["classic"])
    assert "System > System Settings > Plugin Management Configuration" in card.steps[1].label.text()
    setting.press(card.steps[1].box)
    setting.qtbot.mouseClick(card.steps[3].label, Qt.MouseButton.LeftButton)
    assert ticked(setting) == (1, 3)
    setting.press(card.steps[1].box)
    assert ticked(setting) == (3,)
    assert window.isVisible()


def test_what_powerschool_refuses_can_be_left_out_and_asked_for_again(setting: Setting):
    setting.open()
    setting.to("plugin")
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
    card.save_to(setting.folder / "plugin.zip")
    setting.settled()
    with zipfile.ZipFile(setting.folder / "plugin.zip") as plugin:
        assert b"ROLEDEF" not in plugin.read("plugin.xml")
    setting.press(card.all_link)
    assert not card.without_row.isVisible()
    card.save_to(setting.folder / "plugin.zip")
    setting.settled()
    with zipfile.ZipFile(setting.folder / "plugin.zip") as plugin:
        assert b"ROLEDEF" in plugin.read("plugin.xml")
