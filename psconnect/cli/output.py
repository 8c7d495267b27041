"""What the command line prints: results on standard output, everything else on standard error."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from psconnect.cli.codes import DONE, NOT_READ
from psconnect.model.errors import PsconnectError
from psconnect.model.events import RunEvent
from psconnect.model.reconciled import altogether, by_care
from psconnect.model.runs import WAITING, ChangeCounts, Run, SetAside
from psconnect.model.shown_text import shown
from psconnect.wording.catalogue import number, tr
from psconnect.wording.delivered import word_delivered
from psconnect.wording.errors import Worded, word
from psconnect.wording.figures import added_in_words
from psconnect.wording.held import story_of
from psconnect.wording.holds import word_hold
from psconnect.wording.records import entity_label, record_label
from psconnect.wording.rules import rule_of
from psconnect.wording.run_sentence import signed
from psconnect.wording.runs import action_word, aside_word, state_word

_BAR = 24
_TWENTY_A_SECOND = 0.05


class Unwritten(Exception):
    """Standard output can't be written, such as a full disk behind ``> FILE``. ``code``: the exit code."""

    def __init__(self, why: OSError, code: int) -> None:
        super().__init__(why.strerror or type(why).__name__)
        self.code = code


@contextlib.contextmanager
def ends_with(code: int) -> Iterator[None]:
    """Make the command end with this exit code even if standard output can't be written."""
    try:
        yield
    except Unwritten as error:
        error.code = code
        raise


@contextlib.contextmanager
def _unwritten() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Unwritten(error, NOT_READ) from None


def flush() -> None:
    """Flush standard output."""
    with _unwritten():
        sys.stdout.flush()


def say(text: str) -> None:
    """Print a line for the person, separate from the result."""
    _beside(f"{shown(text)}\n")


def _beside(text: str) -> None:
    """Write to standard error. If that fails (a full disk behind ``2> FILE``), the delivery continues."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def result(text: str) -> None:
    """Print a line of the result."""
    with _unwritten():
        print(shown(text))


def answer(question: str) -> str:
    """What the person types; empty at the end of input (Ctrl+D)."""
    try:
        return input(question).strip()
    except EOFError:
        say("")
        return ""


def completed(text: str, *, as_json: bool, **data: object) -> int:
    """Print the result of a successful command, as a sentence or as JSON ``data``; returns the exit code."""
    if as_json:
        document(data)
    else:
        result(text)
    return DONE


def document(data: object) -> None:
    """Print the result as one JSON document."""
    with _unwritten():
        print(json.dumps(data, ensure_ascii=False, indent=2))


def show_error(error: PsconnectError, *, as_json: bool) -> None:
    """Print an error: cause, what to do, code."""
    if as_json:
        document({"error": word(error).as_dict()})
    show_parts(word(error))


def show_parts(told: Worded) -> None:
    """Print the parts of a worded error."""
    say(f"{told.title}.")
    say(f"  {told.happened}")
    say("  " + tr("What to do: {action}", action=told.to_do))
    say(f"  ({told.code})")


def table(rows: Sequence[tuple[str, ...]], *, right: frozenset[int] = frozenset()) -> None:
    """Print rows in columns; those in ``right`` are right-aligned, for numbers."""
    if not rows:
        return
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    for row in rows:
        cells = (
            cell.rjust(w) if i in right else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        result("  ".join(cells).rstrip())


def show_run(run: Run) -> None:
    """Print a run's summary: what was read, what changes, what was left out and why, what to do next."""
    result(tr("{name}: {state}", name=run.connection, state=state_word(run.state)))
    when = f"{run.started.astimezone():%Y-%m-%d %H:%M}"
    if run.school_year:
        result(tr("Run {id}, {when}, school year {year}", id=run.id, when=when, year=run.school_year))
    else:
        result(tr("Run {id}, {when}", id=run.id, when=when))
    if run.error:
        show_parts(word(run.error))
    waits = run.state in WAITING
    if run.holds:
        _show_holds(run, waits=waits)
    _show_changes(run, waits=waits)
    _show_not_done(run)
    if run.delivered:
        result(tr("Delivered: {what}", what=word_delivered(run.delivered)))
    if run.kind == "rehearsal" and not run.error:
        say(tr("This is a rehearsal of the next school year. It is for review only and is never delivered."))
    elif run.state in ("held", "previewed"):
        say(
            tr(
                "To go on: psconnect run approve {id} --reason TEXT    To give up: psconnect run discard {id}",
                id=run.id,
            )
        )


def _show_holds(run: Run, *, waits: bool) -> None:
    """Print why a run waits: headline, cause and way on as everywhere, then each reason with its figures."""
    story = story_of(run)
    headline = story.headline
    told = tr("On hold: {headline}.", headline=headline) if waits else tr("Was on hold: {headline}.", headline=headline)
    result(f"  {told}")
    for sentence in (story.cause, story.way if waits else "", *(story.more if waits else ())):
        if sentence:
            result(f"           {sentence}")
    reasons = [reason for reason in (word_hold(hold).reason for hold in run.holds) if reason != story.cause]
    for reason in reasons:
        result(f"    - {reason}")


