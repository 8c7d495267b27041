"""Students in classes of another school: the schools they are delivered with, and whether guests are brought in."""

from __future__ import annotations

import csv
import io
import sqlite3
import zipfile
from contextlib import closing
from typing import Any

import pytest

from psconnect.model.review import ChangeQuery
from psconnect.model.runs import Run
from tests.judges.oneroster11 import check_bundle
from tests.judges.sql_truth import compare
from tests.support.demo import DISTRICT, TODAY, Connect, Connected

CHOSEN = 110
NEVER = {"safety": {"preview": "never"}}
ONE_SCHOOL = {**NEVER, "scope": {"schools": [CHOSEN]}}
GUESTS = {"options": {"guest_students": "bring-in"}}


def synced(connected: Connected) -> Run:
    run = connected.service.sync(connected.name)
    assert run.state in ("finished", "finished_with_problems"), (run.error, run.holds)
    return run


def rows(connected: Connected, file: str) -> dict[str, dict[str, str]]:
    with zipfile.ZipFile(connected.bundle) as bundle:
        text = bundle.read(f"{file}.csv").decode()
    return {row["sourcedId"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def class_of(connected: Connected, school: int = CHOSEN) -> tuple[int, int]:
    """DCID and ID of a section of this year at the school with that number."""
    sql = (
        "SELECT DCID, ID FROM Sections WHERE SchoolID = ? AND TermID BETWEEN 3600 AND 3699 AND ID IN "
        "(SELECT SectionID FROM CC WHERE DateLeft > ?) ORDER BY DCID LIMIT 1"
    )
    ((dcid, number),) = connected.sql(sql, school, TODAY.isoformat())
    return dcid, number


def student_of(connected: Connected, school: int, place: int = 0) -> int:
    """Students.DCID of an active student of the school with that number who has a contact."""
    sql = (
        "SELECT DCID FROM Students WHERE SchoolID = ? AND Enroll_Status = 0 AND Student_Web_ID <> '' AND DCID IN "
        "(SELECT a.StudentDCID FROM StudentContactAssoc a JOIN StudentContactDetail d ON "
        "d.StudentContactAssocID = a.StudentContactAssocID AND d.IsActive = 1) ORDER BY DCID"
    )
    return int(connected.sql(sql, school)[place][0])


def enroll(connected: Connected, student: int, section: int) -> int:
    """Let somebody sit in a class from now on, like those who are in it; CC.DCID of the enrollment."""
    names = [name for _no, name, *_rest in connected.sql("PRAGMA table_info(CC)")]
    ((key, number),) = connected.sql("SELECT max(DCID) + 1, max(ID) + 1 FROM CC")
    new = {"DCID": str(key), "ID": str(number), "STUDENTID": f"(SELECT ID FROM Students WHERE DCID = {student})"}
    values = ", ".join(new.get(name.upper(), name) for name in names)
    connected.sql(
        f"INSERT INTO CC ({', '.join(names)}) SELECT {values} FROM CC WHERE SectionID = ? AND DateLeft > ? LIMIT 1",
        section,
        TODAY.isoformat(),
    )
    return int(key)


def key_of(connected: Connected, school: int) -> str:
    return str(connected.sql("SELECT DCID FROM Schools WHERE School_Number = ?", school)[0][0])


def found_by_school(connected: Connected, run: Run, school: int) -> set[int]:
    """The keys of students whose changes a search for a school's name finds."""
    ((name,),) = connected.sql("SELECT Name FROM Schools WHERE School_Number = ?", school)
    found = connected.service.arrange_changes(run.id, ChangeQuery("student", text=name))
    try:
        return {row.key for row in found.page(0, 1000)}
    finally:
        found.close()


def findings(connected: Connected, rule: str = "guest-left-out") -> list[tuple[str, int, str]]:
    with closing(sqlite3.connect(connected.rosters)) as db:
        sql = "SELECT rule, key, detail FROM problem WHERE rule = ? AND run = (SELECT max(no) FROM run)"
        return db.execute(sql, [rule]).fetchall()


def differences(connected: Connected, *schools: int, guests: bool = False) -> list[str]:
    assert check_bundle(connected.bundle) == []
    return compare(connected.bundle, connected.server.database, TODAY, DISTRICT, schools, guests=guests)


# --- all schools -----------------------------------------------------------------------------------------------------


def test_a_student_has_the_home_school_and_then_those_of_the_classes(connect: Connect) -> None:
    connected = connect(students=60, settings=NEVER)
    student = student_of(connected, 120)
    key = enroll(connected, student, class_of(connected, CHOSEN)[1])
    run = synced(connected)
    for school in (120, CHOSEN):
        assert student in found_by_school(connected, run, school), "who looks for either school finds the student"
    home, other = key_of(connected, 120), key_of(connected, CHOSEN)
    assert int(home) > int(other), "by key, the other one would be the first"
    found = rows(connected, "users")
    assert found[str(student)]["orgSourcedIds"] == f"{home},{other}"
    contacts = [row for row in found.values() if str(student) in row["agentSourcedIds"].split(",")]
    assert contacts
    assert all(other in row["orgSourcedIds"].split(",") for row in contacts), "contacts are where their students are"
    assert differences(connected) == []
    connected.sql("DELETE FROM CC WHERE DCID = ?", key)
    run = synced(connected)
    assert {entity: (one.update, one.remove) for entity, one in run.changes.items()} == {
        "student": (1, 0),
        "enrollment": (0, 1),
    }
    assert rows(connected, "users")[str(student)]["orgSourcedIds"] == home


# --- some schools ----------------------------------------------------------------------------------------------------


def test_guests_are_left_out_counted_and_explained(connect: Connect) -> None:
    connected = connect(students=60, settings=ONE_SCHOOL)
    section = class_of(connected)[1]
    guests = [student_of(connected, 120, place) for place in range(3)]
    for student in guests:
        enroll(connected, student, section)
    # Who has left her own school is no guest: nothing would bring her in.
    connected.sql("UPDATE Students SET Enroll_Status = 2 WHERE DCID = ?", guests[2])
    run = synced(connected)
    assert not {str(student) for student in guests} & rows(connected, "users").keys()
    assert findings(connected) == [("guest-left-out", guests[0], "in 1 class: 2 records")]
    assert run.left_out["guest-left-out"] == 2
    assert differences(connected, CHOSEN) == []
    told = connected.service.explain(connected.name, "student", guests[0])
    assert told.sentence == (
        "Not in the OneRoster CSV bundle, because the student’s school is not among the chosen schools, although the "
        "student is in a class of a chosen one."
    )
    assert 'guest_students = "bring-in"' in told.to_do
    told = connected.service.explain(connected.name, "student", guests[2])
    assert told.sentence == (
        "Not in the OneRoster CSV bundle, because its school is not among the chosen schools, and the student’s "
        "enrollment status is not active."
    )


def test_guests_who_are_brought_in_belong_to_the_schools_of_their_classes(connect: Connect) -> None:
    connected = connect(students=60, settings={**ONE_SCHOOL, **GUESTS})
    guest, inactive = student_of(connected, 120), student_of(connected, 120, 1)
    key, _ = enroll(connected, guest, class_of(connected)[1]), enroll(connected, inactive, class_of(connected)[1])
    connected.sql("UPDATE Students SET Enroll_Status = 2 WHERE DCID = ?", inactive)
    run = synced(connected)
    found = rows(connected, "users")
    assert found[str(guest)]["orgSourcedIds"] == key_of(connected, CHOSEN)
    assert found[str(guest)]["agentSourcedIds"], "her contacts come with her"
    assert str(key) in rows(connected, "enrollments")
    assert findings(connected) == []
    assert run.left_out["school-not-chosen"] > 0, "all others of her school"
    assert differences(connected, CHOSEN, guests=True) == []
    connected.sql("DELETE FROM CC WHERE DCID = ?", key)
    run = synced(connected)
    assert run.changes["student"].remove == run.changes["enrollment"].remove == 1
    assert str(guest) not in rows(connected, "users")
    assert differences(connected, CHOSEN, guests=True) == []


@pytest.mark.parametrize("source", [{"read": "tables"}, {"compare": "incremental"}])
@pytest.mark.parametrize("ids", [{}, {"ids": {"student": "number"}}])
def test_guests_come_however_students_are_read_and_named(
    connect: Connect, source: dict[str, Any], ids: dict[str, Any]
) -> None:
    connected = connect(students=60, settings={**ONE_SCHOOL, **GUESTS, "source": source, **ids})
    synced(connected)
    before = rows(connected, "users")
    assert check_bundle(connected.bundle) == []
    guest = student_of(connected, 120)
    ((number,),) = connected.sql("SELECT Student_Number FROM Students WHERE DCID = ?", guest)
    key = enroll(connected, guest, class_of(connected)[1])
    run = synced(connected)
    name = str(number if ids else guest)
    assert name in rows(connected, "users").keys() - before.keys()
    assert rows(connected, "enrollments")[str(key)]["userSourcedId"] == name
    assert check_bundle(connected.bundle) == []
    assert run.changes["student"].create == 1
    assert run.changes["enrollment"].create == 1
    connected.sql("UPDATE Students SET Last_Name = 'Moved' WHERE DCID = ?", guest)
    assert synced(connected).changes["student"].update == 1
    assert synced(connected).changes == {}


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"filters": {"student": [{"attribute": "familyName", "op": "not equals", "value": "Guest"}]}}, "filter:"),
        ({"requirements": {"student": {"email": "skip"}}}, "missing-required"),
    ],
)
def test_filters_and_requirements_hold_for_guests(connect: Connect, settings: dict[str, Any], rule: str) -> None:
    connected = connect(students=60, settings={**ONE_SCHOOL, **GUESTS, **settings})
    guest, other = student_of(connected, 120), student_of(connected, 120, 1)
    connected.sql("UPDATE Students SET Last_Name = 'Guest' WHERE DCID IN (?, ?)", guest, other)
    connected.sql(
        "DELETE FROM PersonEmailAddressAssoc WHERE PersonID = (SELECT Person_ID FROM Students WHERE DCID = ?)", guest
    )
    enroll(connected, guest, class_of(connected)[1])
    synced(connected)
    assert str(guest) not in rows(connected, "users")
    with closing(sqlite3.connect(connected.rosters.with_suffix(".lastread"))) as db:
        ((found,),) = db.execute("SELECT rule FROM stage_student WHERE key = ?", [guest]).fetchall()
    assert found.startswith(rule)
    if "filters" in settings:
        preview = connected.service.filter_preview(connected.service.connection(connected.name), "student")
        assert [one.key for one in preview.caught] == [guest], "the preview reads who is in a class, too"
        assert other not in {one.key for one in preview.caught}
