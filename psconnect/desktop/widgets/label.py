"""Labels: plain text only, so that a name with markup in it is shown as it is."""

from __future__ import annotations

import html

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

_LEAST = 24


class Label(QLabel):
    """A label with a look of the style sheet (``title``, ``heading``, ``strong``, ``muted``, ``help`` …)."""

    def __init__(self, text: str = "", look: str = "body", parent: QWidget | None = None, *, wrap: bool = True) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("look", look)
        self.setWordWrap(wrap)

    def set_state(self, state: str) -> None:
        """Colour it as ``good``, ``warning``, ``bad``, or with an empty text as it was."""
        self.setProperty("state", state)
        restyle(self)


class ElidedLabel(Label):
    """A label of one line that shortens its text with an ellipsis and then shows it whole on hovering."""

    def __init__(self, text: str = "", look: str = "body", parent: QWidget | None = None) -> None:
        super().__init__(text, look, parent, wrap=False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Narrow enough for any layout."""
        return QSize(_LEAST, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw as much as fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.setFont(self.font())
        painter.drawText(self.contentsRect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), self._fitting())
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Offer the whole text on hovering only when it is shortened."""
        super().resizeEvent(event)
        self.setToolTip(plain_tip(self.text()) if self._fitting() != self.text() else "")

    def _fitting(self) -> str:
        width = self.contentsRect().width()
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, width)


def plain_tip(text: str) -> str:
    """A text for a tool tip, which would take markup in it for markup."""
    return f"<span>{html.escape(text)}</span>" if "<" in text or "&" in text else text


def restyle(widget: QWidget) -> None:
    """Let the style sheet look again at a widget whose property changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()
