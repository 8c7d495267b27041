"""Reads PowerSchool in three steps, side by side within each: the frame, what hangs in it, who is in it.

Schools and terms decide which school year is read; sections decide which enrollments are current; so these come
first. Staff and their assignments are few and are shaped together at the end; everything else is shaped page by page
and leaves memory at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from psconnect.model.clock import CancelToken
from psconnect.model.entities import (
    ADMIN,
    CALENDAR,
    CLASS,
    CONTACT,
    COURSE,
    ENROLLMENT,
    RELATIONSHIP,
    SCHOOL,
    STUDENT,
    TEACHER,
    Entity,
)
from psconnect.model.errors import FixSettings
from psconnect.model.events import OnEvent, RunEvent
from psconnect.model.problems import Fate, Problem
from psconnect.powerschool import streams as s
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.reader import QueryReader, Reader, read_stream
from psconnect.powerschool.tables import TableReader
from psconnect.roster.terms import term_range
from psconnect.sources.base import ReadSummary, RosterSink, StagedRow
from psconnect.sources.powerschool import assignments as a
from psconnect.sources.powerschool import classes as c
from psconnect.sources.powerschool import district as d
from psconnect.sources.powerschool import people as p
from psconnect.sources.powerschool.plan import OnProblem, ReadPlan, entity_list

SIDE_BY_SIDE = 4
Shaper = Callable[[list[Any]], list[StagedRow]]


_ENTITY_OF = {"schools": "school", "terms": "calendar", "courses": "course", "sections": "class", "users": "teacher"}
"""The entity under which a row listed twice is reported; streams without one only help to shape others."""


@dataclass
class _StreamSink:
    """Takes one stream's rows: shapes them and hands them on, or keeps them where they are few."""

    label: str
    on_rows: Callable[[list[Any]], None]
    on_restart: Callable[[], None]
    on_event: OnEvent
    problems: list[Problem]
    entity: str
    abort: CancelToken

    def page(self, rows: list[Any]) -> None:
        self.abort.check()
        self.on_rows(rows)

    def restart(self) -> None:
        self.problems.clear()
        self.on_restart()

    def progress(self, done: int, expected: int) -> None:
        self.on_event(RunEvent("reading", self.label, done, expected))

    def repeated(self, key: int) -> None:
        if self.entity:
            self.problems.append(Problem("duplicate-row", self.entity, key))


def choose_reader(client: PowerSchoolClient, access: str) -> Reader:
    """The way to read with that access (``auto``, ``queries`` or ``tables``); raises what the first call raises."""
    if access == "tables":
        return _tables(client)
    queries = QueryReader(client)
    if access == "queries":
        return queries
    try:
        queries.count(s.SCHOOLS, {})
    except FixSettings as error:
        if error.code != "PSC-ACCESS-NOT-FOUND":
            raise
        tables = _tables(client)
        try:
            tables.count(s.SCHOOLS, {})
        except FixSettings:
            raise error from None
        return tables
    return queries


def _tables(client: PowerSchoolClient) -> TableReader:
    metadata = client.metadata(signed_in=True)
    return TableReader(client, max(1, metadata.schema_table_query_max_page_size))


