"""What a run tells while it works. The engine knows no thread, no signal and no terminal: it calls a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

STAGES = ("reading", "shaping", "planning", "applying")
"""The stages of a run in their order, as a person sees them."""


@dataclass(frozen=True)
class RunEvent:
    """One piece of news from a run.

    Attributes:
        stage: one of STAGES, or the run's final state.
        entity: what is being worked on; empty when it is the whole stage.
        done: records done so far.
        total: records expected, or None where nobody knows.
        message: a sentence for a person; usually empty.
    """

    stage: str
    entity: str = ""
    done: int = 0
    total: int | None = None
    message: str = ""


OnEvent = Callable[[RunEvent], None]


def ignore(_event: RunEvent) -> None:
    """An OnEvent for callers that want no news."""
