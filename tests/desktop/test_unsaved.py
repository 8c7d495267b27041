"""Settings that were typed and not saved are never dropped without asking, and the question stands in the page."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from psconnect.desktop.shell import MainWindow
from psconnect.desktop.widgets.button import Button
from psconnect.desktop.wizard.pages.connect import ConnectPage
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.district import other_connection
from tests.desktop.wizard.conftest import place_of
from tests.support.demo import Connected

OTHER = "Visitor kiosks"


@pytest.fixture
def edited(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> MainWindow:
    """A window in which the district's name of a connection was changed and not saved."""
    other_connection(connected, OTHER)
    window = open_window(connected.service)
    window.settings(connected.name)
    settled(qtbot, window)
    district = district_field(window)
    district.selectAll()
    qtbot.keyClicks(district, "Lincoln Unified")
    return window


def district_field(window: MainWindow) -> QLineEdit:
    page = window.places.settings.forms.pages[0]
    assert isinstance(page, ConnectPage)
    return page.district


def answer(qtbot: QtBot, window: MainWindow, text: str) -> None:
    question = window.places.settings.question
    assert question.isVisible()
    assert QApplication.activeModalWidget() is None
    qtbot.mouseClick(next(button for button in question.buttons if button.text() == text), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.isVisible() or not window.bridge.busy, timeout=30_000)


def district_name(connected: Connected) -> str:
    return connected.service.connection(connected.name).options.district_name


def shown(window: MainWindow) -> tuple[str, str]:
    return window.places.key, window.places.settings.name


def test_another_connections_settings_ask_first(edited: MainWindow, connected: Connected, qtbot: QtBot) -> None:
    edited.settings(OTHER)
    settled(qtbot, edited)
    assert shown(edited) == ("settings", connected.name)
    assert edited.open_name == connected.name, "navigation and title stay with what is shown"
    assert connected.name in edited.places.settings.question.label.text()
    focused = edited.focusWidget()
    assert isinstance(focused, Button)
    assert focused.text() == "Keep editing", "Enter must drop nothing by accident"
    answer(qtbot, edited, "Keep editing")
    assert district_field(edited).text() == "Lincoln Unified"
    assert not edited.places.settings.question.isVisible()


@pytest.mark.parametrize(("text", "stored"), [("Save", "Lincoln Unified"), ("Discard changes", None)])
def test_the_answer_leads_on(
    edited: MainWindow, connected: Connected, qtbot: QtBot, text: str, stored: str | None
) -> None:
    before = district_name(connected)
    edited.settings(OTHER)
    settled(qtbot, edited)
    answer(qtbot, edited, text)
    assert shown(edited) == ("settings", OTHER)
    assert district_field(edited).text() == ""
    assert district_name(connected) == (stored or before)


def test_what_cannot_be_saved_keeps_the_page(edited: MainWindow, connected: Connected, qtbot: QtBot) -> None:
    pages = edited.places.settings.forms.pages
    url = pages[place_of("credentials")].rows["url"].field
    assert isinstance(url, QLineEdit)
    edited.places.settings.forms.list.open("credentials")
    url.selectAll()
    qtbot.keyClick(url, Qt.Key.Key_Backspace)
    edited.settings(OTHER)
    settled(qtbot, edited)
    answer(qtbot, edited, "Save")
    assert shown(edited) == ("settings", connected.name)
    assert pages[place_of("credentials")].rows["url"].error


def test_other_pages_keep_what_was_typed(edited: MainWindow, connected: Connected, qtbot: QtBot) -> None:
    edited.overview(OTHER)
    settled(qtbot, edited)
    assert edited.places.key == "overview"
    edited.settings(connected.name)
    settled(qtbot, edited)
    assert district_field(edited).text() == "Lincoln Unified"
    assert not edited.places.settings.question.isVisible()


def test_going_back_asks_as_well(edited: MainWindow, connected: Connected, qtbot: QtBot) -> None:
    edited.settings(OTHER)
    settled(qtbot, edited)
    answer(qtbot, edited, "Discard changes")
    district = district_field(edited)
    qtbot.keyClicks(district, "Kiosks")
    edited.back()
    settled(qtbot, edited)
    assert shown(edited) == ("settings", OTHER)
    answer(qtbot, edited, "Discard changes")
    assert shown(edited) == ("settings", connected.name)


@pytest.mark.parametrize(("text", "stored"), [("Save", "Lincoln Unified"), ("Discard changes", None)])
def test_closing_asks_first(
    edited: MainWindow, connected: Connected, qtbot: QtBot, text: str, stored: str | None
) -> None:
    before = district_name(connected)
    edited.connections()
    settled(qtbot, edited)
    assert not edited.close()
    assert edited.isVisible()
    settled(qtbot, edited)
    answer(qtbot, edited, text)
    qtbot.waitUntil(lambda: not edited.isVisible())
    assert district_name(connected) == (stored or before)


def test_disabling_beside_the_forms_is_kept_by_saving(edited: MainWindow, connected: Connected, qtbot: QtBot) -> None:
    page = edited.places.settings
    page.manage_button.click()
    page.disable_button.click()
    settled(qtbot, edited)
    page.manage_button.click()
    page.forms.save_button.click()
    settled(qtbot, edited)
    assert connected.service.connection(connected.name).disabled
    assert district_name(connected) == "Lincoln Unified"


@pytest.mark.parametrize(("text", "stored"), [("Save", ["it@lincoln.example"]), ("Discard changes", [])])
def test_typed_notices_are_asked_about_as_well(
    edited: MainWindow, connected: Connected, qtbot: QtBot, text: str, stored: list[str]
) -> None:
    page, before = edited.places.settings, district_name(connected)
    page.notices_button.click()
    qtbot.keyClicks(page.notices_card.to, "it@lincoln.example")
    edited.settings(OTHER)
    settled(qtbot, edited)
    assert shown(edited) == ("settings", connected.name)
    answer(qtbot, edited, text)
    qtbot.waitUntil(lambda: shown(edited) == ("settings", OTHER))
    settled(qtbot, edited)
    assert connected.service.connection(connected.name).notices.to == stored
    assert district_name(connected) == ("Lincoln Unified" if stored else before)
    assert not page.unsaved()


def test_notices_that_are_refused_keep_the_page_and_show_why(
    edited: MainWindow, connected: Connected, qtbot: QtBot
) -> None:
    page = edited.places.settings
    page.notices_button.click()
    qtbot.keyClicks(page.notices_card.to, "no address")
    page.notices_button.click()
    edited.settings(OTHER)
    settled(qtbot, edited)
    answer(qtbot, edited, "Save")
    assert shown(edited) == ("settings", connected.name)
    assert page.notices_card.outcome.isVisible()
    assert page.unsaved()
