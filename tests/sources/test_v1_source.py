"""A whole roster by the v1 interface: that of the queries, but for a list of differences that is written out here."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from psconnect.demo import Fault
from psconnect.model.errors import FixSettings
from psconnect.model.events import RunEvent
from psconnect.model.problems import Fate
from psconnect.store.settings.secrets import CLIENT_SECRET
from psconnect.wording.errors import word
from tests.demo.support import plugin_xml
from tests.sources.test_source import Roster, Sources, read, source_of
from tests.support.demo import Connect, Connected
from tests.sync.test_guests import CHOSEN, class_of, enroll, student_of

DOING_WITHOUT: dict[str, Any] = {"mapping": {"class": {"location": ""}}, "options": {"co_teachers": False}}
"""Settings that want nothing of what v1 lacks."""
IN, LEFT_OUT, KEPT = int(Fate.IN), int(Fate.LEFT_OUT), int(Fate.KEPT)

__all__ = ["source_of"]


def as_vendor(connected: Connected, way: str = "auto") -> None:
    """Our plugin goes, and the connection gets the credentials of somebody else's, which has v1 alone."""
    for ours in connected.server.plugins():
        connected.server.delete(ours.name)
    connected.server.install(plugin_xml((), name="Vendor").encode())
    plugin = connected.server.enable("Vendor")
    connected.service.set_value(connected.name, "source.client_id", json.dumps(plugin.client_id))
    connected.service.set_value(connected.name, "source.read", json.dumps(way))
    connected.service.set_secret(connected.name, CLIENT_SECRET, plugin.client_secret)


def delivered(roster: Roster, entity: str) -> dict[int, list[str]]:
    """The records that are in, by key."""
    rows: Any = roster.records[entity]
    return {key: json.loads(row[2]) for key, row in rows.items() if row[0] == IN}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_roster_of_the_queries_but_for_what_v1_lacks(connect: Connect, source_of: Sources, seed: int) -> None:
    connected = connect(seed=seed, students=200, settings=DOING_WITHOUT)
    whole, by_query = read(source_of(connected))
    as_vendor(connected)
    roster, summary = read(source_of(connected))
    assert (by_query.way, summary.way) == ("queries", "v1")
    assert summary.school_year == by_query.school_year
    assert summary.calls < 10 + 2 * len(whole.records["class"]) + summary.counts["students"] + 100

    # Byte for byte the same, keys and fates as well.
    for entity in ("school", "course", "class", "student"):
        assert roster.records[entity] == whole.records[entity], entity
    for entity in ("calendar", "contact", "relationship"):
        assert delivered(roster, entity) == {
            key: row for key, row in delivered(whole, entity).items() if key in roster.records[entity]
        }
        assert delivered(roster, entity)
    assert delivered(roster, "calendar") == delivered(whole, "calendar")

    # Students' enrollments: none is in that was not, none is missing; those that refer to nothing can't be seen.
    students = {key: row for key, row in roster.records["enrollment"].items() if key > 0}
    expected = {key: row for key, row in whole.records["enrollment"].items() if key > 0}
    unseen = expected.keys() - students.keys()
    assert {expected[key][:2] for key in unseen} == {(KEPT, "orphan")}
    assert students == {key: row for key, row in expected.items() if key not in unseen}

    # Teachers' enrollments: who leads which class as primary, without dates and under ids of their own.
    lead = {row[1:6] for row in map(tuple, delivered(roster, "enrollment").values()) if row[4] == "teacher"}
    assert lead == {row[1:6] for row in map(tuple, delivered(whole, "enrollment").values()) if row[4] == "teacher"}
    assert all(key < -1_000_000_000 for key in roster.records["enrollment"] if key < 0)

    # Staff: the same people with the same schools, in another order; those of the district office alone can't be seen.
    office = {
        user
        for (user,) in connected.sql(
            "SELECT DCID FROM Users WHERE DCID NOT IN (SELECT Users_DCID FROM SchoolStaff p JOIN Schools c "
            "ON c.School_Number = p.SchoolID WHERE p.Status = 1)"
        )
    }
    for entity in ("teacher", "admin"):
        mine, theirs = delivered(roster, entity), delivered(whole, entity)
        assert theirs.keys() - mine.keys() <= office
        assert mine.keys() <= theirs.keys()
        for key, row in mine.items():
            assert sorted(row[1].split(",")) == sorted(theirs[key][1].split(","))
            assert [row[0], *row[2:]] == [theirs[key][0], *theirs[key][2:]]
        assert mine


