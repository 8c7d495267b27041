"""The findings of a run by rule and field, each person by name, with what mends it; filtered, and as a list."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, QTimer
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.pages.findings_tree import FindingsTree, Opens
from psconnect.desktop.text import counted, moment, number, tr
from psconnect.desktop.theme.tokens import SPACE_S
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.button import Button, link
from psconnect.desktop.widgets.card import Card, row, wide
from psconnect.desktop.widgets.export_menu import ExportButton, Exported
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.model.found import FoundState
from psconnect.model.review import FindingQuery, Findings
from psconnect.model.runs import Run
from psconnect.wording.found import findings_headline, found_word
from psconnect.wording.rules import rule_of

_TYPING_MS, _NARROW, _FILTER_LEAST = 250, 700, 110
_FEW, _STEP = 5, 200
_PILLS: tuple[FoundState | None, ...] = (None, *FoundState)


class FindingsPage(ScrollPage):
    """The findings of one run at a time: of the newest that read, unless one is named."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Findings"), parent, scrolls=False)
        self._context = context
        self.name, self._run_id, self._most = "", "", _FEW
        self._run: Run | None = None
        self._rule = self._attribute = ""
        self._fresh = True
        self.outcome = Banner()
        self.export_button = ExportButton(
            tr("Export for the registrar"), context, self.outcome, self._exported, whole=False
        )
        self.buttons.addWidget(self.export_button)
        self.body.addWidget(self.outcome)
        self._lay_out()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._look)
        self.filter.textEdited.connect(lambda _text: self._typing.start())
        self.filter.returnPressed.connect(self._look)
        self.school.activated.connect(lambda _place: self._look())
        self.tree.selectionModel().currentChanged.connect(self._current_changed)

    def _lay_out(self) -> None:
        self.filter, self.school = QLineEdit(), QComboBox()
        self.filter.setPlaceholderText(tr("Name or number"))
        self.filter.setMinimumWidth(_FILTER_LEAST)
        self.filter.setAccessibleName(tr("Filter the findings by name, number or school"))
        self.school.setAccessibleName(tr("School"))
        self.school.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.school.setMinimumContentsLength(9)
        self.pills = {state: Button("", partial(self._choose, state), look="pill") for state in _PILLS}
        for pill in self.pills.values():
            pill.setCheckable(True)
            pill.hide()
        self.only_button = link("", self._show_all)
        self.body.addWidget(row(wide(self.filter), self.school, *self.pills.values(), spacing=SPACE_S))
        self.body.addWidget(row(self.only_button, 1))
        card = Card()
        card.setAccessibleName(tr("Findings"))
        margins = card.body.contentsMargins()
        card.body.setContentsMargins(SPACE_S, margins.top(), SPACE_S, margins.bottom())
        self.tree = FindingsTree(Opens(self._open_page, self._context.open_url, self._show_more))
        card.add(self.tree, 1)
        self.none = Label("", "muted")
        card.add(self.none)
        self.to_do = Label("", "muted")
        self.why_button = link(tr("Why?"), self._why, name=tr("Why? Show the record’s way"))
        card.add(row(wide(self.to_do), self.why_button))
        self.body.addWidget(card, 1)

    def load(self, name: str, run_id: str = "", rule: str = "", attribute: str = "") -> None:
        """Show the findings of a run, or of the newest one; with a rule and an attribute, those alone."""
        self._typing.stop()
        self.again = partial(self.load, name, run_id, rule, attribute)
        self.name, self._run_id, self._most = name, run_id, _FEW
        self._rule, self._attribute, self._fresh = rule, attribute, True
        self._check(None)
        self.filter.clear()
        self.school.clear()
        self.outcome.hide()
        self.set_title(self.word, name)
        self.show_loading()
        self._look()

    def _look(self) -> None:
        self._typing.stop()
        name, run_id, wanted, most, service = self.name, self._run_id, self.wanted, self._most, self._context.service

        def work() -> tuple[Run, Findings] | None:
            run = service.run(run_id) if run_id else next(filter(_has_read, service.runs(name)), None)
            return (run, service.findings(run.id, wanted, most=most)) if run else None

        self.read(self._context.bridge, work, self._show)

    @property
    def wanted(self) -> FindingQuery:
        """What is asked for."""
        state = next((one for one, pill in self.pills.items() if pill.isChecked()), None)
        school = self.school.currentData() if self.school.currentIndex() > 0 else None
        return FindingQuery(self._rule, self._attribute, school, state, self.filter.text().strip())

    def _show(self, found: tuple[Run, Findings] | None) -> None:
        if found is None:
            self.set_title(self.word, self.name)
            text = tr(
                "“{name}” has not read anything yet. Run it once; then every record that needs a look is listed here.",
                name=self.name,
            )
            self.show_message(tr("Nothing was read yet"), text)
            return
        run, findings = found
        self._run = run
        self._show_head(run, findings)
        self._show_pills(findings)
        self._fill_schools(findings)
        self.tree.show_groups(findings.groups, opened=bool(self._rule) or self._most > _FEW)
        any_shown = bool(findings.groups)
        self.tree.setVisible(any_shown)
        self.none.setVisible(not any_shown)
        in_order = tr("None: every record that was read is in order.")
        if run.problems and sum(run.problems.values()) and self.wanted == FindingQuery():
            in_order = tr("Which records they were about is kept no longer.")
        self.none.setText(in_order if self.wanted == FindingQuery() else tr("No finding matches."))
        self.export_button.setEnabled(any_shown)
        for widget in (self.to_do, self.why_button):
            widget.setVisible(any_shown)
        self._show_only(findings)
        self.show_content()
        if self._fresh:
            self._fresh = False
            (self.tree if any_shown else self.filter).setFocus()

    def _show_head(self, run: Run, findings: Findings) -> None:
        when = moment(run.started, self._context.now())
        title, more = findings_headline(dict(findings.counts))
        of_run = tr("{name}, run of {when}.", name=self.name, when=when)
        self.set_title(title, f"{more} {of_run}" if more else of_run)

    def _show_pills(self, findings: Findings) -> None:
        words: dict[FoundState | None, str] = {None: tr("All"), **{state: found_word(state) for state in FoundState}}
        words |= {
            FoundState.KEPT: tr("Kept"),
            FoundState.AT_RISK: tr("May be rejected"),
            FoundState.GAP: tr("With a gap"),
        }
        for state, pill in self.pills.items():
            count = findings.counts[state] if state else findings.total
            told = tr("{what} {count}", what=words[state], count=number(count))
            pill.setText(words[state] if self.width() < _NARROW else told)
            pill.setAccessibleName(tr("Show only: {what}", what=told))
            pill.setVisible(bool(count) or not state or pill.isChecked())

    def _show_only(self, findings: Findings) -> None:
        """Say that only one kind is shown, where a line elsewhere led to it."""
        self.only_button.setVisible(bool(self._rule))
        if self._rule:
            title = self.tree.title_of(findings.groups) or rule_of(self._rule).title
            self.only_button.setText(tr("Only “{finding}” is shown. Show all findings", finding=title))

    def _show_all(self) -> None:
        self._rule = self._attribute = ""
        self._look()

    def _fill_schools(self, findings: Findings) -> None:
        chosen = self.school.currentData() if self.school.currentIndex() > 0 else None
        self.school.clear()
        count = len([one for one in findings.schools if one])
        self.school.addItem(counted(count, "The 1 school", "All {count} schools"), None)
        for name in findings.schools:
            self.school.addItem(" ".join(name.split()) or tr("In no school of this roster"), name)
        place = next((at for at in range(1, self.school.count()) if self.school.itemData(at) == chosen), 0)
        self.school.setCurrentIndex(place if chosen is not None else 0)
        self.school.setVisible(len(findings.schools) > 1)

    def _check(self, state: FoundState | None) -> None:
        for one, pill in self.pills.items():
            pill.setChecked(one == state)

    def _choose(self, state: FoundState | None) -> None:
        self._check(state)
        self._look()

    def _show_more(self) -> None:
        self._most = _STEP if self._most < _STEP else self._most + _STEP
        self._look()

    def _open_page(self, where: str) -> None:
        self._context.go.setting(self.name, where)

    def _current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.to_do.setText(self.tree.advice(current))
        self.why_button.setEnabled(self.tree.record(current) is not None)

    def _why(self) -> None:
        record = self.tree.record(self.tree.currentIndex())
        if record:
            self._context.go.find_record(self.name, *record)

    def _exported(self) -> Exported | None:
        """Exactly what is filtered."""
        return Exported(self._run.id, self.wanted) if self._run else None

    def export_to(self, path: Path) -> None:
        """Write exactly what is filtered, with names and numbers; the ending says in which format."""
        self.export_button.export_to(path)


def _has_read(run: Run) -> bool:
    return run.planned is not None and run.kind == "sync"
