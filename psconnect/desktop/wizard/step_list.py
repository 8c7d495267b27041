"""The list of steps at the side: number or mark, name, and the state in words for who can't see the mark."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme import tokens as t
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.icons import pixmap
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Tokens
from psconnect.desktop.widgets.card import row
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.flow import State
from psconnect.desktop.wizard.session import Session

_WIDTH, _HEIGHT, _MARK, _ICON, _BRAND = 212, 38, 20, 14, 18


class StepButton(QPushButton):
    """One step; pressed, it opens the step if that was reached before."""

    def __init__(self, place: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place = place
        self.state = State.NOT_YET
        self.setFlat(True)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_state("", State.NOT_YET)

    def show_state(self, label: str, state: State) -> None:
        """Show the step's name and how far it is."""
        self.state = state
        self.setText(label)
        closed = state in (State.NOT_YET, State.NOT_NEEDED)
        self.setEnabled(not closed)
        words = tr("Step {place}, {step}: {state}", place=self.place, step=label, state=_word(state))
        self.setAccessibleName(words)
        self.setToolTip(tr("Needs attention") if state == State.ATTENTION else "")
        self.setCursor(Qt.CursorShape.ArrowCursor if closed else Qt.CursorShape.PointingHandCursor)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The whole width of the list."""
        return QSize(_WIDTH - 2 * SPACE_M, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Ground of the current step, mark, name, focus."""
        c = tokens_in_use()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        current = self.state == State.CURRENT
        ground = c.accent_ground if current else c.track if self.underMouse() and self.isEnabled() else None
        painter.setPen(QPen(QColor(c.accent), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(room, t.RADIUS_CONTROL, t.RADIUS_CONTROL)
        self._paint_mark(painter, c)
        font = QFont(self.font())
        font.setPixelSize(t.BODY)
        font.setWeight(QFont.Weight.DemiBold if current else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(QColor(c.accent if current else c.text if self.isEnabled() else c.muted))
        left = SPACE_S + _MARK + 10
        shown = painter.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width() - left - SPACE_S
        )
        painter.drawText(self.rect().adjusted(left, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()

    def _paint_mark(self, painter: QPainter, c: Tokens) -> None:
        edge, ground, ink = {
            State.DONE: (c.good, c.good_ground, c.good),
            State.CURRENT: (c.accent, c.accent, c.on_accent),
            State.ATTENTION: (c.warning, c.warning_ground, c.warning),
            State.NOT_YET: (c.muted, "transparent", c.muted),
            State.NOT_NEEDED: (c.line, "transparent", c.muted),
        }[self.state]
        circle = QRectF(SPACE_S, (self.height() - _MARK) / 2, _MARK, _MARK)
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(ground))
        painter.drawEllipse(circle)
        if self.state == State.DONE:
            inside = (_MARK - _ICON) / 2
            place = circle.adjusted(inside, inside, 0, 0).topLeft()
            painter.drawPixmap(place, pixmap("check", ink, _ICON, self.devicePixelRatioF()))
            return
        font = QFont(self.font())
        font.setPixelSize(t.SMALL)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        shown = {State.ATTENTION: "!", State.NOT_NEEDED: "–"}.get(self.state, str(self.place))
        painter.drawText(circle, int(Qt.AlignmentFlag.AlignCenter), shown)


class StepList(QWidget):
    """All steps; ``go`` opens one."""

    def __init__(self, title: str, go: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName(tr("Steps"))
        self._mark = QLabel()
        self._mark.setFixedSize(QSize(_BRAND, _BRAND))
        self._colour()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, 20, SPACE_M, SPACE_L)
        layout.setSpacing(0)
        brand = row(self._mark, Label(title, "brand", wrap=False), 1, spacing=SPACE_S)
        brand.setContentsMargins(SPACE_S, 0, 0, SPACE_L)
        layout.addWidget(brand)
        self.buttons: dict[str, StepButton] = {}
        for place, step in enumerate(flow.step_keys(), 1):
            button = StepButton(place)
            button.clicked.connect(partial(_press, go, step))
            self.buttons[step] = button
            layout.addWidget(button)
        layout.addStretch(1)
        note = Label(tr("Saved as you go. Close the window at any time and carry on later."), "help")
        note.setContentsMargins(SPACE_S, 0, SPACE_XS, 0)
        layout.addWidget(note)

    def show_session(self, session: Session) -> None:
        """Show how far each step is."""
        for step, button in self.buttons.items():
            label = flow.spec_of(step).text(session.draft, session.known).label
            button.show_state(label, flow.step_state(session.draft, session.known, step))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Colour the mark anew when light and dark change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_mark"):
            self._colour()

    def _colour(self) -> None:
        self._mark.setPixmap(pixmap("square", tokens_in_use().accent, _BRAND, self.devicePixelRatioF()))


def _press(go: Callable[[str], None], step: str, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's signal
    go(step)


def _word(state: State) -> str:
    words = {
        State.DONE: tr("done"),
        State.CURRENT: tr("current step"),
        State.ATTENTION: tr("needs attention"),
        State.NOT_YET: tr("not yet"),
        State.NOT_NEEDED: tr("not needed"),
    }
    return words[state]
