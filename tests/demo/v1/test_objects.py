"""The objects of ``/ws/v1`` and their expansions (docs/powerschool.md 5.2, 6.2 to 6.4)."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from psconnect.demo.district.build import DISTRICT_NAME
from tests.demo.support import NAME, package

EVERYTHING = (
    "demographics,addresses,alerts,phones,school_enrollment,ethnicity_race,contact,contact_info,initial_enrollment,"
    "schedule_setup,fees,lunch,counselors"
)


@pytest.fixture
def students(read):
    """Every student with all expansions, by DCID."""
    found = []
    for page in range(1, 6):
        found += read(f"district/student?page={page}&expansions={EVERYTHING}")["students"]["student"]
    return {one["id"]: one for one in found}


def at(element, path):
    """What stands at a dotted path, None if nothing does."""
    for name in path.split("."):
        element = element.get(name) if isinstance(element, dict) else None
    return element


# -- students ----------------------------------------------------------------------------------------------------------


def test_a_student_as_it_comes(read, rows):
    student = read("student/431")["student"]
    assert list(student) == [
        "@expansions", "@extensions", "id", "local_id", "state_province_id", "student_username", "name",
    ]  # fmt: skip
    assert student["@expansions"] == EVERYTHING.replace(",", ", ")
    assert student["@extensions"] == "studentcorefields,u_students_extension"
    [(number, state, web, first, last)] = rows(
        "SELECT Student_Number, State_StudentNumber, Student_Web_ID, First_Name, Last_Name FROM Students WHERE DCID=431"
    )
    assert (student["local_id"], student["state_province_id"]) == (number, state), "a number, and a text for its zeros"
    assert (student["student_username"], student["name"]) == (web, {"first_name": first, "last_name": last})


def test_items_of_a_list_do_not_repeat_the_attributes(read):
    student = read("district/student?pagesize=2")["students"]["student"][0]
    assert not [key for key in student if key.startswith("@")]


#: Where a column stands on the wire; a value is compared as text.
PLACES = {
    "Gender": "demographics.gender",
    "DOB": "demographics.birth_date",
    "Sched_YearOfGraduation": "demographics.projected_graduation_year",
    "Street": "addresses.physical.street",
    "Zip": "addresses.physical.postal_code",
    "Geocode": "addresses.physical.grid_location",
    "Mailing_City": "addresses.mailing.city",
    "Alert_Medical": "alerts.medical.description",
    "Home_Phone": "phones.main.number",
    "Enroll_Status": "school_enrollment.enroll_status_code",
    "Grade_Level": "school_enrollment.grade_level",
    "EntryDate": "school_enrollment.entry_date",
    "ExitDate": "school_enrollment.exit_date",
    "SchoolID": "school_enrollment.school_number",
    "EntryCode": "school_enrollment.entry_code",
    "ExitCode": "school_enrollment.exit_code",
    "Track": "school_enrollment.track",
    "DistrictOfResidence": "school_enrollment.district_of_residence",
    "Ethnicity": "ethnicity_race.scheduling_reporting_ethnicity",
    "GuardianEmail": "contact.guardian_email",
    "Mother": "contact.mother",
    "Emerg_Phone_2": "contact.emergency_phone2",
    "Doctor_Phone": "contact.doctor_phone",
    "DistrictEntryGradeLevel": "initial_enrollment.district_entry_grade_level",
    "Home_Room": "schedule_setup.home_room",
    "Next_School": "schedule_setup.next_school",
    "Sched_NextYearGrade": "schedule_setup.sched_next_year_grade",
}


def test_every_column_stands_in_its_place(students, rows):
    found = rows(f"SELECT DCID, {', '.join(PLACES)} FROM Students")
    assert len(found) == len(students)
    for dcid, *values in found:
        for path, value in zip(PLACES.values(), values, strict=True):
            wire = at(students[dcid], path)
            assert (None if wire is None else str(wire)) == (None if value is None else str(value)), (dcid, path)
    for name in PLACES:
        assert rows(f"SELECT 1 FROM Students WHERE {name} IS NOT NULL"), f"somebody has {name}"


def test_statuses_in_letters_and_words(students):
    seen = {
        (one["enroll_status_code"], one["enroll_status"], one["enroll_status_description"])
        for one in (student["school_enrollment"] for student in students.values())
    }
    assert seen == {
        (0, "A", "Active"), (-1, "P", "Pre-Registered"), (1, "I", "Inactive"), (2, "T", "Transferred-Out"),
        (3, "G", "Graduated"), (4, "H", "Historical"),
    }  # fmt: skip


def test_the_schools_dcid_beside_its_number(students, rows):
    schools = dict(rows("SELECT School_Number, DCID FROM Schools"))
    for one in students.values():
        enrollment = one["school_enrollment"]
        assert enrollment["school_id"] == schools[enrollment["school_number"]] != enrollment["school_number"]


def test_empty_containers_are_empty_texts(students):
    assert {type(student["fees"]) for student in students.values()} == {str, dict}
    assert {student["fees"] for student in students.values() if not isinstance(student["fees"], dict)} == {""}
    for block in ("alerts", "phones", "contact", "contact_info"):
        kinds = {type(student[block]) for student in students.values()}
        assert kinds == {str, dict}, f"some have {block}, some have none"


def test_digits_become_numbers_unless_a_zero_leads(students):
    codes = {student["addresses"]["physical"]["postal_code"] for student in students.values()}
    assert codes == {60601, "05301", 85250, "00987"}
    phones = {type(at(student, "contact.emergency_phone2")) for student in students.values()}
    assert phones == {int, type(None)}, "no dashes"
    assert {type(at(student, "phones.main.number")) for student in students.values()} == {str, type(None)}, "dashes"
    balances = {student["lunch"]["balance_1"] for student in students.values()}
    assert "0.00" in balances
    assert {student["lunch"]["balance_2"] for student in students.values()} == {"0.00"}


def test_a_blank_street_beside_a_filled_town(students, rows):
    blank = {dcid for dcid, one in students.items() if at(one, "addresses.mailing.street") == ""}
    assert blank == {dcid for (dcid,) in rows("SELECT DCID FROM Students WHERE Mailing_Street IS NULL")}
    assert blank


def test_races_are_an_object_a_list_or_missing(students, rows):
    truth: dict[int, list[str]] = {dcid: [] for dcid in students}
    for dcid, race in rows("SELECT s.DCID, r.RaceCD FROM Students s JOIN StudentRace r ON r.StudentID = s.ID"):
        truth[dcid].append(race)
    for dcid, student in students.items():
        races = student["ethnicity_race"].get("races", [])
        listed = [races] if isinstance(races, dict) else races
        assert sorted(one["district_race_code"] for one in listed) == sorted(truth[dcid])
        assert isinstance(races, list) == (len(truth[dcid]) != 1)
    assert {len(races) for races in truth.values()} == {0, 1, 2}
    assert {student["ethnicity_race"]["federal_ethnicity"] for student in students.values()} == {"YES", "NO"}


def test_the_students_own_mail(students, rows):
    truth = dict(
        rows(
            """SELECT s.DCID, e.EmailAddress FROM Students s JOIN PersonEmailAddressAssoc a ON a.PersonID = s.Person_ID
            JOIN EmailAddress e ON e.EmailAddressID = a.EmailAddressID"""
        )
    )
    assert {dcid: at(one, "contact_info.email") for dcid, one in students.items()} == {
        dcid: truth.get(dcid) for dcid in students
    }


def test_of_several_mails_the_primary_one(read, rows, v1_server):
    [(dcid, person, mail)] = rows(
        """SELECT s.DCID, s.Person_ID, e.EmailAddress FROM Students s JOIN PersonEmailAddressAssoc a
        ON a.PersonID = s.Person_ID JOIN EmailAddress e ON e.EmailAddressID = a.EmailAddressID ORDER BY 1 LIMIT 1"""
    )
    seen = []
    with closing(sqlite3.connect(v1_server.database, isolation_level=None)) as database:
        database.execute("INSERT INTO EmailAddress VALUES (1, 'other@mail.example.org')")
        for primary, order in ((0, 0), (1, 0)):
            database.execute("DELETE FROM PersonEmailAddressAssoc WHERE PersonEmailAddressAssocID = 1")
            database.execute("INSERT INTO PersonEmailAddressAssoc VALUES (1, ?, 1, ?, ?, 11)", (person, primary, order))
            seen.append(read(f"student/{dcid}?expansions=contact_info")["student"]["contact_info"]["email"])
        database.execute("DELETE FROM PersonEmailAddressAssoc WHERE PersonEmailAddressAssocID = 1")
        database.execute("DELETE FROM EmailAddress WHERE EmailAddressID = 1")
    assert seen == [mail, "other@mail.example.org"]


def test_counselors_of_the_students_school(students, rows):
    by_school: dict[int, list[int]] = {}
    for school, dcid in rows(
        """SELECT p.SchoolID, p.DCID FROM SchoolStaff p JOIN Users u ON u.DCID = p.Users_DCID
        WHERE u.Title = 'Counselor' ORDER BY p.DCID"""
    ):
        by_school.setdefault(school, []).append(dcid)
    kinds = set()
    for student in students.values():
        found = student["counselors"]
        wire = found["counselor"] if found else []
        kinds.add(type(wire))
        listed = [wire] if isinstance(wire, dict) else wire
        expected = by_school.get(student["school_enrollment"]["school_number"], [])
        assert [one["id"] for one in listed] == expected
        assert [one["isPrimary"] for one in listed] == [True, *[False] * len(expected)][: len(expected)]
    assert kinds == {dict, list}, "one, several or none"


def test_lunch_status_takes_a_grant(read, serve, signed_in):
    assert "lunch_status" not in read("student/431?expansions=lunch")["student"]["lunch"]
    caller = signed_in(serve(), package(fields=["STUDENTS.LUNCHSTATUS"]))
    assert caller.get("/ws/v1/student/431?expansions=lunch").json["student"]["lunch"]["lunch_status"] in set("FRP")


def test_a_social_security_number_takes_a_grant(serve, signed_in):
    server = serve(excluded=frozenset())
    with_number = signed_in(server, package(queries=(), fields=["STUDENTS.SSN"], name="With"))
    without = signed_in(server, package(queries=(), name="Without"))
    assert "ssn" not in with_number.get("/ws/v1/student/431?expansions=demographics").json["student"]["demographics"]
    with closing(sqlite3.connect(server.database)) as database, database:
        database.execute("UPDATE Students SET SSN = '000-00-0001' WHERE DCID = 431")
    path = "/ws/v1/student/431?expansions=demographics"
    assert with_number.get(path).json["student"]["demographics"]["ssn"] == "000-00-0001"
    assert "ssn" not in without.get(path).json["student"]["demographics"]


# -- expansions --------------------------------------------------------------------------------------------------------


def test_only_the_expansions_asked_for(read):
    student = read("student/431?expansions=phones,%20demographics")["student"]
    assert [key for key in student if key in EVERYTHING.split(",")] == ["demographics", "phones"]


@pytest.mark.parametrize(
    "path",
    ["district/student?expansions=phones,nonsense", "district/student?extensions=nonsense",
     "student/431?expansions=nonsense", "student/431?extensions=nonsense", "district?expansions=nonsense"],
)  # fmt: skip
def test_unknown_names(get, v1_server, path):
    assert get(path).status == 200
    v1_server.set_quirks(v1_unknown_names="refuse")
    refused = get(path)
    assert refused.status == 400
    assert refused.json == {"errorMessage": {"message": "Invalid expansion or extension: nonsense"}}


# -- staff -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def staff(read):
    """The staff of a school with all expansions."""
    return read("school/4/staff?expansions=addresses,emails,phones,school_affiliations")["staffs"]["staff"]


def affiliations(one):
    """A person's affiliations as a list, as they may stand there as one object."""
    found = one["school_affiliations"]["school_affiliation"]
    return found if isinstance(found, list) else [found]


