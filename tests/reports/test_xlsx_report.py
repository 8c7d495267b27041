"""The workbook, read by a judge that knows ECMA-376 alone: types, ids as texts, dates, no formulas, limits told."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from psconnect.model.entities import ENROLLMENT
from psconnect.model.problems import Problem
from psconnect.model.reconciled import Reconciled
from psconnect.model.runs import ChangeCounts
from psconnect.reports import write_report
from psconnect.reports.workbook import MOST_ROWS
from psconnect.reports.xlsx_report import xlsx_report
from tests.judges.workbook import SheetRead, read_workbook
from tests.reports.conftest import District

LONG, ZEROS, FORMULA = "123456789012345678901", "00070", '=HYPERLINK("http://x")'


@pytest.fixture
def number(district: District) -> int:
    """A run with a finding, and changes of students and enrollments whose values tempt spreadsheets."""
    district.school(100, "Jefferson: Middle/School [1]")
    number = district.run(
        [Problem("missing-required", "student", 41, 100, "username")],
        changes={"student": ChangeCounts(1, 1), "enrollment": ChangeCounts(1)},
        reconciled={"student": Reconciled(3, 2, because={"missing-required": 1})},
    )
    district.student_changes(
        number, 7, None, {"sourcedId": LONG, "identifier": ZEROS, "familyName": FORMULA, "grade": "07"}
    )
    district.student_changes(number, 8, {"email": "1e5"}, {"email": "+1", "username": "2026-01-01", "stateId": "1,000"})
    district.changes(
        number, ENROLLMENT, 9, None, {"beginDate": "2026-08-17", "endDate": "not a day", "role": "student"}
    )
    return number


def sheets(district: District, number: int, folder: Path, **wish: Any) -> dict[str, SheetRead]:
    path = write_report(district.content(number, **wish), folder / "r.xlsx")
    return read_workbook(path)[0]


def test_each_kind_has_a_sheet_with_a_frozen_header_a_filter_and_widths(
    district: District, number: int, tmp_path: Path
) -> None:
    found = sheets(district, number, tmp_path)
    assert list(found) == ["Summary", "Figures", "Left out", "Findings", "Students", "Enrollments"]
    for sheet in found.values():
        assert sheet.frozen == "A2 frozen"
        assert sheet.filtered == f"A1:{chr(64 + len(sheet.header))}{len(sheet.rows) + 1}"
        assert len(sheet.widths) >= 1
        assert min(sheet.widths) > 8
        assert sheet.formulas == 0


def test_ids_and_numbers_of_people_are_texts_digit_by_digit(district: District, number: int, tmp_path: Path) -> None:
    new, updated = sheets(district, number, tmp_path)["Students"].rows
    assert (new["Id"].kind, new["Id"].value, new["Id"].form) == ("text", LONG, "@")
    assert (new["Number"].kind, new["Number"].value, new["Number"].form) == ("text", ZEROS, "@")
    assert (new["Grade"].kind, new["Grade"].value) == ("text", "07")
    assert (new["Last name"].kind, new["Last name"].value) == ("text", FORMULA)
    kinds = [(updated[name].kind, updated[name].value) for name in ("Email", "User name", "State number")]
    assert kinds == [("text", "+1"), ("text", "2026-01-01"), ("text", "1,000")]
    assert updated["What changes"].value.startswith("user name:  → 2026-01-01; email: 1e5 → +1")


def test_days_are_dates_and_figures_numbers(district: District, number: int, tmp_path: Path) -> None:
    found = sheets(district, number, tmp_path)
    (enrollment,) = found["Enrollments"].rows
    days = [one for name, one in enrollment.items() if name.endswith("day")]
    assert [(one.kind, one.value) for one in days] == [("date", "2026-08-17"), ("text", "not a day")]
    students = found["Figures"].rows[0]
    assert {students[name].kind for name in ("Read", "− Left out", "= Delivered", "+ New")} == {"number"}
    assert [students[name].value for name in ("Read", "− Left out", "= Delivered", "+ New")] == ["3", "1", "2", "1"]
    (finding,) = found["Findings"].rows
    assert (finding["Id"].kind, finding["Records"].kind) == ("text", "number")


def test_rows_beyond_a_sheet_go_to_the_next_one_and_the_summary_tells(
    district: District, number: int, tmp_path: Path
) -> None:
    for key in range(100, 125):
        district.student_changes(number, key, None, {"familyName": f"N{key}"})
    path = tmp_path / "many.xlsx"
    path.write_bytes(b"".join(xlsx_report(district.content(number), most_rows=11)))
    found = read_workbook(path)[0]
    parts = [found[name] for name in ("Students", "Students (2)", "Students (3)")]
    assert [len(part.rows) for part in parts] == [10, 10, 7]
    assert all(part.header == parts[0].header for part in parts)
    told = {row["What"].value: row["Value"].value for part in ("Summary", "Summary (2)") for row in found[part].rows}
    assert told["Students"] == "27 rows, on 3 sheets, because one holds 10 at most"
    assert MOST_ROWS == 1_048_576


def test_properties_name_the_report_and_nobody(district: District, number: int, tmp_path: Path) -> None:
    path = write_report(district.content(number), tmp_path / "r.xlsx")
    properties = read_workbook(path)[1]
    assert (properties["title"], properties["creator"], properties["lastModifiedBy"]) == (
        "Run report",
        "psconnect",
        "psconnect",
    )


@pytest.mark.thorough
def test_libreoffice_reads_every_id_as_text(district: District, number: int, tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    assert office, "LibreOffice is not installed"
    path = write_report(district.content(number), tmp_path / "r.xlsx")
    sheet = list(read_workbook(path)[0]).index("Students") + 1
    command = [office, "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to"]
    form = f"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,{sheet}"
    subprocess.run([*command, form, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=100)
    (table,) = tmp_path.glob("r*.csv")
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert rows[0]["Id"] == LONG
    assert rows[0]["Number"] == ZEROS
    assert rows[0]["Last name"] == FORMULA
