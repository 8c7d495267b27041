"""All runs of a connection, newest first, with a chart above; filtered, searched, opened, and compared two by two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.models.blocks import BLOCK
from psconnect.desktop.models.run_rows import FOUND, TOOK, RunRow, RunsModel
from psconnect.desktop.pages.compared import ComparedCard
from psconnect.desktop.pages.history_filter import HistoryFilter
from psconnect.desktop.text import counted, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.banner import Action, Banner
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.card import Card, row, wide
from psconnect.desktop.widgets.chart_key import chart_key
from psconnect.desktop.widgets.export_menu import ExportButton, Exported
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.widgets.runs_chart import MOST_RUNS, RunsChart
from psconnect.desktop.widgets.runs_table import RunsTable
from psconnect.model.run_history import HistoryCounts, RunComparison
from psconnect.model.runs import WAITING
from psconnect.service import RunList
from psconnect.wording.history import history_sentence, kept_sentence
from psconnect.wording.run_comparison import ticked_words

_NARROW, _LOW, _LEAST_ROWS, _COMPARED_LEAST, _TWO = 860, 620, 200, 336, 2
_AROUND_HEAD = 120
"""What stands beside the words of the chart's head: margins and gaps."""


@dataclass(frozen=True)
class _Loaded:
    counts: HistoryCounts
    runs: RunList
    first: Sequence[RunRow]


