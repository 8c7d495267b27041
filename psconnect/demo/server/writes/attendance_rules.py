"""The rules of an attendance record, and which row it becomes (13.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.server.writes.rows import BadValueError, checked_text, column_rules, read_value

if TYPE_CHECKING:
    import sqlite3

    from psconnect.demo.district.rows import Value

    Values = dict[str, Value]

DAILY, TIME, MEETING, INTERVAL = "ATT_ModeDaily", "ATT_ModeTime", "ATT_ModeMeeting", "ATT_ModeInterval"
_REQUIRED: Final = ("StudentID", "Att_Date", "SchoolID", "YearID", "Att_Mode_Code", "Attendance_CodeID")
_MORE: Final = {TIME: ("Total_Minutes",), MEETING: ("CCID", "Start_Time", "End_Time"), INTERVAL: ("Att_Interval",)}
#: Seconds since midnight, sent as numbers; everything else is text.
_NUMBERS: Final = ("START_TIME", "END_TIME")
_SECONDS_A_DAY: Final = 86_400


def read_record(record: object, *, any_kind: bool) -> Values:
    """The columns that a record sets, in stored form.

    Raises:
        BadValueError: for a record of another shape, an unknown field, or an invalid value.

    """
    tables = record.get("tables") if isinstance(record, dict) else None
    sent = tables.get("attendance") if isinstance(tables, dict) else None
    if not isinstance(sent, dict):
        message = "A record needs tables.attendance"
        raise BadValueError(message)
    rules = column_rules("Attendance")
    values: Values = {}
    for name, value in sent.items():
        rule = rules.get(name.upper())
        if rule is None or rule.name == "ID":
            message = f"Invalid field specified: {name}"
            raise BadValueError(message)
        values[rule.name] = read_value(rule, _text(rule.name, value, any_kind=any_kind))
    return values


def _text(name: str, value: object, *, any_kind: bool) -> str:
    if name.upper() in _NUMBERS and not any_kind:
        if isinstance(value, bool) or not isinstance(value, int):
            message = f"{name} must be a number of seconds since midnight"
            raise BadValueError(message)
        return str(value)
    return checked_text(name, value, any_kind=any_kind)


def check_record(database: sqlite3.Connection, values: Values, modes: tuple[str, ...]) -> None:
    """Check a record against the district and fill in its calendar day.

    Raises:
        BadValueError: with what is wrong.

    """
    mode = str(values.get("Att_Mode_Code"))
    for name in (*_REQUIRED, *_MORE.get(mode, ())):
        if values.get(name) is None:
            message = f"{name.upper()} is required"
            raise BadValueError(message)
    if mode not in modes:
        message = f"ATT_MODE_CODE must be one of {', '.join(modes)} here"
        raise BadValueError(message)
    _check_keys(database, values)
    _check_day(database, values)
    if mode == MEETING:
        _check_meeting(database, values)


def _check_keys(database: sqlite3.Connection, values: Values) -> None:
    school, year = values["SchoolID"], values["YearID"]
    _require(
        database,
        "SELECT 1 FROM Students WHERE ID = ?",
        [values["StudentID"]],
        "STUDENTID is not the ID of a student; mind that Students.ID is not Students.DCID",
    )
    _require(
        database,
        "SELECT 1 FROM Schools WHERE School_Number = ?",
        [school],
        "SCHOOLID is not the number of a school",
    )
    _require(
        database,
        "SELECT 1 FROM Terms WHERE SchoolID = ? AND YearID = ? AND IsYearRec = 1 AND ? BETWEEN FirstDay AND LastDay",
        [school, year, values["Att_Date"]],
        "YEARID is not the school year of ATT_DATE at this school",
    )
    _require(
        database,
        "SELECT 1 FROM Attendance_Code WHERE ID = ? AND SchoolID = ? AND YearID = ?",
        [values["Attendance_CodeID"], school, year],
        "ATTENDANCE_CODEID is no attendance code of this school and year",
    )


def _check_day(database: sqlite3.Connection, values: Values) -> None:
    row = database.execute(
        "SELECT ID FROM Calendar_Day WHERE SchoolID = ? AND Date_Value = ? AND InSession = 1",
        [values["SchoolID"], values["Att_Date"]],
    ).fetchone()
    if row is None:
        message = "ATT_DATE is not a day in session at this school"
        raise BadValueError(message)
    if values.get("Calendar_DayID") is None:
        values["Calendar_DayID"] = row[0]
    if values["Calendar_DayID"] != row[0]:
        message = "CALENDAR_DAYID is not the day of ATT_DATE at this school"
        raise BadValueError(message)


def _check_meeting(database: sqlite3.Connection, values: Values) -> None:
    _require(
        database,
        "SELECT 1 FROM CC WHERE ID = ? AND StudentID = ?",
        [values["CCID"], values["StudentID"]],
        "CCID is no enrollment of this student",
    )
    if values.get("PeriodID") is not None:
        _require(
            database,
            "SELECT 1 FROM Period WHERE ID = ? AND SchoolID = ? AND YearID = ?",
            [values["PeriodID"], values["SchoolID"], values["YearID"]],
            "PERIODID is no period of this school and year",
        )
    if not 0 <= _number(values["Start_Time"]) < _number(values["End_Time"]) <= _SECONDS_A_DAY:
        message = "START_TIME and END_TIME must be seconds since midnight, the end after the start"
        raise BadValueError(message)


def _number(value: Value) -> float:
    return float(value or 0)


def _require(database: sqlite3.Connection, sql: str, values: list[Any], message: str) -> None:
    if database.execute(sql, values).fetchone() is None:
        raise BadValueError(message)


def known_row(database: sqlite3.Connection, values: Values) -> int | None:
    """The DCID of the row that a record changes: the one it names, else that of its student, day, mode and place.

    Raises:
        BadValueError: if it names a row that doesn't exist or belongs to another student.

    """
    dcid = values.get("DCID")
    if dcid is not None:
        sql = "SELECT 1 FROM Attendance WHERE DCID = ? AND StudentID = ?"
        _require(database, sql, [dcid, values["StudentID"]], "DCID is no attendance of this student")
        return int(dcid)
    keys = ("StudentID", "Att_Date", "Att_Mode_Code", "CCID", "Att_Interval")
    sql = f"SELECT DCID FROM Attendance WHERE {' AND '.join(f'{key} IS ?' for key in keys)}"  # noqa: S608 - names above
    row = database.execute(sql, [values.get(key) for key in keys]).fetchone()
    return None if row is None else int(row[0])
