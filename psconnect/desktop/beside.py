"""Sending notices beside the window: whoever watches a run never waits for a mail server."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from psconnect.desktop.bridge import Bridge
from psconnect.model.clock import CancelToken
from psconnect.service import Service


def send_beside(service: Service, bridge: Bridge) -> None:
    """From now on, let the service send in a thread of its own; the window's end stops it, and what is left waits."""
    service.beside = partial(_begin, bridge)


def _begin(bridge: Bridge, work: Callable[[CancelToken], None], _cancel: CancelToken) -> None:
    # The run's own wish to stop is over with the run.
    bridge.post(partial(_run, bridge, work))


def _run(bridge: Bridge, work: Callable[[CancelToken], None]) -> None:
    bridge.run(lambda _on_event, cancel: work(cancel), _nothing, _nothing, _nothing)


def _nothing(_answer: object) -> None:
    """What waits is looked up where it is shown."""
