"""Terms, days, bell schedules and attendance codes of a school year that the district doesn't know yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psconnect.demo.district.schools import write_calendar

if TYPE_CHECKING:
    from psconnect.demo.district.change.desk import Desk
    from psconnect.demo.district.years import SchoolYear


def ensure_year(desk: Desk, year: SchoolYear) -> None:
    """Write a year's calendar for every school, unless it is there."""
    if desk.rows("SELECT 1 FROM Terms WHERE YearID = ? LIMIT 1", year.year_id):
        return
    ((places,),) = desk.rows("SELECT count(*) FROM (SELECT DISTINCT SchoolID, Year_ID FROM Cycle_Day)")
    ((last_day,),) = desk.rows("SELECT max(ID) FROM Calendar_Day")
    write_calendar(desk.writer, desk.schools, [year], places, last_day)
    _copy_codes(desk, year)


def _copy_codes(desk: Desk, year: SchoolYear) -> None:
    """Take the attendance codes over from the year before, with keys of their own."""
    ((codes, entities),) = desk.rows(
        """SELECT (SELECT max(ID) FROM Attendance_Code) + 1 - (SELECT min(ID) FROM Attendance_Code WHERE YearID = ?1),
        (SELECT max(ID) FROM Code_Entity) + 1 - (SELECT min(ID) FROM Code_Entity WHERE YearID = ?1)""",
        year.year_id - 1,
    )
    desk.run(
        """INSERT INTO Att_Code_Code_Entity (ID, Attendance_CodeID, Code_EntityID)
        SELECT (SELECT max(ID) FROM Att_Code_Code_Entity) + row_number() OVER (ORDER BY l.ID),
        l.Attendance_CodeID + ?, l.Code_EntityID + ? FROM Att_Code_Code_Entity l
        JOIN Attendance_Code a ON a.ID = l.Attendance_CodeID WHERE a.YearID = ?""",
        codes,
        entities,
        year.year_id - 1,
    )
    desk.run(
        """INSERT INTO Attendance_Code (ID, SchoolID, YearID, Att_Code, Description, Presence_Status_CD,
        Calculate_ADA_YN, SortOrder) SELECT ID + ?, SchoolID, YearID + 1, Att_Code, Description, Presence_Status_CD,
        Calculate_ADA_YN, SortOrder FROM Attendance_Code WHERE YearID = ? ORDER BY ID""",
        codes,
        year.year_id - 1,
    )
    desk.run(
        """INSERT INTO Code_Entity (ID, SchoolID, YearID, Name) SELECT ID + ?, SchoolID, YearID + 1, Name
        FROM Code_Entity WHERE YearID = ? ORDER BY ID""",
        entities,
        year.year_id - 1,
    )
