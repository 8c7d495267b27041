"""A source that gives again what a real one gave: whole runs in milliseconds, without a server."""

from __future__ import annotations

import contextlib
import copy
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.entities import Entity
from psconnect.model.events import OnEvent
from psconnect.model.problems import Problem
from psconnect.service import runs
from psconnect.sources.base import Memory, ReadSummary, StagedRow
from psconnect.sync import compose
from psconnect.sync.shaping import StageSink


@dataclass
class Recorded:
    """What a source handed on, in order, and its summary; it is a source, too."""

    given: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)
    summary: ReadSummary = field(default_factory=ReadSummary)
    kind: str = "recorded"

    def keeping(self, _db: sqlite3.Connection) -> Recorded:
        """The keys that were recorded are numbers already."""
        return self

    def read(
        self, sink: StageSink, _on_event: OnEvent, _cancel: CancelToken, *, memory: Memory | None = None
    ) -> ReadSummary:
        """Hand it on again."""
        assert memory is None
        for method, arguments, named in self.given:
            getattr(sink, method)(*arguments, **named)
        return copy.deepcopy(self.summary)


@dataclass
class _Recording:
    """Hands on to a sink and notes what."""

    sink: StageSink
    into: Recorded

    def rows(self, entity: Entity, rows: Sequence[StagedRow]) -> None:
        self._hand_on("rows", entity, list(rows))

    def clear(self, entity: Entity, *, negative: bool | None = None) -> None:
        self._hand_on("clear", entity, negative=negative)

    def problem(self, problem: Problem) -> None:
        self._hand_on("problem", problem)

    def _hand_on(self, method: str, *arguments: Any, **named: Any) -> None:
        self.into.given.append((method, arguments, named))
        getattr(self.sink, method)(*arguments, **named)


@dataclass
class _Recorder:
    source: Any
    into: Recorded

    def keeping(self, db: sqlite3.Connection) -> _Recorder:
        return _Recorder(self.source.keeping(db), self.into)

    def read(self, sink: StageSink, *arguments: Any, **named: Any) -> ReadSummary:
        self.into.summary = self.source.read(_Recording(sink, self.into), *arguments, **named)
        return copy.deepcopy(self.into.summary)


def recording(patch: pytest.MonkeyPatch, into: Recorded) -> None:
    """Note what the sources of runs give from now on."""
    real: Callable[..., Any] = compose.shaped_source

    def make(*arguments: Any, **named: Any) -> _Recorder:
        return _Recorder(real(*arguments, **named), into)

    patch.setattr(runs, "shaped_source", make)


def replaying(patch: pytest.MonkeyPatch, recorded: Recorded) -> None:
    """Let runs read what was recorded."""
    patch.setattr(runs.Runs, "opened", lambda *_arguments, **_named: contextlib.nullcontext())
    patch.setattr(runs, "shaped_source", lambda *_arguments, **_named: recorded)
