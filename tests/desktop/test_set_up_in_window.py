"""The set-up in the main window: its steps stand where the navigation was, and set-ups that were left wait as cards."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psconnect.desktop.shell import MainWindow
from psconnect.desktop.wizard.flow import step_keys
from psconnect.desktop.wizard.pages.connect import ConnectPage
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import Secrets
from tests.desktop.conftest import OpenWindow, settled
from tests.support.demo import TestClock as StandingClock
from tests.support.keyrings import MemoryKeyring


@pytest.fixture
def empty(open_window: OpenWindow, tmp_path: Path, memory_keyring: MemoryKeyring) -> MainWindow:
    """The window of a home without connections."""
    return open_window(Service(home_at(tmp_path / "own-home"), Secrets({}), StandingClock()))


def begin(qtbot: QtBot, window: MainWindow, name: str = "") -> None:
    """Begin a set-up, and type its name."""
    window.set_up()
    settled(qtbot, window)
    if name:
        page = window.places.set_up.pages["connect"]
        assert isinstance(page, ConnectPage)
        qtbot.keyClicks(page.name, name)


def leave(qtbot: QtBot, window: MainWindow) -> None:
    """Press Esc."""
    qtbot.keyClick(window.places.set_up, Qt.Key.Key_Escape)
    settled(qtbot, window)


def test_the_steps_take_the_place_of_the_navigation(empty: MainWindow, qtbot: QtBot) -> None:
    before = {id(widget) for widget in QApplication.topLevelWidgets() if widget.isVisible()}
    begin(qtbot, empty)
    frame = empty.places.set_up
    assert frame.side.isVisible()
    assert not empty.side.isVisible()
    assert {id(widget) for widget in QApplication.topLevelWidgets() if widget.isVisible()} == before
    assert "New connection" in empty.windowTitle()
    leave(qtbot, empty)
    assert empty.places.key == "connections"
    assert empty.side.isVisible()
    assert not frame.isVisible()


def test_a_set_up_that_was_left_waits_as_a_card(empty: MainWindow, qtbot: QtBot) -> None:
    group = empty.places.connections.being_set_up
    begin(qtbot, empty, "Lincoln roster")
    first = empty.places.set_up.draft_id
    leave(qtbot, empty)
    begin(qtbot, empty)
    assert empty.places.set_up.draft_id != first
    leave(qtbot, empty)
    assert list(group.cards) == [first], "nothing was typed into the second one"
    begin(qtbot, empty, "Riverside kiosks")
    second = empty.places.set_up.draft_id
    leave(qtbot, empty)
    assert list(group.cards) == [second, first]
    card = group.cards[first]
    assert card.isVisible()
    assert card.accessibleName() == "Continue setting up Lincoln roster"
    qtbot.mouseClick(card.continue_button, Qt.MouseButton.LeftButton)
    settled(qtbot, empty)
    assert empty.places.set_up.draft_id == first
    page = empty.places.set_up.pages["connect"]
    assert isinstance(page, ConnectPage)
    assert page.name.text() == "Lincoln roster"


def test_a_set_up_is_discarded_after_a_question(empty: MainWindow, qtbot: QtBot) -> None:
    group = empty.places.connections.being_set_up
    begin(qtbot, empty, "Lincoln roster")
    draft_id = empty.places.set_up.draft_id
    leave(qtbot, empty)
    card = group.cards[draft_id]
    qtbot.mouseClick(card.discard_button, Qt.MouseButton.LeftButton)
    assert card.keep_button.hasFocus()
    qtbot.mouseClick(card.keep_button, Qt.MouseButton.LeftButton)
    assert card.continue_button.isVisible()
    assert draft_id in empty.context.service.drafts()
    qtbot.mouseClick(card.discard_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(card.confirm_button, Qt.MouseButton.LeftButton)
    settled(qtbot, empty)
    settled(qtbot, empty)
    assert empty.context.service.drafts() == {}
    assert not group.isVisible()
    assert empty.places.connections.message_shown, "how to begin is offered again"
    empty.back()
    settled(qtbot, empty)
    assert empty.places.key == "connections", "there is no way back to what was discarded"


def test_a_run_that_ends_is_told_above_the_set_up(empty: MainWindow, qtbot: QtBot) -> None:
    begin(qtbot, empty)
    empty.notice("The run ended.")
    assert empty.banner.isVisible()
    assert empty.places.set_up.isAncestorOf(empty.banner)
    leave(qtbot, empty)
    assert not empty.places.set_up.isAncestorOf(empty.banner)
    assert empty.banner.isVisible()


def test_who_left_a_set_up_stands_on_its_card(empty: MainWindow, qtbot: QtBot) -> None:
    begin(qtbot, empty, "Lincoln roster")
    draft_id = empty.places.set_up.draft_id
    leave(qtbot, empty)
    assert empty.focusWidget() is empty.places.connections.being_set_up.cards[draft_id].continue_button


def test_help_with_a_step_leads_back_to_it(empty: MainWindow, qtbot: QtBot) -> None:
    begin(qtbot, empty, "Lincoln roster")
    draft_id = empty.places.set_up.draft_id
    qtbot.mouseClick(empty.places.set_up.side.help_button, Qt.MouseButton.LeftButton)
    settled(qtbot, empty)
    assert empty.places.key == "help"
    assert empty.places.name == "", "no connection is open"
    qtbot.mouseClick(empty.banner.buttons[0], Qt.MouseButton.LeftButton)
    settled(qtbot, empty)
    assert (empty.places.key, empty.places.draft_id) == ("set-up", draft_id)
    assert not empty.banner.isVisible()
    empty.help("connect")
    empty.connections()
    settled(qtbot, empty)
    assert not empty.banner.isVisible(), "elsewhere, nothing is said of the way back"


def test_open_problems_stand_beside_next_and_lead_to_their_field(empty: MainWindow, qtbot: QtBot) -> None:
    begin(qtbot, empty)
    frame = empty.places.set_up
    assert frame.foot.problems.text() == "2 still to fill in"
    qtbot.mouseClick(frame.next_button, Qt.MouseButton.LeftButton)
    assert frame.foot.problems.text() == "2 to fix on this page"
    page = frame.pages["connect"]
    assert isinstance(page, ConnectPage)
    qtbot.mouseClick(page.cards["oneroster"], Qt.MouseButton.LeftButton)
    assert frame.foot.problems.text() == "1 to fix on this page"
    qtbot.mouseClick(frame.foot.problems, Qt.MouseButton.LeftButton)
    assert page.name.hasFocus()
    qtbot.keyClicks(page.name, "Lincoln roster")
    assert not frame.foot.problems.isVisible()
    qtbot.keyClick(page.name, Qt.Key.Key_Return)
    settled(qtbot, empty)
    assert frame.session
    assert frame.session.draft.step == step_keys()[1]


def test_in_a_narrow_window_the_steps_are_a_rail_with_a_menu(empty: MainWindow, qtbot: QtBot) -> None:
    begin(qtbot, empty, "Lincoln roster")
    frame = empty.places.set_up
    page = frame.pages["connect"]
    assert isinstance(page, ConnectPage)
    qtbot.mouseClick(page.cards["oneroster"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(frame.next_button, Qt.MouseButton.LeftButton)
    settled(qtbot, empty)
    wide = frame.side.width()
    empty.resize(860, 600)
    qtbot.waitUntil(lambda: frame.side.width() < wide)
    assert frame.side.buttons["connect"].toolTip() == "Connect what?: done"
    shown = frame._frames[step_keys()[1]].menu_button
    assert shown.isVisible()
    assert shown.text() == f"Step 2 of {len(frame.side.buttons)}"
    shown.menu().actions()[0].trigger()
    settled(qtbot, empty)
    assert frame.session
    assert frame.session.draft.step == "connect"
    last = list(frame.side.buttons.values())[-1]
    assert last.mapTo(frame.side, last.rect().bottomLeft()).y() < frame.side.height()
