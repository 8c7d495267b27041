"""Students in classes of another school than their own: which schools they are delivered with, and who they are.

A student's schools are the home school, then those of the enrollments that are delivered. A student whose home school
is not among the chosen ones is a guest at the schools of these enrollments, and is there because of them. All is worked
out in SQL over the attached staging; only students who are in a class of another school are looked at one by one.
"""

from __future__ import annotations

import sqlite3

import msgspec

from psconnect.model.entities import BY_KEY, SCHOOL, STUDENT
from psconnect.model.pointers import SEPARATOR
from psconnect.model.problems import NOT_CHOSEN, Problem, goes_along, with_count
from psconnect.store.staging import table
from psconnect.store.whole import value

LEFT_OUT = "guest-left-out"
_PLACE = STUDENT.attributes.index("schoolSourcedIds")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[str]).decode


def _there(alias: str, entity: str) -> str:
    """SQL for: the staged record of that name is delivered, or stays as it was delivered."""
    delivered = f"SELECT 1 FROM ledger l WHERE l.entity = {BY_KEY[entity].rank} AND l.key = {alias}.key"
    return f"({alias}.fate = 0 OR {alias}.fate = 2 AND EXISTS ({delivered}))"


_ENROLLED = (
    "FROM stage.stage_enrollment e {join} JOIN stage.stage_class c ON c.key = e.class "
    f"JOIN stage.{table(SCHOOL)} o ON o.key = c.school "
    f"WHERE {_there('e', 'enrollment')} AND {_there('c', 'class')} AND o.fate = 0"
)
"""Students' enrollments that are delivered, with their classes and the schools of these."""


def find_guests(db: sqlite3.Connection) -> None:
    """Note who is in although the home school is not among the chosen ones; nobody where all schools are chosen."""
    db.execute("DROP TABLE IF EXISTS temp.guest")
    db.execute("CREATE TEMP TABLE guest (key INTEGER PRIMARY KEY)")
    others = f"SELECT key FROM stage.{table(SCHOOL)} WHERE rule = '{NOT_CHOSEN}'"
    if db.execute(f"SELECT EXISTS ({others})").fetchone()[0]:
        db.execute(
            f"INSERT INTO temp.guest SELECT key FROM stage.{table(STUDENT)} WHERE fate <> 1 AND school IN ({others})"
        )


def place_guests(db: sqlite3.Connection) -> None:
    """Let guests belong to the school of their classes, the first one by key; leave out who is in no class there."""
    if not db.execute("SELECT EXISTS (SELECT 1 FROM temp.guest)").fetchone()[0]:
        return
    joined = _ENROLLED.format(join="JOIN temp.guest g ON g.key = e.student")
    first = f"SELECT e.student student, min(c.school) school {joined} GROUP BY 1"
    name = value("o.record", 0)
    rows = db.execute(
        f"SELECT f.school, {name}, s.record, s.key FROM ({first}) f JOIN stage.{table(STUDENT)} s ON s.key = f.student "
        f"JOIN stage.{table(SCHOOL)} o ON o.key = f.school"
    ).fetchall()
    sql = f"UPDATE stage.{table(STUDENT)} SET school = ?, record = ? WHERE key = ?"
    db.executemany(sql, [(school, _with_schools(record, [name]), key) for school, name, record, key in rows])
    placed = frozenset(key for *_rest, key in rows)
    gone = [(key,) for (key,) in db.execute("SELECT key FROM temp.guest").fetchall() if key not in placed]
    left_out = f"UPDATE stage.{table(STUDENT)} SET fate = 1, rule = '{NOT_CHOSEN}' WHERE key = ? AND fate <> 1"
    db.executemany(left_out, gone)


def name_schools(db: sqlite3.Connection) -> None:
    """Add the schools of their enrollments to students who are in classes of other schools than their own."""
    joined = _ENROLLED.format(join=f"JOIN stage.{table(STUDENT)} s ON s.key = e.student AND s.fate = 0")
    rows = db.execute(f"SELECT DISTINCT e.student, c.school {joined} AND c.school <> s.school ORDER BY 1, 2").fetchall()
    if not rows:
        return
    names = dict(db.execute(f"SELECT key, {value('record', 0)} FROM stage.{table(SCHOOL)} WHERE fate = 0"))
    others: dict[int, list[str]] = {}
    for student, school in rows:
        others.setdefault(student, []).append(names[school])
    for student, schools in others.items():
        (record,) = db.execute(f"SELECT record FROM stage.{table(STUDENT)} WHERE key = ?", [student]).fetchone()
        home = _decode(record)[_PLACE]
        db.execute(
            f"UPDATE stage.{table(STUDENT)} SET record = ? WHERE key = ?",
            [_with_schools(record, [home, *schools]), student],
        )


def _with_schools(record: bytes, schools: list[str]) -> bytes:
    values = _decode(record)
    values[_PLACE] = SEPARATOR.join(schools)
    return _encode(values)


def left_out_guests(db: sqlite3.Connection) -> list[Problem]:
    """How many active students are left out for their school although they are in a class of a chosen one.

    Each of them has that as the rule by which they are left out.
    """
    # Nothing else is wrong with an enrollment that goes along with its student.
    along = goes_along(STUDENT.key, NOT_CHOSEN)
    joined = "stage.stage_enrollment e JOIN stage.stage_class c ON c.key = e.class AND c.fate = 0"
    found = f"FROM {joined} WHERE e.fate = 1 AND e.rule = '{along}'"
    students, classes, first = db.execute(
        f"SELECT count(DISTINCT e.student), count(DISTINCT e.class), min(e.student) {found}"
    ).fetchone()
    if not students:
        return []
    db.execute(f"UPDATE stage.{table(STUDENT)} SET rule = '{LEFT_OUT}' WHERE key IN (SELECT e.student {found})")
    in_classes = f"in {classes:,} {'class' if classes == 1 else 'classes'}"
    return [Problem(LEFT_OUT, STUDENT.key, first, None, with_count(in_classes, students))]