def _show_changes(run: Run, *, waits: bool) -> None:
    """Print what the run changes, by entity, or why nothing changes."""
    if run.reconciled:
        table(_standing(run), right=frozenset(range(1, 6)))
        added = added_in_words(run.reconciled)
        if added:
            result(added)
    if run.changes and not run.reconciled:
        heading = ("", tr("create"), tr("update"), tr("remove"))
        rows = [
            (entity_label(entity), number(c.create), number(c.update), number(c.remove))
            for entity, c in run.changes.items()
        ]
        table([heading, *rows], right=frozenset({1, 2, 3}))
    elif run.changes:
        return
    elif run.redelivers_to and not run.error:
        place = run.redelivers_to
        result(
            tr("No record changes; the whole roster goes to {place}.", place=place)
            if waits
            else tr("No record changes; the whole roster went to {place}.", place=place)
        )
    elif not run.error and run.planned:
        result(tr("No changes: the destination is up to date."))


def _standing(run: Run) -> list[tuple[str, ...]]:
    """What stands at the destination, or would, kind by kind, with the sums in the last row."""
    lines: list[tuple[str, ...]] = [
        (tr("Records"), tr("read"), tr("− left out"), tr("+ added"), tr("= delivered"), tr("change")),
    ]
    figures = by_care(run.reconciled)
    kinds = [(entity_label(key), one, run.changes.get(key, ChangeCounts())) for key, one in figures.items()]
    for label, one, counts in [*kinds, (tr("All records"), altogether(figures.values()), run.all_changes)]:
        parts = (one.read, one.left_out, one.added, one.delivered)
        lines.append((label, *(number(part) for part in parts), signed(counts, one.adopted) or tr("no change")))
    return lines


def _show_not_done(run: Run) -> None:
    """Print what was planned but not done, and what was left out."""
    if run.not_applied:
        result(tr("Not applied, because only additions are delivered:"))
        table(_not_applied(run))
    if run.set_aside:
        result(tr("Planned and not done:"))
        rows_aside = [(f"  {count:,}", aside_word(because)) for because, count in run.set_aside.items()]
        table(rows_aside, right=frozenset({0}))
    left_out = altogether(run.reconciled.values()).because if run.reconciled else run.left_out
    if left_out:
        result(tr("Left out:"))
        rows_out = [(f"  {number(count)}", rule_of(rule).title) for rule, count in sorted(left_out.items())]
        table(rows_out, right=frozenset({0}))


def _not_applied(run: Run) -> list[tuple[str, ...]]:
    return [
        (
            f"  {entity_label(entity)}",
            tr("{count} to update", count=number(counts.update)),
            tr("{count} to remove", count=number(counts.remove)),
        )
        for entity, counts in run.not_applied.items()
    ]


def show_set_aside(records: Sequence[SetAside]) -> None:
    """Print the records that a plan leaves alone, by id, and why."""
    rows = [
        (f"  {record_label(one.entity)}", one.sourced_id, action_word(one.action).lower(), aside_word(one.because))
        for one in records
    ]
    table(rows)


def _on_terminal() -> bool:
    return sys.stderr.isatty()


@dataclass
class Progress:
    """A run's progress on standard error: a bar on a terminal, else one line per stage."""

    terminal: bool = field(default_factory=_on_terminal)
    _stage: str = ""
    _done: dict[str, tuple[int, int]] = field(default_factory=dict)
    _drawn: float = 0.0

    def __call__(self, event: RunEvent) -> None:
        """Show an event of a run."""
        if event.stage != self._stage:
            self._end_line()
            self._stage, self._done = event.stage, {}
            if not self.terminal:
                say(f"{state_word(event.stage)} …")
        if event.message:
            self._end_line()
            say(event.message)
        if event.entity:
            self._done[event.entity] = (event.done, event.total or event.done)
        if self.terminal and time.monotonic() - self._drawn > _TWENTY_A_SECOND:
            self._draw()

    def close(self) -> None:
        """End the bar's line."""
        self._end_line()

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        done, total = (sum(column) for column in zip(*self._done.values(), strict=True)) if self._done else (0, 0)
        filled = _BAR * done // total if total else 0
        bar = "#" * filled + "." * (_BAR - filled)
        label = state_word(self._stage)
        counts = tr("{done} of {total}", done=number(done), total=number(total))
        _beside(f"\r{label:<11}[{bar}] {counts}   ")

    def _end_line(self) -> None:
        if self.terminal and self._drawn:
            self._draw()
            _beside("\n")
            self._drawn = 0.0
