"""The ids of a connection: how they are made, adopting those of another system, and the re-key assistant."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.pages import ids_words as words
from psconnect.desktop.pages.ids_adopt import AdoptCard
from psconnect.desktop.pages.ids_plan import ask_for_list
from psconnect.desktop.pages.ids_rekey import RekeyCard
from psconnect.desktop.text import tr
from psconnect.desktop.widgets.banner import Action, Banner
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.card import Card
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.model.errors import PsconnectError
from psconnect.service import IdsNow, Kind
from psconnect.wording.errors import word

_ROW = 28


class IdsPage(ScrollPage):
    """The ids of one connection at a time."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Ids"), parent)
        self._context = context
        self.name = ""
        self._done = ""
        self.settings_button = secondary(tr("Back to the settings"), lambda: context.go.settings(self.name))
        self.buttons.addWidget(self.settings_button)
        self.busy, self.news, self.outcome = Banner(), Banner(), Banner()
        for banner in (self.busy, self.news, self.outcome):
            self.body.addWidget(banner)
        self.made = _MadeCard()
        self.adopt = AdoptCard(context, self._stored, self._arrange)
        self.rekey = RekeyCard(context, self._stored, self._arrange)
        for card in (self.made, self.adopt, self.rekey):
            self.body.addWidget(card)
        self.body.addStretch(1)
        context.runs.changed.connect(self._run_changed)
        context.runs.ended.connect(self._run_ended)

    def load(self, name: str) -> None:
        """Show the ids of a connection."""
        if name != self.name:
            self.show_loading()
            self._done = ""
            self.outcome.hide()
        self.name, self.again = name, partial(self.load, name)
        self.set_title(self.word, name)
        service = self._context.service
        self.read(self._context.bridge, lambda: (service.ids_now(name), service.destination_of(name)), self._show)

    def _show(self, read: tuple[IdsNow, Kind | None]) -> None:
        now, kind = read
        self.made.show_now(now, words.frozen_in_words(now, self._context.now()), words.slots_in_words(kind))
        self.adopt.show_now(now)
        self.rekey.show_now(now)
        self._tell_news(now)
        self._run_changed(self.name)
        self.show_content()

    def _arrange(self) -> None:
        """Show only the part that is in use."""
        self.adopt.setVisible(not self.rekey.begun)
        self.rekey.setVisible(not self.adopt.taken_up)
        self.made.setVisible(not self.rekey.begun and not self.adopt.taken_up)
        if not self.message_shown:
            self.show_content()

    def _tell_news(self, now: IdsNow) -> None:
        """What was stored just now, or what was stored before and waits for a sync."""
        text = self._done or words.pending_in_words(now)
        actions: list[Action] = []
        if now.pending:
            actions = [(tr("Run now"), self._run), (tr("Save the list of new ids …"), self._ask_for_list)]
        if text:
            self.news.tell(text, "good" if self._done else "accent", actions)
        else:
            self.news.hide()

    def _stored(self, sentence: str) -> None:
        self._done = sentence
        self.outcome.hide()
        self._context.go.changed()
        self.load(self.name)
        if self.isVisible():
            self.settings_button.setFocus()

    def _run(self) -> None:
        self._context.runs.start(self.name)
        self._context.go.running(self.name)

    def _run_changed(self, name: str) -> None:
        if name != self.name:
            return
        working = self._context.runs.working(name)
        reason = tr("A run is going on. Ids can be changed when it has ended.") if working else ""
        told = not self.busy.isHidden()
        if working and not told:
            self.busy.tell(reason, "accent", [(tr("Show run"), lambda: self._context.go.running(name))])
        elif not working:
            self.busy.hide()
        for card in (self.adopt, self.rekey):
            card.set_busy(reason)
        for button in self.news.buttons:
            button.setEnabled(not working)
        if working != told:
            self._arrange()

    def _run_ended(self, name: str) -> None:
        if name == self.name:
            self._done = ""
            if self.isVisible():
                self.load(name)

    def _ask_for_list(self) -> None:
        self.news.show()  # what is said there still holds
        ask_for_list(self, self.name, self.save_list)

    def save_list(self, path: Path) -> None:
        """Write the list from old to new ids of what is stored and not delivered yet."""
        name, service = self.name, self._context.service
        self._tell(tr("Working out the list …"))

        def work() -> None:
            service.write_rekey_plan(service.rekey_plan(name, None), path)

        self._context.bridge.call(
            work, lambda _none: self._list_saved(name, path), partial(self._list_refused, name), owner=self
        )

    def _list_saved(self, name: str, path: Path) -> None:
        if name == self.name:
            show = partial(self._context.open_url, path.parent.as_uri())
            self._tell(tr("The list is in {path}", path=path), "good", [(tr("Open folder"), show)])

    def _list_refused(self, name: str, error: PsconnectError) -> None:
        if name == self.name:
            self._tell(word(error, window=True).text, "bad")

    def _tell(self, text: str, state: str = "accent", actions: Sequence[Action] = ()) -> None:
        self.outcome.tell(text, state, actions)
        self._arrange()


class _MadeCard(Card):
    """How ids are made now, kind by kind, and since when that is frozen."""

    def __init__(self) -> None:
        super().__init__(tr("How ids are made now"))
        self.frozen = Label("", "muted")
        headers = [tr("Records"), tr("Made of"), tr("Looks like"), tr("Adopted")]
        self._model = RowsModel(headers, frozenset({3}), self)
        self.table = Table(self._model, tr("What ids are made of"), [120, 0, 150, 90])
        self.table.verticalHeader().setDefaultSectionSize(_ROW)
        self.add(self.frozen)
        self.add(self.table)
        note = tr("Ids of terms, enrollments and relationships are always made of PowerSchool’s own numbers.")
        self.add(Label(note, "help"))
        self.slots, self.warning = Label("", "help"), Banner()
        self.add(self.slots)
        self.add(self.warning)

    def show_now(self, now: IdsNow, frozen: str, slots: str) -> None:
        """Show how they are made, and where they go in the other system."""
        self.frozen.setText(frozen)
        self.slots.setText(slots)
        self.slots.setVisible(bool(slots))
        if now.frozen and now.warning:
            self.warning.tell(now.warning, "warning")
        else:
            self.warning.hide()
        self._model.show_rows(
            [
                [Cell(records, strong=True), Cell(made_of), Cell(example), Cell(adopted, right=True)]
                for records, made_of, example, adopted in words.made_of(now)
            ]
        )
        self.table.fit_rows()
