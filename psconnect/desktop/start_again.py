"""Starting again where a connection's roster data is damaged: what that costs, asked in the window's strip."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from psconnect.desktop.bridge import Bridge, OnError
from psconnect.desktop.text import tr
from psconnect.desktop.widgets.banner import Action
from psconnect.service import Service


class StartAgain(QObject):
    """Asks with ``ask``, then sets the damaged data aside, and calls ``done`` with a sentence, or ``refused``."""

    def __init__(
        self,
        service: Service,
        bridge: Bridge,
        ask: Callable[[str, list[Action]], None],
        done: Callable[[str], object],
        refused: OnError,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._service, self._bridge = service, bridge
        self._ask, self._done, self._refused = ask, done, refused

    def ask(self, name: str) -> None:
        """Say what is lost and what is not; nothing is done before somebody presses the first button."""
        text = tr(
            "Start “{name}” again with new roster data? psconnect then no longer knows its earlier runs, what it has "
            "delivered, ids that were taken over, and user names that were given. Settings and secret stay. Nothing "
            "changes in the other system. The next sync reads everything and waits for your approval.",
            name=name,
        )
        self._ask(text, [(tr("Start again"), partial(self._begin, name))])

    def _begin(self, name: str) -> None:
        self._bridge.call(
            lambda: self._service.rebuild(name), lambda aside: self._begun(name, aside), self._refused, owner=self
        )

    def _begun(self, name: str, aside: Path) -> None:
        self._done(
            tr(
                "“{name}” starts again: run a sync. The damaged data is kept as {file} in {folder}.",
                name=name,
                file=aside.name,
                folder=aside.parent,
            )
        )
