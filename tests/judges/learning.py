"""A strict judge of the six files for PowerSchool Learning, written from the tables of fields alone.

The tables are those of mission-check.md L15 to L30. It shares no line with what writes the files: nothing here imports
the product.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

COLUMNS = {
    "organizations": ["organization_id", "name"],
    "users": [
        *["external_id", "first_name", "last_name", "login", "password", "email", "user_type", "organization_id"],
        *["enabled", "sso_email_address"],
    ],
    "user_levels": ["external_id", "level_id"],
    "parent_child": ["parent_id", "child_id"],
    "classes": ["class_id", "name", "code", "year", "teacher_id", "organization_id"],
    "memberships": ["class_id", "user_id"],
}
_KEYS = {
    "organizations": ["organization_id"],
    "users": ["external_id", "organization_id"],
    "user_levels": ["external_id"],
    "parent_child": ["parent_id", "child_id"],
    "classes": ["class_id"],
    "memberships": ["class_id", "user_id"],
}
_REQUIRED = {
    "organizations": ["organization_id", "name"],
    "users": ["external_id", "first_name", "last_name", "user_type", "organization_id", "enabled"],
    "user_levels": ["external_id", "level_id"],
    "parent_child": ["parent_id", "child_id"],
    "classes": ["class_id", "name", "code", "year", "teacher_id", "organization_id"],
    "memberships": ["class_id", "user_id"],
}
_DCID = re.compile(r"[0-9]+")
_TEACHER_ID = re.compile(r"T?[0-9]+")
_LEVEL = re.compile(r"-?[0-9]{1,2}")
_CLASS_NAME = re.compile(r".+ \(.+\) - .*", re.DOTALL)
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Finding:
    """One departure from the tables: the file, the line (0 for the file as a whole), the rule, what is wrong."""

    file: str
    line: int
    rule: str
    text: str


Report = Callable[[str, int, str, str], None]


def check_learning(path: Path) -> list[Finding]:
    """Everything in which a bundle departs from the tables; an empty list if it conforms."""
    findings: list[Finding] = []

    def report(file: str, line: int, rule: str, text: str) -> None:
        findings.append(Finding(file, line, rule, text))

    tables = _read(path, report)
    if findings:
        return findings
    for name, rows in tables.items():
        _check_rows(name, rows, report)
    _check_users(tables, report)
    _check_references(tables, report)
    return findings


def read_learning(path: Path) -> dict[str, Rows]:
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
    wanted = {f"{name}.csv" for name in COLUMNS}
    for name in sorted(wanted ^ set(names)):
        report(name, 0, "files", "missing" if name in wanted else "not one of the six files")
    if len(names) != len(set(names)):
        report(path.name, 0, "files", "a name comes twice")
    return {name: _table(name, contents[f"{name}.csv"], report) for name in COLUMNS if f"{name}.csv" in contents}


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
    if not text.endswith("\r\n"):
        report(file, 0, "csv", "the last line does not end")
    csv.field_size_limit(10_000_000)
    try:
        header, *rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (csv.Error, ValueError) as error:
        report(file, 0, "csv", str(error))
        return []
    if header != COLUMNS[name]:
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
        for column in _REQUIRED[name]:
            if not row[column]:
                report(file, line, "required", column)
        for column, value in row.items():
            if column.endswith("_id") and value != value.strip():
                report(file, line, "id", f"{column}: blanks around")
            if "\n" in value or "\r" in value:
                report(file, line, "line-break", column)
        key = tuple(row[column] for column in _KEYS[name])
        if key in seen:
            report(file, line, "twice", str(key))
        seen.add(key)


def _check_users(tables: dict[str, Rows], report: Report) -> None:
    by_id: dict[str, Rows] = defaultdict(list)
    logins: dict[str, str] = {}
    passwords = {row["password"] for row in tables["users"]} - {""}
    if len(passwords) > 1:
        report("users.csv", 0, "password", "more than one default password")
    for line, row in enumerate(tables["users"], 2):
        _check_user(line, row, report)
        known = by_id[row["external_id"]]
        if known and {**known[0], "organization_id": ""} != {**row, "organization_id": ""}:
            report("users.csv", line, "two-users", "the rows of one user differ in more than the organization")
        if known and row["user_type"] == "S":
            report("users.csv", line, "two-organizations", "a student is at one school")
        known.append(row)
        login = row["login"].casefold()
        if login and logins.setdefault(login, row["external_id"]) != row["external_id"]:
            report("users.csv", line, "login", "two users with one user name")
    prefixed = {row["external_id"].startswith("T") for row in tables["users"] if row["user_type"] == "T"}
    if len(prefixed) > 1:
        report("users.csv", 0, "id", "some teachers' ids begin with T, others don't")


def _check_user(line: int, row: dict[str, str], report: Report) -> None:
    if row["user_type"] not in ("S", "T", "P"):
        report("users.csv", line, "user-type", row["user_type"])
    if row["enabled"] != "1":
        report("users.csv", line, "enabled", row["enabled"])
    wanted = _TEACHER_ID if row["user_type"] == "T" else _DCID
    if row["external_id"] and not wanted.fullmatch(row["external_id"]):
        report("users.csv", line, "id", row["external_id"])
    if row["sso_email_address"] not in ("", row["email"]):
        report("users.csv", line, "sso", "neither empty nor the e-mail address")


def _check_references(tables: dict[str, Rows], report: Report) -> None:
    organizations = {row["organization_id"] for row in tables["organizations"]}
    types = {row["external_id"]: row["user_type"] for row in tables["users"]}
    owners = {row["class_id"]: row["teacher_id"] for row in tables["classes"]}

    def refers(name: str, column: str, known: Callable[[str], bool]) -> None:
        for line, row in enumerate(tables[name], 2):
            if row[column] and not known(row[column]):
                report(f"{name}.csv", line, "reference", f"{column} {row[column]}")

    refers("users", "organization_id", organizations.__contains__)
    refers("user_levels", "external_id", lambda one: types.get(one) == "S")
    refers("parent_child", "parent_id", lambda one: types.get(one) == "P")
    refers("parent_child", "child_id", lambda one: types.get(one) == "S")
    refers("classes", "organization_id", organizations.__contains__)
    refers("classes", "teacher_id", lambda one: types.get(one) == "T")
    refers("memberships", "class_id", owners.__contains__)
    refers("memberships", "user_id", lambda one: types.get(one) in ("S", "T"))
    _check_meaning(tables, owners, report)


def _check_meaning(tables: dict[str, Rows], owners: dict[str, str], report: Report) -> None:
    with_child = {row["parent_id"] for row in tables["parent_child"]}
    for line, row in enumerate(tables["users"], 2):
        if row["user_type"] == "P" and row["external_id"] not in with_child:
            report("users.csv", line, "childless", "a parent without a child")
    for line, row in enumerate(tables["user_levels"], 2):
        if not _LEVEL.fullmatch(row["level_id"]):
            report("user_levels.csv", line, "level", row["level_id"])
    _check_classes(tables, owners, report)


def _check_classes(tables: dict[str, Rows], owners: dict[str, str], report: Report) -> None:
    for line, row in enumerate(tables["classes"], 2):
        for column in ("class_id", "year"):
            if not _DCID.fullmatch(row[column]):
                report("classes.csv", line, "id", f"{column} {row[column]}")
        if not _CLASS_NAME.fullmatch(row["name"]):
            report("classes.csv", line, "class-name", row["name"])
    for line, row in enumerate(tables["memberships"], 2):
        if owners.get(row["class_id"]) == row["user_id"]:
            report("memberships.csv", line, "owner", "the owner of a class is no member of it")