class HistoryPage(ScrollPage):
    """The runs of one connection at a time."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("History"), parent, tight=True)
        self._context = context
        self.name, self._compared = "", ("", "")
        self.disclosed_button = secondary(tr("What was disclosed"), lambda: context.go.disclosures(self.name))
        self.outcome = Banner()
        self.export_button = ExportButton(tr("Export run"), context, self.outcome, self._exported)
        self.buttons.addWidget(self.disclosed_button)
        self.buttons.addWidget(self.export_button)
        self.body.addWidget(self.outcome)
        self.model = RunsModel(context.now, self)
        self.model.on_ticks = self._ticked
        self.model.failed.connect(self.show_error)
        self.table = RunsTable(self.model, self._open)
        self.told = Label("", "help")
        self.chart = RunsChart(self._go_to, self._tell)
        self.chart_heading = Label("", "heading", wrap=False)
        self.filter = HistoryFilter(context.now, self._look)
        self.none, self.kept = Label(tr("No run matches."), "muted"), Label("", "help")
        self.compared = ComparedCard(self.model.untick)
        self._lay_out()

    def _lay_out(self) -> None:
        above = Card()
        above.setAccessibleName(tr("Changes and durations"))
        margins = above.body.contentsMargins()
        above.body.setContentsMargins(margins.left(), SPACE_M, margins.right(), SPACE_S)
        above.body.setSpacing(SPACE_XS)
        self._key = row(*chart_key(), spacing=SPACE_M)
        for widget in (row(wide(self.chart_heading), self._key), self.chart, self.told):
            above.add(widget)
        self.body.addWidget(above)
        card = Card()
        card.setAccessibleName(tr("Runs"))
        card.body.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        card.add(self.filter)
        card.add(self.none)
        card.add(self.table, 1)
        self.table.setMinimumHeight(_LEAST_ROWS)
        card.add(self.kept)
        self.compared.setMinimumWidth(_COMPARED_LEAST)
        self._beside = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._beside.setSpacing(SPACE_L)
        self.body.addLayout(self._beside, 1)
        self._beside.addWidget(card, 2)
        self._beside.addWidget(self.compared, 1)

    def load(self, name: str) -> None:
        """Show the runs of a connection."""
        if name != self.name:
            self.name = name
            self.show_loading()
            self.model.untick()
            self.filter.clear()
        self.name, self.again = name, partial(self.load, name)
        self.outcome.hide()
        self._look()

    def _look(self) -> None:
        name, query, service = self.name, self.filter.query, self._context.service

        def work() -> _Loaded:
            found = service.find_runs(name, query)
            return _Loaded(service.count_history(name), found, found.page(0, BLOCK))

        self.read(self._context.bridge, work, self._show)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """In a narrow window, what is compared stands below."""
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        narrow, directions = self.width() < _NARROW, QBoxLayout.Direction
        self._beside.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
        head = self.chart_heading.sizeHint().width() + self._key.sizeHint().width()
        self._key.setHidden(self.width() < head + _AROUND_HEAD)
        self.told.setHidden(self.height() < _LOW)
        for column in (FOUND, TOOK):
            self.table.setColumnHidden(column, not narrow and not self.compared.isHidden())

    def _show(self, loaded: _Loaded) -> None:
        now, runs = self._context.now(), loaded.runs
        self.set_title(self.word, history_sentence(loaded.counts, now) or self.name)
        if not loaded.counts.runs:
            self._show_empty()
            return
        before = self._current
        self.model.show_list(runs, loaded.first)
        newest = [run for run, _changed in loaded.first[:MOST_RUNS]]
        self.chart.show_runs(newest, now)
        self.chart_heading.setText(self._chart_heading(len(newest)))
        self._share_room()
        self.kept.setText(kept_sentence(loaded.counts, now))
        self.none.setVisible(not runs.total)
        self.table.setVisible(bool(runs.total))
        self.filter.tell(self._found(runs), ticked_words(len(self.model.ticked)))
        if runs.total:
            self.table.selectRow(runs.numbers.index(before) if before in runs.numbers else 0)
        self._compare()
        self.show_content()

    def _show_empty(self) -> None:
        """Nothing was run yet: say what will stand here, and how it comes to that."""
        text = tr(
            "Each run is listed here with what it created, updated and removed, what was found and how long it took. "
            "Tick two to compare them; type a name to see which runs changed that record."
        )
        go = self._context.go
        actions: list[Action] = [
            (tr("Run sync"), partial(go.sync, self.name)),
            (tr("Open the overview"), partial(go.overview, self.name)),
        ]
        self.show_message(tr("No run yet"), text, actions)

    def _chart_heading(self, count: int) -> str:
        if self.filter.narrows:
            return counted(count, "Changes and duration, 1 run found", "Changes and durations, {count} runs found")
        return counted(count, "Changes and duration of the last run", "Changes and durations, last {count} runs")

    def _found(self, runs: RunList) -> str:
        """What the search found; empty where nothing is searched or filtered."""
        if runs.matches is not None and (runs.matches or not runs.total):
            return counted(
                runs.matches,
                "1 record has this name or number; it is in {runs} of the runs whose names are kept.",
                "{count} records have this name or number; they are in {runs} of the runs whose names are kept.",
                runs=runs.total,
            )
        return counted(runs.total, "1 run", "{count} runs") if self.filter.narrows else ""

    def _tell(self, text: str) -> None:
        hint = tr("Point at a run, or use the arrow keys, to see its figures. Enter goes to its line.")
        self.told.setText(text or hint)

    def _go_to(self, run_id: str) -> None:
        """The run that was chosen in the chart: it is among the newest."""
        places = range(min(MOST_RUNS, self.model.rowCount()))
        runs = ((place, self.model.run(place)) for place in places)
        self.table.selectRow(next((place for place, run in runs if run and run.id == run_id), 0))
        self.table.setFocus()

    def _ticked(self) -> None:
        self.chart.mark_runs(self.model.ticked)
        self.filter.tell(self.filter.found.text(), ticked_words(len(self.model.ticked)))
        self._compare()

    def _compare(self) -> None:
        ticked, service = self.model.ticked, self._context.service
        if len(ticked) != _TWO:
            self.compared.hide()
            self._share_room()
            return
        self._context.bridge.call(
            lambda: service.compare_runs(*ticked), partial(self._show_compared, ticked), self.show_error, owner=self
        )

    def _show_compared(self, ticked: tuple[str, ...], found: RunComparison) -> None:
        if ticked == self.model.ticked:
            self.compared.show_runs(found, self._context.now())
            self._share_room()

    @property
    def _current(self) -> int:
        """Number of the run whose line is the current one; 0 for none."""
        place, runs = self.table.currentIndex().row(), self.model.runs
        return runs.numbers[place] if runs and 0 <= place < runs.total else 0

    def _exported(self) -> Exported | None:
        """The run whose line is the current one."""
        run = self.model.run(self.table.currentIndex().row())
        return Exported(run.id) if run else None

    def _open(self, place: int) -> None:
        run, go = self.model.run(place), self._context.go
        if run:
            (go.review if run.state in WAITING else go.summary)(self.name, run.id)
