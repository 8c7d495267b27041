"""Writes a set-up down while it is typed, so that a power cut loses nothing."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.wizard.session import Session

_WRITE_MS = 400
"""After what is typed has rested for so long, it is written down."""


class Keeping(QObject):
    """``kept`` tells that a set-up stands on disk as it was left, ``refused`` the error that came instead."""

    kept = Signal()
    refused = Signal(object)

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._session: Session | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WRITE_MS)
        self._timer.timeout.connect(self._write)

    def soon(self, session: Session) -> None:
        """Write the draft once the typing rests."""
        self._session = session
        self._timer.start()

    def stop(self) -> None:
        """What was to be written is written in another way, or no more wanted."""
        self._timer.stop()

    def keep(self, session: Session) -> None:
        """Write the draft and keep the secrets, beside the window."""
        self._timer.stop()
        self._bridge.call(session.save_draft, self._told, self.refused.emit, owner=self)

    def _write(self) -> None:
        session = self._session
        if session and not session.saving:
            self._bridge.call(session.write_draft, _nothing, self.refused.emit, owner=self)

    def _told(self, _none: None) -> None:
        self.kept.emit()


def _nothing(_answer: object) -> None:
    """Nobody waits for it."""
