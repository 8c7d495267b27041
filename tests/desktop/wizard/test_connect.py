"""Step 1: the name, the cards of the presets, what one will need for each, and what students work on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from psconnect.desktop.wizard.pages.base import PagePlace
from psconnect.desktop.wizard.pages.connect import ConnectPage
from psconnect.desktop.wizard.pages.devices import DeviceQuestion
from psconnect.desktop.wizard.settings import to_connection
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.model.connection import from_dict
from psconnect.service import PresetInfo
from psconnect.sync.naming import said_by_options
from tests.desktop.control_checks import cut_off
from tests.desktop.wizard.conftest import Setting


def needed(setting: Setting) -> str:
    shown = setting.connect.needed
    assert shown
    return "\n".join(label.text() for label in shown.findChildren(QLabel))


def test_what_one_will_need_follows_the_preset(setting: Setting) -> None:
    setting.open()
    assert "plugin" in needed(setting)
    assert "folder" not in needed(setting)
    setting.press(setting.connect.cards["school-passport"])
    assert needed(setting).startswith("For School Passport you will need")
    assert "SFTP" in needed(setting)
    setting.press(setting.connect.cards["database"])
    assert "SFTP" not in needed(setting)


def test_a_card_stands_only_for_a_preset_whose_kind_exists(setting: Setting) -> None:
    setting.open()
    session = setting.session
    unbuilt = from_dict({"name": "x", "preset": "oneroster", "destination": {"kind": "unbuilt"}})
    presets = (*session.choices.presets, PresetInfo("later", "Later", "Users and courses", (), defaults=unbuilt))
    session.choices = replace(session.choices, presets=presets)
    page = ConnectPage(PagePlace("connect", session, setting.bridge))
    assert set(page.cards) == {one.name for one in presets} - {"later"}
    page.deleteLater()


@pytest.mark.parametrize(("answer", "needs_name"), [("chromebooks", False), ("other", True), ("mix", True)])
def test_mission_d11_the_answer_on_devices_decides_whether_a_user_name_is_required(
    setting: Setting, answer: str, needs_name: bool
) -> None:
    setting.open()
    setting.to("summary")
    window = setting.window
    setting.press(window.side.buttons["connect"])
    assert setting.connect.devices.unanswered.isVisible()
    setting.press(setting.connect.devices.cards[answer])
    assert setting.connect.devices.cards[answer].isChecked()
    assert not setting.connect.devices.unanswered.isVisible()
    connection = to_connection(setting.session.draft, setting.session.known)
    assert connection.options.devices == answer
    setting.press(window.side.buttons["summary"])
    setting.press(setting.way("save"))
    effective = setting.service.in_effect(setting.service.connection("Lincoln roster"))
    assert effective.options.devices == answer
    implied = said_by_options(effective)
    assert (implied["mapping"]["student"]["username"] == "{Students.Student_Web_ID}") == needs_name
    assert (implied.get("requirements") == {"student": {"username": "skip"}}) == needs_name


def test_the_answers_stand_below_each_other_where_there_is_little_room(setting: Setting) -> None:
    question = DeviceQuestion(lambda _answer: None)
    setting.qtbot.addWidget(question)
    chromebooks, other, mix = question.cards.values()
    assert question.minimumWidth() < 300
    for width in (760, 300, 760):
        question.resize(width, question.heightForWidth(width))
        question.show()
        QApplication.sendPostedEvents()
        question.resize(width, question.heightForWidth(width))
        QApplication.sendPostedEvents()
        tops = [card.y() for card in (chromebooks, other, mix)]
        assert (len(set(tops)), tops) == ((1, tops) if width > 300 else (3, sorted(tops)))
        assert cut_off(question) == []
        assert all(card.height() >= card.heightForWidth(card.width()) for card in question.cards.values())


def test_an_answer_of_the_preset_is_shown_and_one_of_ones_own_stays(setting: Setting) -> None:
    setting.open()
    devices = setting.connect.devices
    setting.press(setting.connect.cards["dyknow"])
    assert devices.cards["mix"].isChecked()
    setting.press(devices.cards["chromebooks"])
    setting.press(setting.connect.cards["oneroster"])
    assert setting.session.draft.of(ConnectPart).devices == "chromebooks"
    devices.cards["chromebooks"].setFocus()
    setting.qtbot.keyClick(devices.cards["chromebooks"], Qt.Key.Key_Right)
    assert devices.cards["other"].hasFocus()
