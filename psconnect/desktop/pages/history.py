"""All runs of a connection, newest first, with a chart above; Enter opens a run, two ticks compare two."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.models.ticked import TickedRows
from psconnect.desktop.pages.compared import ComparedCard
from psconnect.desktop.text import counted, duration, exact, moment, number, scope_word, state_word, tr, trigger_word
from psconnect.desktop.theme.tokens import SPACE_L
from psconnect.desktop.widgets.card import Card, row, wide
from psconnect.desktop.widgets.chip import run_colour, run_word
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.widgets.runs_chart import RunsChart
from psconnect.desktop.widgets.table import Cell, Table
from psconnect.model.runs import APPLIED, WAITING, ChangeCounts, Run
from psconnect.wording.run_sentence import signed

_NARROW, _LEFT_OUT_WHEN_NARROW, _FINDINGS = 720, (4, 5, 6), 3
_WIDTHS = [196, 110, 0, 72, 92, 108, 84]
_LEAST_ROWS, _COMPARED_LEAST = 190, 368


class HistoryPage(ScrollPage):
    """The runs of one connection at a time."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("History"), parent, tight=True)
        self._context = context
        self.name = ""
        self._runs: list[Run] = []
        headers = [tr("Started"), tr("State"), tr("Changes"), tr("Findings"), tr("Scope"), tr("Started by"), tr("Took")]
        self.model = TickedRows(headers, frozenset({3, 6}), self)
        self.model.on_ticks = self._compare
        self.table = Table(self.model, tr("Runs, newest first"), _WIDTHS, on_open=self._open)
        self._count, self.chart = Label("", "muted"), RunsChart(self._go_to)
        above = Card(tr("Changes and durations"))
        above.add(self.chart)
        above.add(
            Label(tr("Created and updated above the line, removed below it; durations in the lane below."), "help")
        )
        self.body.addWidget(above)
        card = Card()
        card.setAccessibleName(tr("Runs"))
        card.add(row(wide(self._count), Label(tr("Tick two runs to compare what they left."), "help", wrap=False)))
        card.add(self.table, 1)
        self.table.setMinimumHeight(_LEAST_ROWS)
        self.compared = ComparedCard()
        self.compared.setMinimumWidth(_COMPARED_LEAST)
        self._beside = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._beside.setSpacing(SPACE_L)
        self._beside.addWidget(card, 2)
        self._beside.addWidget(self.compared, 1)
        self.body.addLayout(self._beside, 1)

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
        self._share_room()

    def _share_room(self) -> None:
        narrow, directions = self.width() < _NARROW, QBoxLayout.Direction
        self._beside.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
        for place in _LEFT_OUT_WHEN_NARROW:
            self.table.setColumnHidden(place, narrow or not self.compared.isHidden())
        self.table.setColumnHidden(_FINDINGS, not narrow and not self.compared.isHidden())

    def _go_to(self, run_id: str) -> None:
        """The run that was chosen in the chart."""
        self.table.selectRow(next((place for place, run in enumerate(self._runs) if run.id == run_id), 0))
        self.table.setFocus()

    def _show(self, runs: list[Run]) -> None:
        before, self._runs = self._current, runs
        if not runs:
            overview = partial(self._context.go.overview, self.name)
            text = tr("Each run is listed here with what it changed, what it left out and why.")
            self.show_message(tr("No run yet"), text, [(tr("Open the overview"), overview)])
            return
        self._count.setText(counted(len(runs), "1 run", "{count} runs, newest first"))
        self.chart.show_runs(runs)
        self.model.show_runs([run.id for run in runs], [self._row(run) for run in runs])
        self.table.selectRow(next((place for place, run in enumerate(runs) if run.id == before), 0))
        self.show_content()

    def _compare(self) -> None:
        chosen = [run for run in self._runs if run.id in self.model.ticked]
        self.compared.show_runs(chosen if len(chosen) == 2 else [], self._context.now())  # noqa: PLR2004 - two
        self.chart.mark_runs([run.id for run in chosen])
        self._share_room()

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
            Cell(_changes(run), state="" if run.state in APPLIED or run.in_part else "muted"),
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
    counts = list(run.changes.values())
    figures = signed(
        ChangeCounts(sum(c.create for c in counts), sum(c.update for c in counts), sum(c.remove for c in counts))
    )
    if run.state in APPLIED or run.in_part:
        return figures or tr("no change")
    return tr("would be {changes}", changes=figures) if run.planned and figures else tr("nothing delivered")


def _state(run: Run) -> str:
    """The state without “with problems”: their number has its own column."""
    return state_word("finished") if run.state in APPLIED and not run.refused else run_word(run)


def _table_colour(run: Run) -> str:
    return run_colour(run) or "muted"
