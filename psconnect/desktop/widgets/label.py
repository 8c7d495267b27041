"""Labels: plain text only, so that a name with markup in it is shown as it is."""

from __future__ import annotations

import html
import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

_LEAST, _LEAST_WRAPPED = 24, 160
_LONG_WORD = 16


class Label(QLabel):
    """A label with a look of the style sheet (``title``, ``heading``, ``strong``, ``muted``, ``help`` …).

    A wrapped one breaks a word that is longer than a line (a name without a space, a path): Qt's own would make the
    whole window as wide as that word.
    """

    def __init__(self, text: str = "", look: str = "body", parent: QWidget | None = None, *, wrap: bool = True) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("look", look)
        self.setWordWrap(wrap)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A minimum width that a long word does not raise."""
        least = super().minimumSizeHint()
        return QSize(min(least.width(), _LEAST_WRAPPED), least.height()) if self.wordWrap() else least

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        """Room for all lines, also for those of a long word."""
        return self._broken_height(width) if self._breaks(width) else super().heightForWidth(width)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the text, within words where they must be broken."""
        if not self._breaks(self.contentsRect().width()):
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.setFont(self.font())
        option = QTextOption(self.alignment())
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        painter.drawText(QRectF(self.contentsRect()), self.text(), option)
        painter.end()

    def _breaks(self, width: int) -> bool:
        if not self.wordWrap():
            return False
        words = (word for word in self.text().split() if len(word) > _LONG_WORD)
        return any(self.fontMetrics().horizontalAdvance(word) > width for word in words)

    def _broken_height(self, width: int) -> int:
        layout = QTextLayout(self.text().replace("\n", "\u2028"), self.font())
        option = QTextOption(self.alignment())
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        height = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            height += line.height()
        layout.endLayout()
        return math.ceil(height)

    def set_state(self, state: str) -> None:
        """Colour it as ``good``, ``warning`` or ``bad``; an empty text removes the colour."""
        self.setProperty("state", state)
        restyle(self)


class ElidedLabel(Label):
    """A label of one line that shortens its text with an ellipsis and then shows it whole on hovering."""

    def __init__(self, text: str = "", look: str = "body", parent: QWidget | None = None) -> None:
        self._tip = ""
        super().__init__(text, look, parent, wrap=False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Narrow enough for any layout."""
        return QSize(_LEAST, super().minimumSizeHint().height())

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show another text."""
        super().setText(text)
        self._show_tip()

    def set_tip(self, tip: str) -> None:
        """Say something on hovering, below the text where that is shortened."""
        self._tip = tip
        self._show_tip()

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
        self._show_tip()

    def _show_tip(self) -> None:
        shortened = self._fitting() != self.text()
        self.setToolTip(plain_tip("\n".join(part for part in (self.text() if shortened else "", self._tip) if part)))

    def _fitting(self) -> str:
        width = self.contentsRect().width()
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, width)


def plain_tip(text: str) -> str:
    """A text for a tool tip, which would take markup in it for markup."""
    return f"<span>{html.escape(text)}</span>" if "<" in text or "&" in text else text


def restyle(widget: QWidget) -> None:
    """Apply the style sheet again to a widget whose property changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()
