"""Tabs of entities, each with the number of its open problems; what does not fit is under *More*."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from psconnect.desktop.text import counted, entity_label, tr
from psconnect.desktop.theme.tokens import SPACE_XS
from psconnect.desktop.widgets.button import Button

_LEFT, _RIGHT = Qt.Key.Key_Left, Qt.Key.Key_Right


@dataclass(frozen=True)
class EntityTab:
    """An entity; ``problems`` block, ``note`` is a word beside its name where it is not delivered."""

    key: str
    problems: int = 0
    included: bool = True

    @property
    def text(self) -> str:
        """What the tab shows."""
        label = entity_label(self.key)
        if not self.included:
            return tr("{entity}, not included", entity=label)
        return f"{label} ({self.problems})" if self.problems else label

    @property
    def said(self) -> str:
        """What a screen reader says of it."""
        problems = counted(self.problems, "{count} problem", "{count} problems")
        return tr("{tab}, {problems}", tab=entity_label(self.key), problems=problems) if self.problems else self.text


class EntityTabs(QWidget):
    """Calls ``on_choose`` with the key of the entity that was chosen."""

    def __init__(self, on_choose: Callable[[str], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._on_choose = on_choose
        self._tabs: tuple[EntityTab, ...] = ()
        self._group = QButtonGroup(self)
        self.buttons: dict[str, Button] = {}
        self.current = ""
        self.more = Button(tr("More"), look="tab")
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE_XS)
        self._layout.addWidget(self.more)
        self._layout.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Kinds of records"))

    def show_tabs(self, tabs: Sequence[EntityTab], current: str) -> None:
        """Show these, with one of them as the current one."""
        if [one.key for one in tabs] != list(self.buttons):
            self._make(tabs)
        self._tabs, self.current = tuple(tabs), current
        for one in tabs:
            button = self.buttons[one.key]
            if button.text() != one.text:
                button.setText(one.text)
            button.setAccessibleName(one.said)
            state = "bad" if one.problems else "" if one.included else "muted"
            button.set_state(state)
            button.setChecked(one.key == current)
        self._fit()

    def _make(self, tabs: Sequence[EntityTab]) -> None:
        for button in self.buttons.values():
            self._group.removeButton(button)
            self._layout.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = {}
        for place, one in enumerate(tabs):
            button = Button(one.text, partial(self._on_choose, one.key), look="tab", parent=self)
            button.setCheckable(True)
            self._group.addButton(button)
            self._layout.insertWidget(place, button)
            self.buttons[one.key] = button

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put under *More* what does not fit."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show the tabs that fit, the current one among them, and the others in the menu."""
        widths = {one.key: self.buttons[one.key].sizeHint().width() + SPACE_XS for one in self._tabs}
        room = self.width()
        shown = [one.key for one in self._tabs]
        if sum(widths.values()) > room:
            room -= self.more.sizeHint().width() + SPACE_XS
            shown, used = [], widths.get(self.current, 0)
            for one in self._tabs:
                if one.key == self.current:
                    shown.append(one.key)
                elif used + widths[one.key] <= room:
                    used += widths[one.key]
                    shown.append(one.key)
        hidden = [one for one in self._tabs if one.key not in shown]
        for one in self._tabs:
            self.buttons[one.key].setVisible(one.key in shown)
        self.more.setVisible(bool(hidden))
        named: Mapping[str, Callable[[], object]] = {one.text: partial(self._on_choose, one.key) for one in hidden}
        if hidden and list(named) != self.more.property("entries"):
            self.more.setProperty("entries", list(named))
            self.more.add_menu(list(named.items()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Left and right go from tab to tab."""
        keys = [one.key for one in self._tabs]
        if event.key() in (_LEFT, _RIGHT) and self.current in keys:
            step = 1 if event.key() == _RIGHT else -1
            wanted = keys[(keys.index(self.current) + step) % len(keys)]
            self._on_choose(wanted)
            self.buttons[wanted].setFocus(Qt.FocusReason.TabFocusReason)
            return
        super().keyPressEvent(event)
