"""Apple School Manager's files: what stands where, how values and ids are written, what is told beforehand."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

from psconnect.destinations import find_kind
from psconnect.destinations.apple_csv.text import apple_id, apple_lines
from psconnect.model.clock import CancelToken
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import HOSTILE, ListRoster, Tables, hostile, small, without_breaks
from tests.judges.apple import check_apple, read_apple

SIX = ["classes", "courses", "locations", "rosters", "staff", "students"]
REQUIRED = {"federated": "email_address", "sis-username": "sis_username", "person-number": "person_number"}
Row = dict[str, str]


def deliver(folder: Path, tables: Tables, **settings: Any) -> dict[str, list[Row]]:
    """The rows of the files that a delivery writes; the judge has nothing against them."""
    destination = open_snapshot("r", {"kind": "apple-csv", "folder": str(folder), **settings})
    destination.prepare(ListRoster(tables), CancelToken()).publish()
    assert check_apple(folder / "r.zip", REQUIRED.get(settings.get("accounts", ""), "")) == []
    return read_apple(folder / "r.zip")


def told(folder: Path, tables: Tables, **settings: Any) -> dict[str, list[tuple[str, str]]]:
    """Rule -> entity and detail of each finding before a delivery."""
    destination = open_snapshot("r", {"kind": "apple-csv", "folder": str(folder), **settings})
    found: dict[str, list[tuple[str, str]]] = {}
    for problem in destination.preflight(ListRoster(tables), CancelToken()):
        found.setdefault(problem.rule, []).append((problem.entity, problem.settled.detail))
    return found


def plain() -> Tables:
    """The small district without custom fields."""
    tables = small()
    for records in tables.values():
        for record in records:
            record.pop("extra", None)
    return tables


def of(rows: list[Row], **where: str) -> list[Row]:
    return [row for row in rows if where.items() <= row.items()]


def test_all_six_files_are_sent_with_and_without_rows(tmp_path: Path) -> None:
    assert sorted(deliver(tmp_path, small())) == SIX
    with zipfile.ZipFile(tmp_path / "r.zip") as archive:
        assert archive.read("rosters.csv").splitlines()[0] == b"roster_id,class_id,student_id"
        assert b"\r" not in b"".join(archive.read(name) for name in archive.namelist())
    assert deliver(tmp_path, {}) == {name: [] for name in SIX}
    with zipfile.ZipFile(tmp_path / "r.zip") as archive:
        assert archive.read("rosters.csv") == b"roster_id,class_id,student_id\n"


def test_a_roster_stands_in_its_columns(tmp_path: Path) -> None:
    files = deliver(tmp_path, small(), policy="8")

    assert [tuple(row.values()) for row in files["locations"]] == [
        ("district", "Demo Valley"),
        ("3", "Maple School"),
        ("4", "Cedar School"),
    ]
    assert of(files["students"], person_id="431") == [
        {
            "person_id": "431",
            "person_number": "204000",
            "first_name": "Ada",
            "middle_name": "Mae",
            "last_name": "O'Neil",
            "grade_level": "09",
            "email_address": "ada@s.example.org",
            "sis_username": "ada",
            "password_policy": "8",
            "location_id": "3",
        }
    ]
    assert of(files["staff"], person_id="T64") == [
        {
            "person_id": "T64",
            "person_number": "00001",
            "first_name": "Vera",
            "middle_name": "",
            "last_name": "Đặng",
            "email_address": "vera@s.example.org",
            "sis_username": "vera",
            "location_id": "3",
            "location_id_2": "4",
        }
    ]
    assert [tuple(row.values()) for row in files["courses"]] == [
        ("85", "MAT091", "Mathematics", "district"),
        ("86", "WS100-9", "Workshop", "3"),
    ]
    assert [tuple(row.values()) for row in files["classes"]] == [
        ("5101", "MAT091.1", "85", "T64", "T65", "", "3"),
        ("5102", "WS100-9.01", "86", "T64", "", "", "4"),
    ]
    assert [tuple(row.values()) for row in files["rosters"]] == [
        ("10001", "5101", "431"),
        ("10002", "5102", "432"),
        ("10003", "5101", "433"),
    ]


def test_students_of_several_schools_have_more_columns(tmp_path: Path) -> None:
    tables = small()
    tables["student"][2]["schoolSourcedIds"] = "4,3,district"

    rows = deliver(tmp_path, tables)["students"]

    assert [one for one in rows[0] if one.startswith("location")] == ["location_id", "location_id_2", "location_id_3"]
    assert [*of(rows, person_id="433")[0].values()][-3:] == ["4", "3", "district"]
    assert [*of(rows, person_id="431")[0].values()][-3:] == ["3", "", ""]


def with_teachers(number: int) -> Tables:
    """The small district with that many more co-teachers in the first class."""
    tables = plain()
    for one in range(number):
        person = {"username": f"t{one}", "givenName": "Co", "familyName": "Teacher", "schoolSourcedIds": "3"}
        tables["teacher"].append({"sourcedId": f"T{700 + one}", **person})
        place = {"classSourcedId": "5101", "schoolSourcedId": "3", "role": "teacher", "primary": "false"}
        tables["enrollment"].append({"sourcedId": f"T{6_000 + one}", "userSourcedId": f"T{700 + one}", **place})
    return tables


def test_the_lead_teacher_comes_first_and_the_others_by_id(tmp_path: Path) -> None:
    tables = with_teachers(3)
    tables["enrollment"][3]["primary"], tables["enrollment"][4]["primary"] = "false", "true"

    (row,) = of(deliver(tmp_path, tables)["classes"], class_id="5101")

    assert [value for name, value in row.items() if name.startswith("instructor")] == [
        "T65",
        "T64",
        "T700",
        "T701",
        "T702",
    ]


def test_a_class_has_fifteen_teachers_and_those_beyond_are_told(tmp_path: Path) -> None:
    (row,) = of(deliver(tmp_path, with_teachers(13))["classes"], class_id="5101")
    assert row["instructor_id_15"] == "T712"
    assert "instructors-over-fifteen" not in told(tmp_path, with_teachers(13))

    (row,) = of(deliver(tmp_path, with_teachers(14))["classes"], class_id="5101")
    assert "instructor_id_16" not in row
    assert told(tmp_path, with_teachers(14))["instructors-over-fifteen"] == [("class", "16")]


def test_a_class_without_a_teacher_is_told(tmp_path: Path) -> None:
    tables = plain()
    tables["enrollment"].pop(5)
    assert told(tmp_path, tables)["class-without-instructor"] == [("class", ": 1 record")]


def test_ids_with_other_characters_are_rewritten_in_all_files_and_told(tmp_path: Path) -> None:
    tables: Tables = json.loads(json.dumps(plain()).replace('"431"', '"L_431"').replace('"85"', '"MAT 9.1"'))

    files = deliver(tmp_path, tables)

    assert of(files["students"], person_id="L-x5f-431")
    assert of(files["rosters"], student_id="L-x5f-431")
    assert of(files["classes"], course_id="MAT-x20-9-x2e-1")
    assert told(tmp_path, tables)["id-rewritten"] == [("student", ": 1 record"), ("course", ": 1 record")]


def test_no_two_ids_become_one() -> None:
    assert [apple_id(one) for one in ("431", "T-64", "MAT091-X1", "")] == ["431", "T-64", "MAT091-X1", ""]
    drawn = random.Random(5)
    ids = {"".join(drawn.choices("a-x2e5f._é", k=drawn.randint(1, 9))) for _ in range(30_000)}
    ids |= {apple_id(one) for one in ids}
    written = {apple_id(one) for one in ids}
    assert len(written) == len(ids)
    assert all(set(one) <= set("abcdefx0123456789-") for one in written)


def test_a_policy_may_differ_by_student(tmp_path: Path) -> None:
    tables = plain()
    tables["student"][0]["extra"] = '{"password_policy": "4"}'
    tables["student"][1]["extra"] = '{"password_policy": "none"}'

    rows = deliver(tmp_path, tables, policy="6")["students"]
    assert [row["password_policy"] for row in rows] == ["4", "6", "6"]
    assert told(tmp_path, tables)["value-left-out-of-file"] == [("student", "password_policy: 1 record")]
    assert {row["password_policy"] for row in deliver(tmp_path, plain())["students"]} == {""}


def test_other_custom_fields_are_told(tmp_path: Path) -> None:
    tables = plain()
    tables["teacher"][0]["extra"] = '{"locker": "7"}'
    assert told(tmp_path, tables) == {"custom-field-not-sent": [("teacher", "locker: 1 record")]}


@pytest.mark.parametrize(
    ("accounts", "attribute"), [("federated", "email"), ("sis-username", "username"), ("person-number", "identifier")]
)
def test_who_lacks_what_accounts_are_made_of_is_in_no_file_and_told(
    tmp_path: Path, accounts: str, attribute: str
) -> None:
    tables = plain()
    for number, person in enumerate((*tables["student"], *tables["teacher"], *tables["admin"])):
        person[attribute] = f"p{number}@s.example.org"
    tables["student"][1][attribute], tables["teacher"][0][attribute] = " ", ""
    tables["admin"][0][attribute] = tables["student"][0][attribute].upper()

    files = deliver(tmp_path, tables, accounts=accounts)

    cells = {cell for rows in files.values() for row in rows for cell in row.values()}
    assert not cells & {"432", "T64", "T66"}
    assert told(tmp_path, tables, accounts=accounts) == {
        "account-missing": [("student", ""), ("teacher", "")],
        "account-taken": [("admin", "431")],
        "class-without-instructor": [("class", ": 1 record")],
    }


def test_names_alone_need_nothing_else(tmp_path: Path) -> None:
    assert len(deliver(tmp_path, plain())["students"]) == 3
    assert told(tmp_path, plain()) == {}


def test_staff_of_schools_that_are_not_delivered_are_at_the_district(tmp_path: Path) -> None:
    tables = plain()
    tables["teacher"][1]["schoolSourcedIds"] = ""

    assert of(deliver(tmp_path, tables)["staff"], person_id="T65")[0]["location_id"] == "district"
    assert told(tmp_path, tables) == {"person-without-school": [("teacher", ": 1 record")]}


def test_contacts_are_no_part_of_it() -> None:
    kind = find_kind("apple-csv")
    assert {entity.key for entity in kind.left_out} == {"contact", "relationship"}
    assert kind.packings == ("zip",)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Ada", "Ada"),
        ("", ""),
        ("de Vries", '"de Vries"'),
        ("Neil,Jr", '"Neil,Jr"'),
        ('O"Neil', 'O\\"Neil'),
        ('Ada "Mae" B', '"Ada \\"Mae\\" B"'),
        ("a\\b", "a\\\\b"),
        ("one\r\ntwo", '"one two"'),
        ("O’Brien", "O’Brien"),
        ("a;b", "a;b"),
    ],
)
def test_values_are_written_in_apples_own_way(value: str, written: str) -> None:
    assert apple_lines([["1", value, "2"]]) == (f"1,{written},2\n".encode(), 1)


def test_hostile_values_come_out_exact(tmp_path: Path) -> None:
    rows = {row["person_id"]: row for row in deliver(tmp_path, hostile())["students"]}
    for number, value in enumerate(HOSTILE.values()):
        row = rows[str(9_000_000 + number)]
        assert (row["first_name"], row["middle_name"], row["last_name"]) == (without_breaks(value),) * 3
