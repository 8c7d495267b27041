"""The editor of a template: a line, the fields that go on from what is typed, and functions as chips."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QKeyEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.tokens import SMALL, SPACE_M, SPACE_S, TABLE
from psconnect.desktop.widgets.button import Button
from psconnect.desktop.widgets.flow_row import FlowLayout
from psconnect.desktop.widgets.table import ModelIndex
from psconnect.desktop.wizard import template_text
from psconnect.desktop.wizard.template_functions import FUNCTIONS
from psconnect.service import SourceField

_NO_INDEX = QModelIndex()
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_MEANING = int(Qt.ItemDataRole.UserRole) + 1
_LINE_HEIGHT, _NAME_SHARE = 26, 0.58
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class TemplateLine(QLineEdit):
    """The line. Up and down choose a field below it, Enter takes it; without one, Enter and Escape end the editing."""

    stepped = Signal(int)
    taken = Signal()
    ended = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """See the class."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in _ENTER:
            self.taken.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.ended.emit()
        else:
            super().keyPressEvent(event)


class FieldChoices(QListView):
    """The fields that go on from what is typed, each with what it is; the focus stays in the line."""

    def __init__(self, on_take: Callable[[SourceField], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Fields(self)
        self.setModel(self._model)
        self.setItemDelegate(_FieldDelegate(self))
        self.setAccessibleName(tr("Fields that fit"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(lambda index: on_take(self._model.fields[index.row()]))
        self.hide()

    @property
    def marked(self) -> SourceField | None:
        """The field that Enter would take; None while nothing is shown."""
        place = self.currentIndex().row()
        return self._model.fields[place] if not self.isHidden() and 0 <= place < len(self._model.fields) else None

    def show_fields(self, fields: Sequence[SourceField]) -> None:
        """Show these, the first one marked; none hides the list."""
        self._model.show_fields(fields)
        self.setVisible(bool(fields))
        self.setFixedHeight(len(fields) * _LINE_HEIGHT + 2 * self.frameWidth() + 4)
        self.step(0)

    def step(self, by: int) -> None:
        """Mark another one."""
        count = len(self._model.fields)
        if count:
            self.setCurrentIndex(self._model.index((max(0, self.currentIndex().row()) + by) % count, 0))


class _Fields(QAbstractListModel):
    """The fields as Qt asks for them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.fields: list[SourceField] = []

    def show_fields(self, fields: Sequence[SourceField]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self.fields = list(fields)
        self.endResetModel()

    def rowCount(self, parent: ModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """How many there are."""
        return 0 if parent.isValid() else len(self.fields)

    def data(self, index: ModelIndex, role: int = _DISPLAY) -> Any:
        """Name and meaning; a screen reader says both."""
        one = self.fields[index.row()]
        both = f"{one.name}, {one.meaning}"
        return {
            _DISPLAY: one.name,
            _MEANING: one.meaning,
            int(Qt.ItemDataRole.AccessibleTextRole): both,
            int(Qt.ItemDataRole.ToolTipRole): both,
        }.get(int(role))


class _FieldDelegate(QStyledItemDelegate):
    """Name at the left, meaning at the right, each shortened where it does not fit."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: ModelIndex) -> QSize:  # noqa: N802 - Qt's name
        """One line each."""
        return QSize(0, _LINE_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        """The marked one stands on the ground of a choice."""
        colours = tokens_in_use()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if chosen:
            painter.fillRect(option.rect, QColor(colours.accent_ground))
        room = QRect(option.rect).adjusted(SPACE_M, 0, -SPACE_M, 0)
        name = QRect(room.x(), room.y(), round(room.width() * _NAME_SHARE), room.height())
        meaning = QRect(name.right() + SPACE_M, room.y(), room.right() - name.right() - SPACE_M, room.height())
        mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        mono.setPixelSize(TABLE)
        small = QFont(option.font)
        small.setPixelSize(SMALL)
        for font, where, text, colour in (
            (mono, name, str(index.data(_DISPLAY)), colours.accent if chosen else colours.text),
            (small, meaning, str(index.data(_MEANING)), colours.accent if chosen else colours.muted),
        ):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, where.width())
            painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        painter.restore()


@dataclass(frozen=True)
class EditorTools:
    """What an editor offers: the fields of its entity, and the value lists by name.

    ``custom`` is for custom fields, which are a list of names with labels and know no functions.
    """

    fields: Sequence[SourceField] = ()
    lists: Sequence[str] = ()
    custom: bool = False


class TemplateEditor:
    """Line, list and chips, which the row lays out; ``on_type`` gets the template after each change.

    ``shown`` is the template that samples are to follow: what is typed, or with the marked field in place of a name
    that is not complete yet.
    """

    def __init__(self, on_type: Callable[[str], object], on_end: Callable[[], object], name: str) -> None:
        self._on_type, self._on_end = on_type, on_end
        self._tools = EditorTools()
        self.line = TemplateLine()
        self.line.setProperty("look", "code")
        self.line.setAccessibleName(name)
        self.choices = FieldChoices(self._take)
        self.chips = QWidget()
        self._flow = FlowLayout(self.chips, SPACE_S)
        self.functions: dict[str, Button] = {}
        self.line.textEdited.connect(self._typed)
        self.line.cursorPositionChanged.connect(lambda _before, _after: self._offer())
        self.line.stepped.connect(self.choices.step)
        self.line.taken.connect(self._enter)
        self.line.ended.connect(self._escape)
        self._offering = False

    @property
    def shown(self) -> str:
        """See the class."""
        text, marked, typing = self.line.text(), self.choices.marked, self._typing
        return self._completed(typing, marked)[0] if typing and marked else text

    @property
    def _typing(self) -> template_text.Typing | None:
        at = template_text.custom_typing_at if self._tools.custom else template_text.typing_at
        return at(self.line.text(), self.line.cursorPosition())

    def _completed(self, typing: template_text.Typing, field: SourceField) -> tuple[str, int]:
        complete = template_text.custom_completed if self._tools.custom else template_text.with_field
        return complete(self.line.text(), typing, field.name)

    def show_text(self, text: str) -> None:
        """Show a template without moving the cursor of who types it."""
        if self.line.text() != text:
            self.line.setText(text)
        self._enable()

    def show_tools(self, tools: EditorTools) -> None:
        """Offer these."""
        if tools != self._tools or not self.functions:
            self._tools = tools
            self._make_chips()
            self.chips.setVisible(not tools.custom)

    def _make_chips(self) -> None:
        for button in self.functions.values():
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        usual = {"lower": "lower", "before:@": tr("before @")}
        self.functions = {written: self._chip(text, written) for written, text in usual.items()}
        lists = Button(tr("value list …"), look="function")
        lists.add_menu([(name, partial(self.add, name)) for name in self._tools.lists])
        lists.setEnabled(bool(self._tools.lists))
        self.functions["list"] = lists
        self.functions["else:"] = self._chip(tr("else …"), "else:")
        more = Button(tr("All"), look="link", name=tr("All functions"))
        more.add_menu([(f"{one.written}    {one.meaning}", partial(self.add, one.written)) for one in FUNCTIONS])
        self.functions["all"] = more
        for button in self.functions.values():
            self._flow.addWidget(button)
        self._enable()

    def _chip(self, text: str, written: str) -> Button:
        return Button(text, partial(self.add, written), look="function", name=tr("Add {function}", function=text))

    def _enable(self) -> None:
        there = template_text.has_field(self.line.text())
        for key, button in self.functions.items():
            button.setEnabled(there and (key != "list" or bool(self._tools.lists)))

    def add(self, function: str) -> None:
        """Write a function behind the field at the cursor."""
        text, cursor = template_text.with_function(self.line.text(), self.line.cursorPosition(), function)
        self._change(text, cursor)

    def _take(self, field: SourceField) -> None:
        typing = self._typing
        if typing:
            self._change(*self._completed(typing, field))
        self.choices.show_fields([])

    def _change(self, text: str, cursor: int) -> None:
        self.line.setText(text)
        self.line.setCursorPosition(cursor)
        self.line.setFocus()
        self._typed(text)

    def _typed(self, text: str) -> None:
        self._offering = True
        self._offer()
        self._enable()
        self._on_type(text)

    def _offer(self) -> None:
        """Offer fields once something was typed: who only looks is shown nothing."""
        if not self._offering:
            return
        typing = self._typing
        found = template_text.fitting(typing.text, self._tools.fields) if typing else []
        whole = bool(typing) and [one.name for one in found[:1]] == [typing.text if typing else ""]
        self.choices.show_fields([] if whole else found)

    def _enter(self) -> None:
        marked = self.choices.marked
        if marked:
            self._take(marked)
        else:
            self._on_end()

    def _escape(self) -> None:
        if self.choices.isHidden():
            self._on_end()
        else:
            self.choices.show_fields([])
            self._on_type(self.line.text())
