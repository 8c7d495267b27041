"""Sending notices beside the window: whoever watches a run never waits for a mail server."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.text import tr
from psconnect.model.clock import CancelToken
from psconnect.model.events import OnEvent
from psconnect.service import NoticeNotes, Service


def send_beside(service: Service, bridge: Bridge, tell: Callable[[str, str], object]) -> None:
    """From now on, let the service send in a thread of its own; the window's end stops it, and what is left waits.

    ``tell`` gets a sentence and its tone if something could not be sent.
    """
    service.beside = partial(_begin, service, bridge, tell)


def _begin(
    service: Service,
    bridge: Bridge,
    tell: Callable[[str, str], object],
    work: Callable[[CancelToken], None],
    _cancel: CancelToken,
) -> None:
    # The run's own wish to stop is over with the run.
    bridge.post(partial(_run, service, bridge, tell, work))


def _run(
    service: Service, bridge: Bridge, tell: Callable[[str, str], object], work: Callable[[CancelToken], None]
) -> None:
    def send(_on_event: OnEvent, cancel: CancelToken) -> str:
        work(cancel)
        names = [state.connection.name for state in service.connections()]
        return next((name for name in names if _waits(service.undelivered_notices(name))), "")

    def say(name: str) -> None:
        if name:
            tell(tr("Mail about “{name}” could not be sent. Settings, Notices says why.", name=name), "warning")

    bridge.run(send, _nothing, say, _nothing)


def _waits(notes: NoticeNotes) -> bool:
    return any(one.error for one in notes.waiting) or notes.ping_error is not None


def _nothing(_answer: object) -> None:
    """What waits is looked up where it is shown."""
