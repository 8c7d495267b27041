"""One change beside the table: each attribute before and after, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QWidget

from psconnect.desktop.text import action_word, number, tr
from psconnect.desktop.widgets.button import link, secondary
from psconnect.desktop.widgets.card import column, row
from psconnect.desktop.widgets.label import ElidedLabel
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.model.review import ChangeRow
from psconnect.wording.records import record_kind
from psconnect.wording.rules import rule_of

_DETAIL_WIDTH = 310
_BEFORE, _AFTER = 1, 2


class ChangeDetail(QWidget):
    """One change: each attribute before and after."""

    def __init__(self, on_exclude: Callable[[], object], on_why: Callable[[], object]) -> None:
        super().__init__()
        self.setFixedWidth(_DETAIL_WIDTH)
        self.exclude_button = secondary(tr("Exclude"), on_exclude)
        self.why_button = link(tr("Why?"), on_why, name=tr("Why? Show the record’s way"))
        self._title, self.what = ElidedLabel("", "strong"), ElidedLabel("", "help")
        self._model = RowsModel([tr("Attribute"), tr("Before"), tr("After")], parent=self)
        self.table = Table(self._model, tr("The current change, attribute by attribute"), [132, 0, 0])
        self.table.verticalHeader().setDefaultSectionSize(28)
        layout = column(self._title, self.what, spacing=2)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(column(layout, self.table, row(self.exclude_button, self.why_button, 1)))

    def show_selected(self, count: int, *, most: int) -> None:
        """Say how many changes the button would exclude."""
        self.exclude_button.setText(tr("Exclude {count}", count=number(count)) if count > 1 else tr("Exclude"))
        self.exclude_button.setEnabled(0 < count <= most)
        at_once = tr("At most {count} at once; for more, correct the rules in the settings", count=number(most))
        self.exclude_button.setToolTip(at_once if count > most else tr("Leave the selected changes out of this run"))

    def show_change(self, change: ChangeRow | None) -> None:
        """Show a change; None keeps the one that is shown."""
        if change is None:
            return
        self._title.setText(" ".join(change.title.split()))
        what = tr("{action}, {kind}", action=action_word(change.action), kind=record_kind(change.entity).lower())
        if change.found_by:
            what = tr("Already there: {how}", how=change.found_by)
        self.what.setText(rule_of(change.rule).sentence.removesuffix(".") if change.rule else what)
        self._model.show_rows([_value_row(*value) for value in change.values])
        # A new record has no value before and a removed one none after: hide that column.
        for place, action in ((_BEFORE, "create"), (_AFTER, "remove")):
            self.table.setColumnHidden(place, change.action == action)


def _value_row(name: str, before: str | None, after: str | None) -> list[Cell]:
    return [
        Cell(name),
        Cell(_shown(before), state="bad" if before else "muted"),
        Cell(_shown(after), state="good" if after else "muted"),
    ]


def _shown(value: str | None) -> str:
    return tr("none") if not value else " ".join(value.split())
