"""A district to show people has names and schools they would meet; odd ones are there only when they are asked for."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from psconnect.demo import Habits
from psconnect.demo.district import build_district
from psconnect.demo.district.names import AWKWARD

TODAY = date(2026, 11, 18)
PLAIN = re.compile(r"[A-Z][A-Za-z'-]+")


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory):
    path = build_district(tmp_path_factory.mktemp("believable"), 1500, 1, TODAY, Habits(odd=False))
    with closing(sqlite3.connect(path)) as database:
        yield lambda sql: database.execute(sql).fetchall()


def test_every_name_is_one_that_people_have(rows) -> None:
    for table in ("Students", "Users"):
        names = [name for row in rows(f"SELECT First_Name, Last_Name FROM {table} WHERE DCID > 0") for name in row]
        assert names
        assert [name for name in names if not name or not PLAIN.fullmatch(name)] == []
    contacts = [name for row in rows("SELECT FirstName, LastName FROM Person") for name in row]
    assert [name for name in contacts if not name or not PLAIN.fullmatch(name)] == []


def test_names_go_with_genders_and_siblings_share_theirs(rows) -> None:
    by_name: dict[str, set[str]] = {}
    for first, gender in rows("SELECT First_Name, Gender FROM Students"):
        by_name.setdefault(first, set()).add(gender)
    assert all(len(found) == 1 for found in by_name.values())
    mothers = {
        name
        for (name,) in rows(
            "SELECT p.FirstName FROM Person p JOIN StudentContactAssoc a ON a.PersonID = p.ID "
            "JOIN CodeSet c ON c.CodeSetID = a.CurrRelTypeCodeSetID WHERE c.Code = 'Mother'"
        )
    }
    assert mothers
    assert not any(by_name.get(name) == {"M"} for name in mothers)


def test_schools_courses_grades_and_emails_are_plausible(rows) -> None:
    schools = [name for (name,) in rows("SELECT Name FROM Schools WHERE School_Number <> 999999")]
    assert all(
        re.fullmatch(r"[A-Z][a-z]+( \d+)? ((Elementary|Middle|High) School|K-8 Academy)", name) for name in schools
    )
    grades = Counter(grade for (grade,) in rows("SELECT Grade_Level FROM Students WHERE SchoolID <> 999999"))
    assert set(grades) <= set(range(-2, 13))
    assert all(name.isprintable() for (name,) in rows("SELECT Course_Name FROM Courses"))
    mails = [mail for (mail,) in rows("SELECT EmailAddress FROM EmailAddress")]
    assert all(re.fullmatch(r"[a-z0-9.]+@[a-z.]+\.example\.org", mail) for mail in mails)


def test_odd_names_are_there_when_they_are_asked_for(tmp_path: Path) -> None:
    path = build_district(tmp_path, 60, 1, TODAY, Habits(odd=True))
    with closing(sqlite3.connect(path)) as database:
        last = {name for (name,) in database.execute("SELECT Last_Name FROM Students")}
    assert {name for _first, name, _why in AWKWARD} <= last
    assert path != build_district(tmp_path, 60, 1, TODAY, Habits(odd=False))
