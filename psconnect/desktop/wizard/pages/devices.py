"""The question what students work on: three answers, and under them what each means for user names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M, SPACE_S
from psconnect.desktop.widgets.card import column
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.pages.choice import ChoiceCard


class DeviceQuestion(QWidget):
    """``choose`` gets the answer: ``chromebooks``, ``other`` or ``mix``."""

    def __init__(self, choose: Callable[[str], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Student devices"))
        self.cards: dict[str, ChoiceCard] = {}
        self._group = QButtonGroup(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_M)
        grid.setVerticalSpacing(SPACE_S)
        grid.addWidget(Label(tr("What do students work on?"), "field"), 0, 0, 1, 3)
        for place, (value, label, line) in enumerate(
            (
                ("chromebooks", tr("Only Chromebooks"), tr("They sign in with their email")),
                ("other", tr("No Chromebooks"), tr("Windows, Mac or iPad")),
                ("mix", tr("A mix of both"), tr("Some of each, or not sure")),
            )
        ):
            card = ChoiceCard(label, line, "", self)
            card.clicked.connect(partial(_chosen, choose, value))
            self._group.addButton(card)
            self.cards[value] = card
            grid.addWidget(card, 1, place)
            grid.setColumnStretch(place, 1)
        self.without = _consequence(tr("No user name needed."))
        self.with_names = _consequence(
            tr(
                "Every student needs a user name in PowerSchool, in Students.Student_Web_ID. Who has none is listed "
                "before the first run, and is not delivered."
            )
        )
        grid.addWidget(self.without, 2, 0)
        grid.addWidget(self.with_names, 2, 1, 1, 2)
        self.unanswered = Label(
            tr("Without an answer, the user name is Students.Student_Web_ID; the requirements decide who needs one."),
            "help",
        )
        grid.addWidget(self.unanswered, 3, 0, 1, 3)

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
