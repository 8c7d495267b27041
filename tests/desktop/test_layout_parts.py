"""What a layout holds is asked without leaving wrappers behind: with thousands of them, deleting pages crashed."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from psconnect.desktop.widgets.flow_row import FlowLayout
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.layout_parts import widgets_in
from psconnect.desktop.widgets.page import Scrolling
from tests.desktop.conftest import OpenWindow, settled
from tests.support.demo import Connected


def kept_items() -> int:
    """How many items of layouts PySide keeps a wrapper of, beside those of our own layout, which knows when they go."""
    gc.collect()
    held = gc.get_objects()
    own = {id(item) for layout in held if isinstance(layout, FlowLayout) for item in layout.items}
    return sum(isinstance(one, QLayoutItem) and not isinstance(one, QLayout) and id(one) not in own for one in held)


def test_widgets_come_in_the_order_of_the_layouts(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    first, second, third, fourth = (QLabel(text) for text in "1234")
    outer, inner = QVBoxLayout(host), QHBoxLayout()
    outer.addWidget(fourth)
    outer.insertLayout(0, inner)
    inner.addWidget(second)
    inner.addStretch(1)
    inner.addWidget(third)
    outer.insertWidget(0, first)
    QLabel("in no layout", host)
    assert list(widgets_in(outer)) == [first, second, third, fourth]


def test_settings_that_are_opened_again_leave_no_items_behind(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = open_window(connected.service)

    def open_and_leave() -> None:
        window.settings(connected.name)
        settled(qtbot, window)
        window.overview(connected.name)
        settled(qtbot, window)

    open_and_leave()
    open_and_leave()
    # Pages go a moment after they were left.
    qtbot.waitUntil(lambda: not kept_items())


def test_a_banner_that_moves_to_the_set_up_and_back_leaves_no_item_behind(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = open_window(connected.service)
    window.set_up()
    settled(qtbot, window)
    window.connections()
    settled(qtbot, window)
    window.ask("Really?", [("Yes", window.banner.hide)])
    window.notice("Well then.")
    assert window.banner.label.text() == "Well then."
    assert kept_items() == 0


def test_a_layout_that_is_filled_is_not_added(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    outer, inner = QVBoxLayout(host), QHBoxLayout()
    inner.addWidget(QLabel("1"))
    with pytest.raises(AssertionError, match="first"):
        outer.addLayout(inner)
    added = QHBoxLayout()
    outer.addLayout(added)
    added.addWidget(QLabel("2"))
    assert outer.count() == 1


def test_a_page_that_changed_while_hidden_is_measured_when_it_is_shown(qtbot: QtBot) -> None:
    stack, content, label = QStackedWidget(), QWidget(), Label("Short")
    qtbot.addWidget(stack)
    QVBoxLayout(content).addWidget(label)
    stack.addWidget(Scrolling(content, "Page"))
    stack.addWidget(QWidget())
    stack.resize(300, 200)
    stack.show()
    stack.setCurrentIndex(1)
    before = content.minimumHeight()
    label.setText("Words that need more than one line. " * 40)
    QApplication.processEvents()
    assert content.minimumHeight() == before, "nobody sees it"
    stack.setCurrentIndex(0)
    assert content.minimumHeight() >= label.heightForWidth(label.width()) > 200
