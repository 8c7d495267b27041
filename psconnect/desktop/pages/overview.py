"""A connection's first page: what the last run did, what needs attention, and the buttons that run it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.pages.connections import run_menu
from psconnect.desktop.sentences import headline, last_run, planned, went, where_from_to
from psconnect.desktop.text import counted, entity_label, exact, number, tr
from psconnect.desktop.theme.tokens import SPACE_L
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.button import link, primary, secondary
from psconnect.desktop.widgets.card import Card, clear, column, row, wide
from psconnect.desktop.widgets.chip import Chip, state_of_run
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.widgets.sparkline import Sparkline
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.model.connection import Connection
from psconnect.model.entities import planned_entities
from psconnect.model.review import ProblemGroup
from psconnect.model.runs import APPLIED, WAITING, ChangeCounts, Run
from psconnect.wording.catalogue import marked, translated
from psconnect.wording.rules import rule_of
from psconnect.wording.runs import severity_order

_STREAMS = {"school": "schools", "calendar": "terms", "course": "courses", "class": "sections", "student": "students"}
_STREAMS |= {"contact": "contacts", "relationship": "relationships", "enrollment": "enrollments"}
_MOST_FINDINGS, _NARROW = 5, 860
_AFTER_UNDO = marked(
    "The last delivery took an earlier run back. The next sync with changes waits for your approval, because it would "
    "do again what was undone. Correct the cause first, in PowerSchool or in the settings."
)
_STATE = {"error": "bad", "warning": "warning", "info": ""}


@dataclass(frozen=True)
class _Loaded:
    connection: Connection
    runs: list[Run]
    problems: list[ProblemGroup]


class OverviewPage(ScrollPage):
    """The overview of one connection at a time."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Overview"), parent)
        self._context = context
        self.name = ""
        self._loaded: _Loaded | None = None
        self.preview_button = secondary(tr("Preview"), partial(self._run, plan_only=True))
        self.more_button = secondary(tr("More"))
        self.more_button.setAccessibleName(tr("More ways to run"))
        self.run_button = primary(tr("Run now"), self._run, symbol="play")
        for button in (self.preview_button, self.more_button, self.run_button):
            self.buttons.addWidget(button)
        self.waiting = Banner()
        self.body.addWidget(self.waiting)
        self._status = _StatusCard()
        self.body.addWidget(self._status)
        self._delivered, self._findings = _DeliveredCard(), _FindingsCard()
        self._side_by_side = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._side_by_side.setSpacing(SPACE_L)
        self._side_by_side.addWidget(self._delivered, 3)
        self._side_by_side.addWidget(self._findings, 2)
        self.body.addLayout(self._side_by_side)
        self.body.addStretch(1)
        context.runs.changed.connect(self._run_changed)

    def load(self, name: str) -> None:
        """Show a connection."""
        if name != self.name or self.message_shown:
            self.set_title(name)
            self.show_loading()
        self.name, self.again = name, partial(self.load, name)
        service = self._context.service

        def work() -> _Loaded:
            runs = service.runs(name)
            problems = service.problems(runs[0].id, most=1) if runs else []
            return _Loaded(service.connection(name), runs, problems)

        self.read(self._context.bridge, work, self._show)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """In a narrow window the cards stand below each other without the small chart, so that nothing is cut off."""
        directions = QBoxLayout.Direction
        narrow = event.size().width() < _NARROW
        self._status.sparkline.setVisible(not narrow)
        self._side_by_side.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
        super().resizeEvent(event)

    def _show(self, loaded: _Loaded) -> None:
        self._loaded = loaded
        self.set_title(self.name, where_from_to(loaded.connection))
        run = loaded.runs[0] if loaded.runs else None
        first = not any(one.state in APPLIED for one in loaded.runs)
        self.more_button.add_menu(run_menu(self._context, self.name, first=first))
        self._status.show_run(self._context, loaded)
        show = partial(self._context.go.summary, self.name, run.id) if run else None
        for card in (self._delivered, self._findings):
            card.setVisible(run is not None)
        if run and show:
            self._delivered.show_run(run)
            self._findings.show_findings(loaded.problems, show, read=run.kind != "undo")
        self._show_waiting(loaded.runs)
        self._run_changed(self.name)
        self.show_content()

    def _show_waiting(self, runs: list[Run]) -> None:
        run = runs[0] if runs else None
        if run is None or run.state not in WAITING:
            self.waiting.hide()
            applied = next((one for one in runs if one.state in APPLIED), None)
            if applied and applied.kind == "undo":
                self.waiting.tell(translated(_AFTER_UNDO), "accent")
            return
        text = tr("{sentence}. Nothing is delivered until you approve it.", sentence=headline(run))
        review = partial(self._context.go.review, self.name, run.id)
        self.waiting.tell(text, "warning" if run.state == "held" else "accent", [(tr("Review"), review)])
        self.waiting.buttons[0].set_look("primary")

    def _run(self, *, plan_only: bool = False) -> None:
        if not self._context.runs.working(self.name):
            self._context.runs.start(self.name, plan_only=plan_only)
        self._context.go.running(self.name)

    def _run_changed(self, name: str) -> None:
        if name != self.name or self._loaded is None:
            return
        working, disabled = self._context.runs.working(name), self._loaded.connection.disabled
        self.run_button.setText(tr("Show run") if working else tr("Run now"))
        self.run_button.setEnabled(not disabled)
        for button in (self.preview_button, self.more_button):
            button.setEnabled(not disabled and not working)
        # There is one primary button: Review, if a run waits for it.
        self.run_button.set_look("secondary" if self._waits and not working else "primary")
        run = self._loaded.runs[0] if self._loaded.runs else None
        self._status.chip.show_state(*state_of_run(run, working=working, disabled=disabled))

    @property
    def _waits(self) -> bool:
        runs = self._loaded.runs if self._loaded else []
        return bool(runs) and runs[0].state in WAITING


