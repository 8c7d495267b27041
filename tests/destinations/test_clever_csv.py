"""Clever's files: which value goes where, what is left out, and that each of it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from psconnect.destinations import find_kind
from psconnect.destinations.clever_csv import vocabulary as words
from psconnect.model.clock import CancelToken
from psconnect.model.problems import RULES, without_count
from psconnect.wording.rules import rule_of
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import HOSTILE, ListRoster, Tables, hostile, small, without_breaks
from tests.judges.clever import check_clever, read_clever

Labels = dict[str, tuple[str, ...]]
Found = dict[tuple[str, str, str], int]


def delivered(
    folder: Path, tables: Tables, further: Labels | None = None, **settings: str
) -> dict[str, list[dict[str, str]]]:
    """The rows of conforming files."""
    destination = open_snapshot("r", {"kind": "clever-csv", "folder": str(folder), **settings})
    destination.prepare(ListRoster(tables, further=further or {}), CancelToken()).publish()
    assert check_clever(folder) == []
    return read_clever(folder)


def findings(tables: Tables, further: Labels | None = None) -> Found:
    """Rule, entity and detail -> number of records, without those of the small district as it is."""
    destination = open_snapshot("r", {"kind": "clever-csv", "folder": "/nowhere"})
    found: Found = {}
    for problem in destination.preflight(ListRoster(tables, further=further or {}), CancelToken()):
        detail, count = without_count(problem.settled.detail)
        found[problem.rule, problem.entity, detail] = count
        assert RULES[problem.rule].counted
        assert rule_of(problem.rule).title
    return found


def of_small(more: Found) -> Found:
    """These findings, and those of the small district: a teacher without an email, two phones of seven digits."""
    return {
        ("teacher-without-email", "teacher", "email"): 1,
        ("value-left-blank", "contact", "Contact_phone"): 2,
        **more,
    }


def given(entity: str, *extras: dict[str, str]) -> tuple[Tables, Labels]:
    """The small district with these custom fields of its first records of an entity."""
    tables = small()
    for record, extra in zip(tables[entity], extras, strict=False):
        record["extra"] = json.dumps(extra)
    return tables, {entity: tuple(dict.fromkeys(label for extra in extras for label in extra))}


def by_id(rows: list[dict[str, str]], column: str) -> dict[str, dict[str, str]]:
    return {row[column]: row for row in rows}


def test_all_six_files_are_there_even_without_rows(tmp_path: Path) -> None:
    files = delivered(tmp_path, {})

    assert sorted(files) == ["enrollments", "schools", "sections", "staff", "students", "teachers"]
    assert not any(files.values())


def test_ids_numbers_and_terms(tmp_path: Path) -> None:
    files = delivered(tmp_path, small())

    student = files["students"][0]
    assert (student["School_id"], student["Student_id"], student["Student_number"]) == ("3", "431", "204000")
    assert (student["State_id"], student["Grade"], student["Username"]) == ("0012345678", "9", "ada")
    section = files["sections"][0]
    assert (section["Term_name"], section["Term_start"], section["Term_end"]) == (
        "Semester 1",
        "08/17/2026",
        "01/15/2027",
    )
    assert (section["Course_name"], section["Course_number"], section["Period"]) == ("Mathematics", "MAT091", "1(A-E)")
    assert [row["School_id"] for row in files["schools"]] == ["3", "4"], "the district is no school"


def test_the_roster_comes_back_exact(tmp_path: Path) -> None:
    students = by_id(delivered(tmp_path, hostile())["students"], "Student_id")

    for number, value in enumerate(HOSTILE.values()):
        row, exact = students[str(9_000_000 + number)], without_breaks(value)
        assert (row["First_name"], row["Middle_name"], row["Last_name"]) == (exact, exact, exact), value[:20]


@pytest.mark.parametrize(
    ("given_grade", "word"),
    [
        *[("09", "9"), ("9", "9"), ("13", "13"), ("KG", "Kindergarten"), ("0", "Kindergarten")],
        *[("PK", "PreKindergarten"), ("-1", "PreKindergarten"), ("-2", "Preschool"), ("IT", "InfantToddler")],
        *[("-3", "InfantToddler"), ("14", "PostGraduate"), ("UG", "Ungraded"), ("TK", "TransitionalKindergarten")],
        *[("TransitionalKindergarten", "TransitionalKindergarten"), ("99", ""), ("Other", ""), ("Gr 9", "")],
    ],
)
def test_grades_are_clevers_words(given_grade: str, word: str, tmp_path: Path) -> None:
    tables = small()
    tables["student"][2]["grade"] = given_grade

    assert delivered(tmp_path, tables)["students"][-1]["Grade"] == word
    assert (given_grade in find_kind("clever-csv").allowed["student"]["grade"]) == bool(word)


# --- teachers and staff ----------------------------------------------------------------------------------------------


def test_a_teacher_has_a_row_for_each_school_and_each_school_taught_at(tmp_path: Path) -> None:
    tables = small()
    tables["teacher"][1]["schoolSourcedIds"] = "district"
    tables["teacher"][0]["schoolSourcedIds"] = "4"

    rows = delivered(tmp_path, tables)["teachers"]

    assert [(row["Teacher_id"], row["School_id"]) for row in rows] == [("T64", "4"), ("T64", "3"), ("T65", "3")]


def test_a_teacher_has_one_row_where_clever_refuses_a_second_one(tmp_path: Path) -> None:
    files = delivered(tmp_path, small(), teacher_rows="first")

    assert [(row["Teacher_id"], row["School_id"]) for row in files["teachers"]] == [("T64", "3"), ("T65", "3")]
    assert [row["Teacher_id"] for row in files["sections"]] == ["T64", "T64"], "at the other school, too"


def test_a_teacher_without_any_school_is_left_out_and_told(tmp_path: Path) -> None:
    tables = small()
    person = {"givenName": "Ann", "familyName": "Far", "email": "a@s.example.org", "schoolSourcedIds": "district"}
    tables["teacher"].append({"sourcedId": "T90", **person})

    assert "T90" not in by_id(delivered(tmp_path, tables)["teachers"], "Teacher_id")
    assert findings(tables) == of_small({("school-of-person-missing", "teacher", "schoolSourcedIds"): 1})


def _taught_by(tables: Tables, count: int) -> list[str]:
    """More teachers of the first class, from high ids to low ones."""
    added = [f"T{70 + number}" for number in range(count)]
    for number, teacher in reversed(list(enumerate(added))):
        person = {"givenName": "A", "familyName": "B", "email": f"{teacher}@s.example.org", "schoolSourcedIds": "3"}
        tables["teacher"].append({"sourcedId": teacher, **person})
        at = {"classSourcedId": "5101", "schoolSourcedId": "3", "role": "teacher", "primary": "false"}
        tables["enrollment"].append({"sourcedId": f"T{6000 - number}", "userSourcedId": teacher, **at})
    return added


def test_the_lead_comes_first_and_the_others_by_id(tmp_path: Path) -> None:
    tables = small()
    tables["teacher"].append(
        {
            "sourcedId": "T9",
            "givenName": "Nia",
            "familyName": "Ode",
            "email": "n@s.example.org",
            "schoolSourcedIds": "3",
        }
    )
    at = {"classSourcedId": "5101", "schoolSourcedId": "3", "role": "teacher", "primary": "false"}
    tables["enrollment"].append({"sourcedId": "T7000", "userSourcedId": "T9", **at})

    section = delivered(tmp_path, tables)["sections"][0]

    assert [section[f"Teacher_{at}id"] for at in ("", "2_", "3_", "4_")] == ["T64", "T9", "T65", ""]


def test_the_eleventh_teacher_is_left_out_and_told(tmp_path: Path) -> None:
    tables = small()
    added = _taught_by(tables, 10)

    section = delivered(tmp_path, tables)["sections"][0]

    assert section["Teacher_10_id"] == added[7]
    assert not {*added[8:]} & {*section.values()}
    assert findings(tables) == of_small({("teachers-over-ten", "class", "teachers"): 2})


def test_a_class_without_a_lead_is_led_by_a_co_teacher_and_told(tmp_path: Path) -> None:
    tables = small()
    tables["enrollment"][3]["primary"] = "false"

    assert delivered(tmp_path, tables)["sections"][0]["Teacher_id"] == "T64"
    assert findings(tables) == of_small({("section-without-lead", "class", "teachers"): 1})


def test_staff_of_no_school_belong_to_the_office(tmp_path: Path) -> None:
    tables = small()
    tables["admin"][0]["schoolSourcedIds"] = "district"

    assert delivered(tmp_path, tables)["staff"][0]["School_id"] == "DEFAULT_DISTRICT_OFFICE"
    assert findings(tables) == of_small({("staff-at-district-office", "admin", "schoolSourcedIds"): 1})
    assert "email" in find_kind("clever-csv").needed["admin"]


# --- sections and enrollments ----------------------------------------------------------------------------------------


def test_a_section_without_a_teacher_goes_with_its_enrollments(tmp_path: Path) -> None:
    tables = small()
    tables["enrollment"] = [row for row in tables["enrollment"] if row["sourcedId"] != "T5002"]

    files = delivered(tmp_path, tables)

    assert [row["Section_id"] for row in files["sections"]] == ["5101"]
    assert [row["Student_id"] for row in files["enrollments"]] == ["431", "433"]
    assert findings(tables) == of_small(
        {
            ("section-without-teacher", "class", "teachers"): 1,
            ("enrollment-homeless", "enrollment", "references"): 1,
            ("student-without-section", "student", "enrollments"): 1,
        }
    )


def test_a_section_without_students_stays_and_is_told(tmp_path: Path) -> None:
    tables = small()
    tables["enrollment"] = [row for row in tables["enrollment"] if row["sourcedId"] != "10002"]

    assert len(delivered(tmp_path, tables)["sections"]) == 2
    assert findings(tables) == of_small(
        {
            ("section-without-students", "class", "students"): 1,
            ("student-without-section", "student", "enrollments"): 1,
        }
    )


def test_a_student_without_a_school_goes_with_the_enrollments(tmp_path: Path) -> None:
    tables = small()
    tables["student"][1]["schoolSourcedIds"] = "district"

    files = delivered(tmp_path, tables)

    assert "432" not in {row["Student_id"] for row in (*files["students"], *files["enrollments"])}
    assert findings(tables) == of_small(
        {
            ("school-of-person-missing", "student", "schoolSourcedIds"): 1,
            ("enrollment-homeless", "enrollment", "references"): 1,
        }
    )


# --- contacts --------------------------------------------------------------------------------------------------------


def _related(*roles: str) -> Tables:
    """The first student with a contact for each role, in that order."""
    tables = small()
    tables["contact"] = [
        {"sourcedId": f"C{number}", "givenName": "Uma", "familyName": str(number)} for number, _ in enumerate(roles)
    ]
    tables["relationship"] = [
        {"sourcedId": str(number), "studentSourcedId": "431", "contactSourcedId": f"C{number}", "role": role}
        for number, role in enumerate(roles)
    ]
    return tables


def test_a_contact_is_a_repeated_row_and_all_else_is_the_same(tmp_path: Path) -> None:
    rows = delivered(tmp_path, small())["students"]

    first, second, other, last = rows
    assert [row["Contact_sis_id"] for row in rows] == ["C300", "C301", "C300", "C302"]
    assert {key for key in first if first[key] != second[key]} == {
        f"Contact_{name}" for name in ("relationship", "type", "name", "email", "sis_id")
    }
    assert (first["Contact_relationship"], first["Contact_type"]) == ("Parent", "Parent/Guardian")
    assert (second["Contact_relationship"], second["Contact_type"]) == ("Aunt/Uncle", "Family")
    assert (last["Contact_relationship"], last["Contact_type"]) == ("Other", "Parent/Guardian")
    assert other["Contact_email"] == "uma@mail.example.org"


def test_five_contacts_at_most_parents_first_and_the_others_told(tmp_path: Path) -> None:
    tables = _related("relative", "relative", "guardian", "relative", "relative", "parent", "relative")

    rows = [row for row in delivered(tmp_path, tables)["students"] if row["Student_id"] == "431"]

    assert [row["Contact_sis_id"] for row in rows] == ["C5", "C2", "C0", "C1", "C3"]
    assert findings(tables)["contacts-over-five", "student", "contacts"] == 2


def test_a_nameless_contact_and_a_second_relation_are_left_out_and_told(tmp_path: Path) -> None:
    tables = _related("parent", "parent")
    tables["contact"][1] |= {"givenName": " ", "familyName": ""}
    tables["relationship"].append({**tables["relationship"][0], "sourcedId": "9", "role": "relative"})

    rows = [row for row in delivered(tmp_path, tables)["students"] if row["Student_id"] == "431"]

    assert [row["Contact_sis_id"] for row in rows] == ["C0"]
    found = findings(tables)
    assert found["contact-without-name", "contact", "familyName"] == 1
    assert found["contact-related-twice", "student", "contacts"] == 1


def test_phones_are_digits_or_blank(tmp_path: Path) -> None:
    tables, labels = given("contact", {"Contact phone type": "Mobile", "shift": "night"}, {}, {})
    tables["contact"][0]["phone"] = "(217) 555-0101 x12"
    tables["contact"][2]["phone"] = "1-217-555-0102"

    rows = by_id(delivered(tmp_path, tables, labels)["students"], "Contact_sis_id")

    assert (rows["C300"]["Contact_phone"], rows["C300"]["Contact_phone_type"]) == ("2175550101", "Cell")
    assert (rows["C302"]["Contact_phone"], rows["C302"]["Contact_phone_type"]) == ("2175550102", "")
    assert findings(tables, labels) == {
        ("teacher-without-email", "teacher", "email"): 1,
        ("custom-field-undelivered", "contact", "shift"): 1,
    }


@pytest.mark.parametrize(
    ("phone", "digits"),
    [
        *[("2175550101", "2175550101"), ("217.555.0101", "2175550101"), ("+1 (217) 555-0101", "2175550101")],
        *[("217-555-0101 ext. 4", "2175550101"), ("217-555-0101; 217-555-0102", "2175550101")],
        *[("217-555-0101 / 217-555-0102", "2175550101"), ("22175550101", "22175550101"), ("555-0101", "")],
        *[("N/A", ""), ("", ""), ("011 44 20 7946 0000", ""), ("٢١٧٥٥٥٠١٠١", "")],
    ],
)
def test_a_phone(phone: str, digits: str) -> None:
    assert words.phone_digits(phone) == digits


@pytest.mark.parametrize(
    ("relation", "word"),
    [
        *[("Mother", "Parent"), ("step-father", "Parent"), ("Stepmother", "Parent"), ("Foster Parent", "Parent")],
        *[("Maternal Grandmother", "Grandparent"), ("Aunt/Uncle", "Aunt/Uncle"), ("Half-Brother", "Sibling")],
        *[("Self", "Self"), ("Legal Guardian", "Other"), ("Friend of parent", "Other"), ("M", "Other"), ("", "")],
    ],
)
def test_a_relation(relation: str, word: str) -> None:
    assert words.contact_relation(relation) == word


def test_an_unknown_relation_is_told(tmp_path: Path) -> None:
    tables = small()
    tables["relationship"][0]["relation"] = "M1"

    assert delivered(tmp_path, tables)["students"][0]["Contact_relationship"] == "Other"
    assert findings(tables) == of_small({("relation-as-other", "relationship", "relation"): 1})


# --- custom fields ---------------------------------------------------------------------------------------------------

GOOD = {
    "gender": ("Female", "F"),
    "DOB": ("2012-02-29", "02/29/2012"),
    "race": ("w", "W"),
    "Hispanic Latino": ("1", "Y"),
    "HOME_LANGUAGE": ("es", "Spanish"),
    "ELL_Status": ("false", "N"),
    "frl_status": ("RDC", "R"),
    "IEP-status": ("yes", "Y"),
    "graduation_year": ("2030", "2030"),
    "student_zip": ("62701-1234", "627011234"),
    "Student_State": ("il", "IL"),
    "student_street": ("1 Main St, Apt “4”", "1 Main St, Apt “4”"),
    "Weighted_GPA": ("3.75", "3.75"),
}
COLUMNS = {label: label.replace(" ", "_").replace("-", "_").casefold() for label in GOOD}


def test_a_custom_field_fills_the_column_of_its_name(tmp_path: Path) -> None:
    tables, labels = given("student", {label: value for label, (value, _) in GOOD.items()})

    rows = delivered(tmp_path, tables, labels)["students"]

    cells = {column.casefold(): value for column, value in rows[0].items()}
    assert {label: cells[column] for label, column in COLUMNS.items()} == {key: cell for key, (_, cell) in GOOD.items()}
    assert not any(column.startswith("ext.") for column in rows[0])
    assert findings(tables, labels) == of_small({})


@pytest.mark.parametrize("label", [label for label in GOOD if label != "student_street"])
def test_a_value_that_a_column_does_not_take_is_blank_and_told(label: str, tmp_path: Path) -> None:
    tables, labels = given("student", {label: "?"}, {label: GOOD[label][0]})

    first, _, second, *_ = delivered(tmp_path, tables, labels)["students"]

    column = next(one for one in first if one.casefold() == COLUMNS[label])
    assert (first[column], second[column]) == ("", GOOD[label][1])
    assert findings(tables, labels) == of_small({("value-left-blank", "student", column): 1})


def test_other_custom_fields_have_columns_of_their_own(tmp_path: Path) -> None:
    tables, labels = given("student", {"locker": "A, 7", "ext.bus": "12", "Grade": "none", "BUS": "other"})

    row = delivered(tmp_path, tables, labels)["students"][0]

    assert {column: value for column, value in row.items() if column.startswith("ext.")} == {
        "ext.locker": "A, 7",
        "ext.bus": "12",
        "ext.Grade": "none",
    }
    assert row["Grade"] == "9", "the roster has an attribute for it"


def test_schools_classes_courses_and_staff_have_custom_fields(tmp_path: Path) -> None:
    tables = small()
    extras: dict[tuple[str, int], dict[str, str]] = {
        ("school", 1): {"School_zip": "1234", "School_state": "MA", "School_phone": "413-555-0100 x1"},
        ("class", 0): {"Subject": "math", "Grade": "09-12"},
        ("course", 0): {"Subject": "Science", "Course_description": "Numbers, shapes", "credit": "1.0"},
        ("teacher", 0): {"Title": "Dr."},
        ("admin", 0): {"role": "STL"},
    }
    for (entity, at), extra in extras.items():
        tables[entity][at]["extra"] = json.dumps(extra)
    labels = {entity: tuple(extra) for (entity, _), extra in extras.items()}

    files = delivered(tmp_path, tables, labels)

    school, section = files["schools"][0], files["sections"][0]
    assert (school["School_zip"], school["School_state"], school["School_phone"]) == ("", "MA", "4135550100")
    assert (section["Subject"], section["Grade"], section["ext.credit"]) == ("Math", "9-12", "1.0")
    assert section["Course_description"] == "Numbers, shapes"
    assert {row["Title"] for row in files["teachers"]} == {"Dr.", ""}
    assert files["staff"][0]["Role"] == "School Tech Lead"
    # A ZIP code that lost its leading zero is none.
    assert findings(tables, labels) == of_small({("value-left-blank", "school", "School_zip"): 1})


def test_a_school_without_a_number_has_its_id_for_one(tmp_path: Path) -> None:
    tables = small()
    tables["school"][1]["identifier"] = ""

    assert delivered(tmp_path, tables)["schools"][0]["School_number"] == "3"
    assert findings(tables) == of_small({("school-without-number", "school", "identifier"): 1})


def test_a_day_that_is_none_is_blank_and_told(tmp_path: Path) -> None:
    tables = small()
    tables["calendar"][1]["startDate"] = "August"

    assert delivered(tmp_path, tables)["sections"][0]["Term_start"] == ""
    assert findings(tables) == of_small({("value-left-blank", "calendar", "Term_start"): 1})


def test_the_declaration_says_what_clever_does() -> None:
    kind = find_kind("clever-csv")
    assert kind.packings == ("loose", "zip")
    assert {*kind.holds_above({}).values()} == {10}
    assert {key: set(sets) for key, sets in kind.unique.items()} == {
        "student": {("identifier",), ("email",), ("username",)},
        "teacher": {("identifier",), ("email",), ("username",)},
        "admin": {("email",)},
    }


def test_nobodys_data_is_in_a_finding() -> None:
    tables, labels = given("student", {"gender": "Secret", "DOB": "Secret"})
    destination = open_snapshot("r", {"kind": "clever-csv", "folder": "/nowhere"})
    told: list[Any] = list(destination.preflight(ListRoster(tables, further=labels), CancelToken()))
    assert told
    assert "Secret" not in repr(told)


@pytest.mark.parametrize(("text", "word"), [("1", "Y"), ("0", "N"), ("-1", ""), ("true", "Y"), ("No", "N"), ("2", "")])
def test_powerschools_minus_one_is_neither_yes_nor_no(text: str, word: str) -> None:
    assert words.yes_or_no(text) == word
