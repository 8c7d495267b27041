"""The CSV report: every finding and change, exact values, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from psconnect.model.entities import STUDENT
from psconnect.model.errors import FixSettings
from psconnect.model.problems import Problem
from psconnect.model.runs import ChangeCounts
from psconnect.reports.csv_report import csv_report, harmless
from psconnect.wording.errors import word
from psconnect.wording.rules import rule_of
from tests.reports.conftest import District
from tests.support.errors import raises_saying

NAMES = [
    "=cmd|'/c calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "\u200b=1",
    "\u202e=1",
    "＝1",
    "<script>",
    'say "hi", twice',
    "two\nlines",
    "Ünï 中",
    "a=b",
]
PLAIN = NAMES[10:]


def made(district: District, number: int, **wish: object) -> bytes:
    return b"".join(csv_report(district.content(number, **wish)))


def rows_of(content: bytes) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_form_is_what_spreadsheets_expect(district: District) -> None:
    content = made(district, district.run())
    assert content.startswith(b"\xef\xbb\xbfPart,School,What,Number,Name,Id,")
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") == 1


def test_one_row_holds_all_of_a_finding(district: District) -> None:
    district.school(100, "Jefferson Middle")
    problems = [
        Problem("missing-required", "student", 41, 100, "username"),
        Problem("orphan", "enrollment", -7, None, "class"),
    ]
    required, orphan = rows_of(made(district, district.run(problems)))
    assert required == {
        "Part": "Finding",
        "School": "Jefferson Middle",
        "What": "Student",
        "Number": "",
        "Name": "student with DCID 41, of which nothing else is known",
        "Id": "41",
        "What became of it": "Left out",
        "Problem": "User name is empty",
        "Field": "user name",
        "Since the run before": "",
        "Before": "",
        "After": "",
        "What to do": rule_of("missing-required").to_do,
        "Page in PowerSchool": "https://lincoln.example:8443/admin/students/home.html?frn=00141",
    }
    assert (orphan["School"], orphan["Id"], orphan["Field"]) == ("In no school of this roster", "T7", "Class")


def test_a_row_holds_each_value_that_changed_and_one_a_record_that_is_new_or_gone(district: District) -> None:
    number = district.run(changes={"student": ChangeCounts(1, 1, 1)})
    district.student_changes(number, 41, {"givenName": "Ana"}, {"givenName": "Anna", "grade": "07"})
    district.student_changes(number, 42, None, {"familyName": "Peña"})
    district.student_changes(number, 43, {"familyName": "Li"}, None)
    rows = rows_of(made(district, number))
    assert [(row["What became of it"], row["Field"], row["Before"], row["After"]) for row in rows] == [
        ("Updated", "first name", "Ana", "Anna"),
        ("Updated", "grade", "", "07"),
        ("Added", "", "", ""),
        ("Removed", "", "", ""),
    ]
    assert [row["Name"] for row in rows] == ["Anna", "Anna", "Peña", "Li"]


def test_names_come_back_exactly_but_for_the_escape(district: District) -> None:
    for key, name in enumerate(NAMES, 1):
        district.school(key, name)
    number = district.run([Problem("orphan", "class", key, key) for key in range(1, len(NAMES) + 1)])
    cells = {int(row["Id"]): row["School"] for row in rows_of(made(district, number))}
    for key, name in enumerate(NAMES, 1):
        assert cells[key] == (name if name in PLAIN else f"'{name}")


@given(st.text(max_size=20))
def test_no_cell_begins_like_a_formula_and_no_text_is_changed(text: str) -> None:
    cell = harmless(text)
    assert cell in (text, f"'{text}")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0"))


def test_a_name_a_value_and_an_id_are_escaped_too(district: District) -> None:
    number = district.run(changes={"student": ChangeCounts(0, 1)})
    district.student_changes(number, 41, {"email": "x"}, {"sourcedId": "-41", "familyName": "=1+1", "email": "@x"})
    row = rows_of(made(district, number))
    assert {(one["Name"], one["Id"]) for one in row} == {("'=1+1", "'-41")}
    assert {one["After"] for one in row} == {"'-41", "'=1+1", "'@x"}


def test_masked_the_file_has_nobodys_data(district: District) -> None:
    number = district.run([Problem("missing-reported", "student", 41, None, "email")], reason="canary moved")
    record = msgspec.json.encode(["canary"] * len(STUDENT.attributes))
    district.db.execute("INSERT INTO ledger VALUES (?, 41, ?)", [STUDENT.rank, record])
    district.db.execute("INSERT INTO change VALUES (?, ?, 41, 1, NULL, ?)", [number, STUDENT.rank, record])
    assert b"canary" not in made(district, number, masked=True)
    assert b"canary" in made(district, number)


def test_problems_past_their_time_are_refused_instead_of_denied(district: District) -> None:
    number = district.run([Problem("missing-reported", "student", 41, None, "email")])
    district.db.execute("DELETE FROM problem")
    with raises_saying(FixSettings, "had 1 problem; the records are deleted after 90 days") as refused:
        made(district, number)
    assert ".html" in word(refused.value).to_do
