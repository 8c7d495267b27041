"""What a layout holds, in its order, without ``QLayout.itemAt``.

PySide keeps the wrapper of every item that ``itemAt`` ever returned, thousands in a window that was used for a while,
also after Qt has deleted the item. It then takes whatever Qt puts at that address, a layout for one, for the item that
was there. ``addLayout`` makes such wrappers, too, of everything that is in the added layout by then: so a layout is
added first and filled then. (Seen with PySide 6.11.)
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


def widgets_in(layout: QLayout) -> Iterator[QWidget]:
    """The widgets of a layout and of the layouts within it, in their order."""
    host = layout.parentWidget()
    widgets = host.findChildren(QWidget, options=_DIRECT) if host else []
    inner = [child for child in layout.children() if isinstance(child, QLayout)]
    parts: list[tuple[int, QWidget | QLayout]] = [(layout.indexOf(part), part) for part in widgets]
    parts += [(layout.indexOf(part), part) for part in inner]
    for _place, part in sorted((one for one in parts if one[0] >= 0), key=lambda one: one[0]):
        if isinstance(part, QWidget):
            yield part
        else:
            yield from widgets_in(part)
