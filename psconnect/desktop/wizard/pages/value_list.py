"""A value list below the attribute that uses it: what becomes of each value, and what the list lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtWidgets import QFrame, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from psconnect.desktop.text import counted, records_label, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import link, secondary
from psconnect.desktop.widgets.card import clear, row, wide
from psconnect.desktop.widgets.flow_row import FlowLayout
from psconnect.desktop.widgets.label import Label
from psconnect.model.text import caseless, trimmed
from psconnect.service import ValueCount

_OTHERS = "*"
_CELL, _MOST_NAMED = 84, 4
TakeValue = Callable[[str, str | None], object]
"""Takes a value of PowerSchool and what is delivered for it; None for what the preset says."""


class ValueListPanel(QFrame):
    """Shows a list; *Edit* makes its values fields to type in."""

    def __init__(self, name: str, take: TakeValue) -> None:
        super().__init__()
        self.name, self._take = name, take
        self._values: Mapping[str, str] = {}
        self._defaults: Mapping[str, str] = {}
        self.editing = False
        self.fields: dict[str, QLineEdit] = {}
        self.setAccessibleName(tr("List “{name}”", name=name))
        self.heading = Label(tr("List “{name}”", name=name), "field", wrap=False)
        self.edit_button = link(tr("Edit"), self._edit, name=tr("Edit the list “{name}”", name=name))
        self.unlisted = Label("", "help")
        self.unlisted.set_state("warning")
        self.added = QLineEdit()
        self.added.setPlaceholderText(tr("Value in PowerSchool"))
        self.added.setAccessibleName(tr("Another value of PowerSchool"))
        self.added.returnPressed.connect(self._add)
        self.add_button = secondary(tr("Add"), self._add)
        self.adding = row(self.added, self.add_button, 1, spacing=SPACE_S)
        self._cells = QWidget()
        self._flow = FlowLayout(self._cells, SPACE_L)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self._cells.setSizePolicy(policy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_XS, SPACE_M, SPACE_S)
        layout.setSpacing(SPACE_S)
        for part in (row(self.heading, self.edit_button, wide(self.unlisted)), self._cells, self.adding):
            layout.addWidget(part)

    def show_list(self, values: Mapping[str, str], defaults: Mapping[str, str]) -> None:
        """Show what becomes of each value, and what the preset says."""
        keys = list(values) != list(self._values)
        changed = dict(values) != dict(self._values)
        self._values, self._defaults = values, defaults
        if keys or (changed and not self.editing) or not self._flow.count():
            self._make()
        elif self.editing:
            for value, field in self.fields.items():
                if field.text() != values[value]:
                    field.setText(values[value])

    def show_unlisted(self, entity: str, counts: Sequence[ValueCount]) -> None:
        """Say which values of PowerSchool the list lacks, and how many records have them."""
        self.unlisted.setText(not_in_list(entity, self._values, counts))

    def _edit(self) -> None:
        self.editing = not self.editing
        self.edit_button.setText(tr("Done") if self.editing else tr("Edit"))
        self._make()
        if self.editing and self.fields:
            next(iter(self.fields.values())).setFocus()

    def _make(self) -> None:
        clear(self._flow)
        self.fields = {}
        others = [_OTHERS] if _OTHERS in self._values else []
        for value in [*(one for one in self._values if one != _OTHERS), *others]:
            shown = tr("all others") if value == _OTHERS else value
            self._flow.addWidget(self._cell(value, shown))
        self.adding.setVisible(self.editing)
        self._cells.updateGeometry()

    def _cell(self, value: str, shown: str) -> QWidget:
        if not self.editing:
            return row(
                Label(tr("{value} →", value=shown), "help", wrap=False),
                Label(self._values[value] or "–", "field", wrap=False),
                spacing=SPACE_XS,
            )
        field = QLineEdit(self._values[value])
        field.setFixedWidth(_CELL)
        field.setAccessibleName(tr("Delivered for {value}", value=shown))
        field.textEdited.connect(partial(self._typed, value))
        self.fields[value] = field
        parts: list[QWidget] = [Label(tr("{value} →", value=shown), "help", wrap=False), field]
        if value not in self._defaults:
            about = tr("Take {value} out of the list", value=shown)
            parts.append(link("", partial(self._take, value, None), name=about, symbol="cross"))
        return row(*parts, spacing=SPACE_XS)

    def _typed(self, value: str, text: str) -> None:
        self._take(value, None if text == self._defaults.get(value) else text)

    def _add(self) -> None:
        value = self.added.text().strip()
        if value and value not in self._values:
            self.added.clear()
            self._take(value, self._values.get(_OTHERS, ""))
            if value in self.fields:
                self.fields[value].setFocus()
                self.fields[value].selectAll()


def not_in_list(entity: str, values: Mapping[str, str], counts: Sequence[ValueCount]) -> str:
    """The values of PowerSchool that a list lacks, with what is delivered for them; empty for none."""
    listed = {caseless(trimmed(value)) for value in values}
    lacking = [one for one in counts if caseless(trimmed(one.value)) not in {*listed, ""}]
    if not lacking:
        return ""
    names = [one.value for one in lacking[:_MOST_NAMED]]
    more = [tr("{count} more", count=len(lacking) - _MOST_NAMED)] if len(lacking) > _MOST_NAMED else []
    shown = tr("{first} or {last}", first=", ".join([*names, *more][:-1]), last=[*names, *more][-1])
    return counted(
        sum(one.records for one in lacking),
        "all others → {delivered}: {count} of the {entity}, with {values}",
        "all others → {delivered}: {count} {entity} with {values}",
        delivered=values.get(_OTHERS, "") or tr("nothing"),
        entity=records_label(entity),
        values=shown if len(lacking) > 1 else names[0],
    )
