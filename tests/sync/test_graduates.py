"""Students whom the rules leave out take along what PowerSchool keeps of them; nobody is told to mend it.

Contacts, relationships and enrollments stay in PowerSchool for every student there ever was.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from typing import Any

import pytest

from psconnect.model.entities import BY_KEY, ENTITIES
from psconnect.model.runs import Run
from tests.judges.sql_truth import compare
from tests.sources.test_v1_source import DOING_WITHOUT, as_vendor
from tests.support.demo import DISTRICT, TODAY, Connect, Connected


@pytest.fixture
def district_size() -> int:
    """Enough for graduates whose contacts, classes and siblings differ."""
    return 300


def lastread(connected: Connected, sql: str) -> list[tuple]:
    """Plain SQL over what the newest run read."""
    with closing(sqlite3.connect(connected.rosters.with_suffix(".lastread"))) as db:
        return db.execute(sql).fetchall()


def findings(connected: Connected) -> list[tuple[str, int, str]]:
    """The findings of the newest run about enrollments and relationships: (rule, key, detail)."""
    ranks = [BY_KEY[key].rank for key in ("relationship", "enrollment")]
    with closing(sqlite3.connect(connected.rosters)) as db:
        newest = "SELECT max(no) FROM run"
        sql = f"SELECT rule, key, detail FROM problem WHERE run = ({newest}) AND entity IN (?, ?) ORDER BY key"
        return db.execute(sql, ranks).fetchall()


def check_adds_up(connected: Connected, run: Run) -> None:
    """What is there after the plan is what is in and what is kept as it was; nothing that is kept is removed."""
    for entity in ENTITIES:
        staged = dict(lastread(connected, f"SELECT key, fate FROM stage_{entity.key}"))
        with closing(sqlite3.connect(connected.rosters)) as db:
            there = {key for (key,) in db.execute("SELECT key FROM ledger WHERE entity = ?", [entity.rank])}
            sql = "SELECT key, action FROM change WHERE run = (SELECT max(no) FROM run) AND entity = ?"
            changes = dict(db.execute(sql, [entity.rank]))
        after = (there | {key for key, action in changes.items() if action == 1}) - {
            key for key, action in changes.items() if action == 3
        }
        kept = {key for key, fate in staged.items() if fate == 2} & there
        assert after == {key for key, fate in staged.items() if fate == 0} | kept, entity.key
    counts = Counter(rule for entity in ENTITIES for (rule,) in lastread(connected, _LEFT_OUT.format(entity.key)))
    told = Counter(run.left_out)
    assert sum(counts.values()) == sum(told.values())


_LEFT_OUT = "SELECT rule FROM stage_{0} WHERE fate <> 0"


def true_orphans(connected: Connected, schools: str) -> set[int]:
    """Enrollments of the year at these schools whose student or class is nowhere in PowerSchool."""
    rows = connected.sql(
        "SELECT c.DCID FROM CC c LEFT JOIN Students s ON s.ID = c.StudentID "
        "LEFT JOIN Sections k ON k.ID = abs(c.SectionID) WHERE abs(c.TermID) BETWEEN 3600 AND 3699 "
        f"AND (s.DCID IS NULL OR k.DCID IS NULL) AND coalesce(k.SchoolID, s.SchoolID) IN ({schools})"
    )
    return {key for (key,) in rows}


@pytest.mark.parametrize(("schools", "orphans"), [([120], 3), ("all", 5)])
@pytest.mark.parametrize("way", ["queries", "tables"])
def test_what_belongs_to_graduates_goes_along_with_them(connect: Connect, schools: Any, orphans: int, way: str) -> None:
    """The demo district of the issue: 33 relationships could not be used, which nobody could mend."""
    connected = connect(settings={"scope": {"schools": schools}, "source": {"read": way}})
    connected.delivered()
    connected.server.change_district("rollover")
    run = connected.service.sync(connected.name)
    assert (run.state, run.error) == ("held", None)
    assert not [hold for hold in run.holds if hold.rule.startswith("rejected")]
    removed = {entity: run.changes[entity].remove for entity in ("student", "relationship", "enrollment")}
    assert removed == {"student": 19, "relationship": 33, "enrollment": 152}

    keys = "(SELECT DCID FROM Students WHERE SchoolID = 999999)"
    graduates = ", ".join(str(key) for (key,) in connected.sql(f"SELECT DCID FROM Students WHERE DCID IN {keys}"))
    ((links,),) = connected.sql(f"SELECT count(*) FROM StudentContactAssoc WHERE StudentDCID IN {keys}")
    along = "goes-along:student:student-graduated"
    sql = "SELECT fate, rule, count(*) FROM stage_{} WHERE key > 0 AND student IN ({}) GROUP BY 1, 2"
    assert lastread(connected, sql.format("relationship", graduates)) == [(1, along, links)]
    ((fate, rule, count),) = lastread(connected, sql.format("enrollment", graduates))
    assert (fate, rule) == (1, along)
    assert count >= 152

    lost = true_orphans(connected, "120" if schools != "all" else "SELECT School_Number FROM Schools")
    assert len(lost) == orphans
    assert {key for rule, key, _detail in findings(connected) if rule == "orphan"} == lost
    check_adds_up(connected, run)
    explanation = connected.service.explain(connected.name, "enrollment", _removed(connected))
    assert "its student is not included: the student has graduated" in explanation.over

    run = connected.service.approve(run.id, "they left")
    assert run.state == "finished_with_problems", run.error
    if schools == "all":
        assert compare(connected.bundle, connected.server.database, TODAY, DISTRICT) == []


def _removed(connected: Connected) -> int:
    """The key of an enrollment that the newest plan removes."""
    with closing(sqlite3.connect(connected.rosters)) as db:
        sql = "SELECT min(key) FROM change WHERE run = (SELECT max(no) FROM run) AND entity = ? AND action = 3"
        return int(db.execute(sql, [BY_KEY["enrollment"].rank]).fetchone()[0])


def test_the_v1_interface_knows_whose_students_have_graduated(connect: Connect) -> None:
    connected = connect(settings=DOING_WITHOUT)
    as_vendor(connected)
    connected.delivered()
    ((student,),) = connected.sql(
        "SELECT min(s.DCID) FROM Students s JOIN CC c ON c.StudentID = s.ID WHERE s.Enroll_Status = 0 "
        "AND c.TermID BETWEEN 3600 AND 3699 AND c.SectionID > 0"
    )
    connected.sql("UPDATE Students SET Enroll_Status = 3, SchoolID = 999999 WHERE DCID = ?", student)
    run = connected.service.sync(connected.name)
    assert run.changes["student"].remove == 1
    assert run.changes["enrollment"].remove > 0
    rules = lastread(connected, f"SELECT DISTINCT rule FROM stage_enrollment WHERE student = {student}")
    assert rules == [("goes-along:student:student-graduated",)]
    assert "orphan" not in {rule for rule, _key, _detail in findings(connected)}
    check_adds_up(connected, run)


def test_what_belongs_to_a_deleted_student_goes_with_her_and_is_an_orphan_from_then_on(connect: Connect) -> None:
    """What is removed is not also something that can't be used; in the next run it is, and that holds nobody up."""
    connected = connect(settings={"safety": {"preview": "never", "thresholds": OFTEN}})
    assert connected.service.sync(connected.name).state == "finished_with_problems"
    orphans = true_orphans(connected, "SELECT School_Number FROM Schools")
    gone = connected.sql(
        "SELECT s.DCID, s.ID FROM Students s JOIN CC c ON c.StudentID = s.ID WHERE s.Enroll_Status = 0 "
        "AND c.TermID BETWEEN 3600 AND 3699 AND c.SectionID > 0 GROUP BY s.DCID ORDER BY s.DCID LIMIT 20"
    )
    keys, ids = (", ".join(str(row[place]) for row in gone) for place in (0, 1))
    joined = "SELECT key FROM stage_enrollment WHERE rule IN ('enrollment-joined', 'enrollment-other-time')"
    never_there = {key for (key,) in lastread(connected, joined)}
    connected.sql(f"DELETE FROM Students WHERE DCID IN ({keys})")
    run = connected.service.sync(connected.name)
    assert run.state == "finished_with_problems", run.holds
    assert run.changes["student"].remove == 20
    # Who was in a class twice was delivered once: the other row was never there and can't be used now.
    assert {key for rule, key, _detail in findings(connected) if rule == "orphan"} - never_there == orphans
    ((of_them,),) = connected.sql(
        f"SELECT count(*) FROM CC WHERE StudentID IN ({ids}) AND abs(TermID) BETWEEN 3600 AND 3699"
    )
    assert 0 < run.changes["enrollment"].remove <= of_them
    check_adds_up(connected, run)

    again = connected.service.sync(connected.name)
    assert again.state == "finished_with_problems", again.holds or again.error
    assert again.changes == {}
    assert len({key for rule, key, _detail in findings(connected) if rule == "orphan"}) > len(orphans)


OFTEN = {
    entity: {"remove": "off", "remove_per_class": "off"} if entity == "enrollment" else {"remove": "off"}
    for entity in ("student", "contact", "relationship", "enrollment")
}


LOST = "UPDATE CC SET StudentID = 9000000 + DCID WHERE TermID BETWEEN 3600 AND 3699 AND SectionID > 0 AND DCID % 3 = 0"


def test_too_many_rejected_records_hold_the_first_delivery_and_stop_a_later_one(connect: Connect) -> None:
    """A third of the enrollments belongs to nobody: three times what stops a run once something is delivered."""
    connected = connect(settings={"safety": {"preview": "never"}})
    connected.sql(LOST)
    run = connected.service.sync(connected.name)
    assert run.state == "held"
    assert [hold.rule for hold in run.holds] == ["rejected-enrollment"]
    assert connected.service.approve(run.id, "the office knows").state == "finished_with_problems"

    connected.sql(LOST.replace("% 3 = 0", "% 3 = 1"))
    run = connected.service.sync(connected.name)
    assert (run.state, run.error["code"]) == ("failed", "PSC-READ-REJECTED")
