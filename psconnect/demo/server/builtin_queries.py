"""The server's own PowerQueries, ``com.pearson.core.*`` (docs/powerschool.md 9.4), run as those of plugins are.

They need no plugin, but the caller's own grants for every field they give, and take pages, counts, filters and lists
like any other query (11). What is known of them:

* student_guardian_detail: a row for each student that an account sees; grouped by table, core table Students (11.2).
  Public client code gives ``guardian_id`` or ``students_dcid``, both lists, or nothing for everybody.
* student_dcid_id_map: client code gives ``students_dcid`` or ``students_id`` (lists), reads flat ``dcid`` and ``id``.
* attendance_code_by_school_date: arguments and answer as in 9.3. A date between two school years has no codes.
* grade_levels: flat, no core table (9.4). Which fields it needs is inferred: those in which schools have their levels.
* student_attendance_detail [S]: client code gives lists of modes and of Students.DCID, and two dates, and reads rows
  grouped by ``attendance`` and ``attendance_code``.
* terms.yearid, terms.year_terms [S]: client code reads flat rows; SchoolID 0 stands for the district.
* district_cycle_days, school_detail, sectionEnrollments [S]: the arguments are known. The columns are those that
  section 16 has for their tables; the shape is a switch (``builtin_shape``).
* student_sections [S]: not even the argument is known; it is taken to be that of its neighbours, ``students_dcid``.

Whether a query that takes a list gives all rows without one is known of student_guardian_detail alone; the others whose
arguments may be left out follow it.

``student.search.get_student_basic_info``, ``attendance.time_attendance_template`` and ``…special_program`` are named in
9.4 without arguments or columns: they answer 404, like any unknown name.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from psconnect.demo.server.named_queries import Argument, LoadedQuery, NamedQuery, OutputColumn, load_query

if TYPE_CHECKING:
    from collections.abc import Callable

    from psconnect.demo.oracle import Catalogue
    from psconnect.demo.server.quirks import Quirks

_PREFIX: Final = "com.pearson.core."
_GIVEN: Final = "_given"


@dataclass(frozen=True, slots=True)
class _BuiltIn:
    """One query as it is declared here.

    Attributes:
        core: the core table; "" for none.
        arguments: names with blanks between; "name?" may be left out, "name[]" takes a list.
        columns: "TABLE.FIELD" with commas between, followed by its name in the answer if that is not the field's.
        sql: the statement, in which marks stand for what depends on switches; ``:name_given`` is 1 if the call gives a
            list that may be left out, else 0.
        shape: "flat", "grouped" by table, or "unknown" and therefore as the switch says.
        confirmed: whether more than one source knows of it.

    """

    core: str
    arguments: str
    columns: str
    sql: str
    shape: Literal["flat", "grouped", "unknown"] = "unknown"
    confirmed: bool = False


_ALL_GRADES: Final = " UNION ALL ".join(f"SELECT {grade} FROM dual" for grade in range(-5, 21))  # noqa: S608 - numbers
_GRADE_TEXT: Final = {
    "letters": "CASE WHEN g.n < 0 THEN 'PK' WHEN g.n = 0 THEN 'K' ELSE TO_CHAR(g.n) END",
    "number": "TO_CHAR(g.n)",
}

_QUERIES: Final = {
    "guardian.student_guardian_detail": _BuiltIn(
        "Students",
        "guardian_id[]? students_dcid[]?",
        "STUDENTS.DCID, GUARDIAN.GUARDIANID, GUARDIAN.FIRSTNAME, GUARDIAN.LASTNAME",
        """SELECT s.dcid, g.guardianid, g.firstname, g.lastname FROM students s
            JOIN guardianstudent l ON l.studentsdcid = s.dcid JOIN guardian g ON g.guardianid = l.guardianid
            WHERE (:guardian_id_given = 0 OR g.guardianid IN (:guardian_id))
            AND (:students_dcid_given = 0 OR s.dcid IN (:students_dcid))
            ORDER BY s.dcid, g.guardianid""",
        shape="grouped",
        confirmed=True,
    ),
    "student.student_dcid_id_map": _BuiltIn(
        "Students",
        "students_dcid[]? students_id[]?",
        "STUDENTS.DCID, STUDENTS.ID",
        """SELECT s.dcid, s.id FROM students s WHERE (:students_dcid_given = 0 OR s.dcid IN (:students_dcid))
            AND (:students_id_given = 0 OR s.id IN (:students_id)) ORDER BY s.dcid""",
        shape="flat",
        confirmed=True,
    ),
    "attendance.attendance_code_by_school_date": _BuiltIn(
        "Attendance_Code",
        "schoolid att_date",
        "ATTENDANCE_CODE.YEARID, ATTENDANCE_CODE.ATT_CODE, ATTENDANCE_CODE.ID attendance_codeid",
        """SELECT c.yearid, c.att_code, c.id FROM attendance_code c
            JOIN terms t ON t.schoolid = c.schoolid AND t.yearid = c.yearid AND t.isyearrec = 1
            WHERE c.schoolid = :schoolid AND TO_DATE(:att_date, 'YYYY-MM-DD') BETWEEN t.firstday AND t.lastday
            AND (c.att_code IS NOT NULL OR {present}) ORDER BY c.sortorder, c.id""",
        shape="grouped",
        confirmed=True,
    ),
    "schools.grade_levels": _BuiltIn(
        "",
        "",
        "SCHOOLS.LOW_GRADE grade_level, SCHOOLS.HIGH_GRADE grade_text",
        """WITH g (n) AS ({all_grades}) SELECT g.n, {grade_text} FROM g
            WHERE EXISTS (SELECT 1 FROM schools c WHERE g.n BETWEEN c.low_grade AND c.high_grade) ORDER BY g.n""",
        shape="flat",
        confirmed=True,
    ),
    "attendance.student_attendance_detail": _BuiltIn(
        "Attendance",
        "attendance_att_mode_code[]? students_dcid[]? attendance_att_date_start? attendance_att_date_end?",
        """ATTENDANCE.DCID, ATTENDANCE.ID, ATTENDANCE.STUDENTID, ATTENDANCE.SCHOOLID, ATTENDANCE.YEARID,
        ATTENDANCE.ATT_DATE, ATTENDANCE.ATT_MODE_CODE, ATTENDANCE.ATTENDANCE_CODEID, ATTENDANCE.CALENDAR_DAYID,
        ATTENDANCE.CCID, ATTENDANCE.PERIODID, ATTENDANCE.ATT_COMMENT, ATTENDANCE.TOTAL_MINUTES, ATTENDANCE.PROGRAMID,
        ATTENDANCE_CODE.ATT_CODE, ATTENDANCE_CODE.DESCRIPTION""",
        """SELECT a.dcid, a.id, a.studentid, a.schoolid, a.yearid, a.att_date, a.att_mode_code, a.attendance_codeid,
            a.calendar_dayid, a.ccid, a.periodid, a.att_comment, a.total_minutes, a.programid, c.att_code, c.description
            FROM attendance a JOIN students s ON s.id = a.studentid
            LEFT JOIN attendance_code c ON c.id = a.attendance_codeid
            WHERE (:attendance_att_mode_code_given = 0 OR a.att_mode_code IN (:attendance_att_mode_code))
            AND (:students_dcid_given = 0 OR s.dcid IN (:students_dcid))
            AND (:attendance_att_date_start IS NULL OR a.att_date >= TO_DATE(:attendance_att_date_start, 'YYYY-MM-DD'))
            AND (:attendance_att_date_end IS NULL OR a.att_date <= TO_DATE(:attendance_att_date_end, 'YYYY-MM-DD'))
            ORDER BY a.dcid""",
        shape="grouped",
    ),
    "calendar.district_cycle_days": _BuiltIn(
        "Cycle_Day",
        "yearid",
        """CYCLE_DAY.DCID, CYCLE_DAY.ID, CYCLE_DAY.SCHOOLID, CYCLE_DAY.YEAR_ID, CYCLE_DAY.DAY_NUMBER, CYCLE_DAY.LETTER,
        CYCLE_DAY.DAY_NAME, CYCLE_DAY.ABBREVIATION""",
        """SELECT d.dcid, d.id, d.schoolid, d.year_id, d.day_number, d.letter, d.day_name, d.abbreviation
            FROM cycle_day d WHERE d.year_id = :yearid ORDER BY d.dcid""",
    ),
    "school.school_detail": _BuiltIn(
        "Schools",
        "school_number[]",
        """SCHOOLS.DCID, SCHOOLS.SCHOOL_NUMBER, SCHOOLS.NAME, SCHOOLS.ABBREVIATION, SCHOOLS.LOW_GRADE,
        SCHOOLS.HIGH_GRADE, SCHOOLS.ALTERNATE_SCHOOL_NUMBER""",
        """SELECT c.dcid, c.school_number, c.name, c.abbreviation, c.low_grade, c.high_grade,
            c.alternate_school_number FROM schools c WHERE c.school_number IN (:school_number) ORDER BY c.dcid""",
    ),
    "student.student_sections": _BuiltIn(
        "CC",
        "students_dcid[]?",
        """CC.DCID, CC.DATEENROLLED, CC.DATELEFT, STUDENTS.DCID, SECTIONS.DCID, SECTIONS.ID, SECTIONS.COURSE_NUMBER,
        SECTIONS.SECTION_NUMBER, SECTIONS.TERMID, SECTIONS.SCHOOLID""",
        """SELECT e.dcid, e.dateenrolled, e.dateleft, s.dcid, n.dcid, n.id, n.course_number, n.section_number, n.termid,
            n.schoolid FROM cc e JOIN students s ON s.id = e.studentid JOIN sections n ON n.id = e.sectionid
            WHERE (:students_dcid_given = 0 OR s.dcid IN (:students_dcid)) ORDER BY e.dcid""",
    ),
    "teachers.sectionEnrollments": _BuiltIn(
        "CC",
        "section_dcid[]",
        """CC.DCID, CC.DATEENROLLED, CC.DATELEFT, SECTIONS.DCID, STUDENTS.DCID, STUDENTS.STUDENT_NUMBER,
        STUDENTS.FIRST_NAME, STUDENTS.LAST_NAME""",
        """SELECT e.dcid, e.dateenrolled, e.dateleft, n.dcid, s.dcid, s.student_number, s.first_name, s.last_name
            FROM cc e JOIN students s ON s.id = e.studentid JOIN sections n ON n.id = e.sectionid
            WHERE n.dcid IN (:section_dcid) ORDER BY e.dcid""",
    ),
    "terms.yearid": _BuiltIn(
        "Terms",
        "schoolid currentdate",
        "TERMS.YEARID",
        """SELECT t.yearid FROM terms t WHERE t.isyearrec = 1 AND t.schoolid = :schoolid
            AND TO_DATE(:currentdate, 'YYYY-MM-DD') BETWEEN t.firstday AND t.lastday ORDER BY t.yearid""",
        shape="flat",
    ),
    "terms.year_terms": _BuiltIn(
        "Terms",
        "schoolid yearid",
        """TERMS.DCID, TERMS.ID, TERMS.NAME, TERMS.ABBREVIATION, TERMS.FIRSTDAY, TERMS.LASTDAY, TERMS.PORTION,
        TERMS.ISYEARREC""",
        """SELECT t.dcid, t.id, t.name, t.abbreviation, t.firstday, t.lastday, t.portion, t.isyearrec
            FROM terms t WHERE t.schoolid = :schoolid AND t.yearid = :yearid ORDER BY t.id""",
        shape="flat",
    ),
}


class BuiltinQueries:
    """Finds the server's own queries, as its switches have them. Each is loaded when it is asked for first."""

    def __init__(self, catalogue: Catalogue, quirks: Callable[[], Quirks]) -> None:
        self._catalogue = catalogue
        self._quirks = quirks
        self._loaded: dict[NamedQuery, LoadedQuery] = {}

    def names(self) -> list[str]:
        """The names of the queries that can be called."""
        every = self._quirks().builtin_queries == "all"
        return [_PREFIX + name for name, one in _QUERIES.items() if every or one.confirmed]

    def query(self, name: str) -> LoadedQuery | None:
        """The query of this name; None if there is none."""
        if name not in self.names():
            return None
        declared = _named(name, _QUERIES[name.removeprefix(_PREFIX)], self._quirks())
        if declared not in self._loaded:
            self._loaded[declared] = load_query(declared, self._catalogue)
        return self._loaded[declared]


