"""The mail server's card, the notices of a connection, and that nobody waits for a mail server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from psconnect.desktop.pages.notices_card import NoticesCard
from psconnect.desktop.preferences.mail import MailCard
from psconnect.desktop.shell import MainWindow
from psconnect.mail import MailLimits
from psconnect.model.preferences import MailServer
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.test_screens import Grab, grab
from tests.http.raw import RawServer, answer, raw_server, send
from tests.mail.server import SENDER, RunningServer, mail_server
from tests.support.demo import Connected

__all__ = ["grab"]
OFFICE = "office@lincoln.example"


@pytest.fixture
def server() -> Iterator[RunningServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def window(connected: Connected, open_window: OpenWindow) -> MainWindow:
    connected.service.mail_limits = MailLimits(5, 5, 10)
    return open_window(connected.service)


def click(qtbot: QtBot, button: QWidget) -> None:
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def mail_card(window: MainWindow, qtbot: QtBot) -> MailCard:
    window.preferences("mail")
    settled(qtbot, window)
    (card,) = (one for one in window.places.preferences.cards if isinstance(one, MailCard))
    return card


def notices(window: MainWindow, qtbot: QtBot, connected: Connected) -> NoticesCard:
    window.settings(connected.name)
    settled(qtbot, window)
    page = window.places.settings
    if not page.notices_card.isVisible():
        click(qtbot, page.notices_button)
    return page.notices_card


def test_a_server_is_tried_as_typed_and_then_saved(
    window: MainWindow, connected: Connected, server: RunningServer, qtbot: QtBot
) -> None:
    card = mail_card(window, qtbot)
    card.provider.setCurrentIndex(card.provider.findData("relay"))
    card.provider.activated.emit(card.provider.currentIndex())
    qtbot.keyClicks(card.host, "localhost")
    card.port.setText(str(server.port))
    qtbot.keyClicks(card.sent_from, SENDER)
    qtbot.keyClicks(card.to, OFFICE)
    click(qtbot, card.test_button)
    settled(qtbot, window)
    assert [got.to for got in server.got] == [[OFFICE]]
    assert "took the mail" in card.outcome.label.text()
    assert connected.service.preferences().mail == MailServer()
    click(qtbot, card.save_button)
    settled(qtbot, window)
    settled(qtbot, window)
    assert connected.service.preferences().mail == server.settings()
    assert not card.unsaved
    click(qtbot, card.clear_button)
    settled(qtbot, window)
    assert connected.service.preferences().mail == MailServer()


def test_what_is_wrong_is_said_on_the_card_and_what_is_typed_stays(
    window: MainWindow, server: RunningServer, qtbot: QtBot
) -> None:
    server.answers.refuse[OFFICE] = "554 5.7.1 Relay access denied"
    card = mail_card(window, qtbot)
    for line, text in ((card.host, "localhost"), (card.sent_from, SENDER), (card.to, OFFICE)):
        qtbot.keyClicks(line, text)
    card.port.setText(str(server.port))
    card.security.setCurrentIndex(2)
    card.security.activated.emit(2)
    click(qtbot, card.test_button)
    settled(qtbot, window)
    assert "Relay access denied" in card.outcome.label.text()
    assert card.host.text() == "localhost"


@pytest.mark.parametrize("key", ["relay", "microsoft-365", "microsoft-direct-send", "google-relay", "gmail"])
def test_a_provider_fills_in_what_is_known_of_it(window: MainWindow, qtbot: QtBot, key: str) -> None:
    card = mail_card(window, qtbot)
    index = card.provider.findData(key)
    assert index > 0
    card.provider.setCurrentIndex(index)
    card.provider.activated.emit(index)
    assert card.hint.text()
    assert card.typed.port in (25, 587)
    assert bool(card.typed.host) is (key not in ("relay", "microsoft-direct-send"))


def test_notices_are_saved_and_what_waits_is_shown_and_sent(
    window: MainWindow, connected: Connected, server: RunningServer, qtbot: QtBot
) -> None:
    connected.delivered()
    card = notices(window, qtbot, connected)
    assert not card.save_button.isEnabled()
    card.to.setPlainText(f"{OFFICE}\nit@lincoln.example")
    card.results.setCurrentIndex(card.results.findData("all"))
    card.results.activated.emit(1)
    click(qtbot, card.save_button)
    settled(qtbot, window)
    settled(qtbot, window)
    assert connected.service.connection(connected.name).notices.to == [OFFICE, "it@lincoln.example"]
    connected.service.sync(connected.name)
    qtbot.waitUntil(window.banner.isVisible)
    assert "could not be sent" in window.banner.label.text()
    window.refresh()
    settled(qtbot, window)
    settled(qtbot, window)
    assert "There is no mail server" not in card.waiting.label.text()
    assert "1 mail waits to be sent." in card.waiting.label.text()
    connected.service.save_mail_server(server.settings())
    click(qtbot, card.waiting.buttons[0])
    settled(qtbot, window)
    assert len(server.got) == 1
    assert not card.waiting.isVisible()


def test_an_address_that_is_none_is_refused_and_stays_typed(
    window: MainWindow, connected: Connected, qtbot: QtBot
) -> None:
    card = notices(window, qtbot, connected)
    qtbot.keyClicks(card.to, "office at lincoln")
    click(qtbot, card.save_button)
    settled(qtbot, window)
    assert "is not a mail address" in card.outcome.label.text()
    assert card.typed.to == ["office", "at", "lincoln"]


def test_the_ping_is_tried_with_nothing_of_a_run_in_it(window: MainWindow, connected: Connected, qtbot: QtBot) -> None:
    with raw_server(send(answer())) as called:
        card = notices(window, qtbot, connected)
        qtbot.keyClicks(card.ping, f"{called.url}/ping/4711?a=b")
        click(qtbot, card.try_button)
        settled(qtbot, window)
        assert "took the call" in card.outcome.label.text()
        assert asked(called) == ["GET /ping/4711?a=b HTTP/1.1"]


def asked(server: RawServer) -> list[str]:
    return [one.split(b"\r\n")[0].decode() for one in server.requests]


def test_a_run_in_the_window_ends_before_its_mail_is_sent(
    window: MainWindow, connected: Connected, server: RunningServer, qtbot: QtBot
) -> None:
    connected.delivered()
    connected.service.save_mail_server(server.settings())
    connected.service.set_value(connected.name, "notices.to", f'["{OFFICE}"]')
    connected.service.set_value(connected.name, "notices.results", '"all"')
    # The service is called in this thread, which is the window's: the mail can only go once the events turn.
    connected.service.sync(connected.name)
    assert server.got == []
    qtbot.waitUntil(lambda: len(server.got) == 1)
    settled(qtbot, window)


def test_pictures(window: MainWindow, connected: Connected, qtbot: QtBot, grab: Grab) -> None:
    card = mail_card(window, qtbot)
    grab(window, "preferences-mail-empty")
    card.provider.setCurrentIndex(card.provider.findData("microsoft-365"))
    card.provider.activated.emit(1)
    qtbot.keyClicks(card.user, "roster@lincoln.org")
    qtbot.keyClicks(card.sent_from, "roster@lincoln.org")
    grab(window, "preferences-mail-microsoft")
    connected.service.set_value(connected.name, "notices.to", f'["{OFFICE}", "superintendent@lincoln.example"]')
    connected.service.set_value(connected.name, "notices.results", '"problems"')
    connected.service.sync(connected.name)
    settled(qtbot, window)
    notices(window, qtbot, connected)
    settled(qtbot, window)
    settled(qtbot, window)
    grab(window, "settings-notices")
    window.resize(860, 600)
    grab(window, "settings-notices-narrow")
    mail_card(window, qtbot)
    grab(window, "preferences-mail-narrow")


def test_the_card_and_the_overview_say_what_could_not_be_mailed_and_lead_there(
    window: MainWindow, connected: Connected, server: RunningServer, qtbot: QtBot, grab: Grab
) -> None:
    connected.delivered()
    connected.service.set_value(connected.name, "notices.to", f'["{OFFICE}"]')
    connected.service.set_value(connected.name, "notices.results", '"all"')
    connected.service.sync(connected.name)
    qtbot.waitUntil(window.banner.isVisible)
    window.banner.hide()
    window.connections()
    settled(qtbot, window)
    card = window.places.connections.cards[connected.name]
    assert card.needs_you
    assert card.trouble.text() == "1 mail about its runs could not be sent."
    grab(window, "connections-mail-waits")
    window.overview(connected.name)
    settled(qtbot, window)
    page = window.places.overview
    assert page.mail.label.text() == card.trouble.text()
    grab(window, "overview-mail-waits")
    click(qtbot, page.mail.buttons[0])
    settled(qtbot, window)
    assert window.places.settings.notices_card.to.hasFocus()
    connected.service.save_mail_server(server.settings())
    connected.service.send_waiting_notices(connected.name)
    window.overview(connected.name)
    settled(qtbot, window)
    assert not page.mail.isVisible()


def test_a_setting_of_the_notices_is_found(window: MainWindow, connected: Connected, qtbot: QtBot) -> None:
    window.settings(connected.name)
    settled(qtbot, window)
    page = window.places.settings
    qtbot.keyClicks(page.finder.search, "ping address")
    qtbot.keyClick(page.finder.search, Qt.Key.Key_Return)
    assert page.notices_card.ping.hasFocus()
    qtbot.keyClicks(page.finder.search, "off-peak")
    qtbot.keyClick(page.finder.search, Qt.Key.Key_Return)
    assert page.forms.isVisible()
    assert page.forms.list.step == "schedule"