def test_auto_comes_to_v1_last_and_says_what_it_lacks_and_costs(connect: Connect, source_of: Sources) -> None:
    connected = connect(students=200, settings=DOING_WITHOUT, install=False)
    as_vendor(connected)
    events: list[RunEvent] = []
    _roster, summary = read(source_of(connected), events.append)
    assert summary.way == "v1"
    (said,) = [event.message for event in events if event.message]
    assert "class by class: about" in said
    for words in ("calendar can't be read", "district office", "home school", "no dates"):
        assert words in said
    assert "calendar_days" not in summary.counts


@pytest.mark.parametrize("way", ["auto", "v1"])
def test_what_v1_lacks_stops_the_run_before_anything_is_read(connect: Connect, source_of: Sources, way: str) -> None:
    connected = connect(students=200, install=False)
    as_vendor(connected, way)
    connected.server.reset_calls()
    with pytest.raises(FixSettings) as caught:
        read(source_of(connected))
    assert caught.value.code == "PSC-ACCESS-V1-MISSING"
    assert "The field Sections.Room, used for class, can't be read." in word(caught.value).happened
    assert "Co-teachers can't be read." in word(caught.value).happened
    assert "Map what uses Sections.Room in mapping.class to another field" in word(caught.value).to_do
    assert word(caught.value).to_do.endswith("Set options.co_teachers to false.")
    assert connected.server.calls.to("/ws/v1/district/student") == 0
    assert connected.server.calls.to("/ws/v1/school/") == 0


@pytest.mark.parametrize(
    "options", [{"parents": "portal"}, {"parents": "all", "enroll_status": [0, -1]}], ids=["portal", "statuses"]
)
def test_whose_contacts_are_read(connect: Connect, source_of: Sources, options: dict[str, Any]) -> None:
    settings = {**DOING_WITHOUT, "options": {**DOING_WITHOUT["options"], **options}}
    connected = connect(students=200, settings=settings)
    whole, _summary = read(source_of(connected))
    as_vendor(connected)
    roster, _summary = read(source_of(connected))
    assert roster.records["student"] == whole.records["student"]
    statuses = ", ".join(map(str, options.get("enroll_status", [0])))
    enrolled = {key for (key,) in connected.sql(f"SELECT DCID FROM Students WHERE Enroll_Status IN ({statuses})")}
    related = {key: row for key, row in whole.records["relationship"].items() if row[0] == IN and row[3] in enrolled}
    assert {key: row for key, row in roster.records["relationship"].items() if row[0] == IN} == related != {}
    people = {key for row in related.values() for key in whole.records["contact"] if key == row[4]}
    contacts = {key: whole.records["contact"][key] for key in people}
    assert {key: roster.records["contact"][key] for key in people} == contacts
    left_out = {row[1] for row in contacts.values() if row[0] == LEFT_OUT}
    assert ("contact-without-account" in left_out) == ("portal" in options.values())


@pytest.mark.parametrize("guests", ["bring-in", "leave-out"])
def test_guests_come_with_their_contacts(connect: Connect, source_of: Sources, guests: str) -> None:
    options = {**DOING_WITHOUT["options"], "parents": "all", "guest_students": guests}
    connected = connect(students=200, settings={**DOING_WITHOUT, "options": options, "scope": {"schools": [CHOSEN]}})
    guest = student_of(connected, 120)
    enroll(connected, guest, class_of(connected)[1])
    whole, _summary = read(source_of(connected))
    as_vendor(connected)
    roster, _summary = read(source_of(connected))
    assert roster.records["student"] == whole.records["student"]
    assert roster.records["student"][guest][0] == (IN if guests == "bring-in" else LEFT_OUT)
    theirs = {key: row for key, row in whole.records["relationship"].items() if row[0] == IN and row[3] == guest}
    assert theirs
    assert (theirs.items() <= roster.records["relationship"].items()) == (guests == "bring-in")


