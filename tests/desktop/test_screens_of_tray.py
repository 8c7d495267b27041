"""What the window shows of the tray, of runs elsewhere, of news and of disabled connections, as pictures."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from psconnect.desktop.background import Background
from psconnect.desktop.due import DueRun
from psconnect.desktop.shell import SIZE
from psconnect.model.schedule import ScheduledStart
from tests.desktop.conftest import OpenInTray, settled
from tests.desktop.district import other_connection
from tests.desktop.test_screens import Grab, grab  # noqa: F401 - a fixture
from tests.desktop.tray_place import MadeUpTray
from tests.support.demo import Connected


def test_news_and_disabled_connections(
    open_with_tray: OpenInTray,
    connected: Connected,
    qtbot: QtBot,
    grab: Grab,  # noqa: F811
    tray: MadeUpTray,
) -> None:
    connected.delivered()
    other_connection(connected, "Kiosks")
    other_connection(connected, "Adult education", disabled=True)
    first = connected.service.sync("Kiosks")
    connected.service.approve(first.id, "test")
    connected.service.set_value("Kiosks", "source.client_id", '"wrong"')
    window = open_with_tray(connected.service)
    background = window.findChild(Background)
    assert background
    background.news.look()
    settled(qtbot, window)
    cards = window.places.connections.cards
    assert "a run tells" in cards[connected.name].news.text()
    assert "is not known" in cards["Kiosks"].news.text()
    assert not cards["Adult education"].news.isVisible()
    assert list(cards)[-1] == "Adult education", "it asks for nothing"
    assert cards["Adult education"].enable_button.property("look") != "primary"
    grab(window, "connections-news")
    window.resize(860, 600)
    grab(window, "connections-news-narrow")
    window.resize(SIZE)
    window.overview("Adult education")
    settled(qtbot, window)
    grab(window, "overview-disabled")
    tray.menu.popup(window.mapToGlobal(QPoint(40, 40)))
    grab(tray.menu, "tray-menu")
    tray.menu.hide()


def test_the_question_at_the_first_closing(
    open_with_tray: OpenInTray,
    connected: Connected,
    qtbot: QtBot,
    grab: Grab,  # noqa: F811
) -> None:
    connected.delivered()
    window = open_with_tray(connected.service)
    window.close()
    grab(window, "closing-asked")
    window.resize(860, 600)
    grab(window, "closing-asked-narrow")
    background = window.findChild(Background)
    assert background
    background.due.made_up.emit(DueRun(connected.name, ScheduledStart(connected.clock.now(), "catch-up")))
    grab(window, "made-up")
    assert "made up for today at" in window.banner.label.text()