class _StatusCard(Card):
    """State in words and the last run in a sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.chip = Chip()
        self._when, self._what = ElidedLabel("", "strong"), Label("", "muted")
        self.sparkline = Sparkline()
        self.add(row(self.chip, wide(column(self._when, self._what, spacing=2)), self.sparkline, spacing=SPACE_L))

    def show_run(self, context: PageContext, loaded: _Loaded) -> None:
        """Show the newest run."""
        run = loaded.runs[0] if loaded.runs else None
        self._when.setText(last_run(run, context.now()))
        self._when.set_tip(exact(run.started) if run else "")
        first = tr("The first run reads everything, then waits for your approval.")
        waits = run is not None and run.state in WAITING
        self._what.setText(planned(run) if run and waits else went(run) if run else first)
        self.sparkline.show_runs(loaded.runs)


class _DeliveredCard(Card):
    """Counts per entity of the last run."""

    def __init__(self) -> None:
        super().__init__(tr("What the last run did"))
        headers = [tr("Records"), tr("Read"), tr("Created"), tr("Updated"), tr("Removed")]
        self._model = RowsModel(headers, frozenset({1, 2, 3, 4}), self)
        self._table = Table(self._model, tr("What the last run did"), [0, 80, 80, 80, 80])
        self.add(self._table)
        self.body.addStretch(1)

    def show_run(self, run: Run) -> None:
        """Show the counts of a run; a plan that was not delivered says so in its heading."""
        planned = run.state not in APPLIED and not run.in_part
        self.heading.setText(tr("What the last run would do") if planned else tr("What the last run did"))
        self._model.show_rows(
            [self._row(run, entity.key) for entity in planned_entities() if _concerns(run, entity.key)]
        )
        self._table.fit_rows()

    def _row(self, run: Run, entity: str) -> list[Cell]:
        counts = run.changes.get(entity, ChangeCounts())
        read = run.read.get(_STREAMS.get(entity, ""))
        return [
            Cell(entity_label(entity)),
            Cell(number(read) if read is not None else "–", right=True, state="muted"),
            _count(counts.create, "good"),
            _count(counts.update, ""),
            _count(counts.remove, "bad"),
        ]


def _concerns(run: Run, entity: str) -> bool:
    return entity in run.changes or bool(run.read.get(_STREAMS.get(entity, "")))


def _count(value: int, state: str) -> Cell:
    return Cell(number(value), right=True, state=state if value else "muted", strong=bool(value and state))


class _FindingsCard(Card):
    """The problems of the last run, most severe first."""

    def __init__(self) -> None:
        super().__init__(tr("Needs attention"))
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE_L)
        self.body.addLayout(self._list)
        self._none = Label("", "muted")
        self.add(self._none)
        self.body.addStretch(1)
        self._note = Label("", "help")
        self.add(self._note)

    def show_findings(self, groups: list[ProblemGroup], show: partial[None], *, read: bool) -> None:
        """Show the findings by rule; ``show`` opens the summary that lists them. An undo has ``read`` nothing."""
        clear(self._list)
        by_rule: dict[str, list[ProblemGroup]] = {}
        for group in groups:
            by_rule.setdefault(group.rule.key, []).append(group)
        ordered = sorted(
            by_rule.values(), key=lambda found: (severity_order(found[0].rule.severity), -sum(g.count for g in found))
        )
        for found in ordered[:_MOST_FINDINGS]:
            self._list.addWidget(_finding(found, show))
        in_order = tr("Nothing: every record that was read is in order.")
        self._none.setText(in_order if read else tr("An undo reads nothing; the run before it tells what it found."))
        self._none.setVisible(not ordered)
        self._note.setVisible(bool(ordered))
        more, all_of_them = len(ordered) - _MOST_FINDINGS, tr("The run’s summary lists each record.")
        others = counted(more, "1 more kind of finding is there, too.", "{count} more kinds are there, too.")
        self._note.setText(tr("{first} {second}", first=all_of_them, second=others) if more > 0 else all_of_them)


def _finding(groups: list[ProblemGroup], show: partial[None]) -> QWidget:
    rule, count = rule_of(groups[0].rule.key), sum(group.count for group in groups)
    schools = [group.school for group in sorted(groups, key=lambda group: -group.count) if group.school]
    where = schools[0] if len(schools) == 1 else counted(len(schools), "at 1 school", "at {count} schools")
    words = column(Label(rule.title), ElidedLabel(where if schools else tr("in the district"), "help"), spacing=0)
    chip = Chip(number(count), _STATE[rule.severity])
    chip.setAccessibleName(counted(count, "1 record", "{count} records"))
    return row(chip, wide(words), link(tr("Show"), show, name=tr("Show: {finding}", finding=rule.title)))
