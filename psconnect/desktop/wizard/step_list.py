"""The list of steps at the side: how far each is, by shape, word and colour; a rail of marks in a narrow window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from psconnect.desktop.text import counted, tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.icons import pixmap
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import link
from psconnect.desktop.widgets.card import row
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.flow import State
from psconnect.desktop.wizard.session import Session
from psconnect.desktop.wizard.step_button import StepButton
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.spec import Need

_WIDTH, _RAIL, _BRAND = 248, 56, 18


class StepList(QWidget):
    """All steps; ``go`` opens one, and ``on_help`` the help with the step that is shown."""

    def __init__(
        self, title: str, go: Callable[[str], None], on_help: Callable[[], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._title = title
        self.setProperty("look", "side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Steps"))
        self._mark = QLabel()
        self._mark.setFixedSize(QSize(_BRAND, _BRAND))
        self._colour()
        self._brand = ElidedLabel(title, "brand")
        layout = QVBoxLayout(self)
        layout.setSpacing(0)
        self._head = row(self._mark, self._brand, spacing=SPACE_S)
        layout.addWidget(self._head)
        self.buttons: dict[str, StepButton] = {}
        for place, step in enumerate(flow.step_keys(), 1):
            button = StepButton(place)
            button.clicked.connect(partial(_press, go, step))
            self.buttons[step] = button
            layout.addWidget(button)
        layout.addStretch(1)
        self.help_button = link(tr("Help with this step"), on_help, symbol="help")
        layout.addWidget(self.help_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._note = Label(tr("Saved as you go. Leave at any time and carry on from the start screen."), "help")
        self._note.setContentsMargins(SPACE_S, SPACE_XS, SPACE_XS, 0)
        layout.addWidget(self._note)
        self._narrow = True
        self.set_narrow(narrow=False)

    def set_narrow(self, *, narrow: bool) -> None:
        """Show the marks alone, or the names beside them."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self.setFixedWidth(_RAIL if narrow else _WIDTH)
        layout = self.layout()
        if layout:
            side = SPACE_S if narrow else SPACE_M
            layout.setContentsMargins(side, 20, side, SPACE_L)
        self._head.setContentsMargins((_RAIL - _BRAND) // 2 - SPACE_S if narrow else SPACE_S, 0, 0, SPACE_L)
        for widget in (self._brand, self._note):
            widget.setHidden(narrow)
        self.help_button.setText("" if narrow else tr("Help with this step"))
        self.help_button.setAccessibleName(tr("Help with this step"))
        self.help_button.setToolTip(tr("Help with this step") if narrow else "")
        for button in self.buttons.values():
            button.set_narrow(narrow=narrow)

    def show_session(self, session: Session) -> None:
        """Show how far each step is, and what the connection is called."""
        draft, known = session.draft, session.known
        name = draft.of(ConnectPart).name.strip()
        self._brand.setText(name or self._title)
        for step, button in self.buttons.items():
            label = flow.spec_of(step).text(draft, known).label
            state = flow.step_state(draft, known, step)
            button.show_state(label, state, *waiting_words(flow.needs_of(draft, known, step), state))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Colour the mark anew when light and dark change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_mark"):
            self._colour()

    def _colour(self) -> None:
        self._mark.setPixmap(pixmap("square", tokens_in_use().accent, _BRAND, self.devicePixelRatioF()))


def waiting_words(needs: list[Need], state: State) -> tuple[str, bool]:
    """What is open on a step in two words, and whether the connection can't be saved without it."""
    if state == State.NOT_NEEDED:
        return tr("not needed"), False
    if state != State.ATTENTION or not needs:
        return "", False
    blocking = sum(need.blocks for need in needs)
    if blocking:
        return counted(blocking, "{count} to fix", "{count} to fix"), True
    return counted(len(needs), "{count} to look at", "{count} to look at"), False


def _press(go: Callable[[str], None], step: str, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's signal
    go(step)
