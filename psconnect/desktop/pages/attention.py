"""What needs attention, on the overview: each finding with its field, how many it is about, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from psconnect.desktop.text import counted, number, tr
from psconnect.desktop.theme.tokens import SPACE_M
from psconnect.desktop.widgets.button import link
from psconnect.desktop.widgets.card import Card, clear, column, row, wide
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.model.found import FoundState
from psconnect.model.review import FindingGroup, Findings
from psconnect.wording.catalogue import marked, translated
from psconnect.wording.found import finding_title
from psconnect.wording.records import listed, record_label, records_label
from psconnect.wording.rules import rule_of

OpenFindings = Callable[..., object]
_MOST = 6
_EFFECTS = {
    FoundState.LEFT_OUT: marked("left out"),
    FoundState.KEPT: marked("kept as last delivered"),
    FoundState.AT_RISK: marked("may be rejected"),
    FoundState.GAP: marked("delivered"),
    FoundState.KNOW: marked("to know"),
}
_STATES = {
    FoundState.LEFT_OUT: "bad",
    FoundState.KEPT: "warning",
    FoundState.AT_RISK: "bad",
    FoundState.GAP: "warning",
    FoundState.KNOW: "",
}


class AttentionCard(Card):
    """The findings of the last delivery, most severe first."""

    def __init__(self) -> None:
        super().__init__(tr("Needs attention"))
        self.body.removeWidget(self.heading)
        self._count = Label("", "muted", wrap=False)
        self.add(row(wide(self.heading), self._count))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(SPACE_M)
        self._grid.setVerticalSpacing(SPACE_M)
        self._grid.setColumnStretch(1, 1)
        self.body.addLayout(self._grid)
        self._none = Label("", "muted")
        self.add(self._none)
        self.body.addStretch(1)
        self._more = link("", self._open_all)
        self._show: OpenFindings | None = None
        self.lines: list[tuple[str, str, str]] = []
        """Number, finding, and whom it is about, as they are shown."""
        self.add(row(self._more, 1))

    def _open_all(self) -> None:
        if self._show:
            self._show()

    def show_findings(self, findings: Findings | None, show: OpenFindings) -> None:
        """Show the findings by rule and field; ``show`` opens those of a rule and a field. None: nothing was read."""
        clear(self._grid)
        self._show, self.lines = show, []
        alike: dict[tuple[str, str, FoundState], list[FindingGroup]] = {}
        for group in findings.groups if findings else ():
            alike.setdefault((group.rule.key, group.attribute, group.state), []).append(group)
        for place, groups in enumerate(list(alike.values())[:_MOST]):
            self._add_line(place, groups, show)
        in_order = tr("Nothing: every record that was read is in order.")
        undo = tr("An undo reads nothing; the run before it tells what it found.")
        self._none.setText(in_order if findings else undo)
        self._none.setVisible(not alike)
        total = findings.total if findings else 0
        self._count.setText(counted(total, "1 record", "{count} records") if alike else "")
        self._more.setText(tr("Show all {count}", count=number(total)))
        self._more.setVisible(bool(alike))

    def _add_line(self, place: int, groups: Sequence[FindingGroup], show: OpenFindings) -> None:
        first = groups[0]
        title = finding_title(rule_of(first.rule.key), first.entity, first.attribute)
        count, whom = sum(group.count for group in groups), _whom(groups)
        figure = Label(number(count), "strong", wrap=False)
        figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        figure.set_state(_STATES[first.state])
        figure.setAccessibleName(counted(count, "1 record", "{count} records"))
        opens = link(
            tr("Show"), partial(show, first.rule.key, first.attribute), name=tr("Show: {finding}", finding=title)
        )
        words = column(row(wide(Label(title)), opens), ElidedLabel(whom, "help"), spacing=0)
        self._grid.addWidget(figure, place, 0)
        self._grid.addWidget(words, place, 1)
        self.lines.append((figure.text(), title, whom))


def _whom(groups: Sequence[FindingGroup]) -> str:
    """Whom a finding is about, what became of them, and the field: ``students · left out · Students.First_Name``."""
    first = groups[0]
    kinds = [record_label(one.entity) if one.count == 1 else records_label(one.entity) for one in groups]
    fields = list(dict.fromkeys(field for one in groups for field in one.fields))
    return " · ".join(filter(None, (listed(kinds), translated(_EFFECTS[first.state]), ", ".join(fields))))
