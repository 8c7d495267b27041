"""Faults that change the district itself, as somebody else may do at any time (D19 to D22).

By default each strikes once. Changes stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from psconnect.demo.server.changes import LOG

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from psconnect.demo.server.database import District
    from psconnect.demo.server.faults import Fault

_STUDENT_ROWS: Final = (
    "DELETE FROM CC WHERE StudentID = (SELECT ID FROM Students WHERE DCID = ?)",
    "DELETE FROM StudentContactAssoc WHERE StudentDCID = ?",
    "DELETE FROM Students WHERE DCID = ?",
)
#: Added to a renumbered school's number, and to the highest number for a new school.
_STEP: Final = 7
_GRADUATED: Final = 999_999


def strike_district(fault: Fault, district: District) -> None:
    """Change the district, if this is one of these faults."""
    change = _CHANGES.get(fault.name)
    if change is not None:
        with district.transaction() as db:
            change(db, fault)


def _reuse_a_key(db: sqlite3.Connection, fault: Fault) -> None:
    """D19: the active student with the highest key is deleted, or the key ``amount`` returns for somebody else."""
    if fault.form == "gone":
        (dcid,) = db.execute(
            "SELECT max(DCID) FROM Students WHERE Enroll_Status = 0 AND SchoolID <> ?", [_GRADUATED]
        ).fetchone()
        for statement in _STUDENT_ROWS:
            db.execute(statement, [dcid])
        return
    names = _columns(db, "Students")
    changed = {
        "DCID": str(int(fault.amount)),
        "ID": "(SELECT max(ID) + 1 FROM Students)",
        "Student_Number": "(SELECT max(Student_Number) + 1 FROM Students)",
        "First_Name": "'Reused'",
        "Last_Name": "'Newcomer'",
        "Student_Web_ID": "'reused.newcomer'",
        "State_StudentNumber": "NULL",
        "DOB": "'2015-01-02'",
        "Person_ID": "NULL",
    }
    values = ", ".join(changed.get(name, name) for name in names)
    db.execute(
        f"INSERT INTO Students ({', '.join(names)}) SELECT {values} FROM Students "  # noqa: S608 - names of the schema
        f"WHERE Enroll_Status = 0 AND SchoolID <> {_GRADUATED} ORDER BY DCID LIMIT 1"
    )


def _multiply_students(db: sqlite3.Connection, fault: Fault) -> None:
    """D20: the number of students is multiplied; each copy has the classes of its original."""
    (step,) = db.execute("SELECT max(max(DCID), max(ID), max(Student_Number)) FROM Students").fetchone()
    (rows,) = db.execute("SELECT max(max(DCID), max(ID)) FROM CC").fetchone()
    times = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
    copies = int(fault.amount) - 1
    if copies < 1:
        return
    apart = ("Last_Name", "Student_Web_ID", "State_StudentNumber")
    changes = {
        "CC": {name: f"{name} + i * {rows}" for name in ("DCID", "ID")} | {"StudentID": f"StudentID + i * {step}"},
        "Students": {name: f"{name} + i * {step}" for name in ("DCID", "ID", "Student_Number")}
        | {name: f"{name} || i" for name in apart},
    }
    for table, changed in changes.items():
        names = _columns(db, table)
        values = ", ".join(changed.get(name, name) for name in names)
        where = f" WHERE SchoolID <> {_GRADUATED}" if table == "Students" else ""
        db.execute(
            f"INSERT INTO {table} ({', '.join(names)}) {times} SELECT {values} FROM {table}, n{where}",  # noqa: S608 - names of the schema
            [copies],
        )


def _change_content(db: sqlite3.Connection, fault: Fault) -> None:
    """D21: a student's value changes, but neither the row's time stamp nor its data version."""
    wanted = (fault.field or "last_name").lower()
    name = next(each for each in _columns(db, "Students") if each.lower() == wanted)
    logged = bool(_columns(db, LOG))
    (newest,) = db.execute(f"SELECT coalesce(max(version), 0) FROM {LOG}").fetchone() if logged else (0,)  # noqa: S608 - our own table
    db.execute(
        f"UPDATE Students SET {name} = {name} || ' II' "  # noqa: S608 - a name of the schema
        f"WHERE DCID = (SELECT min(DCID) FROM Students WHERE Enroll_Status = 0 AND SchoolID <> {_GRADUATED})"
    )
    if logged:
        db.execute(f"DELETE FROM {LOG} WHERE version > ?", [newest])  # noqa: S608 - our own table


def _change_schools(db: sqlite3.Connection, fault: Fault) -> None:
    """D22: a new school, or a school with a new number, changed everywhere."""
    highest = f"(SELECT max(School_Number) FROM Schools WHERE School_Number <> {_GRADUATED})"  # noqa: S608 - a number
    if fault.form == "added":
        names = _columns(db, "Schools")
        changed = {
            "DCID": "(SELECT max(DCID) + 1 FROM Schools)",
            "ID": "(SELECT max(ID) + 1 FROM Schools)",
            "School_Number": f"{highest} + {_STEP}",
            "Name": "'Newly Opened School'",
        }
        values = ", ".join(changed.get(name, name) for name in names)
        db.execute(
            f"INSERT INTO Schools ({', '.join(names)}) SELECT {values} FROM Schools "  # noqa: S608 - names of the schema
            f"WHERE School_Number <> {_GRADUATED} ORDER BY DCID LIMIT 1"
        )
        return
    (old, new) = db.execute(
        f"SELECT School_Number, {highest} + {_STEP} FROM Schools WHERE School_Number <> {_GRADUATED} "  # noqa: S608 - a number
        "ORDER BY DCID LIMIT 1"
    ).fetchone()
    db.execute("UPDATE Schools SET School_Number = ? WHERE School_Number = ?", [new, old])
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for name in _columns(db, table):
            if name.lower() in ("schoolid", "homeschoolid"):
                db.execute(f"UPDATE {table} SET {name} = ? WHERE {name} = ?", [new, old])  # noqa: S608 - as above


def _columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


_CHANGES: Final[dict[str, Callable[[sqlite3.Connection, Fault], None]]] = {
    "D19": _reuse_a_key,
    "D20": _multiply_students,
    "D21": _change_content,
    "D22": _change_schools,
}
