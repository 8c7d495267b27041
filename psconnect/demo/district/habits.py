"""How districts keep their records (docs/powerschool.md 16, 19): changes to a newly built district."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, Literal

from psconnect.demo.switch import switch

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_Ids = Literal["unique", "students", "sections", "staff", "courses"]
_Case = Literal["same", "lower"]
_Roles = Literal["usual", "public", "own"]


@dataclass(frozen=True, slots=True)
class Habits:
    """The habits of a district. The defaults leave the district as built.

    Attributes:
        repeated_ids: which IDs begin anew in every school, while DCIDs stay unique: none ("unique"), those of Students,
            Sections or SchoolStaff, or every school has "courses" of its own under the numbers of the district's.
        role_names: RoleDef.Name is the "usual" one, another one seen in "public", or the district's "own" word.
        role_keys: RoleDef.RoleKey is filled; else it is null.
        system_user: Users has a row with DCID -100 that is not a person.
        placeholder_logins: missing login names contain ``##`` or ``~~`` and a number instead of nothing.
        course_case: Sections spell course numbers like Courses ("same"), or in lower case ("lower").
        later_ids: a contact's second phone and e-mail have lower ids than the first ones in PowerSchool's order.
        old_details: besides the current one, relations have active details whose dates are over or have not begun.
        relation_type: the type of a relation is in "both" the association and its detail, only in the "detail" (the
            association has an earlier one), or only in the "association".
        dropped_terms: CC.TermID of a dropped class is "negative" like its SectionID, or stays "positive".
        odd: names and a school that readers stumble over; else the people and schools are believable.

    """

    repeated_ids: _Ids = switch("unique", "students", "sections", "staff", "courses", effect="other")  # noqa: RUF009 - a field
    role_names: _Roles = switch("usual", "public", "own", effect="other")  # noqa: RUF009 - a field
    role_keys: bool = True
    system_user: bool = False
    placeholder_logins: bool = False
    course_case: _Case = switch("same", "lower", effect="other")  # noqa: RUF009 - a field
    later_ids: bool = False
    old_details: bool = False
    relation_type: Literal["both", "detail", "association"] = "both"
    dropped_terms: Literal["negative", "positive"] = "negative"
    odd: bool = switch(True, effect="apart")  # noqa: FBT003 - the default

    @property
    def suffix(self) -> str:
        """The suffix of a district's file name; empty for the default habits."""
        if self == Habits():
            return ""
        text = repr([getattr(self, one.name) for one in fields(self)])
        return "-" + hashlib.sha256(text.encode()).hexdigest()[:8]


def apply_habits(database: sqlite3.Connection, habits: Habits) -> None:
    """Change a newly built district, inside the open transaction on ``database``."""
    for one in fields(Habits):
        for statement in _STATEMENTS.get((one.name, getattr(habits, one.name)), ()):
            database.execute(statement)
    if habits.repeated_ids in _REFERENCES:
        _repeat(database, *_REFERENCES[habits.repeated_ids])


def _repeat(database: sqlite3.Connection, table: str, references: Iterable[str]) -> None:
    """Number each school's rows from the same ID on, and update whatever refers to them."""
    database.execute(
        f"""CREATE TEMP TABLE renumbered AS SELECT DCID, ID AS old,
        5000 + row_number() OVER (PARTITION BY SchoolID ORDER BY DCID) AS new FROM {table}"""  # noqa: S608 - names from below
    )
    database.execute("CREATE INDEX temp.renumbered_old ON renumbered (old)")
    for reference in references:
        target, column = reference.split(".")
        database.execute(
            f"""UPDATE {target} SET {column} = sign({column}) * (SELECT new FROM renumbered WHERE old = abs({column}))
            WHERE abs({column}) IN (SELECT old FROM renumbered)"""  # noqa: S608 - names from below
        )
    database.execute(f"UPDATE {table} SET ID = (SELECT new FROM renumbered r WHERE r.DCID = {table}.DCID)")  # noqa: S608 - names from below
    database.execute("DROP TABLE temp.renumbered")


