"""One window per home: a second start raises the first one and ends."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import filelock
from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from psconnect.model.errors import LocalStorage
from psconnect.service import Home

_WAIT_MS = 300


class OneInstance(QObject):
    """``claim`` before a window is made; ``on_raise`` is called when somebody starts psconnect again."""

    def __init__(self, home: Home, on_raise: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        place = str(home.config.absolute()).encode()
        self._name = f"psconnect-{hashlib.sha256(place).hexdigest()[:16]}"
        self._on_raise = on_raise
        # Two processes that start at the same moment would both find no listener.
        self._home = home
        self._lock = filelock.FileLock(home.config / "window.lock", timeout=0, mode=0o600)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._called)

    def claim(self, *, raises: bool = True) -> bool:
        """True for the first process; otherwise the first one was told to come to the front, if this one ``raises``."""
        try:
            self._home.settings_folder()
            self._lock.acquire()
        except filelock.Timeout:
            if raises:
                self._call_first()
            return False
        except (LocalStorage, OSError):
            # The window says what is wrong with the folder: it is the first thing that its pages read.
            return True
        # A socket left by a crash would block the name for ever.
        QLocalServer.removeServer(self._name)
        self._server.listen(self._name)
        return True

    def _call_first(self) -> None:
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if socket.waitForConnected(_WAIT_MS):
            socket.disconnectFromServer()

    def release(self) -> None:
        """Let others claim it."""
        self._server.close()
        self._lock.release()

    def _called(self) -> None:
        while self._server.hasPendingConnections():
            self._server.nextPendingConnection().deleteLater()
        self._on_raise()
