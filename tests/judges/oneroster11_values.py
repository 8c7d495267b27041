"""Each cell by itself, and ids within their file. Written from the OneRoster 1.1 CSV specification alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime

from tests.judges.oneroster11_catalogue import GRADES, ONE_ONE, STATES, Catalogue, Column
from tests.judges.oneroster11_findings import Report, Row, Table

_SOURCED_ID = re.compile(r"[0-9A-Za-z.\-_/@]{1,255}")
_EXTENSION = re.compile(r"ext:[a-zA-Z0-9.\-_]+")
_USER_ID = r"\{[^{}:,\s]+:[^{}:,\s]+\}"
_PATTERNS = {
    "year": re.compile(r"[0-9]{4}"),
    "boolean": re.compile(r"true|false"),
    "number": re.compile(r"-?[0-9]+(\.[0-9]+)?"),
    "user ids": re.compile(rf"{_USER_ID}(,{_USER_ID})*"),
}
_INVISIBLE = ("Cc", "Cf", "Zs", "Zl", "Zp")
_Wrong = Callable[[str, str], None]


def check_values(table: Table, report: Report, catalogue: Catalogue = ONE_ONE) -> None:
    """Every row of a table: ids, required cells, words, dates, lists; and that no id is there twice."""
    seen: set[str] = set()
    for row in table.rows:
        sourced_id = row.cells["sourcedId"]
        if not _SOURCED_ID.fullmatch(sourced_id):
            report(table.file, row.line, "sourced-id", "The sourcedId is empty, too long or has forbidden characters.")
        elif sourced_id in seen:
            report(table.file, row.line, "duplicate-id", f"The sourcedId {sourced_id} is there twice.")
        seen.add(sourced_id)
        _check_base(table, row, report)
        for column in catalogue.files[table.name]:
            _check_cell(table, row, column, report)
        _check_row(table, row, report)


def _check_base(table: Table, row: Row, report: Report) -> None:
    status, modified = row.cells["status"], row.cells["dateLastModified"]
    if table.mode == "delta":
        if status not in STATES:
            report(table.file, row.line, "status-in-delta", "In a delta file status is active or tobedeleted.")
        if not _is_moment(modified):
            report(table.file, row.line, "modified-in-delta", "In a delta file dateLastModified is a moment in UTC.")
        return
    if status:
        report(table.file, row.line, "status-in-bulk", "In a bulk file status is blank.")
    if modified:
        report(table.file, row.line, "modified-in-bulk", "In a bulk file dateLastModified is blank.")


def _check_cell(table: Table, row: Row, column: Column, report: Report) -> None:
    value = row.cells[column.name]

    def wrong(rule: str, text: str) -> None:
        report(table.file, row.line, rule, f"{column.name}: {text}")

    if all(unicodedata.category(ch) in _INVISIBLE for ch in value):
        if column.required:
            wrong("required", "a value is required.")
        elif value:
            wrong("null-spelling", "an empty value is an empty cell, without blanks.")
    elif column.many or column.kind in ("text list", "grades"):
        _check_list(value.split(","), column, wrong)
    elif column.refers:
        _check_list([value], column, wrong)
    else:
        _check_word(value, column, wrong)


def _check_word(value: str, column: Column, wrong: _Wrong) -> None:
    if column.values:
        if value not in column.values and not (column.extensible and _EXTENSION.fullmatch(value)):
            wrong("enumeration", f"{value!r} is none of {', '.join(column.values)}.")
    elif column.kind == "date":
        if not _is_date(value):
            wrong("date", f"{value!r} is not a date like 2026-08-17.")
    elif column.kind in _PATTERNS and not _PATTERNS[column.kind].fullmatch(value):
        wrong(column.kind.replace(" ", "-"), f"{value!r} is not right for a {column.kind}.")


def _check_list(items: list[str], column: Column, wrong: _Wrong) -> None:
    if any(not item or item != item.strip() for item in items):
        wrong("list", "an item is empty or has blanks around it.")
    elif column.refers and not all(_SOURCED_ID.fullmatch(item) for item in items):
        wrong("reference-syntax", "an id has forbidden characters.")
    elif column.many and len(set(items)) != len(items):
        wrong("list-repeat", "an item is there twice.")
    elif column.kind == "grades" and not set(items) <= set(GRADES):
        wrong("grades", f"{sorted(set(items) - set(GRADES))} are not in the vocabulary.")
    elif column.values and not set(items) <= set(column.values):
        wrong("enumeration", f"{sorted(set(items) - set(column.values))} are not in the vocabulary.")


def _check_row(table: Table, row: Row, report: Report) -> None:
    cells = row.cells
    for first, last in (("startDate", "endDate"), ("beginDate", "endDate"), ("assignDate", "dueDate")):
        if _is_date(cells.get(first, "")) and _is_date(cells.get(last, "")) and cells[last] < cells[first]:
            report(table.file, row.line, "end-before-begin", f"{last} is before {first}.")
    year_ends = table.name == "academicSessions" and cells["type"] == "schoolYear" and _is_date(cells["endDate"])
    if year_ends and re.fullmatch(r"[0-9]{4}", cells["schoolYear"]) and cells["endDate"][:4] != cells["schoolYear"]:
        report(table.file, row.line, "school-year-end", "schoolYear is the year in which the school year ends.")
    codes, subjects = cells.get("subjectCodes", ""), cells.get("subjects", "")
    if codes and len(codes.split(",")) != len(subjects.split(",")):
        report(table.file, row.line, "subject-codes", "There are not as many subject codes as subjects.")


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_moment(text: str) -> bool:
    if not re.fullmatch(r"[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z", text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
