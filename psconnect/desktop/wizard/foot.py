"""The foot of the set-up: what is still open on the page, in words, and the ways on beside it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QWidget

from psconnect.desktop.text import counted, tr
from psconnect.desktop.theme.tokens import SPACE_S
from psconnect.desktop.widgets.button import link, primary, secondary
from psconnect.desktop.widgets.label import restyle
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.pages.base import StepPage
from psconnect.desktop.wizard.session import Session


class Foot(QWidget):
    """Buttons and open problems; ``lead`` goes to the first of them."""

    def __init__(
        self,
        *,
        close: Callable[[], object],
        back: Callable[[], object],
        finish: Callable[[], object],
        next: Callable[[], object],  # noqa: A002 - as the button says
        lead: Callable[[], object],
    ) -> None:
        super().__init__()
        self.close_button = link(tr("Save and close"), close)
        self.problems = link("", lead, symbol="warning")
        self.back_button = secondary(tr("Back"), back)
        self.finish_button = secondary(tr("Finish"), finish)
        self.finish_button.setAccessibleDescription(tr("To the summary; what is left out has working defaults."))
        self.next_button = primary(tr("Next"), next)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(self.close_button)
        layout.addStretch(1)
        for button in (self.problems, self.back_button, self.finish_button, self.next_button):
            layout.addWidget(button)
        self._narrow = False
        self.show_session(None, None)

    def set_narrow(self, *, narrow: bool) -> None:
        """Say less on the buttons where there is little room."""
        self._narrow = narrow

    def show_session(self, session: Session | None, page: StepPage | None) -> None:
        """Show the ways on from the page on which the draft stands."""
        after = flow.following(session.draft, session.known) if session else ""
        self.back_button.setVisible(session is not None and session.draft.step != flow.step_keys()[0])
        # Where the next step is the last one, Next leads there.
        ahead = after not in ("", flow.step_keys()[-1])
        self.finish_button.setVisible(session is not None and ahead and flow.may_finish(session.draft))
        self.next_button.setVisible(bool(after))
        if session and after:
            label = flow.spec_of(after).text(session.draft, session.known).label
            said = tr("Next: {step}", step=label)
            self.next_button.setText(tr("Next") if self._narrow else said)
            self.next_button.setAccessibleName(said)
            # One filled button a page: the one that is pressed next.
            self.next_button.set_look("secondary" if page and page.main_button() else "primary")
        self._show_problems(page if after else None)

    def _show_problems(self, page: StepPage | None) -> None:
        """What is wrong where the person has been; otherwise, more quietly, what is still to come."""
        wrong, open_, notices = page.open_needs() if page else (0, 0, 0)
        if wrong:
            text, state = counted(wrong, "{count} to fix on this page", "{count} to fix on this page"), "bad"
        elif open_:
            text, state = counted(open_, "{count} still to fill in", "{count} still to fill in"), "muted"
        else:
            text, state = counted(notices, "{count} to look at", "{count} to look at"), "warning"
        self.problems.setVisible(bool(wrong or open_ or notices))
        self.problems.setText(text)
        if self.problems.property("state") != state:
            self.problems.setProperty("state", state)
            restyle(self.problems)
            self.problems.set_symbol("info" if state == "muted" else "warning", state)
