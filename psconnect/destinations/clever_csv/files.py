"""The rows of each of Clever's files, in the order of the roster's keys: the same roster gives the same bytes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from operator import itemgetter

from psconnect.destinations.clever_csv import columns
from psconnect.destinations.clever_csv.columns import MOST_TEACHERS, CleverFile, CustomCells
from psconnect.destinations.clever_csv.contacts import NO_CONTACT, StudentContacts
from psconnect.destinations.clever_csv.timetable import Timetable, read_timetable
from psconnect.destinations.clever_csv.vocabulary import grade_word, us_date
from psconnect.destinations.delimited import write_rows
from psconnect.destinations.snapshot import Roster
from psconnect.model.clock import CancelToken
from psconnect.model.entities import ADMIN, CALENDAR, CLASS, COURSE, ENROLLMENT, SCHOOL, STUDENT, TEACHER, Entity
from psconnect.transfer.fileset import FileSet

_Row = Sequence[str]
_AT_A_TIME = 1_000
_DISTRICT_OFFICE = "DEFAULT_DISTRICT_OFFICE"
"""Clever's word for the school of staff who belong to none."""


def write_files(files: FileSet, roster: Roster, cancel: CancelToken, *, one_row: bool = False) -> dict[str, int]:
    """Write all six files, each even if it has no rows; returns the row count of each that has any.

    With ``one_row``, a teacher has a row at the first school alone: an older page of Clever's help says that further
    rows are refused as not unique, while its instructions want one for each school.
    """
    timetable = read_timetable(roster, one_row=one_row)
    producers = (
        (columns.CLEVER_SCHOOLS, _schools),
        (columns.CLEVER_STUDENTS, _students),
        (columns.CLEVER_TEACHERS, _teachers),
        (columns.CLEVER_SECTIONS, _sections),
        (columns.CLEVER_ENROLLMENTS, _enrollments),
        (columns.CLEVER_STAFF, _staff),
    )
    counts = {}
    for sheet, produce in producers:
        custom = CustomCells(sheet, roster)
        rows = produce(roster, timetable, custom)
        counts[sheet.name] = write_rows(files, sheet.name, custom.header, rows, cancel, even_empty=True)
    return {name: count for name, count in counts.items() if count}


def _named(entity: Entity, sheet: CleverFile, names: Mapping[str, str]) -> Callable[[_Row], _Row]:
    """What makes the cells of a record with one more, empty value: column -> attribute in ``names``, others blank."""
    places = {attribute: place for place, attribute in enumerate(entity.attributes)}
    blank = len(entity.attributes)
    return itemgetter(*(places[names[one]] if one in names else blank for one in sheet.columns))


def _schools(roster: Roster, timetable: Timetable, custom: CustomCells) -> Iterator[_Row]:
    names = {"School_id": "sourcedId", "School_name": "name", "School_number": "identifier"}
    pick, number = _named(SCHOOL, columns.CLEVER_SCHOOLS, names), columns.CLEVER_SCHOOLS.columns.index("School_number")
    for record in roster.records(SCHOOL):
        if record[0] in timetable.schools:
            cells = [*pick([*record, ""])]
            cells[number] = cells[number] or record[0]
            yield custom.fill(cells, record[-1])


_STUDENT = {
    "Student_id": "sourcedId",
    "Student_number": "identifier",
    "State_id": "stateId",
    "Grade": "grade",
    "Last_name": "familyName",
    "Middle_name": "middleName",
    "First_name": "givenName",
    "Student_email": "email",
    "Username": "username",
}


def _students(roster: Roster, timetable: Timetable, custom: CustomCells) -> Iterator[_Row]:
    pick, schools = _named(STUDENT, columns.CLEVER_STUDENTS, _STUDENT), STUDENT.attributes.index("schoolSourcedIds")
    grade = columns.CLEVER_STUDENTS.columns.index("Grade")
    first = columns.CLEVER_STUDENTS.columns.index(columns.CONTACT_COLUMNS[0])
    with closing(StudentContacts(roster)) as contacts:
        for some in together(roster.records(STUDENT)):
            for record, chosen in zip(some, contacts.of([record[0] for record in some]), strict=True):
                own = timetable.schools_of(record[schools])
                if not own:
                    timetable.unplaced.add(record[0])
                    continue
                cells = [*pick([*record, ""])]
                cells[0], cells[grade] = own[0], grade_word(cells[grade])
                cells = custom.fill(cells, record[-1])
                for contact in chosen.kept or [NO_CONTACT]:
                    yield [*cells[:first], *contact, *cells[first + len(contact) :]]


