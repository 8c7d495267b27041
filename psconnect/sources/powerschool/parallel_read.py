"""Reads streams in parallel: each is handed over page by page, kept, or reused.

If one stream fails, the others stop. A stream that is read again discards what it handed over before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Executor, Future, wait
from dataclasses import dataclass, field
from typing import Any, Protocol

from psconnect.model.clock import CancelToken
from psconnect.model.entities import CALENDAR, CLASS, COURSE, SCHOOL, TEACHER, Entity
from psconnect.model.events import OnEvent, RunEvent
from psconnect.powerschool.dataversions import HINTED
from psconnect.powerschool.fields import listed_field, spelled
from psconnect.powerschool.logins import without_placeholders
from psconnect.powerschool.pieces import advising
from psconnect.powerschool.reader import Gatherer, Reader, read_stream
from psconnect.powerschool.stream import Stream
from psconnect.roster.terms import settle_dates
from psconnect.sources.base import Intake, ReadSummary, SourceSink
from psconnect.sources.powerschool.kept_rows import KeptReader, keeping
from psconnect.sources.powerschool.read_plan import ReadPlan
from psconnect.sources.powerschool.takeover import TakeOver
from psconnect.store.reading.kept_streams import KeptStreams

HandOver = Callable[[list[Any]], object]
"""Takes a page of rows and hands over the result."""
Task = Callable[[], None]
_ENTITY_OF = {"schools": SCHOOL, "terms": CALENDAR, "courses": COURSE, "sections": CLASS, "users": TEACHER}
"""The entity that a repeated row is reported for; other streams only help to shape records."""


@dataclass
class _StreamSink:
    """Takes one stream's rows: hands them over, or keeps them if they are few.

    ``repeated_keys`` are the keys of rows that came twice.
    """

    label: str
    on_rows: HandOver
    on_restart: Callable[[], None]
    on_event: OnEvent
    abort: CancelToken
    on_arrival: HandOver
    repeated_keys: list[int] = field(default_factory=list)

    def page(self, rows: list[Any]) -> None:
        self.abort.check()
        self.on_arrival(rows)
        self.on_rows(rows)

    def restart(self) -> None:
        self.repeated_keys.clear()
        self.on_restart()

    def progress(self, done: int, expected: int) -> None:
        # Check here too: a stream that is gathered whole hands nothing over for hours.
        self.abort.check()
        self.on_event(RunEvent("reading", self.label, done, expected))

    def repeated(self, key: int) -> None:
        self.repeated_keys.append(key)


@dataclass
class Lanes:
    """Reads the streams of one reading.

    Attributes:
        plan: the connection's choices.
        reader: the way to read.
        sink: where rows go.
        pool: the threads.
        summary: collects the row count of each stream.
        abort: set when a stream fails; the others stop at their next page.
        keep: where rows are kept as they came; None for nowhere.
    """

    plan: ReadPlan
    reader: Reader | Gatherer | KeptReader
    sink: SourceSink
    on_event: OnEvent
    cancel: CancelToken
    pool: Executor
    summary: ReadSummary
    lock: threading.Lock = field(default_factory=threading.Lock)
    abort: CancelToken = field(default_factory=CancelToken)
    keep: KeptStreams | None = None

    def together(self, *tasks: Callable[[], None]) -> None:
        """Run the tasks in parallel; the first failure or a cancel stops the others."""
        futures: Sequence[Future[None]] = [self.pool.submit(task) for task in tasks]
        done, waiting = wait(futures, return_when=FIRST_EXCEPTION)
        if waiting:
            self.abort.cancel()
        for future in done:
            future.result()

    def kept(self, stream: Stream, arguments: Mapping[str, str] | None = None, rows: RowKeeper | None = None) -> Kept:
        """A stream whose rows are kept, or go into ``rows``; its ``read`` reads it."""
        kept: list[Any] = []
        into = kept if rows is None else rows
        return Kept(self, self.plan.streams.by_name[stream.name], arguments or {}, kept, into)

    def paged(
        self,
        intake: Intake,
        entity: Entity,
        stream: Stream,
        arguments: Mapping[str, str],
        begin: Callable[[], HandOver],
        *,
        negative: bool | None = None,
        over: TakeOver | None = None,
        signature: str = "",
    ) -> Task:
        """A task that reads a stream and hands its rows over page by page, or reuses its records.

        ``begin`` is called before the first page, also when the stream is read again.
        """
        over = over if stream.name in HINTED else None

        def task() -> None:
            if over and self._taken_over(over, intake, entity, stream, arguments, signature, negative=negative):
                return
            hand_over = begin()

            def take(rows: list[Any]) -> None:
                if over:
                    over.seen(stream, rows)
                hand_over(rows)

            def restart() -> None:
                nonlocal hand_over
                intake.restart()
                hand_over = begin()

            stream_sink = _StreamSink(entity.key, take, restart, self.on_event, self.abort, self.on_arrival(stream))
            self.run(stream, arguments, stream_sink)
            self.tell_repeated(stream_sink, intake)
            if over:
                filled = self.summary.filled.get(stream.name, {})
                over.note(stream, self.summary.counts[stream.name], signature, intake.problems, filled)

        return task

    def _taken_over(
        self,
        over: TakeOver,
        intake: Intake,
        entity: Entity,
        stream: Stream,
        arguments: Mapping[str, str],
        signature: str,
        *,
        negative: bool | None,
    ) -> bool:
        """Reuse a stream's records if possible."""
        self.cancel.check()
        with advising(stream):
            note = over.fitting(stream, arguments, signature)
        if note is None:
            return False
        over.memory.take_over(entity, negative=negative)
        over.memory.note(stream.name, note)
        intake.problems.extend(note.problems)
        with self.lock:
            self.summary.counts[stream.name] = self.summary.taken_over[stream.name] = note.count
            if note.filled:
                self.summary.filled[stream.name] = note.filled
        self.on_event(RunEvent("reading", entity.key, note.count, note.count))
        return True

    def tell_repeated(self, stream_sink: _StreamSink, intake: Intake) -> None:
        """Report rows that came twice."""
        for key in stream_sink.repeated_keys:
            intake.problem("duplicate-row", str(key))

    def on_arrival(self, stream: Stream) -> HandOver:
        """A function that cleans rows on arrival: times in dates, placeholders in login fields."""
        zone, logins = self.plan.zone, without_placeholders(stream)

        def settle(rows: list[Any]) -> None:
            logins(rows)
            settle_dates(rows, stream.dates, zone)

        return settle

    def run(self, stream: Stream, arguments: Mapping[str, str], sink: _StreamSink) -> None:
        """Read one stream completely and note its row count."""
        self.cancel.check()
        filled: set[str] = set()
        if isinstance(self.reader, KeptReader):
            self.reader.read(stream, arguments, sink)
            return
        with advising(stream), keeping(self.keep, stream, arguments, sink) as kept_too:
            count = read_stream(self.reader, stream, arguments, kept_too, filled)
        with self.lock:
            self.summary.counts[stream.name] = count
            if stream.columns[0].name in filled:
                self._note_filled(stream, filled)

    def _note_filled(self, stream: Stream, filled: set[str]) -> None:
        """Note which fields of a stream with rows had values."""
        noted = self.summary.filled.setdefault(stream.name, {})
        for column in stream.columns:
            name = spelled(column.table, column.field)
            noted[name] = noted.get(name, False) or column.name in filled
            field = listed_field(column.table, column.field)
            if field and not noted[name]:
                self.summary.meanings[name] = field.meaning


class RowKeeper(Protocol):
    """Keeps rows that are needed together, or what is made of them."""

    def extend(self, rows: list[Any], /) -> None:
        """Take a page of rows."""

    def clear(self) -> None:
        """Forget all because the stream is read again."""


@dataclass
class Kept:
    """A stream whose rows are kept until they are shaped together: in ``rows``, or as made by ``into``."""

    lanes: Lanes
    stream: Stream
    arguments: Mapping[str, str]
    rows: list[Any]
    into: RowKeeper

    def read(self) -> None:
        """Read the stream."""
        lanes, entity = self.lanes, _ENTITY_OF.get(self.stream.name)
        label = entity.key if entity else self.stream.name
        settle = lanes.on_arrival(self.stream)
        sink = _StreamSink(label, self.into.extend, self.into.clear, lanes.on_event, lanes.abort, settle)
        lanes.run(self.stream, self.arguments, sink)
        if entity and sink.repeated_keys:
            lanes.tell_repeated(sink, lanes.sink.intake(entity))
