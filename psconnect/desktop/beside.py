"""Sending notices beside the window: whoever watches a run never waits for a mail server."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.text import tr
from psconnect.model.clock import CancelToken
from psconnect.model.events import OnEvent
from psconnect.service import Service


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
        before = _troubles(service)
        work(cancel)
        # What waits is tried again every few minutes, and told once.
        return next(iter(sorted(_troubles(service) - before)), ("", ""))[0]

    def say(name: str) -> None:
        if name:
            tell(tr("Mail about “{name}” could not be sent. Settings, Notices says why.", name=name), "warning")

    bridge.run(send, _nothing, say, _nothing)


def _troubles(service: Service) -> set[tuple[str, str]]:
    """What could not be sent: the connection's name, and which mail, or that its address could not be called."""
    found = set()
    for state in service.connections():
        name = state.connection.name
        notes = service.undelivered_notices(name)
        found |= {(name, f"{one.kind} {one.run}") for one in notes.waiting if one.error}
        if notes.ping_error:
            found.add((name, ""))
    return found


def _nothing(_answer: object) -> None:
    """What waits is looked up where it is shown."""
