"""The runs that this window has started: one per connection at a time, followed by any page that shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from psconnect.desktop.bridge import Bridge, BridgeTask
from psconnect.desktop.progress import RunProgress
from psconnect.model.clock import CancelToken
from psconnect.model.errors import PsconnectError
from psconnect.model.events import OnEvent, RunEvent
from psconnect.model.runs import Run
from psconnect.service import Service

_REACHED = ("finished", "finished_with_problems", "held", "previewed")


@dataclass
class ActiveRun:
    """A run of this window, while it works and after it ended.

    Attributes:
        kind: ``sync``, ``preview``, ``rehearsal``, ``approve`` or ``revalidate``.
        about: id of the waiting run that is approved or re-validated; empty otherwise.
        run: how it ended, or None while it works, or when it could not even begin.
        error: why it could not begin, or None.
        stopping: whether somebody asked to stop it.
    """

    connection: str
    kind: str
    scope: str
    progress: RunProgress
    task: BridgeTask | None = None
    run: Run | None = None
    error: PsconnectError | None = None
    stopping: bool = False
    ended: bool = False
    about: str = ""

    def cancel(self) -> None:
        """Ask it to stop at its next safe point."""
        self.stopping = True
        if self.task:
            self.task.cancel.cancel()


class ActiveRuns(QObject):
    """Starts runs beside the window. ``changed`` and ``ended`` name the connection."""

    changed = Signal(str)
    ended = Signal(str)

    def __init__(self, bridge: Bridge, service: Service, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._service = bridge, service
        self._runs: dict[str, ActiveRun] = {}

    def of(self, connection: str) -> ActiveRun | None:
        """The newest run that this window started for the connection, or None."""
        return self._runs.get(connection)

    def working(self, connection: str) -> bool:
        """Whether a run of the connection is going on in this window."""
        active = self._runs.get(connection)
        return active is not None and not active.ended

    @property
    def all_working(self) -> list[ActiveRun]:
        """Every run that is going on."""
        return [active for active in self._runs.values() if not active.ended]

    def start(
        self, connection: str, *, scope: str = "all", plan_only: bool = False, rehearse: bool = False
    ) -> ActiveRun:
        """Run a connection, or only make its plan, or rehearse its next school year.

        A run that is going on already is returned as it is.
        """

        def work(on_event: OnEvent, cancel: CancelToken) -> Run:
            return self._service.sync(
                connection,
                scope=scope,
                plan_only=plan_only,
                rehearse=rehearse,
                trigger="button",
                on_event=on_event,
                cancel=cancel,
            )

        kind = "rehearsal" if rehearse else "preview" if plan_only else "sync"
        return self._go(connection, kind, scope, work)

    def start_due(self, connection: str) -> ActiveRun:
        """Run what is due of a connection; it ends without a run if another process was faster."""

        def work(on_event: OnEvent, cancel: CancelToken) -> Run | None:
            return self._service.run_scheduled(connection, on_event=on_event, cancel=cancel)

        return self._go(connection, "sync", "all", work)

    def approve(self, connection: str, run_id: str, reason: str, plan_hash: str) -> ActiveRun:
        """Approve the plan with that hash of a waiting run, and deliver it."""

        def work(on_event: OnEvent, cancel: CancelToken) -> Run:
            return self._service.approve(run_id, reason, plan_hash=plan_hash, on_event=on_event, cancel=cancel)

        return self._go(connection, "approve", "all", work, run_id)

    def revalidate(self, connection: str, run_id: str) -> ActiveRun:
        """Plan a waiting run anew; how it ended tells whether it is still the same run."""

        def work(on_event: OnEvent, cancel: CancelToken) -> Run:
            return self._service.revalidate(run_id, on_event=on_event, cancel=cancel)

        return self._go(connection, "revalidate", "all", work, run_id)

    def _go(
        self,
        connection: str,
        kind: str,
        scope: str,
        work: Callable[[OnEvent, CancelToken], Run | None],
        about: str = "",
    ) -> ActiveRun:
        before = self._runs.get(connection)
        if before and not before.ended:
            return before
        progress = RunProgress(self._service.clock.monotonic())
        active = ActiveRun(connection, kind, scope, progress, about=about)
        self._runs[connection] = active
        active.task = self._bridge.run(
            work,
            lambda events: self._news(active, events),
            lambda run: self._end(active, run, None),
            lambda error: self._end(active, None, error),
            on_cancelled=lambda: self._end(active, None, None),
            owner=self,
        )
        self.changed.emit(connection)
        return active

    def _news(self, active: ActiveRun, events: list[RunEvent]) -> None:
        active.progress.take(events, self._service.clock.monotonic())
        self.changed.emit(active.connection)

    def _end(self, active: ActiveRun, run: Run | None, error: PsconnectError | None) -> None:
        active.run, active.error, active.ended = run, error, True
        reached = run is not None and run.state in _REACHED
        active.progress.end(self._service.clock.monotonic(), reached_goal=reached)
        self.changed.emit(active.connection)
        self.ended.emit(active.connection)


def start_as_wished(runs: ActiveRuns, connection: str, wish: str) -> ActiveRun:
    """Start what was wished with the saving of a connection: ``preview``, ``sync`` (all), ``users`` or ``courses``."""
    return runs.start(connection, scope=wish if wish in ("users", "courses") else "all", plan_only=wish == "preview")
