"""One reading: streams are read side by side in three steps, shaped, and handed to a sink.

Schools and terms decide which school year is read; sections decide which enrollments are current; so these come
first. Staff and their assignments are few and are shaped together at the end; everything else is shaped page by page
and leaves memory at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from operator import attrgetter
from typing import Any, Protocol

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
from psconnect.model.events import OnEvent, RunEvent
from psconnect.model.problems import Fate, Problem
from psconnect.model.runs import FULL
from psconnect.powerschool import streams as s
from psconnect.powerschool.dataversions import HINTED
from psconnect.powerschool.reader import PAGE_ROWS, Gatherer, Reader, read_stream
from psconnect.powerschool.stream import Stream
from psconnect.roster.terms import DATE_LENGTH, date_part, term_range
from psconnect.sources.base import Memory, ReadSummary, RosterSink, StagedRow
from psconnect.sources.powerschool import assignments as a
from psconnect.sources.powerschool import classes as c
from psconnect.sources.powerschool import district as d
from psconnect.sources.powerschool import people as p
from psconnect.sources.powerschool.guardians import link_shaper, name_shaper
from psconnect.sources.powerschool.moves import move_sections
from psconnect.sources.powerschool.plan import OnProblem, ReadPlan
from psconnect.sources.powerschool.takeover import TakeOver, begin, signature_of

Shaper = Callable[[list[Any]], list[StagedRow]]
Task = Callable[[], None]
_STAFF = (TEACHER.key, ADMIN.key)
_WITH_CLASSES = (*_STAFF, ENROLLMENT.key)
"""Who teaches decides who is a teacher; that and who is enrolled takes the classes."""
_NAMED = (STUDENT.key, ENROLLMENT.key, RELATIONSHIP.key)
"""What is named by the ids of students."""
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
    on_dates: Callable[[list[Any]], None]

    def page(self, rows: list[Any]) -> None:
        self.abort.check()
        self.on_dates(rows)
        self.on_rows(rows)

    def restart(self) -> None:
        self.problems.clear()
        self.on_restart()

    def progress(self, done: int, expected: int) -> None:
        self.on_event(RunEvent("reading", self.label, done, expected))

    def repeated(self, key: int) -> None:
        if self.entity:
            self.problems.append(Problem("duplicate-row", self.entity, key))


@dataclass
class Reading:
    """One reading of everything, or of the entities in ``only`` and what shapes them."""

    plan: ReadPlan
    reader: Reader | Gatherer
    sink: RosterSink
    on_event: OnEvent
    cancel: CancelToken
    pool: ThreadPoolExecutor
    summary: ReadSummary
    only: frozenset[str] = frozenset()
    memory: Memory | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    abort: CancelToken = field(default_factory=CancelToken)

    def everything(self) -> None:
        """Read and shape all streams, step by step."""
        streams = self.plan.streams.by_name
        over = self._take_over()
        schools, terms = self._kept(s.SCHOOLS), self._kept(s.TERMS)
        self._together(schools.read, terms.read, *(over.counting(streams.values()) if over else []))
        frame = d.find_district(self.plan, schools.rows, terms.rows)
        self.summary.school_year = frame.label
        first, last = term_range(frame.year_id)
        arguments = {
            "first_term": str(first),
            "last_term": str(last),
            "first_day": frame.first_day,
            "last_day": frame.last_day,
        }
        days = d.SchoolDays()
        courses = self._kept(s.COURSES, arguments)
        tasks = self._wanted((courses.read, (COURSE.key, CLASS.key, *_WITH_CLASSES)))
        # The v1 interface has no calendar (powerschool-api.md 9.2).
        calendar = self.reader.way != "v1"
        self._together(*tasks, *([self._kept(s.CALENDAR_DAYS, arguments, days).read] if calendar else []))
        d.set_terms(frame, terms.rows, days if calendar else None)
        self.sink.rows(SCHOOL, d.school_rows(self.plan, frame, schools.rows, self.sink.problem))
        self.sink.rows(CALENDAR, d.term_rows(self.plan, frame, terms.rows, self.sink.problem))
        self.sink.rows(COURSE, d.course_rows(self.plan, frame, courses.rows, self.sink.problem))
        classes = c.Classes()
        users, positions = self._kept(streams[s.USERS.name]), self._kept(s.SCHOOL_STAFF)
        self._together(
            *self._wanted(
                (self._sections(frame, classes, arguments, courses.rows), (CLASS.key, *_WITH_CLASSES)),
                (users.read, _STAFF),
                (positions.read, _STAFF),
            )
        )
        classes.settle()
        self._members(over, frame, classes, arguments, users.rows, positions.rows)

    def _sections(
        self, frame: d.District, classes: c.Classes, arguments: Mapping[str, str], courses: list[Any]
    ) -> Task:
        """A task that reads and shapes the sections, which fills ``classes``.

        Where sections can be moved, all have to be there before anything is made of one.
        """
        stream, moving = self.plan.streams.by_name[s.SECTIONS.name], bool(self.plan.included.section_move)
        if not moving:
            shape_with = partial(c.class_shaper, self.plan, frame, classes)
            return self._paged(CLASS, stream, arguments, shape_with, forget=classes.forget)
        sections = self._kept(stream, arguments)

        def task() -> None:
            sections.read()
            classes.moves = move_sections(self.plan, frame.schools, sections.rows, courses, self.sink.problem)
            self.sink.rows(CLASS, c.class_shaper(self.plan, frame, classes, self.sink.problem)(sections.rows))

        return task

    def _take_over(self) -> TakeOver | None:
        """What decides which streams are not read again; None where that is not wanted, or the way has no counts."""
        if self.memory is None:
            return None
        if isinstance(self.reader, Gatherer) or self.reader.way != "queries":
            self.memory.version = ""
            self._read_in_full("no-queries")
            return None
        over = begin(self.memory, self.reader, self.plan.today.isoformat())
        if over.because:
            self._read_in_full(over.because)
        return over

    def _read_in_full(self, because: str) -> None:
        self.summary.because = because
        self.on_event(RunEvent("reading", message=f"Everything is read, because {FULL[because]}."))

    def _members(
        self,
        over: TakeOver | None,
        frame: d.District,
        classes: c.Classes,
        arguments: Mapping[str, str],
        users: list[Any],
        positions: list[Any],
    ) -> None:
        sink = self.sink
        assignments = a.Assignments(self.plan, classes)
        assigning = self._kept(s.SECTION_TEACHERS, arguments, assignments)
        shapers: list[tuple[Entity, Callable[[OnProblem], Shaper]]] = [
            (ENROLLMENT, lambda report: c.enrollment_shaper(self.plan, classes, report)),
            (STUDENT, lambda report: p.student_shaper(self.plan, frame, report)),
        ]
        names = self.plan.whole_names
        if names:
            shapers.append((CONTACT, lambda report: name_shaper(self.plan, names, report)))
            shapers.append((RELATIONSHIP, lambda report: link_shaper(self.plan, names, report)))
        elif self.plan.contacts:
            shapers.append((CONTACT, lambda report: p.contact_shaper(self.plan, report)))
            shapers.append((RELATIONSHIP, lambda report: p.relationship_shaper(self.plan, report)))
        # Who is in a class or belongs to a contact is named by an id that may have to be read first.
        named_first = self.plan.ids.must_be_learned(STUDENT)
        paged = [
            (
                self._paged(
                    entity,
                    self.plan.streams.for_entity(entity.key),
                    arguments,
                    make_shaper,
                    negative=False if entity is ENROLLMENT else None,
                    over=None if named_first and entity is not CONTACT else over,
                    signature=signature_of(self.plan, entity, frame, classes, arguments) if over else "",
                ),
                _NAMED if named_first and entity is STUDENT else (entity.key,),
            )
            for entity, make_shaper in sorted(shapers, key=lambda one: one[0] is not STUDENT)
        ]
        first, rest = (paged[:1], paged[1:]) if named_first else ([], paged)
        self._together(*self._wanted(*first))
        self._together(*self._wanted((assigning.read, _WITH_CLASSES), *rest))
        assigned = assignments.settled()
        teachers, admins = p.staff_rows(self.plan, frame, users, positions, a.teaching(assigned), sink.problem)
        delivered = {key for key, fate, *_ in teachers if fate != Fate.LEFT_OUT and isinstance(key, int)}
        shaped = a.assignment_rows(self.plan, classes, assigned, delivered, sink.problem)
        while some := list(islice(shaped, PAGE_ROWS)):
            sink.rows(ENROLLMENT, some)
        sink.rows(TEACHER, teachers)
        sink.rows(ADMIN, admins)

    def _wanted(self, *tasks: tuple[Task, Collection[str]]) -> list[Task]:
        """The tasks that the wanted entities need; beside each task stand the keys of the entities that need it."""
        return [task for task, entities in tasks if not self.only or not self.only.isdisjoint(entities)]

    def _together(self, *tasks: Callable[[], None]) -> None:
        """Run the tasks side by side; the first failure or a cancel stops the others."""
        futures: Sequence[Future[None]] = [self.pool.submit(task) for task in tasks]
        done, waiting = wait(futures, return_when=FIRST_EXCEPTION)
        if waiting:
            self.abort.cancel()
        for future in done:
            future.result()

    def _kept(self, stream: Stream, arguments: Mapping[str, str] | None = None, rows: _Rows | None = None) -> _Kept:
        kept: list[Any] = []
        into = kept if rows is None else rows
        return _Kept(self, self.plan.streams.by_name[stream.name], arguments or {}, kept, into)

    def _paged(
        self,
        entity: Entity,
        stream: Stream,
        arguments: Mapping[str, str],
        make_shaper: Callable[[OnProblem], Shaper],
        *,
        negative: bool | None = None,
        over: TakeOver | None = None,
        signature: str = "",
        forget: Callable[[], None] = lambda: None,
    ) -> Task:
        """A task that reads a stream, shapes it page by page and hands it on; or takes its records over.

        ``forget`` undoes what shaping leaves behind elsewhere, when the stream is read again.
        """
        over = over if stream.name in HINTED else None

        def task() -> None:
            if over and self._taken_over(over, entity, stream, arguments, signature, negative=negative):
                return
            problems: list[Problem] = []
            shape = make_shaper(problems.append)

            def take(rows: list[Any]) -> None:
                if over:
                    over.seen(stream, rows)
                self.sink.rows(entity, shape(rows))

            def restart() -> None:
                self.sink.clear(entity, negative=negative)
                forget()

            stream_sink = _StreamSink(
                entity.key,
                take,
                restart,
                self.on_event,
                problems,
                entity.key,
                self.abort,
                self.dates_of(stream),
            )
            self.run(stream, arguments, stream_sink)
            if over:
                over.note(stream, self.summary.counts[stream.name], signature, problems)

        return task

    def _taken_over(
        self,
        over: TakeOver,
        entity: Entity,
        stream: Stream,
        arguments: Mapping[str, str],
        signature: str,
        *,
        negative: bool | None,
    ) -> bool:
        """Take a stream's records over, if that can be done."""
        self.cancel.check()
        note = over.fitting(stream, arguments, signature)
        if note is None:
            return False
        over.memory.take_over(entity, negative=negative)
        over.memory.note(stream.name, note)
        for problem in note.problems:
            self.sink.problem(problem)
        with self.lock:
            self.summary.counts[stream.name] = self.summary.taken_over[stream.name] = note.count
        self.on_event(RunEvent("reading", entity.key, note.count, note.count))
        return True

    def dates_of(self, stream: Stream) -> Callable[[list[Any]], None]:
        """A function that makes dates of the stream's dates that came with a time."""
        zone = self.plan.zone

        def settle(rows: list[Any]) -> None:
            for name in stream.dates:
                if max(map(len, map(attrgetter(name), rows)), default=0) > DATE_LENGTH:
                    for row in rows:
                        setattr(row, name, date_part(getattr(row, name), zone))

        return settle

    def run(self, stream: Stream, arguments: Mapping[str, str], sink: _StreamSink) -> None:
        """Read one stream completely and note its rows."""
        self.cancel.check()
        count = read_stream(self.reader, stream, arguments, sink)
        for problem in sink.problems:
            self.sink.problem(problem)
        with self.lock:
            self.summary.counts[stream.name] = count


class _Rows(Protocol):
    """Where rows are kept that are needed together: the rows themselves, or what is made of them."""

    def extend(self, rows: list[Any], /) -> None:
        """Take a page of rows."""

    def clear(self) -> None:
        """Forget all: the stream is read again."""


@dataclass
class _Kept:
    """A stream whose rows are kept until they are shaped together: in ``rows``, or as what ``into`` makes of them."""

    reading: Reading
    stream: Stream
    arguments: Mapping[str, str]
    rows: list[Any]
    into: _Rows

    def read(self) -> None:
        """Read the stream."""
        reading, entity = self.reading, _ENTITY_OF.get(self.stream.name, "")
        label = entity or self.stream.name
        sink = _StreamSink(
            label,
            self.into.extend,
            self.into.clear,
            reading.on_event,
            [],
            entity,
            reading.abort,
            reading.dates_of(self.stream),
        )
        reading.run(self.stream, self.arguments, sink)
