"""The CSV report: every problem, exact values, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from psconnect.model.entities import STUDENT
from psconnect.model.errors import FixSettings
from psconnect.model.problems import Problem
from psconnect.reports.csv_report import HEADER, csv_report, harmless
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


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_form_is_what_spreadsheets_expect(district: District) -> None:
    content = b"".join(csv_report(district.db, district.connection, district.run()))
    assert content == b"\xef\xbb\xbf" + ",".join(HEADER).encode() + b"\r\n"


def test_one_row_holds_all_of_a_problem(district: District) -> None:
    district.school(100, "Jefferson Middle")
    problems = [
        Problem("missing-required", "student", 41, 100, "username"),
        Problem("orphan", "enrollment", -7, None, "class"),
    ]
    rows = rows_of(b"".join(csv_report(district.db, district.connection, district.run(problems))))
    required, orphan = rule_of("missing-required"), rule_of("orphan")
    link = "https://lincoln.example:8443/admin/students/home.html?frn=00141"
    assert rows[1:] == [
        [
            "Jefferson Middle",
            "error",
            "missing-required",
            required.title,
            "Student",
            "41",
            "username",
            required.to_do,
            link,
        ],
        ["Not tied to one school", "warning", "orphan", orphan.title, "Enrollment", "T7", "Class", orphan.to_do, ""],
    ]


def test_names_come_back_exactly_but_for_the_escape(district: District) -> None:
    for key, name in enumerate(NAMES, 1):
        district.school(key, name)
    number = district.run([Problem("orphan", "class", key, key) for key in range(1, len(NAMES) + 1)])
    cells = {int(row[5]): row[0] for row in rows_of(b"".join(csv_report(district.db, district.connection, number)))[1:]}
    for key, name in enumerate(NAMES, 1):
        assert cells[key] == (name if name in PLAIN else f"'{name}")


@given(st.text(max_size=20))
def test_no_cell_begins_like_a_formula_and_no_text_is_changed(text: str) -> None:
    cell = harmless(text)
    assert cell in (text, f"'{text}")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0"))


def test_a_detail_and_an_id_are_escaped_too(district: District) -> None:
    number = district.run([Problem("missing-reported", "student", -5, None, "=1+1")])
    (row,) = rows_of(b"".join(csv_report(district.db, district.connection, number)))[1:]
    assert (row[5], row[6]) == ("'-5", "'=1+1")


def test_nobodys_data_is_in_the_file(district: District) -> None:
    number = district.run([Problem("missing-reported", "student", 41, None, "email")], reason="canary moved")
    record = msgspec.json.encode(["canary"] * len(STUDENT.attributes))
    district.db.execute("INSERT INTO ledger VALUES (?, 41, ?)", [STUDENT.rank, record])
    district.db.execute("INSERT INTO change VALUES (?, ?, 41, 2, ?, ?)", [number, STUDENT.rank, record, record])
    assert b"canary" not in b"".join(csv_report(district.db, district.connection, number))


def test_problems_past_their_time_are_refused_instead_of_denied(district: District) -> None:
    number = district.run([Problem("missing-reported", "student", 41, None, "email")])
    district.db.execute("DELETE FROM problem")
    with raises_saying(FixSettings, "had 1 problem; the records are deleted after 90 days") as refused:
        b"".join(csv_report(district.db, district.connection, number))
    assert ".html" in word(refused.value).to_do
