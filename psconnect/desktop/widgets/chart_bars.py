"""The bars of a chart of runs: what each stands for, how high it is, and what is said of it. Draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psconnect.desktop.text import duration, tr
from psconnect.model.runs import APPLIED, Run
from psconnect.wording.history import effect_spoken, history_state
from psconnect.wording.times import column_moment, short_duration, weekday

_MOST_TIMES, _LEAST_CAP = 5, 20
_LEAST = 2.0
_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class ChartBar:
    """One run: what it delivered, how long it worked in seconds (None: it has not ended), and how it ended.

    Attributes:
        mark: how it is marked: ``failed``, ``held`` (it waits, or did), ``nothing`` (it delivered nothing else);
            empty for a run that delivered.
        word: the word beside the mark; empty where the bar says enough.
        spoken: everything about it in a sentence.
    """

    run_id: str
    created: int
    updated: int
    removed: int
    seconds: float | None
    day: date
    day_word: str
    mark: str = ""
    word: str = ""
    spoken: str = ""

    @property
    def took(self) -> str:
        """How long it worked, short."""
        return "" if self.seconds is None else short_duration(self.seconds)


@dataclass(frozen=True)
class ChartScale:
    """How many changes stand for the room above the line; ``line`` is the round number that is drawn across it.

    A first load is often a thousand times larger than any other run: such a bar is cut, and says its number.
    """

    cap: float
    line: int

    def height(self, count: float, room: float) -> float:
        """The height of so many changes in a room for ``cap`` of them."""
        return max(_LEAST, min(1.0, count / self.cap) * room) if count else 0.0

    def cuts(self, count: int) -> bool:
        """Whether a bar of so many is cut."""
        return count > self.cap


def scale_of(bars: Sequence[ChartBar]) -> ChartScale:
    """A scale in which ordinary runs can be told apart."""
    totals = sorted(count for bar in bars for count in (max(bar.created + bar.updated, bar.removed),) if count)
    if not totals:
        return ChartScale(1.0, 0)
    usual = max(_LEAST_CAP, totals[(len(totals) - 1) // 2] * _MOST_TIMES)
    cap = min(totals[-1], usual)
    return ChartScale(float(cap), _round_below(cap))


def _round_below(cap: int) -> int:
    found, power = 0, 1
    while power <= cap:
        found = max([found, *(step * power for step in _STEPS if step * power <= cap)])
        power *= 10
    return found


def bar_of(run: Run, now: datetime) -> ChartBar:
    """What a run delivered; a plan or a failure delivered nothing, and says so by its mark."""
    delivered = run.state in APPLIED or run.in_part
    counts = run.all_changes if delivered else None
    took = run.took.total_seconds() if run.took is not None else None
    told = {"when": column_moment(run.started, now), "state": history_state(run), "effect": effect_spoken(run)}
    spoken = (
        tr("{when}: {state}, {effect}.", **told)
        if took is None
        else tr("{when}: {state}, {effect}. Took {took}.", took=duration(took), **told)
    )
    today = run.started.astimezone().date() == now.astimezone().date()
    return ChartBar(
        run.id,
        counts.create if counts else 0,
        counts.update if counts else 0,
        counts.remove if counts else 0,
        took,
        run.started.astimezone().date(),
        tr("Today") if today else weekday(run.started),
        _mark(run, delivered=delivered),
        "" if delivered and not run.in_part else history_state(run).lower(),
        spoken,
    )


def _mark(run: Run, *, delivered: bool) -> str:
    if run.state == "failed":
        return "failed"
    if run.state == "held" or (delivered and run.holds):
        return "held"
    return "" if delivered else "nothing"
