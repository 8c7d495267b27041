"""The student resource (docs/powerschool.md 6.2)."""

from __future__ import annotations

from typing import Final

from psconnect.demo.district.codes import FULL_TIME, RACES, sql_case
from psconnect.demo.district.staff import COUNSELOR, CURRENT, OFFICE
from psconnect.demo.server.v1.template import Filter, Granted, Repeated, Resource, Template

#: Enroll_Status as letter and as words; any other number is inactive.
_STATUS_LETTER: Final = sql_case("s.Enroll_Status", {0: "A", -1: "P", 2: "T", 3: "G", 4: "H"}, "I")
_STATUS_WORDS: Final = sql_case(
    "s.Enroll_Status",
    {0: "Active", -1: "Pre-Registered", 2: "Transferred-Out", 3: "Graduated", 4: "Historical"},
    "Inactive",
)


def _address(prefix: str, **more: str) -> Template:
    """An address; its street is blank, not missing, if only the rest is known (5.2)."""
    street, city, state, code = (f"s.{prefix}{name}" for name in ("Street", "City", "State", "Zip"))
    filled = f"coalesce({city}, {state}, {code}) IS NOT NULL"
    return {
        "street": f"CASE WHEN {street} IS NULL AND {filled} THEN '' ELSE {street} END",
        "city": city,
        "state_province": state,
        "postal_code": code,
        **more,
    }


def _balance(column: str) -> str:
    return f"printf('%.2f', coalesce({column}, 0))"


_RACES: Final = f"""(SELECT json_group_array(json_object('district_race_code', r.RaceCD,
    'district_race_code_description', {sql_case("r.RaceCD", {code: name for code, name, _ in RACES})},
    'federal_race_code_category', {sql_case("r.RaceCD", {code: federal for code, _, federal in RACES})}))
    FROM (SELECT RaceCD FROM StudentRace WHERE StudentID = s.ID ORDER BY DCID) r)"""  # noqa: S608 - ours alone

_EMAIL: Final = """(SELECT e.EmailAddress FROM PersonEmailAddressAssoc a
    JOIN EmailAddress e ON e.EmailAddressID = a.EmailAddressID
    WHERE a.PersonID = s.Person_ID ORDER BY a.IsPrimaryEmailAddress DESC, a.EmailAddressPriorityOrder LIMIT 1)"""

#: The counselors of the student's school; the first counts as the student's own.
_COUNSELORS: Final = f"""(SELECT json_group_array(json_object('id', k.DCID, 'userDcid', k.Users_DCID,
    'firstName', k.First_Name, 'lastName', k.Last_Name, 'isPrimary', json(iif(k.place = 1, 'true', 'false'))))
    FROM (SELECT p.DCID, p.Users_DCID, u.First_Name, u.Last_Name, row_number() OVER (ORDER BY p.DCID) AS place
          FROM SchoolStaff p JOIN Users u ON u.DCID = p.Users_DCID WHERE p.SchoolID = s.SchoolID
          AND p.StaffStatus = {OFFICE} AND p.Status = {CURRENT} AND u.Title = '{COUNSELOR}' ORDER BY p.DCID) k)"""  # noqa: S608 - ours alone

#: The second "c" of fee_dcscription is PowerSchool's own.
_FEES: Final = """(SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_object(
    'id', f.DCID, 'fee_amount', printf('%.2f', f.Fee_Amount), 'fee_balance', printf('%.2f', f.Fee_Balance),
    'fee_dcscription', f.Description, 'date_created', f.Date_Created, 'date_modified', f.Date_Modified,
    'priority', f.Priority, 'school_id', (SELECT DCID FROM Schools WHERE School_Number = f.SchoolID),
    'year_id', f.YearID, 'category_name', f.Category_Name, 'type_name', f.Fee_Type_Name,
    'fee_transaction', (SELECT json_group_array(json_object('id', t.DCID,
        'transaction_amount', printf('%.2f', t.Transaction_Amount), 'transaction_type', t.Transaction_Type,
        'payment_method', t.Payment_Method, 'date', t.Date_Value, 'description', coalesce(t.Description, '')))
        FROM (SELECT * FROM Fee_Transaction WHERE FeeID = f.ID ORDER BY DCID) t))) END
    FROM (SELECT * FROM Fee WHERE StudentID = s.ID ORDER BY DCID) f)"""

