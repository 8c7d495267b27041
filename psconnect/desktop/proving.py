"""Tries a scheduled start once: the system’s own scheduler starts psconnect, which reads the secrets and says so."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.text import tr
from psconnect.model.clock import CancelToken
from psconnect.model.errors import PsconnectError
from psconnect.model.events import OnEvent
from psconnect.model.schedule_state import Proof, ScheduleState
from psconnect.service import Service
from psconnect.wording.errors import word


class StartProofs(QObject):
    """One proof at a time for each connection. ``changed`` names the connection, ``failed`` has a sentence."""

    changed = Signal(str)
    failed = Signal(str)

    def __init__(self, bridge: Bridge, service: Service, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._service = bridge, service
        self._working: set[str] = set()
        self._errors: dict[str, PsconnectError] = {}

    def working(self, name: str) -> bool:
        """Whether a start of the connection is being tried."""
        return name in self._working

    def error(self, name: str) -> PsconnectError | None:
        """Why the last one could not even be tried; None if it could."""
        return self._errors.get(name)

    def prove(self, name: str) -> None:
        """Try a scheduled start of a connection, unless that is going on."""
        if name in self._working:
            return
        self._working.add(name)
        self._errors.pop(name, None)
        service = self._service

        def work(_on_event: OnEvent, cancel: CancelToken) -> Proof:
            return service.prove_schedule(name, cancel=cancel)

        def proved(proof: Proof) -> None:
            self._ended(name)
            if proof.trouble:
                self._tell(name, word(proof.trouble, window=True).text)

        def refused(error: PsconnectError) -> None:
            self._errors[name] = error
            self._ended(name)
            self._tell(name, word(error, window=True).text)

        def cancelled() -> None:
            self._ended(name)

        self._bridge.run(work, lambda _events: None, proved, refused, on_cancelled=cancelled, owner=self)
        self.changed.emit(name)

    def prove_once(self, name: str) -> None:
        """Try it if the connection is to run by itself and that has not been seen to work yet."""
        service = self._service

        def found(state: ScheduleState) -> None:
            wanted = state.settings.is_on or state.tonight is not None
            if wanted and state.system and (state.proof is None or state.proof.trouble):
                self.prove(name)
            else:
                self.changed.emit(name)

        self._bridge.call(lambda: service.schedule_state(name), found, lambda _error: None, owner=self)

    def _ended(self, name: str) -> None:
        self._working.discard(name)
        self.changed.emit(name)

    def _tell(self, name: str, text: str) -> None:
        self.failed.emit(tr("The schedule of “{name}” would not start: {text}", name=name, text=text))
