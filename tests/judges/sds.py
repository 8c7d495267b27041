"""A strict judge of School Data Sync V2.1 files, written from the fact sheet alone (vendor-csv.md 3.1, 8 and 9).

It shares no line with what writes the files: nothing here imports the product.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.judges.csv_files import Fault, Report, read_set, rfc4180_rows

COLUMNS: dict[str, tuple[str, ...]] = {
    "orgs": ("sourcedId", "name", "type", "parentSourcedId"),
    "users": (
        *("sourcedId", "username", "givenName", "familyName", "password"),
        *("activeDirectoryMatchId", "email", "phone", "sms"),
    ),
    "roles": (
        *("userSourcedId", "orgSourcedId", "role", "sessionSourcedId", "grade", "isPrimary"),
        *("roleStartDate", "roleEndDate"),
    ),
    "classes": ("sourcedId", "orgSourcedId", "title", "sessionSourcedIds", "courseSourcedId", "code"),
    "enrollments": ("classSourcedId", "userSourcedId", "role"),
    "academicSessions": ("sourcedId", "title", "type", "schoolYear", "startDate", "endDate"),
    "courses": ("sourcedId", "orgSourcedId", "title", "code", "schoolYearSourcedId", "subject", "grade"),
    "demographics": (
        *("userSourcedId", "sex", "birthDate", "birthCity", "birthState", "birthCountry"),
        *("ethnicityCodes", "raceCodes"),
    ),
    "userFlags": ("userSourcedId", "flag"),
    "relationships": ("userSourcedId", "relationshipUserSourcedId", "relationshipRole"),
}
REQUIRED: dict[str, tuple[str, ...]] = {
    "orgs": ("sourcedId", "name", "type"),
    "users": ("sourcedId", "username", "givenName", "familyName"),
    "roles": ("userSourcedId", "orgSourcedId", "role"),
    "classes": ("sourcedId", "orgSourcedId", "title"),
    "enrollments": ("classSourcedId", "userSourcedId", "role"),
    "academicSessions": ("sourcedId", "title", "type", "schoolYear", "startDate", "endDate"),
    "courses": ("sourcedId", "title"),
    "demographics": ("userSourcedId",),
    "userFlags": ("userSourcedId", "flag"),
    "relationships": ("userSourcedId", "relationshipUserSourcedId", "relationshipRole"),
}
ALWAYS = ("orgs", "users", "roles", "classes", "enrollments")
UNIQUE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("orgs", "users", "classes", "academicSessions", "courses"), ("sourcedId",)),
    "roles": ("userSourcedId", "orgSourcedId", "role"),
    "enrollments": ("classSourcedId", "userSourcedId", "role"),
    "demographics": ("userSourcedId",),
    "userFlags": ("userSourcedId", "flag"),
    "relationships": ("userSourcedId", "relationshipUserSourcedId", "relationshipRole"),
}
REFERS: dict[tuple[str, str], str] = {
    ("orgs", "parentSourcedId"): "orgs",
    ("roles", "userSourcedId"): "users",
    ("roles", "orgSourcedId"): "orgs",
    ("roles", "sessionSourcedId"): "academicSessions",
    ("classes", "orgSourcedId"): "orgs",
    ("classes", "sessionSourcedIds"): "academicSessions",
    ("classes", "courseSourcedId"): "courses",
    ("enrollments", "classSourcedId"): "classes",
    ("enrollments", "userSourcedId"): "users",
    ("courses", "orgSourcedId"): "orgs",
    ("courses", "schoolYearSourcedId"): "academicSessions",
    ("demographics", "userSourcedId"): "users",
    ("userFlags", "userSourcedId"): "users",
    ("relationships", "userSourcedId"): "users",
    ("relationships", "relationshipUserSourcedId"): "users",
}
_ROLES = """student principal chair professor researcher adjunct affiliate occupationalTherapist physicalTherapist
speechTherapist visionTherapist paraprofessional specialServices advisor proctor nurse officeStaff lecturer itAdmin
administrator teacher faculty staff teacherAssistant assistant instructor substitute coach alumni other"""
_GRADES = """it pr pk tk kg ps ug other ps1 ps2 ps3 ps4 undergraduate graduate postgraduate alumni adultEducation"""
_ORGS = """school ministryOfEducation localAuthority department university region district college division local campus
province state adultEducation researchCenter national municipality program departmentOfEducation academicTrust"""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.lower().split())


_NUMBERED = frozenset(f"{number:02d}" for number in range(1, 15)) | {str(number) for number in range(1, 10)}
WORDS: dict[tuple[str, str], frozenset[str]] = {
    ("orgs", "type"): _words(_ORGS),
    ("roles", "role"): _words(_ROLES),
    ("roles", "grade"): _words(_GRADES) | _NUMBERED,
    ("roles", "isPrimary"): frozenset({"true", "false"}),
    ("courses", "grade"): _words(_GRADES) | _NUMBERED,
    ("enrollments", "role"): _words(_ROLES),
    ("academicSessions", "type"): _words("schoolYear semester term gradingPeriod quarter"),
    ("demographics", "sex"): _words("male female notSelected"),
    ("relationships", "relationshipRole"): _words("parent guardian relative other doctor aide"),
}
DATES = frozenset({"roleStartDate", "roleEndDate", "startDate", "endDate", "birthDate"})
PHONES = frozenset({"phone", "sms"})
_E164 = re.compile(r"\+[1-9][0-9]{1,14}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass
class _Table:
    """A file that could be read: its columns, and its rows with their line."""

    name: str
    rows: list[tuple[int, dict[str, str]]]

    @property
    def file(self) -> str:
        return f"{self.name}.csv"


def read_files(path: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of each file as column -> exact value; raises ValueError where they can't be read."""

    def refuse(file: str, line: int, rule: str, text: str) -> None:
        raise ValueError(f"{file}, line {line}: {rule}: {text}")

    allowed = frozenset(f"{name}.csv" for name in COLUMNS)
    found = {}
    for file, content in read_set(path, allowed, refuse).items():
        header, *lines = rfc4180_rows(file, content, refuse)
        found[file.removesuffix(".csv")] = [dict(zip(header, cells, strict=True)) for cells in lines]
    return found


