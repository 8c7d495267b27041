"""A strict judge of Canvas's SIS import files, written from the vendor's description of the format alone.

Nothing here imports the product: both can't be wrong in the same way.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

REQUIRED = {
    "accounts": ["account_id", "parent_account_id", "name", "status"],
    "terms": ["term_id", "name", "status"],
    "users": ["user_id", "login_id", "status"],
    "courses": ["course_id", "short_name", "long_name", "status"],
    "sections": ["section_id", "course_id", "name", "status"],
    "enrollments": ["user_id", "status"],
    "user_observers": ["observer_id", "student_id", "status"],
}
_OPTIONAL = {
    "accounts": ["integration_id"],
    "terms": ["integration_id", "start_date", "end_date"],
    "users": [
        *["integration_id", "password", "ssha_password", "authentication_provider_id", "first_name", "last_name"],
        *["full_name", "sortable_name", "short_name", "email"],
    ],
    "courses": ["integration_id", "account_id", "term_id", "start_date", "end_date", "course_format"],
    "sections": ["integration_id", "start_date", "end_date"],
    "enrollments": ["course_id", "section_id", "root_account", "role", "role_id", "associated_user_id"],
    "user_observers": [],
}
_STATUS = {
    **{name: {"active", "deleted"} for name in ("accounts", "terms", "users", "sections", "user_observers")},
    "courses": {"active", "deleted", "completed"},
    "enrollments": {"active", "deleted", "completed", "inactive"},
}
_KEYS = {
    "accounts": ["account_id"],
    "terms": ["term_id"],
    "users": ["user_id"],
    "courses": ["course_id"],
    "sections": ["section_id"],
    "enrollments": ["course_id", "section_id", "user_id", "role"],
    "user_observers": ["observer_id", "student_id"],
}
_BLANK = {("accounts", "parent_account_id")}
"""Required columns whose cells may be blank: a blank parent is the root account."""
_ROLES = {"student", "teacher", "ta", "observer", "designer"}
_FORMATS = {"", "on_campus", "online", "blended"}
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_REFERENCES = (
    ("courses", "account_id", "accounts"),
    ("courses", "term_id", "terms"),
    ("sections", "course_id", "courses"),
    ("enrollments", "course_id", "courses"),
    ("enrollments", "section_id", "sections"),
    ("enrollments", "user_id", "users"),
    ("enrollments", "associated_user_id", "users"),
    ("user_observers", "observer_id", "users"),
    ("user_observers", "student_id", "users"),
)
_TARGETS = {target for _name, _column, target in _REFERENCES}
Rows = list[dict[str, str]]
Report = Callable[[str, int, str, str], None]


@dataclass(frozen=True)
class Finding:
    """One departure from the format: the file, the line (0 for the file as a whole), the rule, what is wrong."""

    file: str
    line: int
    rule: str
    text: str


def check_canvas(path: Path) -> list[Finding]:
    """Everything in which a ZIP departs from the format; an empty list if it conforms."""
    findings: list[Finding] = []

    def report(file: str, line: int, rule: str, text: str) -> None:
        findings.append(Finding(file, line, rule, text))

    tables = _read(path, report)
    if findings:
        return findings
    for name, rows in tables.items():
        _check_rows(name, rows, report)
    _check_names(tables["users"], report)
    _check_parents(tables["accounts"], report)
    _check_references(tables, report)
    _check_enrollments(tables, report)
    return findings


def read_canvas(path: Path) -> dict[str, Rows]:
    """The rows of each file as column -> exact value; raises ValueError if they can't be read."""

    def refuse(file: str, line: int, rule: str, text: str) -> None:
        raise ValueError(f"{file}, line {line}: {rule}: {text}")

    return _read(path, refuse)


def _read(path: Path, report: Report) -> dict[str, Rows]:
    try:
        names, contents = _contents(path)
    except (zipfile.BadZipFile, OSError) as error:
        report(path.name, 0, "archive", str(error))
        return {}
    wanted = {f"{name}.csv" for name in REQUIRED}
    for name in sorted(wanted ^ set(names)):
        report(name, 0, "files", "missing" if name in wanted else "not one of the files")
    return {name: _table(name, contents[f"{name}.csv"], report) for name in REQUIRED if f"{name}.csv" in contents}


def _contents(path: Path) -> tuple[list[str], dict[str, bytes]]:
    """Names and contents of the files in a ZIP, or of those in a folder that a person sees."""
    if path.is_dir():
        contents = {one.name: one.read_bytes() for one in path.iterdir() if one.is_file() and one.name[0] != "."}
        return list(contents), contents
    with zipfile.ZipFile(path) as archive:
        return archive.namelist(), {name: archive.read(name) for name in archive.namelist()}