def _named(name: str, declared: _BuiltIn, quirks: Quirks) -> NamedQuery:
    """A query as a plugin's file would have it."""
    flat = (declared.shape if declared.shape != "unknown" else quirks.builtin_shape) == "flat"
    sql = declared.sql
    for mark, text in {
        "{all_grades}": _ALL_GRADES,
        "{grade_text}": _GRADE_TEXT[quirks.builtin_grade_text],
        "{present}": "1 = 1" if quirks.builtin_present_code else "1 = 0",
    }.items():
        sql = sql.replace(mark, text)
    return NamedQuery(
        name=name,
        file="",
        core_table=declared.core or None,
        flattened=flat,
        arguments=_arguments(declared.arguments),
        columns=_columns(declared.columns, flat=flat),
        sql=sql,
    )


def _arguments(text: str) -> tuple[Argument, ...]:
    arguments = []
    for word in text.split():
        name, required, array = word.rstrip("?[]"), not word.endswith("?"), "[]" in word
        arguments.append(Argument(name, required, array))
        if array and not required:
            arguments.append(Argument(f"{name}{_GIVEN}", presence_of=name))
    return tuple(arguments)


def _columns(text: str, *, flat: bool) -> tuple[OutputColumn, ...]:
    """The columns; a flat answer has the table's name before fields that several of its tables have."""
    words = [part.split() for part in text.split(",")]
    often = Counter(word[0].partition(".")[2] for word in words)
    columns = []
    for place, *alias in words:
        table, _, field = place.partition(".")
        shown = (alias[0] if alias else field).lower()
        if not flat:
            shown = f"{table.lower()}.{shown}"
        elif often[field] > 1:
            shown = f"{table.lower()}_{shown}"
        columns.append(OutputColumn(table, field, shown))
    return tuple(columns)
