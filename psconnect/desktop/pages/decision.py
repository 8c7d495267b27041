"""What is decided about a waiting run: approve it with a reason, or discard it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from psconnect.desktop.text import counted, tr
from psconnect.desktop.theme.tokens import CONTROL_HEIGHT
from psconnect.desktop.widgets.button import danger, primary, secondary
from psconnect.desktop.widgets.card import row, wide
from psconnect.desktop.widgets.label import ElidedLabel, Label

_REASON_LEAST, _REASON_WIDTH = 150, 300


class DecisionBar(QWidget):
    """Approve needs a typed reason; discarding asks once more, in the same place."""

    def __init__(self, on_approve: Callable[[str], object], on_discard: Callable[[], object]) -> None:
        super().__init__()
        self._on_approve = on_approve
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(tr("Reason, kept in the history"))
        self.reason.setMinimumWidth(_REASON_LEAST)
        self.reason.setMaximumWidth(_REASON_WIDTH)
        self.reason.setAccessibleName(tr("Reason for the approval"))
        self.reason.setAccessibleDescription(tr("It is kept in the history. Approving needs one."))
        self.approve_button = primary(tr("Approve"), self._approve)
        self.discard_button = danger(tr("Discard this run"), lambda: self._ask(asked=True))
        self._note = ElidedLabel("", "muted")
        self.confirm_button = danger(tr("Discard"), on_discard)
        self.keep_button = secondary(tr("Keep it waiting"), lambda: self._ask(asked=False))
        question = Label(tr("Give up this plan? Nothing will be delivered; the next run makes a new plan."), "strong")
        self._stack = QStackedWidget()
        self._stack.addWidget(row(self.discard_button, wide(self._note), wide(self.reason), self.approve_button))
        self._stack.addWidget(row(wide(question), self.keep_button, self.confirm_button))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self.setMaximumHeight(2 * CONTROL_HEIGHT)
        self.reason.textChanged.connect(self._reason_changed)
        self.reason.returnPressed.connect(self._approve)

    def reset(self, *, changes: int) -> None:
        """Begin anew for a plan with that many changes."""
        self.reason.clear()
        self._ask(asked=False, focus=False)
        self._note.setText(
            counted(changes, "Approves exactly this 1 change.", "Approves exactly these {count} changes.")
        )
        self._reason_changed()

    def _reason_changed(self) -> None:
        self.approve_button.setEnabled(bool(self.reason.text().strip()))
        self.approve_button.setToolTip("" if self.approve_button.isEnabled() else tr("Type a reason first"))

    def _approve(self) -> None:
        if self.reason.text().strip():
            self._on_approve(self.reason.text().strip())

    def _ask(self, *, asked: bool, focus: bool = True) -> None:
        self._stack.setCurrentIndex(1 if asked else 0)
        if focus:
            (self.keep_button if asked else self.discard_button).setFocus()
