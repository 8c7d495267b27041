"""Where psconnect keeps its data, and how safely it lies there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from psconnect.desktop.context import PageContext
from psconnect.desktop.preferences.card import PreferenceCard
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_M
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.card import clear, column, row, wide
from psconnect.desktop.widgets.label import Label
from psconnect.model.at_rest import StoredFolder
from psconnect.model.errors import PsconnectError
from psconnect.model.preferences import Preferences
from psconnect.wording.at_rest import folder_lines
from psconnect.wording.errors import word

_MARK_WIDTH = 14


class StorageCard(PreferenceCard):
    """Shows the folder of roster data and what is to be said of it; there is nothing to set."""

    key = "storage"

    def __init__(self, context: PageContext) -> None:
        text = tr("Settings, roster data and logs stay on this computer. Secrets are in the system’s keyring.")
        super().__init__(context, tr("Data on this computer"), text)
        self.place = Label(str(context.service.home.data), "body")
        self._lines = column()
        self._open = secondary(tr("Open folder"), partial(self._open_folder, context.service.home.data))
        self.add(self.place)
        self.add(self._lines)
        self.add(row(self._open, 1))
        self.said: Sequence[tuple[str, str]] = ()

    def load(self, preferences: Preferences) -> None:
        """Look at the folders anew; what is set does not matter to them."""
        del preferences
        self._show([("muted", tr("Looking at the folder and its disk …"))])
        self.context.bridge.call(self.context.service.stored_folders, self._found, self._refused, owner=self)

    def _found(self, folders: Sequence[StoredFolder]) -> None:
        self._show(folder_lines(folders[0]))

    def _refused(self, error: PsconnectError) -> None:
        self._show([("warning", word(error, window=True).text)])

    def _show(self, lines: Sequence[tuple[str, str]]) -> None:
        self.said = lines
        layout = self._lines.layout()
        if layout is None:
            return
        clear(layout)
        marks = {"good": "✓", "warning": "!", "muted": "?"}
        for state, text in lines:
            mark = Label(marks[state], "strong", wrap=False)
            mark.setProperty("state", state)
            mark.setFixedWidth(_MARK_WIDTH)
            layout.addWidget(row(mark, wide(Label(text)), spacing=SPACE_M))

    def _open_folder(self, folder: Path) -> None:
        self.context.open_url(folder.as_uri())
