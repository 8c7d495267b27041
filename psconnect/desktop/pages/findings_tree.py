"""Groups of findings and their people in one grid: name, number, school, field, and what mends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, Qt
from PySide6.QtGui import QColor, QFont, QKeyEvent, QResizeEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView

from psconnect.desktop.text import counted, number, tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.widgets.label import plain_tip
from psconnect.model.found import FoundState
from psconnect.model.review import FindingGroup, FoundRecord
from psconnect.wording.found import finding_detail, finding_title, found_word, mended_at, named_finding
from psconnect.wording.records import record_label, records_label
from psconnect.wording.rules import rule_of
from psconnect.wording.window import open_words

FOUND_WHAT, FOUND_NUMBER, FOUND_SCHOOL, FOUND_DETAIL, FOUND_ACTION = range(5)
_ADVICE, _RECORD, _LINK, _PAGE, _MORE, _COLOUR = (int(Qt.ItemDataRole.UserRole) + place for place in range(1, 7))
_PADDING, _LEAST, _LEAST_DETAIL, _MOST_OF_NAME, _MEASURED, _AROUND = 4, 40, 76, 300, 3, 28
_COLOURS = {
    FoundState.LEFT_OUT: "bad",
    FoundState.KEPT: "warning",
    FoundState.AT_RISK: "bad",
    FoundState.GAP: "warning",
    FoundState.KNOW: "muted",
}
_INDENTATION, _OPENED = 14, 3
"""So many groups are open at first."""


@dataclass(frozen=True)
class Opens:
    """Where a row leads: to a page of the settings, to an address in PowerSchool, to more rows."""

    page: Callable[[str], object]
    address: Callable[[str], object]
    more: Callable[[], object]


class FindingsTree(QTreeView):
    """Enter or a press on the last column opens what mends a row; Tab leaves the tree."""

    def __init__(self, opens: Opens) -> None:
        super().__init__()
        self._opens = opens
        self._needed: dict[int, int] = {}
        self._short = False
        self._needed_by_effect = _LEAST
        self._model = QStandardItemModel(0, 5, self)
        self.setModel(self._model)
        self.setAccessibleName(tr("Findings by kind, with their records"))
        self.setHeaderHidden(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformRowHeights(True)
        self.setIndentation(_INDENTATION)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._clicked)

    def show_groups(self, groups: Sequence[FindingGroup], *, opened: bool) -> None:
        """Show these; ``opened`` opens all of them, otherwise the first few are open."""
        self._model.clear()
        self._model.setColumnCount(5)
        for group in groups:
            self._model.appendRow(self._group(group))
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(_LEAST)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for place in range(len(groups) if opened else min(len(groups), _OPENED)):
            self.expand(self._model.index(place, 0))
        self.selectionModel().setCurrentIndex(self._model.index(0, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
        self._short = False
        self._needed = self._measured()
        self._share_room()
        for place, group in enumerate(groups):
            if self._model.item(place).rowCount() > len(group.records):
                self.setFirstColumnSpanned(len(group.records), self._model.index(place, 0), True)  # noqa: FBT003 - Qt's signature

    def title_of(self, groups: Sequence[FindingGroup]) -> str:
        """How all the groups are called; empty where that differs, and where there are none."""
        titles = {_title(group) for group in groups}
        return titles.pop() if len(titles) == 1 else ""

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Share the room anew."""
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """Show names and numbers whole, and what became of them if there is room; school and field get what is left."""
        if not self._needed:
            return
        room, effect = self.viewport().width(), self._needed_by_effect
        widths = dict(self._needed)
        short = widths[FOUND_WHAT] + widths[FOUND_NUMBER] + widths[FOUND_ACTION] + effect > room
        self._shorten_actions(short=short)
        if short:
            widths[FOUND_ACTION] = self.fontMetrics().horizontalAdvance(tr("Open")) + _AROUND
        fixed = widths[FOUND_NUMBER] + widths[FOUND_ACTION]
        widths[FOUND_WHAT] = max(_LEAST, min(widths[FOUND_WHAT], room - fixed))
        left = room - fixed - widths[FOUND_WHAT]
        widths[FOUND_SCHOOL] = min(widths[FOUND_SCHOOL], left)
        if left - widths[FOUND_SCHOOL] < min(_LEAST_DETAIL, widths[FOUND_DETAIL]):
            widths[FOUND_SCHOOL] = min(left, max(effect, left - widths[FOUND_DETAIL]))
        self.setColumnHidden(FOUND_SCHOOL, widths[FOUND_SCHOOL] < effect)
        left -= 0 if self.isColumnHidden(FOUND_SCHOOL) else widths[FOUND_SCHOOL]
        self.setColumnHidden(FOUND_DETAIL, left < _LEAST_DETAIL)
        widths[FOUND_DETAIL] = min(widths[FOUND_DETAIL], left)
        spare = left - (0 if self.isColumnHidden(FOUND_DETAIL) else widths[FOUND_DETAIL])
        widths[FOUND_WHAT] += max(0, spare)
        for column, width in widths.items():
            self.setColumnWidth(column, width)

    def _shorten_actions(self, *, short: bool) -> None:
        """Say *Open* alone where there is no room for what is opened; it is told on hovering, and to screen readers."""
        if short == self._short:
            return
        self._short = short
        for group in (self._model.item(place) for place in range(self._model.rowCount())):
            people = [group.child(at, FOUND_ACTION) for at in range(group.rowCount())]
            for cell in [self._model.item(group.row(), FOUND_ACTION), *people]:
                told = str(cell.data(Qt.ItemDataRole.AccessibleTextRole) or cell.text())
                cell.setData(told, Qt.ItemDataRole.AccessibleTextRole)
                cell.setText(tr("Open") if short and told else told)

    def _measured(self) -> dict[int, int]:
        """How many pixels each column needs to show all of its texts; of many rows the longest few are measured."""
        needed = dict.fromkeys(range(5), _LEAST)
        self._needed_by_effect = _LEAST
        for place in range(self._model.rowCount()):
            group = self._model.item(place)
            for column in range(5):
                head = self._model.item(place, column)
                people = [group.child(at, column) for at in range(group.rowCount())]
                people = [cell for cell in people if not cell.data(_MORE)]
                longest = sorted(people, key=lambda cell: -len(cell.text()))[:_MEASURED]
                for depth, cell in ((1, head), *((2, cell) for cell in longest)):
                    indent = depth * self.indentation() if column == FOUND_WHAT else 0
                    hint = self.sizeHintForIndex(cell.index()).width()
                    most = _MOST_OF_NAME if depth > 1 else hint
                    needed[column] = max(needed[column], min(hint, most) + indent + _PADDING)
            effect = self.sizeHintForIndex(self._model.item(place, FOUND_SCHOOL).index()).width()
            self._needed_by_effect = max(self._needed_by_effect, effect + _PADDING)
        return needed

    def advice(self, index: QModelIndex) -> str:
        """What to do about a row."""
        return str(index.siblingAtColumn(FOUND_WHAT).data(_ADVICE) or "")

    def record(self, index: QModelIndex) -> tuple[str, int] | None:
        """Entity and key of a row's record; None for a group."""
        found: tuple[str, int] | None = index.siblingAtColumn(FOUND_WHAT).data(_RECORD)
        return found

    def activate(self, index: QModelIndex) -> None:
        """Open what mends a row, or show more of a group."""
        first = index.siblingAtColumn(FOUND_WHAT)
        if first.data(_MORE):
            self._opens.more()
        elif first.data(_LINK):
            self._opens.address(str(first.data(_LINK)))
        elif first.data(_PAGE):
            self._opens.page(str(first.data(_PAGE)))
        elif not first.parent().isValid():
            self.setExpanded(first, not self.isExpanded(first))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter opens what mends the row."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activate(self.currentIndex())
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Update the colours when light and dark change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_model"):
            for place in range(self._model.rowCount()):
                self._colour(self._model.item(place))

    def _colour(self, parent: QStandardItem) -> None:
        rows = [[self._model.item(parent.row(), column) for column in range(5)]]
        rows += [[parent.child(place, column) for column in range(5)] for place in range(parent.rowCount())]
        for item in (item for cells in rows for item in cells if item.data(_COLOUR)):
            item.setForeground(QColor(getattr(tokens_in_use(), item.data(_COLOUR))))

    def _clicked(self, index: QModelIndex) -> None:
        more = bool(index.siblingAtColumn(FOUND_WHAT).data(_MORE))
        if more or (index.column() == FOUND_ACTION and index.data()):
            self.activate(index)

    def _group(self, group: FindingGroup) -> list[QStandardItem]:
        rule = rule_of(group.rule.key, window=True)
        page = mended_at(group.rule.key)
        kinds = record_label(group.entity) if group.count == 1 else records_label(group.entity)
        cells = _cells(
            (_title(group), ""),
            (tr("{count} {records}", count=number(group.count), records=kinds), ""),
            (found_word(group.state), _COLOURS[group.state]),
            (", ".join(group.fields), "muted"),
            (open_words(page), "accent"),
        )
        font = cells[FOUND_WHAT].font()
        font.setWeight(QFont.Weight.DemiBold)
        cells[FOUND_WHAT].setFont(font)
        cells[FOUND_WHAT].setData(rule.to_do, _ADVICE)
        cells[FOUND_WHAT].setData(page, _PAGE)
        for record in group.records:
            cells[FOUND_WHAT].appendRow(_record(record, rule.to_do))
        more = group.count - sum(record.records for record in group.records)
        if more > 0:
            kinds = records_label(group.entity)
            text = counted(more, "Show 1 more", "Show {count} more {records}", records=kinds)
            last = _cells((text, "accent"), *[("", "")] * 4)
            last[FOUND_WHAT].setData(1, _MORE)
            last[FOUND_WHAT].setData(rule.to_do, _ADVICE)
            cells[FOUND_WHAT].appendRow(last)
        return cells


def _title(group: FindingGroup) -> str:
    return finding_title(rule_of(group.rule.key, window=True), group.entity, group.attribute)


def _record(one: FoundRecord, to_do: str) -> list[QStandardItem]:
    name, about = named_finding(one), finding_detail(one)
    if one.records > 1:
        name = tr("{what}: {count} records, for example {name}", what=about, count=number(one.records), name=name)
        about = ""
    cells = _cells(
        (name, ""),
        (one.number, "muted"),
        (one.school or tr("in no school"), "muted"),
        (about, "muted"),
        (tr("Open in PowerSchool") if one.link else "", "accent"),
    )
    cells[FOUND_WHAT].setData((one.entity, one.key), _RECORD)
    cells[FOUND_WHAT].setData(one.link, _LINK)
    cells[FOUND_WHAT].setData(to_do, _ADVICE)
    return cells


def _cells(*parts: tuple[str, str]) -> list[QStandardItem]:
    items = []
    for text, colour in parts:
        item = QStandardItem(" ".join(text.split()))
        item.setEditable(False)
        item.setToolTip(plain_tip(item.text()))
        if colour:
            item.setData(colour, _COLOUR)
            item.setForeground(QColor(getattr(tokens_in_use(), colour)))
        items.append(item)
    return items
