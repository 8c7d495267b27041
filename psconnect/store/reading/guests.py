"""Students in classes of a school that is not their own: which schools they are delivered with.

A student's schools are the home school, then the schools of the enrollments that are delivered. A student whose home
school was not chosen is a guest at those other schools, and is delivered only because of these enrollments. This is
worked out in SQL over the attached staging; only students in a class of another school are looked at one by one.
"""

from __future__ import annotations

import sqlite3
from itertools import groupby
from operator import itemgetter

from psconnect.model.entities import CLASS, ENROLLMENT, SCHOOL, STUDENT, Entity
from psconnect.model.id_attributes import SEPARATOR
from psconnect.model.problems import NOT_CHOSEN, Problem, goes_along, with_count
from psconnect.store.reading.staging import IN, KEPT, OUT, staged, unusable
from psconnect.store.record import decode_record, encode_record, record_id

GUEST_LEFT_OUT = "guest-left-out"
_PLACE = STUDENT.attributes.index("schoolSourcedIds")


def _there(alias: str, entity: Entity) -> str:
    """SQL: whether the staged record with that alias is delivered, or stays as delivered."""
    delivered = f"SELECT 1 FROM ledger l WHERE l.entity = {entity.rank} AND l.key = {alias}.key"
    return f"({alias}.fate = {IN} OR {alias}.fate = {KEPT} AND EXISTS ({delivered}))"


_ENROLLED = (
    "FROM stage.stage_enrollment e {join} JOIN stage.stage_class c ON c.key = e.class "
    f"JOIN {staged(SCHOOL)} o ON o.key = c.school "
    f"WHERE {_there('e', ENROLLMENT)} AND {_there('c', CLASS)} AND o.fate = {IN}"
)
"""SQL for delivered student enrollments with their classes and the schools of these classes."""
_AT_OTHERS = (
    _ENROLLED.format(join=f"JOIN {staged(STUDENT)} s ON s.key = e.student AND s.fate = {IN}")
    + " AND c.school <> s.school {}"
)
"""The same for students whose own school is another one."""


_NOT_CHOSEN = f"SELECT key FROM {staged(SCHOOL)} WHERE rule = '{NOT_CHOSEN}'"


def find_guests(db: sqlite3.Connection) -> None:
    """Note students who are in, or could be, although their home school was not chosen; none if every school was."""
    db.execute("DROP TABLE IF EXISTS temp.guest")
    db.execute("CREATE TEMP TABLE guest (key INTEGER PRIMARY KEY)")
    if _some_not_chosen(db):
        db.execute(
            f"INSERT INTO temp.guest SELECT key FROM {staged(STUDENT)} s "
            f"WHERE (fate = {IN} OR {unusable('s')}) AND school IN ({_NOT_CHOSEN})"
        )


def _some_not_chosen(db: sqlite3.Connection) -> bool:
    return bool(db.execute(f"SELECT EXISTS ({_NOT_CHOSEN})").fetchone()[0])


def place_guests(db: sqlite3.Connection) -> None:
    """Place guests at the school of their classes, the first one by key; leave out guests who are in no class."""
    if not db.execute("SELECT EXISTS (SELECT 1 FROM temp.guest)").fetchone()[0]:
        return
    joined = _ENROLLED.format(join="JOIN temp.guest g ON g.key = e.student")
    first = f"SELECT e.student student, min(c.school) school {joined} GROUP BY 1"
    name = record_id("o.record")
    rows = db.execute(
        f"SELECT f.school, {name}, s.record, s.key FROM ({first}) f JOIN {staged(STUDENT)} s ON s.key = f.student "
        f"JOIN {staged(SCHOOL)} o ON o.key = f.school"
    ).fetchall()
    sql = f"UPDATE {staged(STUDENT)} SET school = ?, record = ? WHERE key = ?"
    db.executemany(sql, [(school, _with_schools(record, [name]), key) for school, name, record, key in rows])
    placed = frozenset(key for *_rest, key in rows)
    gone = [(key,) for (key,) in db.execute("SELECT key FROM temp.guest").fetchall() if key not in placed]
    left_out = (
        f"UPDATE {staged(STUDENT)} AS s SET fate = {OUT}, rule = '{NOT_CHOSEN}' "
        f"WHERE key = ? AND (fate = {IN} OR {unusable('s')})"
    )
    db.executemany(left_out, gone)


