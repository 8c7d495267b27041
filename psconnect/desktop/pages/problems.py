"""The problems of a run: by school, then by rule, with what to do and a link to each person in PowerSchool."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QColor, QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView

from psconnect.desktop.text import counted, entity_label, number, tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.widgets.button import link, secondary
from psconnect.desktop.widgets.card import Card, row, wide
from psconnect.desktop.widgets.label import Label, plain_tip
from psconnect.model.problems import without_count
from psconnect.model.review import ProblemGroup, ProblemRecord
from psconnect.wording.records import record_kind
from psconnect.wording.rules import rule_of
from psconnect.wording.runs import severity_word

_LINK = int(Qt.ItemDataRole.UserRole) + 1
_TO_DO = int(Qt.ItemDataRole.UserRole) + 2
_RECORD = int(Qt.ItemDataRole.UserRole) + 3
_SEVERE = int(Qt.ItemDataRole.UserRole) + 4
_HEIGHT = 380
_MARGIN = 4


class ProblemsCard(Card):
    """A tree of school, rule and record; the sentence below says what to do about the current line."""

    def __init__(
        self,
        open_url: Callable[[str], None],
        on_why: Callable[[str, int], object],
        on_save: Callable[[str | None], object],
    ) -> None:
        super().__init__(tr("Problems"))
        self._open_url, self._on_why, self._on_save = open_url, on_why, on_save
        self.save_button = secondary(tr("Save as CSV for the registrar"))
        self.why_button = link(tr("Why?"), self._why, name=tr("Why? Show the record’s way"))
        self._model = QStandardItemModel(0, 3, self)
        self.tree = _Tree(self._open)
        self.tree.setModel(self._model)
        self.tree.setAccessibleName(tr("Problems by school and rule"))
        self.open_button = secondary(tr("Open in PowerSchool"), self._open, symbol="open")
        self.to_do = Label("", "muted")
        self._none = Label(tr("None: every record that was read is in order."), "muted")
        self.add(self._none)
        self.add(self.tree)
        self._foot = row(wide(self.to_do), self.why_button, self.open_button)
        self._save = row(1, self.save_button)
        self.add(self._foot)
        self.add(self._save)
        selection = self.tree.selectionModel()
        selection.currentChanged.connect(self._current_changed)

    def show_groups(self, groups: list[ProblemGroup]) -> None:
        """Show these."""
        self._model.clear()
        self._model.setHorizontalHeaderLabels([tr("School, finding, record"), tr("What"), tr("Records")])
        by_school: dict[str, list[ProblemGroup]] = {}
        for group in groups:
            by_school.setdefault(group.school, []).append(group)
        for school, found in by_school.items():
            count = sum(group.count for group in found)
            line = _line(school or tr("In no school of this roster"), "", number(count))
            for group in found:
                line[0].appendRow(self._rule(group))
            self._model.appendRow(line)
        self._model.horizontalHeaderItem(2).setTextAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        entries: list[tuple[str, Callable[[], object]]] = [(tr("All schools …"), partial(self._on_save, None))]
        entries += [
            (
                tr("{school} …", school=(school or tr("In no school of this roster")).replace("&", "&&")),
                partial(self._on_save, school),
            )
            for school in by_school
        ]
        self.save_button.add_menu(entries)
        self._show_any(shown=bool(groups))

    def _show_any(self, *, shown: bool) -> None:
        self._none.setVisible(not shown)
        self.tree.setVisible(shown)
        self._foot.setVisible(shown)
        self._save.setVisible(shown)
        if not shown:
            return
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(2, 90)
        self.tree.expandToDepth(0)
        self.tree.setFixedHeight(min(_HEIGHT, self._height()))
        self.tree.setCurrentIndex(self._model.index(0, 0))

    def _height(self) -> int:
        rows = self._model.rowCount()
        rows += sum(self._model.item(place).rowCount() for place in range(rows))
        line = self.tree.sizeHintForIndex(self._model.index(0, 0)).height()
        return self.tree.header().sizeHint().height() + max(4, rows) * line + 2 * _MARGIN

    def _rule(self, group: ProblemGroup) -> list[QStandardItem]:
        rule = rule_of(group.rule.key, window=True)
        line = _line(rule.title, severity_word(rule.severity), number(group.count), rule.to_do)
        line[1].setData(group.rule.severity, _SEVERE)
        line[1].setForeground(_colour(group.rule.severity))
        for record in group.records:
            text, what, count = _record(record), record.detail, ""
            if group.rule.counted:
                about, records = without_count(record.detail)
                text, what = _about(record, about), tr("for example {record}", record=text)
                count = number(records)
            added = _line(text, what, count, rule.to_do, record.link)
            added[0].setData((record.entity, record.key), _RECORD)
            line[0].appendRow(added)
        more = group.findings - len(group.records)
        if more:
            text = counted(more, "1 more is in the CSV report", "{count} more are in the CSV report")
            line[0].appendRow(_line(text, "", ""))
        return line

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Update the colours when light and dark change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_model"):
            for school in map(self._model.item, range(self._model.rowCount())):
                for what in (school.child(place, 1) for place in range(school.rowCount())):
                    what.setForeground(_colour(what.data(_SEVERE)))

    def _current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        first = current.siblingAtColumn(0)
        self.to_do.setText(str(first.data(_TO_DO) or ""))
        self.open_button.setEnabled(bool(first.data(_LINK)))
        self.why_button.setEnabled(bool(first.data(_RECORD)))

    def _why(self) -> None:
        record = self.tree.currentIndex().siblingAtColumn(0).data(_RECORD)
        if record:
            self._on_why(*record)

    def _open(self) -> None:
        link = self.tree.currentIndex().siblingAtColumn(0).data(_LINK)
        if link:
            self._open_url(str(link))


def _colour(severity: str) -> QColor:
    colours = tokens_in_use()
    return QColor(colours.bad if severity == "error" else colours.warning)


class _Tree(QTreeView):
    """Enter or a double click opens the record; Tab leaves the tree."""

    def __init__(self, on_open: Callable[[], None]) -> None:
        super().__init__()
        self._on_open = on_open
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformRowHeights(True)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doubleClicked.connect(lambda _index: on_open())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter opens the record in PowerSchool."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_open()
            return
        super().keyPressEvent(event)


def _line(text: str, what: str, count: str, to_do: str = "", link: str = "") -> list[QStandardItem]:
    items = [QStandardItem(" ".join(part.split())) for part in (text, what, count)]
    for item in items:
        item.setEditable(False)
        item.setToolTip(plain_tip(item.text()))
    items[0].setData(to_do, _TO_DO)
    items[0].setData(link, _LINK)
    items[2].setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return items


def _about(record: ProblemRecord, what: str) -> str:
    """What is counted, and of which kind of records it is: ``Students: grade “99”``."""
    return tr("{kind}: {what}", kind=entity_label(record.entity), what=what)


def _record(record: ProblemRecord) -> str:
    """The record's name with its id, or the id alone where it never had a name at the destination."""
    kind = record_kind(record.entity)
    if record.title:
        return tr("{name} ({id})", name=record.title, id=record.sourced_id)
    return tr("{kind} {id}", kind=kind, id=record.sourced_id)
