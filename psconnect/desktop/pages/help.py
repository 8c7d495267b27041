"""Help: what a sync does, the keys, where things are on this computer, and which version this is."""

from __future__ import annotations

import platform
from functools import partial

import PySide6
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QGridLayout, QWidget

from psconnect import __version__
from psconnect.desktop.context import PageContext
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S
from psconnect.desktop.widgets.button import Button, secondary
from psconnect.desktop.widgets.card import Card, row, wide
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.desktop.widgets.page import ScrollPage

_Keys = QKeySequence.StandardKey


def versions() -> str:
    """Versions of everything that matters for a report; nothing of people and no file names."""
    qt = PySide6.__version__
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return f"psconnect {__version__}, Python {platform.python_version()}, Qt {qt}, {system}"


class HelpPage(ScrollPage):
    """One page, always the same."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Help"), parent)
        self._context = context
        self.body.addWidget(_about_runs())
        self.body.addWidget(_keys())
        self.body.addWidget(self._places())
        self.body.addWidget(self._version())
        self.body.addStretch(1)

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


def _about_runs() -> Card:
    card = Card(tr("What a sync does"))
    steps = (
        tr("It reads everything it needs from PowerSchool. If a read is not complete, it stops."),
        tr("It compares what was read with what the other system was given last, and makes a plan of changes."),
        tr("A plan that is the first one, follows changed settings or removes unusually much waits for you."),
        tr("It delivers the plan as a whole. If it is interrupted, the next run carries on safely."),
    )
    for place, text in enumerate(steps, 1):
        card.add(row(Label(f"{place}.", "strong", wrap=False), wide(Label(text)), spacing=SPACE_S))
    return card


def _keys() -> Card:
    card = Card(tr("Keys"))
    grid = QGridLayout()
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
        (QKeySequence(_Keys.Back), tr("Back to the page before")),
        (QKeySequence(_Keys.HelpContents), tr("This help")),
    )
    for place, (keys, text) in enumerate(entries):
        line, side = divmod(place, 2)
        shown = keys.toString(QKeySequence.SequenceFormat.NativeText)
        grid.addWidget(Label(shown, "strong", wrap=False), line, side * 2)
        grid.addWidget(Label(text), line, side * 2 + 1)
    card.body.addLayout(grid)
    return card
