"""The rules of one kind of record, with what each of them leaves out; one can be opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from psconnect.desktop.text import counted, number, tr
from psconnect.desktop.theme.tokens import SPACE_S
from psconnect.desktop.widgets.button import Button, link
from psconnect.desktop.widgets.card import Card, clear, column, line, row, wide
from psconnect.desktop.widgets.flow_row import FlowRow
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.pages.rule_editor import RuleEditor, done_button
from psconnect.desktop.wizard.steps.filters import RuleTable, conditions_of
from psconnect.model.errors import FixSettings
from psconnect.service import FilterCounts, RuleLoss, filter_label, offered_templates
from psconnect.wording.records import record_label

_NEW = {"attribute": "", "op": "equals", "value": ""}


class RuleList(Card):
    """``take`` gets all rules after each change; ``to_plugin`` opens the plugin's step, where there is a way to it."""

    def __init__(
        self,
        source: str,
        take: Callable[[list[RuleTable]], object],
        to_plugin: Callable[[], object] | None,
    ) -> None:
        super().__init__()
        self.setAccessibleName(tr("Rules"))
        self._source, self._take, self._to_plugin = source, take, to_plugin
        self._entity, self._rules, self.opened = "", list[RuleTable](), -1
        self._shape: object = None
        self.editor: RuleEditor | None = None
        self.losses: list[Label] = []
        self.errors: list[Label] = []
        self.labels: list[Label] = []
        self.title = Label("", "heading")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(SPACE_S)
        self.unread = Label("", "help")
        self.unread.set_state("warning")
        self.unread.hide()
        self.plugin_button = link(tr("Open Plugin"), to_plugin)
        self.plugin_button.hide()
        self.adding = FlowRow(SPACE_S)
        self.add(row(wide(self.title), Label(tr("left out"), "help", wrap=False)))
        self.body.addLayout(self._lines)
        self.add(row(wide(self.unread), self.plugin_button))
        self.add(line())
        self.add(Label(tr("Add a rule"), "help"))
        self.add(self.adding)
        self.body.addStretch(1)

    def show_rules(self, entity: str, rules: Sequence[RuleTable]) -> None:
        """Show these rules of an entity."""
        if entity != self._entity:
            self._entity, self.opened, self._shape = entity, -1, None
            self._offer()
        self._rules = list(rules)
        self.opened = self.opened if self.opened < len(rules) else -1
        shape = (self.opened, [_shape_of(rule) for rule in rules])
        if shape != self._shape:
            self._shape = shape
            self._build()
        self.title.setText(_title(len(rules), record_label(entity)))
        for rule, label in zip(rules, self.labels, strict=True):
            label.setText(self._said(rule))

    def _offer(self) -> None:
        own = Button(tr("Own conditions"), partial(self._add, dict(_NEW)), look="pill")
        pills = [own]
        for template in offered_templates(self._entity):
            made = Button(template.label, partial(self._add, {"template": template.name}), look="pill")
            pills.append(made)
        for pill in pills:
            pill.setAccessibleName(tr("Add a rule: {name}", name=pill.text()))
        self.adding.show_widgets(pills)

    def _build(self) -> None:
        clear(self._lines)
        self.editor, self.losses, self.errors, self.labels = None, [], [], []
        for place, rule in enumerate(self._rules):
            self._lines.addWidget(line())
            self._lines.addWidget(self._rule(place, rule))

    def _rule(self, place: int, rule: RuleTable) -> QWidget:
        label, loss, error = Label("", "strong"), Label("", "strong", wrap=False), Label("", "error")
        error.hide()
        for made, found in ((label, self.labels), (loss, self.losses), (error, self.errors)):
            found.append(made)
        editable = bool(rule.get("template")) or conditions_of(rule) is not None
        opened = place == self.opened and editable
        edit = link(tr("Edit"), partial(self._open, place), name=tr("Edit rule {number}", number=place + 1))
        drop = Button("", partial(self._drop, place), look="link", symbol="cross")
        drop.setAccessibleName(tr("Take rule {number} out", number=place + 1))
        buttons = [edit, drop] if editable and not opened else [drop]
        head = row(Label(str(place + 1), "muted", wrap=False), wide(label), loss, *buttons)
        parts: list[QWidget] = [head]
        if not editable:
            parts.append(Label(tr("Written in the connection file: it is kept as it is."), "help"))
        if opened:
            template = next((one for one in offered_templates(self._entity) if one.name == rule.get("template")), None)
            self.editor = RuleEditor(rule, template, partial(self._change, place))
            parts += [self.editor, row(1, done_button(partial(self._open, -1)))]
        return column(*parts, error, spacing=SPACE_S)

    def show_counts(self, counts: FilterCounts | None) -> None:
        """Show what each rule leaves out; None where that is not known."""
        for place, label in enumerate(self.losses):
            loss: RuleLoss | None = counts.rules[place] if counts and place < len(counts.rules) else None
            said = "" if counts is None or loss is None else "?" if loss.loss is None else f"−{number(loss.loss)}"
            label.setText(said)
            if place == self.opened and self.editor:
                self.editor.show_loss(loss)
        unread = counts.unread if counts else ()
        self.unread.setText(
            tr(
                "The installed plugin can’t read {fields}. Not counted until a newer one is installed.",
                fields=", ".join(unread),
            )
            if unread
            else ""
        )
        self.unread.setVisible(bool(unread))
        self.plugin_button.setVisible(bool(unread and self._to_plugin))

    def show_errors(self, texts: Mapping[int, str]) -> None:
        """Say under a rule what is wrong with it."""
        for place, label in enumerate(self.errors):
            label.setText(texts.get(place, ""))
            label.setVisible(place in texts)

    def open_rule(self, place: int) -> QWidget | None:
        """Open a rule; the first control of its editor."""
        self._open(place)
        editor = self.editor
        fields = [*editor.names, *editor.values] if editor else []
        return fields[0] if fields else None

    def _said(self, rule: RuleTable) -> str:
        try:
            return filter_label(self._source, self._entity, rule)
        except FixSettings:
            return str(rule.get("name") or rule.get("template") or tr("Own conditions"))

    # --- changing ------------------------------------------------------------------------------------------------

    def _open(self, place: int) -> None:
        self.opened = place
        self.show_rules(self._entity, self._rules)

    def _add(self, rule: RuleTable) -> None:
        self.opened = len(self._rules)
        self._take([*self._rules, rule])
        if self.editor:
            fields: list[QWidget] = [*self.editor.names, *self.editor.values, self.editor.action]
            fields[0].setFocus()

    def _drop(self, place: int) -> None:
        self.opened = -1
        self._take([one for at, one in enumerate(self._rules) if at != place])

    def _change(self, place: int, rule: RuleTable) -> None:
        self._take([rule if at == place else one for at, one in enumerate(self._rules)])


def _shape_of(rule: RuleTable) -> tuple[object, ...]:
    """What decides which controls a rule has; not what is typed in them."""
    conditions = conditions_of(rule)
    return rule.get("template"), len(conditions) if conditions is not None else -1


def _title(rules: int, record: str) -> str:
    if not rules:
        return tr("No rule: all are let through")
    return counted(rules, "A {record} must pass this rule", "A {record} must pass all {count} rules", record=record)
