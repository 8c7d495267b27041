"""The help and the search for settings, as pictures to look at."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from psconnect.desktop.shell import SMALLEST
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.test_screens import Grab, grab
from tests.support.demo import Connected

__all__ = ["grab"]


def test_help_and_find_a_setting_are_drawn(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, grab: Grab
) -> None:
    window = open_window(connected.service)
    window.help("plugin")
    settled(qtbot, window)
    grab(window, "help-install")
    page = window.places.help
    qtbot.keyClicks(page.search, "single")
    page.links["single-sign-on"].click()
    qtbot.keyClicks(page.finder.search, "client")
    grab(window, "help-searched")
    window.resize(SMALLEST)
    grab(window, "help-searched-smallest")
    window.settings(connected.name)
    settled(qtbot, window)
    qtbot.keyClicks(window.places.settings.finder.search, "import start")
    grab(window, "settings-search-smallest")


def test_the_check_of_the_access_is_drawn(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, grab: Grab
) -> None:
    window = open_window(connected.service)
    window.check(connected.name)
    settled(qtbot, window)
    grab(window, "check-passed")
    connected.server.set_page_size(connected.plugin, 50)
    connected.fault("N10", path="/ws/schema/query/*.users*", field="users.email_addr")
    window.check(connected.name)
    settled(qtbot, window)
    grab(window, "check-failed")
    window.resize(SMALLEST)
    grab(window, "check-failed-smallest")
