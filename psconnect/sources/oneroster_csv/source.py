"""Reads a OneRoster bundle file by file, referenced records first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
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
from psconnect.model.events import OnEvent, RunEvent
from psconnect.model.problems import Fate
from psconnect.roster.terms import DateCheck
from psconnect.sources.base import Intake, Memory, ReadSummary, SourceRow, SourceSink, Verdict
from psconnect.sources.oneroster_csv.bundle import Bundle, open_bundle
from psconnect.sources.oneroster_csv.columns import row_attribute
from psconnect.sources.oneroster_csv.rows import (
    BundleSchools,
    Judged,
    People,
    class_row,
    counting,
    enrollment_row,
    org_row,
    term_row,
)
from psconnect.sources.wanted import Wanted

_PEOPLE = (STUDENT, TEACHER, ADMIN, CONTACT)
_Make = Callable[[Any, Verdict, Intake], SourceRow]


@dataclass(frozen=True)
class BundleSource:
    """The bundle in a folder, ready to be read (see sources.base.Source)."""

    folder: str
    wanted: Wanted
    today: date

    def entities(self) -> tuple[Entity, ...]:
        """The entities it provides with the connection's choices."""
        contacts = (CONTACT, RELATIONSHIP) if self.wanted.contacts else ()
        return (SCHOOL, CALENDAR, COURSE, CLASS, STUDENT, TEACHER, ADMIN, *contacts, ENROLLMENT)

    def attribute_of(self, _entity: Entity, field: str) -> str:
        """The row attribute that holds ``file.column``."""
        return row_attribute(field.partition(".")[2])

    def read(
        self,
        sink: SourceSink,
        on_event: OnEvent,
        cancel: CancelToken,
        only: frozenset[str] = frozenset(),  # noqa: ARG002 - a bundle is read as a whole
        *,
        memory: Memory | None = None,  # noqa: ARG002 - nothing tells what has changed in a bundle
    ) -> ReadSummary:
        """Read all files; they are few, so ``only`` would save nothing."""
        summary = ReadSummary(way="bundle", today=self.today)
        with open_bundle(self.folder) as bundle:
            _BundleReading(self, bundle, sink, on_event, cancel, summary).everything()
        return summary


@dataclass
class _BundleReading:
    source: BundleSource
    bundle: Bundle
    sink: SourceSink
    on_event: OnEvent
    cancel: CancelToken
    summary: ReadSummary

    def everything(self) -> None:
        """Read and hand over all files."""
        place, is_date = self._place(), DateCheck()
        self._handed("orgs", SCHOOL, lambda row, verdict, _intake: org_row(row, verdict, place))
        self._handed(
            "academicSessions",
            CALENDAR,
            lambda row, verdict, intake: term_row(row, verdict, place, is_date, intake),
            at_once=True,
        )
        self._handed(
            "courses", COURSE, lambda row, verdict, _intake: (row.c_sourcedId, verdict, row, row.c_orgSourcedId)
        )
        classes = self.sink.intake(CLASS)
        several = counting("several-terms", classes)
        self._handed("classes", CLASS, lambda row, verdict, _intake: class_row(row, verdict, several), intake=classes)
        self._users(place)
        self._enrollments(is_date)

    def _pages(self, name: str) -> Iterator[list[Any]]:
        """The rows of a file; counts them and notes which columns have values."""
        done, filled = 0, dict[str, bool]()
        for page in self.bundle.pages(name):
            self.cancel.check()
            for place, column in enumerate(page[0]._fields):
                shown = f"{name}.{column.removeprefix('c_')}"
                filled[shown] = filled.get(shown, False) or any(row[place] for row in page)
            done += len(page)
            self.on_event(RunEvent("reading", name, done, None))
            yield page
        self.summary.counts[name] = done
        if filled:
            self.summary.filled[name] = filled

    def _handed(
        self, name: str, entity: Entity, make: _Make, *, intake: Intake | None = None, at_once: bool = False
    ) -> None:
        intake, judged = intake or self.sink.intake(entity), Judged(name)
        kept: list[SourceRow] = []
        for page in self._pages(name):
            rows = [make(row, judged.verdict(row, intake), intake) for row in page if judged.is_new(row, intake)]
            if at_once:
                kept += rows
            else:
                intake.rows(rows)
        if at_once:
            intake.rows(kept)

    def _place(self) -> BundleSchools:
        """Find the chosen schools and the orgs above them; an org that isn't a school belongs to all."""
        wanted, orgs = self.source.wanted.connection.scope.schools, list[Any]()
        for page in self.bundle.pages("orgs"):
            orgs += page
        numbers = set() if wanted == "all" else {str(number) for number in wanted}
        chosen = {
            row.c_sourcedId
            for row in orgs
            if row.c_type.casefold() != "school" or wanted == "all" or {row.c_identifier, row.c_sourcedId} & numbers
        }
        above = sorted(orgs, key=lambda row: (row.c_type.casefold() != "district", row.c_parentSourcedId != ""))
        return BundleSchools(chosen, above[0].c_sourcedId if above else "")

    def _users(self, place: BundleSchools) -> None:
        people = People(self._teaching(), place, self.source.wanted.options.admins)
        intakes, judged = {entity: self.sink.intake(entity) for entity in _PEOPLE}, Judged("users")
        contacts = self.source.wanted.contacts
        for page in self._pages("users"):
            rows: dict[Entity, list[SourceRow]] = {entity: [] for entity in _PEOPLE}
            for row in page:
                entity = people.entity(row)
                intake = intakes[entity or ADMIN]
                if (entity is CONTACT and not contacts) or not judged.is_new(row, intake):
                    continue
                verdict = judged.verdict(row, intake)
                if entity is None and verdict is None:
                    intake.problem("role-unknown", row.c_sourcedId, detail="role")
                    verdict = Fate.LEFT_OUT, "role-unknown"
                rows[entity or ADMIN].append(people.row(entity or ADMIN, row, verdict))
            for entity, found in rows.items():
                intakes[entity].rows(found)
        if contacts:
            given = self.sink.intake(RELATIONSHIP, given=True)
            given.rows(people.relationships(given))

    def _teaching(self) -> set[str]:
        """The users who teach a class."""
        return {
            row.c_userSourcedId
            for page in self.bundle.pages("enrollments")
            for row in page
            if row.c_role.casefold() == "teacher"
        }

    def _enrollments(self, is_date: DateCheck) -> None:
        judged = Judged("enrollments")
        students = self.sink.intake(ENROLLMENT, negative=False)
        teachers = self.sink.intake(ENROLLMENT, negative=True)
        for page in self._pages("enrollments"):
            found: dict[bool, list[SourceRow]] = {True: [], False: []}
            for row in page:
                of_student = row.c_role.casefold() == "student"
                intake = students if of_student else teachers
                if judged.is_new(row, intake):
                    found[of_student].append(enrollment_row(row, judged.verdict(row, intake), is_date, intake))
            students.rows(found[True])
            teachers.rows(found[False])
