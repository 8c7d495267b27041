"""The columns of Clever's files, and where a connection's custom fields go in them (vendor-csv 1.2 and 1.3).

Headers have underscores (``School_id``). The specification prints them with spaces, Clever accepts both, and districts'
own exports have underscores: they survive tools that take a header for a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from psconnect.destinations.clever_csv import vocabulary as words
from psconnect.destinations.snapshot import Roster
from psconnect.model.entities import ADMIN, CLASS, COURSE, SCHOOL, STUDENT, TEACHER, Entity

EXT = "ext."
"""In front of the label of a custom field that is no column of the format."""
_decode = msgspec.json.Decoder(dict[str, str]).decode


@dataclass(frozen=True)
class CleverFile:
    """One file.

    Attributes:
        name: its name.
        columns: all its columns, in order.
        entities: the entities whose custom fields go into it, those that take precedence first.
        open: columns for which the roster has no attribute, with what makes a custom field's value fit.
    """

    name: str
    columns: tuple[str, ...]
    entities: tuple[Entity, ...] = ()
    open: Mapping[str, words.Cleaner] = field(default_factory=dict)


CLEVER_SCHOOLS = CleverFile(
    "schools.csv",
    (
        *("School_id", "School_name", "School_number", "State_id", "Low_grade", "High_grade", "Principal"),
        *("Principal_email", "School_address", "School_city", "School_state", "School_zip", "School_phone"),
    ),
    (SCHOOL,),
    {
        **dict.fromkeys(("State_id", "Principal", "Principal_email", "School_address", "School_city"), str),
        "Low_grade": words.grade_word,
        "High_grade": words.grade_word,
        "School_state": words.state_code,
        "School_zip": words.zip_digits,
        "School_phone": words.phone_digits,
    },
)
CONTACT_COLUMNS = (
    *("Contact_relationship", "Contact_type", "Contact_name", "Contact_phone", "Contact_phone_type"),
    *("Contact_email", "Contact_sis_id"),
)
CLEVER_STUDENTS = CleverFile(
    "students.csv",
    (
        *("School_id", "Student_id", "Student_number", "State_id", "Last_name", "Middle_name", "First_name"),
        *("Grade", "Gender", "Graduation_year", "DOB", "Race", "Hispanic_Latino", "Home_language"),
        *("Ell_status", "Frl_status", "IEP_status", "Student_street", "Student_city", "Student_state"),
        *("Student_zip", "Student_email", *CONTACT_COLUMNS, "Username", "Password"),
        *("Unweighted_gpa", "Weighted_gpa"),
    ),
    (STUDENT,),
    {
        **dict.fromkeys(("Student_street", "Student_city", "Password"), str),
        "Gender": words.gender,
        "Graduation_year": words.four_digit_year,
        "DOB": words.us_date,
        "Race": words.race,
        "Hispanic_Latino": words.yes_or_no,
        "Home_language": words.home_language,
        "Ell_status": words.yes_or_no,
        "Frl_status": words.lunch_status,
        "IEP_status": words.yes_or_no,
        "Student_state": words.state_code,
        "Student_zip": words.zip_digits,
        "Unweighted_gpa": words.decimal,
        "Weighted_gpa": words.decimal,
    },
)
CLEVER_TEACHERS = CleverFile(
    "teachers.csv",
    (
        *("School_id", "Teacher_id", "Teacher_number", "State_teacher_id", "Teacher_email", "First_name"),
        *("Middle_name", "Last_name", "Title", "Username", "Password"),
    ),
    (TEACHER,),
    dict.fromkeys(("State_teacher_id", "Title", "Password"), str),
)
MOST_TEACHERS = 10
CLEVER_SECTIONS = CleverFile(
    "sections.csv",
    (
        *("School_id", "Section_id", "Teacher_id"),
        *(f"Teacher_{number}_id" for number in range(2, MOST_TEACHERS + 1)),
        *("Name", "Section_number", "Grade", "Course_name", "Course_number", "Course_description", "Period"),
        *("Subject", "Term_name", "Term_start", "Term_end"),
    ),
    (CLASS, COURSE),
    {"Grade": words.grade_range, "Course_description": str, "Subject": words.subject},
)
CLEVER_ENROLLMENTS = CleverFile("enrollments.csv", ("School_id", "Section_id", "Student_id"))
CLEVER_STAFF = CleverFile(
    "staff.csv",
    (
        *("School_id", "Staff_id", "Staff_email", "First_name", "Last_name", "Department", "Title"),
        *("Username", "Password", "Role"),
    ),
    (ADMIN,),
    {**dict.fromkeys(("Department", "Title", "Password"), str), "Role": words.staff_role},
)
PHONE_TYPE = "Contact_phone_type"
"""The one column that contacts' custom fields can fill: all other cells of a student's repeated rows are the same."""


class CustomCells:
    """Puts custom fields into a file's rows: into the column of the same name, else into ``ext.`` and the label.

    Case, blanks and signs of a label don't count, as they don't in Clever's headers.
    """

    def __init__(self, sheet: CleverFile, roster: Roster) -> None:
        """For the labels that the roster's records have."""
        self.header = [*sheet.columns]
        self._width = len(self.header)
        self._cleaned = [sheet.open.get(column, str) for column in sheet.columns]
        named = {words.same_spelling(column): sheet.columns.index(column) for column in sheet.open}
        self._places: dict[str, int] = {}
        for label in dict.fromkeys(label for entity in sheet.entities for label in roster.labels(entity)):
            own = label.removeprefix(EXT)
            place = named.setdefault(words.same_spelling(own), len(self.header))
            self._places[label] = place
            if place == len(self.header):
                self.header.append(EXT + own)
                self._cleaned.append(str)

    def fill(self, cells: list[str], *extras: str) -> list[str]:
        """The row with the custom fields of its records (``extra``, as stored); the first value of a column counts."""
        if len(self.header) > self._width:
            cells += [""] * (len(self.header) - self._width)
        for place, text in self._given(extras):
            cells[place] = cells[place] or self._cleaned[place](text)
        return cells

    def refused(self, *extras: str) -> list[str]:
        """The columns that don't take the value of a record's custom field: it is left blank."""
        return [self.header[place] for place, text in self._given(extras) if not self._cleaned[place](text)]

    def _given(self, extras: Iterable[str]) -> Iterable[tuple[int, str]]:
        for extra in extras:
            for label, text in (_decode(extra) if extra else {}).items():
                if text.strip() and label in self._places:
                    yield self._places[label], text


def phone_type_of(extra: str) -> str:
    """The custom field of a contact that says what sort of phone it has; empty if there is none."""
    given = _decode(extra) if extra else {}
    wanted = words.same_spelling(PHONE_TYPE)
    return next((text for label, text in given.items() if words.same_spelling(label) == wanted), "")


def labels_in(extra: str) -> set[str]:
    """The labels of a record's custom fields that have a value."""
    return {label for label, text in (_decode(extra) if extra else {}).items() if text.strip()}


def is_phone_type(label: str) -> bool:
    """Whether a contact's custom field has a column."""
    return words.same_spelling(label) == words.same_spelling(PHONE_TYPE)
