"""Damaged roster data: whoever knows no command line starts again in the window, and is told what that costs."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from psconnect.desktop.advice import START_AGAIN
from psconnect.desktop.shell import MainWindow
from psconnect.model.errors import LocalStorage
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.district import other_connection
from tests.support.demo import Connected
from tests.support.logs import ExpectLog

OTHER = "Visitor kiosks"


def button(within: QWidget, text: str) -> QAbstractButton:
    (found,) = (one for one in within.findChildren(QAbstractButton) if one.text() == text and one.isVisible())
    return found


def press(qtbot: QtBot, window: MainWindow, within: QWidget, text: str) -> None:
    qtbot.mouseClick(button(within, text), Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    settled(qtbot, window)


def damaged(connected: Connected) -> Connected:
    connected.delivered()
    connected.rosters.write_bytes(b"not a database, and long enough to be looked at as one" * 100)
    return connected


def test_the_card_starts_again(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    other_connection(connected, OTHER)
    window = open_window(damaged(connected).service)
    cards = window.places.connections.cards
    card = cards[connected.name]
    assert f"press “{START_AGAIN}”" in card.summary
    assert not card.run_button.isVisible(), "it can't be run"
    assert cards[OTHER].run_button.isVisible()
    assert cards[OTHER].again_buttons == []
    press(qtbot, window, card, START_AGAIN)
    asked = window.banner.label.text()
    for part in ("earlier runs", "what it has delivered", "Settings and secret stay", "waits for your approval"):
        assert part in asked
    assert window.focusWidget() is button(window.banner, "Leave it as it is"), "Enter must lose nothing by accident"
    press(qtbot, window, window.banner, "Start again")
    (aside,) = connected.rosters.parent.glob("*.damaged-*.sqlite")
    assert aside.name in window.banner.label.text()
    assert window.places.connections.cards[connected.name].run_button.isVisible()
    run = connected.service.sync(connected.name)
    assert [hold.rule for hold in run.holds] == ["first-run"]


def test_nothing_is_set_aside_without_a_yes(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    window = open_window(damaged(connected).service)
    before = connected.rosters.read_bytes()
    press(qtbot, window, window.places.connections.cards[connected.name], START_AGAIN)
    press(qtbot, window, window.banner, "Leave it as it is")
    assert not window.banner.isVisible()
    assert connected.rosters.read_bytes() == before


@pytest.mark.parametrize("page", ["overview", "history", "ids"])
def test_every_page_that_cannot_be_read_offers_it(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, page: str
) -> None:
    window = open_window(damaged(connected).service)
    window.places.go(page, connected.name)
    settled(qtbot, window)
    press(qtbot, window, window.places, START_AGAIN)
    assert connected.name in window.banner.label.text()


def test_a_run_that_meets_damage_offers_it(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, expect_log: ExpectLog
) -> None:
    expect_log("not in the disclosure log yet")
    window = open_window(damaged(connected).service)
    active = window.runs.start(connected.name)
    window.running(connected.name)
    qtbot.waitUntil(lambda: active.ended, timeout=30_000)
    settled(qtbot, window)
    assert "psconnect connection" not in window.places.run.outcome.label.text()
    press(qtbot, window, window.places.run, START_AGAIN)
    assert connected.name in window.banner.label.text()


def test_a_search_that_meets_damage_offers_it(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    window = open_window(damaged(connected).service)
    window.find_record(connected.name)
    settled(qtbot, window)
    page = window.places.finder
    page.field.setText("rivera")
    page.field.returnPressed.emit()
    settled(qtbot, window)
    press(qtbot, window, page, START_AGAIN)
    assert connected.name in window.banner.label.text()


def test_other_errors_do_not_offer_it(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    window = open_window(connected.service)
    window.overview(connected.name)
    settled(qtbot, window)
    window.places.overview.show_error(LocalStorage("PSC-DISK-FULL/replaced", folder="/srv"))
    shown = [one.text() for one in window.places.findChildren(QAbstractButton) if one.isVisible()]
    assert START_AGAIN not in shown