STUDENT: Final = Resource(
    name="student",
    source="Students s LEFT JOIN Schools c ON c.School_Number = s.SchoolID",
    key="s.DCID",
    base={
        "id": "s.DCID",
        "local_id": "s.Student_Number",
        "state_province_id": "s.State_StudentNumber",
        "student_username": "s.Student_Web_ID",
        "name": {"first_name": "s.First_Name", "middle_name": "s.Middle_Name", "last_name": "s.Last_Name"},
    },
    expansions={
        "demographics": {
            "gender": "s.Gender",
            "birth_date": "s.DOB",
            "district_entry_date": "s.DistrictEntryDate",
            "projected_graduation_year": "s.Sched_YearOfGraduation",
            "ssn": Granted("s.SSN", "STUDENTS", "SSN"),
        },
        "addresses": {"physical": _address("", grid_location="s.Geocode"), "mailing": _address("Mailing_")},
        "alerts": {"medical": {"description": "s.Alert_Medical"}, "other": {"description": "s.Alert_Other"}},
        "phones": {"main": {"number": "s.Home_Phone"}},
        "school_enrollment": {
            "enroll_status": _STATUS_LETTER,
            "enroll_status_description": _STATUS_WORDS,
            "enroll_status_code": "s.Enroll_Status",
            "grade_level": "s.Grade_Level",
            "entry_date": "s.EntryDate",
            "exit_date": "s.ExitDate",
            "school_number": "s.SchoolID",
            "school_id": "c.DCID",
            "entry_code": "s.EntryCode",
            "exit_code": "s.ExitCode",
            "track": "s.Track",
            "district_of_residence": "s.DistrictOfResidence",
            "full_time_equivalency": {"fteid": "s.FTEID", "name": sql_case("s.FTEID", {FULL_TIME.key: FULL_TIME.name})},
        },
        "ethnicity_race": {
            "scheduling_reporting_ethnicity": "s.Ethnicity",
            "federal_ethnicity": "CASE s.FedEthnicity WHEN 1 THEN 'YES' WHEN 0 THEN 'NO' END",
            "races": Repeated(_RACES),
        },
        "contact": {
            "guardian_email": "s.GuardianEmail",
            "mother": "s.Mother",
            "father": "s.Father",
            "emergency_contact_name1": "s.Emerg_Contact_1",
            "emergency_phone1": "s.Emerg_Phone_1",
            "emergency_contact_name2": "s.Emerg_Contact_2",
            "emergency_phone2": "s.Emerg_Phone_2",
            "doctor_name": "s.Doctor_Name",
            "doctor_phone": "s.Doctor_Phone",
        },
        "contact_info": {"email": _EMAIL},
        "initial_enrollment": {
            "district_entry_date": "s.DistrictEntryDate",
            "district_entry_grade_level": "s.DistrictEntryGradeLevel",
            "school_entry_date": "s.SchoolEntryDate",
            "school_entry_grade_level": "s.SchoolEntryGradeLevel",
        },
        "schedule_setup": {
            "home_room": "s.Home_Room",
            "next_school": "s.Next_School",
            "sched_next_year_grade": "s.Sched_NextYearGrade",
        },
        "fees": {"fee": Repeated(_FEES)},
        "lunch": {
            "balance_1": _balance("s.Balance1"),
            "balance_2": _balance("NULL"),
            "balance_3": _balance("NULL"),
            "balance_4": _balance("NULL"),
            "lunch_id": "0",
            "lunch_status": Granted("s.LunchStatus", "STUDENTS", "LUNCHSTATUS"),
        },
        "counselors": {"counselor": Repeated(_COUNSELORS)},
    },
    filters={
        "id": Filter("s.DCID", "number"),
        "local_id": Filter("s.Student_Number", "number"),
        "state_province_id": Filter("s.State_StudentNumber"),
        "student_username": Filter("s.Student_Web_ID"),
        "name.last_name": Filter("s.Last_Name"),
        "name.first_name": Filter("s.First_Name"),
        "school_enrollment.enroll_status": Filter(_STATUS_LETTER, "status"),
        "school_enrollment.enroll_status_code": Filter("s.Enroll_Status", "number"),
        "school_enrollment.entry_date": Filter("s.EntryDate", "date"),
    },
    order="s.DCID",
    core_table="Students",
)