def _table(name: str, content: bytes, report: Report) -> Rows:
    file = f"{name}.csv"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        report(file, 0, "encoding", str(error))
        return []
    if text.startswith("\ufeff"):
        report(file, 1, "encoding", "a byte order mark")
    csv.field_size_limit(10_000_000)
    try:
        header, *rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (csv.Error, ValueError) as error:
        report(file, 0, "csv", str(error))
        return []
    known = [*REQUIRED[name], *_OPTIONAL[name]]
    if len(set(header)) < len(header) or set(header) - set(known) or set(REQUIRED[name]) - set(header):
        report(file, 1, "header", str(header))
        return []
    found = []
    for line, row in enumerate(rows, 2):
        if len(row) != len(header):
            report(file, line, "csv", f"{len(row)} cells")
            continue
        found.append(dict(zip(header, row, strict=True)))
    return found


def _check_rows(name: str, rows: Rows, report: Report) -> None:
    file, seen = f"{name}.csv", set()
    for line, row in enumerate(rows, 2):
        for column in REQUIRED[name]:
            if not row[column] and (name, column) not in _BLANK:
                report(file, line, "required", column)
        if row["status"] and row["status"] not in _STATUS[name]:
            report(file, line, "status", row["status"])
        if row.get("course_format", "") not in _FORMATS:
            report(file, line, "course-format", row["course_format"])
        _check_cells(file, line, row, report)
        key = tuple(row.get(column, "") for column in _KEYS[name])
        if key in seen:
            report(file, line, "twice", str(key))
        seen.add(key)


def _check_cells(file: str, line: int, row: dict[str, str], report: Report) -> None:
    for column, value in row.items():
        if column.endswith("_id") and column != "login_id" and value != value.strip():
            report(file, line, "id", f"{column}: blanks around")
        if column.endswith("_date") and value and not _TIME.fullmatch(value):
            report(file, line, "time", f"{column} {value}")
    start, end = row.get("start_date", ""), row.get("end_date", "")
    if start and end and start > end:
        report(file, line, "time", "it ends before it begins")


def _check_names(users: Rows, report: Report) -> None:
    logins: set[str] = set()
    for line, row in enumerate(users, 2):
        if row["status"] != "active":
            continue
        if not (row.get("full_name") or (row.get("first_name") and row.get("last_name"))):
            report("users.csv", line, "name", "the name would be blanked out")
        login = row["login_id"].casefold()
        if login in logins:
            report("users.csv", line, "login", "two users with one login")
        logins.add(login)


def _check_parents(accounts: Rows, report: Report) -> None:
    known: set[str] = set()
    for line, row in enumerate(accounts, 2):
        parent = row["parent_account_id"]
        if parent and parent not in known:
            report("accounts.csv", line, "parent", f"{parent} is not listed before")
        known.add(row["account_id"])


def _active(tables: dict[str, Rows], name: str) -> Iterator[tuple[int, dict[str, str]]]:
    return ((line, row) for line, row in enumerate(tables[name], 2) if row["status"] == "active")


def _check_references(tables: dict[str, Rows], report: Report) -> None:
    """What is active refers to what is active; a row that ends something may refer to what Canvas has from before."""
    there = {name: {row[_KEYS[name][0]] for _line, row in _active(tables, name)} for name in _TARGETS}
    for name, column, target in _REFERENCES:
        for line, row in _active(tables, name):
            if row.get(column) and row[column] not in there[target]:
                report(f"{name}.csv", line, "reference", f"{column} {row[column]}")


def _check_enrollments(tables: dict[str, Rows], report: Report) -> None:
    states: dict[tuple[str, ...], set[str]] = {}
    for line, row in enumerate(tables["enrollments"], 2):
        if not (row.get("course_id") or row.get("section_id")):
            report("enrollments.csv", line, "nowhere", "neither course nor section")
        if row.get("role", "") not in _ROLES and not row.get("role_id"):
            report("enrollments.csv", line, "role", row.get("role", ""))
        states.setdefault((row.get("section_id", ""), row["user_id"], row.get("role", "")), set()).add(row["status"])
    for key, found in states.items():
        if len(found) > 1:
            report("enrollments.csv", 0, "contradiction", str(key))
    for line, row in enumerate(tables["user_observers"], 2):
        if row["observer_id"] == row["student_id"]:
            report("user_observers.csv", line, "observer", "nobody observes themselves")
