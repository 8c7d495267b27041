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
from psconnect.desktop.wizard.flow import State, Step
from psconnect.desktop.wizard.session import Session

_WIDTH, _HEIGHT, _MARK, _ICON, _BRAND = 248, 38, 20, 14, 18
_WORDS = {
    State.DONE: "done",
    State.CURRENT: "current step",
    State.ATTENTION: "needs attention",
    State.NOT_YET: "not yet",
}


class StepButton(QPushButton):
    """One step; pressed, it opens the step if that was reached before."""

    def __init__(self, step: Step, place: int, parent: QWidget | None = None) -> None:
        super().__init__(tr(flow.TEXTS[step].label), parent)
        self.step, self.place = step, place
        self.state = State.NOT_YET
        self.setFlat(True)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_state(State.NOT_YET)

    def show_state(self, state: State) -> None:
        """Show how far the step is."""
        self.state = state
        self.setEnabled(state != State.NOT_YET)
        words = tr("Step {place}, {step}: {state}", place=self.place, step=self.text(), state=tr(_WORDS[state]))
        self.setAccessibleName(words)
        self.setToolTip(tr("Needs attention") if state == State.ATTENTION else "")
        self.setCursor(Qt.CursorShape.ArrowCursor if state == State.NOT_YET else Qt.CursorShape.PointingHandCursor)
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
        painter.setPen(QColor(c.accent if current else c.muted if self.state == State.NOT_YET else c.text))
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
        shown = "!" if self.state == State.ATTENTION else str(self.place)
        painter.drawText(circle, int(Qt.AlignmentFlag.AlignCenter), shown)


class StepList(QWidget):
    """All steps; ``go`` opens one."""

    def __init__(self, title: str, go: Callable[[Step], None], parent: QWidget | None = None) -> None:
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
        self.buttons: dict[Step, StepButton] = {}
        for place, step in enumerate(flow.STEPS, 1):
            button = StepButton(step, place)
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
            button.show_state(flow.state_of(session.draft, session.known, step))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Colour the mark anew when light and dark change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_mark"):
            self._colour()

    def _colour(self) -> None:
        self._mark.setPixmap(pixmap("square", tokens_in_use().accent, _BRAND, self.devicePixelRatioF()))


def _press(go: Callable[[Step], None], step: Step, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's signal
    go(step)
