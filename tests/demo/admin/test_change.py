"""Changes of the district: what each does to the tables, that nothing comes loose, and that chance is seeded."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from shutil import copy

import pytest

from psconnect.demo import DemoOptions, DemoServer, Fault
from psconnect.demo.control import DemoControl
from psconnect.demo.district.change import CHANGES, change_district, start_over
from psconnect.demo.district.change.desk import FIRST_ORDINARY
from tests.demo.admin.soundness import unsound
from tests.demo.conftest import STUDENTS, TODAY
from tests.demo.support import Caller

CHECKOUT = Path(__file__).parents[3]
DAY = TODAY.isoformat()
SINGLE = [change.kind for change in CHANGES.values() if change.takes == "count"]


class Changed:
    """A copy of the district that can be changed and asked."""

    def __init__(self, path):
        self.database = sqlite3.connect(path, isolation_level=None)
        self.today = TODAY

    def make(self, kind, **more):
        with self.database:
            self.database.execute("BEGIN IMMEDIATE")
            outcome = change_district(self.database, kind, **{"today": self.today, "seed": 5, **more})
        self.today = outcome.today or self.today
        return outcome

    def sql(self, statement, *values):
        return self.database.execute(statement, values).fetchall()

    def one(self, statement, *values):
        return self.sql(statement, *values)[0][0]

    def content(self):
        return list(self.database.iterdump())


@pytest.fixture
def changed(district, tmp_path):
    """A copy of the district of 500 students."""
    made = Changed(copy(district, tmp_path / "d.sqlite"))
    with closing(made.database):
        yield made


@pytest.mark.parametrize("kind", CHANGES)
def test_the_same_seed_gives_the_same_rows(changed, district, tmp_path, kind):
    other = Changed(copy(district, tmp_path / "other.sqlite"))
    third = Changed(copy(district, tmp_path / "third.sqlite"))
    with closing(other.database), closing(third.database):
        assert changed.make(kind) == other.make(kind)
        assert changed.content() == other.content()
        if kind in SINGLE:
            third.make(kind, seed=6)
            assert third.content() != changed.content()


@pytest.mark.parametrize("kind", CHANGES)
def test_nothing_comes_loose(changed, kind):
    before = unsound(changed.database, DAY)
    changed.make(kind, count=40)
    assert unsound(changed.database, changed.today.isoformat()) - before == set()


def test_nothing_comes_loose_over_years(changed):
    before = unsound(changed.database, DAY)
    for kind in [*CHANGES, "new-students", "class-changes", "transfers", "leavers", "names", "rollover"]:
        changed.make(kind)
        assert unsound(changed.database, changed.today.isoformat()) - before == set(), kind
    assert changed.today.year == 2028


@pytest.mark.parametrize("kind", CHANGES)
def test_the_awkward_names_stay(changed, kind):
    names = "SELECT DCID, First_Name, Last_Name FROM Students WHERE DCID < ?"
    before = changed.sql(names, FIRST_ORDINARY)
    changed.make(kind)
    assert changed.sql(names, FIRST_ORDINARY) == before


def test_new_students_have_all_that_the_others_have(changed):
    last = changed.one("SELECT max(DCID) FROM Students")
    outcome = changed.make("new-students", count=12)
    new = changed.sql("SELECT DCID, ID, Enroll_Status, EntryDate, Person_ID FROM Students WHERE DCID > ?", last)
    assert len(new) == outcome.counts["students"] == 12
    for dcid, student_id, status, entry, person in new:
        assert (status, entry) == (0, DAY)
        assert changed.one("SELECT count(*) FROM CC WHERE StudentID = ? AND SectionID > 0", student_id) >= 5
        assert changed.one("SELECT count(*) FROM StudentContactAssoc WHERE StudentDCID = ?", dcid) == 1
        assert changed.one("SELECT count(*) FROM PersonEmailAddressAssoc WHERE PersonID = ?", person) == 1
    assert changed.one("SELECT count(*) FROM CC WHERE StudentID = ? AND DateEnrolled < ?", new[0][1], DAY) == 0


def test_a_dropped_class_goes_negative(changed):
    before = set(changed.sql("SELECT DCID FROM CC WHERE SectionID < 0"))
    count = changed.one("SELECT count(*) FROM CC")
    outcome = changed.make("class-changes", count=30)
    dropped = set(changed.sql("SELECT DCID FROM CC WHERE SectionID < 0")) - before
    assert len(dropped) == outcome.counts["dropped"] == 30
    for (key,) in dropped:
        ((section, original, term, left),) = changed.sql(
            "SELECT SectionID, OrigSectionID, TermID, DateLeft FROM CC WHERE DCID = ?", key
        )
        assert section == -original
        assert term < 0
        assert left == DAY
    assert changed.one("SELECT count(*) FROM CC") - count == outcome.counts["changed"] > 0


def test_who_transfers_has_an_earlier_enrollment_and_the_new_schools_classes(changed):
    schools = dict(changed.sql("SELECT DCID, SchoolID FROM Students"))
    outcome = changed.make("transfers", count=15)
    moved = [
        (dcid, student_id, school)
        for dcid, student_id, school in changed.sql("SELECT DCID, ID, SchoolID FROM Students")
        if schools[dcid] != school
    ]
    assert len(moved) == outcome.counts["students"] == 15
    for dcid, student_id, school in moved:
        assert (schools[dcid], DAY) in changed.sql(
            "SELECT SchoolID, ExitDate FROM ReEnrollments WHERE StudentID = ?", student_id
        )
        running = changed.sql(
            "SELECT DISTINCT SchoolID FROM CC WHERE StudentID = ? AND SectionID > 0 AND DateLeft > ?",
            student_id,
            DAY,
        )
        assert running == [(school,)]


def test_who_leaves_is_transferred_out_today(changed):
    before = set(changed.sql("SELECT ID FROM Students WHERE Enroll_Status = 2"))
    changed.make("leavers", count=9)
    gone = set(changed.sql("SELECT ID FROM Students WHERE Enroll_Status = 2")) - before
    assert len(gone) == 9
    for (student_id,) in gone:
        assert changed.one("SELECT ExitDate FROM Students WHERE ID = ?", student_id) == DAY
        ends = changed.sql("SELECT DateEnrolled, DateLeft FROM CC WHERE StudentID = ?", student_id)
        assert ends
        assert all(left <= max(enrolled, DAY) for enrolled, left in ends)


def test_new_names_reach_person_account_and_mail_but_no_key(changed):
    names = dict(changed.sql("SELECT DCID, Last_Name FROM Students"))
    staff = dict(changed.sql("SELECT DCID, Last_Name FROM Users"))
    keys = changed.sql("SELECT DCID, ID, Student_Number, Person_ID FROM Students")
    outcome = changed.make("names", count=20)
    assert changed.sql("SELECT DCID, ID, Student_Number, Person_ID FROM Students") == keys
    others = [dcid for dcid, last in changed.sql("SELECT DCID, Last_Name FROM Students") if names[dcid] != last]
    assert len(others) == outcome.counts["students"] == 20
    assert sum(staff[dcid] != last for dcid, last in changed.sql("SELECT DCID, Last_Name FROM Users")) == 2
    for dcid in others:
        ((number, mail),) = changed.sql(
            """SELECT s.Student_Number, e.EmailAddress FROM Students s JOIN PersonEmailAddressAssoc a
            ON a.PersonID = s.Person_ID JOIN EmailAddress e ON e.EmailAddressID = a.EmailAddressID WHERE s.DCID = ?""",
            dcid,
        )
        assert re.fullmatch(rf"\w+{number}@students\.example\.org", mail)


def test_a_school_closes(changed):
    outcome = changed.make("close-school", school=120)
    assert changed.one("SELECT count(*) FROM Students WHERE SchoolID = 120 AND Enroll_Status = 0") == 0
    assert changed.one("SELECT count(*) FROM SchoolStaff WHERE SchoolID = 120 AND Status = 1") == 0
    assert changed.one("SELECT count(*) FROM Schools WHERE School_Number = 120") == 1
    assert changed.one("SELECT count(*) FROM CC WHERE SchoolID = 120 AND SectionID > 0 AND DateLeft > ?", DAY) == 0
    assert outcome.counts["moved"] + outcome.counts["left"] > 20
    with pytest.raises(ValueError, match="No school 120 has students"):
        changed.make("close-school", school=120)


def test_a_rollover_takes_everybody_along(changed):
    students = {
        dcid: (grade, status)
        for dcid, grade, status in changed.sql("SELECT DCID, Grade_Level, Enroll_Status FROM Students")
    }
    outcome = changed.make("rollover")
    assert changed.today.isoformat() == "2027-08-16"
    graduates = 0
    for dcid, (grade, status) in students.items():
        ((now, state, school),) = changed.sql(
            "SELECT Grade_Level, Enroll_Status, SchoolID FROM Students WHERE DCID = ?", dcid
        )
        if status not in (0, -1):
            assert (now, state) == (grade, status)
        elif grade == 12:
            graduates += 1
            assert (now, state, school) == (99, 3, 999999)
        else:
            assert (now, state) == (grade + 1, 0)
    assert outcome.counts["graduates"] == graduates > 0
    without = changed.one(
        """SELECT count(*) FROM Students s WHERE Enroll_Status = 0 AND 8 > (SELECT count(DISTINCT Course_Number)
        FROM CC c WHERE c.StudentID = s.ID AND c.TermID BETWEEN 3700 AND 3799)"""
    )
    assert without == 0
    assert changed.one("SELECT max(No_of_Students) FROM Sections WHERE YearID = 37") <= 30
    assert changed.one("SELECT count(*) FROM Terms WHERE YearID = 38") > 0
    assert changed.one("SELECT count(*) FROM Students WHERE Grade_Level = -1 AND Enroll_Status = 0") == graduates


def test_starting_over_gives_the_first_rows_back(changed):
    first = changed.content()
    for kind in CHANGES:
        changed.make(kind)
    changed.database.execute("BEGIN")
    start_over(changed.database, STUDENTS, 1, TODAY)
    changed.database.execute("COMMIT")
    assert sorted(changed.content()) == sorted(first)


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        ("riot", {}, "There is no change 'riot'; known are new-students"),
        ("leavers", {"count": 0}, "1 to 1,000 students, not 0"),
        ("leavers", {"count": 1001}, "not 1,001"),
        ("close-school", {"school": 999999}, "No school 999999 has students; those that have some are 100"),
    ],
)
def test_senseless_changes_are_refused(changed, kind, more, said):
    before = changed.content()
    with pytest.raises(ValueError, match=said):
        changed.make(kind, **more)
    assert changed.content() == before


# -- on a server -------------------------------------------------------------------------------------------------------


@pytest.fixture
def own(district, tmp_path):
    """A server of a test's own."""
    copy(district, tmp_path)
    with DemoServer(DemoOptions(folder=tmp_path, students=STUDENTS, today=TODAY)) as server:
        yield server


