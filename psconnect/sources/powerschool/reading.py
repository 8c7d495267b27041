"""One reading: streams are read in parallel in three steps, judged, and handed to a sink.

Schools and terms come first because they decide which school year is read, then sections because they decide which
enrollments are current. Staff and their assignments are few and handed over together at the end; everything else goes
page by page and is not kept in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

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
from psconnect.model.problems import Fate
from psconnect.powerschool import streams as s
from psconnect.powerschool.reader import PAGE_ROWS, Gatherer, Reader
from psconnect.sources.base import Intake, Memory, ReadSummary, SourceSink
from psconnect.sources.powerschool import assignments as a
from psconnect.sources.powerschool import classes as c
from psconnect.sources.powerschool import district as d
from psconnect.sources.powerschool import people as p
from psconnect.sources.powerschool.guardians import link_rows, name_rows
from psconnect.sources.powerschool.guests import Guests, Numbers
from psconnect.sources.powerschool.kept_rows import KeptReader
from psconnect.sources.powerschool.lead_teachers import named_leads
from psconnect.sources.powerschool.next_year import next_first_day
from psconnect.sources.powerschool.parallel_read import HandOver, Lanes, Task
from psconnect.sources.powerschool.people import Page
from psconnect.sources.powerschool.read_plan import ReadPlan
from psconnect.sources.powerschool.section_moves import move_sections
from psconnect.sources.powerschool.takeover import TakeOver, begin_takeover, signature_of
from psconnect.wording.catalogue import tr
from psconnect.wording.runs import full_reason

_Going = tuple[Entity, Intake, Callable[[], HandOver]]
"""An entity, its intake, and what starts handing its rows over."""
_Wish = tuple[Task, Collection[str]]
"""A task, and the keys of the entities that need it."""
_STAFF = (TEACHER.key, ADMIN.key)
_WITH_CLASSES = (*_STAFF, ENROLLMENT.key)
"""Entities that need the classes: assignments decide who is a teacher."""
_NAMED = (STUDENT.key, ENROLLMENT.key, RELATIONSHIP.key)
"""Entities whose records contain students' ids."""


