"""The start page: every connection with its state in words, its last run, and the button that runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.pages.being_set_up import BeingSetUp
from psconnect.desktop.sentences import last_run, went
from psconnect.desktop.text import counted, exact, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.button import NameButton, primary, secondary
from psconnect.desktop.widgets.card import Card, clear, column, row, wide
from psconnect.desktop.widgets.chip import Chip, state_of_connection
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.widgets.sparkline import Sparkline
from psconnect.desktop.wizard.waiting import WaitingSetUp, waiting_set_ups
from psconnect.model.errors import FixSettings
from psconnect.model.runs import APPLIED, WAITING, Run
from psconnect.service import ConnectionState
from psconnect.wording.errors import word


@dataclass(frozen=True)
class _Loaded:
    connections: list[tuple[ConnectionState, list[Run]]]
    damaged: list[FixSettings]
    waiting: list[WaitingSetUp]


class ConnectionsPage(ScrollPage):
    """All connections, or how to begin."""

    buttons_stay = True

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Connections"), parent)
        self._context = context
        self.cards: dict[str, ConnectionCard] = {}
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
        self.show_loading()

    def load(self) -> None:
        """Read all connections anew."""
        self.again = self.load
        service = self._context.service

        def work() -> _Loaded:
            states = service.connections()
            return _Loaded(
                [(state, [] if state.trouble else service.runs(state.connection.name)) for state in states],
                service.damaged_connections(),
                waiting_set_ups(service),
            )

        self.read(self._context.bridge, work, self._show)

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
        for state, runs in loaded.connections:
            card = ConnectionCard(self._context, state, runs)
            self.cards[state.connection.name] = card
            self._list.addWidget(card)
        self._show_damaged(loaded.damaged)
        self.show_content()
        if focused and focused[0] in self.cards:
            self.cards[focused[0]].controls[focused[1]].setFocus()

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


class ConnectionCard(Card):
    """One connection."""

    def __init__(self, context: PageContext, state: ConnectionState, runs: list[Run]) -> None:
        super().__init__()
        self._context, self._state = context, state
        name = state.connection.name
        self.setAccessibleName(name)
        self._chip = Chip()
        opens = partial(context.go.overview, name)
        self.name_button = NameButton(name, opens, name=tr("Open {name}", name=name))
        sparkline = Sparkline()
        sparkline.show_runs(runs)
        self._when = ElidedLabel("", "strong")
        self._what = Label("", "muted")
        self.body.addWidget(row(self.name_button, self._chip, 1, sparkline))
        self.run_button = primary(tr("Run now"), self._run, symbol="play")
        self.more_button = secondary(tr("More"))
        self.more_button.setAccessibleName(tr("More ways to run {name}", name=name))
        self.more_button.add_menu(run_menu(context, name, first=not _ever_delivered(runs)))
        self.review_button = secondary(tr("Review"), self._review)
        self.review_button.setAccessibleName(tr("Review the waiting run of {name}", name=name))
        ways_out = context.ways_out(state.trouble.code if state.trouble else "", name)
        self.again_buttons = [secondary(caption, act) for caption, act in ways_out]
        self.controls = (
            self.name_button,
            *self.again_buttons,
            self.review_button,
            self.more_button,
            self.run_button,
        )
        words = column(self._when, self._what, spacing=2)
        if self.again_buttons:
            self.body.addWidget(words)
            self.body.addWidget(row(*self.controls[1:], 1))
        else:
            self.body.addWidget(row(wide(words), *self.controls[1:]))
        self.body.setSpacing(SPACE_S)
        self.refresh()

    @property
    def summary(self) -> str:
        """The sentence about the last run."""
        return self._what.text()

    def refresh(self) -> None:
        """Update the state when a run starts, moves on or ends."""
        name, run = self._state.connection.name, self._state.last_run
        active = self._context.runs.of(name)
        working = active is not None and not active.ended
        disabled = self._state.connection.disabled
        self._chip.show_state(*state_of_connection(self._state, working=working))
        now = self._context.now()
        trouble = self._state.trouble
        self._when.setText(word(trouble).title if trouble else last_run(run, now))
        self._when.set_tip(exact(run.started) if run else "")
        self._what.setText(_summary(self._state))
        waits = run is not None and not working and run.state in WAITING
        self.review_button.setVisible(waits)
        # There is one primary button: Review, if a run waits for it.
        self.review_button.set_look("primary" if waits else "secondary")
        self.run_button.set_look("secondary" if waits else "primary")
        self.run_button.setText(tr("Show run") if working else tr("Run now"))
        spoken = tr("Show the run of {name}", name=name) if working else tr("Run {name} now", name=name)
        self.run_button.setAccessibleName(spoken)
        self.run_button.setEnabled(not disabled)
        self.more_button.setEnabled(not disabled and not working)
        # A run can't use damaged data: the way out takes the place of the run buttons.
        for button in (self.run_button, self.more_button):
            button.setVisible(working or not self.again_buttons)
        if active and working:
            self._when.setText(tr("Running now"))
            self._what.setText(tr("{percent} % done", percent=round(active.progress.share * 100)))

    def _run(self) -> None:
        name = self._state.connection.name
        if not self._context.runs.working(name):
            self._context.runs.start(name)
        self._context.go.running(name)

    def _review(self) -> None:
        if self._state.last_run:
            self._context.go.review(self._state.connection.name, self._state.last_run.id)


def _summary(state: ConnectionState) -> str:
    run, trouble = state.last_run, state.trouble
    if trouble:
        return word(trouble, window=True).text
    if state.connection.disabled:
        return tr("Everything is kept, nothing runs. Enable it in its settings.")
    if run is None:
        return tr("The first run reads everything, then waits for your approval.")
    return went(run)


def _ever_delivered(runs: list[Run]) -> bool:
    return any(run.state in APPLIED for run in runs)


def run_menu(context: PageContext, name: str, *, first: bool) -> list[tuple[str, Callable[[], object]]]:
    """The ways to run a connection; partial syncs are offered only after a full delivery."""

    def start(scope: str, *, plan_only: bool = False, rehearse: bool = False) -> None:
        context.runs.start(name, scope=scope, plan_only=plan_only, rehearse=rehearse)
        context.go.running(name)

    entries: list[tuple[str, Callable[[], object]]] = [(tr("Sync all"), partial(start, "all"))]
    if not first:
        entries.append((tr("Sync users only"), partial(start, "users")))
        entries.append((tr("Sync courses only"), partial(start, "courses")))
    entries.append((tr("Preview only, deliver nothing"), partial(start, "all", plan_only=True)))
    if not first:
        entries.append((tr("Rehearse next school year"), partial(start, "all", rehearse=True)))
    return entries
