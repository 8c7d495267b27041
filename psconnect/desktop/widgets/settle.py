"""Lay out at once what Qt would lay out step by step, painting between the steps."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget


def settle_layout(widget: QWidget) -> None:
    """Show what was added to a widget's layouts, and lay it out from the inside out.

    Left alone, Qt shows an added widget and hands a changed height from a layout to the one around it by one posted
    event each. A frame that is painted between two of them shows squeezed text.
    """
    layout = widget.layout()
    if layout is not None:
        _settle_items(layout)
        # What a layout remembers of its parts' heights may be older than their fonts, which come with being shown.
        layout.invalidate()
        layout.activate()


def _settle_items(layout: QLayout) -> None:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        inner, widget = (item.layout(), item.widget()) if item else (None, None)
        if inner is not None:
            _settle_items(inner)
        if widget is not None:
            if widget.isHidden() and not widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
                widget.show()
            if not widget.isHidden():
                settle_layout(widget)
