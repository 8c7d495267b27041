"""What a layout holds is asked without leaving wrappers behind: with thousands of them, deleting pages crashed."""

from __future__ import annotations

import gc

from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QLayoutItem, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from psconnect.desktop.widgets.layout_parts import widgets_in
from tests.desktop.conftest import OpenWindow, settled
from tests.support.demo import Connected


def kept_items() -> int:
    """How many items of layouts PySide keeps a wrapper of."""
    gc.collect()
    return sum(isinstance(one, QLayoutItem) and not isinstance(one, QLayout) for one in gc.get_objects())


def test_widgets_come_in_the_order_of_the_layouts(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    first, second, third, fourth = (QLabel(text) for text in "1234")
    outer, inner = QVBoxLayout(host), QHBoxLayout()
    outer.addWidget(fourth)
    inner.addWidget(second)
    inner.addStretch(1)
    inner.addWidget(third)
    outer.insertLayout(0, inner)
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
    kept = kept_items()
    open_and_leave()
    open_and_leave()
    # Pages go a moment after they were left.
    qtbot.waitUntil(lambda: kept_items() <= kept)
