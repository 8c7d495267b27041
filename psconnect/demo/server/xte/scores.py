"""Scores of assignments (13.4). All functions need the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psconnect.demo.server.writes.rows import insert, update
from psconnect.demo.server.xte.fields import SCORE, bad, conflict, rows, stored_row

if TYPE_CHECKING:
    import sqlite3

    from psconnect.demo.district.rows import Value


def save_score(database: sqlite3.Connection, taught: set[int], body: dict[str, Any]) -> dict[str, object]:
    """Save one score and return its new state. ``taught`` are the teacher's Sections.DCID.

    Raises:
        Refusal: 400 for invalid values, 409 for a score that contradicts the gradebook.

    """
    section = body.get("_assignmentsection")
    place = section.get("assignmentsectionid") if isinstance(section, dict) else None
    if not isinstance(place, int):
        raise bad("_assignmentsection.assignmentsectionid is required")
    values = stored_row(SCORE, body, "AssignmentScore")
    _check_place(database, taught, place, values)
    sql = "SELECT AssignmentScoreID FROM AssignmentScore WHERE AssignmentSectionID = ? AND StudentsDCID = ?"
    known = database.execute(sql, [place, values["StudentsDCID"]]).fetchone()
    sent = body.get("assignmentscoreid")
    if known is not None and sent is None:
        raise conflict("The student has a score already; its assignmentscoreid is needed to change it")
    if sent is not None and (known is None or known[0] != sent):
        raise conflict("assignmentscoreid is not the score of this student and section")
    if known is None:
        key = insert(database, "AssignmentScore", {"AssignmentSectionID": place, **values})
    else:
        key = int(known[0])
        update(database, "AssignmentScore", key, values)
    (saved,) = rows(database, "AssignmentScore", SCORE, "AssignmentScoreID = ?", [key])
    return {**saved, "_assignmentsection": {"_id": place, "assignmentsectionid": place}}


def _check_place(database: sqlite3.Connection, taught: set[int], place: int, values: dict[str, Value]) -> None:
    row = database.execute(
        "SELECT SectionsDCID, ScoreType FROM AssignmentSection WHERE AssignmentSectionID = ?", [place]
    ).fetchone()
    if row is None or row[0] not in taught:
        raise conflict("assignmentsectionid is no assignment of a section of this teacher")
    if values["ScoreType"] != row[1]:
        raise conflict("scoretype is not that of the assignment")
    sql = """SELECT 1 FROM CC JOIN Sections s ON s.ID = abs(CC.SectionID) JOIN Students t ON t.ID = CC.StudentID
        WHERE s.DCID = ? AND t.DCID = ?"""
    if database.execute(sql, [row[0], values["StudentsDCID"]]).fetchone() is None:
        raise conflict("studentsdcid is not in the section")