def test_staff_are_one_object_a_person_and_school(staff, rows):
    users = dict(rows("SELECT DCID, Users_DCID FROM SchoolStaff"))
    assert [one["users_dcid"] for one in staff] == [users[one["id"]] for one in staff]
    for one in staff:
        truth = rows(
            """SELECT coalesce(c.DCID, 0), p.StaffStatus, p.Status FROM SchoolStaff p
            LEFT JOIN Schools c ON c.School_Number = p.SchoolID WHERE Users_DCID = ? ORDER BY p.DCID""",
            one["users_dcid"],
        )
        assert [(had["school_id"], had["type"], had["status"]) for had in affiliations(one)] == truth
    assert {type(one["school_affiliations"]["school_affiliation"]) for one in staff} == {dict, list}


def test_staff_of_whom_little_is_known(staff):
    for block in ("addresses", "phones"):
        assert {type(one[block]) for one in staff} == {str, dict}
    numbers = {type(one["local_id"]) for one in staff}
    assert numbers == {str}
    assert all("admin_username" in one or "teacher_username" in one for one in staff)


def test_who_left_is_read_one_by_one_alone(read, rows, staff):
    [(gone,)] = rows("SELECT DCID FROM SchoolStaff WHERE SchoolID = 110 AND Status = 2")
    assert gone not in [one["id"] for one in staff]
    one = read(f"staff/{gone}?expansions=school_affiliations")["staff"]
    assert one["school_affiliations"] == {"school_affiliation": {"school_id": 4, "type": 1, "status": 2}}


