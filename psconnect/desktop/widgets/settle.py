"""Lay out at once what Qt would lay out step by step, painting between the steps."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget

from psconnect.desktop.widgets.layout_parts import widgets_in


def settle_layout(widget: QWidget) -> None:
    """Show what was added to a widget's layouts, and lay it out from the inside out.

    Left alone, Qt shows an added widget and hands a changed height from a layout to the one around it by one posted
    event each. A frame that is painted between two of them shows squeezed text.
    """
    layout = widget.layout()
    if layout is None:
        return
    for part in widgets_in(layout):
        if part.isHidden() and not part.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
            part.show()
        if not part.isHidden():
            settle_layout(part)
    # What a layout remembers of its parts' heights may be older than their fonts, which come with being shown.
    for inner in (*reversed(layout.findChildren(QLayout)), layout):
        inner.invalidate()
        inner.activate()
