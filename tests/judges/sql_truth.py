"""The truth about a district in plain SQL: what a OneRoster delivery on a given day has to hold, value for value.

The rules stand in sql_truth.sql, written from the documents over PowerSchool's own tables; no line is shared with the
engine. ``compare`` judges a bundle by them.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

from tests.judges.oneroster11 import read_bundle

Record = dict[str, str]
Truth = dict[str, dict[str, Record]]
"""Entity key -> sourcedId -> attribute -> value. Beside the attributes, ``school`` names the schools it belongs to."""

FILE_OF = {
    "school": "orgs",
    "calendar": "academicSessions",
    "course": "courses",
    "class": "classes",
    "student": "users",
    "teacher": "users",
    "admin": "users",
    "contact": "users",
    "enrollment": "enrollments",
}
"""The file that holds an entity; relationships show in users' agentSourcedIds alone."""

_ENTITIES = (*FILE_OF, "relationship")
_UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")
_MOST = 50


def truth(
    database: Path, today: date, district_name: str, schools: Iterable[int] = (), *, guests: bool = False
) -> Truth:
    """Everything that has to be delivered on that day: of the schools with these numbers, or of all.

    With ``guests``, students of other schools who are in a class of these are brought in.
    """
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as db:
        db.create_function("visible", 1, _visible, deterministic=True)
        db.execute("CREATE TEMP TABLE param (today TEXT, district TEXT, guests INTEGER)")
        db.execute("INSERT INTO param VALUES (?, ?, ?)", [today.isoformat(), district_name, guests])
        db.execute("CREATE TEMP TABLE chosen (number INTEGER)")
        db.executemany("INSERT INTO chosen VALUES (?)", ((number,) for number in schools))
        db.executescript(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
        return {entity: _records(db, entity) for entity in _ENTITIES}


def _visible(text: object) -> bool:
    return text is not None and any(unicodedata.category(ch) not in _UNSEEN for ch in str(text))


def _records(db: sqlite3.Connection, entity: str) -> dict[str, Record]:
    cursor = db.execute(f"SELECT * FROM expected_{entity}")
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, map(_text, row), strict=True)) for row in cursor]
    records = {row["sourcedId"]: row for row in rows}
    if len(records) != len(rows):
        raise ValueError(f"The rules give an id of {entity} twice.")
    return records


def _text(value: object) -> str:
    # Nothing to see is an empty cell, without blanks; and no line break stands in a field.
    return re.sub(r"\r\n|\r|\n", " ", str(value)) if value is not None and _visible(value) else ""


def counts(expected: Truth) -> dict[str, int]:
    """Records per entity key."""
    return {entity: len(records) for entity, records in expected.items()}


def counts_per_school(expected: Truth) -> dict[str, dict[str, int]]:
    """School's sourcedId -> entity key -> records; who belongs to several schools counts in each of them."""
    found: dict[str, Counter[str]] = {school: Counter() for school in expected["school"]}
    for entity, records in expected.items():
        for record in records.values():
            for school in filter(None, record.get("school", "").split(",")):
                found[school][entity] += 1
    return {school: dict(counter) for school, counter in found.items()}


def compare(
    bundle: Path,
    database: Path,
    today: date,
    district_name: str,
    schools: Iterable[int] = (),
    *,
    guests: bool = False,
) -> list[str]:
    """In what a bundle differs from the truth, in words, at most fifty; an empty list when every value is right."""
    return differences(read_bundle(bundle), truth(database, today, district_name, schools, guests=guests))


def differences(delivered: dict[str, list[Record]], expected: Truth) -> list[str]:
    """The same for a bundle that is read already."""
    found: list[str] = []
    for difference in _differences(delivered, expected):
        if len(found) == _MOST:
            return [*found, "and more"]
        found.append(difference)
    return found


def _differences(delivered: dict[str, list[Record]], expected: Truth) -> Iterator[str]:
    wanted: dict[str, dict[str, Record]] = {"manifest": {}}
    for entity, file in FILE_OF.items():
        wanted.setdefault(file, {}).update(expected[entity])
    for file in sorted(delivered.keys() - wanted.keys()):
        yield f"{file}.csv should not be there"
    for file, records in wanted.items():
        if file == "manifest":
            continue
        rows = delivered.get(file, [])
        there = Counter(row["sourcedId"] for row in rows)
        yield from (f"{file}.csv: {key} is there {times} times" for key, times in there.items() if times > 1)
        yield from (f"{file}.csv: {key} is missing" for key in records if key not in there)
        for row in rows:
            key = row["sourcedId"]
            if key in records:
                yield from _in_record(f"{file}.csv: {key}", row, records[key])
            else:
                yield f"{file}.csv: {key} should not be there"


def _in_record(where: str, row: Record, record: Record) -> Iterator[str]:
    attributes = {name: value for name, value in record.items() if name != "school"}
    for name in sorted(row.keys() | attributes.keys()):
        # Blank in a bulk delivery.
        wanted = attributes.get(name, "" if name in ("status", "dateLastModified") else None)
        if name not in row or wanted is None:
            yield f"{where}: the column {name} is {'missing' if name not in row else 'not expected'}"
        elif _comparable(name, row, row[name]) != _comparable(name, row, wanted):
            yield f"{where}: {name} is {row[name]!r}, expected {wanted!r}"


def _comparable(name: str, row: Record, value: str) -> str:
    """The value, with lists sorted whose order means nothing; the home school of students and staff stands first."""
    is_list = name == "agentSourcedIds" or (
        name == "orgSourcedIds" and row.get("role") not in ("student", "teacher", "administrator")
    )
    return ",".join(sorted(value.split(","))) if is_list else value
