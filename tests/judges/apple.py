"""A strict judge of Apple School Manager's six files, written from the fact sheet alone (vendor-csv.md 4 and 8).

It shares no line with what writes the files: nothing here imports the product.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.judges.csv_files import Fault, Report, decoded, read_set

COLUMNS: dict[str, tuple[str, ...]] = {
    "locations": ("location_id", "location_name"),
    "students": (
        *("person_id", "person_number", "first_name", "middle_name", "last_name", "grade_level"),
        *("email_address", "sis_username", "password_policy", "location_id"),
    ),
    "staff": (
        *("person_id", "person_number", "first_name", "middle_name", "last_name"),
        *("email_address", "sis_username", "location_id"),
    ),
    "courses": ("course_id", "course_number", "course_name", "location_id"),
    "classes": (
        *("class_id", "class_number", "course_id", "instructor_id", "instructor_id_2", "instructor_id_3"),
        "location_id",
    ),
    "rosters": ("roster_id", "class_id", "student_id"),
}
NUMBERED = {"students": ("location_id", 999), "staff": ("location_id", 999), "classes": ("instructor_id", 15)}
"""The columns of which there may be more, and how many at most."""
REQUIRED: dict[str, tuple[str, ...]] = {
    "locations": ("location_id", "location_name"),
    "students": ("person_id", "first_name", "last_name", "location_id"),
    "staff": ("person_id", "first_name", "last_name", "location_id"),
    "courses": ("course_id", "location_id"),
    "classes": ("class_id", "course_id", "location_id"),
    "rosters": ("roster_id", "class_id", "student_id"),
}
KEYS = {
    "locations": "location_id",
    "students": "person_id",
    "staff": "person_id",
    "courses": "course_id",
    "classes": "class_id",
    "rosters": "roster_id",
}
REFERS = {"location_id": "locations", "course_id": "courses", "class_id": "classes", "student_id": "students"}
_ID = re.compile(r"[A-Za-z0-9-]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_CELL = re.compile(r'"((?:[^"\\]|\\.)*)"|((?:[^",\\\n]|\\.)*)', re.DOTALL)


@dataclass
class _Table:
    """A file that could be read: its columns, and its rows with their line."""

    name: str
    header: list[str]
    rows: list[tuple[int, dict[str, str]]]

    @property
    def file(self) -> str:
        return f"{self.name}.csv"


def read_apple(path: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of each file as column -> exact value; raises ValueError where they can't be read."""

    def refuse(file: str, line: int, rule: str, text: str) -> None:
        raise ValueError(f"{file}, line {line}: {rule}: {text}")

    found = {}
    for file, content in read_set(path, frozenset(f"{name}.csv" for name in COLUMNS), refuse).items():
        header, *lines = _lines(file, content, refuse)
        found[file.removesuffix(".csv")] = [dict(zip(header, cells, strict=True)) for cells in lines]
    return found


def check_apple(path: Path, required: str = "") -> list[Fault]:
    """Everything in which the files depart from the format; ``required``: what accounts are made of, a column."""
    faults: list[Fault] = []

    def report(file: str, line: int, rule: str, text: str) -> None:
        faults.append(Fault(file, line, rule, text))

    tables = {}
    for file, content in read_set(path, frozenset(f"{name}.csv" for name in COLUMNS), report).items():
        name = file.removesuffix(".csv")
        tables[name] = _table(name, _lines(file, content, report), report)
    for name in COLUMNS.keys() - tables.keys():
        report(f"{name}.csv", 0, "file-missing", "All six files are sent every time.")
    for table in tables.values():
        for line, row in table.rows:
            _check_row(table, line, row, report)
    _check_unique(tables, report)
    _check_references(tables, report)
    if required:
        _check_accounts(tables, required, report)
    return faults


def _lines(file: str, content: bytes, report: Report) -> list[list[str]]:
    """The rows of a file; reports ends of lines and quotes that are not Apple's."""
    text, position = decoded(file, content, report), 0
    rows: list[list[str]] = []
    row: list[str] = []
    if "\r" in text:
        report(file, text[: text.index("\r")].count("\n") + 1, "line-end", "Lines end with LF alone.")
    if text and not text.endswith("\n"):
        report(file, text.count("\n") + 1, "line-end", "The last line does not end.")
    while position < len(text):
        match = _CELL.match(text, position)
        end = text[match.end() : match.end() + 1] if match else ""
        if match is None or end not in (",", "\n"):
            report(file, len(rows) + 1, "quoting", "A quote is doubled or stands alone; a backslash has to precede it.")
            return rows
        quoted, plain = match.groups()
        row.append(_value(file, len(rows) + 1, quoted, plain, report))
        position = match.end() + 1
        if end == "\n":
            rows.append(row)
            row = []
    return rows


