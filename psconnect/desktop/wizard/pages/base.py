"""What all pages share: they show the draft, say under each field what it still needs, and change the draft."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.proving import StartProofs
from psconnect.desktop.theme.tokens import SPACE_L
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import plain_tip
from psconnect.desktop.widgets.page import Scrolling
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.session import Session
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.spec import StepText
from psconnect.wording.vendor_words import hint_for

_BELOW = 96
"""Pixels that stay in sight around a control that is led to: its error stands below it."""


@dataclass(frozen=True)
class PagePlace:
    """Where a page stands.

    Attributes:
        step: key of its step.
        session: what is typed, and what can be done.
        bridge: the way to worker threads.
        go: opens another step; None where there is no way offered to another one.
        save: saves what is typed, with a wish: ``save``, ``preview``, ``sync``, ``users`` or ``courses``.
        proving: tries scheduled starts; None where nothing is saved yet.
    """

    step: str
    session: Session
    bridge: Bridge
    go: Callable[[str], object] | None = None
    save: Callable[[str], object] | None = None
    proving: StartProofs | None = None


class StepPage(QWidget):
    """One step's controls, without title and frame.

    An error shows under its field once the person has left the field, or wanted to go on: not while the first letter
    is typed. ``needs_shown`` tells that what the page says of its needs may have changed.
    """

    needs_shown = Signal()

    def __init__(self, place: PagePlace) -> None:
        super().__init__()
        self.step, self.session, self.bridge = place.step, place.session, place.bridge
        self.rows: dict[str, FormRow] = {}
        self._marked: dict[str, tuple[QWidget, str]] = {}
        self._seen: set[str] = set()
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(SPACE_L)

    def show_draft(self) -> None:
        """Show what the draft says; called after every change of it."""
        raise NotImplementedError

    def heading(self) -> StepText:
        """The page's title and the sentence why it is asked."""
        session = self.session
        return flow.spec_of(self.step).text(session.draft, session.known)

    def open_needs(self) -> tuple[int, int, int]:
        """How many needs are shown as wrong, how many are still to come, and how many are notices."""
        needs = self.session.needs(self.step)
        blocking = [need for need in needs if need.blocks]
        wrong = sum(need.field in self._seen for need in blocking)
        return wrong, len(blocking) - wrong, len(needs) - len(blocking)

    def entered(self) -> None:
        """The page was opened: what must be read for it is read now."""

    def left(self) -> None:
        """The page was left or closed: what it waits for is no longer wanted."""

    def first_field(self) -> QWidget:
        """The control that takes the focus when the page opens."""
        return next(iter(self.rows.values())).field

    def main_button(self) -> QPushButton | None:
        """The page's own filled button, which Enter presses; None where *Next* is what one does next."""
        return None

    def line(
        self,
        key: str,
        label: str,
        take: Callable[[str], None],
        *,
        help: str = "",  # noqa: A002 - as in FormRow
        example: str = "",
        control: Callable[[QLineEdit], QWidget] | None = None,
    ) -> QLineEdit:
        """A line of text whose needs are those of ``key``; ``take`` gets what is typed."""
        edit = QLineEdit()
        edit.setPlaceholderText(example)
        edit.textEdited.connect(take)
        edit.editingFinished.connect(lambda: self.seen(key))
        self.rows[key] = FormRow(label, edit, help=help, control=control(edit) if control else None)
        return edit

    def mark(self, key: str, control: QWidget) -> None:
        """Let *Find a setting* lead to a control that is not in ``rows``, and let vendors' words describe it."""
        if isinstance(control, FormRow):
            self._marked[key] = control, ""
        else:
            self._marked[key] = control, control.accessibleDescription()

    def control_of(self, key: str) -> QWidget | None:
        """The control of a setting by its key on this page; None where the page has none of that name."""
        found = self.rows[key] if key in self.rows else self._marked.get(key, (None, ""))[0]
        return found.field if isinstance(found, FormRow) else found

    def lead_to(self, key: str) -> QWidget:
        """Bring a setting into view and focus it; the page's first control where it has none of that name."""
        control = self.control_of(key) or self.first_field()
        control.setFocus(Qt.FocusReason.TabFocusReason)
        self._bring_into_view(self.rows.get(key, control))
        return control

    def seen(self, key: str) -> None:
        """The person has left the field: from now on it says what it needs."""
        self._seen.add(key)
        self.show_needs()

    def reveal(self) -> QWidget | None:
        """Say under every field what it needs; the first control that blocks, or None."""
        blocking = [need for need in self.session.needs(self.step) if need.blocks]
        self._seen |= {need.field for need in blocking}
        self.show_needs()
        for need in blocking:
            if need.field in self.rows:
                self._bring_into_view(self.rows[need.field])
                # Below a long table, the error is in sight only once the page knows its new height.
                QTimer.singleShot(0, self, partial(self._bring_into_view, self.rows[need.field].error_label))
                return self.rows[need.field].field
        return None

    @property
    def area(self) -> Scrolling | None:
        """What the page scrolls in, once it is shown in it."""
        around = self.parentWidget()
        while around and not isinstance(around, Scrolling):
            around = around.parentWidget()
        return around if isinstance(around, Scrolling) else None

    def _bring_into_view(self, row: QWidget) -> None:
        """Scroll to a field that wants something: Qt does that for Tab alone."""
        if self.area:
            self.area.fit()
            self.area.ensureWidgetVisible(row, 0, _BELOW)

    def focus_on(self, control: QWidget) -> None:
        """Lead to what is wrong: focused and in sight, with what is said under it."""
        control.setFocus(Qt.FocusReason.TabFocusReason)
        if not any(row.isAncestorOf(control) for row in self.rows.values()):
            # A part that was just opened has its place only once the page knows its new height.
            QTimer.singleShot(0, control, partial(self._bring_into_view, control))

    def show_needs(self) -> None:
        """Bring the errors under the fields up to date."""
        texts = {need.field: need.text for need in self.session.needs(self.step) if need.blocks}
        for key, row in self.rows.items():
            wanted = texts.get(key, "") if key in self._seen else ""
            if row.error != wanted:
                row.set_error(wanted)
        self._show_hints()
        self.needs_shown.emit()

    def _show_hints(self) -> None:
        """Say under each setting what the vendor of the chosen preset calls it."""
        preset = self.session.draft.of(ConnectPart).preset
        for key, row in self.rows.items():
            row.set_hint(hint_for(f"{self.step}.{key}", preset))
        for key, (control, own) in self._marked.items():
            hint = hint_for(f"{self.step}.{key}", preset)
            if isinstance(control, FormRow):
                control.set_hint(hint)
            else:
                control.setToolTip(plain_tip(hint))
                control.setAccessibleDescription("\n".join(part for part in (own, hint) if part))


def show_text(edit: QLineEdit, text: str) -> None:
    """Put a text into a field without moving the cursor of who types it."""
    if edit.text() != text:
        edit.setText(text)


def in_order(first: QWidget, *others: QWidget) -> None:
    """Let Tab go through these controls in this order."""
    for other in others:
        QWidget.setTabOrder(first, other)
        first = other
