"""All runs of a connection, newest first; Enter opens a run."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.pages.compared import ComparedCard
from psconnect.desktop.sentences import changes_in_words, would_in_words
from psconnect.desktop.text import counted, duration, exact, moment, number, scope_word, state_word, tr, trigger_word
from psconnect.desktop.widgets.card import Card, row
from psconnect.desktop.widgets.chip import run_colour, run_word
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.widgets.sparkline import Sparkline
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.model.runs import APPLIED, WAITING, Run

_NARROW, _LEFT_OUT_WHEN_NARROW = 720, (4, 5, 6)


class HistoryPage(ScrollPage):
    """The runs of one connection at a time."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("History"), parent, scrolls=False)
        self._context = context
        self.name = ""
        self._runs: list[Run] = []
        headers = [tr("Started"), tr("State"), tr("Changes"), tr("Problems"), tr("Scope"), tr("Started by"), tr("Took")]
        self._model = RowsModel(headers, frozenset({3, 6}), self)
        self.table = Table(self._model, tr("Runs, newest first"), [132, 148, 0, 80, 96, 124, 84], on_open=self._open)
        self._count, self._sparkline = Label("", "muted"), Sparkline()
        card = Card()
        card.add(row(self._count, 1, self._sparkline))
        card.add(self.table, 1)
        card.add(
            Label(
                tr("Enter or a double click opens a run. Choose two (Ctrl and click) to compare what they left there."),
                "help",
            )
        )
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.selectionModel().selectionChanged.connect(lambda _on, _off: self._compare())
        self.compared = ComparedCard()
        self.body.addWidget(card, 1)
        self.body.addWidget(self.compared)

    def load(self, name: str) -> None:
        """Show the runs of a connection."""
        if name != self.name:
            self.show_loading()
        self.name, self.again = name, partial(self.load, name)
        self.set_title(tr("History"), name)
        runs = self._context.service.runs
        self.read(self._context.bridge, lambda: runs(name), self._show)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """In a narrow window the changes need the room; the summary of a run has the rest."""
        super().resizeEvent(event)
        for place in _LEFT_OUT_WHEN_NARROW:
            self.table.setColumnHidden(place, event.size().width() < _NARROW)

    def _show(self, runs: list[Run]) -> None:
        before, self._runs = self._current, runs
        if not runs:
            overview = partial(self._context.go.overview, self.name)
            text = tr("Each run is listed here with what it changed, what it left out and why.")
            self.show_message(tr("No run yet"), text, [(tr("Open the overview"), overview)])
            return
        self._count.setText(counted(len(runs), "1 run", "{count} runs, newest first"))
        self._sparkline.show_runs(runs)
        self._model.show_rows([self._row(run) for run in runs])
        self.table.selectRow(next((place for place, run in enumerate(runs) if run.id == before), 0))
        self.show_content()

    def _compare(self) -> None:
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        chosen = [self._runs[row] for row in rows if row < len(self._runs)]
        self.compared.show_runs(chosen if len(chosen) == 2 else [], self._context.now())  # noqa: PLR2004 - two

    @property
    def _current(self) -> str:
        """Id of the run whose line is the current one, or an empty text."""
        place = self.table.currentIndex().row()
        return self._runs[place].id if 0 <= place < len(self._runs) else ""

    def _row(self, run: Run) -> list[Cell]:
        problems = sum(run.problems.values())
        took = duration(run.took.total_seconds()) if run.took is not None else "–"
        return [
            Cell(moment(run.started, self._context.now()), tip=exact(run.started)),
            Cell(_state(run), state=_table_colour(run), strong=True),
            Cell(_changes(run)),
            Cell(number(problems), right=True),
            Cell(scope_word(run.scope)),
            Cell(trigger_word(run.trigger)),
            Cell(took, right=True),
        ]

    def _open(self, place: int) -> None:
        run = self._runs[place]
        go = self._context.go
        (go.review if run.state in WAITING else go.summary)(self.name, run.id)


def _changes(run: Run) -> str:
    """What the run changed; of a plan, what it would change or would have changed."""
    if run.state in APPLIED or run.in_part:
        return changes_in_words(run)
    return would_in_words(run) if run.planned else tr("nothing delivered")


def _state(run: Run) -> str:
    """The state without “with problems”: their number has its own column."""
    return state_word("finished") if run.state in APPLIED and not run.refused else run_word(run)


def _table_colour(run: Run) -> str:
    return run_colour(run) or "muted"
