"""A topic of the help: what it says, steps with something to copy, drawings."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S
from psconnect.desktop.widgets.card import Card, clear, row, wide
from psconnect.desktop.widgets.drawing import ScreenDrawing
from psconnect.desktop.widgets.guide import MenuPills, StepsList, copy_button
from psconnect.desktop.widgets.label import Label
from psconnect.wording.help import HelpPart, HelpTopic, MenuStyle

_NAMES: Mapping[str, str] = {"plugin": "psconnect …", "file": "psconnect-plugin.zip"}
"""What stands for the names that only a connection has."""


class TopicView(Card):
    """One topic at a time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.topic: HelpTopic | None = None
        self._menus: MenuStyle = "new"
        self.summary = Label("", "muted")
        self.heading.show()
        self.pills = MenuPills(self._choose)
        self.body.removeWidget(self.heading)
        self.add(row(wide(self.heading), self.pills))
        self.add(self.summary)
        self._parts = QVBoxLayout()
        self._parts.setSpacing(SPACE_S)
        self.body.addLayout(self._parts)
        self.lists: list[StepsList] = []

    def show_topic(self, topic: HelpTopic) -> None:
        """Show another topic."""
        self.topic = topic
        self.setAccessibleName(topic.title)
        self.heading.setText(topic.title)
        self.summary.setText(topic.summary)
        self.pills.setVisible(any(step.menus for part in topic.parts for step in part.guide))
        self.pills.show_choice(self._menus)
        clear(self._parts)
        self.lists = []
        for part in topic.parts:
            self._show_part(part)
        for drawing in topic.drawings.values():
            self._parts.addWidget(ScreenDrawing(drawing, _NAMES))

    def _show_part(self, part: HelpPart) -> None:
        if part.heading:
            heading = Label(part.heading, "strong")
            heading.setContentsMargins(0, SPACE_L, 0, 0)
            self._parts.addWidget(heading)
        if part.text:
            self._parts.addWidget(Label(part.text))
        for item in part.items:
            self._parts.addWidget(Label(tr("• {hint}", hint=item)))
        for copied in part.copies:
            self._parts.addWidget(row(Label(copied, "table", wrap=False), copy_button(copied, copied), 1))
        if part.guide:
            steps = StepsList()
            steps.show_steps(part, self._menus, _NAMES)
            self.lists.append(steps)
            self._parts.addWidget(steps)

    def _choose(self, menus: MenuStyle) -> None:
        self._menus = menus
        if self.topic:
            self.show_topic(self.topic)