def _value(file: str, line: int, quoted: str | None, plain: str | None, report: Report) -> str:
    value = re.sub(r"\\(.)", r"\1", (plain or "") if quoted is None else quoted, flags=re.DOTALL)
    needs = " " in value or "," in value
    if quoted is None and needs:
        report(file, line, "quotes-missing", "A value with a blank or comma stands in quotes.")
    if quoted is not None and not needs:
        report(file, line, "quotes-needless", "Only a value with a blank or comma stands in quotes.")
    return value


def _table(name: str, lines: list[list[str]], report: Report) -> _Table:
    table = _Table(name, lines[0] if lines else [], [])
    if table.header != _expected_header(name, table.header):
        report(table.file, 1, "header", f"The header must be {','.join(COLUMNS[name])}, untouched.")
    for number, cells in enumerate(lines[1:], 2):
        if len(cells) != len(table.header):
            report(table.file, number, "width", f"The row has {len(cells)} cells, the header {len(table.header)}.")
        else:
            empty = dict.fromkeys(COLUMNS[name], "")
            table.rows.append((number, {**empty, **dict(zip(table.header, cells, strict=True))}))
    return table


def _expected_header(name: str, given: list[str]) -> list[str]:
    """The template's columns, with as many numbered ones as the header has, in their place."""
    wanted = list(COLUMNS[name])
    base, most = NUMBERED.get(name, ("", 0))
    more = [column for number in range(2, most + 1) if (column := f"{base}_{number}") in given and column not in wanted]
    if more:
        last = max(at for at, column in enumerate(wanted) if column.startswith(base)) + 1
        wanted[last:last] = more
    return wanted


def _check_row(table: _Table, line: int, row: dict[str, str], report: Report) -> None:
    for column, value in row.items():
        if not value:
            if column in REQUIRED[table.name]:
                report(table.file, line, "required", f"{column} is empty.")
        elif re.search(r"_id(_\d+)?$", column) and not _ID.fullmatch(value):
            report(table.file, line, "id", f"{column}: {value!r} has more than letters, digits and hyphens.")
        elif column == "password_policy" and value not in ("4", "6", "8"):
            report(table.file, line, "policy", f"{value!r} is not 4, 6 or 8.")
        elif column == "email_address" and not _EMAIL.fullmatch(value):
            report(table.file, line, "email", f"{value!r} is no address.")


def _check_unique(tables: dict[str, _Table], report: Report) -> None:
    people: set[str] = set()
    for name, table in tables.items():
        seen = people if KEYS[name] == "person_id" else set()
        for line, row in table.rows:
            key = row[KEYS[name]]
            if key in seen:
                report(table.file, line, "double", f"{key} is there twice; the second overwrites the first.")
            seen.add(key)
        for line, row in table.rows:
            several = [
                value for column, value in row.items() if re.fullmatch(r"(location|instructor)_id(_\d+)?", column)
            ]
            if max(Counter(filter(None, several)).values(), default=1) > 1 and name != "classes":
                report(table.file, line, "twice-in-row", "A location is there twice.")
            teachers = [value for column, value in row.items() if column.startswith("instructor_id") and value]
            if len(teachers) != len(set(teachers)):
                report(table.file, line, "twice-in-row", "An instructor is there twice.")


def _check_references(tables: dict[str, _Table], report: Report) -> None:
    ids = {name: {row[KEYS[name]] for _, row in table.rows} for name, table in tables.items()}
    for name, table in tables.items():
        for line, row in table.rows:
            for column, value in row.items():
                base = re.sub(r"_\d+$", "", column)
                target = "staff" if base == "instructor_id" else REFERS.get(base, "")
                if value and target and base != KEYS[name] and value not in ids.get(target, set()):
                    report(table.file, line, "reference", f"{column}: there is no {value!r} in {target}.csv.")


def _check_accounts(tables: dict[str, _Table], required: str, report: Report) -> None:
    people = [
        (table, line, row) for name in ("students", "staff") if (table := tables.get(name)) for line, row in table.rows
    ]
    times = Counter(row[required].casefold() for _, _, row in people)
    for table, line, row in people:
        if not row[required].strip():
            report(table.file, line, "account-missing", f"{required} is empty: MANAGED_ID_GENERATION_FAILED.")
        elif times[row[required].casefold()] > 1:
            report(table.file, line, "account-double", f"Two people have the same {required}.")
