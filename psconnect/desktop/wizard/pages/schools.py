"""Step 3, *Schools*: which schools take part, by switch, by number, or all of them; and the school year."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QStackedWidget, QWidget

from psconnect.desktop.bridge import BridgeTask
from psconnect.desktop.text import counted, number, tr
from psconnect.desktop.theme.tokens import SPACE_M, SPACE_S, SPACE_XL
from psconnect.desktop.widgets.button import primary, secondary
from psconnect.desktop.widgets.card import Card, column, row, wide
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage, show_text
from psconnect.desktop.wizard.pages.school_table import SchoolFilter, SchoolsModel, SchoolTable
from psconnect.desktop.wizard.pages.side_by_side import Across
from psconnect.desktop.wizard.steps.credentials import CredentialsPart
from psconnect.desktop.wizard.steps.schools import SchoolsPart, parse_numbers
from psconnect.model.clock import CancelToken
from psconnect.model.errors import PsconnectError
from psconnect.model.events import OnEvent
from psconnect.service import CLIENT_SECRET, School
from psconnect.wording.errors import word

_ASIDE_WIDTH, _LEAST_TABLE = 300, 260
_YEARS_BEFORE, _YEARS_AFTER, _JULY = 2, 1, 7


class SchoolsPage(StepPage):
    """Schools from PowerSchool with switches, numbers as text, start year."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        self._go = place.go
        self._task: BridgeTask | None = None
        self._failed: PsconnectError | None = None
        self.model = SchoolsModel(self._switch, self)
        self.filter = SchoolFilter(self.model, self)
        self.table = SchoolTable(self.filter)
        self.table.setMinimumHeight(_LEAST_TABLE)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search by name or number"))
        self.search.setAccessibleName(tr("Search schools"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.filter.search)
        self.refresh_button = secondary(tr("Refresh"), self.refresh, symbol="refresh")
        self.refresh_button.setAccessibleDescription(tr("Asks PowerSchool for its schools again."))
        self.all_box = QCheckBox(tr("Auto mapping: all schools"))
        self.all_box.setAccessibleName(self.all_box.text())
        self.all_box.setAccessibleDescription(tr("A school that is added to PowerSchool later takes part as well."))
        self.all_box.clicked.connect(self._switch_all)
        self.numbers = self.line("numbers", tr("School numbers"), self._type_numbers, example="100,600")
        self.rows["numbers"].set_help(tr("The same choice as text. The number stands beside each school."))
        self.year = self._year_box()
        self.total = Label("", "strong")
        self._message: QWidget | None = None
        self._place = QStackedWidget()
        self._place.setStyleSheet("QStackedWidget { background: transparent; }")
        self._place.addWidget(self.table)
        self._lay_out()
        self.mark("all", self.all_box)
        self.mark("refresh", self.refresh_button)
        self.mark("start_year", self.year_row)
        self.show_draft()

    def _year_box(self) -> QComboBox:
        box = QComboBox()
        now = self.session.service.clock.now()
        this = now.year if now.month >= _JULY else now.year - 1
        chosen = self._part.start_year
        years = {*range(this - _YEARS_BEFORE, this + _YEARS_AFTER + 1), *([chosen] if chosen else [])}
        box.addItem(tr("The current one"), None)
        for year in sorted(years, reverse=True):
            box.addItem(tr("{first}–{last}", first=year, last=year + 1), year)
        box.activated.connect(lambda _place: self.session.update(SchoolsPart, start_year=box.currentData()))
        self.year_row = FormRow(
            tr("School year"), box, help=tr("“The current one” moves on by itself when a new school year begins.")
        )
        return box

    def _lay_out(self) -> None:
        card = Card()
        card.setAccessibleName(tr("Schools"))
        card.body.setSpacing(SPACE_M)
        card.add(row(wide(self.search), self.refresh_button))
        card.add(self._place, 1)
        card.add(self.total)
        help_all = Label(tr("A school that is added to PowerSchool later takes part as well."), "help")
        aside = column(
            column(self.all_box, help_all, spacing=SPACE_S), self.rows["numbers"], self.year_row, 1, spacing=SPACE_XL
        )
        self.body.addWidget(Across(card, aside, aside=_ASIDE_WIDTH), 1)

    @property
    def _part(self) -> SchoolsPart:
        return self.session.draft.of(SchoolsPart)

    def first_field(self) -> QWidget:
        """The search, or what helps when there is nothing to search."""
        return self.search

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter in the search goes to what was found, not to the next step."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.search.hasFocus():
            self.table.setFocus()
            self.table.selectRow(0)
            return
        super().keyPressEvent(event)

    def entered(self) -> None:
        """Ask PowerSchool, unless it has answered before."""
        if not self._part.found and self._task is None:
            self.refresh()

    def left(self) -> None:
        """The answer is no longer wanted."""
        if self._task:
            self._task.cancel.cancel()

    # --- showing -------------------------------------------------------------------------------------------------

    def show_draft(self) -> None:
        """Show the schools with their switches, the numbers, the year."""
        part = self._part
        self.model.show_schools(part.found, self._chosen())
        self.all_box.setChecked(part.all_schools)
        show_text(self.numbers, "" if part.all_schools else part.numbers)
        self.numbers.setPlaceholderText(tr("all") if part.all_schools else "100,600")
        self.year.setCurrentIndex(max(0, self.year.findData(part.start_year)))
        self.total.setText(self._sum())
        self._show_place()
        self.show_needs()

    def _chosen(self) -> frozenset[int]:
        part = self._part
        if part.all_schools:
            return frozenset(school.number for school in part.found)
        return frozenset(self._numbers())

    def _numbers(self) -> list[int]:
        try:
            return parse_numbers(self._part.numbers)
        except ValueError:
            # Shown under the field; until it is mended, no school counts as chosen.
            return []

    def _sum(self) -> str:
        found, chosen = self._part.found, self._chosen()
        if not found:
            return ""
        students = sum(school.students for school in found if school.number in chosen)
        on = sum(school.number in chosen for school in found)
        of = counted(len(found), "{count} school", "{count} schools")
        return tr("{on} of {of}, {students} active students", on=number(on), of=of, students=number(students))

    def _show_place(self) -> None:
        ready = bool(self._part.found)
        self.search.setEnabled(ready)
        self.refresh_button.setEnabled(self._task is None)
        if self._task and not ready:
            self._say(tr("One moment"), tr("Asking PowerSchool for its schools and counting their students …"))
        elif self._failed:
            error = self._failed
            text = word(error, window=True).with_code
            self._say(word(error).title, text, again=True)
        elif not ready:
            self._say(tr("No schools"), tr("PowerSchool listed no school that the plugin may view."), again=True)
        else:
            self._place.setCurrentWidget(self.table)

    def _say(self, heading: str, text: str, *, again: bool = False) -> None:
        if self._message is None or self._message.accessibleName() != heading:
            self._drop_message()
            buttons = [primary(tr("Try again"), self.refresh)] if again else []
            if again and self._go:
                buttons.append(secondary(tr("Open Credentials"), partial(self._go, "credentials")))
            parts = (Label(heading, "heading"), Label(text, "muted"), row(*buttons, 1), 1)
            self._message = column(*parts, spacing=SPACE_M)
            self._message.setAccessibleName(heading)
            self._place.addWidget(self._message)
        self._place.setCurrentWidget(self._message)

    def _drop_message(self) -> None:
        if self._message:
            self._place.removeWidget(self._message)
            self._message.deleteLater()
            self._message = None

    # --- changing ------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask PowerSchool for its schools."""
        session = self.session
        self._failed = None
        self._drop_message()

        def work(_news: OnEvent, cancel: CancelToken) -> list[School]:
            return session.list_schools(cancel)

        asked = self._asked()

        def found(schools: list[School]) -> None:
            if asked != self._asked():
                self._stopped()
                return
            self._task = None
            session.update(SchoolsPart, found=tuple(schools))
            self.show_draft()

        def refused(error: PsconnectError) -> None:
            self._task, self._failed = None, error if asked == self._asked() else None
            self.show_draft()

        self._task = self.bridge.run(work, lambda _events: None, found, refused, on_cancelled=self._stopped, owner=self)
        self._show_place()

    def _asked(self) -> tuple[object, ...]:
        """Whom PowerSchool answers: with other credentials, it is another one."""
        return (*self.session.draft.of(CredentialsPart).signs_in_with, self.session.secrets.get(CLIENT_SECRET))

    def _stopped(self) -> None:
        """The answer was not wanted any more; who looks again wants another one."""
        self._task = None
        if self.isVisible():
            self.entered()
        self.show_draft()

    def _type_numbers(self, text: str) -> None:
        self.session.update(SchoolsPart, numbers=text, all_schools=False)

    def _switch_all(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        part = self._part
        numbers = part.numbers
        if not on and not numbers.strip():
            numbers = ",".join(str(school.number) for school in part.found)
        self.session.update(SchoolsPart, all_schools=on, numbers=numbers)

    def _switch(self, school: int, on: bool) -> None:  # noqa: FBT001 - as the model calls it
        part = self._part
        before = [found.number for found in part.found] if part.all_schools else self._numbers()
        after = [*before, school] if on else [other for other in before if other != school]
        self.session.update(SchoolsPart, all_schools=False, numbers=",".join(map(str, after)))
        self.seen("numbers")
