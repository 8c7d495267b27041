"""Step *Schools, terms, courses*: which part of the district takes part, from the one reading of the set-up."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from psconnect.desktop.text import counted, number, tr
from psconnect.desktop.theme.tokens import SPACE_M
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.wizard.live import LiveQuestion
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage
from psconnect.desktop.wizard.pages.courses import CoursesTab
from psconnect.desktop.wizard.pages.read_state import ReadState, stream_words
from psconnect.desktop.wizard.pages.school_choice import SchoolChoice
from psconnect.desktop.wizard.pages.term_menu import TermMenu, terms_at, terms_in_words, with_term
from psconnect.desktop.wizard.steps.credentials import CredentialsPart
from psconnect.desktop.wizard.steps.schools import SchoolsPart, parse_numbers
from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.errors import PsconnectError
from psconnect.service import CLIENT_SECRET, NOT_KEPT, LiveReading, Offer, OfferedSchool, OfferedTerm, School


def _offer(live: LiveReading, settings: Connection, _cancel: CancelToken) -> Offer:
    return live.offer(settings)


class SchoolsPage(StepPage):
    """Schools with switches, numbers as text and terms; the school year; courses of each school."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        self._go = place.go
        self._offer: Offer | None = None
        self._asked: object = None
        self._refusal: PsconnectError | None = None
        self._question = LiveQuestion(self.bridge, self.session, self)
        self.read_state = ReadState(self.refresh, self.session.live.cancel)
        self.refresh_button = self.read_state.refresh_button
        self.choice = SchoolChoice(self, self._switch, self._choose_terms)
        self.filter, self.model, self.table = self.choice.filter, self.choice.model, self.choice.table
        self.search, self.all_box, self.year = self.choice.search, self.choice.all_box, self.choice.year
        self.numbers, self.total = self.choice.numbers, self.choice.total
        self.question = Banner()
        self.courses = CoursesTab(self.session, self.seen, self.refresh)
        self.rows["courses"] = self.courses.row
        self.term_menu: TermMenu | None = None
        self._awaited: str | None = None
        self._lay_out()
        self.mark("all", self.all_box)
        self.mark("refresh", self.refresh_button)
        self.mark("terms", self.table)
        self.mark("prior_data_days", self.choice.prior)
        self.show_draft()

    def _lay_out(self) -> None:
        schools = QWidget()
        inside = QVBoxLayout(schools)
        inside.setContentsMargins(0, SPACE_M, 0, 0)
        inside.setSpacing(SPACE_M)
        inside.addWidget(self.choice.top)
        inside.addWidget(self.question)
        inside.addWidget(self.choice.place, 1)
        inside.addWidget(self.total)
        inside.addWidget(self.choice.later)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(tr("Schools, terms, courses"))
        # The tabs take the focus, not the frame around them: a screen reader has no word for that, and Tab stops there.
        self.tabs.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabs.tabBar().setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tabs.addTab(schools, tr("Schools and terms"))
        self.tabs.addTab(self.courses, tr("Courses"))
        self.body.addWidget(self.read_state)
        self.body.addWidget(self.tabs, 1)

    @property
    def _part(self) -> SchoolsPart:
        return self.session.draft.of(SchoolsPart)

    def first_field(self) -> QWidget:
        """The search, or while there is nothing to search the numbers."""
        return self.search if self.search.isEnabled() else self.numbers

    def lead_to(self, key: str) -> QWidget:
        """Bring a setting into view, on its tab; one that waits for the schools takes the focus once they are read."""
        self.tabs.setCurrentIndex(1 if key == "courses" else 0)
        control = super().lead_to(key)
        self._awaited = None if control.isEnabled() else key
        return control

    def reveal(self) -> QWidget | None:
        """Say what is needed; all of it stands on the first tab."""
        found = super().reveal()
        if found:
            self.tabs.setCurrentIndex(0)
        return found

    def entered(self) -> None:
        """Read PowerSchool unless it has been read, and show what is there already."""
        live = self.session.live
        if self._news not in live.on_news:
            live.on_news.append(self._news)
        live.start(self.bridge)
        self._news()

    def left(self) -> None:
        """The reading goes on: other steps want it, too."""
        self._question.stop()
        if self._news in self.session.live.on_news:
            self.session.live.on_news.remove(self._news)

    def refresh(self) -> None:
        """*Refresh cached values*: read years, schools, terms and all the rest again."""
        self._refusal = None
        self.session.live.start(self.bridge, again=True)
        self._news()

    # --- what there is to choose from --------------------------------------------------------------------------------

    def _news(self) -> None:
        live = self.session.live
        self.read_state.show_status(live.status, self.session.service.clock.now(), busy=live.busy)
        self.courses.show_offer(self._offer)
        self._ask()
        self._show_place()

    def _ask(self) -> None:
        """Ask what there is to choose from, once there may be something new."""
        status, draft = self.session.live.status, self.session.draft
        signs_in = (*draft.of(CredentialsPart).signs_in_with, self.session.secrets.get(CLIENT_SECRET))
        asked = (status.state, status.read_at, frozenset(status.done), self._part.start_year, signs_in)
        if asked == self._asked or status.state == "none":
            return
        self._asked = asked
        self._question.ask(
            lambda live, settings, _cancel: live.offer(settings), self._offered, self._refused, step="credentials"
        )

    def _offered(self, offer: Offer) -> None:
        self._offer, self._refusal = offer, None
        part, listed = self._part, tuple(School(one.number, one.name, one.students or 0) for one in offer.schools)
        before = {school.number for school in part.found}
        appeared = [one.number for one in listed if before and one.number not in before and not part.has(one.number)]
        there = {one.number for one in listed}
        new = tuple(one for one in dict.fromkeys([*part.new, *appeared]) if one in there and not part.has(one))
        if (listed, new) != (part.found, part.new):
            self.session.update(SchoolsPart, found=listed, new=new)
        self.courses.show_offer(offer)
        self.show_draft()

    def _refused(self, error: PsconnectError) -> None:
        self._refusal = None if getattr(error, "code", "") == NOT_KEPT else error
        self._offer = None
        self.courses.show_offer(None)
        self.show_draft()

    # --- showing -----------------------------------------------------------------------------------------------------

    def show_draft(self) -> None:
        """Show the schools with their switches, the numbers, the year, and what is asked about a new school."""
        part, schools = self._part, self._schools()
        chosen, terms = self.chosen(), self._terms()
        words = {one.number: terms_in_words(part.terms, one.number, terms) for one in schools}
        self.model.show_schools(schools, chosen, words)
        self.choice.show_part(part, self._offer)
        self.total.setText(self._sum())
        on = sum(one.number in chosen for one in schools)
        shown = tr("Schools and terms ({on} of {all})", on=number(on), all=number(len(schools)))
        self.tabs.setTabText(0, shown if schools else tr("Schools and terms"))
        self.courses.show_offer(self._offer)
        count = self.courses.count
        self.tabs.setTabText(1, tr("Courses ({count})", count=number(count)) if count else tr("Courses"))
        self._ask()
        self._ask_about_new()
        self._show_place()
        self.show_needs()

    def _schools(self) -> tuple[OfferedSchool, ...]:
        if self._offer:
            return self._offer.schools
        return tuple(OfferedSchool(one.number, one.name) for one in self._part.found)

    def _terms(self) -> tuple[OfferedTerm, ...]:
        return self._offer.terms if self._offer else ()

    def chosen(self) -> frozenset[int]:
        """The numbers of the schools that take part."""
        if self._part.all_schools:
            return frozenset(school.number for school in self._schools())
        return frozenset(self._numbers())

    def _numbers(self) -> list[int]:
        try:
            return parse_numbers(self._part.numbers)
        except ValueError:
            # Shown under the field; until it is mended, no school counts as chosen.
            return []

    def _sum(self) -> str:
        schools, chosen = self._schools(), self.chosen()
        if not schools:
            return ""
        on = [one for one in schools if one.number in chosen]
        of = counted(len(schools), "{count} school", "{count} schools")
        text = tr("{on} of {of}", on=number(len(on)), of=of)
        if None in {one.students for one in on}:
            return text
        students = sum(one.students or 0 for one in on)
        text = tr("{text}, {students} active students", text=text, students=number(students))
        if None in {one.classes for one in on}:
            return text
        return tr("{text}, {classes} classes", text=text, classes=number(sum(one.classes or 0 for one in on)))

    def _ask_about_new(self) -> None:
        names = {one.number: one for one in self._schools()}
        asked = next((names[one] for one in self._part.new if one in names), None)
        if asked is None:
            self.question.hide()
            return
        text = tr("{school} is new in PowerSchool. Should it take part?", school=asked.name)
        if asked.students is not None:
            students = counted(asked.students, "{count} active student", "{count} active students")
            text = tr(
                "{school} is new in PowerSchool and has {students}. Should it take part?",
                school=asked.name,
                students=students,
            )
        if self.question.isHidden() or self.question.label.text() != text:
            off, on = partial(self._decide, asked.number), partial(self._switch, asked.number, True)  # noqa: FBT003
            self.question.tell(text, "warning", [(tr("Leave off"), off), (tr("Switch on"), on)])

    def _show_place(self) -> None:
        live = self.session.live
        self.search.setEnabled(bool(self._schools()))
        if self._awaited is not None and self.search.isEnabled():
            elsewhere: QWidget | None = self.focusWidget()  # of this page; None where nobody has gone on meanwhile
            if elsewhere is None or not elsewhere.hasFocus():
                self.lead_to(self._awaited)
            self._awaited = None
        status = live.status
        error = self._refusal or (status.error if status.state == "failed" else None)
        if error and not live.busy and status.read_at is None:
            self.choice.say_error(error, self.refresh, partial(self._go, "credentials") if self._go else None)
        elif self._schools():
            self.choice.show_table()
        elif live.busy:
            self.choice.say(tr("One moment"), stream_words(status))
        elif status.state == "cancelled":
            self.choice.say(tr("Reading was stopped"), tr("Nothing of it was kept."), self.refresh)
        else:
            self.choice.say(
                tr("No schools"), tr("PowerSchool listed no school that the plugin may view."), self.refresh
            )

    # --- changing ----------------------------------------------------------------------------------------------------

    def _switch(self, school: int, on: bool) -> None:  # noqa: FBT001 - as the model calls it
        part = self._part
        before = [one.number for one in self._schools()] if part.all_schools else self._numbers()
        after = [*before, school] if on else [other for other in before if other != school]
        new = tuple(one for one in part.new if one != school)
        text = ",".join(map(str, dict.fromkeys(after)))
        self.session.update(SchoolsPart, all_schools=False, numbers=text, new=new)
        self.seen("numbers")

    def _decide(self, school: int) -> None:
        """Leave a new school off: nobody is asked again."""
        self.session.update(SchoolsPart, new=tuple(one for one in self._part.new if one != school))

    def _choose_terms(self, row: int, place: QPoint) -> None:
        school, offered = self.model.school(row).number, self._terms()
        there = [one for one in offered if one.school == school]

        def tick(name: str, on: bool) -> list[OfferedTerm]:  # noqa: FBT001 - Qt's signal
            changed = with_term(self._part.terms, school, offered, name, on=on)
            self.session.update(SchoolsPart, terms=changed)
            return terms_at(changed, school, offered)

        if self.term_menu:
            self.term_menu.deleteLater()
        self.term_menu = TermMenu(terms_at(self._part.terms, school, offered), there, tick, self)
        self.term_menu.popup(place)