@dataclass
class PowerSchoolSource:
    """PowerSchool as a source (see sources.base.Source).

    Attributes:
        client: the signed-in server.
        plan: the connection's choices.
        access: ``auto``, ``queries`` or ``tables``.
    """

    client: PowerSchoolClient
    plan: ReadPlan
    access: str = "auto"
    kind: str = "powerschool"

    def entities(self) -> tuple[Entity, ...]:
        """The entities it gives with the connection's choices."""
        return entity_list(contacts=self.plan.contacts)

    def reader(self) -> Reader:
        """The way to read: queries where the plugin has them, else tables; the access level decides (10, 11)."""
        return choose_reader(self.client, self.access)

    def read(self, sink: RosterSink, on_event: OnEvent, cancel: CancelToken) -> ReadSummary:
        """Read everything, completely; raises when completeness can't be proved."""
        self.client.sign_in()
        reader = self.reader()
        summary = ReadSummary(way=reader.way)
        if reader.way == "tables":
            on_event(RunEvent("reading", message=self._cost(reader)))
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="reading") as pool:
            reading = _Reading(self.plan, reader, sink, on_event, cancel, pool, summary)
            try:
                reading.everything()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)
        summary.calls = self.client.calls
        return summary

    def _cost(self, reader: Reader) -> str:
        if not isinstance(reader, TableReader):
            return ""
        people = [s.STUDENTS, s.CONTACTS] if self.plan.contacts else [s.STUDENTS]
        calls = sum(-(-reader.count(stream, {}) // reader.page_size) for stream in people)
        return (
            "The plugin’s queries are not available, so PowerSchool is read table by table, "
            f"{reader.page_size:,} rows a call: several thousand calls in a large district, about {calls:,} for "
            "people alone. "
            "Install and enable psconnect’s plugin to make it faster."
        )


@dataclass
class _Reading:
    """One reading of everything."""

    plan: ReadPlan
    reader: Reader
    sink: RosterSink
    on_event: OnEvent
    cancel: CancelToken
    pool: ThreadPoolExecutor
    summary: ReadSummary
    lock: threading.Lock = field(default_factory=threading.Lock)
    abort: CancelToken = field(default_factory=CancelToken)

    def everything(self) -> None:
        """Read and shape all streams, step by step."""
        streams = self.plan.streams.by_name
        schools, terms = self._kept(s.SCHOOLS), self._kept(s.TERMS)
        self._together(schools.read, terms.read)
        frame = d.find_district(self.plan, schools.rows, terms.rows)
        self.summary.school_year = frame.label
        first, last = term_range(frame.year_id)
        arguments = {
            "first_term": str(first),
            "last_term": str(last),
            "first_day": frame.first_day,
            "last_day": frame.last_day,
        }
        days = self._kept(s.CALENDAR_DAYS, arguments)
        courses = self._kept(s.COURSES)
        sections = self._kept(s.SECTIONS, arguments)
        users = self._kept(streams[s.USERS.name])
        positions = self._kept(s.SCHOOL_STAFF)
        self._together(days.read, courses.read, sections.read, users.read, positions.read)
        d.set_terms(frame, terms.rows, days.rows)
        self.sink.rows(SCHOOL, d.school_rows(self.plan, frame, schools.rows, self.sink.problem))
        self.sink.rows(CALENDAR, d.term_rows(self.plan, frame, terms.rows, self.sink.problem))
        self.sink.rows(COURSE, d.course_rows(self.plan, frame, courses.rows, self.sink.problem))
        classes = c.Classes()
        shape = c.class_shaper(self.plan, frame, classes, self.sink.problem)
        self.sink.rows(CLASS, shape(sections.rows))
        self._members(frame, classes, arguments, users.rows, positions.rows)

    def _members(
        self,
        frame: d.District,
        classes: c.Classes,
        arguments: Mapping[str, str],
        users: list[Any],
        positions: list[Any],
    ) -> None:
        streams, sink = self.plan.streams.by_name, self.sink
        assignments = self._kept(s.SECTION_TEACHERS, arguments)
        tasks = [assignments.read]
        tasks.append(
            self._paged(
                ENROLLMENT,
                streams["enrollments"],
                arguments,
                lambda report: c.enrollment_shaper(self.plan, classes, report),
                negative=False,
            )
        )
        tasks.append(
            self._paged(
                STUDENT, streams["students"], arguments, lambda report: p.student_shaper(self.plan, frame, report)
            )
        )
        if self.plan.contacts:
            tasks.append(
                self._paged(CONTACT, streams["contacts"], arguments, lambda report: p.contact_shaper(self.plan, report))
            )
            tasks.append(
                self._paged(
                    RELATIONSHIP,
                    streams["relationships"],
                    arguments,
                    lambda report: p.relationship_shaper(self.plan, report),
                )
            )
        self._together(*tasks)
        assigned = a.judge_assignments(self.plan, classes, assignments.rows)
        teachers, admins = p.staff_rows(self.plan, frame, users, positions, a.teaching(assigned), sink.problem)
        delivered = {key for key, fate, *_ in teachers if fate == Fate.IN and isinstance(key, int)}
        sink.rows(ENROLLMENT, a.assignment_rows(classes, assigned, delivered, sink.problem))
        sink.rows(TEACHER, teachers)
        sink.rows(ADMIN, admins)

    def _together(self, *tasks: Callable[[], None]) -> None:
        """Run the tasks side by side; the first failure or a cancel stops the others."""
        futures: Sequence[Future[None]] = [self.pool.submit(task) for task in tasks]
        done, waiting = wait(futures, return_when=FIRST_EXCEPTION)
        if waiting:
            self.abort.cancel()
        for future in done:
            future.result()

    def _kept(self, stream: s.Stream, arguments: Mapping[str, str] | None = None) -> _Kept:
        return _Kept(self, self.plan.streams.by_name[stream.name], arguments or {})

    def _paged(
        self,
        entity: Entity,
        stream: s.Stream,
        arguments: Mapping[str, str],
        make_shaper: Callable[[OnProblem], Shaper],
        *,
        negative: bool | None = None,
    ) -> Callable[[], None]:
        """A task that reads a stream, shapes it page by page and hands it on."""

        def task() -> None:
            problems: list[Problem] = []
            shape = make_shaper(problems.append)
            stream_sink = _StreamSink(
                entity.key,
                lambda rows: self.sink.rows(entity, shape(rows)),
                lambda: self.sink.clear(entity, negative=negative),
                self.on_event,
                problems,
                entity.key,
                self.abort,
            )
            self.run(stream, arguments, stream_sink)

        return task

    def run(self, stream: s.Stream, arguments: Mapping[str, str], sink: _StreamSink) -> None:
        """Read one stream completely and note its rows."""
        self.cancel.check()
        count = read_stream(self.reader, stream, arguments, sink)
        for problem in sink.problems:
            self.sink.problem(problem)
        with self.lock:
            self.summary.counts[stream.name] = count


@dataclass
class _Kept:
    """A stream whose rows are few enough to be kept until they are shaped together."""

    reading: _Reading
    stream: s.Stream
    arguments: Mapping[str, str]
    rows: list[Any] = field(default_factory=list)

    def read(self) -> None:
        """Read the stream into ``rows``."""
        reading, entity = self.reading, _ENTITY_OF.get(self.stream.name, "")
        label = entity or self.stream.name
        sink = _StreamSink(label, self.rows.extend, self.rows.clear, reading.on_event, [], entity, reading.abort)
        reading.run(self.stream, self.arguments, sink)
