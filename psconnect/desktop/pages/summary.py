"""The summary of one run: what happened, what changed, what was left out and why, what was found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QGridLayout, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.pages.exclusions import left_alone_in_words
from psconnect.desktop.pages.found_lines import FoundCard
from psconnect.desktop.pages.standing import StandingCard
from psconnect.desktop.sentences import (
    changes_in_words,
    failure_in_words,
    headline,
    reasons_in_words,
    went,
)
from psconnect.desktop.text import (
    duration,
    exact,
    moment,
    number,
    scope_word,
    tr,
    trigger_word,
)
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_XL
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.button import primary, secondary
from psconnect.desktop.widgets.card import Card, clear
from psconnect.desktop.widgets.chip import Chip, run_colour, run_word
from psconnect.desktop.widgets.export_menu import ExportButton, Exported
from psconnect.desktop.widgets.page import ScrollPage, fact
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.model.errors import PsconnectError
from psconnect.model.reconciled import Reconciled, altogether, by_care
from psconnect.model.record_list import Figure
from psconnect.model.review import FindingQuery, Findings
from psconnect.model.runs import APPLIED, WAITING, Run
from psconnect.service import StandingFigures, Undoable
from psconnect.wording.delivered import word_delivered
from psconnect.wording.errors import word
from psconnect.wording.rules import rule_of
from psconnect.wording.run_sentence import refused_in_words
from psconnect.wording.systems import system_words

_FACT_COLUMNS = 4


@dataclass(frozen=True)
class _Loaded:
    run: Run
    findings: Findings
    undoable: Undoable
    standing: StandingFigures


class RunSummaryPage(ScrollPage):
    """One run at a time."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Run"), parent)
        self._context = context
        self.name, self._run_id = "", ""
        self._run: Run | None = None
        self.chip = Chip()
        self.review_button = primary(tr("Review"), self._review)
        self.undo_button = secondary(tr("Undo this run"), self._ask_undo)
        self.question, self.outcome = Banner(), Banner()
        self.export_button = ExportButton(tr("Export report"), context, self.outcome, self._exported)
        for widget in (self.chip, self.undo_button, self.export_button, self.review_button):
            self.buttons.addWidget(widget)
        self.body.addWidget(self.question)
        self.body.addWidget(self.outcome)
        self._facts = Card()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(SPACE_XL)
        self._grid.setVerticalSpacing(SPACE_L)
        self._facts.body.addLayout(self._grid)
        self.body.addWidget(self._facts)
        self.standing, self._left_out = StandingCard(self._open_figure), _LeftOutCard()
        self.body.addWidget(self.standing)
        self.body.addWidget(self._left_out)
        self.findings = FoundCard(self._show_findings)
        self.body.addWidget(self.findings)
        self.body.addStretch(1)

    def load(self, name: str, run_id: str) -> None:
        """Show a run."""
        if run_id != self._run_id or self.message_shown:
            self.set_title(self.word, name)
            self.show_loading()
        self.name, self._run_id, self.again = name, run_id, partial(self.load, name, run_id)
        service = self._context.service

        def work() -> _Loaded:
            findings = service.findings(run_id, FindingQuery(), most=0)
            return _Loaded(service.run(run_id), findings, service.can_undo(run_id), service.standing(name))

        self.read(self._context.bridge, work, self._show)

    def _show(self, loaded: _Loaded) -> None:
        run = loaded.run
        self._run = run
        self.set_title(headline(run), tr("{name}, run of {when}", name=self.name, when=self._when(run)))
        self.chip.show_state(run_word(run), run_colour(run))
        self.review_button.setVisible(run.state in WAITING)
        self.question.hide()
        self.export_button.new_accounts.setVisible(run.new_people > 0)
        self.undo_button.setVisible(run.state in APPLIED or run.in_part)
        self.undo_button.setEnabled(loaded.undoable.possible)
        self.undo_button.setToolTip(loaded.undoable.reason)
        self._show_outcome(run)
        self._show_facts(run)
        self._show_standing(run, loaded.standing)
        self._left_out.show_run(run)
        self._left_out.setVisible(bool(run.reconciled or run.left_out))
        found = bool(sum(run.problems.values()))
        self.findings.show_findings(loaded.findings, forgotten=found and not loaded.findings.groups)
        # A run that never came to a plan has nothing to say about records.
        for card in (self.standing, self.findings):
            card.setVisible(run.planned is not None)
        if run.kind == "undo":
            self.findings.hide()  # It has read nothing, so it knows of none.
        self.show_content()

    def _show_standing(self, run: Run, now: StandingFigures) -> None:
        """What stood in the other system after the run; of a plan, what would have stood there."""
        done = run.state in APPLIED or run.in_part
        system = system_words(now.system) or tr("the other system")
        rows = run.reconciled or {key: Reconciled() for key in run.changes}
        self.standing.show_rows(
            tr("What stood in {system} after it", system=system)
            if done
            else tr("What would stand in {system}", system=system),
            by_care(rows),
            run.changes,
            counted=bool(run.reconciled),
            total=True,
            leads=now.last is not None and now.last.id == run.id,
        )
        self.standing.still.show_state("")

    def _when(self, run: Run) -> str:
        return moment(run.started, self._context.now())

    def _show_outcome(self, run: Run) -> None:
        self.outcome.hide()
        if run.error:
            colour = "bad" if run.state == "failed" else "warning"
            self.outcome.tell(failure_in_words(run), colour, self.ways_out(run.error["code"]))
        elif run.holds and run.state == "held":
            self.outcome.tell(reasons_in_words(run), "warning")
        elif run.refused:
            self.outcome.tell(tr("{refused} The reasons are below.", refused=refused_in_words(run)), "warning")
        elif run.state not in APPLIED:
            self.outcome.tell(went(run), "accent")

    def _show_facts(self, run: Run) -> None:
        clear(self._grid)
        waits = tr("not ended")
        took = duration(run.took.total_seconds()) if run.took is not None else waits
        facts = [
            (tr("Started"), moment(run.started, self._context.now()), exact(run.started), 1),
            (tr("Took"), took, "", 1),
            (tr("Started by"), trigger_word(run.trigger), "", 1),
            (tr("Scope"), scope_word(run.scope), "", 1),
            (tr("School year"), run.school_year or "–", "", 1),
            (tr("Calls to PowerSchool"), number(run.calls), "", 1),
            (tr("Run"), run.id, "", 2),
            (tr("Reason given"), run.reason or "–", "", 1),
            (tr("Delivered to"), word_delivered(run.delivered) or tr("nothing was delivered"), "", 3),
        ]
        if run.undoes:
            facts.append((tr("Takes back the run"), run.undoes, "", 2))
        if run.set_aside:
            label = tr("Not delivered") if run.refused else tr("Left alone")
            facts.append((label, left_alone_in_words(run.set_aside), "", 2))
        place = 0
        for label, value, tip, across in facts:
            shown = fact(label, value)
            shown.setToolTip(tip)
            self._grid.addWidget(shown, place // _FACT_COLUMNS, place % _FACT_COLUMNS, 1, across)
            place += across
        for column in range(_FACT_COLUMNS):
            self._grid.setColumnStretch(column, 1)

    def _open_figure(self, entity: str, figure: Figure) -> None:
        self._context.go.records(self.name, entity, figure)

    def _review(self) -> None:
        self._context.go.review(self.name, self._run_id)

    def _show_findings(self, rule: str = "", attribute: str = "") -> None:
        self._context.go.findings(self.name, self._run_id, rule, attribute)

    def _ask_undo(self) -> None:
        if self._run is None:
            return
        text = tr(
            "Undo makes a plan that takes this run back ({changes}), and opens it for review. Nothing is delivered "
            "until you approve it. What was changed since is left as it is. Once undone, the next sync waits for you.",
            changes=changes_in_words(self._run).lower(),
        )
        actions = [(tr("Make the plan"), self._undo), (tr("Leave it as it is"), self.undo_button.setFocus)]
        self.question.tell(text, "warning", actions)
        self.question.buttons[1].setFocus()

    def _undo(self) -> None:
        name, run_id, service = self.name, self._run_id, self._context.service
        self.undo_button.setEnabled(False)
        self._context.bridge.call(
            lambda: service.undo(run_id, trigger="button"),
            partial(self._undone, name),
            self._not_undone,
            owner=self,
        )

    def _undone(self, name: str, run: Run) -> None:
        if self.isVisible() and run.undoes == self._run_id:
            self._context.go.review(name, run.id)
        else:
            self._context.go.notice(tr("The plan that takes a run of {name} back waits for your review.", name=name))

    def _not_undone(self, error: PsconnectError) -> None:
        self.undo_button.setEnabled(True)
        self._refused(error)

    def _exported(self) -> Exported | None:
        return Exported(self._run_id) if self._run_id else None

    def export_to(self, path: Path) -> None:
        """Write the report to a file; its ending says which format."""
        self.export_button.export_to(path)

    def _refused(self, error: PsconnectError) -> None:
        self.outcome.tell(word(error, window=True).text, "bad")


class _LeftOutCard(Card):
    """Records left out, by the rule that left them out."""

    def __init__(self) -> None:
        super().__init__(tr("Left out, and why"))
        self._model = RowsModel([tr("Rule"), tr("Records")], frozenset({1}), self)
        self.table = Table(self._model, tr("Records left out, by rule"), [0, 90])
        self.add(self.table)
        self.body.addStretch(1)

    def show_run(self, run: Run) -> None:
        """Show what a run left out: exactly the records that its table counts as left out."""
        found = altogether(run.reconciled.values()).because if run.reconciled else run.left_out
        self._model.show_rows(
            [
                [Cell(rule_of(rule).title, tip=tr("Left out because {why}.", why=rule_of(rule).because)), _right(count)]
                for rule, count in sorted(found.items(), key=lambda item: -item[1])
            ]
        )
        self.table.fit_rows()


def _right(count: int) -> Cell:
    return Cell(number(count), right=True)
