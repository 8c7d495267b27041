"""What of a roster doesn't fit into Clever's files, or gets there in another form: told before the delivery."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import closing
from operator import itemgetter

from psconnect.destinations.clever_csv import columns, findings
from psconnect.destinations.clever_csv.columns import PHONE_TYPE, CleverFile, CustomCells, is_phone_type, phone_type_of
from psconnect.destinations.clever_csv.contacts import StudentContacts
from psconnect.destinations.clever_csv.enrolled import EnrolledStudents
from psconnect.destinations.clever_csv.timetable import Timetable, read_timetable
from psconnect.destinations.clever_csv.vocabulary import known_relation, phone_digits, phone_type, us_date
from psconnect.destinations.snapshot import Roster
from psconnect.destinations.telling import Told
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
from psconnect.model.problems import Problem

_OFTEN = 1_000
Keyed = Iterator[tuple[int, list[str]]]


def clever_findings(roster: Roster, cancel: CancelToken) -> Iterator[Problem]:
    """What is left out, left blank or replaced when the roster is written."""
    look = _Look(roster, cancel)
    look.at_schools()
    look.at_staff()
    look.at_contacts()
    with closing(EnrolledStudents()) as enrolled:
        look.at_students(enrolled)
        look.at_classes(look.at_enrollments(enrolled))
    yield from look.found.problems()


class _Look:
    """Goes through the roster; ``found`` is what it has met."""

    def __init__(self, roster: Roster, cancel: CancelToken) -> None:
        self.found = Told()
        self._roster, self._cancel = roster, cancel
        self._timetable: Timetable = read_timetable(roster)

    def at_schools(self) -> None:
        """Schools' numbers and custom fields."""
        refused, number = self._refused(columns.CLEVER_SCHOOLS), SCHOOL.attributes.index("identifier")
        for key, record in self._keyed(SCHOOL):
            if record[0] in self._timetable.schools:
                self._blank(SCHOOL, key, refused(record[-1]))
                self.found(findings.SCHOOL_NUMBER, SCHOOL, key, "identifier", not record[number].strip())

    def at_staff(self) -> None:
        """Schools, emails and custom fields of teachers and other staff."""
        email, schools = TEACHER.attributes.index("email"), TEACHER.attributes.index("schoolSourcedIds")
        refused = self._refused(columns.CLEVER_TEACHERS)
        for key, record in self._keyed(TEACHER):
            if not self._timetable.teaching_schools(record[0], record[schools]):
                self.found(findings.NO_SCHOOL, TEACHER, key, "schoolSourcedIds")
                continue
            self._blank(TEACHER, key, refused(record[-1]))
            self.found(findings.TEACHER_EMAIL, TEACHER, key, "email", not record[email].strip())
        refused, schools = self._refused(columns.CLEVER_STAFF), ADMIN.attributes.index("schoolSourcedIds")
        for key, record in self._keyed(ADMIN):
            self._blank(ADMIN, key, refused(record[-1]))
            office = not self._timetable.schools_of(record[schools])
            self.found(findings.AT_OFFICE, ADMIN, key, "schoolSourcedIds", office)

    def at_contacts(self) -> None:
        """Contacts' names, phones and custom fields, and relations."""
        at = CONTACT.attributes.index
        others = {label for label in self._roster.labels(CONTACT) if not is_phone_type(label)}
        names = itemgetter(*map(at, ("givenName", "middleName", "familyName")))
        for key, record in self._keyed(CONTACT):
            if not "".join(names(record)).strip():
                self.found(findings.NAMELESS, CONTACT, key, "familyName")
                continue
            phone, sort, given = record[at("phone")], phone_type_of(record[-1]), columns.labels_in(record[-1])
            blank = [column for column, text, cell in (
                ("Contact_phone", phone, phone_digits(phone)),
                (PHONE_TYPE, sort, phone_type(sort)),
            ) if text.strip() and not cell]  # fmt: skip
            self._blank(CONTACT, key, blank)
            for label in others & given:
                self.found(findings.UNDELIVERED, CONTACT, key, label)
        relation = RELATIONSHIP.attributes.index("relation")
        for key, record in self._keyed(RELATIONSHIP):
            other = bool(record[relation].strip()) and not known_relation(record[relation])
            self.found(findings.RELATION_OTHER, RELATIONSHIP, key, "relation", other)

    def at_students(self, enrolled: EnrolledStudents) -> None:
        """Students' schools, custom fields and contacts."""
        refused, schools = self._refused(columns.CLEVER_STUDENTS), STUDENT.attributes.index("schoolSourcedIds")
        with closing(StudentContacts(self._roster)) as contacts:
            keyed = self._keyed(STUDENT)
            while some := list(itertools.islice(keyed, _OFTEN)):
                placed = [(key, record) for key, record in some if self._timetable.schools_of(record[schools])]
                enrolled.add((record[0], key) for key, record in placed)
                here = {key for key, _ in placed}
                for key, _ in some:
                    self.found(findings.NO_SCHOOL, STUDENT, key, "schoolSourcedIds", key not in here)
                for (key, record), its in zip(placed, contacts.of([record[0] for _, record in placed]), strict=True):
                    self._blank(STUDENT, key, refused(record[-1]))
                    self.found(findings.OVER_FIVE, STUDENT, key, "contacts", its.beyond)
                    self.found(findings.RELATED_TWICE, STUDENT, key, "contacts", its.repeated)

    def at_enrollments(self, enrolled: EnrolledStudents) -> set[str]:
        """Enrollments that lose their section or student, and students without any; gives the classes with students."""
        filled: set[str] = set()
        lost: list[int] = []
        for key in itertools.chain(enrolled.enroll(self._students_in(filled, lost)), lost):
            self.found(findings.HOMELESS, ENROLLMENT, key, "references")
        count, first = enrolled.without_enrollment()
        self.found(findings.NO_SECTION, STUDENT, first, "enrollments", count)
        return filled

    def _students_in(self, filled: set[str], lost: list[int]) -> Iterator[tuple[int, str]]:
        """Key and student of each enrollment in a delivered class."""
        at = ENROLLMENT.attributes.index
        pick = itemgetter(at("role"), at("classSourcedId"), at("userSourcedId"))
        for key, record in self._keyed(ENROLLMENT):
            role, section, student = pick(record)
            if role == "student" and section in self._timetable.sections:
                filled.add(section)
                yield key, student
            elif role == "student":
                lost.append(key)

    def at_classes(self, filled: set[str]) -> None:
        """Teachers, students and custom fields of classes; custom fields of their courses, days of their terms."""
        cells = CustomCells(columns.CLEVER_SECTIONS, self._roster)
        course, term = map(CLASS.attributes.index, ("courseSourcedId", "termSourcedId"))
        taught, running = set[str](), set[str]()
        for key, record in self._keyed(CLASS):
            if record[0] not in self._timetable.sections:
                self.found(findings.NO_TEACHER, CLASS, key, "teachers")
                continue
            taught.add(record[course])
            running.add(record[term])
            self._blank(CLASS, key, cells.refused(record[-1]))
            self.found(findings.NO_STUDENTS, CLASS, key, "students", record[0] not in filled)
            self.found(findings.NO_LEAD, CLASS, key, "teachers", record[0] not in self._timetable.led)
            beyond = len(self._timetable.teachers[record[0]]) - columns.MOST_TEACHERS
            self.found(findings.OVER_TEN, CLASS, key, "teachers", max(beyond, 0))
        for key, record in self._keyed(COURSE):
            if record[0] in taught:
                self._blank(COURSE, key, cells.refused(record[-1]))
        for key, record in self._keyed(CALENDAR):
            if record[0] in running:
                days = dict(zip(CALENDAR.attributes, record, strict=True))
                columns_of = {"startDate": "Term_start", "endDate": "Term_end"}.items()
                self._blank(CALENDAR, key, [to for day, to in columns_of if days[day] and not us_date(days[day])])

    def _keyed(self, entity: Entity) -> Keyed:
        for number, one in enumerate(self._roster.keyed(entity)):
            if not number % _OFTEN:
                self._cancel.check()
            yield one

    def _refused(self, file: CleverFile) -> Callable[[str], list[str]]:
        return CustomCells(file, self._roster).refused

    def _blank(self, entity: Entity, key: int, refused: list[str]) -> None:
        for column in refused:
            self.found(findings.LEFT_BLANK, entity, key, column)
