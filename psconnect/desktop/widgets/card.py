"""Cards, lines and rows: the frames that pages are laid out in."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M, SPACE_S
from psconnect.desktop.widgets.label import Label

_CARD_MARGIN = 20


class Card(QFrame):
    """A white frame with an optional heading; add widgets with ``add``."""

    def __init__(self, heading: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(_CARD_MARGIN, SPACE_L, _CARD_MARGIN, SPACE_L)
        self.body.setSpacing(SPACE_S)
        self.heading = Label(heading, "heading")
        if not heading:
            self.heading.hide()
        self.body.addWidget(self.heading)
        if heading:
            self.setAccessibleName(heading)

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        """Put a widget below what is there."""
        self.body.addWidget(widget, stretch)


def line(parent: QWidget | None = None) -> QFrame:
    """A hairline."""
    made = QFrame(parent)
    made.setProperty("look", "line")
    made.setFrameShape(QFrame.Shape.NoFrame)
    return made


def row(*parts: QWidget | int, spacing: int = SPACE_M, parent: QWidget | None = None) -> QWidget:
    """Widgets side by side; a number is a stretch of that weight."""
    return _box(QHBoxLayout(), parts, spacing, parent)


def column(*parts: QWidget | int, spacing: int = SPACE_S, parent: QWidget | None = None) -> QWidget:
    """Widgets one below the other; a number is a stretch of that weight."""
    return _box(QVBoxLayout(), parts, spacing, parent)


def _box(layout: QBoxLayout, parts: tuple[QWidget | int, ...], spacing: int, parent: QWidget | None) -> QWidget:
    made = QWidget(parent)
    made.setLayout(layout)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for part in parts:
        if isinstance(part, int):
            layout.addStretch(part)
        elif isinstance(layout, QHBoxLayout):
            layout.addWidget(part, 1 if part.property("wide") else 0, Qt.AlignmentFlag.AlignVCenter)
        else:
            layout.addWidget(part)
    return made


def wide(widget: QWidget) -> QWidget:
    """Let a widget take the room that is left in a ``row``."""
    widget.setProperty("wide", True)  # noqa: FBT003 - Qt's signature
    return widget


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and let it go."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item else None
        if widget:
            widget.hide()
            widget.deleteLater()
