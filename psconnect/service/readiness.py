"""Waiting until a computer is ready for a run that it starts by itself: after waking or login it may not be."""

from __future__ import annotations

from datetime import timedelta

from psconnect.http.names import name_is_known
from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.service.secrets import SecretKeeping

_KEYRING = timedelta(minutes=2)
_NETWORK = timedelta(minutes=1)
_LOOK_AGAIN = 5.0  # seconds


class Readiness(SecretKeeping):
    """Base class for starts beside which nobody sits."""

    def wait_until_ready(self, connection: Connection, cancel: CancelToken) -> None:
        """Wait for the keyring (two minutes at most) and for the network (one minute); raises Cancelled.

        What is not there after that is told by the run itself, in its own words.
        """
        self.wait_for_keyring(connection, cancel)
        give_up = self.clock.now() + _NETWORK
        while not self._server_is_known(connection, cancel) and self.clock.now() < give_up:
            self.clock.wait(_LOOK_AGAIN, cancel)

    def wait_for_keyring(self, connection: Connection, cancel: CancelToken) -> None:
        """Wait until the keyring answers, two minutes at most: right after login it may still be locked."""
        give_up = self.clock.now() + _KEYRING
        while not self._keyring_answers(connection) and self.clock.now() < give_up:
            self.clock.wait(_LOOK_AGAIN, cancel)

    def _keyring_answers(self, connection: Connection) -> bool:
        """Whether the keyring could be asked; a secret that it has not is nothing to wait for."""
        try:
            self._states(connection)
        except FixSettings:
            return False
        return True

    def _server_is_known(self, connection: Connection, cancel: CancelToken) -> bool:
        try:
            return not connection.source.url or name_is_known(connection.source.url, cancel)
        except FixSettings:
            return True  # a proxy that can't be used: waiting makes it no better
