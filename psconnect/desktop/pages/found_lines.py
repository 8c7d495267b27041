"""What a run found, a line for each rule and field with its count; a line leads to exactly its records."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex

from psconnect.desktop.text import number, records_label, tr
from psconnect.desktop.widgets.button import link
from psconnect.desktop.widgets.card import Card, row
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.model.found import FoundState
from psconnect.model.review import FindingGroup, Findings
from psconnect.wording.found import finding_title, found_word
from psconnect.wording.rules import rule_of

_COLOURS = {
    FoundState.LEFT_OUT: "bad",
    FoundState.KEPT: "warning",
    FoundState.AT_RISK: "bad",
    FoundState.GAP: "warning",
}
_SHOW = 4


class FoundCard(Card):
    """The findings of a run by rule and field; ``on_show`` gets both, or nothing for all of them."""

    def __init__(self, on_show: Callable[..., object]) -> None:
        super().__init__(tr("Findings"))
        self._on_show = on_show
        self._groups: tuple[FindingGroup, ...] = ()
        headers = [tr("Finding"), tr("Records"), tr("Of what"), tr("What became of them"), ""]
        self.model = RowsModel(headers, frozenset({1}), self)
        self.table = Table(self.model, tr("Findings by kind"), [0, 80, 110, 170, 64], on_open=self._open)
        self.table.clicked.connect(self._clicked)
        self.none = Label("", "muted")
        self.all_button = link("", on_show)
        for part in (self.table, self.none, row(self.all_button, 1)):
            self.add(part)

    def show_findings(self, findings: Findings, *, forgotten: bool) -> None:
        """Show the findings of a run; ``forgotten`` if it had some, and which they were is kept no longer."""
        self._groups = findings.groups
        self.model.show_rows([_line(group) for group in self._groups])
        self.table.fit_rows()
        self.table.setVisible(bool(self._groups))
        self.none.setVisible(not self._groups)
        in_order = tr("None: every record that was read is in order.")
        gone = tr("Which records they were about is kept no longer.")
        self.none.setText(gone if forgotten else in_order)
        self.all_button.setText(tr("Show all {count} with names", count=number(findings.total)))
        self.all_button.setVisible(bool(self._groups))

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == _SHOW:
            self._open(index.row())

    def _open(self, place: int) -> None:
        group = self._groups[place]
        self._on_show(group.rule.key, group.attribute)


def _line(group: FindingGroup) -> list[Cell]:
    title = finding_title(rule_of(group.rule.key), group.entity, group.attribute)
    return [
        Cell(title),
        Cell(number(group.count), right=True),
        Cell(records_label(group.entity), state="muted"),
        Cell(found_word(group.state), state=_COLOURS.get(group.state, "muted")),
        Cell(tr("Show"), state="accent", tip=tr("Show: {finding}", finding=title)),
    ]
