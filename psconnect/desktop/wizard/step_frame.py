"""The frame of a step's page: its title, why it is asked, and in a narrow window the names of all steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from psconnect.desktop.text import tr
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.pages.base import StepPage


class StepFrame(ScrollPage):
    """``go`` opens another step, from the menu that stands in for the list of names."""

    whole_subtitle = True

    def __init__(self, page: StepPage, go: Callable[[str], object]) -> None:
        super().__init__("")
        self._page, self._go = page, go
        self.menu_button = secondary("")
        self.menu_button.hide()
        self.buttons.addWidget(self.menu_button)
        self._offered: list[str] = []
        self.body.addWidget(page, 1)
        self.show_session(narrow=False)

    def show_session(self, *, narrow: bool) -> None:
        """Show the title as it is now."""
        heading = self._page.heading()
        if (self.title.text(), self.subtitle.text()) != (heading.title, heading.why):
            self.set_title(heading.title, heading.why)
        self.menu_button.setVisible(narrow)
        if narrow:
            self._offer_steps()

    def _offer_steps(self) -> None:
        session, keys = self._page.session, flow.step_keys()
        draft, known = session.draft, session.known
        offered = [step for step in keys if flow.may_jump(draft, known, step)]
        place = keys.index(self._page.step) + 1
        self.menu_button.setText(tr("Step {place} of {steps}", place=place, steps=len(keys)))
        if offered != self._offered:
            self._offered = offered
            labels = [(step, flow.spec_of(step).text(draft, known).label) for step in offered]
            self.menu_button.add_menu([(label, partial(self._go, step)) for step, label in labels])
