"""Assignments: one for several sections of a teacher (13.4). All functions need the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.server.messages import Refusal, message_reply
from psconnect.demo.server.writes.rows import delete, insert, update
from psconnect.demo.server.xte.fields import (
    ASSIGNMENT,
    ASSIGNMENT_SECTION,
    CATEGORY_LINK,
    GradebookField,
    bad,
    conflict,
    missing,
    objects,
    rows,
    stored_row,
)

if TYPE_CHECKING:
    import sqlite3

    from psconnect.demo.district.rows import Value

_SECTIONS: Final = "_assignmentsections"
_CATEGORIES: Final = "_assignmentcategoryassociations"
_STUDENTS: Final = "_assignmentstudentassociations"
_STANDARDS: Final = "_assignmentstandardassociations"
_STUDENT_LINK: Final = (GradebookField("StudentsDCID", "number", required=True),)
#: What may differ between the sections of one assignment.
_OWN: Final = ("SectionsDCID", "DueDate")
_SCORING: Final = ("ScoreType", "ScoreEntryPoints", "TotalPointValue")
_SCORE_TYPES: Final = ("POINTS", "PERCENT", "COLLECTED", "GRADESCALE")


def assignment(database: sqlite3.Connection, key: int) -> dict[str, object] | None:
    """An assignment with its sections; None if it doesn't exist."""
    found = rows(database, "Assignment", ASSIGNMENT, "AssignmentID = ?", [key])
    if not found:
        return None
    (by_plugin,) = database.execute("SELECT CreatedByPlugin FROM Assignment WHERE AssignmentID = ?", [key]).fetchone()
    sections = rows(database, "AssignmentSection", ASSIGNMENT_SECTION, "AssignmentID = ?", [key])
    for one in sections:
        place = [int(str(one["assignmentsectionid"]))]
        one |= {"islocked": False, "hasextracriteria": False}
        one["minvalues"] = {"minpercent": None, "minpoints": None, "mingrade": None}
        one[_CATEGORIES] = rows(database, "AssignmentCategoryAssoc", CATEGORY_LINK, "AssignmentSectionID = ?", [*place])
        one[_STUDENTS] = rows(database, "AssignmentStudentAssoc", _STUDENT_LINK, "AssignmentSectionID = ?", [*place])
    return {**found[0], "createdbyplugin": bool(by_plugin), _SECTIONS: sections, _STANDARDS: []}


def sections_of(database: sqlite3.Connection, key: int) -> dict[int, int]:
    """Sections.DCID -> AssignmentSectionID of an assignment."""
    found = database.execute(
        "SELECT SectionsDCID, AssignmentSectionID FROM AssignmentSection WHERE AssignmentID = ?", [key]
    )
    return dict(found.fetchall())


def keys_of(database: sqlite3.Connection, sections: list[int]) -> list[int]:
    """The assignments of any of these sections."""
    marks = ", ".join("?" * len(sections))
    sql = f"SELECT DISTINCT AssignmentID FROM AssignmentSection WHERE SectionsDCID IN ({marks}) ORDER BY 1"  # noqa: S608 - marks
    return [key for (key,) in database.execute(sql, sections).fetchall()]


class AssignmentBody:
    """An assignment as sent, checked on its own."""

    def __init__(self, body: dict[str, Any]) -> None:
        """Parse it.

        Raises:
            Refusal: 400 for invalid values, 409 if the sections differ in what they must share.

        """
        self.values = stored_row(ASSIGNMENT, body, "Assignment")
        if objects(body, _STANDARDS):
            raise conflict("The district keeps no standards to associate")
        self._sent = objects(body, _SECTIONS)
        self.sections = [stored_row(ASSIGNMENT_SECTION, one, "AssignmentSection") for one in self._sent]
        if not self.sections:
            raise bad(f"{_SECTIONS} must have at least one section")
        if len({one["SectionsDCID"] for one in self.sections}) < len(self.sections):
            raise conflict("A section stands there twice")
        if any(one["ScoreType"] not in _SCORE_TYPES for one in self.sections):
            raise bad(f"scoretype must be one of {', '.join(_SCORE_TYPES)}")
        shared = [
            ({name: value for name, value in one.items() if name not in _OWN}, self.categories(at))
            for at, one in enumerate(self.sections)
        ]
        if any(one != shared[0] for one in shared):
            raise conflict("All but due date and students has to be the same in all sections of an assignment")

    def dcids(self) -> list[int]:
        """The Sections.DCID of its sections."""
        return [int(one["SectionsDCID"] or 0) for one in self.sections]

    def categories(self, at: int) -> list[dict[str, Value]]:
        """The category links of one section."""
        links = objects(self._sent[at], _CATEGORIES)
        return [stored_row(CATEGORY_LINK, one, "AssignmentCategoryAssoc") for one in links]

    def students(self, at: int) -> list[dict[str, Value]]:
        """The students that the assignment is limited to in one section."""
        links = objects(self._sent[at], _STUDENTS)
        return [stored_row(_STUDENT_LINK, one, "AssignmentStudentAssoc") for one in links]


