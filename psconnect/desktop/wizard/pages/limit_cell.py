"""A limit in a table: what it is, what the last run came to with a bar of how much of it that used, what is wrong."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from psconnect.desktop.text import number, tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.tokens import SPACE_S
from psconnect.desktop.widgets.label import Label, restyle
from psconnect.desktop.wizard.pages.base import show_text
from psconnect.service import Measure

_BAR, _LEAST = 4, 96


class UsedBar(QWidget):
    """A thin bar from 0 to 1; full and in the colour of a warning where the limit is reached."""

    def __init__(self) -> None:
        super().__init__()
        self.share = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As thin as it is drawn."""
        return QSize(_LEAST // 2, _BAR)

    def show_share(self, share: float) -> None:
        """Show how much is used; 1 and more is all."""
        self.share = share
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The track and what is used of it."""
        c = tokens_in_use()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        room = QRectF(0, (self.height() - _BAR) / 2, self.width(), _BAR)
        painter.setBrush(QColor(c.track))
        painter.drawRoundedRect(room, _BAR / 2, _BAR / 2)
        if self.share > 0:
            room.setWidth(max(_BAR, room.width() * min(1.0, self.share)))
            painter.setBrush(QColor(c.warning if self.share >= 1 else c.muted))
            painter.drawRoundedRect(room, _BAR / 2, _BAR / 2)
        painter.end()


class LimitCell(QWidget):
    """``take`` gets what is typed, ``left`` is called when the field is left."""

    def __init__(self, name: str, take: Callable[[str], object], left: Callable[[], object]) -> None:
        super().__init__()
        self.edit = QLineEdit()
        self.edit.setAccessibleName(name)
        self.edit.setProperty("look", "cell")
        self.edit.setMinimumWidth(_LEAST)
        self._said = ""
        self.edit.textEdited.connect(take)
        self.edit.editingFinished.connect(left)
        self.bar = UsedBar()
        self.figure = Label("", "help", wrap=False)
        self.figure.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.error = Label("", "error")
        self.error.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.edit)
        beside = QHBoxLayout()
        beside.setSpacing(SPACE_S)
        layout.addLayout(beside)
        beside.addWidget(self.bar, 1)
        beside.addWidget(self.figure)
        layout.addWidget(self.error)
        layout.addStretch(1)

    def show_limit(self, text: str, measure: Measure | None, *, known: bool, wrong: bool, held: bool) -> None:
        """Show a limit and what the last run came to; ``known``: whether there was one, ``held``: whether it waits."""
        show_text(self.edit, text)
        if not self.edit.hasFocus():
            self.edit.setCursorPosition(0)
        if bool(self.edit.property("wrong")) != wrong:
            self.edit.setProperty("wrong", wrong)
            restyle(self.edit)
        crossed = bool(measure and measure.crossed)
        count = number(measure.count) if measure else "0" if known else ""
        reached = tr("{count} held", count=count) if held else tr("{count} would wait", count=count)
        self.figure.setText(reached if crossed else count)
        self.figure.set_state("warning" if crossed else "")
        self.figure.setVisible(known)
        self.bar.setVisible(known)
        self.bar.show_share(measure.used if measure else 0.0)
        said = tr("last run {count}", count=count) if known else tr("no run yet")
        self._said = tr("{said}, this limit is reached", said=said) if crossed else said
        self._describe()

    def show_error(self, text: str) -> None:
        """Say under the limit what is wrong with it; an empty text takes it away."""
        if text != self.error.text():
            self.error.setText(text)
            self.error.setVisible(bool(text))
            self._describe()

    def _describe(self) -> None:
        self.edit.setAccessibleDescription(self.error.text() or self._said)
