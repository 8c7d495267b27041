"""What a run reports while it works. The engine knows no threads, signals or terminals: it calls a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

STAGES = ("reading", "shaping", "planning", "applying")
"""The stages of a run, in order."""


@dataclass(frozen=True)
class RunEvent:
    """One piece of news from a run.

    Attributes:
        stage: one of STAGES, or the run's final state.
        entity: the entity being worked on; empty for the whole stage.
        done: records done so far.
        total: records expected, or None if unknown.
        message: a sentence for a person; usually empty.
    """

    stage: str
    entity: str = ""
    done: int = 0
    total: int | None = None
    message: str = ""


OnEvent = Callable[[RunEvent], None]


def ignore(_event: RunEvent) -> None:
    """An OnEvent that ignores everything."""
