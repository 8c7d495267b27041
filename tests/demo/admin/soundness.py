"""Which rows of a district point to nothing or contradict another; a change must never add one."""

from __future__ import annotations

import sqlite3

#: Each finds rows that should not be there. The district is made with a few of them on purpose.
RULES = {
    "a student's school": """SELECT DCID FROM Students s
        WHERE NOT EXISTS (SELECT 1 FROM Schools c WHERE c.School_Number = s.SchoolID)""",
    "a student's grade": """SELECT s.DCID FROM Students s JOIN Schools c ON c.School_Number = s.SchoolID
        WHERE s.Enroll_Status = 0 AND s.Grade_Level NOT BETWEEN c.Low_Grade AND c.High_Grade""",
    "a student as a person": """SELECT DCID FROM Students s
        WHERE NOT EXISTS (SELECT 1 FROM Person p WHERE p.ID = s.Person_ID AND p.LastName = s.Last_Name)""",
    "a class's student": "SELECT DCID FROM CC WHERE StudentID NOT IN (SELECT ID FROM Students)",
    "a class's section": """SELECT c.DCID FROM CC c WHERE NOT EXISTS (SELECT 1 FROM Sections s
        WHERE s.ID = abs(c.SectionID) AND s.TermID = abs(c.TermID) AND s.SchoolID = c.SchoolID
        AND s.Course_Number = c.Course_Number AND s.Section_Number = c.Section_Number)""",
    "a dropped class": """SELECT DCID FROM CC WHERE (SectionID < 0) <> (TermID < 0)
        OR (SectionID < 0 AND OrigSectionID <> -SectionID) OR (SectionID > 0 AND OrigSectionID <> 0)
        OR DateLeft < DateEnrolled""",
    "a running class of who isn't there": """SELECT c.DCID FROM CC c JOIN Students s ON s.ID = c.StudentID
        WHERE c.SectionID > 0 AND c.DateEnrolled <= :today AND c.DateLeft > :today
        AND (s.Enroll_Status <> 0 OR s.SchoolID <> c.SchoolID)""",
    "a class twice at a time": """SELECT min(DCID) FROM CC
        WHERE SectionID > 0 AND DateEnrolled <= :today AND DateLeft > :today GROUP BY StudentID, SectionID
        HAVING count(*) > 1""",
    "a section's term": """SELECT DCID FROM Sections s WHERE NOT EXISTS
        (SELECT 1 FROM Terms t WHERE t.ID = s.TermID AND t.SchoolID = s.SchoolID AND t.YearID = s.YearID)""",
    "a section's course": "SELECT DCID FROM Sections WHERE Course_Number NOT IN (SELECT Course_Number FROM Courses)",
    "a section's teacher": """SELECT DCID FROM Sections WHERE coalesce(Teacher, 0) <> 0
        AND Teacher NOT IN (SELECT ID FROM SchoolStaff)""",
    "a section's size": """SELECT s.DCID FROM Sections s
        WHERE s.No_of_Students <> (SELECT count(*) FROM CC c WHERE c.SectionID = s.ID)""",
    "a section's staff": """SELECT ID FROM SectionTeacher WHERE SectionID NOT IN (SELECT ID FROM Sections)
        OR TeacherID NOT IN (SELECT ID FROM SchoolStaff)""",
    "a post's person": "SELECT DCID FROM SchoolStaff WHERE Users_DCID NOT IN (SELECT DCID FROM Users)",
    "two posts in a school": "SELECT min(DCID) FROM SchoolStaff GROUP BY Users_DCID, SchoolID HAVING count(*) > 1",
    "a mail address's person": """SELECT PersonEmailAddressAssocID FROM PersonEmailAddressAssoc
        WHERE PersonID NOT IN (SELECT ID FROM Person)
        OR EmailAddressID NOT IN (SELECT EmailAddressID FROM EmailAddress)""",
    "a contact": """SELECT StudentContactAssocID FROM StudentContactAssoc
        WHERE StudentDCID NOT IN (SELECT DCID FROM Students) OR PersonID NOT IN (SELECT ID FROM Person)""",
    "a day's cycle day": """SELECT d.DCID FROM Calendar_Day d WHERE d.InSession = 1 AND NOT EXISTS
        (SELECT 1 FROM Cycle_Day y WHERE y.ID = d.Cycle_Day_ID AND y.SchoolID = d.SchoolID)""",
    "an ID twice": """SELECT min(DCID) FROM (SELECT DCID, 'Students' t, ID FROM Students UNION ALL
        SELECT DCID, 'CC', ID FROM CC UNION ALL SELECT DCID, 'Sections', ID FROM Sections UNION ALL
        SELECT DCID, 'SchoolStaff', ID FROM SchoolStaff UNION ALL SELECT DCID, 'Person', ID FROM Person UNION ALL
        SELECT DCID, 'Calendar_Day', ID FROM Calendar_Day UNION ALL SELECT DCID, 'Cycle_Day', ID FROM Cycle_Day UNION
        ALL SELECT DCID, 'ReEnrollments', ID FROM ReEnrollments UNION ALL
        SELECT DCID, 'Section_Meeting', ID FROM Section_Meeting UNION ALL
        SELECT DCID, 'Students', Student_Number FROM Students WHERE Student_Number NOT IN (SELECT ID FROM Students))
        GROUP BY t, ID HAVING count(*) > 1""",
}


def unsound(database: sqlite3.Connection, today: str) -> set[tuple[str, int]]:
    """(rule, key of the row) of everything that is not sound on a day."""
    return {
        (rule, key)
        for rule, sql in RULES.items()
        for (key,) in database.execute(sql, {"today": today} if ":" in sql else {})
    }
