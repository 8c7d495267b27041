"""Help: topics that can be searched, settings found by name, keys, where things are, and which version this is."""

from __future__ import annotations

import platform
from functools import partial

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from psconnect import __version__
from psconnect.desktop.context import PageContext
from psconnect.desktop.pages.topic import TopicView
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L
from psconnect.desktop.widgets.button import Button, link, secondary
from psconnect.desktop.widgets.card import Card, clear, column, row, wide
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.wizard.find_setting import FindSetting
from psconnect.desktop.wizard.findable import FoundSetting
from psconnect.desktop.wizard.pages.side_by_side import Across
from psconnect.wording.help import find_help, help_for, help_topics

_ASIDE_WIDTH = 300
_Keys = QKeySequence.StandardKey


def versions() -> str:
    """Versions of everything that matters for a report; nothing of people and no file names."""
    qt = PySide6.__version__
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return f"psconnect {__version__}, Python {platform.python_version()}, Qt {qt}, {system}"


class HelpPage(ScrollPage):
    """Topics and a search at the side, the chosen topic beside them."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Help"), parent)
        self._context = context
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search the help"))
        self.search.setAccessibleName(tr("Search the help"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._list)
        self._topics = QVBoxLayout()
        self._topics.setSpacing(0)
        self.links: dict[str, Button] = {}
        self.topic = TopicView()
        self.finder = FindSetting(self._open_setting, notices=True)
        self.outcome = Label("", "help")
        self.outcome.hide()
        self.body.addWidget(Across(self._contents(), self.topic, aside=_ASIDE_WIDTH, aside_first=True, gap=SPACE_L))
        self.body.addWidget(_keys())
        self.body.addWidget(self._places())
        self.body.addWidget(self._version())
        self.body.addStretch(1)
        self._list("")
        self.topic.show_topic(help_topics()[0])

    def _contents(self) -> QWidget:
        card = Card(tr("Topics"))
        card.add(self.search)
        card.body.addLayout(self._topics)
        settings = Card(tr("Settings"))
        settings.add(self.finder)
        settings.add(Label(tr("By our word, or by that of your other system: Integration Key, Service URL …"), "help"))
        settings.add(self.outcome)
        return column(settings, card, 1, spacing=SPACE_L)

    def load(self, step: str = "") -> None:
        """Show the help with a step of the set-up; without one, stay with what is shown."""
        topics = help_for(step)
        if topics:
            self.search.clear()
            self.topic.show_topic(topics[0])
        self.search.setFocus()

    def _list(self, text: str) -> None:
        clear(self._topics)
        self.links = {}
        for topic in find_help(text):
            self.links[topic.key] = link(topic.title, partial(self.topic.show_topic, topic))
            self._topics.addWidget(self.links[topic.key], 0, Qt.AlignmentFlag.AlignLeft)
        if not self.links:
            self._topics.addWidget(Label(tr("Nothing in the help has all these words."), "help"))

    def _open_setting(self, found: FoundSetting) -> None:
        """Open it in the connection that was open last, or else say where it is."""
        name = self._context.go.last_open
        self.outcome.setVisible(not name)
        if name:
            self._context.go.setting(name, found.setting)
            return
        text = tr("{label} is on the page “{page}” of a connection’s settings.", label=found.label, page=found.page)
        self.outcome.setText(text)

    def _places(self) -> Card:
        card, home = Card(tr("Where things are")), self._context.service.home
        places = (
            (tr("Connection settings, without secrets"), home.connections()),
            (tr("Roster data and history, for you alone"), home.rosters()),
            (tr("Logs, with counts and codes but nobody’s data"), home.log_folder()),
        )
        for text, path in places:
            opens = partial(self._context.open_url, path.as_uri())
            button = Button(tr("Open folder"), opens, name=tr("Open folder: {what}", what=text), symbol="folder")
            where = ElidedLabel(str(path), "help")
            words = QWidget()
            grid = QGridLayout(words)
            grid.setContentsMargins(0, 0, 0, 0)
            grid.setVerticalSpacing(0)
            grid.addWidget(Label(text))
            grid.addWidget(where)
            card.add(row(wide(words), button))
        card.add(Label(tr("Secrets are kept in the keyring of this computer, never in a file."), "muted"))
        return card

    def _version(self) -> Card:
        card = Card(tr("About psconnect"))
        copy = secondary(tr("Copy"), lambda: QGuiApplication.clipboard().setText(versions()), symbol="copy")
        copy.setAccessibleName(tr("Copy the versions"))
        card.add(row(wide(Label(versions(), "muted")), copy))
        return card


def _keys() -> Card:
    card = Card(tr("Keys"))
    grid = QGridLayout()
    card.body.addLayout(grid)
    grid.setHorizontalSpacing(SPACE_L)
    grid.setColumnStretch(1, 1)
    grid.setColumnStretch(3, 1)
    entries = (
        (QKeySequence(_Keys.New), tr("New connection")),
        (QKeySequence("Ctrl+0"), tr("All connections")),
        (QKeySequence("Ctrl+Return"), tr("Run the open connection")),
        (QKeySequence("Ctrl+1"), tr("Its overview")),
        (QKeySequence("Ctrl+Shift+Return"), tr("Preview the open connection")),
        (QKeySequence("Ctrl+2"), tr("Its history")),
        (QKeySequence(_Keys.Refresh), tr("Refresh the page")),
        (QKeySequence("Ctrl+3"), tr("Its settings")),
        (QKeySequence(_Keys.Find), tr("Find a record of it")),
        (QKeySequence("Ctrl+4"), tr("Its ids")),
        (QKeySequence("Ctrl+5"), tr("Check its access")),
        (QKeySequence(_Keys.Back), tr("Back to the page before")),
        (QKeySequence(_Keys.HelpContents), tr("This help")),
    )
    for place, (keys, text) in enumerate(entries):
        line, side = divmod(place, 2)
        shown = keys.toString(QKeySequence.SequenceFormat.NativeText)
        grid.addWidget(Label(shown, "strong", wrap=False), line, side * 2)
        grid.addWidget(Label(text), line, side * 2 + 1)
    return card
