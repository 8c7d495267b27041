"""Clever's files, columns and vocabularies (native SFTP format 2.1.1), from the fact sheet alone (vendor-csv 1.1-1.3).

Values of contacts' types and relations: support.clever.com, "Student Contacts" (and the enumerations of Clever's API).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

OFFICE = "DEFAULT_DISTRICT_OFFICE"
GRADES = frozenset(
    [
        *(str(number) for number in range(1, 14)),
        *("InfantToddler", "Preschool", "PreKindergarten", "TransitionalKindergarten", "Kindergarten"),
        *("PostGraduate", "Ungraded"),
    ]
)
SUBJECTS = frozenset(
    [
        *("English/language arts", "Math", "Science", "Social studies", "Language", "Homeroom/advisory"),
        *("Interventions/online learning", "Technology and engineering", "PE and health", "Arts and music", "other"),
    ]
)
LANGUAGES = frozenset(
    [
        "English",
        "Albanian",
        "Amharic",
        "Arabic",
        "Bengali",
        "Bosnian",
        "Burmese",
        "Cantonese",
        "Chinese",
        "Dutch",
        "Farsi",
        "French",
        "German",
        "Hebrew",
        "Hindi",
        "Hmong",
        "Ilocano",
        "Japanese",
        "Javanese",
        "Karen",
        "Khmer",
        "Korean",
        "Laotian",
        "Malay",
        "Mandarin",
        "Nepali",
        "Oromo",
        "Polish",
        "Portuguese",
        "Punjabi",
        "Romanian",
        "Russian",
        "Samoan",
        "Serbian",
        "Somali",
        "Spanish",
        "Swahili",
        "Tagalog",
        "Tamil",
        "Telugu",
        "Thai",
        "Tigrinya",
        "Turkish",
        "Ukrainian",
        "Urdu",
        "Vietnamese",
    ]
)
_YES_NO = frozenset("YN")


@dataclass(frozen=True)
class Layout:
    """One file: columns that need a value, all columns, and the values that some of them take."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    words: dict[str, frozenset[str]] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns."""
        return (*self.required, *self.optional)


_STATE, _ZIP, _PHONE, _DAY = r"[A-Z]{2}", r"[0-9]{5}|[0-9]{9}", r"[0-9]{10,11}", r"[0-9]{2}/[0-9]{2}/[0-9]{4}"
_MAIL = r"[^@\s]+@[^@\s]+"
_RANGE = rf"({'|'.join(GRADES)})(-({'|'.join(GRADES)}))?"
CONTACT = tuple(
    f"Contact_{name}" for name in ["relationship", "type", "name", "phone", "phone_type", "email", "sis_id"]
)
TEACHERS_OF_SECTION = ("Teacher_id", *(f"Teacher_{number}_id" for number in range(2, 11)))
LAYOUTS: dict[str, Layout] = {
    "schools.csv": Layout(
        ("School_id", "School_name", "School_number"),
        (
            *("State_id", "Low_grade", "High_grade", "Principal", "Principal_email", "School_address", "School_city"),
            *("School_state", "School_zip", "School_phone"),
        ),
        {"Low_grade": GRADES, "High_grade": GRADES},
        {"School_state": _STATE, "School_zip": _ZIP, "School_phone": _PHONE, "Principal_email": _MAIL},
    ),
    "students.csv": Layout(
        ("School_id", "Student_id", "Last_name", "First_name"),
        (
            *("Student_number", "State_id", "Middle_name", "Grade", "Gender", "Graduation_year", "DOB", "Race"),
            *("Hispanic_Latino", "Home_language", "Ell_status", "Frl_status", "IEP_status", "Student_street"),
            *("Student_city", "Student_state", "Student_zip", "Student_email", *CONTACT, "Username", "Password"),
            *("Unweighted_gpa", "Weighted_gpa"),
        ),
        {
            "Grade": GRADES,
            "Gender": frozenset("MFX"),
            "Race": frozenset("ABIMPW"),
            "Home_language": LANGUAGES,
            **dict.fromkeys(("Hispanic_Latino", "Ell_status", "IEP_status"), _YES_NO),
            "Frl_status": frozenset("FRN"),
            "Contact_phone_type": frozenset(("Cell", "Home", "Work", "Other")),
            "Contact_type": frozenset(
                ("Primary", "Secondary", "Parent/Guardian", "Emergency", "Family", "Other"),
            ),
            "Contact_relationship": frozenset(
                ("Parent", "Grandparent", "Self", "Aunt/Uncle", "Sibling", "Other"),
            ),
        },
        {
            "DOB": _DAY,
            "Graduation_year": r"(19|20)[0-9]{2}",
            "Student_state": _STATE,
            "Student_zip": _ZIP,
            "Contact_phone": _PHONE,
            "Contact_email": _MAIL,
            "Student_email": _MAIL,
            **dict.fromkeys(("Unweighted_gpa", "Weighted_gpa"), r"[0-9]+(\.[0-9]+)?"),
        },
    ),
    "teachers.csv": Layout(
        ("School_id", "Teacher_id", "First_name", "Last_name"),
        (
            *("Teacher_number", "State_teacher_id", "Teacher_email", "Middle_name", "Title"),
            *("Username", "Password"),
        ),
        forms={"Teacher_email": _MAIL},
    ),
    "sections.csv": Layout(
        ("School_id", "Section_id", "Teacher_id"),
        (
            *TEACHERS_OF_SECTION[1:],
            *("Name", "Section_number", "Grade", "Course_name", "Course_number", "Course_description", "Period"),
            *("Subject", "Term_name", "Term_start", "Term_end"),
        ),
        {"Subject": SUBJECTS},
        {"Grade": _RANGE, "Term_start": _DAY, "Term_end": _DAY},
    ),
    "enrollments.csv": Layout(("School_id", "Section_id", "Student_id")),
    "staff.csv": Layout(
        ("School_id", "Staff_id", "Staff_email", "First_name", "Last_name"),
        ("Department", "Title", "Username", "Password", "Role"),
        {"Role": frozenset(("School Tech Lead", "SchoolTechLead", "STL"))},
        {"Staff_email": _MAIL},
    ),
}
NEEDED = tuple(name for name in LAYOUTS if name != "staff.csv")
DAYS = frozenset(("DOB", "Term_start", "Term_end"))


def plain_header(text: str) -> str:
    """A header as Clever compares it: case, and blanks for underscores, don't count."""
    return re.sub(r"[ _]+", "_", text.strip().casefold())


def day(text: str) -> datetime | None:
    """A day of the calendar, or None."""
    try:
        return datetime.strptime(text, "%m/%d/%Y")  # noqa: DTZ007 - a day, not an instant
    except ValueError:
        return None
