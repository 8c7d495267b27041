"""Names as people give them: long ones, with signs that Qt takes for something else, written from right to left."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from psconnect.desktop.pages.findings_tree import FOUND_SCHOOL
from psconnect.desktop.theme.apply import Theme, tokens_in_use
from psconnect.desktop.widgets.button import NameButton
from psconnect.desktop.widgets.label import ElidedLabel
from psconnect.desktop.widgets.page import ScrollPage
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.district import other_connection
from tests.support.demo import Connected

AND = "Arts & Sciences <b>North</b>"
LONG = "W" * 200
RIGHT_TO_LEFT = "مدرسة النور الثانوية"


def read(button: QAbstractButton) -> str:
    """What a button shows: one & marks the key that presses it, and is not seen."""
    return button.text().replace("&&", "\0").replace("&", "").replace("\0", "&")


def test_an_ampersand_is_shown_wherever_the_name_is(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    other_connection(connected, AND)
    window = open_window(connected.service)
    window.overview(AND)
    settled(qtbot, window)
    side = window.side._buttons[AND]
    assert read(side).startswith("Arts & Sciences")
    assert "&" not in side.text().replace("&&", "")
    card = window.places.connections.cards[AND].name_button
    assert read(card) == AND


def test_a_shortened_name_is_whole_in_its_tip(qtbot: QtBot, theme: Theme) -> None:
    button = NameButton(AND, lambda: None, name="Open")
    qtbot.addWidget(button)
    for width in range(60, 240, 7):
        button.resize(width, 30)
        QApplication.sendPostedEvents()
        shown = button.text()
        assert "&" not in shown.replace("&&", ""), shown
    button.show()
    button.resize(90, 30)
    assert button.text().endswith("…")
    assert button.toolTip() == "<span>Arts &amp; Sciences &lt;b&gt;North&lt;/b&gt;</span>"


def test_the_tip_of_a_shortened_text_is_that_of_the_text(qtbot: QtBot, theme: Theme) -> None:
    label = ElidedLabel("The first text, which is much too long for so little room")
    qtbot.addWidget(label)
    label.resize(80, 20)
    label.show()
    assert label.toolTip() == label.text()
    label.setText("Another text that is much too long, too")
    assert label.toolTip() == "Another text that is much too long, too"
    label.setText("Short")
    assert label.toolTip() == ""


def test_a_tip_of_its_own_outlives_another_width(qtbot: QtBot, theme: Theme) -> None:
    label = ElidedLabel("Last run today at 05:30, 12 s")
    qtbot.addWidget(label)
    label.show()
    label.set_tip("2026-11-18 05:30:00 MST")
    label.resize(400, 20)
    assert label.toolTip() == "2026-11-18 05:30:00 MST"
    label.resize(60, 20)
    assert label.toolTip() == "Last run today at 05:30, 12 s\n2026-11-18 05:30:00 MST"


@pytest.mark.parametrize("name", [LONG, RIGHT_TO_LEFT * 8], ids=["one word", "right to left"])
def test_a_very_long_name_leaves_the_window_as_it_is(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, name: str
) -> None:
    other_connection(connected, name)
    window = open_window(connected.service)
    window.resize(window.minimumSize())
    pages = (window.connections, lambda: window.overview(name), lambda: window.history(name))
    for show in (*pages, lambda: window.settings(name), lambda: window.find_record(name)):
        show()
        settled(qtbot, window)
        QApplication.processEvents()
        assert window.minimumSizeHint().width() <= window.minimumWidth()
        page = window.places.currentWidget()
        for button in page.findChildren(QAbstractButton):
            if button.isVisible() and isinstance(page, ScrollPage) and button.parentWidget() is page._actions:
                right = button.mapTo(window, button.rect().topRight()).x()
                assert right < window.width(), button.text()
    run = window.context.service.sync(name, plan_only=True)
    window.review(name, run.id)
    settled(qtbot, window)
    assert window.minimumSizeHint().width() <= window.minimumWidth()
    window.run_for(name)
    window.notice(f"“{name}” is stored.")
    QApplication.processEvents()
    assert window.minimumSizeHint().width() <= window.minimumWidth()


def test_the_file_offered_for_an_export_is_one_file(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    name = "North / South: all?"
    other_connection(connected, name)
    window = open_window(connected.service)
    window.settings(name)
    settled(qtbot, window)
    page = window.places.settings
    page.export_button.click()
    dialog = page.findChild(QFileDialog)
    chosen = dialog.selectedFiles()[0]
    dialog.reject()
    assert not set(chosen.rpartition("/")[2]) & set('<>:"/\\|?*')


def test_findings_are_coloured_anew_when_the_colours_change(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, theme: Theme
) -> None:
    connected.delivered()
    run = connected.service.runs(connected.name)[0]
    window = open_window(connected.service)
    window.findings(connected.name, run.id)
    settled(qtbot, window)
    model = window.places.findings.tree.model()

    def colours() -> set[str]:
        rules = [model.index(row, FOUND_SCHOOL) for row in range(model.rowCount())]
        return {index.data(Qt.ItemDataRole.ForegroundRole).color().name() for index in rules}

    theme.set_scheme("dark")
    QApplication.processEvents()
    assert colours() <= {getattr(tokens_in_use(), name).lower() for name in ("bad", "warning", "muted")}