def test_types_of_affiliations(read, v1_server, staff):
    assert {had["type"] for one in staff for had in affiliations(one)} == {0, 1, 2, 3, 4}
    v1_server.set_quirks(other_staff_types=False)
    again = read("school/4/staff?expansions=school_affiliations")["staffs"]["staff"]
    assert {had["type"] for one in again for had in affiliations(one)} == {0, 1, 2}


# -- the others --------------------------------------------------------------------------------------------------------


def test_the_district(read):
    district = read("district")["district"]
    assert (district["name"], district["district_number"]) == (DISTRICT_NAME, "0100")
    assert district["addresses"]["physical"]["postal_code"] == 60601
    assert district["phones"] == {"main": {"number": 5550100100}, "fax": {"number": "555-0101"}}
    names = district["@expansions"].split(", ")
    assert len(names) == 9
    assert not set(names) & set(district)
    assert district["uuid"] == read("metadata")["metadata"]["district_uuid"]


def test_the_lists_of_the_district_hold_what_students_have(read, rows):
    ethnicities = "SELECT DISTINCT Ethnicity FROM Students"
    district = read("district?expansions=entry_codes,exit_codes,scheduling_reporting_ethnicities,district_race_codes,"
                    "districts_of_residence,test_setup,ethnicity_race_decline_to_specify")["district"]  # fmt: skip
    for block, item, sql in (
        ("entry_codes", "entry_code", "SELECT DISTINCT EntryCode FROM Students"),
        ("exit_codes", "exit_code", "SELECT DISTINCT ExitCode FROM Students WHERE ExitCode IS NOT NULL"),
        ("scheduling_reporting_ethnicities", "scheduling_reporting_ethnicity", ethnicities),
        ("district_race_codes", "district_race_code", "SELECT DISTINCT RaceCD FROM StudentRace"),
        ("districts_of_residence", "district_of_residence", "SELECT DISTINCT DistrictOfResidence FROM Students"),
    ):  # fmt: skip
        assert {one["code"] for one in district[block][item]} >= {code for (code,) in rows(sql)}, block
    assert district["test_setup"]["tests"]["test"][0]["test_name"] == "RDG"
    assert district["ethnicity_race_decline_to_specify"] == ""


