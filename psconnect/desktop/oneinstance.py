"""One window a home: a second start raises the first one and ends."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from psconnect.store.home import Home

_WAIT_MS = 300


class OneInstance(QObject):
    """``claim`` before a window is made; ``on_raise`` is called when somebody starts psconnect again."""

    def __init__(self, home: Home, on_raise: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        place = str(home.config.absolute()).encode()
        self._name = f"psconnect-{hashlib.sha256(place).hexdigest()[:16]}"
        self._on_raise = on_raise
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._called)

    def claim(self) -> bool:
        """True where this is the first; else the first one was told to come to the front."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if socket.waitForConnected(_WAIT_MS):
            socket.disconnectFromServer()
            return False
        # What a crash left behind would keep the name for ever.
        QLocalServer.removeServer(self._name)
        self._server.listen(self._name)
        return True

    def release(self) -> None:
        """Let others claim it."""
        self._server.close()

    def _called(self) -> None:
        while self._server.hasPendingConnections():
            self._server.nextPendingConnection().deleteLater()
        self._on_raise()
