"""What narrows a history down: a record or number, a state, who started it, when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

from PySide6.QtCore import QDate, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QDateEdit, QLineEdit, QVBoxLayout, QWidget

from psconnect.desktop.text import tr, trigger_word
from psconnect.desktop.theme.tokens import SPACE_S
from psconnect.desktop.widgets.button import link
from psconnect.desktop.widgets.card import row, wide
from psconnect.desktop.widgets.label import Label, plain_tip
from psconnect.model.run_history import RunQuery
from psconnect.model.runs import APPLIED, GIVEN_UP, STARTED_BY
from psconnect.wording.runs import state_word

_TYPING_MS, _LEAST, _BOX, _NARROW = 250, 90, 116, 600
_DAYS = (7, 30, 90)
_CHOSEN = -1
_WindowState = tuple[tuple[str, ...], tuple[str, ...]]


class HistoryFilter(QWidget):
    """Calls ``on_change`` when something else is asked for; ``query`` is what."""

    def __init__(self, now: Callable[[], datetime], on_change: Callable[[], object]) -> None:
        super().__init__()
        self._now, self._on_change = now, on_change
        self.text = QLineEdit()
        self.text.setPlaceholderText(tr("Record or number"))
        self.text.setAccessibleName(tr("Find the runs that changed a record, by its name or number"))
        self.text.setMinimumWidth(_LEAST)
        self.state, self.starter, self.time = QComboBox(), QComboBox(), QComboBox()
        self._fill()
        self.first_day, self.last_day = self._day(tr("First day")), self._day(tr("Last day"))
        self.ticked = Label("", "help", wrap=False)
        self._days = row(
            Label(tr("From"), "help", wrap=False), self.first_day, Label(tr("to"), "help", wrap=False), self.last_day, 1
        )
        self._days.hide()
        self.found = Label("", "help")
        self.found.hide()
        self.all_button = link(tr("Show all runs"), self.clear)
        self.all_button.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        self._across = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._across.setSpacing(SPACE_S)
        layout.addLayout(self._across)
        self._across.addWidget(self.text, 1)
        self._across.addWidget(row(self.state, self.starter, self.time, 1, self.ticked, spacing=SPACE_S))
        layout.addWidget(self._days)
        layout.addWidget(row(wide(self.found), self.all_button))
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._changed)
        self.text.textChanged.connect(lambda _text: self._typing.start())
        self.text.returnPressed.connect(self._changed)
        for box in (self.state, self.starter, self.time):
            box.activated.connect(lambda _place: self._changed())
        for day in (self.first_day, self.last_day):
            day.dateChanged.connect(lambda _date: self._typing.start())

    def _fill(self) -> None:
        states: list[tuple[str, _WindowState]] = [
            (tr("Any state"), ((), ())),
            (state_word("finished"), (APPLIED, ("sync",))),
            (state_word("failed"), (("failed",), ())),
            (state_word("held"), (("held",), ())),
            (state_word("previewed"), (("previewed",), ("sync", "undo"))),
            (tr("Cancelled or interrupted"), (("cancelled", "interrupted"), ())),
            (state_word("skipped"), (("skipped",), ())),
            (tr("Discarded or expired"), (GIVEN_UP, ())),
            (tr("Undo"), ((), ("undo",))),
            (tr("Rehearsal"), ((), ("rehearsal",))),
        ]
        for word, wanted in states:
            self.state.addItem(word, wanted)
        self.starter.addItem(tr("Anyone"), "")
        for trigger in STARTED_BY.values():
            self.starter.addItem(trigger_word(trigger), trigger)
        self.time.addItem(tr("Any time"), 0)
        for days in _DAYS:
            self.time.addItem(tr("Last {days} days", days=days), days)
        self.time.addItem(tr("Choose days …"), _CHOSEN)
        names = (tr("State of the runs"), tr("What started the runs"), tr("When the runs started"))
        for box, name in zip((self.state, self.starter, self.time), names, strict=True):
            box.setAccessibleName(name)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(4)
            box.setFixedWidth(_BOX)
            box.activated.connect(partial(_show_choice, box))
            widest = max(box.fontMetrics().horizontalAdvance(box.itemText(place)) for place in range(box.count()))
            box.view().setMinimumWidth(widest + 40)

    def _day(self, name: str) -> QDateEdit:
        made = QDateEdit()
        made.setCalendarPopup(True)
        made.setDisplayFormat("yyyy-MM-dd")
        made.setAccessibleName(name)
        made.setDate(_as_qt(self._now().astimezone().date()))
        return made

    @property
    def query(self) -> RunQuery:
        """What is asked for."""
        states, kinds = self.state.currentData()
        trigger = self.starter.currentData()
        since, until = self._span()
        text = self.text.text().strip()
        return RunQuery(text, tuple(states), tuple(kinds), (trigger,) if trigger else (), since, until)

    @property
    def narrows(self) -> bool:
        """Whether something is asked for."""
        return self.query != RunQuery()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The choices stand below the text where both would not have enough room."""
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        narrow = event.size().width() < _NARROW
        self._across.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)

    def clear(self) -> None:
        """Ask for all runs again."""
        for box in (self.state, self.starter, self.time):
            box.setCurrentIndex(0)
        self.text.clear()
        self._changed()

    def tell(self, text: str, ticked: str) -> None:
        """Say what was found, and how many runs are ticked."""
        self.found.setText(text)
        self.found.setVisible(bool(text))
        self.all_button.setVisible(self.narrows)
        self.ticked.setText(ticked)
        self.ticked.setVisible(bool(ticked))

    def _span(self) -> tuple[datetime | None, datetime | None]:
        days = self.time.currentData()
        if not days:
            return None, None
        if days != _CHOSEN:
            return _midnight(self._now().astimezone().date() - timedelta(days=days - 1)), None
        first, last = sorted((_as_date(self.first_day.date()), _as_date(self.last_day.date())))
        return _midnight(first), _midnight(last + timedelta(days=1))

    def _changed(self) -> None:
        self._typing.stop()
        self._days.setVisible(self.time.currentData() == _CHOSEN)
        self._on_change()


def _show_choice(box: QComboBox, place: int) -> None:
    """Show a choice whole on hovering: there is little room in the row."""
    box.setToolTip(plain_tip(box.itemText(place)))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day).astimezone()


def _as_qt(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)


def _as_date(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())
