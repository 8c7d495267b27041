"""The question what students work on: three answers, and under them what each means for user names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QSizePolicy, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M, SPACE_S
from psconnect.desktop.widgets.card import column
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.pages.choice import ChoiceCard

_LEAST, _NARROW = 240, 620
"""Of the question, and the width below which the answers stand one below the other."""


class DeviceQuestion(QWidget):
    """``choose`` gets the answer: ``chromebooks``, ``other`` or ``mix``."""

    def __init__(self, choose: Callable[[str], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Student devices"))
        self.cards: dict[str, ChoiceCard] = {}
        self._group = QButtonGroup(self)
        for value, label, line in (
            ("chromebooks", tr("Only Chromebooks"), tr("They sign in with their email")),
            ("other", tr("No Chromebooks"), tr("Windows, Mac or iPad")),
            ("mix", tr("A mix of both"), tr("Some of each, or not sure")),
        ):
            card = ChoiceCard(label, line, "", self)
            card.clicked.connect(partial(_chosen, choose, value))
            self._group.addButton(card)
            self.cards[value] = card
        self.without = _consequence(tr("No user name needed."))
        self.with_names = _consequence(
            tr(
                "Every student needs a user name in PowerSchool, in Students.Student_Web_ID. Who has none is listed "
                "before the first run, and is not delivered."
            )
        )
        self.unanswered = Label(
            tr("Without an answer, the user name is Students.Student_Web_ID; the requirements decide who needs one."),
            "help",
        )
        self._question = Label(tr("What do students work on?"), "field")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_M)
        self._grid.setVerticalSpacing(SPACE_S)
        # Narrower than the answers side by side: else there would never be too little room for them.
        self.setMinimumWidth(_LEAST)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._narrow: bool | None = None
        self._arrange(narrow=False)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Show the answers side by side where there is room."""
        super().resizeEvent(event)
        self._arrange(narrow=event.size().width() < _NARROW)

    def _arrange(self, *, narrow: bool) -> None:
        if narrow == self._narrow:
            return
        self._narrow = narrow
        chromebooks, other, mix = self.cards.values()
        places: dict[QWidget, tuple[int, int, int, int]] = (
            {chromebooks: (1, 0, 1, 3), self.without: (2, 0, 1, 3), other: (3, 0, 1, 3), mix: (4, 0, 1, 3)}
            | {self.with_names: (5, 0, 1, 3), self.unanswered: (6, 0, 1, 3)}
            if narrow
            else {chromebooks: (1, 0, 1, 1), other: (1, 1, 1, 1), mix: (1, 2, 1, 1), self.without: (2, 0, 1, 1)}
            | {self.with_names: (2, 1, 1, 2), self.unanswered: (3, 0, 1, 3)}
        )
        for widget, where in ({self._question: (0, 0, 1, 3)} | places).items():
            self._grid.removeWidget(widget)
            self._grid.addWidget(widget, *where)
        for place in range(3):
            self._grid.setColumnStretch(place, 1)

    def show_answer(self, value: str) -> None:
        """Show which answer was given."""
        # While the group lets only one be chosen, none of them can be let go.
        self._group.setExclusive(False)
        for name, card in self.cards.items():
            card.setChecked(name == value)
        self._group.setExclusive(True)
        self.unanswered.setHidden(bool(value))


def _consequence(text: str) -> QWidget:
    label = Label(text, "table")
    holder = column(label, 1)
    holder.setProperty("look", "consequence")
    holder.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    holder.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
    return holder


def _chosen(choose: Callable[[str], object], value: str, _on: bool = True) -> None:  # noqa: FBT001, FBT002 - Qt's signal
    choose(value)
