"""*Runs by itself*: daily or weekly, on which days, at which times in which zone, and the off-peak hours."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from PySide6.QtWidgets import QComboBox, QLineEdit

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import link
from psconnect.desktop.widgets.card import Card, column, line, row, wide
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.segments import Segments
from psconnect.desktop.wizard.pages.base import StepPage, show_text
from psconnect.desktop.wizard.pages.day_bar import DayBar
from psconnect.desktop.wizard.pages.time_list import TimeList
from psconnect.desktop.wizard.pages.zone_choice import ZoneChoice, zone_of_computer
from psconnect.desktop.wizard.steps.schedule import SchedulePart, clock_typed, typed_schedule
from psconnect.model.schedule import REPEATS, WEEKDAYS, Repeat
from psconnect.wording.schedules import zone_words
from psconnect.wording.times import weekday_name, weekday_short

LABEL_WIDTH = 84
_TIME, _FIRST_TIME = 68, "05:30"
_USUAL_REPEAT: Repeat = 30


class TimesCard(Card):
    """Its rows are those of the ``page`` that it is on."""

    def __init__(self, page: StepPage) -> None:
        super().__init__()
        self._page = page
        self.setAccessibleName(tr("Runs by itself"))
        choices = {"day": tr("Daily"), "week": tr("Weekly"), "never": tr("Not by itself")}
        self.every = Segments(choices, self._choose_every)
        self.often = Label("", "help")
        self.days = Segments(
            {day: weekday_short(place) for place, day in enumerate(WEEKDAYS)},
            self._toggle_day,
            names={day: weekday_name(place) for place, day in enumerate(WEEKDAYS)},
            several=True,
        )
        self.times = TimeList(lambda texts: self._take(at=texts), lambda: page.seen("at"))
        self.repeat_button = link(tr("Again during the day"), self._begin_repeat, symbol="plus")
        self.repeat = QComboBox()
        for minutes in REPEATS:
            self.repeat.addItem(_often(minutes))
        self.repeat.activated.connect(lambda place: self._choose_repeat(REPEATS[place]))
        self.repeat_until = QLineEdit()
        self.repeat_until.setFixedWidth(_TIME)
        self.repeat_until.textEdited.connect(lambda text: self._take(repeat_until=text))
        self.repeat_until.editingFinished.connect(self._leave_repeat)
        self.zone_open = False
        self.zone_button = link("", self._toggle_zone, symbol="chevron-right")
        self.zone = ZoneChoice(lambda zone: self._take(zone=zone))
        self.bar = DayBar()
        self.off_peak = (self._off_peak_edit(0), self._off_peak_edit(1))
        self.tonight = Label("", "help")
        self._lay_out(page)

    def _lay_out(self, page: StepPage) -> None:
        head = column(Label(tr("Runs by itself"), "heading"), self.often, spacing=SPACE_XS)
        self.add(row(wide(head), self.every))
        page.rows["days"] = FormRow(tr("On"), self.days, beside=LABEL_WIDTH)
        self.days.setAccessibleName(tr("Days of the week"))
        page.rows["zone"] = FormRow(tr("Time zone"), self.zone)
        at = column(
            self.times, row(self.zone_button, 1, self.repeat_button), page.rows["zone"], self.bar, spacing=SPACE_XS
        )
        page.rows["at"] = FormRow(tr("At"), self.times, control=at, beside=LABEL_WIDTH)
        self.times.setAccessibleName(tr("Times"))
        again = row(self.repeat, Label(tr("until"), "muted", wrap=False), self.repeat_until, 1, spacing=SPACE_S)
        again.setFocusProxy(self.repeat)
        page.rows["repeat"] = FormRow(tr("Again"), again, beside=LABEL_WIDTH)
        self._again = (line(), page.rows["repeat"])
        for named in (again, self.repeat):
            named.setAccessibleName(tr("Runs again"))
        self.repeat_until.setAccessibleName(tr("Runs again until"))
        hours = row(self.off_peak[0], Label(tr("to"), "muted", wrap=False), self.off_peak[1], spacing=SPACE_S)
        hours.setFocusProxy(self.off_peak[0])
        control = row(hours, wide(self.tonight))
        page.rows["off_peak"] = FormRow(tr("Off-peak"), hours, control=control, beside=LABEL_WIDTH)
        hours.setAccessibleName(tr("Off-peak hours"))
        self._weekly = (line(), page.rows["days"])
        self._on = (line(), page.rows["at"])
        for part in (*self._weekly, *self._on, *self._again, line(), page.rows["off_peak"]):
            self.add(part)
        self.every.setAccessibleName(tr("Runs by itself"))
        page.mark("every", self.every)

    def show_part(self, part: SchedulePart, now: datetime, often: str, tonight: str, *, whole: bool) -> None:
        """Show what is typed; ``often``, ``tonight``: what it comes to; ``whole``: also what isn’t needed now."""
        self.every.show_chosen([part.every])
        self.days.show_chosen(part.days)
        for widget in self._weekly:
            widget.setVisible(whole or part.every == "week")
        for widget in self._on:
            widget.setVisible(whole or part.every != "never")
        self.times.show_texts(part.at)
        self.repeat.setCurrentIndex(REPEATS.index(part.repeat))
        show_text(self.repeat_until, part.repeat_until)
        self.repeat_button.setVisible(not part.repeat)
        for widget in self._again:
            widget.setVisible(whole or (part.every != "never" and bool(part.repeat)))
        for edit, text in zip(self.off_peak, part.off_peak, strict=True):
            show_text(edit, text)
        self.often.setText(often)
        self.tonight.setText(tonight)
        if all(clock_typed(text) for text in part.off_peak):
            settings = typed_schedule(part)
            self.bar.show_day(settings.times, settings.off_peak)
        with suppress(ValueError, OSError, LookupError):  # a zone that there is not: its row says so
            self.zone_button.setText(zone_words(part.zone, now))
        self.zone_button.set_symbol("chevron-down" if self.zone_open else "chevron-right")
        self.zone_button.setAccessibleName(tr("Time zone: {zone}", zone=self.zone_button.text()))
        if self.zone_open:
            self.zone.fill()
        self._page.rows["zone"].setVisible(self.zone_open)
        self.zone.show_zone(part.zone)

    def open_zone(self) -> None:
        """Show the list of time zones."""
        self.zone_open = True
        self._page.show_draft()

    # --- what is chosen ------------------------------------------------------------------------------------------

    @property
    def _part(self) -> SchedulePart:
        return self._page.session.draft.of(SchedulePart)

    def _take(self, **values: object) -> None:
        self._page.session.update(SchedulePart, **values)

    def _choose_every(self, every: str) -> None:
        """What runs for the first time gets a time, and the zone that is this computer's, by its name."""
        part = self._part
        first = part.every == "never" and every != "never"
        at = part.at or ((_FIRST_TIME,) if first else ())
        zone = part.zone or (zone_of_computer() if first else "")
        self._take(every=every, at=at, zone=zone)
        self.every.show_chosen([every])

    def _begin_repeat(self) -> None:
        self._choose_repeat(_USUAL_REPEAT)
        self.repeat.setFocus()

    def _choose_repeat(self, minutes: Repeat) -> None:
        self._take(repeat=minutes)
        self._page.seen("repeat")

    def _leave_repeat(self) -> None:
        typed = self._part.repeat_until
        self._take(repeat_until=clock_typed(typed) or typed)
        self._page.seen("repeat")

    def _toggle_day(self, day: str) -> None:
        on = {*self._part.days} ^ {day}
        self._take(days=tuple(one for one in WEEKDAYS if one in on))
        self._page.seen("days")

    def _toggle_zone(self) -> None:
        self.zone_open = not self.zone_open
        self._page.show_draft()
        if self.zone_open:
            self.zone.setFocus()

    def _off_peak_edit(self, place: int) -> QLineEdit:
        edit = QLineEdit()
        edit.setFixedWidth(_TIME)
        edit.setAccessibleName(tr("Off-peak hours end") if place else tr("Off-peak hours begin"))
        edit.textEdited.connect(lambda text: self._change_off_peak(place, text))
        edit.editingFinished.connect(lambda: self._leave_off_peak(place))
        return edit

    def _change_off_peak(self, place: int, text: str) -> None:
        first, last = self._part.off_peak
        self._take(off_peak=(first, text) if place else (text, last))

    def _leave_off_peak(self, place: int) -> None:
        typed = self._part.off_peak[place]
        self._change_off_peak(place, clock_typed(typed) or typed)
        self._page.seen("off_peak")


def _often(minutes: int) -> str:
    return tr("every {minutes} minutes", minutes=minutes) if minutes else tr("not again")