@pytest.mark.parametrize("fault", ["D19", "D20", "D22"])
def test_a_district_that_a_fault_has_changed_can_be_changed_further(own, fault):
    amount = 600 if fault == "D19" else 3
    own.set_faults([Fault(fault, variant="gone" if fault == "D19" else "", amount=amount)])
    with Caller(own) as caller:
        caller.call("GET", "/ws/v1/time")
    own.clear_faults()
    for kind in CHANGES:
        outcome = own.change_district(kind, count=40)
        assert sum(outcome.counts.values()) > 0, kind


def test_the_control_plane_changes_the_district(own):
    control = DemoControl(own.url, own.control_token)
    outcome = control.change_district("leavers", count=3)
    assert outcome.sentence == "3 students left the district."
    assert outcome.counts == {"students": 3}
    assert outcome.today == TODAY
    assert control.change_district("rollover").today.isoformat() == "2027-08-16"
    assert own.today.isoformat() == "2027-08-16"
    control.start_over()
    assert own.today == TODAY
    with pytest.raises(ValueError, match="There is no change"):
        control.change_district("riot")


def test_a_change_that_fails_leaves_everything_as_it_was(own):
    with closing(sqlite3.connect(own.database)) as database:
        before = list(database.iterdump())
        with pytest.raises(ValueError, match="has students"):
            own.change_district("close-school", school=1)
        assert list(database.iterdump()) == before
    assert own.change_district("leavers", count=1).counts == {"students": 1}


