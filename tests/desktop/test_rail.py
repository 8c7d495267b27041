"""The navigation in a narrow window: a rail that keeps every way and every word."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from psconnect.desktop.navigation import RAIL, WIDTH
from psconnect.desktop.widgets.nav_button import NavButton
from psconnect.desktop.wizard.pages.connect import ConnectPage
from tests.desktop.conftest import OpenWindow, settled
from tests.support.demo import Connected


def ways(buttons: list[NavButton]) -> list[str]:
    return [button.accessibleName() for button in buttons if button.isVisible()]


def test_a_narrow_window_has_every_way_as_an_icon_with_a_tip(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = open_window(connected.service)
    window.resize(1180, 760)
    window.overview(connected.name)
    settled(qtbot, window)
    assert window.side.width() == WIDTH
    wide = ways(window.side.findChildren(NavButton))
    window.resize(window.minimumSize())
    qtbot.waitUntil(lambda: window.side.width() == RAIL)
    qtbot.waitUntil(lambda: ways(window.side.findChildren(NavButton)) == wide)
    shown = [button for button in window.side.findChildren(NavButton) if button.isVisible()]
    assert [button.accessibleName() for button in shown if not button.toolTip()] == []
    (find,) = [one for one in shown if one.text() == "Find a record"]
    assert find.short == "Find"
    qtbot.mouseClick(find, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert (window.places.key, window.open_name) == ("find", connected.name)
    window.resize(1180, 760)
    qtbot.waitUntil(lambda: window.side.width() == WIDTH)


def test_a_set_up_that_waits_is_listed_and_goes_on_from_there(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = open_window(connected.service)
    window.set_up()
    settled(qtbot, window)
    page = window.places.set_up.pages["connect"]
    assert isinstance(page, ConnectPage)
    qtbot.keyClicks(page.name, "Moodle & more")
    draft_id = window.places.set_up.draft_id
    window.overview(connected.name)
    settled(qtbot, window)
    qtbot.waitUntil(lambda: draft_id in window.side.drafts)
    button = window.side.drafts[draft_id]
    assert button.accessibleName() == "Moodle & more: being set up"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert window.places.key == "set-up"
    window.leave_set_up()
    settled(qtbot, window)
    card = window.places.connections.being_set_up.cards[draft_id]
    card.discard_button.click()
    card.confirm_button.click()
    settled(qtbot, window)
    qtbot.waitUntil(lambda: not window.side.drafts)