def name_schools(db: sqlite3.Connection) -> None:
    """Add the schools of their classes to students who are in classes of other schools."""
    db.execute("DROP TABLE IF EXISTS temp.placed")
    db.execute(
        f"CREATE TEMP TABLE placed AS SELECT DISTINCT e.student key, c.school school {_AT_OTHERS.format('')} "
        "ORDER BY 1, 2"
    )
    _name(db, db.execute("SELECT key, school FROM temp.placed").fetchall())


def named_again(db: sqlite3.Connection) -> list[tuple[int, bytes]]:
    """Name them again after enrollments were removed; returns key and record of each student who changed."""
    db.execute("CREATE TEMP TABLE IF NOT EXISTS placed (key INTEGER, school INTEGER)")
    there = _AT_OTHERS.format("AND e.student IN (SELECT key FROM temp.placed)")
    still: list[tuple[int, int | None]] = db.execute(
        f"SELECT DISTINCT e.student, c.school {there} ORDER BY 1, 2"
    ).fetchall()
    found = {student for student, _school in still}
    still += [(key, None) for (key,) in db.execute("SELECT DISTINCT key FROM temp.placed") if key not in found]
    return _name(db, still)


def _name(db: sqlite3.Connection, rows: list[tuple[int, int | None]]) -> list[tuple[int, bytes]]:
    """Give these students their home school and these others, in this order; returns the students who had others."""
    if not rows:
        return []
    names = dict(db.execute(f"SELECT key, {record_id('record')} FROM {staged(SCHOOL)}"))
    changed = []
    for student, schools in groupby(rows, key=itemgetter(0)):
        sql = f"SELECT record FROM {staged(STUDENT)} WHERE key = ? AND fate = {IN}"
        for (record,) in db.execute(sql, [student]).fetchall():
            home = decode_record(record)[_PLACE].split(SEPARATOR)[0]
            named = _with_schools(
                record, [home, *(names[school] for _student, school in schools if school is not None)]
            )
            if named != record:
                db.execute(f"UPDATE {staged(STUDENT)} SET record = ? WHERE key = ?", [named, student])
                changed.append((student, named))
    return changed


def _with_schools(record: bytes, schools: list[str]) -> bytes:
    values = decode_record(record)
    values[_PLACE] = SEPARATOR.join(schools)
    return encode_record(values)


def left_out_guests(db: sqlite3.Connection) -> list[Problem]:
    """How many active students are left out because of their school although they are in a class of a chosen one.

    Each of them has that as the rule by which they are left out.
    """
    if not _some_not_chosen(db):
        return []
    # An enrollment that goes along with its student is fine otherwise.
    along = goes_along(STUDENT.key, NOT_CHOSEN)
    joined = f"stage.stage_enrollment e JOIN stage.stage_class c ON c.key = e.class AND c.fate = {IN}"
    found = f"FROM {joined} WHERE e.fate = {OUT} AND e.rule = '{along}'"
    students, classes, first = db.execute(
        f"SELECT count(DISTINCT e.student), count(DISTINCT e.class), min(e.student) {found}"
    ).fetchone()
    if not students:
        return []
    db.execute(f"UPDATE {staged(STUDENT)} SET rule = '{GUEST_LEFT_OUT}' WHERE key IN (SELECT e.student {found})")
    in_classes = f"in {classes:,} {'class' if classes == 1 else 'classes'}"
    return [Problem(GUEST_LEFT_OUT, STUDENT.key, first, None, with_count(in_classes, students))]