_REFERENCES: Final = {
    "students": ("Students", ("CC.StudentID", "ReEnrollments.StudentID", "StudentRace.StudentID", "Fee.StudentID")),
    "sections": (
        "Sections",
        ("CC.SectionID", "CC.OrigSectionID", "SectionTeacher.SectionID", "Section_Meeting.SectionID"),
    ),
    "staff": ("SchoolStaff", ("Sections.Teacher", "CC.TeacherID", "SectionTeacher.TeacherID")),
}
_STATEMENTS: Final[dict[tuple[str, object], tuple[str, ...]]] = {
    ("repeated_ids", "courses"): (
        """INSERT INTO Courses (DCID, ID, Course_Number, Course_Name, Credit_Hours, SchoolID, Sched_Department,
        CreditType, RegAvailable)
        SELECT 900000 + row_number() OVER (ORDER BY s.School_Number, c.DCID), c.ID, c.Course_Number, c.Course_Name,
        c.Credit_Hours, s.School_Number, c.Sched_Department, c.CreditType, c.RegAvailable
        FROM Courses c JOIN Schools s ON s.School_Number <> 999999 WHERE c.SchoolID = 0""",
    ),
    ("role_names", "own"): (
        """UPDATE RoleDef SET Name = CASE RoleKey WHEN 'LEADTEACHER' THEN 'Captain' WHEN 'COTEACHER' THEN 'Navigator'
        ELSE 'Deckhand' END""",
    ),
    ("role_names", "public"): (
        """UPDATE RoleDef SET Name = CASE RoleKey WHEN 'LEADTEACHER' THEN 'Teacher of Record'
        WHEN 'COTEACHER' THEN 'DESE Co-teacher' ELSE 'Job Share' END""",
    ),
    ("role_keys", False): ("UPDATE RoleDef SET RoleKey = NULL",),
    ("system_user", True): (
        """INSERT INTO Users (DCID, First_Name, Last_Name, LastFirst, LoginID, HomeSchoolId, PTAccess, PSAccess)
        VALUES (-100, 'System', 'Administrator', 'Administrator, System', 'admin', 0, 0, 1)""",
    ),
    ("placeholder_logins", True): (
        "UPDATE Users SET LoginID = '##' || DCID WHERE LoginID IS NULL",
        "UPDATE Users SET TeacherLoginID = '~~' || DCID WHERE TeacherLoginID IS NULL",
        "UPDATE Students SET Student_Web_ID = '##' || DCID WHERE Student_Web_ID IS NULL",
    ),
    ("course_case", "lower"): (
        "UPDATE Sections SET Course_Number = lower(Course_Number)",
        "UPDATE CC SET Course_Number = lower(Course_Number)",
    ),
    ("later_ids", True): (
        # The first ones in PowerSchool's order get the highest ids.
        """UPDATE PersonEmailAddressAssoc SET PersonEmailAddressAssocID = PersonEmailAddressAssocID + 5000000
        WHERE IsPrimaryEmailAddress = 1""",
        """INSERT INTO PhoneNumber (PhoneNumberID, PhoneNumber)
        SELECT PersonPhoneNumberAssocID - 400000, '555-0199' FROM PersonPhoneNumberAssoc""",
        """INSERT INTO PersonPhoneNumberAssoc (PersonPhoneNumberAssocID, PersonID, PhoneNumberID,
        PhoneNumberPriorityOrder, IsPreferred, PhoneTypeCodeSetID)
        SELECT PersonPhoneNumberAssocID - 400000, PersonID, PersonPhoneNumberAssocID - 400000, 2, 0, 23
        FROM PersonPhoneNumberAssoc""",
    ),
    ("old_details", True): (
        """INSERT INTO StudentContactDetail (StudentContactDetailID, StudentContactAssocID, RelationshipTypeCodeSetID,
        IsActive, IsEmergency, IsCustodial, LivesWithFlg, SchoolPickupFlg, ReceivesMailFlg, StartDate, EndDate)
        SELECT 1000 + a.StudentContactAssocID, a.StudentContactAssocID, 208, 1, 0, 0, 0, 0, 0, '2019-08-12',
        '2020-06-12' FROM StudentContactAssoc a""",
        """INSERT INTO StudentContactDetail (StudentContactDetailID, StudentContactAssocID, RelationshipTypeCodeSetID,
        IsActive, IsEmergency, IsCustodial, LivesWithFlg, SchoolPickupFlg, ReceivesMailFlg, StartDate, EndDate)
        SELECT 3000000 + a.StudentContactAssocID, a.StudentContactAssocID, 208, 1, 0, 0, 0, 0, 0, '2199-08-12', NULL
        FROM StudentContactAssoc a""",
        (
            "UPDATE StudentContactDetail SET StartDate = NULL WHERE EndDate IS NULL AND StudentContactAssocID % 3 = 0 "
            "AND StudentContactDetailID < 3000000"
        ),
    ),
    ("relation_type", "detail"): ("UPDATE StudentContactAssoc SET CurrRelTypeCodeSetID = 208",),
    ("relation_type", "association"): ("UPDATE StudentContactDetail SET RelationshipTypeCodeSetID = NULL",),
    ("dropped_terms", "positive"): ("UPDATE CC SET TermID = abs(TermID) WHERE SectionID < 0",),
}
