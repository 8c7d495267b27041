"""One filter rule, opened: a template with its value, or own conditions with what each of them leaves out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from psconnect.desktop.text import number, tr
from psconnect.desktop.theme.tokens import SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import Button, link, secondary
from psconnect.desktop.widgets.card import column, row, wide
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.steps.filters import (
    RuleTable,
    condition_value,
    conditions_of,
    joined_by,
    named,
    template_value,
    typed_text,
    with_conditions,
)
from psconnect.model.filter_rules import OPERATIONS
from psconnect.service import FilterTemplate, RuleLoss
from psconnect.wording.catalogue import marked, translated

OPERATION_WORDS = {
    "equals": marked("equals"),
    "not equals": marked("does not equal"),
    "in": marked("is one of"),
    "not in": marked("is none of"),
    "between": marked("is between"),
    "contains": marked("contains"),
    "does not contain": marked("does not contain"),
    "starts with": marked("starts with"),
    "ends with": marked("ends with"),
    "matches": marked("matches the pattern"),
    "is empty": marked("is empty"),
    "is not empty": marked("is not empty"),
    "before": marked("is before"),
    "after": marked("is after"),
    "at least": marked("is at least"),
    "at most": marked("is at most"),
    "in the last": marked("is in the last days"),
}
_EXAMPLES = {"in": "9, 10, 11", "not in": "9, 10", "between": "6, 12", "before": "2026-08-17", "after": "today"}
_WORDS = 9
_NO_VALUE = ("is empty", "is not empty")
_ACTIONS = (("include", marked("Let through")), ("exclude", marked("Leave out")))


class RuleEditor(QWidget):
    """``take`` gets the rule after each change."""

    def __init__(self, rule: RuleTable, template: FilterTemplate | None, take: Callable[[RuleTable], object]) -> None:
        super().__init__()
        self._rule, self._template, self._take = rule, template, take
        self._how = joined_by(rule)
        self.names: list[QLineEdit] = []
        self.operations: list[QComboBox] = []
        self.values: list[QLineEdit] = []
        self.losses: list[Label] = []
        self.action = _box([(key, translated(text)) for key, text in _ACTIONS], tr("What the rule does"))
        self.action.setCurrentIndex(self.action.findData(rule.get("action", "include")))
        self.action.activated.connect(lambda _place: self._change({"action": str(self.action.currentData())}))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        if template:
            layout.addWidget(row(self.action, Label(template.label, "strong", wrap=False), 1, spacing=SPACE_S))
            if template.asks:
                layout.addWidget(self._template_line(template))
            return
        self.how = _box(
            [("all", tr("if all are true")), ("any", tr("if any is true"))], tr("How conditions are joined")
        )
        self.how.setCurrentIndex(self.how.findData(self._how))
        self.how.activated.connect(lambda _place: self._join(str(self.how.currentData())))
        head = row(self.action, self.how, 1, spacing=SPACE_S)
        layout.addWidget(head)
        conditions = conditions_of(rule) or []
        self.how.setEnabled(len(conditions) > 1)
        for place, one in enumerate(conditions):
            layout.addWidget(self._condition(place, one, alone=len(conditions) == 1))
        layout.addWidget(row(link(tr("Condition"), self._add, symbol="plus", name=tr("Add a condition")), 1))

    def _template_line(self, template: FilterTemplate) -> QWidget:
        edit = QLineEdit(typed_text(self._rule.get("value")))
        edit.setPlaceholderText(template.asks)
        edit.setAccessibleName(tr("{template}: {asks}", template=template.label, asks=template.asks))
        edit.textEdited.connect(lambda text: self._change({"value": template_value(template.name, text)}))
        self.values = [edit]
        return edit

    def _condition(self, place: int, one: RuleTable, *, alone: bool) -> QWidget:
        name = QLineEdit(str(one.get("field") or one.get("attribute") or ""))
        name.setPlaceholderText(tr("email or Students.Track"))
        name.setAccessibleName(tr("Field or attribute {number}", number=place + 1))
        name.setProperty("look", "code")
        name.textEdited.connect(partial(self._name, place))
        words = [(op, translated(OPERATION_WORDS[op])) for op in OPERATIONS]
        operation = _box(words, tr("Comparison {number}", number=place + 1))
        operation.setCurrentIndex(operation.findData(one.get("op", "equals")))
        operation.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        operation.setMinimumContentsLength(_WORDS)
        operation.activated.connect(lambda _at: self._operate(place))
        value = QLineEdit(typed_text(one.get("value")))
        value.setAccessibleName(tr("Value {number}", number=place + 1))
        value.setPlaceholderText(_EXAMPLES.get(str(one.get("op")), ""))
        value.textEdited.connect(partial(self._value, place))
        loss = Label("", "help", wrap=False)
        drop = Button("", partial(self._drop, place), look="link", symbol="cross")
        drop.setAccessibleName(tr("Take condition {number} out", number=place + 1))
        drop.setEnabled(not alone)
        self.names.append(name)
        self.operations.append(operation)
        self.values.append(value)
        self.losses.append(loss)
        above, below = row(wide(name), loss, drop, spacing=SPACE_S), row(operation, wide(value), spacing=SPACE_S)
        made = column(above, below, spacing=SPACE_XS)
        value.setVisible(one.get("op") not in _NO_VALUE)
        return made

    def show_loss(self, loss: RuleLoss | None) -> None:
        """Show what each condition leaves out by itself; “?” where a field is not read."""
        parts = loss.parts if loss else ()
        for place, label in enumerate(self.losses):
            if not loss:
                label.setText("")
            elif place < len(parts):
                part = parts[place]
                label.setText("?" if part is None else number(part))

    # --- changing ------------------------------------------------------------------------------------------------

    def _change(self, values: dict[str, Any]) -> None:
        self._rule = {key: value for key, value in {**self._rule, **values}.items() if value is not None}
        self._take(self._rule)

    def _conditions(self) -> list[RuleTable]:
        return [dict(one) for one in conditions_of(self._rule) or []]

    def _set(self, conditions: list[RuleTable]) -> None:
        self._rule = with_conditions(self._rule, conditions, self._how)
        self._take(self._rule)

    def _join(self, how: str) -> None:
        self._how = how
        self._set(self._conditions())

    def _name(self, place: int, text: str) -> None:
        conditions = self._conditions()
        rest = {key: value for key, value in conditions[place].items() if key in ("op", "value")}
        conditions[place] = {**named(text), **rest}
        self._set(conditions)

    def _operate(self, place: int) -> None:
        conditions, op = self._conditions(), str(self.operations[place].currentData())
        self.values[place].setVisible(op not in _NO_VALUE)
        self.values[place].setPlaceholderText(_EXAMPLES.get(op, ""))
        conditions[place] = _condition(conditions[place], op, self.values[place].text())
        self._set(conditions)

    def _value(self, place: int, text: str) -> None:
        conditions = self._conditions()
        conditions[place] = _condition(conditions[place], str(conditions[place].get("op", "equals")), text)
        self._set(conditions)

    def _add(self) -> None:
        self._set([*self._conditions(), {"attribute": "", "op": "equals", "value": ""}])

    def _drop(self, place: int) -> None:
        self._set([one for at, one in enumerate(self._conditions()) if at != place])


def _condition(before: RuleTable, op: str, text: str) -> RuleTable:
    looked_at = {key: value for key, value in before.items() if key in ("field", "attribute")}
    value = condition_value(op, text)
    return {**looked_at, "op": op} if value is None else {**looked_at, "op": op, "value": value}


def _box(entries: list[tuple[str, str]], name: str) -> QComboBox:
    box = QComboBox()
    for key, text in entries:
        box.addItem(text, key)
    box.setAccessibleName(name)
    return box


def done_button(act: Callable[[], object]) -> Button:
    """Closes the editor."""
    return secondary(tr("Done"), act)
