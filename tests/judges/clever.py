"""A strict judge of Clever's CSV files, written from the fact sheet alone; nothing here imports the product.

It takes a folder of loose files or a ZIP of them.
"""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from pathlib import Path

from tests.judges.clever_catalogue import (
    CONTACT,
    DAYS,
    LAYOUTS,
    NEEDED,
    OFFICE,
    TEACHERS_OF_SECTION,
    Layout,
    day,
    plain_header,
)
from tests.judges.oneroster11_archive import parse_lines
from tests.judges.oneroster11_findings import Finding, Report, Row

Tables = dict[str, list[Row]]
MOST_CONTACTS = 5


def check_clever(path: Path) -> list[Finding]:
    """Everything in which the files depart from the format; an empty list when they conform."""
    findings: list[Finding] = []

    def report(file: str, line: int, rule: str, text: str) -> None:
        findings.append(Finding(file, line, rule, text))

    files = _contents(path, report)
    for name in NEEDED:
        if name not in files:
            report(name, 0, "file-missing", "Clever processes nothing unless all five files are there.")
    tables = {name: _table(name, content, report) for name, content in files.items() if name in LAYOUTS}
    tables |= {name: [] for name in LAYOUTS if name not in tables}
    for name, rows in tables.items():
        for row in rows:
            _check_cells(name, LAYOUTS[name], row, report)
    _check_ids(tables, report)
    _check_students(tables["students.csv"], report)
    _check_sections(tables, report)
    _check_references(tables, report)
    return findings


