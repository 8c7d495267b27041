"""The lists of ``/ws/v1`` that are read, and how many calls they take (docs/powerschool.md 6.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from psconnect.powerschool import streams as s
from psconnect.powerschool import v1_fields
from psconnect.powerschool.client import Metadata
from psconnect.powerschool.stream import Stream
from psconnect.powerschool.v1_lists import ListPath, ListReader
from psconnect.powerschool.v1_staff import STAFF_EXPANSIONS


@dataclass(frozen=True)
class V1Paths:
    """The lists; ``sizes`` are rows per page for each kind, from the server's metadata."""

    sizes: Metadata

    def schools(self) -> ListPath:
        """All schools except that of the graduates."""
        return ListPath("/ws/v1/district/school", "school", "Schools", self.sizes.school_max_page_size)

    def terms(self, school: int) -> ListPath:
        """The terms of a school, of all years."""
        return _below(school, "term", "Terms", self.sizes.term_max_page_size)

    def courses(self, school: int) -> ListPath:
        """The courses of a school."""
        return _below(school, "course", "Courses", self.sizes.course_max_page_size)

    def sections(self, school: int, start_year: int) -> ListPath:
        """The sections of a school in the school year that begins in that calendar year."""
        path = _below(school, "section", "Sections", self.sizes.section_max_page_size)
        return replace(path, q=f"term.start_year=={start_year}")

    def staff(self, school: int) -> ListPath:
        """The active staff of a school."""
        return replace(_below(school, "staff", "Staff", self.sizes.staff_max_page_size), expansions=STAFF_EXPANSIONS)

    def enrollments(self, section: int) -> ListPath:
        """The enrollments in a section, including dropped ones."""
        path = f"/ws/v1/section/{section}/section_enrollment"
        return ListPath(path, "section_enrollment", "Enrollments", self.sizes.section_enrollment_max_page_size)

    def students(self, stream: Stream) -> ListPath:
        """All students, with the parts that the stream's columns need."""
        return ListPath(
            "/ws/v1/district/student",
            "student",
            "Students",
            self.sizes.student_max_page_size,
            expansions=tuple(v1_fields.expansions_of(stream)),
            extensions=tuple(sorted({table for table, _ in v1_fields.extensions_of(stream)})),
        )

    def students_with_school(self) -> ListPath:
        """All students, with only their school."""
        return replace(self.students(s.STUDENTS), expansions=("school_enrollment",))

    def enrolled_students(self, status: str) -> ListPath:
        """Students of one enrollment status, with their school."""
        return replace(self.students_with_school(), q=f"school_enrollment.enroll_status_code=={status}")

    def of_school(self, school: int, start_year: int) -> Iterator[ListPath]:
        """All lists below a school."""
        yield self.terms(school)
        yield self.courses(school)
        yield self.sections(school, start_year)
        yield self.staff(school)


def _below(school: int, singular: str, label: str, size: int) -> ListPath:
    return ListPath(f"/ws/v1/school/{school}/{singular}", singular, label, size)


def calls_ahead(lists: ListReader, paths: V1Paths, start_year: int, statuses: Iterable[str]) -> int:
    """About how many calls a full reading of that school year takes, with contacts of students of these statuses.

    Raises PageFailed if the schools can't be read completely.
    """
    schools = lists.read(paths.schools())
    calls = _calls(len(schools.found), paths.schools())
    for school in sorted(schools.found):
        for path in paths.of_school(school, start_year):
            count = lists.count(path)
            # The enrollments of each section: one page and their count.
            calls += _calls(count, path) + (2 * count if path.singular == "section" else 0)
    students = paths.students(s.STUDENTS)
    calls += _calls(lists.count(students), students)
    for status in statuses:
        path = paths.enrolled_students(status)
        enrolled = lists.count(path)
        calls += _calls(enrolled, path) + enrolled
    return calls


def _calls(count: int, path: ListPath) -> int:
    """Calls for this many items: two counts, one call per page, and each page again if there are several."""
    pages = count // max(1, path.size) + 1 if count else 0  # only a page that isn't full is known to be the last
    return 2 + (pages if pages <= 1 else 2 * pages)


def start_year_of(year: int, month: int) -> int:
    """The school year to count classes in while the terms are unknown: it begins in July."""
    return year if month > 6 else year - 1  # noqa: PLR2004 - June
