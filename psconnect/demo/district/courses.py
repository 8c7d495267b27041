"""The course catalogue: subjects by level, part of the year and number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psconnect.demo.district.rows import Row, RowWriter
    from psconnect.demo.district.schools import School

_YEAR, _FIRST, _SECOND, _QUARTER = 0, 1, 2, 4


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject and the number of the term (see ``SchoolYear.terms``) in which its sections run."""

    code: str
    name: str
    department: str
    term: int = _YEAR


ELEMENTARY: Final = (
    Subject("0", "Homeroom", "General"),
    Subject("1", "Language Arts", "English"),
    Subject("2", "Mathematics", "Mathematics"),
    Subject("3", "Science", "Science"),
    Subject("4", "Social Studies", "Social Studies"),
    Subject("5", "Music", "Arts", _FIRST),
    Subject("6", "Art", "Arts", _SECOND),
    Subject("7", "Physical Education", "Health", _QUARTER),
)
SECONDARY: Final = (
    Subject("ENG", "English", "English"),
    Subject("MAT", "Mathematics", "Mathematics"),
    Subject("SCI", "Science", "Science"),
    Subject("SOC", "Social Studies", "Social Studies"),
    Subject("WLD", "Spanish / Español", "World Languages"),
    Subject("HEA", "Health", "Health", _FIRST),
    Subject("OWN", "Workshop", "Electives", _SECOND),
    Subject("PE", "Physical Education", "Health", _QUARTER),
)


def subjects(school: School) -> tuple[Subject, ...]:
    """The eight subjects every student of this school takes."""
    return ELEMENTARY if school.level == "elementary" else SECONDARY


def course_number(subject: Subject, grade: int, school: School) -> str:
    """Courses.Course_Number: digits with leading zeros below grade 6, letters above; electives are the school's own."""
    if school.level == "elementary":
        return f"0{grade + 2}{subject.code}0"
    if subject.code == "OWN":
        return f"WS{school.number}-{grade}"
    return f"{subject.code}{grade:02d}1"


def write_courses(writer: RowWriter, schools: list[School]) -> None:
    """Write each course once; most belong to the whole district (SchoolID 0)."""
    columns = "DCID ID Course_Number Course_Name Credit_Hours SchoolID Sched_Department CreditType RegAvailable"
    writer.write("Courses", columns, _course_rows(schools))


def _course_rows(schools: list[School]) -> Iterator[Row]:
    seen: set[str] = set()
    for school in schools:
        if school.level == "graduated":
            continue
        for grade in school.grades:
            for subject in subjects(school):
                number = course_number(subject, grade, school)
                if number in seen:
                    continue
                seen.add(number)
                dcid = 84 + len(seen)
                owner = school.number if subject.code == "OWN" else 0
                place = {-1: "Pre-K", 0: "Kindergarten"}.get(grade, f"Grade {grade}")
                credit = 0.5 if subject.term else 1
                yield (dcid, dcid + 4, number, f"{subject.name} {place}"[:40], credit, owner, subject.department,
                       subject.department[:3].upper(), 1)  # fmt: skip