def test_schools(read, rows):
    names = "school_boundary,full_time_equivalencies,school_fees_setup"
    schools = read(f"district/school?expansions={names}")["schools"]["school"]
    truth = rows("SELECT DCID, School_Number, Name, Low_Grade, High_Grade FROM Schools WHERE School_Number < 999999")
    keys = ("id", "school_number", "name", "low_grade", "high_grade")
    assert [tuple(one[key] for key in keys) for one in schools] == truth
    assert schools[0]["principal"]["name"] == {"first_name": "P.", "last_name": "Demo"}
    times = schools[0]["full_time_equivalencies"]["full_time_equivalency"]
    assert [(one["fteid"], one["start_year"]) for one in times] == [(2, 2025), (2, 2026), (2, 2027)]
    assert schools[0]["school_boundary"] == ""


def test_sections_point_at_dcids(read, rows, v1_server):
    v1_server.set_page_size(NAME, 1000)
    sections = read("school/4/section?expansions=term")["sections"]["section"]
    truth = rows(
        """SELECT n.DCID, c.DCID, o.DCID, t.DCID, f.DCID, n.Section_Number FROM Sections n
        JOIN Schools c ON c.School_Number = n.SchoolID JOIN Courses o ON o.Course_Number = n.Course_Number
        JOIN Terms t ON t.ID = n.TermID AND t.SchoolID = n.SchoolID LEFT JOIN SchoolStaff f ON f.ID = n.Teacher
        WHERE n.SchoolID = 110 ORDER BY n.DCID"""
    )
    keys = ("id", "school_id", "course_id", "term_id", "staff_id")
    assert [tuple(one.get(key) for key in keys) for one in sections] == [row[:5] for row in truth]
    assert [str(one["section_number"]) for one in sections] == [row[5] for row in truth]
    assert {type(one["section_number"]) for one in sections} == {int, str}
    assert {one["term"]["id"] == one["term_id"] for one in sections} == {True}


