"""The icon in the tray: state, ways to the window, and what closing the window means. It is never the only door."""

from __future__ import annotations

import json
from itertools import combinations

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psconnect.desktop.app import for_good
from psconnect.desktop.overall import SIGNS
from psconnect.desktop.shell import MainWindow
from psconnect.desktop.theme.tokens import ON_TRAY, TRAY, contrast
from psconnect.desktop.tray import Tray
from psconnect.desktop.tray_icon import SIZES, tray_icon
from tests.desktop.conftest import OpenInTray, settled
from tests.desktop.district import other_connection
from tests.desktop.test_closing import begin_slow_run
from tests.desktop.test_screens import SCREENS
from tests.desktop.tray_place import MadeUpTray, Reason
from tests.support.demo import Connected

LIGHT_BAR, DARK_BAR = "#F3F3F3", "#1C1C1C"


def answer(qtbot: QtBot, window: MainWindow, text: str) -> None:
    """Press a button of the question at the top of the window."""
    button = next(button for button in window.banner.buttons if button.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    if shiboken6.isValid(window):
        settled(qtbot, window)


def test_the_icon_says_how_all_connections_are_in_shape_word_and_colour(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    connected.delivered()
    window = open_with_tray(connected.service)
    assert tray.shown
    assert "up to date" in tray.tip
    other_connection(connected, "Kiosks & doors")
    connected.service.set_value("Kiosks & doors", "source.client_id", json.dumps("wrong"))
    assert connected.service.sync("Kiosks & doors").state == "failed"
    window.changed()
    settled(qtbot, window)
    assert tray.tip == "psconnect – Kiosks & doors: Failed", "the most urgent one is told by its name"
    lines = [text for text in tray.texts() if text.startswith((connected.name, "Kiosks"))]
    assert lines == ["Kiosks && doors: Failed", f"{connected.name}: Up to date"], "the most urgent one first"


def test_run_now_in_the_tray_shows_the_summary_of_the_last_run_first(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    connected.delivered()
    window = open_with_tray(connected.service)
    window.hide()
    tray.press("Run sync")
    settled(qtbot, window)
    assert window.isVisible()
    assert window.places.key == "sync"
    assert not window.runs.working(connected.name), "nothing runs before it was looked at"


def test_the_last_result_of_each_connection_leads_to_it(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    connected.delivered()
    other_connection(connected, "Kiosks")
    waiting = connected.service.sync("Kiosks")
    window = open_with_tray(connected.service)
    tray.press("Today", within=connected.name)
    settled(qtbot, window)
    assert (window.places.key, window.places.name) == ("summary", connected.name)
    tray.press("Today", within="Kiosks")
    settled(qtbot, window)
    assert (window.places.key, window.places.name) == ("review", "Kiosks")
    assert waiting.state == "held"


def test_what_closing_means_is_asked_once_in_the_window_and_remembered(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    window = open_with_tray(connected.service)
    assert not window.close()
    assert window.isVisible()
    answer(qtbot, window, "Cancel")
    assert window.isVisible()
    assert connected.service.preferences().closing == "ask"
    window.close()
    answer(qtbot, window, "Keep it in the tray")
    assert window.isHidden()
    assert connected.service.preferences().closing == "tray"
    tray.activated.emit(Reason.Trigger)
    assert window.isVisible()
    window.close()
    assert window.isHidden(), "asked once"
    tray.press("Open psconnect")
    assert window.isVisible()


def test_who_chose_to_quit_quits_by_closing(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    window = open_with_tray(connected.service)
    window.close()
    answer(qtbot, window, "Quit psconnect")
    qtbot.waitUntil(lambda: not shiboken6.isValid(window) or not window.isVisible())
    assert not tray.shown
    assert connected.service.preferences().closing == "quit"
    again = open_with_tray(connected.service)
    assert again.close()


def test_a_run_goes_on_in_the_tray_and_to_quit_asks(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    window = open_with_tray(connected.service)
    begin_slow_run(connected, qtbot, window)
    assert "Running" in tray.tip
    window.close()
    answer_without_waiting(qtbot, window, "Keep it in the tray")
    assert window.runs.working(connected.name)
    tray.press("Quit psconnect")
    assert window.isVisible(), "it asks where it can be seen"
    assert "is going on" in window.banner.label.text()
    assert window.runs.working(connected.name)
    window.closing.stop_and_close()
    qtbot.waitUntil(lambda: not shiboken6.isValid(window) or not window.isVisible(), timeout=10_000)
    assert not tray.shown


def answer_without_waiting(qtbot: QtBot, window: MainWindow, text: str) -> None:
    """The same where a run goes on, so that the window is never quiet."""
    button = next(button for button in window.banner.buttons if button.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.isHidden)


def test_without_a_tray_nothing_is_offered_and_the_window_closes_as_before(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    tray.there = False
    window = open_with_tray(connected.service)
    assert not tray.shown
    assert window.close()


def test_a_window_does_not_stay_hidden_behind_a_tray_that_is_gone(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    window = open_with_tray(connected.service, in_tray=True)
    assert window.isHidden()
    shown = window.findChild(Tray)
    assert shown
    tray.there = False
    for _look in range(3):
        shown.look()
        assert window.isHidden(), "a panel may be starting again"
    shown.look()
    assert window.isVisible()
    tray.there = True
    shown.look()
    assert tray.shown, "it comes back with the panel"


def test_started_at_sign_in_the_window_waits_in_the_tray_and_a_second_start_shows_it(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    window = open_with_tray(connected.service, in_tray=True)
    assert window.isHidden()
    assert tray.shown
    window.to_front()
    settled(qtbot, window)
    assert window.isVisible()
    assert window.places.key == "connections"


def test_where_the_system_asks_to_quit_the_window_does_not_hide(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot, qapp: QApplication
) -> None:
    window = open_with_tray(connected.service)
    window.close()
    answer(qtbot, window, "Keep it in the tray")
    window.to_front()
    settled(qtbot, window)
    # The application of these tests is pytest-qt's, so the system's wish is what ours makes of it.

    def closed_by_system() -> bool:
        QApplication.closeAllWindows()
        return True

    assert for_good(qapp, closed_by_system)
    qtbot.waitUntil(lambda: not shiboken6.isValid(window) or not window.isVisible())
    assert not tray.shown


@pytest.mark.parametrize("sign", SIGNS)
def test_each_icon_stands_out_on_light_and_dark_bars(sign: str) -> None:
    assert min(contrast(TRAY[sign], bar) for bar in (LIGHT_BAR, DARK_BAR)) >= 3
    if sign not in ("off", "working"):
        assert contrast(TRAY[sign], ON_TRAY) >= 4.5


def outline(sign: str, *, template: bool = False) -> QImage:
    return tray_icon(sign, template=template).pixmap(16, 16).toImage()


@pytest.mark.parametrize("template", [False, True])
def test_the_icons_differ_in_shape_at_sixteen_pixels(qapp: QApplication, *, template: bool) -> None:
    """Colour left aside: as many pixels differ as a person can see."""
    drawn = {sign: outline(sign, template=template) for sign in SIGNS}
    for one, other in combinations(SIGNS, 2):
        differing = sum(
            abs(weight(drawn[one], x, y) - weight(drawn[other], x, y)) > 100 for x in range(16) for y in range(16)
        )
        assert differing >= 24, (one, other, differing)


def weight(image: QImage, x: int, y: int) -> int:
    """How much of a pixel is drawn, with the sign on a shape as a hole."""
    colour = QColor(image.pixelColor(x, y))
    return 0 if colour.lightness() > 200 else colour.alpha()


def test_picture_of_the_icons(qapp: QApplication) -> None:
    """build/screens/tray-icons.png: each state on both bars, at each size, and as a template."""
    whole = QImage(760, 4 * 76, QImage.Format.Format_RGB32)
    painter = QPainter(whole)
    for row, (bar, template) in enumerate(((LIGHT_BAR, False), (DARK_BAR, False), (LIGHT_BAR, True), (DARK_BAR, True))):
        painter.fillRect(0, row * 76, 760, 76, QColor(bar))
        for column, sign in enumerate(SIGNS):
            icon = tray_icon(sign, template=template)
            for x, size in ((0, 16), (22, 24), (54, 64)):
                painter.drawPixmap(10 + column * 150 + x, row * 76 + 6, icon.pixmap(size, size))
    painter.end()
    SCREENS.mkdir(parents=True, exist_ok=True)
    assert whole.save(str(SCREENS / "tray-icons.png"))


def test_a_template_is_black_and_what_is_cut_out_shows_the_bar(qapp: QApplication) -> None:
    icon = tray_icon("good", template=True)
    assert icon.isMask()
    picture = icon.pixmap(16, 16).toImage()
    colours = {
        picture.pixelColor(x, y).name() for x in range(16) for y in range(16) if picture.pixelColor(x, y).alpha()
    }
    assert colours == {"#000000"}
    assert any(picture.pixelColor(x, y).alpha() < 20 for x in range(4, 12) for y in range(4, 12)), "the sign is a hole"
    assert {size.width() for size in icon.availableSizes()} == set(SIZES)
