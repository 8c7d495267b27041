"""Judges a roster database from docs/database.md alone, with plain sqlite3: nothing of the product is imported.

``faults`` says in what a file breaks the documented shape or contradicts itself; ``differences`` in what its current
rows differ from the truth about a district (sql_truth).
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

_BOOKKEEPING = {
    "psconnect_key": "BIGINT",
    "psconnect_run": "VARCHAR(64)",
    "changed_at": "DATETIME",
    "removed_at": "DATETIME",
}
_ID, _TEXT, _DATE, _YES_NO, _NUMBER = "VARCHAR(255)", "TEXT", "DATE", "BOOLEAN", "INTEGER"
_PERSON = dict.fromkeys(("username", "given_name", "family_name", "middle_name", "identifier", "email"), _TEXT)

TABLES: dict[str, dict[str, str]] = {
    "school": {"id": _ID, "type": _TEXT, "parent_id": _ID, "name": _TEXT, "identifier": _TEXT},
    "term": {
        "id": _ID,
        "school_id": _ID,
        "parent_id": _ID,
        "school_year": _NUMBER,
        "title": _TEXT,
        "type": _TEXT,
        "start_date": _DATE,
        "end_date": _DATE,
    },
    "course": {"id": _ID, "school_id": _ID, "title": _TEXT, "course_code": _TEXT},
    "class": {
        "id": _ID,
        "course_id": _ID,
        "school_id": _ID,
        "term_id": _ID,
        "deliver_as": _TEXT,
        "category": _TEXT,
        "title": _TEXT,
        "class_code": _TEXT,
        "class_type": _TEXT,
        "location": _TEXT,
        "periods": _TEXT,
    },
    "student": {"id": _ID, **_PERSON, "state_id": _TEXT, "grade": _TEXT},
    "teacher": {"id": _ID, **_PERSON},
    "other_staff": {"id": _ID, **_PERSON},
    "contact": {"id": _ID, **_PERSON, "phone": _TEXT},
    "relationship": {
        "id": _ID,
        "student_id": _ID,
        "contact_id": _ID,
        "relation": _TEXT,
        "role": _TEXT,
        "custodial": _YES_NO,
        "emergency": _YES_NO,
        "lives_with": _YES_NO,
        "school_pickup": _YES_NO,
        "receives_mail": _YES_NO,
    },
    "enrollment": {
        "id": _ID,
        "class_id": _ID,
        "school_id": _ID,
        "student_id": _ID,
        "teacher_id": _ID,
        "role": _TEXT,
        "is_primary": _YES_NO,
        "begin_date": _DATE,
        "end_date": _DATE,
    },
    "school_view": {"id": _ID, "school_id": _ID, "name": _TEXT},
}
"""The tables of records, each with its columns and their declared types, without the bookkeeping columns."""

LINKS = {"student_school": "student", "teacher_school": "teacher", "other_staff_school": "other_staff"}
"""The link tables: name -> the table whose rows have these schools."""
_COUNTS = ("created", "updated", "removed", "refused")
_OTHERS = {
    "sync_run": {
        "id": "VARCHAR(64)",
        "connection": _TEXT,
        "first_written_at": "DATETIME",
        "last_written_at": "DATETIME",
        **dict.fromkeys(_COUNTS, _NUMBER),
    },
    "psconnect": {"name": "VARCHAR(64)", "value": _TEXT},
    **{name: {f"{owner}_id": _ID, "school_id": _ID, "position": _NUMBER} for name, owner in LINKS.items()},
}
_REFERENCES = {
    ("school", "parent_id"): "school",
    ("term", "school_id"): "school",
    ("term", "parent_id"): "term",
    ("course", "school_id"): "school",
    ("class", "course_id"): "course",
    ("class", "school_id"): "school",
    ("class", "term_id"): "term",
    ("relationship", "student_id"): "student",
    ("relationship", "contact_id"): "contact",
    ("enrollment", "class_id"): "class",
    ("enrollment", "school_id"): "school",
    ("enrollment", "student_id"): "student",
    ("enrollment", "teacher_id"): "teacher",
    ("school_view", "school_id"): "school",
}
_NEEDED = {
    ("term", "school_id"),
    ("course", "school_id"),
    ("class", "course_id"),
    ("class", "school_id"),
    ("class", "term_id"),
    ("relationship", "student_id"),
    ("relationship", "contact_id"),
    ("enrollment", "class_id"),
}
_PEOPLE = ("student", "teacher", "other_staff", "contact")
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}")
_RIGHT = {
    _ID: "typeof({0}) = 'text' AND {0} <> ''",
    _TEXT: "typeof({0}) = 'text' AND {0} <> ''",
    _DATE: "typeof({0}) = 'text' AND is_day({0})",
    _YES_NO: "typeof({0}) = 'integer' AND {0} IN (0, 1)",
    _NUMBER: "typeof({0}) = 'integer'",
}


def _opened(path: Path) -> closing[sqlite3.Connection]:
    db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    db.create_function("is_day", 1, _is_day, deterministic=True)
    return closing(db)


def _is_day(text: object) -> bool:
    try:
        return date.fromisoformat(str(text)).isoformat() == text
    except ValueError:
        return False


def faults(path: Path, prefix: str = "", *, taken_over: int = 0) -> list[str]:
    """What is wrong in the file itself; nothing where it is as documented and free of contradictions.

    ``taken_over``: how many rows were given up because their records got the id of another row.
    """
    with _opened(path) as db:
        if (whole := db.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            return [f"the file is damaged: {whole}"]
        shape = list(_wrong_shape(db, prefix))
        if shape:
            return shape
        checks = (_wrong_values, _wrong_pointers, _wrong_views)
        return [*(fault for check in checks for fault in check(db, prefix)), *_wrong_runs(db, prefix, taken_over)]


def _wrong_shape(db: sqlite3.Connection, prefix: str) -> Iterator[str]:
    for name, columns in {**TABLES, **_OTHERS}.items():
        wanted = {**columns, **(_BOOKKEEPING if name in TABLES else {})}
        found = {row[1]: row for row in db.execute(f"PRAGMA table_info({prefix}{name})")}
        if not found:
            yield f"the table {prefix}{name} is missing"
            continue
        yield from (f"{name}: the column {column} is missing" for column in wanted.keys() - found.keys())
        for column, (_no, _name, kind, _notnull, _default, key) in found.items():
            if column.startswith("custom_") and name in TABLES:
                wanted[column] = _TEXT
            if column not in wanted:
                yield f"{name}: the column {column} is not expected"
            elif kind != wanted[column]:
                yield f"{name}.{column}: is {kind}, expected {wanted[column]}"
            if bool(key) != (column in _key_of(name)):
                yield f"{name}.{column}: is{'' if key else ' not'} part of the primary key"


def _key_of(name: str) -> tuple[str, ...]:
    return (f"{LINKS[name]}_id", "school_id") if name in LINKS else ("name",) if name == "psconnect" else ("id",)


def _wrong_values(db: sqlite3.Connection, prefix: str) -> Iterator[str]:
    for name, columns in TABLES.items():
        table = f"{prefix}{name}"
        custom = [row[1] for row in db.execute(f"PRAGMA table_info({table})") if row[1].startswith("custom_")]
        for column, kind in {**columns, **dict.fromkeys(custom, _TEXT)}.items():
            optional = column != "id" and (name, column) not in _NEEDED
            right = f"({column} IS NULL OR {_RIGHT[kind]})" if optional else _RIGHT[kind]
            wrong = db.execute(f"SELECT id FROM {table} WHERE ({right.format(column)}) IS NOT 1").fetchall()
            yield from (f"{name} {key}: {column} is no {kind}" for (key,) in wrong)
        columns_kept = f"SELECT id, {', '.join(_BOOKKEEPING)} FROM {table}"
        for key, number, run, changed, removed in db.execute(columns_kept):
            if (
                type(number) is not int
                or not run
                or not _TIME.fullmatch(changed)
                or not (removed is None or _TIME.fullmatch(removed))
            ):
                yield f"{name} {key}: its bookkeeping is wrong"
            elif removed is not None and removed > changed:
                yield f"{name} {key}: was removed after its last change"
    sql = (
        f"SELECT id FROM {prefix}enrollment WHERE role NOT IN ('student', 'teacher') OR "
        "(role = 'student') IS NOT (student_id IS NOT NULL) OR (role = 'teacher') IS NOT (teacher_id IS NOT NULL)"
    )
    yield from (f"enrollment {key}: its role and its person don't agree" for (key,) in db.execute(sql))


def _wrong_pointers(db: sqlite3.Connection, prefix: str) -> Iterator[str]:
    for table, row, parent, _no in db.execute("PRAGMA foreign_key_check"):
        yield f"{table} row {row}: refers to a row of {parent} that is not there"
    for (name, column), target in _REFERENCES.items():
        sql = (
            f"SELECT r.id FROM {prefix}{name} r "
            f"LEFT JOIN {prefix}{target} t ON t.id = r.{column} AND t.removed_at IS NULL "
            f"WHERE r.removed_at IS NULL AND r.{column} IS NOT NULL AND t.id IS NULL"
        )
        yield from (f"{name} {key}: {column} leads to no current row of {target}" for (key,) in db.execute(sql))
    for name, owner in LINKS.items():
        sql = (
            f"SELECT l.{owner}_id FROM {prefix}{name} l JOIN {prefix}{owner} o ON o.id = l.{owner}_id "
            f"LEFT JOIN {prefix}school s ON s.id = l.school_id AND s.removed_at IS NULL "
            "WHERE o.removed_at IS NULL AND s.id IS NULL"
        )
        yield from (f"{name} {key}: leads to no current school" for (key,) in db.execute(sql))
        sql = (
            f"SELECT {owner}_id FROM {prefix}{name} GROUP BY {owner}_id "
            "HAVING min(position) <> 1 OR max(position) <> count(*) OR count(DISTINCT position) <> count(*)"
        )
        yield from (f"{name} {key}: the places in the list are not 1, 2, 3 …" for (key,) in db.execute(sql))
    people = " UNION ALL ".join(f"SELECT id FROM {prefix}{name} WHERE removed_at IS NULL" for name in _PEOPLE)
    for key, times in db.execute(f"SELECT id, count(*) FROM ({people}) GROUP BY id HAVING count(*) > 1"):
        yield f"{times} people have the id {key}"


_VIEWS = {
    "students": "SELECT l.student_id FROM {0}student_school l JOIN {0}student r ON r.id = l.student_id",
    "classes": "SELECT r.id FROM {0}class r JOIN {0}school l ON l.id = r.school_id",
    "enrollments": "SELECT r.id FROM {0}enrollment r JOIN {0}class l ON l.id = r.class_id",
}
"""The views of a school, each with a query for the ids in it (l has the school)."""


def _wrong_views(db: sqlite3.Connection, prefix: str) -> Iterator[str]:
    wanted = {}
    for school, name in db.execute(f"SELECT school_id, name FROM {prefix}school_view WHERE removed_at IS NULL"):
        wanted.update({f"{prefix}{name}_{view}": (school, view) for view in _VIEWS})
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
    yield from (f"the view {name} is missing" for name in wanted.keys() - there)
    ours = {name for name in there if name.startswith(f"{prefix}school_")}
    yield from (f"the view {name} is of no school" for name in ours - wanted.keys())
    for name in wanted.keys() & there:
        school, view = wanted[name]
        column = "l.id" if view == "classes" else "l.school_id"
        sql = f"{_VIEWS[view].format(prefix)} WHERE r.removed_at IS NULL AND {column} = ? ORDER BY 1"
        if db.execute(sql, [school]).fetchall() != db.execute(f"SELECT id FROM {name} ORDER BY id").fetchall():
            yield f"the view {name} shows other rows than the tables"


def _wrong_runs(db: sqlite3.Connection, prefix: str, taken_over: int) -> Iterator[str]:
    runs = {
        row[0]: row[1:]
        for row in db.execute(
            f"SELECT id, first_written_at, last_written_at, {', '.join(_COUNTS)} FROM {prefix}sync_run"
        )
    }
    for run, (first, last, *counts) in runs.items():
        if not (_TIME.fullmatch(first) and _TIME.fullmatch(last) and first <= last):
            yield f"sync_run {run}: its times are wrong"
        if min(counts) < 0:
            yield f"sync_run {run}: a count is below zero"
        if not any(counts):
            yield f"sync_run {run}: it wrote nothing"
    rows = 0
    for name in TABLES:
        for key, run, changed in db.execute(f"SELECT id, psconnect_run, changed_at FROM {prefix}{name}"):
            rows += 1
            if run not in runs:
                yield f"{name} {key}: no sync_run has the id {run}"
            elif not runs[run][0] <= changed <= runs[run][1]:
                yield f"{name} {key}: was changed at a time when its run wrote nothing"
    # A row is made once and never deleted: whatever is lost, or made behind the run's back, shows here.
    created = sum(counts[2] for counts in runs.values())
    if rows + taken_over != created:
        yield f"{rows} rows are there, but the runs created {created}"


Record = dict[str, str]


def roster(path: Path, prefix: str = "") -> dict[str, dict[str, Record]]:
    """The current rows: table -> id -> column -> text as OneRoster writes it; empty for what is not there.

    Lists of schools stand under ``schools``, with commas between.
    """
    with _opened(path) as db:
        found = {}
        for name, columns in TABLES.items():
            cursor = db.execute(f"SELECT {', '.join(columns)} FROM {prefix}{name} WHERE removed_at IS NULL")
            found[name] = {
                row[0]: {column: _text(value, columns[column]) for column, value in zip(columns, row, strict=True)}
                for row in cursor
            }
        for name, owner in LINKS.items():
            for record in found[owner].values():
                record["schools"] = ""
            for key, school in db.execute(f"SELECT {owner}_id, school_id FROM {prefix}{name} ORDER BY position"):
                if key in found[owner]:
                    record = found[owner][key]
                    record["schools"] = f"{record['schools']},{school}" if record["schools"] else school
        return found


def _text(value: object, kind: str) -> str:
    if value is None:
        return ""
    return ("false", "true")[bool(value)] if kind == _YES_NO else str(value)


_USER = {
    "username": "username",
    "given_name": "givenName",
    "family_name": "familyName",
    "middle_name": "middleName",
    "identifier": "identifier",
    "email": "email",
    "schools": "orgSourcedIds",
}
_TRUTH: dict[str, tuple[str, dict[str, str]]] = {
    "school": ("school", {"type": "type", "parent_id": "parentSourcedId", "name": "name", "identifier": "identifier"}),
    "term": (
        "calendar",
        {
            "school_id": "school",
            "parent_id": "parentSourcedId",
            "school_year": "schoolYear",
            "title": "title",
            "type": "type",
            "start_date": "startDate",
            "end_date": "endDate",
        },
    ),
    "course": ("course", {"school_id": "orgSourcedId", "title": "title", "course_code": "courseCode"}),
    "class": (
        "class",
        {
            "course_id": "courseSourcedId",
            "school_id": "schoolSourcedId",
            "term_id": "termSourcedIds",
            "title": "title",
            "class_code": "classCode",
            "class_type": "classType",
            "location": "location",
            "periods": "periods",
        },
    ),
    "student": ("student", {**_USER, "grade": "grades"}),
    "teacher": ("teacher", _USER),
    "other_staff": ("admin", _USER),
    "contact": ("contact", {**{k: v for k, v in _USER.items() if k != "schools"}, "phone": "phone"}),
    "relationship": (
        "relationship",
        {
            "student_id": "studentSourcedId",
            "contact_id": "contactSourcedId",
            "relation": "relation",
            "role": "role",
            "custodial": "custodial",
            "emergency": "emergency",
            "lives_with": "livesWith",
            "school_pickup": "schoolPickup",
            "receives_mail": "receivesMail",
        },
    ),
    "enrollment": (
        "enrollment",
        {
            "class_id": "classSourcedId",
            "school_id": "schoolSourcedId",
            "role": "role",
            "is_primary": "primary",
            "begin_date": "beginDate",
            "end_date": "endDate",
        },
    ),
}
"""Table -> the truth's entity, and which of its values each column holds."""


