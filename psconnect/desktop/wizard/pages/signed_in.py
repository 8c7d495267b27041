"""*Only while you are signed in*: what becomes of a run when nobody is, as each operating system has it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout

from psconnect.desktop.text import tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.icons import pixmap
from psconnect.desktop.theme.tokens import SPACE_M, SPACE_S
from psconnect.desktop.widgets.card import Card, clear, column, line, row, wide
from psconnect.desktop.widgets.chip import Chip
from psconnect.desktop.widgets.label import Label
from psconnect.wording.catalogue import marked, translated

_ICON = 18


@dataclass(frozen=True)
class _Case:
    """What may be the case at a time on schedule: its icon, its name, what becomes of the run, in words and in one."""

    symbol: str
    title: str
    text: str
    chip: str
    state: str = ""


@dataclass(frozen=True)
class _Told:
    """What is said for one system's scheduler."""

    heading: str
    why: str
    cases: tuple[_Case, ...]
    end: str


_RUNS, _ONE_FOR_ALL = marked("It runs"), marked("One run for all it missed")
_CLOSED, _NOTED = marked("Also with psconnect closed"), marked("One run, noted in History")
_STAYS_ON = marked("Best on a computer that stays on.")
_WORDS = {
    "task-scheduler": _Told(
        marked("Only while you are signed in"),
        marked("The secrets are kept in your Windows account. They are locked as soon as you sign out."),
        (
            _Case("lock", marked("Signed in, screen locked"), _CLOSED, _RUNS, "good"),
            _Case("moon", marked("Asleep at that time"), _ONE_FOR_ALL, marked("On waking")),
            _Case("power", marked("Off, or signed out"), _NOTED, marked("At sign-in")),
        ),
        marked("Best on a computer that stays on. Laptops mostly run at sign-in."),
    ),
    "launchd": _Told(
        marked("Only while you are logged in"),
        marked("The secrets are kept in your login keychain. macOS locks it as soon as you log out."),
        (
            _Case("lock", marked("Logged in, screen locked"), _CLOSED, _RUNS, "good"),
            _Case("moon", marked("Mac asleep at that time"), _ONE_FOR_ALL, marked("On waking")),
            _Case("power", marked("Shut down, or logged out"), _NOTED, marked("At login")),
        ),
        marked(
            "Best on a Mac that stays on. macOS may ask once whether psconnect may work in the background: allow it."
        ),
    ),
    "systemd": _Told(
        marked("Only while you are logged in"),
        marked("The secrets are kept in your keyring. It is locked as soon as you log out."),
        (
            _Case("lock", marked("Logged in, screen locked"), _CLOSED, _RUNS, "good"),
            _Case("moon", marked("Suspended at that time"), _ONE_FOR_ALL, marked("On waking")),
            _Case("power", marked("Off, or logged out"), _NOTED, marked("At login")),
        ),
        _STAYS_ON,
    ),
    "cron": _Told(
        marked("Only while you are logged in"),
        marked("The secrets are kept in your keyring. It is locked as soon as you log out."),
        (
            _Case("lock", marked("Logged in, screen locked"), _CLOSED, _RUNS, "good"),
            _Case("moon", marked("Suspended at that time"), _NOTED, marked("When psconnect opens")),
            _Case("power", marked("Off, or logged out"), _NOTED, marked("When psconnect opens")),
        ),
        marked("cron makes up nothing by itself. Best on a computer that stays on."),
    ),
    "": _Told(
        marked("Only while psconnect is open"),
        marked("This computer has no scheduler that psconnect can use: no systemd for your account, and no cron."),
        (
            _Case("clock", marked("psconnect is open"), marked("Also in the background"), _RUNS, "good"),
            _Case("power", marked("psconnect is closed"), _NOTED, marked("When it opens")),
        ),
        marked("Leave psconnect open, or use another computer for the schedule."),
    ),
}


class SignedInCard(Card):
    """``show_system`` with the key of the system's scheduler; an empty one where there is none."""

    def __init__(self) -> None:
        super().__init__(" ")
        self.why, self.end = Label("", "help"), Label("", "help")
        self._cases = QVBoxLayout()
        self._cases.setSpacing(SPACE_S)
        self.add(self.why)
        self.body.addLayout(self._cases)
        self.add(self.end)
        self._system: str | None = None

    def show_system(self, system: str) -> None:
        """Say what happens on this system."""
        if system == self._system:
            return
        self._system = system
        told = _WORDS.get(system, _WORDS[""])
        self.heading.setText(translated(told.heading))
        self.setAccessibleName(self.heading.text())
        self.why.setText(translated(told.why))
        self.end.setText(translated(told.end))
        clear(self._cases)
        for case in told.cases:
            self._cases.addWidget(line())
            words = column(Label(translated(case.title), "strong"), Label(translated(case.text), "help"), spacing=0)
            chip = Chip(translated(case.chip), case.state)
            shown = row(_Symbol(case.symbol), wide(words), chip, spacing=SPACE_M)
            shown.setAccessibleName(tr("{case}: {what}", case=translated(case.title), what=translated(case.chip)))
            self._cases.addWidget(shown)
        self._cases.addWidget(line())


class _Symbol(QLabel):
    """An icon in the colour of quiet text."""

    def __init__(self, symbol: str) -> None:
        super().__init__()
        self.setFixedSize(QSize(_ICON, _ICON))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setPixmap(pixmap(symbol, tokens_in_use().muted, _ICON, self.devicePixelRatioF()))