@pytest.mark.parametrize(("switch", "sign"), [("positive", 1), ("negative", -1)])
def test_dropped_enrollments(read, rows, v1_server, switch, sign):
    v1_server.set_quirks(dropped_ids=switch)
    dropped = rows(
        """SELECT c.DCID, n.DCID, s.DCID, c.DateEnrolled, c.DateLeft FROM CC c JOIN Students s ON s.ID = c.StudentID
        JOIN Sections n ON n.ID = -c.SectionID WHERE c.SectionID < 0 ORDER BY c.DCID LIMIT 5"""
    )
    assert dropped
    for dcid, section, student, entry, leaving in dropped:
        expected = {
            "id": dcid, "section_id": section * sign, "student_id": student, "entry_date": entry, "exit_date": leaving,
            "dropped": True,
        }  # fmt: skip
        assert read(f"section_enrollment/{dcid}") == {"section_enrollment": expected}
        listed = read(f"section/{section}/section_enrollment")["section_enrollments"]["section_enrollment"]
        assert expected in listed
        assert {type(one["dropped"]) for one in listed} == {bool}


def test_an_enrollment_whose_student_is_gone_is_not_served(get, rows):
    [(orphan,), *_] = rows("SELECT DCID FROM CC WHERE StudentID NOT IN (SELECT ID FROM Students)")
    assert get(f"section_enrollment/{orphan}").status == 404


def test_terms(read, rows):
    terms = read("school/4/term?q=start_year==2026")["terms"]["term"]
    assert [one["portion"] for one in terms] == [1, 2, 2, 4, 4, 4, 4]
    [(dcid, first, last)] = rows("SELECT DCID, FirstDay, LastDay FROM Terms WHERE ID = 3600 AND SchoolID = 110")
    assert terms[0] == {
        "id": dcid, "local_id": 3600, "school_id": 4, "start_year": 2026, "portion": 1, "start_date": first,
        "end_date": last, "abbreviation": "26-27", "name": "2026-2027",
    }  # fmt: skip
    [(district,)] = rows("SELECT DCID FROM Terms WHERE ID = 3600 AND SchoolID = 0")
    assert read(f"term/{district}")["term"]["school_id"] == 0


def test_a_course(read):
    assert read("course/85")["course"] == {"id": 85, "course_number": "0100", "course_name": "Homeroom Pre-K"}