def test_a_plugin_of_ours_with_v1_is_still_read_by_queries(connect: Connect, source_of: Sources) -> None:
    connected = connect(students=200)
    _roster, summary = read(source_of(connected))
    assert summary.way == "queries"
    assert connected.server.calls.to("/ws/v1/school/") == 0


def test_a_stream_that_fails_ends_the_reading_class_by_class(connect: Connect, source_of: Sources) -> None:
    """Else the failure is told only after thousands of calls whose answers nobody wants any more."""
    connected = connect(students=800, settings=DOING_WITHOUT)
    sections = connected.sql("SELECT count(*) FROM Sections WHERE TermID BETWEEN 3600 AND 3699")[0][0]
    as_vendor(connected)
    source = source_of(connected)
    connected.server.set_faults([Fault("N10", path="/ws/v1/district/student", field="students.dob")])
    with pytest.raises(FixSettings) as caught:
        read(source)
    assert caught.value.code == "PSC-ACCESS-FIELD"
    assert connected.server.calls.to("/ws/v1/section/") < sections, "reading them all takes two calls each"


def test_where_nothing_works_the_queries_are_named(connect: Connect, source_of: Sources) -> None:
    connected = connect(students=200, install=False)
    connected.server.install(plugin_xml((), name="Closed", oauth="<oauth/>").encode())
    plugin = connected.server.enable("Closed")
    connected.service.set_value(connected.name, "source.client_id", json.dumps(plugin.client_id))
    connected.service.set_secret(connected.name, CLIENT_SECRET, plugin.client_secret)
    with pytest.raises(FixSettings) as caught:
        read(source_of(connected))
    assert (caught.value.code, caught.value.where) == ("PSC-ACCESS-NOT-FOUND", "the number of schools")


def test_without_a_calendar_nobody_is_taken_out_of_a_class_that_may_be_over(
    connect: Connect, source_of: Sources
) -> None:
    """Who left within two weeks of a term's last day stays as last delivered: by the calendar, the class was over."""
    connected = connect(students=200, settings=DOING_WITHOUT)
    day = date(2027, 7, 1)
    connected.clock.time = datetime(day.year, day.month, day.day, 17, 30, tzinfo=UTC)
    (last,) = {row[0] for row in connected.sql("SELECT LastDay FROM Terms WHERE YearID = 36 AND IsYearRec = 1")}
    keys = [
        key
        for (key,) in connected.sql(
            "SELECT c.DCID FROM CC c JOIN Sections s ON s.ID = c.SectionID JOIN Students p ON p.ID = c.StudentID "
            "WHERE c.TermID = 3600 AND c.DateLeft > ? ORDER BY c.DCID LIMIT 3",
            last,
        )
    ]
    for key, days in zip(keys, ("0", "-13", "-40"), strict=True):
        connected.sql("UPDATE CC SET DateLeft = date(?, ? || ' days') WHERE DCID = ?", last, days, key)
    connected.sql("DELETE FROM Calendar_Day WHERE Date_Value > date(?, '-5 days')", last)
    whole, _summary = read(source_of(connected))
    assert [whole.records["enrollment"][key][:2] for key in keys] == [
        (IN, None), (LEFT_OUT, "enrollment-ended"), (LEFT_OUT, "enrollment-ended")]  # fmt: skip
    as_vendor(connected)
    roster, _summary = read(source_of(connected))
    assert [roster.records["enrollment"][key][:2] for key in keys] == [
        (KEPT, "calendar-unknown"), (KEPT, "calendar-unknown"), (LEFT_OUT, "enrollment-ended")]  # fmt: skip
    reported = {problem.key for problem in roster.problems if problem.rule == "calendar-unknown"}
    assert set(keys[:2]) <= reported
    out = {key for key, row in whole.records["enrollment"].items() if row[0] == IN and key > 0}
    assert not {key for key in out if roster.records["enrollment"].get(key, (KEPT,))[0] == LEFT_OUT}
