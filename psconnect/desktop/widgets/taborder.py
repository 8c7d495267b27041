"""The tab order follows the layout, whatever the order in which widgets were made."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from psconnect.desktop.widgets.layout_parts import widgets_in


def put_in_order(root: QWidget) -> None:
    """Chain everything below ``root`` that the Tab key stops at, in the order in which the layouts show it.

    Pages are filled and filled anew while the window lives; Qt puts whatever is made later at the end of the chain.
    """
    before: QWidget | None = None
    for widget in _in_layout_order(root):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(root):
            if before is not None:
                QWidget.setTabOrder(before, widget)
            before = widget


def first_control(root: QWidget) -> QWidget | None:
    """What the Tab key comes to first below ``root``; None if there is nothing to press."""
    stops = (widget for widget in _in_layout_order(root) if widget is not root)
    return next((one for one in stops if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isVisibleTo(root)), None)


def _in_layout_order(widget: QWidget) -> Iterator[QWidget]:
    yield widget
    seen: set[QWidget] = set()
    inside = [widget.widget()] if isinstance(widget, QScrollArea) else []
    layout = widget.layout()
    for child in [*inside, *(widgets_in(layout) if layout else ())]:
        if child is not None and child not in seen:
            seen.add(child)
            yield from _in_layout_order(child)
    for child in widget.children():
        if isinstance(child, QWidget) and not child.isWindow() and child not in seen:
            yield from _in_layout_order(child)
