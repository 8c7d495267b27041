"""Until when a schedule runs, and whether the first day of the school calendar starts a run."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QDateEdit, QHBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_XS
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.button import Button, link
from psconnect.desktop.widgets.card import Card, line, row, wide
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.option_row import OptionRow
from psconnect.desktop.widgets.switch import Switch
from psconnect.desktop.wizard.pages.base import StepPage
from psconnect.desktop.wizard.pages.times_card import LABEL_WIDTH
from psconnect.desktop.wizard.steps.schedule import SchedulePart
from psconnect.wording.times import date_words, weekday_name

_A_YEAR = timedelta(days=365)


class EndCard(Card):
    """Its rows are those of the ``page`` that it is on. ``ends`` says what would not happen, and mends it."""

    def __init__(self, page: StepPage) -> None:
        super().__init__()
        self._page = page
        self._good_end = date.max
        self.setAccessibleName(tr("Last day and new year"))
        self.until = QDateEdit()
        self.until.setCalendarPopup(True)
        self.until.setDisplayFormat("yyyy-MM-dd")
        self.until.dateChanged.connect(self._change)
        self.add_button = link(tr("Last day"), self._add, symbol="plus", name=tr("Add a last day"))
        self.drop_button = Button("", self._drop, look="link", symbol="cross", name=tr("Take the last day out"))
        control = QWidget()
        parts = QHBoxLayout(control)
        parts.setContentsMargins(0, 0, 0, 0)
        parts.setSpacing(SPACE_XS)
        for one in (self.until, self.drop_button, self.add_button):
            parts.addWidget(one)
        page.rows["until"] = FormRow(tr("Until"), control, help=" ", beside=LABEL_WIDTH)
        page.rows["until"].put_help_beside(parts)
        control.setAccessibleName(tr("Last day"))
        self.until.setAccessibleName(tr("Last day"))
        self._control = control
        self.new_year = Switch(tr("First day of the school calendar, 12 am"))
        self.new_year.clicked.connect(lambda on=False: self._take(new_year=on))
        self._option = OptionRow(self.new_year, self.new_year.accessibleName(), " ", figure=False)
        self.ends = Banner()
        label = Label(tr("New year"), "field")
        label.setFixedWidth(LABEL_WIDTH)
        for part in (page.rows["until"], line(), row(label, wide(self._option)), self.ends):
            self.add(part)
        page.mark("new_year", self.new_year)

    def show_part(self, part: SchedulePart, new_year_day: date | None, today: date) -> None:
        """Show what is typed; ``new_year_day`` is the first day of the next school calendar, where it is known."""
        self._good_end = _good_end(new_year_day if part.new_year else None, today)
        for widget in (self.until, self.drop_button):
            widget.setVisible(bool(part.until))
        self.add_button.setVisible(not part.until)
        self._control.setFocusProxy(self.until if part.until else self.add_button)
        until = date.fromisoformat(part.until) if part.until else None
        if until:
            shown = QDate(until.year, until.month, until.day)
            if self.until.date() != shown:
                self.until.setDate(shown)
            named = tr("{weekday}, {day}", weekday=weekday_name(until.weekday()), day=date_words(until))
            self._page.rows["until"].set_help(tr("{day}. Nothing runs after it.", day=named))
        else:
            self._page.rows["until"].set_help(tr("No end: it runs until you change that."))
        self.new_year.setChecked(part.new_year)
        self._option.set_help(
            tr("{day}, taken from your terms. A notice tells you.", day=date_words(new_year_day))
            if new_year_day
            else tr("The day is taken from your terms, once a run has read them. A notice tells you.")
        )
        self._show_ends(_would_not_happen(part, until, new_year_day, today))

    def _show_ends(self, text: str) -> None:
        if not text:
            self.ends.hide()
            return
        end = tr("End on {day}", day=date_words(self._good_end))
        shown = [button.text() for button in self.ends.buttons]
        if self.ends.isHidden() or self.ends.label.text() != text or shown != [end]:
            good = self._good_end.isoformat()
            self.ends.tell(text, "warning", [(end, lambda: self._take(until=good))])

    def _take(self, **values: object) -> None:
        self._page.session.update(SchedulePart, **values)

    def _change(self, day: QDate) -> None:
        text = str(day.toString(Qt.DateFormat.ISODate))
        if self._page.session.draft.of(SchedulePart).until not in ("", text):
            self._take(until=text)

    def _add(self) -> None:
        self._take(until=self._good_end.isoformat())
        self.until.setFocus()

    def _drop(self) -> None:
        self._take(until="")
        self.add_button.setFocus()


def _would_not_happen(part: SchedulePart, until: date | None, new_year_day: date | None, today: date) -> str:
    """What the last day keeps from happening, in a sentence; empty for nothing."""
    if until and until < today:
        return tr("The schedule has ended: nothing starts by itself any more.")
    if until and part.new_year and new_year_day and until < new_year_day:
        return tr("The new year would not start by itself: the schedule ends before it.")
    return ""


def _good_end(new_year_day: date | None, today: date) -> date:
    """A last day that makes sense: the end of the month after the one in which the new year begins, or in a year."""
    if new_year_day is None:
        return today + _A_YEAR
    months = new_year_day.year * 12 + new_year_day.month + 1  # two months on, counted from 0
    return date(months // 12, months % 12 + 1, 1) - timedelta(days=1)
