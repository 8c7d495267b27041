"""Dates that wait for a person: seasons with a first and a last day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QDateEdit, QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import Button, link
from psconnect.desktop.widgets.card import clear, column, row
from psconnect.desktop.widgets.label import Label

Season = tuple[str, str]
_DAYS = 13


class SeasonList(QWidget):
    """``take`` gets all seasons after each change; ``today`` is where a new one begins."""

    def __init__(self, take: Callable[[tuple[Season, ...]], object], today: Callable[[], str]) -> None:
        super().__init__()
        self._take, self._today = take, today
        self._seasons: tuple[Season, ...] = ()
        self._shown = -1
        self.edits: list[tuple[QDateEdit, QDateEdit]] = []
        self.errors: list[Label] = []
        self.add_button = link(tr("Dates"), self._add, symbol="plus", name=tr("Add dates that wait for you"))
        self.none = Label(tr("None: a run never waits because of its date."), "help")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(SPACE_S)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(row(Label(tr("Dates that wait for you"), "heading"), 1, self.add_button))
        layout.addWidget(self.none)
        layout.addLayout(self._lines)

    def show_seasons(self, seasons: Sequence[Season]) -> None:
        """Show these."""
        self._seasons = tuple(seasons)
        if len(self._seasons) != self._shown:
            self._build()
        for (first, until), edits in zip(self._seasons, self.edits, strict=True):
            for text, edit in zip((first, until), edits, strict=True):
                day = QDate.fromString(text, Qt.DateFormat.ISODate)
                if edit.date() != day:
                    edit.setDate(day)
        self.none.setVisible(not self._seasons)

    def show_errors(self, texts: Mapping[int, str]) -> None:
        """Say under a season what is wrong with it."""
        for number, label in enumerate(self.errors):
            label.setText(texts.get(number, ""))
            label.setVisible(number in texts)

    def _build(self) -> None:
        clear(self._lines)
        self.edits, self.errors = [], []
        self._shown = len(self._seasons)
        for number, (first, until) in enumerate(self._seasons):
            edits = (self._edit(number, 0, first), self._edit(number, 1, until))
            drop = Button("", partial(self._drop, number), look="link", symbol="cross")
            drop.setAccessibleName(tr("Take these dates out: {number}", number=number + 1))
            error = Label("", "error")
            error.hide()
            self._lines.addWidget(column(row(*edits, drop, 1, spacing=SPACE_S), error, spacing=SPACE_XS))
            self.edits.append(edits)
            self.errors.append(error)

    def _edit(self, number: int, place: int, text: str) -> QDateEdit:
        edit = QDateEdit(QDate.fromString(text, Qt.DateFormat.ISODate))
        edit.setCalendarPopup(True)
        edit.setDisplayFormat("yyyy-MM-dd")
        which = tr("First day") if place == 0 else tr("Last day")
        edit.setAccessibleName(tr("{which} of season {number}", which=which, number=number + 1))
        edit.dateChanged.connect(partial(self._change, number, place))
        return edit

    def _change(self, number: int, place: int, day: QDate) -> None:
        text = str(day.toString(Qt.DateFormat.ISODate))
        season = self._seasons[number]
        changed = (text, season[1]) if place == 0 else (season[0], text)
        if changed != season:
            self._take(tuple(changed if at == number else one for at, one in enumerate(self._seasons)))

    def _add(self) -> None:
        first = QDate.fromString(self._today(), Qt.DateFormat.ISODate)
        until = str(first.addDays(_DAYS).toString(Qt.DateFormat.ISODate))
        self._take((*self._seasons, (self._today(), until)))
        if self.edits:
            self.edits[-1][0].setFocus()

    def _drop(self, number: int) -> None:
        self._take(tuple(one for at, one in enumerate(self._seasons) if at != number))
        self.add_button.setFocus()
