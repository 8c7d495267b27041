"""The made-up district: the same from the same inputs, and with everything a reader has to survive."""

# The statements are put together from the tests' own words.

from __future__ import annotations

import sqlite3
import threading
import time
import unicodedata
from contextlib import closing
from datetime import date, timedelta
from itertools import pairwise

import pytest

from psconnect.demo.district import build, build_district, district_file, school_year
from psconnect.demo.district.schema import TABLES, VIEWS
from psconnect.demo.district.years import SchoolYear
from tests.demo.conftest import STUDENTS, TODAY


def content(path):
    """Every row of every table."""
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())


@pytest.fixture(scope="module")
def sql(district):
    """Runs a statement on the district of 500."""
    with closing(sqlite3.connect(district)) as database:
        yield lambda statement, *values: database.execute(statement, values).fetchall()


@pytest.fixture(scope="module")
def count(sql):
    """The single number a statement gives."""
    return lambda statement, *values: sql(statement, *values)[0][0]


# -- making ------------------------------------------------------------------------------------------------------------


def test_same_inputs_same_content(district, tmp_path):
    assert content(build_district(tmp_path, STUDENTS, 1, TODAY)) == content(district)


def test_day_counts_by_its_school_year_alone(district, tmp_path):
    assert content(build_district(tmp_path, STUDENTS, 1, date(2027, 6, 30))) == content(district)


@pytest.mark.parametrize(("students", "seed", "today"), [(501, 1, TODAY), (500, 2, TODAY), (500, 1, date(2027, 7, 1))])
def test_other_inputs_other_content(district, tmp_path, students, seed, today):
    path = build_district(tmp_path, students, seed, today)
    assert path.name != district.name
    assert content(path) != content(district)


def test_smallest_district_has_every_kind_of_row(tmp_path):
    path = build_district(tmp_path, 60, 1, TODAY)
    with closing(sqlite3.connect(path)) as database:
        for table in ("CC", "SectionTeacher", "StudentContactAssoc", "GuardianPersonAssoc", "PCAS_Account"):
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0, table
        declared = dict(database.execute("SELECT name, type FROM pragma_table_info('SectionTeacher')"))
    assert declared["Start_Date"] == declared["End_Date"] == "TIMESTAMP"


@pytest.mark.parametrize("students", [59, 50_001, 0, -1])
def test_sizes_out_of_range(tmp_path, students):
    with pytest.raises(ValueError, match="60 to 50,000 students"):
        build_district(tmp_path, students, 1, TODAY)
    assert list(tmp_path.iterdir()) == []


def test_made_once(district):
    before = district.stat().st_mtime_ns
    assert build_district(district.parent, STUDENTS, 1, TODAY) == district
    assert district.stat().st_mtime_ns == before


def test_a_broken_or_older_file_is_made_anew(tmp_path, district):
    path = district_file(tmp_path, STUDENTS, 1, TODAY)
    path.write_bytes(b"half a file")
    path.with_name(path.name + "-wal").write_bytes(b"left over")
    build_district(tmp_path, STUDENTS, 1, TODAY)
    assert content(path) == content(district)
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {build.GENERATION - 1}")
        database.execute("DELETE FROM students")
        database.commit()
    build_district(tmp_path, STUDENTS, 1, TODAY)
    assert content(path) == content(district)


def test_broken_off_making_leaves_nothing(tmp_path):
    class Day(date):
        """A day that cannot be read any more once the making has begun."""

        @property
        def year(self) -> int:
            if list(tmp_path.glob("*.part")):
                raise ArithmeticError
            return super().year

    with pytest.raises(ArithmeticError):
        build_district(tmp_path, 200, 1, Day(2026, 11, 21))
    assert list(tmp_path.iterdir()) == []


