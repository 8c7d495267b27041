"""The tab *Courses* of the step: of one school at a time, because schools choose differently."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from psconnect.desktop.text import counted, number, tr
from psconnect.desktop.theme.tokens import SPACE_M
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.card import row, wide
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.course_choices import course_states, with_courses
from psconnect.desktop.wizard.pages.course_table import CourseFilter, CoursesModel, CourseTable
from psconnect.desktop.wizard.session import Session
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.schools import SchoolsPart
from psconnect.model.scope import CourseChoice
from psconnect.service import Offer, OfferedCourse, OfferedSchool

_LEAST_TABLE = 150


class CoursesTab(QWidget):
    """Courses with ticks; ``offer`` is what there is to choose from, None while it is not known."""

    def __init__(
        self,
        session: Session,
        on_seen: Callable[[str], object],
        on_read: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._on_seen = session, on_seen
        self._offer: Offer | None = None
        self.model = CoursesModel(self._change, self)
        self.filter = CourseFilter(self.model, self)
        self.table = CourseTable(self.filter, self.model.turn)
        self.table.setMinimumHeight(_LEAST_TABLE)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search by number or name"))
        self.search.setAccessibleName(tr("Search courses"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.filter.search)
        self.school = QComboBox()
        self.school.setAccessibleName(tr("School of the courses"))
        self.school.activated.connect(lambda _place: self._show_courses())
        self.all_on = secondary(tr("Switch all on"), lambda: self._switch(on=True))
        self.all_off = secondary(tr("Switch all off"), lambda: self._switch(on=False))
        for button in (self.all_on, self.all_off):
            button.setAccessibleDescription(tr("The courses that the search shows, at this school."))
        self.sum = Label("", "strong")
        self.help = Label("", "help")
        self.message = Label("", "muted")
        self.read_button = secondary(tr("Read them now"), on_read)
        self.row = FormRow(tr("Courses"), self.table)
        # The tab says it.
        self.row.label.hide()
        body = QVBoxLayout(self)
        body.setContentsMargins(0, SPACE_M, 0, 0)
        body.setSpacing(SPACE_M)
        for part in (
            row(wide(self.search), self.school, self.all_on, self.all_off),
            self.message,
            row(self.read_button, 1),
            self.row,
            self.sum,
            self.help,
        ):
            body.addWidget(part)

    @property
    def _part(self) -> SchoolsPart:
        return self._session.draft.of(SchoolsPart)

    @property
    def _number(self) -> int | None:
        found = self.school.currentData()
        return found if isinstance(found, int) else None

    @property
    def count(self) -> int:
        """The courses of all chosen schools, each school's counted by itself."""
        chosen = {school.number for school in self._schools()}
        return sum(one.school in chosen for one in self._courses())

    def _schools(self) -> list[OfferedSchool]:
        """The schools that take part."""
        part, offered = self._part, self._offer.schools if self._offer else ()
        return [one for one in offered if part.has(one.number)]

    def _courses(self) -> tuple[OfferedCourse, ...]:
        return (self._offer.courses or ()) if self._offer else ()

    def show_offer(self, offer: Offer | None) -> None:
        """Show what there is to choose from, and what is chosen."""
        self._offer = offer
        chosen = self._number
        self.school.clear()
        for school in self._schools():
            self.school.addItem(school.name, school.number)
        self.school.setCurrentIndex(max(0, self.school.findData(chosen)))
        self._show_courses()

    def _show_courses(self) -> None:
        school = self._number
        courses = [one for one in self._courses() if one.school == school]
        states = course_states(self._part.courses, school, courses) if school is not None else {}
        self.model.show_courses(courses, states)
        kind = self._session.draft.of(DestinationPart).kind
        takes = next((one.takes for one in self._session.choices.destinations if one.name == kind), frozenset())
        chosen = self._part.courses
        self.table.show_places(
            groups="groups" in takes or any(one.deliver_as == "group" for one in chosen),
            categories="categories" in takes or any(one.category for one in chosen),
        )
        self._say(school, courses, states, takes=bool(takes))

    def _say(
        self, school: int | None, courses: list[OfferedCourse], states: dict[str, CourseChoice | None], *, takes: bool
    ) -> None:
        known = self._offer is not None and self._offer.courses is not None
        for widget in (self.row, self.search, self.school, self.all_on, self.all_off, self.sum, self.help):
            widget.setVisible(bool(courses) or (known and widget is self.school))
        self.message.setVisible(not courses)
        self.read_button.setVisible(self._offer is not None and not known and not self._session.live.busy)
        if not known:
            self.message.setText(tr("The classes of this school year have not been read yet."))
        elif not courses:
            self.message.setText(tr("This school has no classes in this school year."))
        on = [state for state in states.values() if state is not None]
        groups = sum(state.deliver_as == "group" for state in on)
        of = counted(len(courses), "{count} course", "{count} courses")
        text = tr("{on} of {of} are delivered", on=number(len(on)), of=of)
        self.sum.setText(tr("{text}, {groups} of them as groups", text=text, groups=number(groups)) if groups else text)
        own = school is not None and any(one.school in (school, None) for one in self._part.courses)
        later = (
            tr("A course that appears later is not delivered at this school until it is ticked here.")
            if own
            else tr("A course that appears later is delivered, too.")
        )
        group = tr("Class: a class with its teachers. Group: only a group of users, for homerooms, clubs and teams.")
        self.help.setText(f"{group} {later}" if takes else later)

    def _change(self, course: str, state: CourseChoice | None) -> None:
        self._take({course: state})

    def _switch(self, *, on: bool) -> None:
        shown, states = self.filter.shown(), course_states(self._part.courses, self._number or 0, self._courses())
        self._take({one: states.get(one) or CourseChoice([one]) if on else None for one in shown})

    def _take(self, changed: dict[str, CourseChoice | None]) -> None:
        school = self._number
        if school is None:
            return
        states = {**course_states(self._part.courses, school, self._courses()), **changed}
        if not any(states.values()):
            self.row.set_error(tr("Leave one course on, or switch the school off."))
            self.model.layoutChanged.emit()
            return
        self.row.set_error("")
        self._session.update(SchoolsPart, courses=with_courses(self._part.courses, school, self._courses(), changed))
        self._on_seen("courses")