def create(database: sqlite3.Connection, users_dcid: int, body: AssignmentBody) -> int:
    """Create a teacher's assignment and return its key."""
    _check_categories(database, users_dcid, body)
    key = insert(database, "Assignment", {**body.values, "UsersDCID": users_dcid, "CreatedByPlugin": 1})
    for at, section in enumerate(body.sections):
        place = insert(database, "AssignmentSection", {"AssignmentID": key, **section})
        _link(database, place, body, at)
    return key


def replace(
    database: sqlite3.Connection, users_dcid: int, key: int, body: AssignmentBody, *, update_scores: bool
) -> None:
    """Replace everything of an assignment but its scores.

    Raises:
        Refusal: 409 if a section of it is missing, or if scoring changes under scores without ``update_scores``.

    """
    _check_categories(database, users_dcid, body)
    known = sections_of(database, key)
    if not set(known) <= set(body.dcids()):
        raise conflict("All sections of the assignment have to be present")
    if is_scored(database, key) and not update_scores and _scoring_changes(database, known, body):
        raise conflict("The assignment has scores: changing its scoring needs update_scores")
    update(database, "Assignment", key, body.values)
    for at, section in enumerate(body.sections):
        place = known.get(int(section["SectionsDCID"] or 0))
        if place is None:
            place = insert(database, "AssignmentSection", {"AssignmentID": key, **section})
        else:
            update(database, "AssignmentSection", place, section)
            _unlink(database, place)
        _link(database, place, body, at)
        database.execute(
            "UPDATE AssignmentScore SET ScoreType = ? WHERE AssignmentSectionID = ?", [section["ScoreType"], place]
        )


def _scoring_changes(database: sqlite3.Connection, known: dict[int, int], body: AssignmentBody) -> bool:
    sql = f"SELECT {', '.join(_SCORING)} FROM AssignmentSection WHERE AssignmentSectionID = ?"  # noqa: S608 - names above
    for section in body.sections:
        place = known.get(int(section["SectionsDCID"] or 0))
        if place and database.execute(sql, [place]).fetchone() != tuple(section[name] for name in _SCORING):
            return True
    return False


def remove(database: sqlite3.Connection, key: int, *, force: bool) -> None:
    """Delete an assignment; with ``force`` also its scores.

    Raises:
        Refusal: 412 if it has scores and ``force`` is not set.

    """
    if is_scored(database, key) and not force:
        raise Refusal(message_reply(412, "The assignment has scores; use force to delete them too"))
    for place in sections_of(database, key).values():
        _unlink(database, place)
        delete(database, "AssignmentScore", place, "AssignmentSectionID")
        delete(database, "AssignmentSection", place)
    delete(database, "Assignment", key)


def is_scored(database: sqlite3.Connection, key: int) -> bool:
    """Whether an assignment has scores."""
    sql = """SELECT 1 FROM AssignmentScore s JOIN AssignmentSection a USING (AssignmentSectionID)
        WHERE a.AssignmentID = ?"""
    return database.execute(sql, [key]).fetchone() is not None


def owner(database: sqlite3.Connection, key: int) -> int:
    """The Users.DCID of the teacher who created an assignment.

    Raises:
        Refusal: 404 if it doesn't exist.

    """
    row = database.execute("SELECT UsersDCID FROM Assignment WHERE AssignmentID = ?", [key]).fetchone()
    if row is None:
        raise missing()
    return int(row[0])


def _check_categories(database: sqlite3.Connection, users_dcid: int, body: AssignmentBody) -> None:
    for link in body.categories(0):
        sql = "SELECT 1 FROM TeacherCategory WHERE TeacherCategoryID = ? AND UsersDCID = ?"
        if database.execute(sql, [link["TeacherCategoryID"], users_dcid]).fetchone() is None:
            raise conflict("teachercategoryid is no category of this teacher")


def _link(database: sqlite3.Connection, place: int, body: AssignmentBody, at: int) -> None:
    for link in body.categories(at):
        insert(database, "AssignmentCategoryAssoc", {"AssignmentSectionID": place, **link})
    for link in body.students(at):
        insert(database, "AssignmentStudentAssoc", {"AssignmentSectionID": place, **link})


def _unlink(database: sqlite3.Connection, place: int) -> None:
    for table in ("AssignmentCategoryAssoc", "AssignmentStudentAssoc"):
        delete(database, table, place, "AssignmentSectionID")
