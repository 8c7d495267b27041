"""The table of one entity's attributes: whose records stand beside them, and a row for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_S
from psconnect.desktop.widgets.button import Button
from psconnect.desktop.widgets.card import Card, row
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.desktop.wizard.pages.attribute_row import (
    SAMPLES,
    Advice,
    AttributeRow,
    SampleCell,
    Sampled,
    in_columns,
    show_columns,
)
from psconnect.desktop.wizard.pages.template_editor import EditorTools
from psconnect.service import SampleRecord

NARROW = 760
_NO_TOOLS = EditorTools()


@dataclass(frozen=True)
class ShownAttribute:
    """What a row shows: ``key`` names it, ``text`` fills it, ``values`` are those of the samples."""

    key: str
    label: str
    text: str
    own: bool = False
    note: str = ""
    advice: Sequence[Advice] = ()
    values: Sampled = ()
    tools: EditorTools = field(default=_NO_TOOLS, compare=False)
    lists: Sequence[str] = ()


class AttributeTable(Card):
    """``on_type`` gets key and template; ``on_left`` the key of a row that was left.

    ``on_list`` gets that of a row whose value list is to be shown or hidden.
    """

    def __init__(
        self,
        on_type: Callable[[str, str], object],
        on_left: Callable[[str], object],
        on_list: Callable[[str], object],
    ) -> None:
        super().__init__()
        self._on_type, self._on_left, self._on_list = on_type, on_left, on_list
        self.rows: dict[str, AttributeRow] = {}
        self.opened = ""
        self._shown: Mapping[str, ShownAttribute] = {}
        self._place, self._narrow = 0, False
        self._people: Sequence[SampleRecord] = ()
        self.body.setContentsMargins(0, SPACE_S, 0, SPACE_S)
        self.body.setSpacing(0)
        self._head = QGridLayout()
        in_columns(self._head)
        self.gets = Label("", "section", wrap=False)
        self.comes_from = Label(tr("From PowerSchool"), "section", wrap=False)
        self.names = [_Person() for _place in range(SAMPLES)]
        self.before = Button("", lambda: self._step(-1), look="link", symbol="chevron-left", name=tr("Record before"))
        self.after = Button("", lambda: self._step(1), look="link", symbol="chevron-right", name=tr("Next record"))
        self.which = Label("", "help", wrap=False)
        self.stepper = row(self.before, self.which, self.after, spacing=0)
        self.body.addLayout(self._head)
        self._head.addWidget(self.gets, 0, 0)
        self._head.addWidget(self.comes_from, 0, 1)
        for place, name in enumerate(self.names):
            self._head.addWidget(name, 0, 2 + place)
        self.list = QVBoxLayout()
        self.list.setSpacing(0)
        self.body.addLayout(self.list)
        self._arrange()

    # --- showing -------------------------------------------------------------------------------------------------

    def show_people(self, people: Sequence[SampleRecord]) -> None:
        """Show whose values stand beside the templates."""
        self._people = people
        for name, one in zip(self.names, [*people, *[None] * SAMPLES], strict=False):
            name.show_record(one)
        self._place = min(self._place, max(0, len(people) - 1))
        self._arrange()

    def show_rows(self, rows: Sequence[ShownAttribute]) -> None:
        """Show these rows; the one that is open stays open."""
        self._shown = {one.key: one for one in rows}
        if list(self._shown) != list(self.rows):
            self._make(rows)
        for one in rows:
            shown = self.rows[one.key]
            shown.show_template(one.text, own=one.own, note=one.note)
            shown.show_advice(one.advice)
            shown.list_button.setVisible(bool(one.lists) and not shown.is_open)
            if shown.editor:
                shown.editor.show_tools(one.tools)
            else:
                shown.show_samples(one.values)

    def show_samples(self, key: str, values: Sampled) -> None:
        """Show the values of the row that is being typed."""
        if key in self.rows:
            self.rows[key].show_samples(values)

    def _make(self, rows: Sequence[ShownAttribute]) -> None:
        for before in self.rows.values():
            self.list.removeWidget(before)
            before.hide()
            before.deleteLater()
        self.opened = ""
        self.rows = {
            one.key: AttributeRow(one.key, one.label, self._open, self._on_type, self._close, self._on_list)
            for one in rows
        }
        for made in self.rows.values():
            self.list.addWidget(made)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """One sample where there is little room."""
        super().resizeEvent(event)
        narrow = event.size().width() < NARROW
        if narrow != self._narrow:
            self._narrow = narrow
            self._arrange()

    def _arrange(self) -> None:
        place = self._place if self._narrow else None
        for number, name in enumerate(self.names):
            name.setVisible(place is None or number == place)
        show_columns(self._head, place)
        self.names[self._place].beside.addWidget(self.stepper)
        self.stepper.setVisible(self._narrow and len(self._people) > 1)
        self.which.setText(tr("{place} of {count}", place=self._place + 1, count=len(self._people)))
        for one in self.rows.values():
            one.show_place(place)

    def _step(self, by: int) -> None:
        self._place = (self._place + by) % max(1, len(self._people))
        self._arrange()

    # --- opening -------------------------------------------------------------------------------------------------

    def open(self, key: str) -> AttributeRow:
        """Let a row be edited; the one that was open is closed."""
        found = self.rows[key]
        self._open(found)
        return found

    def _open(self, wanted: AttributeRow) -> None:
        if self.opened and self.opened != wanted.key:
            self._close(self.rows[self.opened])
        self.opened = wanted.key
        if not wanted.is_open:
            wanted.open(self._shown[wanted.key].tools)
            self._show_whole(wanted)
            self._on_left("")

    def _close(self, wanted: AttributeRow) -> None:
        wanted.close_editor()
        if self.opened == wanted.key:
            self.opened = ""
        self._on_left(wanted.key)

    def _show_whole(self, wanted: AttributeRow) -> None:
        """Scroll to all of a row that has just become higher."""
        around = self.parentWidget()
        while around and not isinstance(around, QScrollArea):
            around = around.parentWidget()
        if isinstance(around, QScrollArea):
            QTimer.singleShot(0, wanted, lambda: around.ensureWidgetVisible(wanted, 0, SPACE_S))

    def close_open(self) -> None:
        """Close the row that is open, if one is."""
        if self.opened in self.rows:
            self._close(self.rows[self.opened])


class _Person(QWidget):
    """Name of a record, and what tells it from others of that name."""

    def __init__(self) -> None:
        super().__init__()
        self.name, self.below = ElidedLabel("", "field"), SampleCell("help")
        self.beside = QHBoxLayout(self)
        self.beside.setContentsMargins(0, 0, 0, SPACE_S)
        self.beside.setSpacing(0)
        words = QVBoxLayout()
        words.setSpacing(0)
        self.beside.addLayout(words, 1)
        words.addWidget(self.name)
        words.addWidget(self.below)
        policy = self.sizePolicy()
        policy.setHorizontalPolicy(policy.Policy.Ignored)
        self.setSizePolicy(policy)

    def show_record(self, record: SampleRecord | None) -> None:
        """Show a record, or nobody."""
        self.name.setText(record.title if record else "")
        self.below.setText(_about(record) if record else "")


def _about(record: SampleRecord) -> str:
    grade = tr("grade {grade}", grade=record.grade) if record.grade else ""
    return ", ".join(part for part in (record.number, grade or record.school) if part)
