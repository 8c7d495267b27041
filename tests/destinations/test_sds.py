"""School Data Sync files: what of the roster stands where, which files are there, and what is told beforehand."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from psconnect.destinations import find_kind
from psconnect.destinations.sds_csv import vocabulary as words
from psconnect.model.clock import CancelToken
from psconnect.model.errors import FixSettings
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import ListRoster, Tables, hostile, small, without_breaks
from tests.judges.sds import check_files, read_files

ALL: dict[str, Any] = {"relationships": True, "demographics": True, "user_flags": True}
ALWAYS = ["academicSessions", "classes", "courses", "enrollments", "orgs", "roles", "users"]
Row = dict[str, str]


def deliver(folder: Path, tables: Tables, custom: tuple[str, ...] = (), **settings: Any) -> dict[str, list[Row]]:
    """The rows of the files that a delivery writes; the judge has nothing against them."""
    destination = open_snapshot("r", {"kind": "sds-csv", "folder": str(folder), **settings})
    labels = dict.fromkeys(("school", "course", "class", "student", "teacher", "admin", "contact"), custom)
    destination.prepare(ListRoster(tables, further=labels), CancelToken()).publish()
    assert check_files(folder / "r.zip") == []
    return read_files(folder / "r.zip")


def told(
    folder: Path, tables: Tables, custom: tuple[str, ...] = (), **settings: Any
) -> dict[str, list[tuple[str, str]]]:
    """Rule -> entity and detail of each finding before a delivery."""
    destination = open_snapshot("r", {"kind": "sds-csv", "folder": str(folder), **settings})
    labels = dict.fromkeys(("student", "teacher", "admin", "contact"), custom)
    found: dict[str, list[tuple[str, str]]] = {}
    for problem in destination.preflight(ListRoster(tables, further=labels), CancelToken()):
        found.setdefault(problem.rule, []).append((problem.entity, problem.settled.detail))
    return found


def families() -> Tables:
    """The small district; each contact has an address."""
    tables = small()
    for contact in tables["contact"]:
        contact["email"] = f"{contact['sourcedId']}@mail.example.org"
        contact.pop("extra", None)
    return tables


def of(rows: list[Row], **where: str) -> list[Row]:
    return [row for row in rows if where.items() <= row.items()]


def custom(record: dict[str, str], **values: str) -> None:
    record["extra"] = json.dumps(values)


# --- files -----------------------------------------------------------------------------------------------------------


def test_the_same_files_are_sent_with_and_without_rows(tmp_path: Path) -> None:
    assert sorted(deliver(tmp_path, small())) == ALWAYS
    assert deliver(tmp_path, {}) == {name: [] for name in ALWAYS}
    with zipfile.ZipFile(tmp_path / "r.zip") as archive:
        assert archive.read("enrollments.csv") == b"classSourcedId,userSourcedId,role\r\n"


def test_chosen_files_are_sent_without_rows_too(tmp_path: Path) -> None:
    assert sorted(deliver(tmp_path, {}, **ALL)) == sorted([*ALWAYS, "demographics", "relationships", "userFlags"])


def test_which_files_are_sent_is_frozen() -> None:
    frozen = {field.key: field.help for field in find_kind("sds-csv").fields if field.frozen}
    assert {"account", "domain", "student_domain", *ALL} <= frozen.keys()
    assert all("inactive" in frozen[key] for key in ALL)


# --- columns ---------------------------------------------------------------------------------------------------------


def test_a_roster_stands_in_its_columns(tmp_path: Path) -> None:
    files = deliver(tmp_path, small())

    assert of(files["orgs"], sourcedId="3") == [
        {"sourcedId": "3", "name": "Maple School", "type": "school", "parentSourcedId": "district"}
    ]
    assert of(files["academicSessions"], sourcedId="502") == [
        {
            "sourcedId": "502",
            "title": "Semester 1",
            "type": "semester",
            "schoolYear": "2027",
            "startDate": "2026-08-17",
            "endDate": "2027-01-15",
        }
    ]
    assert of(files["classes"], sourcedId="5102") == [
        {
            "sourcedId": "5102",
            "orgSourcedId": "4",
            "title": "Workshop (01) - 2(A-E)",
            "sessionSourcedIds": "511",
            "courseSourcedId": "86",
            "code": "WS100-9.01",
        }
    ]
    assert of(files["courses"], sourcedId="86") == [
        {
            "sourcedId": "86",
            "orgSourcedId": "3",
            "title": "Workshop",
            "code": "WS100-9",
            "schoolYearSourcedId": "501",
            "subject": "",
            "grade": "",
        }
    ]
    assert of(files["users"], sourcedId="431") == [
        {
            "sourcedId": "431",
            "username": "ada",
            "givenName": "Ada",
            "familyName": "O'Neil",
            "activeDirectoryMatchId": "",
            "email": "ada@s.example.org",
            "phone": "",
            "sms": "",
        }
    ]
    assert [tuple(row.values()) for row in files["enrollments"]] == [
        ("5102", "T64", "teacher"),
        ("5101", "T65", "teacher"),
        ("5101", "T64", "teacher"),
        ("5101", "431", "student"),
        ("5102", "432", "student"),
        ("5101", "433", "student"),
    ]


def test_each_person_has_a_role_at_each_school_and_the_first_is_primary(tmp_path: Path) -> None:
    roles = deliver(tmp_path, small())["roles"]

    (student,) = of(roles, userSourcedId="432")
    assert (student["orgSourcedId"], student["role"], student["grade"], student["isPrimary"]) == (
        "4",
        "student",
        "kg",
        "true",
    )
    assert student["sessionSourcedId"] == "511"
    assert [
        (one["orgSourcedId"], one["sessionSourcedId"], one["isPrimary"]) for one in of(roles, userSourcedId="T64")
    ] == [
        ("3", "501", "true"),
        ("4", "511", "false"),
    ]
    assert [(one["orgSourcedId"], one["role"]) for one in of(roles, userSourcedId="T66")] == [
        ("district", "staff"),
        ("3", "staff"),
    ]


def test_an_aide_is_a_teacher_assistant(tmp_path: Path) -> None:
    tables = small()
    tables["enrollment"][4]["role"] = "aide"

    rows = deliver(tmp_path, tables)["enrollments"]

    assert [row["role"] for row in of(rows, userSourcedId="T65")] == ["teacherAssistant"]


def test_other_staff_have_the_role_that_is_set(tmp_path: Path) -> None:
    roles = deliver(tmp_path, small(), staff_role="officeStaff")["roles"]
    assert {row["role"] for row in of(roles, userSourcedId="T66")} == {"officeStaff"}


def test_a_role_names_the_whole_year_and_a_school_without_one_that_of_the_district(tmp_path: Path) -> None:
    tables = small()
    for term in tables["calendar"][:3]:
        term["schoolSourcedId"] = "district"
    tables["calendar"] = tables["calendar"][:3]
    tables["class"][1]["termSourcedId"] = "502"

    assert {row["sessionSourcedId"] for row in deliver(tmp_path, tables)["roles"]} == {"501"}
    assert "school-without-year" not in told(tmp_path, tables)


def test_a_school_without_a_year_is_told_and_its_roles_name_none(tmp_path: Path) -> None:
    tables = small()
    tables["calendar"][3]["type"] = "term"

    assert of(deliver(tmp_path, tables)["roles"], userSourcedId="432")[0]["sessionSourcedId"] == ""
    assert told(tmp_path, tables)["school-without-year"] == [("school", "")]


def test_contacts_and_whose_they_are(tmp_path: Path) -> None:
    tables = families()
    tables["contact"][0]["phone"] = "(555) 010-0101 ext. 4"
    tables["relationship"].append({**tables["relationship"][0], "sourcedId": "1009", "role": "relative"})
    tables["relationship"][3]["role"] = "neighbor"

    files = deliver(tmp_path, tables, **ALL)

    (uma,) = of(files["users"], sourcedId="C300")
    assert (uma["username"], uma["email"], uma["phone"]) == ("C300", "C300@mail.example.org", "+15550100101")
    assert [tuple(row.values()) for row in files["relationships"]] == [
        ("431", "C300", "parent"),
        ("432", "C300", "parent"),
        ("431", "C301", "relative"),
        ("433", "C302", "other"),
    ]
    found = told(tmp_path, tables, **ALL)
    assert found["relationship-twice"] == [("relationship", ": 1 record")]
    assert found["phone-extension"] == [("contact", "phone: 1 record")]
    assert found["phone-not-sent"] == [("contact", "phone: 1 record")], "555-0199 has no area code"


def test_contacts_without_an_address_are_left_out_by_the_engine() -> None:
    assert "email" in find_kind("sds-csv").needed["contact"]


def test_contacts_are_told_of_where_their_file_is_off(tmp_path: Path) -> None:
    assert told(tmp_path, small())["contacts-not-sent"] == [("contact", ": 3 records")]
    assert "contacts-not-sent" not in told(tmp_path, families(), relationships=True)


def test_custom_fields_fill_columns_of_their_name(tmp_path: Path) -> None:
    tables = families()
    fields = {
        "sex": "F",
        "birthDate": "2/29/2012",
        "birthCity": "Testville",
        "raceCodes": "A",
        "ethnicityCodes": "1",
        "iep": "1",
        "freeLunch": "FDC",
        "flag": "gifted, iep",
        "flag.504": "Yes",
        "phone": "1-555-010-0199",
        "activeDirectoryMatchId": "ada@s.example.org",
        "roleStartDate": "2026-08-17",
    }
    custom(tables["student"][0], **fields)
    custom(tables["course"][1], subject="Shop", grade="9")
    labels = (*fields, "subject", "grade")

    files = deliver(tmp_path, tables, labels, **ALL)

    assert [tuple(row.values()) for row in files["demographics"]] == [
        ("431", "female", "2012-02-29", "Testville", "", "", "hispanicOrLatinoEthnicity", "asian")
    ]
    assert [row["flag"] for row in files["userFlags"]] == ["gifted", "iep", "freeLunch", "504"]
    (ada,) = of(files["users"], sourcedId="431")
    assert (ada["phone"], ada["activeDirectoryMatchId"]) == ("+15550100199", "ada@s.example.org")
    assert of(files["roles"], userSourcedId="431")[0]["roleStartDate"] == "2026-08-17"
    assert [(row["subject"], row["grade"]) for row in of(files["courses"], sourcedId="86")] == [("Shop", "09")]
    assert "custom-field-not-sent" not in told(tmp_path, tables, labels, **ALL)


def test_a_password_is_never_sent(tmp_path: Path) -> None:
    tables = small()
    custom(tables["student"][0], password="x")

    assert "password" not in deliver(tmp_path, tables, ("password",))["users"][0]
    assert told(tmp_path, tables, ("password",))["custom-field-not-sent"] == [("student", "password: 1 record")]


@pytest.mark.parametrize("label", ["sex", "iep", "flag", "flag.504"])
def test_a_custom_field_of_a_file_that_is_off_is_told(tmp_path: Path, label: str) -> None:
    tables = small()
    custom(tables["student"][0], **{label: "1"})

    assert told(tmp_path, tables, (label,))["custom-field-not-sent"] == [("student", f"{label}: 1 record")]


@pytest.mark.parametrize(
    ("label", "value"), [("sex", "unknown"), ("birthDate", "29.2.2012"), ("iep", "maybe"), ("roleEndDate", "soon")]
)
def test_a_value_that_is_not_taken_is_left_empty_and_told(tmp_path: Path, label: str, value: str) -> None:
    tables = families()
    custom(tables["student"][0], **{label: value})

    files = deliver(tmp_path, tables, (label,), **ALL)
    assert value not in {cell for rows in files.values() for row in rows for cell in row.values()}
    assert told(tmp_path, tables, (label,), **ALL)["value-left-out-of-file"] == [("student", f"{label}: 1 record")]


def test_grades_are_of_the_vocabulary_or_told(tmp_path: Path) -> None:
    tables = small()
    tables["student"][0]["grade"], tables["student"][2]["grade"] = "Other", "Junior"

    roles = deliver(tmp_path, tables)["roles"]
    assert [row["grade"] for row in roles if row["role"] == "student"] == ["other", "kg", "other"]
    assert told(tmp_path, tables)["grade-unknown"] == [("student", ": 1 record")]


def test_staff_of_schools_that_are_not_delivered_have_their_role_at_the_district(tmp_path: Path) -> None:
    tables = small()
    tables["teacher"][1]["schoolSourcedIds"] = ""

    (role,) = of(deliver(tmp_path, tables)["roles"], userSourcedId="T65")
    assert (role["orgSourcedId"], role["isPrimary"]) == ("district", "true")
    assert told(tmp_path, tables)["person-without-school"] == [("teacher", ": 1 record")]


# --- accounts --------------------------------------------------------------------------------------------------------


def test_who_has_no_account_name_is_in_no_file_and_told(tmp_path: Path) -> None:
    tables = families()
    for person in (tables["student"][1], tables["teacher"][1], tables["admin"][0]):
        person["email"] = " "

    files = deliver(tmp_path, tables, account="email", **ALL)

    assert {row["sourcedId"] for row in files["users"]} & {"432", "T65", "T66"} == set()
    assert "432" not in {cell for rows in files.values() for row in rows for cell in row.values()}
    assert of(files["users"], sourcedId="431")[0]["username"] == "ada@s.example.org"
    found = told(tmp_path, tables, account="email", **ALL)
    assert found["account-missing"] == [("student", ""), ("teacher", ""), ("admin", "")]


def test_user_names_with_a_domain(tmp_path: Path) -> None:
    tables = small()
    tables["teacher"][0]["username"] = "vera@elsewhere.example"
    given: dict[str, Any] = {
        "account": "username-at-domain",
        "domain": "@lincoln.example",
        "student_domain": "s.lincoln.example",
    }

    names = {row["sourcedId"]: row["username"] for row in deliver(tmp_path, tables, **given)["users"]}

    assert (names["431"], names["T64"], names["T65"]) == (
        "ada@s.lincoln.example",
        "vera@elsewhere.example",
        "wim@lincoln.example",
    )
    given.pop("student_domain")
    assert deliver(tmp_path, tables, **given)["users"][0]["username"] == "ada@lincoln.example"


def test_a_domain_is_needed_where_names_have_one(tmp_path: Path) -> None:
    with pytest.raises(FixSettings) as caught:
        open_snapshot("r", {"kind": "sds-csv", "folder": str(tmp_path), "account": "username-at-domain"})
    assert caught.value.where == "destination.domain"


def test_account_names_of_two_and_such_that_can_be_none_are_told(tmp_path: Path) -> None:
    tables = small()
    tables["student"][2]["email"] = "ADA@s.example.org "
    tables["teacher"][0]["email"] = "vera k@s@example.org"

    found = told(tmp_path, tables, account="email")

    assert found["account-shared"] == [("student", "431")]
    assert found["account-form"] == [("teacher", "")]


def test_nothing_is_told_of_a_district_in_order(tmp_path: Path) -> None:
    tables = families()
    for contact in tables["contact"]:
        contact["phone"] = "+1 555 010 0199"
    assert told(tmp_path, tables, relationships=True) == {}


# --- exact values ----------------------------------------------------------------------------------------------------


def test_hostile_values_come_out_exact(tmp_path: Path) -> None:
    tables = hostile()
    users = {row["sourcedId"]: row for row in deliver(tmp_path, tables)["users"]}
    for student in tables["student"]:
        row = users[student["sourcedId"]]
        assert (row["givenName"], row["familyName"]) == tuple(
            without_breaks(student[name]) for name in ("givenName", "familyName")
        )


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("(555) 010-0199", "+15550100199"),
        ("1.555.010.0199", "+15550100199"),
        ("+44 20 7946 0018", "+442079460018"),
        ("555-010-0199 x12", "+15550100199"),
        ("555-010-0199 Ext. 12", "+15550100199"),
        ("555-0199", None),
        ("25550100199", None),
        ("mom's cell", None),
        ("555-010-0199 / 555-010-0198", None),
        ("+0123456789", None),
        ("٥٥٥٠١٠٠١٩٩", None),
    ],
)
def test_phone_numbers_are_international(number: str, expected: str | None) -> None:
    assert words.phone_of("1")(number) == expected


def test_phone_numbers_of_another_country() -> None:
    assert words.phone_of("44")("020 7946 0018") == "+442079460018"
