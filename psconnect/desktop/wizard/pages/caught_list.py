"""What the rules of one kind of record let through, and who is caught, with search."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QLineEdit, QProgressBar, QSizePolicy, QWidget

from psconnect.desktop.text import counted, number, tr
from psconnect.desktop.theme.tokens import SPACE_M
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.card import Card, row, wide
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.service import Caught, FilterCounts
from psconnect.wording.records import record_kind

_LEAST_TABLE = 220


class CaughtList(Card):
    """Call ``show_counts``, or ``say`` why there are none; ``act`` is what the button beside a message does."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self.setAccessibleName(tr("Who passes"))
        self.body.setSpacing(SPACE_M)
        self.figure = Label("", "figure")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Share that passes"))
        self.words = Label("", "help")
        self.button = secondary(tr("Read now"), act)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search by name, number or school"))
        self.search.setAccessibleName(tr("Search who is left out"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _text: self._show_rows())
        self.by = QComboBox()
        self.by.setAccessibleName(tr("Left out by"))
        self.by.activated.connect(lambda _place: self._show_rows())
        self._counts: FilterCounts | None = None
        self._headers = [tr("Name"), tr("Number"), tr("School"), tr("Rule")]
        self.model = RowsModel(self._headers, parent=self)
        self.table = Table(self.model, tr("Who is left out"), [0, 70, 84, 56])
        self.table.setMinimumHeight(_LEAST_TABLE)
        self.missing = Label("", "help")
        self.missing.set_state("warning")
        self.missing.hide()
        rest = QWidget()
        rest.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        for part in (
            self.figure,
            self.bar,
            self.words,
            row(self.button, 1),
            self.missing,
            row(wide(self.search), self.by),
            self.table,
        ):
            self.add(part)
        self.add(rest, 1)
        self._rest = rest

    def say(self, heading: str, text: str, *, button: str = "") -> None:
        """Say why nothing is counted."""
        self._counts = None
        self.figure.setText(heading)
        self.figure.set_state("")
        self.words.setText(text)
        self.button.setText(button or tr("Read now"))
        self.button.setVisible(bool(button))
        for part in (self.bar, self.search, self.by, self.table, self.missing):
            part.hide()
        self._rest.show()

    def show_counts(self, counts: FilterCounts, note: str) -> None:
        """Show figures; ``note`` says from when they are."""
        self._counts = counts
        left = counts.total - counts.passing
        self.figure.setText(tr("{passing} of {total} pass", passing=number(counts.passing), total=number(counts.total)))
        self.figure.set_state("good" if counts.passing else "warning")
        self.bar.setMaximum(max(1, counts.total))
        self.bar.setValue(counts.passing)
        said = counted(left, "{count} is left out.", "{count} are left out.") if left else tr("Nobody is left out.")
        more = left > len(counts.caught)
        first = tr("The first {count} are listed.", count=number(len(counts.caught))) if more else ""
        self.words.setText(" ".join(part for part in (said, first, note) if part))
        self.button.hide()
        self._offer_rules(counts)
        self.bar.show()
        for part in (self.search, self.by, self.table):
            part.setVisible(bool(counts.caught))
        self._rest.setVisible(not counts.caught)
        self._show_rows()

    def show_missing(self, text: str) -> None:
        """Say who passes the rules and is left out all the same; an empty text takes it away."""
        self.missing.setText(text)
        self.missing.setVisible(bool(text) and self._counts is not None)

    def _offer_rules(self, counts: FilterCounts) -> None:
        chosen = self.by.currentData()
        self.by.clear()
        self.by.addItem(tr("All rules"), 0)
        for place, rule in enumerate(counts.rules, 1):
            loss = "?" if rule.loss is None else number(rule.loss)
            self.by.addItem(tr("Rule {place}: {loss}", place=place, loss=loss), place)
        self.by.setCurrentIndex(max(0, self.by.findData(chosen)))

    @property
    def shown(self) -> list[Caught]:
        """Who is listed now."""
        words, place = self.search.text().casefold().split(), self.by.currentData() or 0
        found = []
        for one in self._counts.caught if self._counts else ():
            text = f"{one.title} {one.number} {one.school}".casefold()
            if all(word in text for word in words) and place in (0, one.rule):
                found.append(one)
        return found

    def _show_rows(self) -> None:
        rows = [
            [Cell(one.title), Cell(one.number), Cell(one.school), Cell(str(one.rule), tip=one.filter)]
            for one in self.shown
        ]
        if self._counts:
            self.table.setAccessibleName(tr("Left out: {kind}", kind=record_kind(self._counts.entity)))
        self.model.show_rows(rows)
