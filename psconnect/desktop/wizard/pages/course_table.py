"""The courses of one school: which are delivered, as classes or as groups of users, and in which category."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from psconnect.desktop.text import number, tr
from psconnect.desktop.widgets.table import LEFT, RIGHT, STATE_ROLE, ModelIndex, Table
from psconnect.desktop.widgets.word_filter import WordFilter
from psconnect.model.scope import CourseChoice
from psconnect.service import OfferedCourse

_NO_INDEX = QModelIndex()
_NUMBER, _NAME, _CLASSES, _AS, _CATEGORY = range(5)
_CHECK = Qt.ItemDataRole.CheckStateRole
_EDIT = Qt.ItemDataRole.EditRole


class CoursesModel(QAbstractTableModel):
    """The courses of a school. ``on_change`` gets a course's number and how it is delivered, or None for not at all."""

    def __init__(self, on_change: Callable[[str, CourseChoice | None], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._on_change = on_change
        self._courses: Sequence[OfferedCourse] = ()
        self._states: Mapping[str, CourseChoice | None] = {}

    def show_courses(self, courses: Sequence[OfferedCourse], states: Mapping[str, CourseChoice | None]) -> None:
        """Show these courses with what becomes of each, by its number."""
        if courses != self._courses:
            self.beginResetModel()
            self._courses, self._states = courses, states
            self.endResetModel()
        elif states != self._states:
            self._states = states
            if courses:
                self.dataChanged.emit(self.index(0, 0), self.index(len(courses) - 1, _CATEGORY))

    def course(self, row: int) -> OfferedCourse:
        """The course in a row."""
        return self._courses[row]

    def rowCount(self, parent: ModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """How many courses there are."""
        return 0 if parent.isValid() else len(self._courses)

    def columnCount(self, parent: ModelIndex = _NO_INDEX) -> int:  # noqa: N802 - Qt's name
        """Number with a tick, name, classes, class or group, category."""
        return 0 if parent.isValid() else 5

    def flags(self, index: ModelIndex) -> Qt.ItemFlag:
        """The number's cell is ticked, the category of a class is typed."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        state = self._states.get(self._courses[index.row()].number)
        if index.column() == _NUMBER:
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        if index.column() == _CATEGORY and state and state.deliver_as == "class":
            return flags | Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: ModelIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """What a cell shows."""
        course, column = self._courses[index.row()], index.column()
        state = self._states.get(course.number)
        is_class = state is not None and state.deliver_as == "class"
        if role == _EDIT and column == _CATEGORY:
            return state.category if state else ""
        values = {
            int(_EDIT): _text(course, state, column),
            int(Qt.ItemDataRole.DisplayRole): _text(course, state, column),
            int(Qt.ItemDataRole.AccessibleTextRole): _text(course, state, column),
            int(Qt.ItemDataRole.TextAlignmentRole): int(RIGHT if column == _CLASSES else LEFT),
            STATE_ROLE: _colour(state, column, is_class=is_class),
        }
        if role == _CHECK and column == _NUMBER:
            return Qt.CheckState.Unchecked if state is None else Qt.CheckState.Checked
        return values.get(int(role))

    def setData(self, index: ModelIndex, value: Any, role: int = int(_EDIT)) -> bool:  # noqa: N802 - Qt's name
        """Tick a course, or type its category."""
        course = self._courses[index.row()].number
        if role == _CHECK:
            on = Qt.CheckState(value) == Qt.CheckState.Checked
            self._on_change(course, CourseChoice([course]) if on else None)
            return True
        if role == _EDIT and index.column() == _CATEGORY:
            self._on_change(course, CourseChoice([course], category=str(value).strip()))
            return True
        return False

    def turn(self, row: int) -> None:
        """Deliver a course as a group of users in place of a class, or the other way round."""
        course = self._courses[row].number
        state = self._states.get(course)
        if state is not None:
            group = state.deliver_as == "class"
            self._on_change(course, CourseChoice([course], deliver_as="group" if group else "class"))

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        """The headings."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (tr("Course"), tr("Name"), tr("Classes"), tr("Deliver as"), tr("Category"))[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return int(RIGHT if section == _CLASSES else LEFT)
        return None


def _text(course: OfferedCourse, state: CourseChoice | None, column: int) -> str:
    return (course.number, course.name, number(course.classes), _as(state), _category(state))[column]


def _colour(state: CourseChoice | None, column: int, *, is_class: bool) -> str:
    """What can be changed by a click looks like it."""
    if state is None:
        return "muted"
    return "accent" if column == _AS or (column == _CATEGORY and is_class) else ""


def _as(state: CourseChoice | None) -> str:
    if state is None:
        return tr("not delivered")
    return tr("Group of users") if state.deliver_as == "group" else tr("Class")


def _category(state: CourseChoice | None) -> str:
    if state is None:
        return ""
    if state.deliver_as == "group":
        return tr("groups have none")
    return state.category or tr("type a category")


class CourseFilter(WordFilter):
    """Courses whose number or name has the searched words in it."""

    columns = (_NUMBER, _NAME)

    def shown(self) -> list[str]:
        """The numbers of the courses that are shown."""
        return [str(self.index(row, _NUMBER).data()) for row in range(self.rowCount())]


class CourseTable(Table):
    """The table. Space ticks a course or, in the column of that name, turns it from class to group.

    A category is typed in its place after a click, Enter or F2.
    """

    def __init__(self, model: CourseFilter, turn: Callable[[int], object], parent: QWidget | None = None) -> None:
        super().__init__(model, tr("Courses"), (130, 0, 84, 140, 170), parent=parent)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.SelectedClicked | triggers.DoubleClicked | triggers.EditKeyPressed)
        self._filter, self._turn = model, turn
        self.clicked.connect(self._clicked)

    def show_places(self, *, groups: bool, categories: bool) -> None:
        """Offer groups and categories only where the destination has a place for them."""
        self.setColumnHidden(_AS, not groups)
        self.setColumnHidden(_CATEGORY, not categories)

    def _clicked(self, index: ModelIndex) -> None:
        if index.column() == _AS:
            self._turn(self._filter.mapToSource(index).row())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Space ticks or turns; Enter types the category."""
        index = self.currentIndex()
        if self.state() == QAbstractItemView.State.EditingState:
            # The Enter that ends an editor comes here, too; it must not begin another one, nor go on to the next step.
            event.accept()
            return
        if event.key() == Qt.Key.Key_Space and index.isValid():
            if index.column() == _AS:
                self._turn(self._filter.mapToSource(index).row())
                return
            first = index.siblingAtColumn(_NUMBER)
            on = first.data(_CHECK) == Qt.CheckState.Checked
            self._filter.setData(first, Qt.CheckState.Unchecked if on else Qt.CheckState.Checked, _CHECK)
            return
        category = index.siblingAtColumn(_CATEGORY)
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not self.isColumnHidden(_CATEGORY) and category.flags() & Qt.ItemFlag.ItemIsEditable:
            self.setCurrentIndex(category)
            self.edit(category)
            return
        super().keyPressEvent(event)