def check_files(path: Path) -> list[Fault]:
    """Everything in which the files depart from the format; an empty list when they conform."""
    faults: list[Fault] = []

    def report(file: str, line: int, rule: str, text: str) -> None:
        faults.append(Fault(file, line, rule, text))

    allowed = frozenset(f"{name}.csv" for name in COLUMNS)
    tables = {}
    for file, content in read_set(path, allowed, report).items():
        name = file.removesuffix(".csv")
        tables[name] = _table(name, rfc4180_rows(file, content, report), report)
    for name in ALWAYS:
        if name not in tables:
            report(f"{name}.csv", 0, "file-missing", "The file has to be there, every time.")
    for table in tables.values():
        for line, row in table.rows:
            _check_row(table, line, row, report)
        _check_unique(table, report)
    _check_references(tables, report)
    _check_people(tables, report)
    return faults


def _table(name: str, lines: list[list[str]], report: Report) -> _Table:
    table, header = _Table(name, []), lines[0] if lines else []
    if double := [column for column, times in Counter(header).items() if times > 1]:
        report(table.file, 1, "header-double", f"{', '.join(double)} is there twice; the run stops.")
    if missing := [column for column in REQUIRED[name] if column not in header]:
        report(table.file, 1, "header-missing", f"{', '.join(missing)} is missing; the run stops.")
    if foreign := [column for column in header if column not in COLUMNS[name]]:
        report(table.file, 1, "header-foreign", f"There is no column {', '.join(foreign)}; case counts.")
    for number, cells in enumerate(lines[1:], 2):
        if len(cells) != len(header):
            report(table.file, number, "width", f"The row has {len(cells)} cells, the header {len(header)}.")
        else:
            table.rows.append((number, {**dict.fromkeys(COLUMNS[name], ""), **dict(zip(header, cells, strict=True))}))
    return table


