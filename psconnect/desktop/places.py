"""The pages of the main window, one shown at a time, and the way back to those that were shown before."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.pages.check import CheckPage
from psconnect.desktop.pages.connections import ConnectionsPage
from psconnect.desktop.pages.diagnostics import DiagnosticsPage
from psconnect.desktop.pages.disclosures import DisclosuresPage
from psconnect.desktop.pages.find import FindPage
from psconnect.desktop.pages.findings import FindingsPage
from psconnect.desktop.pages.help import HelpPage
from psconnect.desktop.pages.history import HistoryPage
from psconnect.desktop.pages.ids import IdsPage
from psconnect.desktop.pages.overview import OverviewPage
from psconnect.desktop.pages.preferences import PreferencesPage
from psconnect.desktop.pages.records import RecordsPage
from psconnect.desktop.pages.removed import RemovedPage
from psconnect.desktop.pages.review import ReviewPage
from psconnect.desktop.pages.run import RunPage
from psconnect.desktop.pages.settings import SettingsPage
from psconnect.desktop.pages.summary import RunSummaryPage
from psconnect.desktop.pages.sync import SyncPage
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.wizard.frame import WizardFrame

_MOST_BACK = 50
_Place = tuple[str, tuple[str, ...]]
"""A page's key, and what it shows: the connection's name, then a run's id, or a record's entity and key.

Of the set-up, it is the draft's id, empty for a new one.
"""
SET_UP = "set-up"


class PlaceStack(QStackedWidget):
    """All pages. ``moved`` tells that another place is shown, ``titled`` that its title changed."""

    moved = Signal()
    titled = Signal()

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self.connections, self.overview = ConnectionsPage(context), OverviewPage(context)
        self.history, self.settings = HistoryPage(context), SettingsPage(context)
        self.summary, self.review = RunSummaryPage(context), ReviewPage(context)
        self.run, self.help = RunPage(context), HelpPage(context)
        self.sync, self.records = SyncPage(context), RecordsPage(context)
        self.finder, self.ids = FindPage(context), IdsPage(context)
        self.check = CheckPage(context)
        self.disclosures = DisclosuresPage(context)
        self.findings, self.preferences = FindingsPage(context), PreferencesPage(context)
        self.removed, self.diagnostics = RemovedPage(context), DiagnosticsPage(context)
        self._pages: dict[str, ScrollPage] = {
            "connections": self.connections,
            "overview": self.overview,
            "history": self.history,
            "disclosures": self.disclosures,
            "find": self.finder,
            "findings": self.findings,
            "settings": self.settings,
            "ids": self.ids,
            "summary": self.summary,
            "review": self.review,
            "run": self.run,
            "sync": self.sync,
            "records": self.records,
            "help": self.help,
            "check": self.check,
            "preferences": self.preferences,
            "removed": self.removed,
            "diagnostics": self.diagnostics,
        }
        for page in self._pages.values():
            self.addWidget(page)
            page.titled.connect(self.titled)
            page.ways_out = lambda code: context.ways_out(code, self.name)
        self.set_up = WizardFrame(context.bridge, context.service)
        self.addWidget(self.set_up)
        self.set_up.titled.connect(self.titled)
        self.set_up.began.connect(self._began)
        self._place: _Place = ("", ())
        self._been: list[_Place] = []

    @property
    def key(self) -> str:
        """Which page is shown."""
        return self._place[0]

    @property
    def name(self) -> str:
        """The connection of the shown page, or an empty text."""
        return _connection_of(self._place)

    @property
    def last_name(self) -> str:
        """The connection of the page that was shown last and had one; empty for none."""
        been = [name for place in [*self._been, self._place] if (name := _connection_of(place))]
        return been[-1] if been else ""

    @property
    def draft_id(self) -> str:
        """The set-up that is shown, or an empty text."""
        return self._place[1][0] if self._place[1] and self.key == SET_UP else ""

    @property
    def title(self) -> str:
        """The title of the shown page."""
        page = self.set_up if self.key == SET_UP else self._pages.get(self.key)
        return page.full_title if page else ""

    def go(self, key: str, *values: str) -> None:
        """Show a page."""
        if self.key and self._place != (key, values):
            self._been = [*self._been[-_MOST_BACK:], self._place]
        self._show((key, values))

    def back(self) -> None:
        """Show the page before."""
        if self._been:
            self._show(self._been.pop())

    def show_set_up(self) -> None:
        """Show the set-up that is open, where it is not shown already."""
        if self.key != SET_UP:
            self.go(SET_UP, self.set_up.draft_id)

    def forget_set_up(self, draft_id: str = "") -> None:
        """A set-up was finished or discarded: there is no way back to it."""
        self.set_up.forget(draft_id)
        self._been = [place for place in self._been if place[0] != SET_UP or (draft_id and place[1] != (draft_id,))]

    def forget_connection(self, name: str) -> None:
        """A connection was removed: there is no way back to its pages."""
        self._been = [place for place in self._been if _connection_of(place) != name]
        if self.name == name:
            self._place = ("", ())

    def _began(self, draft_id: str) -> None:
        """A new set-up has an id from now on, under which it is found again."""
        if self.key == SET_UP:
            self._place = (SET_UP, (draft_id,))

    def load(self) -> None:
        """Read the shown page anew."""
        if self.key == SET_UP:
            self.set_up.open(*self._place[1])
            return
        load = getattr(self._pages[self.key], "load", None)
        if load:
            load(*self._place[1])

    def leave(self) -> None:
        """The window is hidden: close what its page holds open."""
        self.review.leave()
        self.finder.leave()
        self.records.leave()

    def ask_about_settings(self, go_on: Callable[[], object]) -> None:
        """Show the settings that are not saved, and ask; ``go_on`` is called once they are saved or dropped."""
        self._show(("settings", (self.settings.name,)))
        self.settings.ask(go_on)

    def _show(self, place: _Place) -> None:
        if place[0] == "settings" and self.settings.unsaved(besides=place[1][0]):
            self.ask_about_settings(partial(self._show, place))
            return
        if self.key in ("review", "find", "records") and place != self._place:
            self.leave()
        if self.key == SET_UP and place[0] != SET_UP:
            self.set_up.leave()
        self._place = place
        self.setCurrentWidget(self.set_up if place[0] == SET_UP else self._pages[place[0]])
        self.moved.emit()
        self.load()


def _connection_of(place: _Place) -> str:
    key, values = place
    return values[0] if values and key not in (SET_UP, "help", "preferences") else ""
