"""What is decided about a waiting run: approve it with a reason, or discard it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from psconnect.desktop.pages.exclusions import left_alone_in_words
from psconnect.desktop.text import counted, moment, number, tr
from psconnect.desktop.theme.tokens import SPACE_S
from psconnect.desktop.widgets.button import danger, primary, secondary
from psconnect.desktop.widgets.card import column, row, wide
from psconnect.desktop.widgets.label import Label
from psconnect.model.runs import Run

_REASON_LEAST, _REASON_WIDTH, _NARROW = 230, 320, 720
_BY_CHOICE = ("chosen", "goes-along")
_APPROVABLE = timedelta(hours=24)
"""How long after its planning a run can be approved; the service refuses it later."""


class DecisionBar(QWidget):
    """Approve needs a typed reason; discarding asks once more, in the same place."""

    def __init__(self, on_approve: Callable[[str], object], on_discard: Callable[[], object]) -> None:
        super().__init__()
        self._on_approve = on_approve
        self._open = True
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(tr("Reason, needed to approve"))
        self.reason.setMinimumWidth(_REASON_LEAST)
        self.reason.setMaximumWidth(_REASON_WIDTH)
        self.reason.setAccessibleName(tr("Reason for the approval"))
        self.reason.setAccessibleDescription(tr("It is kept in the history. Approving needs one."))
        self.approve_button = primary(tr("Approve"), self._approve)
        self.discard_button = danger(tr("Discard this run"), lambda: self._ask(asked=True))
        self.applies, self.note = Label("", "strong", wrap=False), Label("", "help")
        for label in (self.applies, self.note):
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._told = column(self.applies, self.note, spacing=0)
        self._beside, self._above = QVBoxLayout(), QVBoxLayout()
        self._beside.addWidget(self._told)
        room = QWidget()
        room.setLayout(self._beside)
        self._beside.setContentsMargins(0, 0, 0, 0)
        self.confirm_button = danger(tr("Discard"), on_discard)
        self.keep_button = secondary(tr("Keep it waiting"), lambda: self._ask(asked=False))
        question = Label(tr("Give up this plan? Nothing will be delivered; the next run makes a new plan."), "strong")
        self._stack = QStackedWidget()
        self._stack.addWidget(row(self.discard_button, wide(room), self.reason, self.approve_button))
        self._stack.addWidget(row(wide(question), self.keep_button, self.confirm_button))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addLayout(self._above)
        layout.addWidget(self._stack)
        self.reason.textChanged.connect(self._reason_changed)
        self.reason.returnPressed.connect(self._approve)

    def show_run(self, run: Run, now: datetime, *, busy: bool = False) -> None:
        """Say what an approval of the run would be for, and until when; a reason that was typed stays.

        ``busy`` while another run of the connection goes on: then nothing can be decided.
        """
        changes = sum(counts.total for counts in run.changes.values())
        until = run.planned + _APPROVABLE if run.planned else now
        rehearsal = run.kind == "rehearsal"
        self._open = run.delivers and now <= until and not rehearsal and not busy
        self._ask(asked=False, focus=False)
        self.discard_button.setEnabled(not busy)
        if busy:
            note = tr("A run of this connection is going on. When it has ended, you can decide about this one.")
        elif rehearsal:
            note = tr("A rehearsal is only to be looked at; it can’t be approved.")
        elif not run.delivers:
            note = tr("Nothing is left to approve.")
        elif now > until:
            note = tr("It has waited for more than 24 hours. Press “Check again” first.")
        elif not changes:
            note = tr("Approving delivers the roster as it is; possible until {until}.", until=moment(until, now))
        else:
            note = tr("possible until {until}", until=moment(until, now))
        # What a person excluded is counted above; what an undo leaves alone needs a word.
        aside = left_alone_in_words({why: n for why, n in run.set_aside.items() if why not in _BY_CHOICE})
        self.note.setText(tr("{note}; {aside}", note=note, aside=aside) if aside else note)
        left = sum(run.set_aside.values())
        applies = counted(changes, "Applies exactly 1 change", "Applies exactly {count} changes")
        if left:
            total = counted(changes + left, "1 change", "{count} changes")
            applies = tr("Applies {count} of {total}", count=number(changes), total=total)
        self.applies.setText(applies)
        self.applies.setVisible(bool(changes) and self._open)
        for widget in (self.reason, self.approve_button):
            widget.setVisible(not rehearsal)
        self.reason.setEnabled(self._open)
        self._reason_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """What an approval applies stands above the buttons where there is no room beside them."""
        super().resizeEvent(event)
        (self._above if self.width() < _NARROW else self._beside).addWidget(self._told)

    def forget_reason(self) -> None:
        """Forget what was typed for an earlier run."""
        self.reason.clear()

    def _reason_changed(self) -> None:
        self.approve_button.setEnabled(self._open and bool(self.reason.text().strip()))
        self.approve_button.setToolTip("" if self.approve_button.isEnabled() else tr("Type a reason first"))

    def _approve(self) -> None:
        if self._open and self.reason.text().strip():
            self._on_approve(self.reason.text().strip())

    def _ask(self, *, asked: bool, focus: bool = True) -> None:
        self._stack.setCurrentIndex(1 if asked else 0)
        if focus:
            (self.keep_button if asked else self.discard_button).setFocus()