def read_clever(path: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of each file (``students`` …) as column -> exact value; raises ValueError if they can't be read."""

    def refuse(file: str, line: int, rule: str, text: str) -> None:
        raise ValueError(f"{file}, line {line}: {rule}: {text}")

    return {
        name.removesuffix(".csv"): [row.cells for row in _table(name, content, refuse)]
        for name, content in _contents(path, refuse).items()
    }


def _contents(path: Path, report: Report) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    if path.is_dir():
        members = {one.name: one.read_bytes() for one in sorted(path.iterdir()) if one.is_file()}
        members = {name: content for name, content in members.items() if not name.startswith(".")}
        found = members
    else:
        try:
            with zipfile.ZipFile(path) as archive:
                found = {name: archive.read(name) for name in archive.namelist()}
        except (zipfile.BadZipFile, EOFError) as error:
            report(path.name, 0, "zip-unreadable", str(error))
    for name in found:
        if name not in LAYOUTS:
            report(name, 0, "file-foreign", "The format has no such file; names are case-sensitive, without folders.")
    return found


def _table(name: str, content: bytes, report: Report) -> list[Row]:
    layout = LAYOUTS[name]
    rows: list[Row] = []
    lines = parse_lines(name, content, report)
    header = lines[0] if lines else []
    known = {plain_header(column): column for column in layout.columns}
    columns = [known.get(plain_header(one), one) for one in header]
    plain = [plain_header(one) for one in header]
    for column in layout.required:
        if column not in columns:
            report(name, 1, "header-missing", f"There is no column {column}.")
    if len(set(plain)) != len(plain):
        report(name, 1, "header-twice", "A column is there twice.")
    for given, column in zip(header, columns, strict=True):
        if column not in layout.columns and not re.fullmatch(r"ext\.\S.*", given):
            report(name, 1, "header-unknown", f"The format has no column {given}.")
    _check_quotes(name, content, report)
    for number, cells in enumerate(lines[1:], 2):
        if len(cells) != len(header):
            report(name, number, "width", f"The row has {len(cells)} cells, the header {len(header)}.")
        else:
            values = dict(zip(reversed(columns), reversed(cells), strict=True))  # of a column twice, the first counts
            rows.append(Row(number, {**dict.fromkeys(layout.columns, ""), **values}))
    return rows


def _check_quotes(name: str, content: bytes, report: Report) -> None:
    """Quotes stand only where they are needed: other ones would change the bytes of an unchanged roster."""
    if re.search(rb'(?:^|[,\n])"[^",\r\n]*"(?:,|\r|\n|$)', content):
        report(name, 0, "quotes-needless", "A cell has quotes that it doesn't need.")


def _check_cells(name: str, layout: Layout, row: Row, report: Report) -> None:
    for column in layout.required:
        if not row.cells[column].strip():
            report(name, row.line, "required", f"{column} is empty.")
    for column, allowed in layout.words.items():
        if row.cells[column] and row.cells[column] not in allowed:
            report(name, row.line, "word", f"{column} can't be {row.cells[column]}.")
    for column, form in layout.forms.items():
        if row.cells[column] and not re.fullmatch(form, row.cells[column]):
            report(name, row.line, "form", f"{column} can't be {row.cells[column]}.")
        elif row.cells[column] and column in DAYS and day(row.cells[column]) is None:
            report(name, row.line, "no-day", f"{column} is no day: {row.cells[column]}.")
    for column, value in row.cells.items():
        if column.endswith("_id") and value != value.strip():
            report(name, row.line, "id-blanks", f"{column} has blanks around it.")


def _check_ids(tables: Tables, report: Report) -> None:
    one_row = {"schools.csv": ("School_id",), "sections.csv": ("Section_id",), "enrollments.csv": None}
    per_school = {"teachers.csv": ("School_id", "Teacher_id"), "staff.csv": ("School_id", "Staff_id")}
    for name, columns in {**one_row, **per_school}.items():
        seen: set[tuple[str, ...]] = set()
        for row in tables[name]:
            key = tuple(row.cells[column] for column in columns or LAYOUTS[name].columns)
            if key in seen:
                report(name, row.line, "id-twice", "The id is there already.")
            seen.add(key)
    for name, person, number in (
        ("students.csv", "Student_id", "Student_number"),
        ("teachers.csv", "Teacher_id", "Teacher_number"),
        ("staff.csv", "Staff_id", "Staff_email"),
    ):
        owners: dict[str, str] = {}
        for row in tables[name]:
            value = row.cells[number].casefold()
            if value and owners.setdefault(value, row.cells[person]) != row.cells[person]:
                report(name, row.line, "number-twice", f"Somebody else has the same {number}.")
    for name, person in (("teachers.csv", "Teacher_id"), ("staff.csv", "Staff_id")):
        first: dict[str, dict[str, str]] = {}
        for row in tables[name]:
            own = {column: value for column, value in row.cells.items() if column != "School_id"}
            if first.setdefault(row.cells[person], own) != own:
                report(name, row.line, "person-differs", "The same person has other values at another school.")


def _check_students(rows: list[Row], report: Report) -> None:
    by_student: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_student[row.cells["Student_id"]].append(row)
    for same in by_student.values():
        first = _without_contact(same[0])
        contacts = [row.cells["Contact_sis_id"] for row in same]
        for row in same:
            if _without_contact(row) != first:
                report("students.csv", row.line, "student-differs", "Repeated rows of a student differ.")
            _check_contact(row, report, alone=len(same) == 1)
        if len(same) > MOST_CONTACTS:
            report("students.csv", same[-1].line, "contacts-over-five", "A student has at most five contacts.")
        if len(set(contacts)) != len(contacts):
            report("students.csv", same[-1].line, "contact-twice", "A contact is there twice.")


def _check_contact(row: Row, report: Report, *, alone: bool) -> None:
    if not any(row.cells[column] for column in CONTACT):
        if not alone:
            report("students.csv", row.line, "contact-empty", "A repeated row has no contact.")
        return
    for column in ("Contact_type", "Contact_name", "Contact_sis_id"):
        if not row.cells[column].strip():
            report("students.csv", row.line, "contact-incomplete", f"{column} is empty.")


def _without_contact(row: Row) -> dict[str, str]:
    return {column: value for column, value in row.cells.items() if column not in CONTACT}


def _check_sections(tables: Tables, report: Report) -> None:
    for row in tables["sections.csv"]:
        teachers = [row.cells[column] for column in TEACHERS_OF_SECTION]
        given = [teacher for teacher in teachers if teacher]
        if teachers[: len(given)] != given:
            report("sections.csv", row.line, "teacher-gap", "A teacher's column is empty before a filled one.")
        if len(set(given)) != len(given):
            report("sections.csv", row.line, "teacher-twice", "A teacher is there twice.")
        start, end = day(row.cells["Term_start"]), day(row.cells["Term_end"])
        if start and end and start > end:
            report("sections.csv", row.line, "term-turned", "The term ends before it starts.")


def _check_references(tables: Tables, report: Report) -> None:
    schools = {row.cells["School_id"] for row in tables["schools.csv"]}
    for name, rows in tables.items():
        for row in rows if name != "schools.csv" else []:
            school = row.cells["School_id"]
            if school not in schools and not (name == "staff.csv" and school == OFFICE):
                report(name, row.line, "dangling-school", f"There is no school {school}.")
    teachers = {row.cells["Teacher_id"] for row in tables["teachers.csv"]}
    for row in tables["sections.csv"]:
        for column in TEACHERS_OF_SECTION:
            if row.cells[column] and row.cells[column] not in teachers:
                report("sections.csv", row.line, "dangling-teacher", f"There is no teacher {row.cells[column]}.")
    _check_enrollments(tables, report)


def _check_enrollments(tables: Tables, report: Report) -> None:
    sections = {row.cells["Section_id"]: row.cells["School_id"] for row in tables["sections.csv"]}
    students = {row.cells["Student_id"] for row in tables["students.csv"]}
    for row in tables["enrollments.csv"]:
        for column, known in (("Section_id", sections.keys()), ("Student_id", students)):
            if row.cells[column] not in known:
                text = f"There is no {column} {row.cells[column]}."
                report("enrollments.csv", row.line, "dangling-enrollment", text)
        if sections.get(row.cells["Section_id"], row.cells["School_id"]) != row.cells["School_id"]:
            report("enrollments.csv", row.line, "other-school", "The section belongs to another school.")