def test_without_a_seed_each_change_chooses_others(own):
    with closing(sqlite3.connect(own.database)) as database:
        gone = "SELECT DCID FROM Students WHERE Enroll_Status = 2"
        first = set(database.execute(gone))
        own.change_district("leavers", count=5)
        second = set(database.execute(gone))
        own.start_over()
        own.change_district("leavers", count=5)
        assert set(database.execute(gone)) == second
        own.change_district("leavers", count=5)
        assert len(set(database.execute(gone)) - first) == 10


def test_the_command_line_changes_the_district_before_and_while_it_is_served(tmp_path, own):
    command = [sys.executable, "-m", "psconnect.demo"]
    running = [*command, "--running", own.url, "--token", own.control_token, "--change", "new-students:4"]
    done = subprocess.run(running, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["changes"] == [f"4 new students were enrolled, in {own_classes(own)} classes."], (
        done.stderr
    )
    for wrong, said in (
        (["--running", own.url, "--change", "leavers"], "--token"),
        (["--running", own.url, "--token", own.control_token, "--change", "riot"], "There is no change"),
        (["--running", own.url, "--token", own.control_token, "--change", "leavers:many"], "with a number after it"),
        (["--students", "200", "--folder", str(tmp_path / "new"), "--change", "riot"], "There is no change"),
    ):
        refused = subprocess.run([*command, *wrong], cwd=CHECKOUT, capture_output=True, text=True, check=False)
        assert refused.returncode == 2
        assert said in refused.stderr


def own_classes(server):
    """How many classes began on the server's day."""
    with closing(sqlite3.connect(server.database)) as database:
        return database.execute(
            "SELECT count(*) FROM CC WHERE StudentID IN (SELECT ID FROM Students WHERE EntryDate = ?)",
            [DAY],
        ).fetchone()[0]


# -- by the page -------------------------------------------------------------------------------------------------------

PAGE = "/admin/demo/district.html"


def test_each_change_has_a_form(visitor, demo):
    visitor.open(PAGE)
    for change in CHANGES.values():
        assert f'name="kind" value="{change.kind}"' in visitor.answer.text
        assert change.help in visitor.text
    visitor.send(PAGE, kind="names", count="3")
    assert "3 students and 1 staff have other names" in visitor.notice
    visitor.send(PAGE, kind="close-school", school="")
    assert "has closed" in visitor.notice
    visitor.send(PAGE, kind="rollover")
    assert "It is 2027-08-16 now" in visitor.notice
    assert "Today is 2027-08-16" in visitor.text
    visitor.send("/admin/demo/startover.html")
    assert "Nothing was changed" in visitor.notice
    visitor.send("/admin/demo/startover.html", sure="yes")
    assert "as it was at first" in visitor.notice
    assert demo.today == TODAY


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"kind": "leavers", "count": "0"}, "whole number from 1 on"),
        ({"kind": "leavers", "count": "5000"}, "1 to 1,000"),
        ({"kind": "riot"}, "There is no change"),
        ({"kind": "close-school", "school": "7"}, "No school 7"),
    ],
)
def test_what_makes_no_sense_is_said(visitor, fields, said):
    visitor.open(PAGE).send(PAGE, **fields)
    assert said in visitor.notice
    assert 'class="notice bad"' in visitor.answer.text
