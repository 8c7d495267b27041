"""Reads people, schools and sections for the pages, from the district's own tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from psconnect.demo.server.database import District

NamedRow = dict[str, Any]
#: Students.Enroll_Status in words (docs/powerschool.md 16.2).
STATUSES: Final = {
    -1: "Pre-registered", 0: "Active", 1: "Inactive", 2: "Transferred out", 3: "Graduated", 4: "Imported as historical",
}  # fmt: skip
MOST_FOUND: Final = 50

_STUDENT: Final = """
SELECT s.DCID dcid, s.ID id, s.Student_Number number, s.First_Name first_name, s.Middle_Name middle_name,
s.Last_Name last_name, s.Enroll_Status status, s.Grade_Level grade, s.EntryDate entry, s.ExitDate leaving, s.DOB born,
s.Student_Web_ID account, s.State_StudentNumber state_number, s.Home_Room home_room, c.Name school,
c.DCID school_dcid, c.School_Number school_number,
(SELECT e.EmailAddress FROM PersonEmailAddressAssoc a JOIN EmailAddress e ON e.EmailAddressID = a.EmailAddressID
 WHERE a.PersonID = s.Person_ID ORDER BY a.IsPrimaryEmailAddress DESC LIMIT 1) email
FROM Students s LEFT JOIN Schools c ON c.School_Number = s.SchoolID"""
_CLASSES: Final = """
SELECT x.DCID dcid, c.Course_Number course, o.Course_Name course_name, c.Section_Number number, t.Name term,
c.DateEnrolled enrolled, c.DateLeft left_on, c.SectionID < 0 dropped, u.LastFirst teacher, u.DCID teacher_dcid
FROM CC c LEFT JOIN Sections x ON x.ID = abs(c.SectionID)
LEFT JOIN Courses o ON o.Course_Number = c.Course_Number
LEFT JOIN Terms t ON t.ID = abs(c.TermID) AND t.SchoolID = c.SchoolID
LEFT JOIN SchoolStaff p ON p.ID = x.Teacher LEFT JOIN Users u ON u.DCID = p.Users_DCID
WHERE c.StudentID = ? ORDER BY abs(c.TermID) / 100 DESC, c.Expression, c.DateEnrolled, c.DCID"""
_CONTACTS: Final = """
SELECT p.ID id, p.FirstName first_name, p.LastName last_name, k.Description relation, d.IsCustodial custodial,
d.IsEmergency emergency FROM StudentContactAssoc a JOIN Person p ON p.ID = a.PersonID
LEFT JOIN CodeSet k ON k.CodeSetID = a.CurrRelTypeCodeSetID
LEFT JOIN StudentContactDetail d ON d.StudentContactAssocID = a.StudentContactAssocID AND d.IsActive = 1
WHERE a.StudentDCID = ? ORDER BY a.ContactPriorityOrder"""
_SECTION: Final = """
SELECT s.DCID dcid, s.ID id, s.Course_Number course, o.Course_Name course_name, s.Section_Number number,
s.Expression expression, s.Room room, s.No_of_Students size, t.Name term, t.FirstDay first_day, t.LastDay last_day,
c.Name school, c.DCID school_dcid FROM Sections s LEFT JOIN Courses o ON o.Course_Number = s.Course_Number
LEFT JOIN Terms t ON t.ID = s.TermID AND t.SchoolID = s.SchoolID LEFT JOIN Schools c ON c.School_Number = s.SchoolID"""


class Records:
    """The district's data for the pages."""

    def __init__(self, district: District) -> None:
        self._district = district

    def _rows(self, sql: str, *values: object) -> list[NamedRow]:
        with self._district.reader() as reader:
            cursor = reader.database.execute(sql, values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def _one(self, sql: str, *values: object) -> NamedRow | None:
        return next(iter(self._rows(sql, *values)), None)

    # -- search ----------------------------------------------------------------------------------------------------

    def found_students(self, text: str) -> list[NamedRow]:
        """Students with the text in their name, or with that number or account; at most 51."""
        return self._rows(
            f"{_STUDENT} WHERE {_name_match('s.First_Name', 's.Last_Name')} OR CAST(s.Student_Number AS TEXT) = ?1 "
            "OR s.Student_Web_ID = ?1 COLLATE NOCASE ORDER BY s.LastFirst, s.DCID LIMIT ?3",
            text, _fold(text), MOST_FOUND + 1,
        )  # fmt: skip

    def found_staff(self, text: str) -> list[NamedRow]:
        """Staff with the text in their name, or with that number or account; at most 51."""
        return self._rows(
            "SELECT DCID dcid, First_Name first_name, Last_Name last_name, TeacherNumber number, Email_Addr email, "
            f"Title title FROM Users WHERE {_name_match('First_Name', 'Last_Name')} OR TeacherNumber = ?1 "
            "OR LoginID = ?1 OR TeacherLoginID = ?1 ORDER BY LastFirst, DCID LIMIT ?3",
            text, _fold(text), MOST_FOUND + 1,
        )  # fmt: skip

    def found_contacts(self, text: str) -> list[NamedRow]:
        """Contacts with the text in their name; at most 51."""
        return self._rows(
            "SELECT ID id, FirstName first_name, LastName last_name FROM Person p "
            f"WHERE {_name_match('FirstName', 'LastName')} "
            "AND EXISTS (SELECT 1 FROM StudentContactAssoc a WHERE a.PersonID = p.ID) ORDER BY LastName, FirstName, ID "
            "LIMIT ?3",
            text, _fold(text), MOST_FOUND + 1,
        )  # fmt: skip

    def schools(self) -> list[NamedRow]:
        """Every school with its numbers of active students, of sections in a year, and of staff."""
        return self._rows(
            """SELECT DCID dcid, School_Number number, Name name, Low_Grade low, High_Grade high,
            (SELECT count(*) FROM Students s WHERE s.SchoolID = c.School_Number AND s.Enroll_Status = 0) students,
            (SELECT count(*) FROM SchoolStaff p WHERE p.SchoolID = c.School_Number AND p.Status = 1) staff
            FROM Schools c ORDER BY School_Number"""
        )

    # -- single records --------------------------------------------------------------------------------------------

    def student(self, dcid: int) -> NamedRow | None:
        """A student by Students.DCID, with classes and contacts."""
        found = self._one(f"{_STUDENT} WHERE s.DCID = ?", dcid)
        if found is not None:
            found["status"] = STATUSES.get(found["status"], "Inactive")
            found["classes"] = self._rows(_CLASSES, found["id"])
            found["contacts"] = self._rows(_CONTACTS, dcid)
        return found

    def staff(self, users_dcid: int) -> NamedRow | None:
        """A staff member by Users.DCID, with posts and sections."""
        found = self._one(
            """SELECT DCID dcid, First_Name first_name, Last_Name last_name, TeacherNumber number, Email_Addr email,
            Title title, coalesce(LoginID, TeacherLoginID) account FROM Users WHERE DCID = ?""",
            users_dcid,
        )
        if found is not None:
            found["posts"] = self._rows(
                """SELECT p.SchoolID number, c.Name school, c.DCID school_dcid, p.Status = 1 current
                FROM SchoolStaff p LEFT JOIN Schools c ON c.School_Number = p.SchoolID
                WHERE p.Users_DCID = ? ORDER BY p.DCID""",
                users_dcid,
            )
            found["sections"] = self._rows(
                f"""{_SECTION} WHERE s.ID IN (SELECT x.SectionID FROM SectionTeacher x
                JOIN SchoolStaff p ON p.ID = x.TeacherID WHERE p.Users_DCID = ?) ORDER BY s.TermID DESC, s.DCID""",
                users_dcid,
            )
        return found

    def post_holder(self, post_dcid: int) -> int | None:
        """The Users.DCID of the person in a post (SchoolStaff.DCID)."""
        found = self._one("SELECT Users_DCID dcid FROM SchoolStaff WHERE DCID = ?", post_dcid)
        return found["dcid"] if found else None

    def contact(self, person_id: int) -> NamedRow | None:
        """A contact by Person.ID, with mail addresses, phones and students."""
        found = self._one(
            """SELECT ID id, FirstName first_name, LastName last_name, IsActive active FROM Person p WHERE ID = ?
            AND EXISTS (SELECT 1 FROM StudentContactAssoc a WHERE a.PersonID = p.ID)""",
            person_id,
        )
        if found is not None:
            found["mail"] = self._rows(
                """SELECT e.EmailAddress text FROM PersonEmailAddressAssoc a JOIN EmailAddress e
                ON e.EmailAddressID = a.EmailAddressID WHERE a.PersonID = ? ORDER BY a.EmailAddressPriorityOrder""",
                person_id,
            )
            found["phones"] = self._rows(
                """SELECT n.PhoneNumber text FROM PersonPhoneNumberAssoc a JOIN PhoneNumber n
                ON n.PhoneNumberID = a.PhoneNumberID WHERE a.PersonID = ? ORDER BY a.PhoneNumberPriorityOrder""",
                person_id,
            )
            found["students"] = self._rows(
                f"{_STUDENT} WHERE s.DCID IN (SELECT StudentDCID FROM StudentContactAssoc WHERE PersonID = ?) "
                "ORDER BY s.DCID",
                person_id,
            )
        return found

    def section(self, dcid: int) -> NamedRow | None:
        """A section by Sections.DCID, with staff and students."""
        found = self._one(f"{_SECTION} WHERE s.DCID = ?", dcid)
        if found is not None:
            found["staff"] = self._rows(
                """SELECT u.DCID dcid, u.First_Name first_name, u.Last_Name last_name, r.Name role, x.Start_Date first,
                x.End_Date last FROM SectionTeacher x JOIN SchoolStaff p ON p.ID = x.TeacherID
                JOIN Users u ON u.DCID = p.Users_DCID LEFT JOIN RoleDef r ON r.ID = x.RoleID WHERE x.SectionID = ?
                ORDER BY x.PriorityOrder, x.ID""",
                found["id"],
            )
            found["students"] = self._rows(
                """SELECT s.DCID dcid, s.First_Name first_name, s.Last_Name last_name, c.DateEnrolled enrolled,
                c.DateLeft left_on, c.SectionID < 0 dropped FROM CC c JOIN Students s ON s.ID = c.StudentID
                WHERE c.SectionID = ?1 OR c.SectionID = -?1 ORDER BY s.LastFirst, c.DCID""",
                found["id"],
            )
        return found

    def school(self, dcid: int) -> NamedRow | None:
        """A school by Schools.DCID, with terms and sections."""
        found = next((one for one in self.schools() if one["dcid"] == dcid), None)
        if found is not None:
            found["terms"] = self._rows(
                """SELECT Name name, Abbreviation abbreviation, FirstDay first, LastDay last FROM Terms
                WHERE SchoolID = ? ORDER BY YearID DESC, ID""",
                found["number"],
            )
            found["sections"] = self._rows(
                f"{_SECTION} WHERE s.SchoolID = ? ORDER BY s.YearID DESC, s.Course_Number, s.DCID LIMIT 500",
                found["number"],
            )
        return found


def _fold(text: str) -> str:
    return "%" + text.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"


def _name_match(first: str, last: str) -> str:
    """A condition on two columns: "first last", "last, first" or a part of either holds ?2 (readers compare cases)."""
    whole = f"lower(coalesce({first}, '') || ' ' || {last} || ', ' || coalesce({first}, ''))"
    return f"{whole} LIKE lower(?2) ESCAPE '!'"