def test_two_makers_at_once(tmp_path, district):
    paths = []
    threads = [
        threading.Thread(target=lambda: paths.append(build_district(tmp_path, STUDENTS, 1, TODAY))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert paths[0] == paths[1]
    assert content(paths[0]) == content(district)
    assert list(tmp_path.iterdir()) == [paths[0]]


# -- years -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "start"),
    [(date(2026, 7, 1), 2026), (date(2026, 6, 30), 2025), (date(2027, 1, 1), 2026), (date(2026, 8, 20), 2026)],
)
def test_school_year(today, start):
    year = school_year(today)
    assert (year.start_year, year.year_id) == (start, start - 1990)


@pytest.mark.parametrize("start", range(2020, 2040))
def test_terms_follow_each_other(start):
    year = SchoolYear(start)
    whole, first, second, *quarters = year.terms
    assert (year.first_day.month, year.first_day.weekday()) == (8, 0)
    assert 14 <= year.first_day.day <= 20
    assert (year.last_day.month, year.last_day.weekday()) == (6, 4)
    assert 9 <= year.last_day.day <= 15
    assert (whole.first_day, whole.last_day) == (year.first_day, year.last_day)
    for one, other in [(first, second), *pairwise(quarters)]:
        assert other.first_day - one.last_day == timedelta(days=3)
    assert quarters[1].last_day == first.last_day
    assert quarters[3].last_day == second.last_day == year.last_day
    assert date(start, 12, 25) in year.holidays or date(start, 12, 25).weekday() > 4


# -- the shape of section 20.3 -----------------------------------------------------------------------------------------


def test_number_of_students(sql, count):
    assert count("SELECT count(*) FROM students") == STUDENTS
    sizes = dict(sql("SELECT c.school_number, count(s.dcid) FROM schools c LEFT JOIN students s "
                     "ON s.schoolid = c.school_number GROUP BY 1"))  # fmt: skip
    assert min(sizes.values()) == 0
    assert 100 in sizes.values()
    assert max(sizes.values()) > 100
    assert sizes[999999] == 7
    hundred = next(number for number, size in sizes.items() if size == 100)
    assert count("SELECT count(*) FROM students WHERE schoolid = ? AND enroll_status = 0", hundred) == 100


@pytest.mark.parametrize("students", [200, 499, 500, 5000])
def test_every_size_has_every_status_and_grade(tmp_path, students):
    path = build_district(tmp_path, students, 7, TODAY)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM students").fetchone() == (students,)
        statuses = {row[0] for row in database.execute("SELECT DISTINCT enroll_status FROM students")}
        grades = {row[0] for row in database.execute("SELECT DISTINCT grade_level FROM students")}
        cc = database.execute("SELECT count(*) FROM cc WHERE abs(termid) BETWEEN 3600 AND 3699").fetchone()[0]
    assert statuses == {0, -1, 1, 2, 3, 4}
    assert grades == {*range(-1, 13), 99}
    assert 7.2 * students < cc < 8.2 * students


def test_no_empty_texts(sql):
    for table in TABLES:
        for name, kind in table.columns:
            if kind.startswith("VARCHAR2") or kind in ("CLOB", "DATE"):
                assert sql(f"SELECT count(*) FROM {table.name} WHERE {name} = ''") == [(0,)], (table.name, name)


def test_values_fit_their_columns(sql):
    for table in TABLES:
        for name, kind in table.columns:
            where = f"FROM {table.name} WHERE {name} IS NOT NULL AND"
            if kind in ("DATE", "TIMESTAMP"):
                assert not sql(f"SELECT {name} {where} date({name}) IS NOT {name} LIMIT 1"), (table.name, name)
            elif kind.startswith("VARCHAR2"):
                size = int(kind[9:-1])
                assert not sql(
                    f"SELECT {name} {where} (typeof({name}) <> 'text' OR length({name}) > {size}) LIMIT 1"
                ), (
                    table.name,
                    name,
                )
            elif kind != "CLOB":
                assert not sql(f"SELECT {name} {where} typeof({name}) NOT IN ('integer', 'real') LIMIT 1"), name


def test_oracle_would_take_the_names():
    for table in TABLES:
        assert len(table.name) <= 30
        assert all(len(name) <= 30 for name, _ in table.columns)
        assert len({name.upper() for name, _ in table.columns}) == len(table.columns)
    assert list(VIEWS) == ["Teachers"]


def test_ids_are_easy_to_confuse_and_never_equal(count):
    for table in ("students", "sections", "cc", "schoolstaff", "courses", "person", "schools"):
        assert count(f"SELECT count(*) FROM {table} WHERE dcid = id") == 0, table
        assert count(f"SELECT count(*) - count(DISTINCT id) FROM {table}") == 0, table
    for table in ("students", "sections", "cc", "schoolstaff"):
        assert count(f"SELECT count(*) FROM {table} a JOIN {table} b ON a.id = b.dcid") > 10, table
    assert count("SELECT count(*) FROM schools WHERE dcid = school_number") == 0


def test_terms(sql, count):
    assert {row[0] for row in sql("SELECT DISTINCT yearid FROM terms")} == {35, 36, 37}
    assert count("SELECT count(*) - count(DISTINCT dcid) FROM terms") == 0
    assert count("SELECT max(n) FROM (SELECT count(*) n FROM terms GROUP BY id)") >= 5
    assert count("SELECT count(*) FROM terms WHERE id <> yearid * 100 + id % 100") == 0
    assert sql("SELECT DISTINCT isyearrec, id % 100 = 0, portion = 1 FROM terms ORDER BY 1") == [(0, 0, 0), (1, 1, 1)]
    single = sql("SELECT schoolid FROM terms WHERE yearid = 36 GROUP BY schoolid HAVING count(*) = 1")
    assert single == [(100,)]
    assert count("SELECT count(*) FROM terms WHERE schoolid = 0") == 21


def test_calendar(sql, count):
    assert count("SELECT count(DISTINCT letter) FROM cycle_day") == 2
    assert count("SELECT count(*) FROM calendar_day WHERE insession = 0 AND note IS NOT NULL") > 20
    first, last = sql("SELECT min(date_value), max(date_value) FROM calendar_day WHERE insession = 1 "
                      "AND schoolid = 100 AND date_value > '2026-07-01' AND date_value < '2027-07-01'")[0]  # fmt: skip
    assert sql("SELECT firstday, lastday FROM terms WHERE id = 3600 AND schoolid = 100") == [(first, last)]
    assert (
        count("SELECT count(DISTINCT bell_schedule_id) FROM calendar_day WHERE schoolid = 100 AND insession = 1") == 6
    )
    assert count("SELECT count(*) FROM calendar_day c LEFT JOIN cycle_day d ON d.id = c.cycle_day_id "
                 "AND d.schoolid = c.schoolid WHERE c.insession = 1 AND d.dcid IS NULL") == 0  # fmt: skip


def test_courses_and_sections(sql, count):
    owners = dict(sql("SELECT schoolid = 0, count(*) FROM courses GROUP BY 1"))
    assert owners[0] >= 3
    assert owners[1] > 50
    assert {"1", "2", "01", "02"} <= {row[0] for row in sql("SELECT DISTINCT section_number FROM sections")}
    assert {35, 36, 37} == {row[0] for row in sql("SELECT DISTINCT yearid FROM sections")}
    assert {3600, 3601, 3602, 3604} <= {row[0] for row in sql("SELECT DISTINCT termid FROM sections")}
    assert ("1(A-E)",) in sql("SELECT DISTINCT expression FROM sections")
    assert count("SELECT count(*) FROM sections s LEFT JOIN courses c ON c.course_number = s.course_number "
                 "AND c.schoolid IN (0, s.schoolid) WHERE c.dcid IS NULL") == 0  # fmt: skip
    assert count("SELECT count(*) FROM sections s LEFT JOIN terms t ON t.id = s.termid AND t.schoolid = s.schoolid "
                 "WHERE t.dcid IS NULL") == 0  # fmt: skip
    assert count("SELECT count(*) FROM sections s WHERE s.yearid = 36 AND s.no_of_students <> (SELECT count(*) FROM cc "
                 "WHERE cc.sectionid = s.id AND cc.dateleft IS NOT cc.dateenrolled AND cc.dateenrolled > '2000' AND "
                 "cc.dateleft IS NOT (SELECT exitdate FROM students x WHERE x.id = cc.studentid AND enroll_status = 2)"
                 ")") <= 5  # fmt: skip


def test_staff(sql, count):
    assert {0, 1, 2, 3, 4} == {row[0] for row in sql("SELECT DISTINCT staffstatus FROM schoolstaff")}
    assert {1, 2} == {row[0] for row in sql("SELECT DISTINCT status FROM schoolstaff")}
    assert count(
        "SELECT count(*) FROM (SELECT users_dcid FROM schoolstaff WHERE schoolid > 0 GROUP BY 1 HAVING count(*) > 1)"
    )
    assert count("SELECT count(*) FROM schoolstaff WHERE schoolid = 0") >= 4
    assert (
        count("SELECT count(*) FROM schoolstaff s LEFT JOIN users u ON u.dcid = s.users_dcid WHERE u.dcid IS NULL") == 0
    )
    without_class = """SELECT count(*) FROM schoolstaff p WHERE p.status = 1 AND p.staffstatus = 2
                       AND NOT EXISTS (SELECT 1 FROM sectionteacher t WHERE t.teacherid = p.id)"""
    assert count(without_class) > 5
    assert count("SELECT count(*) FROM users WHERE email_addr IS NULL") >= 1
    numbers = [row[0] for row in sql("SELECT teachernumber FROM users")]
    assert any(number.startswith("0") for number in numbers)
    assert any(number.startswith("t.") for number in numbers)
    assert count("SELECT count(*) FROM teachers") == count("SELECT count(*) FROM schoolstaff")


def test_section_staff(sql, count):
    roles = dict(sql("SELECT r.rolekey, count(*) FROM sectionteacher t JOIN roledef r ON r.id = t.roleid GROUP BY 1"))
    assert roles["LEADTEACHER"] > 300
    assert roles["COTEACHER"] > 10
    assert roles["AIDE"] > 5
    replaced = """SELECT count(*) FROM sectionteacher a JOIN sectionteacher b ON b.sectionid = a.sectionid
                  AND b.roleid = a.roleid AND b.start_date > a.start_date WHERE a.roleid = 25"""
    assert count(replaced) > 3
    assert count("SELECT count(*) FROM sectionteacher WHERE end_date IS NULL") > 3
    assert count("SELECT count(*) FROM sectionteacher WHERE sectionnickname IS NOT NULL") > 3
    bare = """SELECT count(*) FROM sections s WHERE coalesce(teacher, 0) = 0
              AND NOT EXISTS (SELECT 1 FROM sectionteacher t WHERE t.sectionid = s.id)"""
    assert count(bare) == count("SELECT count(*) FROM sections WHERE coalesce(teacher, 0) = 0") >= 2
    lead = """SELECT count(*) FROM sections s WHERE s.teacher > 0 AND NOT EXISTS
              (SELECT 1 FROM sectionteacher t WHERE t.sectionid = s.id AND t.teacherid = s.teacher AND t.roleid = 25)"""
    assert count(lead) == 0
    elsewhere = "SELECT count(*) FROM sections s JOIN schoolstaff p ON p.id = s.teacher WHERE p.schoolid <> s.schoolid"
    assert count(elsewhere) == 0


def test_names_that_readers_must_survive(sql):
    first = {row[0] for row in sql("SELECT first_name FROM students")}
    last = {row[0] for row in sql("SELECT last_name FROM students")}
    assert {"=cmd|'/C calc'!A0", "+1", "-1", "@x", "\tTab", "\u200b", " ", None, "True", "N/A", "1e5"} <= first
    assert {"Null", "False", "007", "W" * 50, "<script>alert(1)</script>"} <= last
    twins = [one for (one,) in sql("SELECT first_name FROM students WHERE last_name = 'Twin'")]
    assert len(twins) == 2
    assert twins[0] != twins[1]
    assert len({unicodedata.normalize("NFC", one) for one in twins}) == 1
    scripts = {
        unicodedata.name(letter).split()[0] for name in first | last if name for letter in name if letter.isalpha()
    }
    assert {"CJK", "HANGUL", "ARABIC", "HEBREW", "CYRILLIC", "GREEK", "LATIN"} <= scripts
    assert any("\u202e" in (name or "") for name in first)


def test_students_in_between(sql, count):
    assert count("SELECT count(*) FROM students WHERE student_web_id IS NULL") == 5
    assert count("SELECT count(*) FROM students WHERE zip LIKE '0%'") > 20
    assert count("SELECT count(*) FROM students WHERE state_studentnumber LIKE '000%'") > 20
    assert count("SELECT count(*) - count(DISTINCT student_number) FROM students") == 0
    assert count("SELECT count(*) - count(DISTINCT student_web_id) FROM students WHERE student_web_id IS NOT NULL") == 0
    assert count("SELECT count(*) FROM students WHERE home_phone IS NULL") > 5
    assert count("SELECT count(*) FROM students WHERE entrydate > '2027-07-01'") == 8
    assert (
        count("SELECT count(*) FROM students s JOIN reenrollments r ON r.studentid = s.id WHERE s.enroll_status = 2")
        == 17
    )
    assert {row[0] for row in sql("SELECT DISTINCT grade_level FROM students WHERE schoolid = 999999")} == {99}
    assert count("SELECT count(*) FROM students WHERE ssn IS NOT NULL OR student_web_password IS NOT NULL") == 0
    assert 0 < count("SELECT count(*) FROM studentcorefields") < STUDENTS
    assert 0 < count("SELECT count(*) FROM u_students_extension") < STUDENTS


MAIL = """SELECT s.dcid, e.emailaddress, a.emailaddressid FROM students s
          JOIN personemailaddressassoc a ON a.personid = s.person_id
          JOIN emailaddress e ON e.emailaddressid = a.emailaddressid"""


def test_student_mail(sql):
    found = sql(MAIL)
    assert 0.9 * STUDENTS < len(found) < STUDENTS - 10
    texts = [mail for _, mail, _ in found]
    keys = [key for _, _, key in found]
    assert len(texts) - len(set(texts)) == 3, "pairs that share an address"
    assert len(keys) - len(set(keys)) in (1, 2), "some of them through one row, the others through two"


def test_enrollments(sql, count):
    this_year = "abs(termid) BETWEEN 3600 AND 3699"
    assert 8 * 470 < count(f"SELECT count(*) FROM cc WHERE {this_year}") < 8 * 500
    for year in (35, 37):
        other = count("SELECT count(*) FROM cc WHERE abs(termid) BETWEEN ? AND ?", year * 100, year * 100 + 99)
        assert 50 < other < 500
    assert (
        count(
            "SELECT count(*) FROM cc WHERE sectionid < 0 AND sectionid <> -100 "
            "AND (termid >= 0 OR origsectionid <> -sectionid)"
        )
        == 0
    )
    assert count("SELECT count(*) FROM cc WHERE sectionid > 0 AND termid < 0") == 0
    assert count("SELECT count(*) FROM cc WHERE sectionid < 0") > 50
    assert count("SELECT count(*) FROM cc WHERE dateleft = dateenrolled") > 20
    assert count("SELECT count(*) FROM cc WHERE dateleft IS NULL") >= 1
    assert count("SELECT count(*) FROM cc WHERE dateenrolled < '1900-01-01'") == 1
    assert count("SELECT count(*) FROM cc WHERE sectionid = -100 AND termid = -100") == 1
    exclusive = (
        "SELECT count(*) FROM cc WHERE sectionid > 0 AND termid = 3600 AND dateleft = date('2027-06-11', '+1 day')"
    )
    assert count(exclusive) > 1000
    assert count("SELECT count(*) FROM cc LEFT JOIN students s ON s.id = cc.studentid WHERE s.dcid IS NULL") == 2
    assert count("SELECT count(*) FROM cc LEFT JOIN sections s ON s.id = abs(cc.sectionid) WHERE s.dcid IS NULL") == 4
    overlap = """SELECT count(*) FROM cc a JOIN cc b ON a.studentid = b.studentid AND a.sectionid = b.sectionid
                 AND a.dcid < b.dcid AND b.dateenrolled < a.dateleft AND b.dateleft > a.dateenrolled"""
    assert count(overlap) >= 1
    left = """SELECT DISTINCT cc.sectionid > 0 FROM cc JOIN students s ON s.id = cc.studentid
              WHERE s.enroll_status = 2 AND cc.dateleft = s.exitdate AND cc.dateleft > cc.dateenrolled"""
    assert sorted(sql(left)) == [(0,), (1,)], "a class that ended with a transfer has negative keys or has not"


def test_contacts(sql, count):
    pairs = count("SELECT count(*) FROM studentcontactassoc")
    assert 1.4 * STUDENTS < pairs < 1.8 * STUDENTS
    shared = "SELECT max(n) FROM (SELECT count(*) n FROM studentcontactassoc GROUP BY personid)"
    assert count(shared) >= 2, "siblings share contacts"
    doubled = """SELECT count(*) FROM studentcontactassoc a JOIN studentcontactassoc b ON a.studentdcid = b.studentdcid
                 AND a.personid < b.personid JOIN person p ON p.id = a.personid JOIN person q ON q.id = b.personid
                 WHERE p.firstname = q.firstname AND p.lastname = q.lastname"""
    assert count(doubled) >= 3
    assert {0, 1} == {row[0] for row in sql("SELECT DISTINCT iscustodial FROM studentcontactdetail WHERE isactive = 1")}
    assert count("SELECT count(*) FROM studentcontactdetail WHERE isactive = 0 AND enddate IS NOT NULL") > 5
    assert count("SELECT count(*) FROM studentcontactdetail WHERE enddate = '9999-12-31'") >= 1
    without_mail = """SELECT count(DISTINCT personid) FROM studentcontactassoc a
        WHERE NOT EXISTS (SELECT 1 FROM personemailaddressassoc m WHERE m.personid = a.personid)"""
    assert count(without_mail) > 20
    without_account = """SELECT count(DISTINCT personid) FROM studentcontactassoc a
        WHERE NOT EXISTS (SELECT 1 FROM guardianpersonassoc g WHERE g.personid = a.personid)"""
    assert count(without_account) > 50
    assert count("SELECT count(*) FROM codeset WHERE codetype = 'Relationship'") == 8
    assert count("SELECT count(*) FROM guardian g LEFT JOIN pcas_account p "
                 "ON p.pcas_accounttoken = g.accountidentifier "
                 "WHERE p.pcas_accountid IS NULL") == 0  # fmt: skip
    assert count("SELECT count(*) FROM pcas_account WHERE isenabled = 0") >= 1
    assert count("SELECT count(*) FROM person WHERE isactive = 0") >= 1


def test_settings_of_the_district(sql):
    values = dict(sql("SELECT name, value FROM prefs"))
    assert values == {
        "districtname": "Demo Valley School District",
        "districtnumber": "0100",
        "districttimezone": "America/Chicago",
        "districtaddress": "1 Demo Plaza",
        "districtcity": "Testville",
        "districtstate": "IL",
        "districtzip": "60601",
        "districtphone": "5550100100",
        "districtfax": "555-0101",
    }
    assert sql("SELECT * FROM plugindef") == []


def test_keys_read_quickly(district):
    """A page by key must be a search, not a scan."""
    with closing(sqlite3.connect(district)) as database:
        for table in TABLES:
            plan = database.execute(
                f"EXPLAIN QUERY PLAN SELECT * FROM {table.name} WHERE {table.primary_key} > 5 ORDER BY 1"
            ).fetchall()
            assert [step for *_, step in plan] == [f"SEARCH {table.name} USING INTEGER PRIMARY KEY (rowid>?)"]


@pytest.mark.thorough
@pytest.mark.timeout(180)
def test_fifty_thousand_students(tmp_path, record_figure):
    began = time.perf_counter()
    path = build_district(tmp_path, 50_000, 1, TODAY)
    seconds = time.perf_counter() - began
    with closing(sqlite3.connect(path)) as database:
        cc = database.execute("SELECT count(*) FROM cc WHERE abs(termid) BETWEEN 3600 AND 3699").fetchone()[0]
        assert database.execute("SELECT count(*) FROM students").fetchone() == (50_000,)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert 370_000 < cc < 400_000
    assert seconds < 60
    record_figure("demo district of 50,000 students", seconds, "s")
