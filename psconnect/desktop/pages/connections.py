"""The start page: every connection with its state in words, its last success, and what one does next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.pages.being_set_up import BeingSetUp
from psconnect.desktop.pages.connection_card import ConnectionCard
from psconnect.desktop.pages.mending import mail_trouble, schedules_of
from psconnect.desktop.text import counted, tr
from psconnect.desktop.theme.tokens import SPACE_L
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.button import primary
from psconnect.desktop.widgets.card import clear
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.wizard.waiting import WaitingSetUp, waiting_set_ups
from psconnect.model.errors import FixSettings
from psconnect.model.news import NewsOfSource
from psconnect.model.runs import Run
from psconnect.model.schedule_state import ScheduleState
from psconnect.service import ConnectionState
from psconnect.wording.errors import word

_NARROW = 760


@dataclass(frozen=True)
class _Loaded:
    connections: list[tuple[ConnectionState, list[Run]]]
    damaged: list[FixSettings]
    waiting: list[WaitingSetUp]
    news: dict[str, NewsOfSource | None]
    mail: dict[str, str]


class ConnectionsPage(ScrollPage):
    """All connections, or how to begin."""

    buttons_stay = True

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Connections"), parent)
        self._context = context
        self.cards: dict[str, ConnectionCard] = {}
        self._loaded: _Loaded | None = None
        self._schedules: dict[str, ScheduleState] = {}
        self.set_up_button = primary(tr("Set up a connection"), context.go.set_up, symbol="plus")
        self.buttons.addWidget(self.set_up_button)
        self.damaged = Banner()
        self.body.addWidget(self.damaged)
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE_L)
        self.body.addLayout(self._list)
        self.being_set_up = BeingSetUp(context, context.go.refresh)
        self.body.addWidget(self.being_set_up)
        self.body.addStretch(1)
        context.runs.changed.connect(self._run_changed)
        context.proving.changed.connect(lambda _name: self._read_schedules())
        self.show_loading()

    def load(self) -> None:
        """Read all connections anew."""
        self.again = self.load
        service = self._context.service

        def work() -> _Loaded:
            states = service.connections()
            readable = [state.connection.name for state in states if not state.trouble]
            return _Loaded(
                [(state, [] if state.trouble else service.runs(state.connection.name)) for state in states],
                service.damaged_connections(),
                waiting_set_ups(service),
                {name: service.news(name, ask=False) for name in readable},
                {name: mail_trouble(service.undelivered_notices(name)) for name in readable},
            )

        self.read(self._context.bridge, work, self._show_loaded)

    def _show_loaded(self, loaded: _Loaded) -> None:
        self._loaded = loaded
        self._show(loaded)
        self._read_schedules()

    def _read_schedules(self) -> None:
        """Ask how the system has each schedule; that may take seconds, so that the page is shown before."""
        loaded, service = self._loaded, self._context.service
        if loaded is None:
            return
        names = [state.connection.name for state, _runs in loaded.connections]
        taken = self.while_here(self._take_schedules)
        self._context.bridge.call(lambda: schedules_of(service, names), taken, lambda _error: None, owner=self)

    def _take_schedules(self, schedules: dict[str, ScheduleState]) -> None:
        needed = {name: card.needs_you for name, card in self.cards.items()}
        self._schedules = schedules
        for name, card in self.cards.items():
            card.show_schedule(schedules.get(name))
        # A schedule that would not start moves its connection to those that need somebody.
        if self._loaded and needed != {name: card.needs_you for name, card in self.cards.items()}:
            self._show(self._loaded)

    def _show(self, loaded: _Loaded) -> None:
        begun = bool(loaded.connections or loaded.damaged or loaded.waiting)
        self.set_up_button.setVisible(begun)
        self.being_set_up.show_waiting(loaded.waiting)
        if not begun:
            self._show_empty()
            return
        focused = self._focused()
        clear(self._list)
        self.cards = {}
        found = [
            ConnectionCard(self._context, state, runs, loaded.news.get(name), loaded.mail.get(name, ""))
            for state, runs in loaded.connections
            for name in (state.connection.name,)
        ]
        for card in found:
            card.show_schedule(self._schedules.get(card.name))
        groups = (
            (tr("Need you"), [card for card in found if card.needs_you]),
            (tr("In order"), [card for card in found if not card.needs_you and not card.disabled]),
            (tr("Disabled"), [card for card in found if card.disabled]),
        )
        for heading, cards in groups:
            if cards:
                self._list.addWidget(Label(heading, "section"))
            for card in cards:
                self.cards[card.name] = card
                self._list.addWidget(card)
        self._say_how_many(found)
        # There is one filled button: what the first connection needs, else the way to the first connection.
        for place, card in enumerate(self.cards.values()):
            card.set_first(first=not place and not card.disabled)
            card.set_narrow(narrow=self.width() < _NARROW)
        self.set_up_button.set_look("secondary" if found else "primary")
        self._show_damaged(loaded.damaged)
        self.show_content()
        if focused and focused[0] in self.cards:
            self.cards[focused[0]].controls[focused[1]].setFocus()

    def _say_how_many(self, cards: list[ConnectionCard]) -> None:
        used = [card for card in cards if not card.disabled]
        needing = sum(card.needs_you for card in used)
        told = (
            counted(needing, "1 of {all} needs you.", "{count} of {all} need you.", all=len(used))
            if needing
            else counted(len(used), "It is in order.", "All {count} are in order.")
        )
        self.set_title(self.word, told if used else "")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """In a narrow window the parts of a card stand below each other."""
        super().resizeEvent(event)
        for card in self.cards.values():
            card.set_narrow(narrow=event.size().width() < _NARROW)

    def _focused(self) -> tuple[str, int] | None:
        """Name of the connection whose card has the focus, and the place of the button in it."""
        places = ((name, place) for name, card in self.cards.items() for place in range(len(card.controls)))
        return next((found for found in places if self.cards[found[0]].controls[found[1]].hasFocus()), None)

    def _show_damaged(self, damaged: list[FixSettings]) -> None:
        """Tell about files that can't be read, so that their connections do not seem removed."""
        if not damaged:
            self.damaged.hide()
            return
        head = counted(
            len(damaged),
            "1 connection can’t be shown, because its file can’t be used:",
            "{count} connections can’t be shown, because their files can’t be used:",
        )
        lines = [tr("{file}. {text}", file=one.where, text=word(one, window=True).text) for one in damaged]
        folder = partial(self._context.open_url, self._context.service.home.connections().as_uri())
        self.damaged.tell("\n".join([head, *lines]), "bad", [(tr("Open folder"), folder), (tr("Try again"), self.load)])

    def _show_empty(self) -> None:
        go = self._context.go
        text = tr(
            "A connection reads your roster from PowerSchool and delivers it to another system. You need the address "
            "of your PowerSchool server and an account there that may install plugins.\n\nTo look around first, try "
            "the demo district: a made-up PowerSchool on this computer, with nobody’s data."
        )
        actions = [(tr("Set up a connection"), go.set_up), (tr("Try the demo district"), go.try_demo)]
        self.show_message(tr("There is no connection yet"), text, actions)

    def _run_changed(self, name: str) -> None:
        if name in self.cards:
            self.cards[name].refresh()
