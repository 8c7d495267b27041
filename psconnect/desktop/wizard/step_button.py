"""One step in the list at the side, drawn: its mark, its name, and what is open on it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme import tokens as t
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.icons import pixmap
from psconnect.desktop.theme.tokens import SPACE_S, Tokens
from psconnect.desktop.widgets.label import plain_tip
from psconnect.desktop.wizard.flow import State

_HEIGHT, _LEAST_HEIGHT, _MARK, _ICON, _GAP = 38, 30, 20, 14, 10


class StepButton(QPushButton):
    """One step; pressed, it opens the step if that was reached before.

    With a ``symbol`` it is a page of the settings: the icon stands for the number, and says nothing of how far it is.
    """

    def __init__(self, place: int, parent: QWidget | None = None, *, symbol: str = "") -> None:
        super().__init__(parent)
        self.place, self._symbol = place, symbol
        self.state = State.NOT_YET
        self._waiting, self._blocks, self._narrow = "", False, False
        self.setFlat(True)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.show_state("", State.NOT_YET)

    def set_narrow(self, *, narrow: bool) -> None:
        """Show the mark alone."""
        self._narrow = narrow
        self._show_tip()
        self.update()

    def show_state(self, label: str, state: State, waiting: str = "", blocks: bool = False) -> None:  # noqa: FBT001, FBT002 - as the list has them
        """Show the step's name, how far it is, and what is open on it in two words."""
        self.state, self._waiting, self._blocks = state, waiting, blocks
        self.setText(label)
        closed = state in (State.NOT_YET, State.NOT_NEEDED)
        self.setEnabled(not closed)
        word = waiting if state == State.ATTENTION and waiting else _word(state)
        if self._symbol:
            self.setAccessibleName(tr("{page}: {state}", page=label, state=waiting) if waiting else label)
        else:
            self.setAccessibleName(tr("Step {place}, {step}: {state}", place=self.place, step=label, state=word))
        self.setCursor(Qt.CursorShape.ArrowCursor if closed else Qt.CursorShape.PointingHandCursor)
        self._show_tip()
        self.update()

    def _show_tip(self) -> None:
        said = tr("{step}: {state}", step=self.text(), state=self._waiting or _word(self.state))
        said = self.accessibleName() if self._symbol else said
        self.setToolTip(plain_tip(said) if self._narrow else "")

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A comfortable height; the list gives the width."""
        return QSize(_MARK + 2 * SPACE_S, _HEIGHT)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Lower in a low window: all steps stay in sight."""
        return QSize(_MARK + 2 * SPACE_S, _LEAST_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Ground of the current step, mark, name, what is open, focus."""
        c = tokens_in_use()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        current = self.state == State.CURRENT
        ground = c.accent_ground if current else c.track if self.underMouse() and self.isEnabled() else None
        painter.setPen(QPen(QColor(c.accent), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(room, t.RADIUS_CONTROL, t.RADIUS_CONTROL)
        if self._symbol and self.state != State.ATTENTION:
            self._paint_symbol(painter, c.accent if current else c.muted)
        else:
            self._paint_mark(painter, c)
        if not self._narrow:
            self._paint_words(painter, c)
        painter.end()

    def _paint_words(self, painter: QPainter, c: Tokens) -> None:
        left, middle = SPACE_S + _MARK + _GAP, int(Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(self._font(t.SMALL))
        waiting = painter.fontMetrics().horizontalAdvance(self._waiting) + SPACE_S if self._waiting else 0
        colour = c.bad if self._blocks else c.warning if self.state == State.ATTENTION else c.muted
        painter.setPen(QColor(colour))
        right = self.rect().adjusted(0, 0, -SPACE_S, 0)
        painter.drawText(right, middle | int(Qt.AlignmentFlag.AlignRight), self._waiting)
        current = self.state == State.CURRENT
        room = self.width() - left - SPACE_S - waiting
        # Rather smaller than cut: fonts differ in width from one system to the next.
        for size in range(t.BODY, t.SMALL - 1, -1):
            painter.setFont(self._font(size, bold=current))
            if painter.fontMetrics().horizontalAdvance(self.text()) <= room:
                break
        painter.setPen(QColor(c.accent if current else c.text if self.isEnabled() else c.muted))
        shown = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(self.rect().adjusted(left, 0, 0, 0), middle, shown)

    def _font(self, size: int, *, bold: bool = False) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(size)
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        return font

    @property
    def _mark_room(self) -> QRectF:
        left = (self.width() - _MARK) / 2 if self._narrow else SPACE_S
        return QRectF(left, (self.height() - _MARK) / 2, _MARK, _MARK)

    def _paint_symbol(self, painter: QPainter, colour: str) -> None:
        place = self._mark_room.topLeft()
        painter.drawPixmap(place, pixmap(self._symbol, colour, _MARK, self.devicePixelRatioF()))

    def _paint_mark(self, painter: QPainter, c: Tokens) -> None:
        wrong = (c.bad, c.bad_ground, c.bad) if self._blocks else (c.warning, c.warning_ground, c.warning)
        edge, ground, ink = {
            State.DONE: (c.good, c.good_ground, c.good),
            State.CURRENT: (c.accent, c.accent, c.on_accent),
            State.ATTENTION: wrong,
            State.NOT_YET: (c.muted, "transparent", c.muted),
            State.NOT_NEEDED: (c.line, "transparent", c.muted),
        }[self.state]
        circle = self._mark_room
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(ground))
        painter.drawEllipse(circle)
        if self.state == State.DONE:
            inside = (_MARK - _ICON) / 2
            place = circle.adjusted(inside, inside, 0, 0).topLeft()
            painter.drawPixmap(place, pixmap("check", ink, _ICON, self.devicePixelRatioF()))
            return
        painter.setFont(self._font(t.SMALL, bold=True))
        painter.setPen(QColor(ink))
        shown = {State.ATTENTION: "!", State.NOT_NEEDED: "–"}.get(self.state, str(self.place))
        painter.drawText(circle, int(Qt.AlignmentFlag.AlignCenter), shown)


def _word(state: State) -> str:
    words = {
        State.DONE: tr("done"),
        State.CURRENT: tr("current step"),
        State.ATTENTION: tr("needs attention"),
        State.NOT_YET: tr("not yet"),
        State.NOT_NEEDED: tr("not needed"),
    }
    return words[state]
