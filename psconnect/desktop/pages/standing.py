"""The table of what stands in the other system: read - left out + added = delivered, and each leads to its records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView

from psconnect.desktop.text import entity_label, number, tr
from psconnect.desktop.widgets.card import Card, row, wide
from psconnect.desktop.widgets.chip import Chip
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.model.entities import BY_KEY, FIRST_DERIVED
from psconnect.model.reconciled import Reconciled, altogether
from psconnect.model.record_list import Figure
from psconnect.model.runs import ChangeCounts
from psconnect.wording.figures import added_in_words
from psconnect.wording.run_sentence import signed

OnFigure = Callable[[str, Figure], object]
_FIGURES: tuple[Figure | None, ...] = (None, "read", "left_out", "added", "delivered", "changed")
"""What each column leads to."""
_WIDTHS = [0, 64, 70, 64, 82, 72]
_HEADING_PADDING, _MARGIN, _AROUND_CHANGE, _MOST_OF_CHANGE = 15, 12, 26, 190


class FigureTable(Table):
    """A table whose figures lead to their records: a click, or Enter in the cell the arrow keys lead to."""

    def __init__(self, model: RowsModel, name: str, on_cell: Callable[[int, int], object]) -> None:
        super().__init__(model, name, _WIDTHS)
        self._on_cell = on_cell
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setProperty("look", "figures")
        self.setMouseTracking(True)
        self.clicked.connect(lambda index: on_cell(index.row(), index.column()))
        self.entered.connect(self._point)

    def set_width(self, place: int, width: int) -> None:
        """Give a column so many pixels, or as many as its heading needs: six columns share a narrow window."""
        header = self.horizontalHeader()
        heading = str(self.model().headerData(place, Qt.Orientation.Horizontal) or "")
        header.resizeSection(place, max(width, header.fontMetrics().horizontalAdvance(heading) + _HEADING_PADDING))

    def fit_changes(self, texts: Sequence[str]) -> None:
        """Give the last column room for the longest of these, in the bold of a total."""
        longest = max((self.fontMetrics().horizontalAdvance(text) for text in texts), default=0)
        self.set_width(len(_WIDTHS) - 1, max(_WIDTHS[-1], min(longest + _AROUND_CHANGE, _MOST_OF_CHANGE)))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter opens the current figure."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._on_cell(self.currentIndex().row(), self.currentIndex().column())
            return
        super().keyPressEvent(event)

    def _point(self, index: QModelIndex) -> None:
        leads = index.column() > 0 and bool(index.data())
        self.setCursor(Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.ArrowCursor)


class StandingCard(Card):
    """What stands in the other system, kind by kind."""

    def __init__(self, on_figure: OnFigure | None = None) -> None:
        super().__init__(tr("What stands in the other system"))
        self._on_figure = on_figure
        self._keys: list[str] = []
        self._leads = True
        self.lines: list[list[Cell]] = []
        margins = self.body.contentsMargins()
        self.body.setContentsMargins(_MARGIN, margins.top(), _MARGIN, margins.bottom())
        self.body.removeWidget(self.heading)
        self.when = Label("", "muted", wrap=False)
        self.still = Chip()
        self.add(row(wide(self.heading), self.when, self.still))
        headers = [tr("Records"), tr("Read"), tr("− Left out"), tr("+ Added"), tr("= Delivered"), tr("Change")]
        self.model = RowsModel(headers, frozenset({1, 2, 3, 4, 5}), self)
        self.table = FigureTable(self.model, tr("What stands in the other system"), self._open)
        self.add(self.table)
        self.note = Label("", "help")
        self.add(self.note)
        self.body.addStretch(1)

    def show_rows(
        self,
        heading: str,
        rows: Mapping[str, Reconciled],
        changes: Mapping[str, ChangeCounts],
        *,
        counted: bool = True,
        total: bool = False,
        note: str = "",
        leads: bool = True,
    ) -> None:
        """Show these figures; without ``counted``, only what is delivered is known. ``total`` adds a line of sums.

        ``leads`` tells whether the records behind the figures are known: those of the newest reading are.
        """
        self._leads = leads
        self.table.setMouseTracking(leads)
        self.heading.setText(heading)
        self.table.setAccessibleName(heading)
        self._keys = list(rows)
        self.lines = lines = [
            _line(entity_label(key), one, _derived(key), changes.get(key), counted) for key, one in rows.items()
        ]
        if total and rows:
            lines.append(_line(tr("All records"), altogether(rows.values()), False, _sum(changes), counted))  # noqa: FBT003
        self.model.show_rows(lines)
        self.table.fit_changes([line[-1].text for line in lines])
        self.table.fit_rows()
        told = added_in_words(rows) if counted else ""
        if rows and not counted:
            told = tr("An older version delivered this; the next sync counts what was read and left out.")
        self.note.setText(" ".join(filter(None, (told, note))))
        self.note.setVisible(bool(self.note.text()))

    def _open(self, place: int, column: int) -> None:
        figure = _FIGURES[column]
        cell = self.model.index(place, column).data()
        if figure and self._leads and self._on_figure and 0 <= place < len(self._keys) and cell not in ("", "0", "–"):
            self._on_figure(self._keys[place], figure)


def _derived(key: str) -> bool:
    return key in BY_KEY and BY_KEY[key].rank >= FIRST_DERIVED


def _sum(changes: Mapping[str, ChangeCounts]) -> ChangeCounts:
    found = list(changes.values())
    return ChangeCounts(sum(c.create for c in found), sum(c.update for c in found), sum(c.remove for c in found))


def _line(label: str, one: Reconciled, derived: bool, changes: ChangeCounts | None, counted: bool) -> list[Cell]:  # noqa: FBT001
    read = "" if derived else number(one.read) if counted else "–"
    left = "" if derived else number(one.left_out) if counted else "–"
    # The figures tell of the run that took records over, also where the changes are those of a later one.
    adopted = one.adopted if changes and one.adopted <= changes.create else 0
    changed = signed(changes, adopted) if changes and changes.total else ""
    right = partial(Cell, right=True)
    return [
        Cell(label),
        right(read),
        right(left, state="accent" if counted and one.left_out else "muted"),
        right(number(one.added) if counted and one.added else ""),
        right(number(one.delivered), strong=True),
        right(changed or tr("no change"), state="" if changed else "muted"),
    ]
