"""The frame of the *Preferences* page: its cards show what is set, save what is changed, and say what went wrong."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from psconnect.desktop.context import PageContext
from psconnect.desktop.pages import preferences as page_module
from psconnect.desktop.preferences.card import PreferenceCard
from psconnect.desktop.shell import MainWindow
from psconnect.desktop.widgets.switch import Switch
from psconnect.model.errors import LocalStorage
from psconnect.model.preferences import Preferences
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from tests.desktop.conftest import OpenWindow, settled


class LoginCard(PreferenceCard):
    """One switch, saved at once."""

    key = "login"

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, "Start")
        self.switch = Switch("Start when I sign in")
        self.switch.clicked.connect(
            lambda on: self.save(lambda now: msgspec.structs.replace(now, at_login=on)),
        )
        self.add(self.switch)

    def load(self, preferences: Preferences) -> None:
        self.switch.setChecked(preferences.at_login)


class LanguageCard(PreferenceCard):
    """A field that is typed in."""

    key = "language"

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, "Language", "Of all texts.")
        self.field = QLineEdit()
        self.field.setAccessibleName("Language")
        self.shown = ""
        self.add(self.field)

    @property
    def unsaved(self) -> bool:
        return self.field.text() != self.shown

    def load(self, preferences: Preferences) -> None:
        self.shown = preferences.language
        self.field.setText(self.shown)


@pytest.fixture
def service(tmp_path) -> Service:
    return Service(home_at(tmp_path))


@pytest.fixture
def window(service: Service, open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    monkeypatch.setattr(page_module, "CARDS", (LoginCard, LanguageCard))
    return open_window(service)


def login_of(window: MainWindow) -> LoginCard:
    (card,) = (one for one in window.places.preferences.cards if isinstance(one, LoginCard))
    return card


def language_of(window: MainWindow) -> LanguageCard:
    (card,) = (one for one in window.places.preferences.cards if isinstance(one, LanguageCard))
    return card


def test_without_a_card_there_is_no_way_to_the_page(
    service: Service, open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "CARDS", ())
    window = open_window(service)
    assert not window.side.preferences_button.isVisible()
    assert "Preferences" not in menu_texts(window)


def menu_texts(window: MainWindow) -> list[str]:
    menus = [action.menu() for action in window.menuBar().actions()]
    return [action.text() for menu in menus if isinstance(menu, QMenu) for action in menu.actions()]


def test_the_button_below_help_opens_the_page_and_a_switch_is_saved_at_once(
    window: MainWindow, service: Service, qtbot: QtBot
) -> None:
    side = window.side
    assert side.preferences_button.isVisible()
    assert side.preferences_button.y() > side.help_button.y()
    assert "Preferences" in menu_texts(window)
    qtbot.mouseClick(side.preferences_button, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert window.places.key == "preferences"
    assert side.preferences_button.isChecked()
    assert window.windowTitle().startswith("Preferences")
    login = login_of(window)
    qtbot.mouseClick(login.switch, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert service.preferences() == Preferences(at_login=True)
    assert login.switch.isChecked()


def test_a_way_to_a_card_ends_at_its_first_control(window: MainWindow, qtbot: QtBot) -> None:
    window.preferences("language")
    settled(qtbot, window)
    qtbot.waitUntil(language_of(window).field.hasFocus)
    assert window.open_name == ""


def test_what_is_typed_stays_when_the_page_is_shown_again(window: MainWindow, qtbot: QtBot) -> None:
    window.preferences()
    settled(qtbot, window)
    language = language_of(window)
    qtbot.keyClicks(language.field, "es")
    window.connections()
    window.preferences()
    settled(qtbot, window)
    assert language.field.text() == "es"


def test_a_change_keeps_what_another_program_saved_meanwhile(
    window: MainWindow, service: Service, qtbot: QtBot
) -> None:
    window.preferences()
    settled(qtbot, window)
    service.save_preferences(Preferences(language="es"))
    qtbot.mouseClick(login_of(window).switch, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert service.preferences() == Preferences(language="es", at_login=True)


def test_a_change_that_can_not_be_stored_is_told_on_its_card_and_taken_back(
    window: MainWindow, service: Service, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_preferences: Preferences) -> None:
        raise LocalStorage("PSC-DISK-FULL/replaced", where="preferences.toml", folder="config")

    window.preferences()
    settled(qtbot, window)
    monkeypatch.setattr(service, "save_preferences", full)
    login = login_of(window)
    qtbot.mouseClick(login.switch, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    settled(qtbot, window)
    assert login.outcome.isVisible()
    assert login.outcome.label.text()
    assert not login.switch.isChecked()


def test_a_file_that_can_not_be_read_is_told_and_tried_again(
    window: MainWindow, service: Service, qtbot: QtBot
) -> None:
    path = service.home.settings_folder() / "preferences.toml"
    path.write_text("lang = 'es'", encoding="utf-8")
    window.preferences()
    settled(qtbot, window)
    page = window.places.preferences
    assert page.message_shown
    path.unlink()
    window.refresh()
    settled(qtbot, window)
    assert not page.message_shown
