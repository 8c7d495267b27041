"""The review of a waiting run: the sentence that matters, counts against limits, every change, the decision."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QWidget

from psconnect.desktop.context import Context
from psconnect.desktop.models.changes import ChangesModel
from psconnect.desktop.pages.changes import ChangesCard
from psconnect.desktop.pages.decision import DecisionBar
from psconnect.desktop.sentences import BY_CARE, headline
from psconnect.desktop.text import entity_label, moment, number, tr
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.card import Card
from psconnect.desktop.widgets.chip import Chip, run_colour
from psconnect.desktop.widgets.page import Page
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.model.errors import PsconnectError
from psconnect.model.runs import WAITING, Run
from psconnect.service import Limit

_MOST_ROWS, _ROW_HEIGHT = 4, 32
_NEAR = 0.5


@dataclass(frozen=True)
class _Loaded:
    run: Run
    limits: list[Limit]


class ReviewPage(Page):
    """One waiting run at a time."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(tr("Review"), parent, scrolls=False)
        self._context = context
        self.name, self._run_id = "", ""
        self.chip = Chip()
        self.buttons.addWidget(self.chip)
        self.reasons = Banner()
        self.body.addWidget(self.reasons)
        self.limits = _LimitsCard(self._choose)
        self.body.addWidget(self.limits)
        self.changes = ChangesCard(ChangesModel(context.service, context.bridge, self))
        self.changes.model.failed.connect(self.show_error)
        self.body.addWidget(self.changes, 1)
        self.decision = DecisionBar(self._approve, self._discard)
        self.body.addWidget(self.decision)

    def load(self, name: str, run_id: str) -> None:
        """Show a run; one that no longer waits says so."""
        self.name, self._run_id = name, run_id
        self.set_title(tr("Review"))
        self.chip.show_state("")
        self.show_loading()
        service = self._context.service

        def work() -> _Loaded:
            return _Loaded(service.run(run_id), service.limits(run_id))

        self._context.bridge.call(work, self._show, self.show_error, owner=self)

    def leave(self) -> None:
        """The page is no longer looked at: let go of the roster data."""
        self.changes.model.close()

    def _show(self, loaded: _Loaded) -> None:
        run = loaded.run
        if run.id != self._run_id:
            return
        started = moment(run.started, self._context.now())
        subtitle = tr("{name}, run of {when}. Nothing has been delivered.", name=self.name, when=started)
        limit = next((limit.threshold.text for limit in loaded.limits if _is_headline(run, limit)), "")
        if limit:
            subtitle = tr("{sentence} The limit is {limit}.", sentence=subtitle, limit=limit)
        self.set_title(headline(run), subtitle)
        self.chip.show_state(tr("On hold") if run.state == "held" else tr("Previewed"), run_colour(run))
        if run.state not in WAITING:
            self._show_over(run)
            return
        self.reasons.hide()
        # Crossed limits stand in the table below; the other reasons stand nowhere else.
        reasons = [hold.reason for hold in run.holds if not hold.rule.startswith("remove-")]
        if reasons:
            self.reasons.tell(" ".join(reasons), "warning")
        self.limits.show_limits(loaded.limits)
        self.decision.reset(changes=sum(counts.total for counts in run.changes.values()))
        self.show_content()
        self.changes.filter.setFocus()
        first = self.limits.first_entity
        if first:
            self._choose(first)

    def _show_over(self, run: Run) -> None:
        self.set_title(headline(run))
        self.chip.show_state("")
        open_summary = partial(self._context.go.summary, self.name, run.id)
        text = tr("This run does not wait for an approval any more.")
        self.show_message(tr("There is nothing to decide"), text, [(tr("Open the summary"), open_summary)])

    def _choose(self, entity: str) -> None:
        counts = self.limits.counts(entity)
        if counts:
            self.changes.show_entity(self._run_id, entity, counts)

    def _approve(self, reason: str) -> None:
        self.leave()
        self._context.runs.approve(self.name, self._run_id, reason)
        self._context.go.running(self.name)

    def _discard(self) -> None:
        self.leave()
        self.show_loading()
        run_id = self._run_id
        self._context.bridge.call(
            lambda: self._context.service.discard(run_id), self._discarded, self._not_discarded, owner=self
        )

    def _discarded(self, _run: Run) -> None:
        self._context.go.overview(self.name)
        self._context.go.notice(tr("The run was discarded. Nothing was delivered."))

    def _not_discarded(self, error: PsconnectError) -> None:
        again = partial(self.load, self.name, self._run_id)
        self.show_error(error, [(tr("Look again"), again)])


def _is_headline(run: Run, limit: Limit) -> bool:
    """Whether the page's headline is about this entity."""
    first = next((hold.rule for hold in run.holds if hold.rule.startswith("remove-")), "")
    return first == f"remove-{limit.entity}"


class _LimitsCard(Card):
    """Counts per entity against the limits; the current row is the entity whose changes are listed."""

    def __init__(self, on_choose: object) -> None:
        super().__init__()
        headers = [tr("Records"), tr("Create"), tr("Update"), tr("Remove"), tr("Against the limit"), ""]
        self._model = RowsModel(headers, frozenset({1, 2, 3, 5}), self)
        self.table = Table(self._model, tr("Changes per kind of record"), [130, 70, 70, 76, 0, 330])
        self.table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self._limits: list[Limit] = []
        self._on_choose = on_choose
        self.table.selectionModel().currentRowChanged.connect(self._row_changed)
        self.add(self.table)

    def show_limits(self, limits: list[Limit]) -> None:
        """Show these, the ones that matter most first."""
        self._limits = sorted(limits, key=lambda one: (-one.used, -one.changes.remove, BY_CARE.index(one.entity)))
        self._model.show_rows([_limit_row(limit) for limit in self._limits])
        rows = min(len(limits), _MOST_ROWS)
        self.table.setFixedHeight(self.table.horizontalHeader().sizeHint().height() + rows * _ROW_HEIGHT + 6)
        self.table.selectRow(0)

    @property
    def first_entity(self) -> str:
        """The entity that matters most, or an empty text."""
        return self._limits[0].entity if self._limits else ""

    def counts(self, entity: str) -> Limit | None:
        """The numbers of an entity."""
        return next((limit for limit in self._limits if limit.entity == entity), None)

    def _row_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid() and callable(self._on_choose):
            self._on_choose(self._limits[current.row()].entity)


def _limit_row(limit: Limit) -> list[Cell]:
    counts, text = limit.changes, limit.threshold.text
    state = "bad" if limit.crossed else "warning" if limit.used >= _NEAR else "accent"
    share = f"{counts.remove * 100 / limit.base:.1f}" if limit.base else "0"
    if not counts.remove:
        over = tr("none")
    elif limit.crossed:
        over = tr("{share} %, over the limit of {limit}", share=share, limit=text)
    else:
        over = tr("{share} %, the limit is {limit}", share=share, limit=text)
    return [
        Cell(entity_label(limit.entity), strong=limit.crossed),
        Cell(number(counts.create), right=True),
        Cell(number(counts.update), right=True),
        Cell(number(counts.remove), right=True, strong=bool(counts.remove)),
        Cell(bar=limit.used, state=state, tip=over),
        Cell(over, right=True, state="bad" if limit.crossed else "muted"),
    ]
