"""What the building blocks promise to eye and screen reader."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.button import Button, secondary
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.model.errors import TryLater
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.district import held_by_removals, other_connection
from tests.support.demo import Connected


def test_a_button_is_called_what_it_says(qtbot: QtBot, theme) -> None:
    button = secondary("Run && go")
    qtbot.addWidget(button)
    button.setText("Review")
    assert button.accessibleName() == "Review"
    named = Button("Show", name="Show: the first finding")
    qtbot.addWidget(named)
    named.setText("Hide")
    assert named.accessibleName() == "Show: the first finding", "a name of its own stays"


def test_a_strip_told_anew_shows_its_new_buttons_alone(qtbot: QtBot, theme) -> None:
    """At once: the earlier ones are deleted later, and kept their room until then."""
    strip = Banner()
    qtbot.addWidget(strip)
    strip.show()
    for caption in ("Run now", "Review"):
        strip.tell("Something is to do.", actions=[(caption, strip.hide)])
        QApplication.processEvents()
    assert [button.text() for button in strip.findChildren(Button) if button.isVisible()] == ["Review"]


def test_an_error_offers_to_try_again(qtbot: QtBot, theme) -> None:
    page = ScrollPage("History")
    qtbot.addWidget(page)
    page.show()
    tried: list[bool] = []
    page.again = lambda: tried.append(True)
    page.show_error(TryLater("PSC-HTTP-UNREACHABLE/refused", host="sis.example"))
    button = next(found for found in page.findChildren(Button) if found.text() == "Try again")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert tried == [True]


def test_the_button_that_goes_on_is_the_review_of_a_waiting_run(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    held_by_removals(connected)
    other_connection(connected, "Visitor kiosks")
    window = open_window(connected.service)
    cards = window.places.connections.cards
    held, new = cards[connected.name], cards["Visitor kiosks"]
    assert (held.review_button.property("look"), held.run_button.property("look")) == ("primary", "secondary")
    assert (new.review_button.isVisible(), new.run_button.property("look")) == (False, "secondary")


def test_news_of_a_run_goes_where_the_run_is_looked_at(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = open_window(connected.service)
    window.runs.start(connected.name)
    qtbot.waitUntil(lambda: not window.runs.working(connected.name), timeout=60_000)
    settled(qtbot, window)
    assert window.banner.isVisible()
    window.overview(connected.name)
    settled(qtbot, window)
    assert window.banner.isVisible(), "the overview does not show it all"
    window.running(connected.name)
    assert not window.banner.isVisible()


def test_the_buttons_of_a_page_have_their_room_at_once(qtbot: QtBot, theme) -> None:
    page = ScrollPage("Settings")
    first, second = secondary("Ids"), secondary("Export, disable or remove")
    for button in (first, second):
        page.buttons.addWidget(button)
    qtbot.addWidget(page)
    page.resize(600, 300)
    page.show()
    QApplication.processEvents()
    second.setText("Back")
    QApplication.processEvents()
    assert (first.width(), second.width()) == (first.sizeHint().width(), second.sizeHint().width())
    page.show_message("There is nothing", "Nothing at all.")
    assert not first.isVisible()
    page.show_content()
    assert first.isVisible()
