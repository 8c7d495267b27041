"""Preferences: what closing the window does, and the start at login."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from psconnect.desktop.preferences.tray import TrayCard
from psconnect.desktop.shell import MainWindow
from psconnect.model.errors import LocalStorage
from psconnect.schedule.systems.login_item import LoginState
from tests.desktop.conftest import OpenInTray, settled
from tests.desktop.test_screens import Grab, grab  # noqa: F401 - a fixture
from tests.desktop.tray_place import MadeUpTray
from tests.support.demo import Connected


class MadeUpLogin:
    """What a system starts at login."""

    def __init__(self) -> None:
        self.state: LoginState | None = None
        self.refusal: LocalStorage | None = None

    def register(self, command: Sequence[str]) -> None:
        if self.refusal:
            raise self.refusal
        self.state = LoginState(tuple(command))

    def remove(self) -> None:
        self.state = None

    def read_back(self) -> LoginState | None:
        return self.state


@pytest.fixture
def login(connected: Connected) -> MadeUpLogin:
    made = MadeUpLogin()
    connected.service.find_login_item = lambda _home: made
    return made


def card_of(window: MainWindow, qtbot: QtBot) -> TrayCard:
    window.preferences("tray")
    settled(qtbot, window)
    card = next(card for card in window.places.preferences.cards if isinstance(card, TrayCard))
    assert card.isVisible()
    return card


def test_what_closing_means_is_changed_and_holds_at_once(
    open_with_tray: OpenInTray,
    connected: Connected,
    login: MadeUpLogin,
    qtbot: QtBot,
    grab: Grab,  # noqa: F811
) -> None:
    window = open_with_tray(connected.service)
    card = card_of(window, qtbot)
    grab(window, "preferences-tray")
    card.choice.setCurrentIndex(card.choice.findData("tray"))
    card.choice.activated.emit(card.choice.currentIndex())
    settled(qtbot, window)
    assert connected.service.preferences().closing == "tray"
    window.close()
    assert window.isHidden()


def test_without_a_tray_no_choice_is_offered(
    open_with_tray: OpenInTray, connected: Connected, login: MadeUpLogin, tray: MadeUpTray, qtbot: QtBot
) -> None:
    tray.there = False
    card = card_of(open_with_tray(connected.service), qtbot)
    assert not card.closing_row.isVisible()
    assert card.no_tray.isVisible()


def test_the_start_at_login_is_registered_read_back_and_removed(
    open_with_tray: OpenInTray, connected: Connected, login: MadeUpLogin, qtbot: QtBot
) -> None:
    window = open_with_tray(connected.service)
    card = card_of(window, qtbot)
    assert not card.at_login.isChecked()
    qtbot.mouseClick(card.at_login, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert login.state
    assert login.state.command[-1] == "--tray"
    assert connected.service.preferences().at_login
    assert card.at_login.isChecked()
    login.state = LoginState(login.state.command, enabled=False)
    card = card_of(window, qtbot)
    assert not card.at_login.isChecked()
    assert "system’s own settings" in card.login_row.error.text()
    qtbot.mouseClick(card.at_login, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert card.at_login.isChecked()
    qtbot.mouseClick(card.at_login, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert login.state is None
    assert not connected.service.preferences().at_login


def test_what_the_system_refuses_is_said_and_the_switch_goes_back(
    open_with_tray: OpenInTray, connected: Connected, login: MadeUpLogin, qtbot: QtBot
) -> None:
    login.refusal = LocalStorage("PSC-DISK-FULL/replaced", where="x", folder="y")
    window = open_with_tray(connected.service)
    card = card_of(window, qtbot)
    qtbot.mouseClick(card.at_login, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert not card.at_login.isChecked()
    assert card.outcome.isVisible()
    assert not connected.service.preferences().at_login
