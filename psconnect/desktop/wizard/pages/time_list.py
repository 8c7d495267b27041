"""Times of day, each typed in a small field, with a button to take it out, and one to add another."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from PySide6.QtWidgets import QLineEdit, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import CONTROL_HEIGHT
from psconnect.desktop.widgets.button import Button, link
from psconnect.desktop.widgets.card import row
from psconnect.desktop.widgets.flow_row import FlowRow
from psconnect.desktop.widgets.label import restyle
from psconnect.desktop.wizard.pages.base import show_text
from psconnect.desktop.wizard.steps.schedule import clock_typed

_WIDTH = 76
_HALF_A_DAY = 12


class TimeList(FlowRow):
    """``take`` gets all texts after each change; ``left`` is called when one was typed."""

    def __init__(self, take: Callable[[tuple[str, ...]], object], left: Callable[[], object]) -> None:
        super().__init__()
        self._take, self._left = take, left
        self._texts: tuple[str, ...] = ()
        self.edits: list[QLineEdit] = []
        self.drops: list[Button] = []
        self.add_button = self._adding()
        self._build()

    def show_texts(self, texts: tuple[str, ...]) -> None:
        """Show these."""
        rebuild = len(texts) != len(self.edits)
        self._texts = texts
        if rebuild:
            self._build()
        for edit, text in zip(self.edits, texts, strict=True):
            show_text(edit, text)

    def mark_wrong(self, wrong: Collection[int]) -> None:
        """Colour these; the first of them takes the focus when the list is led to."""
        for place, edit in enumerate(self.edits):
            edit.setProperty("wrong", place in wrong)
            restyle(edit)
        first = min(wrong, default=0)
        self.setFocusProxy(self.edits[first] if self.edits else self.add_button)

    def _build(self) -> None:
        self.edits = [self._edit(place, text) for place, text in enumerate(self._texts)]
        self.drops = [self._drop_button(place) for place in range(len(self._texts))]
        pairs: list[QWidget] = [row(edit, drop, spacing=0) for edit, drop in zip(self.edits, self.drops, strict=True)]
        self.add_button = self._adding()
        self.show_widgets([*pairs, self.add_button])
        self.mark_wrong(())

    def _adding(self) -> Button:
        button = link(tr("Time"), self._add, symbol="plus", name=tr("Add a time"))
        button.setMinimumHeight(CONTROL_HEIGHT)
        return button

    def _edit(self, place: int, text: str) -> QLineEdit:
        edit = QLineEdit(text)
        edit.setFixedWidth(_WIDTH)
        edit.setPlaceholderText("05:30")
        edit.setAccessibleName(tr("Time {number}", number=place + 1))
        edit.textEdited.connect(partial(self._change, place))
        edit.editingFinished.connect(partial(self._leave, place))
        return edit

    def _drop_button(self, place: int) -> Button:
        return Button(
            "",
            partial(self._drop, place),
            look="link",
            symbol="cross",
            name=tr("Take time {number} out", number=place + 1),
        )

    def _change(self, place: int, text: str) -> None:
        self._take(tuple(text if at == place else one for at, one in enumerate(self._texts)))

    def _leave(self, place: int) -> None:
        """Write what was meant as it is shown everywhere."""
        if place < len(self._texts):
            meant = clock_typed(self._texts[place])
            if meant and meant != self._texts[place]:
                self._change(place, meant)
            self._left()

    def _add(self) -> None:
        """One more: twelve hours after the first one where that is free, because twice a day is what most want."""
        first = clock_typed(self._texts[0]) if self._texts else ""
        second = f"{(int(first[:2]) + _HALF_A_DAY) % 24:02}{first[2:]}" if first else ""
        self._take((*self._texts, "" if second in self._texts else second))
        if self.edits:
            self.edits[-1].setFocus()
            self.edits[-1].selectAll()

    def _drop(self, place: int) -> None:
        self._take(tuple(one for at, one in enumerate(self._texts) if at != place))
        self.add_button.setFocus()
