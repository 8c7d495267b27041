"""Numbered steps from the help, to be ticked off or only read, with something to copy, and drawings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_M, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import Button, link
from psconnect.desktop.widgets.card import Card, clear, column, line, row, wide
from psconnect.desktop.widgets.drawing import ScreenDrawing
from psconnect.desktop.widgets.label import Label
from psconnect.wording.help import GuideStep, HelpPart, HelpTopic, MenuStyle, help_topic, steps_for

_NUMBER_WIDTH = 20
_TOP = Qt.AlignmentFlag.AlignTop


def copy_button(text: str, about: str) -> Button:
    """A link that copies a text and says that it did."""

    def copy() -> None:
        QGuiApplication.clipboard().setText(text)
        button.setText(tr("Copied"))

    button = link(tr("Copy"), copy, name=tr("Copy: {what}", what=about), symbol="copy")
    return button


class StepLine(QWidget):
    """One step: its number, what to do, a note or warning, and *Copy*; with ``on_tick`` it can be ticked."""

    def __init__(
        self, place: int, step: GuideStep, names: Mapping[str, str], on_tick: Callable[[bool], object] | None = None
    ) -> None:
        super().__init__()
        self.step = step
        text = step.do.format(**names)
        self.label = Label(text, "table")
        self.box: QCheckBox | None = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, SPACE_XS, 0, SPACE_XS)
        layout.setSpacing(SPACE_S)
        if on_tick:
            self.box = QCheckBox()
            self.box.setAccessibleName(tr("Step {place}: {what}", place=place, what=text))
            self.box.clicked.connect(lambda on: on_tick(bool(on)))  # a partial would be called without it
            layout.addWidget(self.box, 0, _TOP)
        number = Label(str(place), "strong", wrap=False)
        number.setFixedWidth(_NUMBER_WIDTH)
        layout.addWidget(number, 0, _TOP)
        words = [self.label]
        if step.note:
            words.append(Label(step.note.format(**names), "help"))
        self.warning = Label(step.warning.format(**names), "help")
        if step.warning:
            self.warning.set_state("warning")
            words.append(self.warning)
        layout.addWidget(column(*words, spacing=SPACE_XS), 1)
        self.copy_button: Button | None = None
        if step.copy:
            copied = step.copy.format(**names)
            self.copy_button = copy_button(copied, copied)
            layout.addWidget(self.copy_button, 0, _TOP)

    def set_ticked(self, *, on: bool) -> None:
        """Show whether the step is done."""
        if self.box:
            self.box.setChecked(on)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """The text ticks as well."""
        if (
            self.box
            and event.button() == Qt.MouseButton.LeftButton
            and self.rect().contains(event.position().toPoint())
        ):
            self.box.click()


class MenuPills(QWidget):
    """Which menus PowerSchool has; ``on_choose`` gets ``new`` or ``classic``."""

    def __init__(self, on_choose: Callable[[MenuStyle], object]) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        group = QButtonGroup(self)
        self.buttons: dict[str, Button] = {}
        choices: tuple[tuple[MenuStyle, str], ...] = (("new", tr("Newer menus")), ("classic", tr("Classic menus")))
        for key, text in choices:
            pill = Button(text, partial(on_choose, key), look="pill")
            pill.setCheckable(True)
            pill.setAccessibleDescription(tr("Which menus your PowerSchool has; newer ones came in 2024."))
            group.addButton(pill)
            layout.addWidget(pill)
            self.buttons[key] = pill

    def show_choice(self, menus: str) -> None:
        """Show which is chosen."""
        for key, pill in self.buttons.items():
            pill.setChecked(key == menus)


class StepsList(QWidget):
    """The steps of a part of a topic, with a line between them; ``on_tick`` gets a step's place, from 0."""

    def __init__(self, on_tick: Callable[[int, bool], object] | None = None) -> None:
        super().__init__()
        self._on_tick = on_tick
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.lines: list[StepLine] = []
        self._shown: tuple[object, ...] = ()

    def show_steps(self, part: HelpPart, menus: MenuStyle, names: Mapping[str, str]) -> None:
        """Show the steps for these menus; they are built anew only if they differ."""
        steps = steps_for(part, menus)
        shown = (tuple(steps), tuple(names.items()))
        if shown == self._shown:
            return
        self._shown = shown
        clear(self._layout)
        self.lines = []
        for place, step in enumerate(steps):
            if place:
                self._layout.addWidget(line())
            tick = partial(self._on_tick, place) if self._on_tick else None
            self.lines.append(StepLine(place + 1, step, names, tick))
            self._layout.addWidget(self.lines[-1])


class InstallGuide(Card):
    """The install guide: numbered steps for both navigations, to be ticked, with a drawing of the one that is next.

    It holds nothing itself: ``on_tick`` and ``on_menus`` tell what was done, ``show_state`` shows it.
    """

    def __init__(
        self,
        on_tick: Callable[[int, bool], object],
        on_menus: Callable[[MenuStyle], object],
        on_help: Callable[[], object] | None = None,
        *,
        heading: str = "",
    ) -> None:
        super().__init__(heading or tr("Install it in PowerSchool"))
        self._topic: HelpTopic = help_topic("install-plugin")
        self.menus = MenuPills(on_menus)
        self.steps = StepsList(on_tick)
        self.body.removeWidget(self.heading)
        self.add(row(wide(self.heading), self.menus))
        self.add(self.steps)
        self.drawings = QVBoxLayout()
        self.body.addLayout(self.drawings)
        self._drawn: tuple[object, ...] = ()
        hint = Label(tr("No such menu? You need an account in Security Group 9."), "help")
        self.help_link = link(tr("Help with these steps"), on_help, symbol="help")
        self.help_link.setVisible(on_help is not None)
        self.add(row(wide(hint), self.help_link, spacing=SPACE_M))

    @property
    def count(self) -> int:
        """How many steps there are: as many for both navigations."""
        return len(steps_for(self._topic.parts[0], "new"))

    def show_state(self, menus: MenuStyle, ticked: Collection[int], names: Mapping[str, str]) -> None:
        """Show the steps for these menus; ``names`` are those of the ``plugin`` and of the ``file``."""
        self.menus.show_choice(menus)
        self.steps.show_steps(self._topic.parts[0], menus, names)
        for place, shown in enumerate(self.steps.lines):
            shown.set_ticked(on=place in ticked)
        left = (shown.step.drawing for place, shown in enumerate(self.steps.lines) if place not in ticked)
        self._draw(next(left, ""), names)

    def _draw(self, key: str, names: Mapping[str, str]) -> None:
        if (key, *names.values()) == self._drawn:
            return
        self._drawn = (key, *names.values())
        clear(self.drawings)
        if key:
            self.drawings.addWidget(Label(tr("It looks like this:"), "help"))
            self.drawings.addWidget(ScreenDrawing(self._topic.drawings[key], names))
