"""Builds the SQLite file of a district, complete or not at all."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Final

from psconnect.demo.district.believable import BELIEVABLE, ODD, People
from psconnect.demo.district.contacts import write_contacts
from psconnect.demo.district.courses import write_courses
from psconnect.demo.district.habits import Habits, apply_habits
from psconnect.demo.district.people import make_students, write_students
from psconnect.demo.district.records import write_attendance_codes, write_categories, write_fees
from psconnect.demo.district.rows import RowWriter
from psconnect.demo.district.schedule import Timetable, assign_teachers, write_schedule
from psconnect.demo.district.schema import TABLES, VIEWS
from psconnect.demo.district.schools import plan_schools, write_calendar, write_schools
from psconnect.demo.district.staff import hire, write_staff
from psconnect.demo.district.years import school_year

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

USUAL: Final = Habits()
SMALLEST: Final = 60
LARGEST: Final = 50_000
#: Increase it whenever the generator makes different rows from the same inputs.
GENERATION: Final = 3
DISTRICT_NAME: Final = "Demo Valley School District"
DISTRICT_NUMBER: Final = "0100"
DISTRICT_UUID: Final = "5d0b8a52-6f0e-4d6a-9c41-7f2f3f1f6a10"
TIMEZONE: Final = "America/Chicago"


def district_file(folder: Path, students: int, seed: int, today: date, habits: Habits = USUAL) -> Path:
    """The path of the district for these inputs. Of ``today``, only the school year counts."""
    return folder / f"district-{students}-{seed}-{school_year(today).start_year}{habits.suffix}.sqlite"


def build_district(folder: Path, students: int, seed: int, today: date, habits: Habits = USUAL) -> Path:
    """Build the district unless it exists (in this generation), and return its file.

    The same inputs give the same rows. The file gets its name only when it is complete, so that an interrupted start
    leaves no partial district.

    Raises:
        ValueError: for a number of students outside 60 to 50,000.

    """
    if not SMALLEST <= students <= LARGEST:
        message = f"A demo district has {SMALLEST} to {LARGEST:,} students, not {students:,}."
        raise ValueError(message)
    target = district_file(folder, students, seed, today, habits)
    if target.exists() and _generation(target) == GENERATION:
        return target
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}-{threading.get_ident()}.part")
    unfinished.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(unfinished, isolation_level=None)) as database:
            for statement in ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "BEGIN"):
                database.execute(statement)
            _fill(database, students, seed, today, ODD if habits.odd else BELIEVABLE)
            apply_habits(database, habits)
            for statement in ("COMMIT", "ANALYZE", f"PRAGMA user_version = {GENERATION}"):
                database.execute(statement)
        for ending in ("-wal", "-shm"):
            # Otherwise SQLite would take an older file's leftover log for part of the new one.
            target.with_name(target.name + ending).unlink(missing_ok=True)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target


def _generation(path: Path) -> int:
    """The generation of the generator that made a district; 0 for any other file."""
    try:
        with closing(sqlite3.connect(path)) as database:
            return int(database.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.DatabaseError:
        return 0


def _fill(database: sqlite3.Connection, students: int, seed: int, today: date, names: People) -> None:
    year = school_year(today)
    for table in TABLES:
        database.execute(table.ddl())
    writer = RowWriter(database)
    schools = plan_schools(students, names)
    write_schools(writer, schools, names)
    write_calendar(writer, schools, [year.shifted(shift) for shift in (-1, 0, 1)])
    people = make_students(seed, students, schools, year, names)
    write_students(writer, seed, people, year, names)
    write_contacts(writer, seed, people, year, names)
    write_courses(writer, schools)
    timetable = Timetable(people, year)
    staff = hire(seed, students, schools, timetable.sections_a_school(), names)
    assign_teachers(timetable, staff)
    write_schedule(writer, timetable, staff)
    write_staff(writer, staff)
    write_attendance_codes(writer, schools, [year.shifted(shift) for shift in (-1, 0, 1)])
    write_categories(writer, staff, year)
    write_fees(writer, people, year)
    writer.write("Prefs", "DCID ID Name Value SchoolID YearID", _PREFS)
    for table in TABLES:
        for statement in table.index_ddl():
            database.execute(statement)
    for statement in VIEWS.values():
        database.execute(statement)


_PREFS: Final = (
    (301, 11, "districtname", DISTRICT_NAME, 0, 0),
    (302, 12, "districtnumber", DISTRICT_NUMBER, 0, 0),
    (303, 13, "districttimezone", TIMEZONE, 0, 0),
    (304, 14, "districtaddress", "1 Demo Plaza", 0, 0),
    (305, 15, "districtcity", "Testville", 0, 0),
    (306, 16, "districtstate", "IL", 0, 0),
    (307, 17, "districtzip", "60601", 0, 0),
    (308, 18, "districtphone", "5550100100", 0, 0),
    (309, 19, "districtfax", "555-0101", 0, 0),
)
