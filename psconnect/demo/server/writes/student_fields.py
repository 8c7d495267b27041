"""The student fields of ``POST /ws/v1/student`` (13.1): where they are stored, and their allowed values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from psconnect.demo.district.codes import ENTRY_CODES, ETHNICITIES, EXIT_CODES, FULL_TIME, RESIDENCES
from psconnect.demo.server.writes.rows import is_date

if TYPE_CHECKING:
    from psconnect.demo.district.rows import Value

StudentFieldKind = Literal["text", "whole", "date"]


@dataclass(frozen=True, slots=True)
class StudentField:
    """One field: its column of Students, its kind, its maximum length, and its allowed texts (if limited)."""

    column: str
    longest: int = 0
    kind: StudentFieldKind = "text"
    only: tuple[str, ...] = ()


def _date(column: str) -> StudentField:
    return StudentField(column, kind="date")


def _whole(column: str) -> StudentField:
    return StudentField(column, kind="whole")


def _address(path: str, prefix: str) -> dict[str, StudentField]:
    return {
        f"addresses/{path}/street": StudentField(f"{prefix}Street", 60),
        f"addresses/{path}/city": StudentField(f"{prefix}City", 50),
        f"addresses/{path}/state_province": StudentField(f"{prefix}State", 2),
        f"addresses/{path}/postal_code": StudentField(f"{prefix}Zip", 10),
    }


#: Fields by their path below the student.
FIELDS: Final[dict[str, StudentField]] = {
    "local_id": _whole("Student_Number"),
    "state_province_id": StudentField("State_StudentNumber", 32),
    "student_username": StudentField("Student_Web_ID", 20),
    "name/first_name": StudentField("First_Name", 50),
    "name/middle_name": StudentField("Middle_Name", 30),
    "name/last_name": StudentField("Last_Name", 50),
    "demographics/gender": StudentField("Gender", 2),
    "demographics/birth_date": _date("DOB"),
    "demographics/district_entry_date": _date("DistrictEntryDate"),
    "demographics/projected_graduation_year": _whole("Sched_YearOfGraduation"),
    **_address("physical", ""),
    "addresses/physical/grid_location": StudentField("Geocode", 40),
    **_address("mailing", "Mailing_"),
    "phones/main/number": StudentField("Home_Phone", 30),
    "ethnicity_race/scheduling_reporting_ethnicity": StudentField(
        "Ethnicity", 20, only=tuple(code.code for code in ETHNICITIES)
    ),
    "ethnicity_race/federal_ethnicity": StudentField("FedEthnicity", only=("YES", "NO")),
    "contact/guardian_email": StudentField("GuardianEmail", 4000),
    "contact/mother": StudentField("Mother", 60),
    "contact/father": StudentField("Father", 60),
    "contact/emergency_contact_name1": StudentField("Emerg_Contact_1", 60),
    "contact/emergency_phone1": StudentField("Emerg_Phone_1", 30),
    "contact/emergency_contact_name2": StudentField("Emerg_Contact_2", 60),
    "contact/emergency_phone2": StudentField("Emerg_Phone_2", 30),
    "contact/doctor_name": StudentField("Doctor_Name", 60),
    "contact/doctor_phone": StudentField("Doctor_Phone", 30),
    "initial_enrollment/district_entry_date": _date("DistrictEntryDate"),
    "initial_enrollment/district_entry_grade_level": _whole("DistrictEntryGradeLevel"),
    "initial_enrollment/school_entry_date": _date("SchoolEntryDate"),
    "initial_enrollment/school_entry_grade_level": _whole("SchoolEntryGradeLevel"),
    "schedule_setup/home_room": StudentField("Home_Room", 60),
    "schedule_setup/next_school": _whole("Next_School"),
    "schedule_setup/sched_next_year_grade": _whole("Sched_NextYearGrade"),
}
#: Fields used only on INSERT.
ENROLLMENT_FIELDS: Final[dict[str, StudentField]] = {
    "school_enrollment/enroll_status": StudentField("Enroll_Status", only=("A", "I", "P", "H")),
    "school_enrollment/enroll_status_code": _whole("Enroll_Status"),
    "school_enrollment/grade_level": _whole("Grade_Level"),
    "school_enrollment/entry_date": _date("EntryDate"),
    "school_enrollment/exit_date": _date("ExitDate"),
    "school_enrollment/school_number": _whole("SchoolID"),
    "school_enrollment/entry_code": StudentField("EntryCode", 10, only=tuple(code.code for code in ENTRY_CODES)),
    "school_enrollment/exit_code": StudentField("ExitCode", 10, only=tuple(code.code for code in EXIT_CODES)),
    "school_enrollment/track": StudentField("Track", 1, only=tuple("ABCDEF")),
    "school_enrollment/district_of_residence": StudentField(
        "DistrictOfResidence", 20, only=tuple(code.code for code in RESIDENCES)
    ),
    "school_enrollment/full_time_equivalency/fteid": StudentField("FTEID", kind="whole", only=(str(FULL_TIME.key),)),
}
#: Fields that are not columns of Students.
EMAIL: Final = "contact_info/email"
RACES_PATH: Final = "ethnicity_race/races"
EXTENSIONS: Final = "_extension_data"
ELSEWHERE: Final = frozenset({"client_uid", "action", "id", EMAIL, RACES_PATH, EXTENSIONS})
REQUIRED: Final = (
    "name/first_name",
    "name/last_name",
    "school_enrollment/grade_level",
    "school_enrollment/entry_date",
    "school_enrollment/exit_date",
    "school_enrollment/school_number",
)
#: Groups of fields that must be sent together or not at all.
TOGETHER: Final = (
    *(
        tuple(f"addresses/{kind}/{part}" for part in ("street", "city", "state_province", "postal_code"))
        for kind in ("physical", "mailing")
    ),
    ("contact/doctor_name", "contact/doctor_phone"),
    ("contact/emergency_contact_name1", "contact/emergency_phone1"),
    ("contact/emergency_contact_name2", "contact/emergency_phone2"),
)
_STATUS: Final = {"A": 0, "P": -1, "I": 1, "H": 4}
_LONGEST_NUMBER: Final = 10


def problem(field: StudentField, text: str) -> str | None:
    """A sentence about what is wrong with a text that isn't empty; None if nothing."""
    if field.kind == "whole" and not (text.lstrip("-").isdecimal() and len(text) <= _LONGEST_NUMBER):
        return "must be a whole number"
    if field.kind == "date" and not is_date(text):
        return "must be a date, written YYYY-MM-DD"
    if field.longest and len(text) > field.longest:
        return f"must have at most {field.longest} characters"
    if field.only and text.upper() not in field.only:
        return f"must be one of {', '.join(field.only)}"
    return None


def stored(field: StudentField, text: str) -> Value:
    """A valid text in the stored form of Students; empty text is NULL."""
    if text == "":
        return None
    if field.column == "Enroll_Status" and field.only:
        return _STATUS[text.upper()]
    if field.column == "FedEthnicity":
        return int(text.upper() == "YES")
    if field.kind == "whole":
        return int(text)
    return text.upper() if field.only else text