def together(records: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    """Records in groups, so that related data is queried for many at once."""
    while some := list(itertools.islice(records, _AT_A_TIME)):
        yield some


_TEACHER = {
    "Teacher_id": "sourcedId",
    "Teacher_number": "identifier",
    "Teacher_email": "email",
    "First_name": "givenName",
    "Middle_name": "middleName",
    "Last_name": "familyName",
    "Username": "username",
}


def _teachers(roster: Roster, timetable: Timetable, custom: CustomCells) -> Iterator[_Row]:
    pick, schools = _named(TEACHER, columns.CLEVER_TEACHERS, _TEACHER), TEACHER.attributes.index("schoolSourcedIds")
    for record in roster.records(TEACHER):
        cells = custom.fill([*pick([*record, ""])], record[-1])
        for school in timetable.rows_of(record[0], record[schools]):
            yield [school, *cells[1:]]


_SECTION = {
    "School_id": "schoolSourcedId",
    "Section_id": "sourcedId",
    "Name": "title",
    "Section_number": "classCode",
    "Period": "periods",
}


def _sections(roster: Roster, timetable: Timetable, custom: CustomCells) -> Iterator[_Row]:
    courses = _picked(roster, COURSE, "title", "courseCode", "extra")
    terms = _picked(roster, CALENDAR, "title", "startDate", "endDate")
    pick = _named(CLASS, columns.CLEVER_SECTIONS, _SECTION)
    course, term = CLASS.attributes.index("courseSourcedId"), CLASS.attributes.index("termSourcedId")
    at = columns.CLEVER_SECTIONS.columns.index
    for record in roster.records(CLASS):
        if record[0] not in timetable.sections:
            continue
        cells = [*pick([*record, ""])]
        teachers = timetable.teachers[record[0]][:MOST_TEACHERS]
        cells[at("Teacher_id") : at("Teacher_id") + len(teachers)] = teachers
        cells[at("Course_name")], cells[at("Course_number")], extra = courses.get(record[course], ("", "", ""))
        title, start, end = terms.get(record[term], ("", "", ""))
        cells[at("Term_name") : at("Term_end") + 1] = title, us_date(start), us_date(end)
        yield custom.fill(cells, record[-1], extra)


def _picked(roster: Roster, entity: Entity, *names: str) -> dict[str, tuple[str, ...]]:
    """Some attributes of all of an entity's records, by id."""
    pick = itemgetter(*(entity.attributes.index(name) for name in names))
    return {record[0]: pick(record) for record in roster.records(entity)}


def _enrollments(roster: Roster, timetable: Timetable, custom: CustomCells) -> Iterator[_Row]:
    del custom
    at = ENROLLMENT.attributes.index
    pick = itemgetter(at("role"), at("classSourcedId"), at("userSourcedId"))
    for role, section, student in map(pick, roster.records(ENROLLMENT)):
        if role == "student" and section in timetable.sections and student not in timetable.unplaced:
            yield timetable.sections[section], section, student


_STAFF = {
    "Staff_id": "sourcedId",
    "Staff_email": "email",
    "First_name": "givenName",
    "Last_name": "familyName",
    "Username": "username",
}


def _staff(roster: Roster, timetable: Timetable, custom: CustomCells) -> Iterator[_Row]:
    pick = _named(ADMIN, columns.CLEVER_STAFF, _STAFF)
    schools, email = ADMIN.attributes.index("schoolSourcedIds"), ADMIN.attributes.index("email")
    for record in roster.records(ADMIN):
        if record[email].strip():
            cells = custom.fill([*pick([*record, ""])], record[-1])
            for school in timetable.schools_of(record[schools]) or [_DISTRICT_OFFICE]:
                yield [school, *cells[1:]]
