"""The tab *Schools and terms*: search, numbers, Auto mapping and year above the table; next year's data below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QStackedWidget, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_M, SPACE_S
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.card import column, row, wide
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.pages.base import StepPage, show_text
from psconnect.desktop.wizard.pages.school_table import SchoolFilter, SchoolsModel, SchoolTable
from psconnect.desktop.wizard.pages.side_by_side import Across
from psconnect.desktop.wizard.steps.schools import SchoolsPart
from psconnect.model.errors import PsconnectError
from psconnect.service import Offer
from psconnect.wording.errors import word

_LEAST_TABLE, _YEAR_WIDTH, _DAYS_WIDTH = 150, 260, 90


class SchoolChoice(QObject):
    """The controls of the tab; the page lays them out and changes the draft by their signals."""

    def __init__(
        self, page: StepPage, on_switch: Callable[[int, bool], None], on_terms: Callable[[int, QPoint], object]
    ) -> None:
        super().__init__(page)
        self._page, self._session = page, page.session
        self.model = SchoolsModel(on_switch, page)
        self.filter = SchoolFilter(self.model, page)
        self.table = SchoolTable(self.filter, on_terms)
        self.table.setMinimumHeight(_LEAST_TABLE)
        self.search = _Search(self._into_table)
        self.search.textChanged.connect(self.filter.search)
        self.all_box = QCheckBox(tr("Auto mapping: all schools"))
        self.all_box.setAccessibleName(self.all_box.text())
        self.all_box.setAccessibleDescription(tr("A school that is added to PowerSchool later takes part as well."))
        self.all_box.clicked.connect(self._switch_all)
        self.numbers = page.line("numbers", tr("School numbers"), self._type_numbers, example="100,600")
        page.rows["numbers"].set_help(
            tr("The same choice as text. In PowerSchool: Start Page > District Setup > Schools/School Info.")
        )
        self.year = QComboBox()
        self.year.activated.connect(
            lambda _place: self._session.update(SchoolsPart, start_year=self.year.currentData())
        )
        page.rows["start_year"] = FormRow(
            tr("School year"), self.year, help=tr("“The current one” moves on by itself when a new school year begins.")
        )
        self.total = Label("", "strong")
        self.later = self._prior()
        self._message: QWidget | None = None
        self._said = Label()
        self.place = QStackedWidget()
        self.place.setStyleSheet("QStackedWidget { background: transparent; }")
        self.place.addWidget(self.table)
        above = Across(column(page.rows["numbers"], 1), page.rows["start_year"], aside=_YEAR_WIDTH)
        self.top = column(above, row(wide(self.search), self.all_box), spacing=SPACE_M)

    def _prior(self) -> QWidget:
        self.prior = QCheckBox(tr("Read next year’s data while this year still runs (prior data consumption)"))
        self.prior.setAccessibleName(self.prior.text())
        self.prior.clicked.connect(lambda on: self._session.update(SchoolsPart, prior=on))
        self.prior_days = self._page.line(
            "prior_days",
            tr("Days before its first school day"),
            lambda text: self._session.update(SchoolsPart, prior_days=text),
            example="0",
        )
        self.prior_days.setMaximumWidth(_DAYS_WIDTH)
        self._page.rows["prior_days"].set_help(
            tr("0: from 00:00 of that day in the district’s time zone. The first run then delivers the new year.")
        )
        self._prior_help = Label(
            tr("Without it, a new year is delivered from its first school day on, once this one has ended."), "help"
        )
        return column(self.prior, self._page.rows["prior_days"], self._prior_help, spacing=SPACE_S)

    def _into_table(self) -> None:
        self.table.setFocus()
        self.table.selectRow(0)

    # --- showing -----------------------------------------------------------------------------------------------------

    def show_part(self, part: SchoolsPart, offer: Offer | None) -> None:
        """Show what is chosen; years come from PowerSchool as soon as they are known."""
        self.all_box.setChecked(part.all_schools)
        show_text(self.numbers, "" if part.all_schools else part.numbers)
        self.numbers.setPlaceholderText(tr("all") if part.all_schools else "100,600")
        self.prior.setChecked(part.prior)
        show_text(self.prior_days, part.prior_days)
        self._page.rows["prior_days"].setVisible(part.prior)
        self._prior_help.setVisible(not part.prior)
        self._show_years(part.start_year, offer)

    def _show_years(self, chosen: int | None, offer: Offer | None) -> None:
        this_year = offer.this_year if offer else None
        current = tr("The current one ({year})", year=_year(this_year)) if this_year else tr("The current one")
        years = sorted({*(offer.years if offer else ()), *([chosen] if chosen else [])}, reverse=True)
        wanted = [(current, None), *((_year(year), year) for year in years)]
        if wanted != [(self.year.itemText(place), self.year.itemData(place)) for place in range(self.year.count())]:
            self.year.clear()
            for text, year in wanted:
                self.year.addItem(text, year)
        self.year.setCurrentIndex(max(0, self.year.findData(chosen)))

    def show_table(self) -> None:
        """Show the schools."""
        self.place.setCurrentWidget(self.table)

    def say_error(
        self, error: PsconnectError, again: Callable[[], object], elsewhere: Callable[[], object] | None
    ) -> None:
        """Say in place of the schools why there are none, and what helps."""
        buttons = [secondary(tr("Try again"), again)]
        if elsewhere:
            buttons.append(secondary(tr("Open Credentials"), elsewhere))
        self._say(word(error).title, word(error, window=True).with_code, buttons)

    def say(self, heading: str, text: str, again: Callable[[], object] | None = None) -> None:
        """Say something in place of the schools."""
        self._say(heading, text, [secondary(tr("Try again"), again)] if again else [])

    def _say(self, heading: str, text: str, buttons: Sequence[QWidget]) -> None:
        if self._message is not None and self._message.accessibleName() == heading and not buttons:
            self._said.setText(text)
        elif self._message is None or (self._message.accessibleName(), self._said.text()) != (heading, text):
            if self._message:
                self.place.removeWidget(self._message)
                self._message.deleteLater()
            self._said = Label(text, "muted")
            parts = (Label(heading, "heading"), self._said, row(*buttons, 1), 1)
            self._message = column(*parts, spacing=SPACE_M)
            self._message.setAccessibleName(heading)
            self.place.addWidget(self._message)
        self.place.setCurrentWidget(self._message)

    # --- changing ----------------------------------------------------------------------------------------------------

    def _type_numbers(self, text: str) -> None:
        self._session.update(SchoolsPart, numbers=text, all_schools=False)

    def _switch_all(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        part = self._session.draft.of(SchoolsPart)
        numbers = part.numbers
        if not on and not numbers.strip():
            numbers = ",".join(str(school.number) for school in part.found)
        self._session.update(SchoolsPart, all_schools=on, numbers=numbers, new=())


def _year(first: int) -> str:
    return tr("{first}–{last}", first=first, last=first + 1)


class _Search(QLineEdit):
    """The search; Enter goes to what was found, not to the next step."""

    def __init__(self, on_enter: Callable[[], object]) -> None:
        super().__init__()
        self.setPlaceholderText(tr("Search by name or number"))
        self.setAccessibleName(tr("Search schools"))
        self.setClearButtonEnabled(True)
        self._on_enter = on_enter

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter goes to the table."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_enter()
            return
        super().keyPressEvent(event)