@dataclass
class Reading:
    """One reading of everything, or of the entities in ``only`` and what they depend on."""

    plan: ReadPlan
    reader: Reader | Gatherer | KeptReader
    sink: SourceSink
    on_event: OnEvent
    summary: ReadSummary
    lanes: Lanes
    only: frozenset[str] = frozenset()
    memory: Memory | None = None
    accounts: p.PortalAccounts = field(default_factory=p.PortalAccounts)

    def everything(self) -> None:
        """Read all streams, step by step."""
        streams = self.plan.streams.by_name
        over = self._take_over()
        schools, terms = self.lanes.kept(s.SCHOOLS), self.lanes.kept(s.TERMS)
        self.lanes.together(schools.read, terms.read, *(over.counting(streams.values()) if over else []))
        days_of = self._days if self._has_calendar else None
        frame, days = d.frame_of(self.plan, schools.rows, terms.rows, days_of)
        self.summary.school_year = frame.label
        if self.plan.start_year is None and not self.plan.next_year:
            day = next_first_day(self.plan, frame, schools.rows, terms.rows, days_of)
            self.summary.next_first_day = day.isoformat() if day else ""
        arguments = d.frame_arguments(frame, self.plan.today)
        courses = self.lanes.kept(s.COURSES, arguments)
        with_classes = (*_WITH_CLASSES, STUDENT.key) if self._may_have_guests else _WITH_CLASSES
        self.lanes.together(*self._wanted((courses.read, (COURSE.key, CLASS.key, *with_classes))))
        d.set_terms(frame, terms.rows, days)
        d.hand_over_schools(self.plan, frame, schools.rows, self.sink)
        calendars, offered = self.sink.intake(CALENDAR), self.sink.intake(COURSE)
        calendars.rows(d.term_rows(self.plan, frame, terms.rows, calendars))
        offered.rows(d.course_rows(self.plan, frame, courses.rows, offered))
        classes = c.Classes()
        users, positions = self.lanes.kept(streams[s.USERS.name]), self.lanes.kept(s.SCHOOL_STAFF)
        self.lanes.together(
            *self._wanted(
                (self._sections(frame, classes, arguments, courses.rows), (CLASS.key, *with_classes)),
                (users.read, _STAFF),
                (positions.read, _WITH_CLASSES),
                *self._accounts(arguments),
            )
        )
        classes.settle()
        self._members(over, frame, classes, arguments, users.rows, positions.rows)

    def _accounts(self, arguments: Mapping[str, str]) -> list[_Wish]:
        if s.PORTAL_ACCOUNTS.name not in self.plan.streams.by_name:
            return []
        return [(self.lanes.kept(s.PORTAL_ACCOUNTS, arguments, self.accounts).read, (CONTACT.key,))]

    @property
    def _has_calendar(self) -> bool:
        # The v1 interface has no calendar (docs/powerschool.md 9.2), and a plugin may omit it.
        return self.reader.way != "v1" and s.CALENDAR_DAYS.name in self.plan.streams.by_name

    def _days(self, frame: d.District) -> d.SchoolDays:
        days = d.SchoolDays()
        arguments = d.frame_arguments(frame, self.plan.today)
        self.lanes.together(self.lanes.kept(s.CALENDAR_DAYS, arguments, days).read)
        return days

    def _sections(
        self, frame: d.District, classes: c.Classes, arguments: Mapping[str, str], courses: list[Any]
    ) -> Task:
        """A task that reads the sections, hands them over and fills ``classes``.

        If sections can be moved, all have to be read before any is handed over.
        """
        stream, intake = self.plan.streams.by_name[s.SECTIONS.name], self.sink.intake(CLASS)

        def begin() -> HandOver:
            classes.forget()
            page = c.class_rows(self.plan, frame, classes, intake)
            return lambda rows: classes.hand_over(page(rows), intake)

        if not self.plan.included.section_move:
            return self.lanes.paged(intake, CLASS, stream, arguments, begin)
        sections = self.lanes.kept(stream, arguments)

        def task() -> None:
            sections.read()
            classes.moves = move_sections(self.plan, frame.schools, sections.rows, courses, intake)
            begin()(sections.rows)

        return task

    def _take_over(self) -> TakeOver | None:
        """Decides which streams are reused; None if that is not wanted or the way has no counts."""
        if self.memory is None:
            return None
        if isinstance(self.reader, Gatherer | KeptReader) or self.reader.way != "queries":
            self.memory.version = ""
            self._read_in_full("no-queries")
            return None
        over = begin_takeover(self.memory, self.reader, self.plan.today.isoformat())
        if over.because:
            self._read_in_full(over.because)
        return over

    def _read_in_full(self, because: str) -> None:
        self.summary.because = because
        self.on_event(
            RunEvent("reading", message=tr("Everything is read, because {reason}.", reason=full_reason(because)))
        )

    def _members(
        self,
        over: TakeOver | None,
        frame: d.District,
        classes: c.Classes,
        arguments: Mapping[str, str],
        users: list[Any],
        positions: list[Any],
    ) -> None:
        """Read and hand over students, contacts and enrollments, then staff: assignments decide who is a teacher."""
        assignments = a.Assignments(self.plan, classes)
        assigning: list[_Wish] = []
        if s.SECTION_TEACHERS.name in self.plan.streams.by_name:
            assigning = [(self.lanes.kept(s.SECTION_TEACHERS, arguments, assignments).read, _WITH_CLASSES)]
        *first, rest = self._by_page(over, frame, classes, arguments)
        for step in first:
            self.lanes.together(*self._wanted(*step))
        self.lanes.together(*self._wanted(*assigning, *rest))
        assigned = assignments.settled(named_leads(classes.teachers, positions))
        self._staff(frame, classes, assigned, users, positions)

    def _by_page(
        self, over: TakeOver | None, frame: d.District, classes: c.Classes, arguments: Mapping[str, str]
    ) -> list[list[_Wish]]:
        """The tasks of streams handed over page by page, in steps."""
        # Enrollments and relationships contain students' ids, which may have to be read first.
        named_first = self.sink.learns(STUDENT)
        guests = Guests() if self._may_have_guests else None
        paged: dict[Entity, _Wish] = {}
        for entity, intake, beginning in self._handing_over(frame, classes, guests):
            read_anew = (named_first and entity is not CONTACT) or (guests and entity in (STUDENT, ENROLLMENT))
            task = self.lanes.paged(
                intake,
                entity,
                self.plan.streams.for_entity(entity.key),
                arguments,
                beginning,
                negative=False if entity is ENROLLMENT else None,
                over=None if read_anew else over,
                signature=self._signature(entity, frame, classes, arguments) if over else "",
            )
            paged[entity] = (task, _NAMED if named_first and entity is STUDENT else (entity.key,))
        students = paged.pop(STUDENT)
        if guests:
            numbers = self.lanes.kept(s.STUDENTS, arguments, Numbers(self.sink)).read
            enrollments = (paged.pop(ENROLLMENT)[0], (ENROLLMENT.key, STUDENT.key))
            return [[(numbers, _NAMED)] if named_first else [], [enrollments], [students], [*paged.values()]]
        # For reuse, the current students decide whether records that depend on students are unchanged.
        return [[students], [*paged.values()]] if named_first or over else [[students, *paged.values()]]

    @property
    def _may_have_guests(self) -> bool:
        """Whether enrollments decide which students are included."""
        return self.plan.included.guests and self.plan.schools != "all"

    def _signature(self, entity: Entity, frame: d.District, classes: c.Classes, arguments: Mapping[str, str]) -> str:
        also = sorted(self.accounts.people) if entity is CONTACT else ()
        ids = self.sink.ids_signature(SCHOOL, CLASS)
        return signature_of(self.plan, entity, frame, classes, arguments, ids, also)

    def _handing_over(self, frame: d.District, classes: c.Classes, guests: Guests | None) -> list[_Going]:
        """The streams handed over page by page."""
        plan, names, guest_ids = self.plan, self.plan.whole_names, guests.own_ids if guests else ()
        going = [
            self._going(STUDENT, lambda intake: p.student_rows(plan, frame, intake, guest_ids)),
            self._enrollments(frame, classes, guests),
        ]
        if names:
            going.append(self._going(CONTACT, partial(name_rows, names), given=True))
            going.append(self._going(RELATIONSHIP, lambda _intake: link_rows(names), given=True))
        elif plan.contacts:
            going.append(self._going(CONTACT, lambda _intake: p.contact_rows(plan, self.accounts)))
            going.append(self._going(RELATIONSHIP, p.relationship_rows))
        return going

    def _going(self, entity: Entity, rows_of: Callable[[Intake], Page], *, given: bool = False) -> _Going:
        intake = self.sink.intake(entity, given=given)

        def begin() -> HandOver:
            page = rows_of(intake)
            return lambda rows: intake.rows(page(rows))

        return entity, intake, begin

    def _enrollments(self, frame: d.District, classes: c.Classes, guests: Guests | None) -> _Going:
        intake = self.sink.intake(ENROLLMENT, negative=False)

        def begin() -> HandOver:
            page = c.enrollment_rows(self.plan, classes, intake)
            if guests is None:
                return lambda rows: intake.rows(page(rows))
            guests.begin(classes, frame)

            def hand_over(rows: list[Any]) -> None:
                made = page(rows)
                guests.note(made, intake.rows(made))

            return hand_over

        return ENROLLMENT, intake, begin

    def _staff(
        self,
        frame: d.District,
        classes: c.Classes,
        assigned: list[a.Assignment],
        users: list[Any],
        positions: list[Any],
    ) -> None:
        intake = self.sink.intake(ENROLLMENT, given=True, negative=True)
        a.tell_unmapped_roles(assigned, intake)
        staff = p.Staff(a.teaching(assigned), a.why_not_teaching(assigned))
        teachers, others = staff.rows(self.plan, frame, users, positions)
        staged = self.sink.intake(TEACHER).rows(teachers)
        self.sink.intake(ADMIN).rows(others)
        delivered = {
            own_id
            for (own_id, *_row), (_key, fate, *_others) in zip(teachers, staged, strict=True)
            if fate != Fate.LEFT_OUT
        }
        rows = a.assignment_rows(self.plan, classes, assigned, delivered, intake)
        while some := list(islice(rows, PAGE_ROWS)):
            intake.rows(some)

    def _wanted(self, *tasks: _Wish) -> list[Task]:
        """The tasks that the wanted entities need; each comes with the keys of entities that need it."""
        return [task for task, entities in tasks if not self.only or not self.only.isdisjoint(entities)]