def _check_row(table: _Table, line: int, row: dict[str, str], report: Report) -> None:
    for column, value in row.items():
        words = WORDS.get((table.name, column))
        if not value:
            if column in REQUIRED[table.name]:
                report(table.file, line, "required", f"{column} is empty.")
        elif words is not None and value.lower() not in words:
            report(table.file, line, "word", f"{column}: {value!r} is not in the vocabulary.")
        elif rule := _misshapen(column, value):
            report(table.file, line, rule, f"{column}: {value!r} has not the right form.")
    if table.name == "academicSessions" and row["endDate"] < row["startDate"]:
        report(table.file, line, "dates-turned", "The session ends before it begins.")


def _misshapen(column: str, value: str) -> str:
    """The rule that a value breaks by its form; empty for none."""
    if column in DATES and not _is_date(value):
        return "date"
    if column in PHONES and not _E164.fullmatch(value):
        return "phone"
    if column == "email" and not _EMAIL.fullmatch(value):
        return "email"
    if column.lower().endswith("id") and value != value.strip():
        return "id-blanks"
    return "year" if column == "schoolYear" and not re.fullmatch(r"[0-9]{4}", value) else ""


def _check_unique(table: _Table, report: Report) -> None:
    seen: set[tuple[str, ...]] = set()
    for line, row in table.rows:
        key = tuple(row[column] for column in UNIQUE[table.name])
        if key in seen:
            report(table.file, line, "double", f"{', '.join(key)} is there twice.")
        seen.add(key)
    if table.name == "users":
        names = Counter(row["username"].casefold() for _, row in table.rows)
        for line, row in table.rows:
            if row["username"] and names[row["username"].casefold()] > 1:
                report(table.file, line, "username-double", "Two users have the same username.")


def _check_references(tables: dict[str, _Table], report: Report) -> None:
    ids = {
        name: {row["sourcedId"] for _, row in table.rows}
        for name, table in tables.items()
        if "sourcedId" in COLUMNS[name]
    }
    for (name, column), target in REFERS.items():
        for line, row in tables[name].rows if name in tables else ():
            for value in filter(None, row[column].split(",") if column.endswith("Ids") else [row[column]]):
                if value not in ids.get(target, set()):
                    report(f"{name}.csv", line, "reference", f"{column}: there is no {value!r} in {target}.csv.")


def _check_people(tables: dict[str, _Table], report: Report) -> None:
    """Each user has exactly one primary role, but for contacts, who have none and need an e-mail address."""
    rows = {name: [row for _, row in table.rows] for name, table in tables.items()}
    contacts = {row["relationshipUserSourcedId"] for row in rows.get("relationships", [])}
    primary = Counter(row["userSourcedId"] for row in rows.get("roles", []) if row["isPrimary"].lower() == "true")
    with_role = {row["userSourcedId"] for row in rows.get("roles", [])}
    for line, row in tables["users"].rows if "users" in tables else ():
        user = row["sourcedId"]
        if user in contacts and not row["email"]:
            report("users.csv", line, "contact-email", "A contact needs an e-mail address.")
        if "relationships" not in tables and user not in with_role:
            report("users.csv", line, "role-missing", "The user has no role.")
        if user in with_role and primary[user] != 1:
            report("users.csv", line, "primary", f"The user has {primary[user]} primary roles, not one.")
    years = {row["sourcedId"] for row in rows.get("academicSessions", []) if row["type"].lower() == "schoolyear"}
    for line, row in tables["roles"].rows if "roles" in tables else ():
        if row["sessionSourcedId"] and row["sessionSourcedId"] not in years:
            report("roles.csv", line, "role-session", "The role's session is no school year.")
    for line, row in tables["enrollments"].rows if "enrollments" in tables else ():
        if row["userSourcedId"] not in with_role:
            report("enrollments.csv", line, "member-role", "The member has no role at a school.")


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text))