def differences(
    path: Path, truth: dict[str, dict[str, Record]], prefix: str = "", without: Iterable[str] = ()
) -> list[str]:
    """In what the current rows differ from the truth (sql_truth.truth); ``without`` names tables not looked at."""
    found: list[str] = []
    for table, rows in roster(path, prefix).items():
        if table in without or table not in _TRUTH:
            continue
        entity, columns = _TRUTH[table]
        expected = truth[entity]
        found += [f"{table} {key} is missing" for key in expected.keys() - rows.keys()]
        found += [f"{table} {key} should not be there" for key in rows.keys() - expected.keys()]
        for key in rows.keys() & expected.keys():
            for column, attribute in columns.items():
                if _plain(rows[key][column]) != _plain(expected[key].get(attribute, "")):
                    found.append(f"{table} {key}: {column} is {rows[key][column]!r}")
            if table == "enrollment":
                person = rows[key]["student_id"] or rows[key]["teacher_id"]
                if person != expected[key]["userSourcedId"]:
                    found.append(f"enrollment {key}: it is another person's")
    return found


def _plain(text: str) -> str:
    # The truth is written for files in which a line break is a blank.
    return re.sub(r"\r\n|\r|\n", " ", text)


def counts(path: Path, prefix: str = "") -> Counter[str]:
    """Current rows per table."""
    return Counter({table: len(rows) for table, rows in roster(path, prefix).items()})
