"""The pages of a connection's settings: their names one below the other, a rail of icons in a narrow window."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M, SPACE_XL
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.page import Scrolling
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.flow import State
from psconnect.desktop.wizard.pages.base import StepPage
from psconnect.desktop.wizard.session import Session
from psconnect.desktop.wizard.step_button import StepButton
from psconnect.desktop.wizard.step_list import waiting_words

_WIDTH, _RAIL, _NARROW = 232, 52, 820
"""Of the list, of the rail with the scroll bar it has in a low window, and of both with the page: below, the rail."""


class SettingsPages(QWidget):
    """``show_pages`` first; ``entered`` tells the page that is shown now."""

    entered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.buttons: dict[str, StepButton] = {}
        self._pages: dict[str, StepPage] = {}
        self._areas: dict[str, Scrolling] = {}
        self._group = QButtonGroup(self)
        self._narrow, self._entered = False, ""
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self._side = QScrollArea()
        self._side.setProperty("look", "clear")
        self._side.setWidgetResizable(True)
        self._side.setFrameShape(QScrollArea.Shape.NoFrame)
        self._side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._side.setAccessibleName(tr("Pages of the settings"))
        names = QWidget()
        names.setLayout(self._list)
        self._side.setWidget(names)
        self._stack = QStackedWidget()
        # The rail has no words: what is open says so above it.
        self._shown = Label("", "heading")
        self._across = QHBoxLayout(self)
        self._across.setContentsMargins(0, 0, 0, 0)
        self._across.addWidget(self._side)
        right = QVBoxLayout()
        right.setSpacing(SPACE_M)
        self._across.addLayout(right, 1)
        right.addWidget(self._shown)
        right.addWidget(self._stack, 1)
        self._set_narrow(narrow=False)

    @property
    def step(self) -> str:
        """The step whose page is shown; empty for none."""
        shown = self._stack.currentWidget()
        return next((step for step, area in self._areas.items() if area is shown), "")

    def show_pages(self, pages: list[StepPage]) -> None:
        """Take these pages in the place of those before, and show the same step again, or else the first."""
        before = self.step
        self._clear()
        for place, page in enumerate(pages, 1):
            label = page.heading().label
            page.setProperty("look", "page")
            area = Scrolling(page, label)
            self._stack.addWidget(area)
            button = StepButton(place, symbol=flow.spec_of(page.step).symbol)
            button.setCheckable(True)
            button.set_narrow(narrow=self._narrow)
            button.clicked.connect(partial(self._press, page.step))
            self._group.addButton(button)
            self._list.addWidget(button)
            self.buttons[page.step], self._areas[page.step], self._pages[page.step] = button, area, page
        self._list.addStretch(1)
        if pages:
            self.open(before or pages[0].step)

    def open(self, step: str) -> None:
        """Show the page of a step; who is on it already enters nothing."""
        self._stack.setCurrentWidget(self._areas[step])
        self.buttons[step].setChecked(True)
        if step != self._entered:
            self._entered = step
            self.entered.emit(self._pages[step])

    def show_session(self, session: Session) -> None:
        """Mark where something is missing; what the other choices leave nothing to ask for goes out of sight."""
        draft, known = session.draft, session.known
        for step, button in self.buttons.items():
            spec = flow.spec_of(step)
            needs = flow.needs_of(draft, known, step)
            current = step == self.step
            state = State.ATTENTION if needs and not current else State.CURRENT if current else State.DONE
            button.setHidden(not spec.applies(draft, known))
            label = spec.text(draft, known).label
            if current:
                self._shown.setText(label)
            button.show_state(label, state, *waiting_words(needs, State.ATTENTION))

    def shows(self, step: str) -> bool:
        """Whether a step is in the list."""
        return step in self.buttons and not self.buttons[step].isHidden()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Show icons alone where there is little room."""
        super().resizeEvent(event)
        narrow = event.size().width() < _NARROW
        if narrow != self._narrow:
            self._set_narrow(narrow=narrow)

    def _set_narrow(self, *, narrow: bool) -> None:
        self._narrow = narrow
        self._shown.setVisible(narrow)
        self._side.setFixedWidth(_RAIL if narrow else _WIDTH)
        self._across.setSpacing(SPACE_L if narrow else SPACE_XL)
        for button in self.buttons.values():
            button.set_narrow(narrow=narrow)

    def _press(self, step: str, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's signal
        self.open(step)

    def _clear(self) -> None:
        for button in self.buttons.values():
            self._group.removeButton(button)
            button.hide()
            button.deleteLater()
        for area in self._areas.values():
            self._stack.removeWidget(area)
            area.deleteLater()
        while self._list.takeAt(0):
            pass
        self.buttons, self._areas, self._pages, self._entered = {}, {}, {}, ""
