"""Streams by ``/ws/v1``: the same rows as by queries, but for a list of differences that is written out here."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from psconnect.demo import Fault, Quirks
from psconnect.http import HttpClient
from psconnect.model.clock import CancelToken
from psconnect.model.errors import BadRecord, Cancelled, FixSettings, TryLater
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.reader import read_stream
from psconnect.powerschool.v1 import V1Reader
from psconnect.wording.errors import word
from tests.demo.support import plugin_xml
from tests.http.raw import answer, raw_server
from tests.powerschool.conftest import YEAR, Open, Reading, Sink

LOCKER = {"student": {"middleName": "{U_STUDENTS_EXTENSION.Locker}{Students.DOB}"}}
STREAMS = ("schools", "terms", "courses", "sections", "users", "school_staff", "section_teachers", "students",
           "enrollments", "contacts", "relationships")  # fmt: skip
Vendor = Callable[..., V1Reader]


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    """Makes readers for a plugin of somebody else: no queries, no tables, but ``/ws/v1`` and the extension's fields."""
    close: list[Callable[[], None]] = []

    def make(reading: Reading, cancel: CancelToken | None = None, **more: Any) -> V1Reader:
        fields = more.pop("fields", ["U_STUDENTS_EXTENSION.LOCKER"])
        oauth = more.pop("oauth", '<oauth accessLevelV1Api="READ"/>')
        server = reading.server
        if "Vendor" not in [plugin.name for plugin in server.plugins()]:
            server.install(plugin_xml(fields, name="Vendor", oauth=oauth).encode())
        plugin = server.enable("Vendor")
        client = reading.connected.client(cancel)
        client.client_id, client.secret = str(plugin.client_id), str(plugin.client_secret)
        close.append(client.http.close)
        return V1Reader(client, client.metadata(signed_in=True), **more)

    yield make
    for each in close:
        each()


def by_key(rows: list[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {row[0]: row for row in rows}


def names(reading: Reading, stream: str) -> list[str]:
    return [column.name for column in reading.streams[stream].columns]


def without(reading: Reading, stream: str, rows: list[tuple[str, ...]], *columns: str) -> list[tuple[str, ...]]:
    """Rows with columns emptied."""
    for column in columns:
        at = names(reading, stream).index(column)
        assert any(row[at] for row in rows), "else it would be no difference"
        rows = [(*row[:at], "", *row[at + 1 :]) for row in rows]
    return rows


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_rows_as_by_queries_but_for_what_v1_lacks(open_reading: Open, vendor: Vendor, seed: int) -> None:
    reading = open_reading(seed=seed, settings={"mapping": LOCKER})
    reader = vendor(reading)
    queries = {name: reading.read(name).rows for name in STREAMS}
    found = {name: reading.read(name, reader) for name in STREAMS}
    assert all(sink.rows and sink.restarts == 0 and not sink.repeats for sink in found.values())
    v1 = {name: sink.rows for name, sink in found.items()}
    sql = reading.connected.sql

    for name in ("schools", "courses", "students"):
        assert v1[name] == queries[name], name
    assert v1["terms"] == [row for row in queries["terms"] if row[2] != "0"], "the district's own terms are missing"
    assert v1["sections"] == without(reading, "sections", queries["sections"], "room", "teacher")

    at_schools = (
        "SELECT Users_DCID FROM SchoolStaff WHERE Status = 1 AND SchoolID IN (SELECT School_Number FROM Schools)"
    )
    listed = {str(key) for (key,) in sql(at_schools)}
    users = [row for row in queries["users"] if row[0] in listed]
    assert len(users) < len(queries["users"])
    assert v1["users"] == without(reading, "users", users, "homeschoolid")
    places = [row[2:5] for row in queries["school_staff"] if row[2] in listed]
    assert sorted(row[2:5] for row in v1["school_staff"]) == sorted(places)

    leads = sql(
        "SELECT s.DCID, f.Users_DCID FROM Sections s JOIN SchoolStaff f ON f.ID = s.Teacher "
        "WHERE s.TermID BETWEEN 3600 AND 3699 ORDER BY s.DCID"
    )
    made = {"role_name": "Lead Teacher"}
    expected = [
        {**made, "id": str(1_000_000_000 + key), "section_dcid": str(key), "users_dcid": str(user)}
        for key, user in leads
    ]
    columns = names(reading, "section_teachers")
    found_rows = [dict(zip(columns, row, strict=True)) for row in v1["section_teachers"]]
    assert [{name: value for name, value in row.items() if value} for row in found_rows] == expected

    of = names(reading, "enrollments")
    at, student, school, section = map(of.index, ("sectionid", "student_dcid", "student_school", "section_dcid"))
    whole = [row for row in queries["enrollments"] if row[student] and row[section]]
    assert len(whole) < len(queries["enrollments"]), "some refer to nothing"
    # Of a student's school it is only known whether it is that of the graduates.
    assert [(*row[:at], row[at][0] == "-", *row[at + 1 :]) for row in v1["enrollments"]] == [
        tuple((row[at][0] == "-") if n == at else "" if n == school else text for n, text in enumerate(row))
        for row in whole
    ]
    assert any(row[at][0] == "-" for row in whole)

    active = {str(key) for (key,) in sql("SELECT DCID FROM Students WHERE Enroll_Status = 0")}
    related = [row for row in queries["relationships"] if row[1] in active]
    detail = names(reading, "relationships").index("detail_id")
    current = [row for row in related if row[detail]]
    ended = {row[0] for row in related} - {row[0] for row in current}
    assert len(related) < len(queries["relationships"])
    assert [row for row in v1["relationships"] if row[0] not in ended] == current
    assert {row[0] for row in v1["relationships"]} == {row[0] for row in related}
    people = {row[2] for row in related}
    assert v1["contacts"] == [row for row in queries["contacts"] if row[0] in people]


def test_the_estimate_is_what_it_takes(open_reading: Open, vendor: Vendor) -> None:
    reading = open_reading()
    reader = vendor(reading)
    ahead = reader.calls_ahead(2026, contacts=True)
    reader = vendor(reading)
    before = reader.client.calls
    for name in STREAMS:
        reading.read(name, reader)
    assert abs(reader.client.calls - before - ahead) <= ahead / 20
    sections = reading.connected.sql("SELECT count(*) FROM Sections WHERE TermID BETWEEN 3600 AND 3699")[0][0]
    assert reading.server.calls.to("/ws/v1/section/") == 2 * sections, "two calls a class"


@pytest.mark.parametrize(
    "quirks",
    [
        {"v1_typing": False, "v1_past_end": "blank", "v1_unknown_names": "refuse"},
        {"single_field_as_object": False, "school_sections": "current", "other_staff_types": False},
        {"dropped_ids": "negative", "school_students": "active", "oversize_page": "refuse"},
    ],
)
def test_switches_that_reading_must_not_feel(open_reading: Open, vendor: Vendor, quirks: dict[str, Any]) -> None:
    streams = ("terms", "courses", "sections", "users", "section_teachers", "students", "enrollments")
    reading = open_reading(students=200, settings={"mapping": LOCKER})
    expected = {name: reading.read(name, reader).rows for reader in [vendor(reading)] for name in streams}
    reading.server.set_quirks(**quirks)
    reading.server.set_page_size("Vendor", 17)
    reader = vendor(reading)
    for name in streams:
        sink = reading.read(name, reader)
        assert sink.rows == expected[name], name
        assert sink.restarts == 0


def test_one_thing_of_each_kind_is_an_object_and_reads_like_many(open_reading: Open, vendor: Vendor) -> None:
    reading = open_reading(students=200)
    sql = reading.connected.sql
    sql("DELETE FROM CC WHERE DCID <> (SELECT min(DCID) FROM CC WHERE TermID >= 3600 AND SectionID > 0)")
    sql("DELETE FROM Students WHERE ID <> (SELECT StudentID FROM CC)")
    reader = vendor(reading)
    assert len(reading.read("students", reader).rows) == len(reading.read("enrollments", reader).rows) == 1


def test_a_stream_that_it_has_not(open_reading: Open, vendor: Vendor) -> None:
    with pytest.raises(FixSettings) as caught:
        vendor(reading := open_reading(students=200)).gather(reading.streams["calendar_days"], YEAR, lambda *_: None)
    assert (caught.value.code, caught.value.where) == ("PSC-ACCESS-V1-MISSING", "source.read")


def test_an_extension_that_is_not_granted_is_no_empty_field(open_reading: Open, vendor: Vendor) -> None:
    reading = open_reading(students=200, settings={"mapping": LOCKER})
    with pytest.raises(FixSettings) as caught:
        reading.read("students", vendor(reading, fields=[]))
    assert caught.value.code == "PSC-ACCESS-V1-MISSING"
    assert "u_students_extension.locker" in word(caught.value).happened


def test_a_plugin_without_v1(open_reading: Open, vendor: Vendor) -> None:
    reading = open_reading(students=200)
    reader = vendor(reading, oauth="<oauth/>")
    with pytest.raises(FixSettings) as caught:
        reading.read("schools", reader)
    assert caught.value.code == "PSC-AUTH-V1"
    assert reading.server.calls.to("/oauth/") == 1, "it is no reason to sign in again"


def test_who_led_a_class_and_left_is_read_alone(open_reading: Open, vendor: Vendor) -> None:
    reading = open_reading(students=200)
    section, staff, user = reading.connected.sql(
        "SELECT s.DCID, f.DCID, f.Users_DCID FROM Sections s JOIN SchoolStaff f ON f.ID = s.Teacher "
        "WHERE s.TermID = 3600 LIMIT 1"
    )[0]
    reading.connected.sql("UPDATE SchoolStaff SET Status = 2 WHERE DCID = ?", staff)
    rows = by_key(reading.read("section_teachers", vendor(reading)).rows)
    place = names(reading, "section_teachers").index("users_dcid")
    assert rows[str(1_000_000_000 + section)][place] == str(user)
    assert reading.server.calls.to(f"/ws/v1/staff/{staff}") == 1


def test_enrollments_of_chosen_schools_alone(open_reading: Open, vendor: Vendor) -> None:
    reading = open_reading(students=200)
    chosen = vendor(reading, schools=frozenset({"100"}))
    found = {row[0] for row in reading.read("enrollments", chosen).rows}
    expected = reading.connected.sql(
        "SELECT c.DCID FROM CC c JOIN Sections s ON s.ID = abs(c.SectionID) JOIN Students p ON p.ID = c.StudentID "
        "WHERE s.SchoolID = 100 AND abs(c.TermID) BETWEEN 3600 AND 3699"
    )
    assert found == {str(key) for (key,) in expected}


def test_a_pause_that_is_asked_for_is_made(open_reading: Open, vendor: Vendor) -> None:
    reading = open_reading(students=200)
    reader = vendor(reading)
    expected = reading.read("terms", reader).rows
    reading.server.set_faults([Fault("N12", path="/ws/v1/school/*", nth=2, amount=7)])
    assert reading.read("terms", vendor(reading)).rows == expected
    assert any(wait >= 7 for wait in reading.clock.waited)


def test_N13_a_server_that_stays_broken_stops_the_reading(open_reading: Open, vendor: Vendor) -> None:
    reading = open_reading(students=200)
    reader = vendor(reading)
    reading.server.set_faults([Fault("N13", path="/ws/v1/section/*")])
    with pytest.raises(TryLater) as caught:
        reading.read("enrollments", reader)
    assert caught.value.code == "PSC-HTTP-SERVER"


def test_a_cancel_stops_between_classes(open_reading: Open, vendor: Vendor) -> None:
    reading, cancel = open_reading(students=200), CancelToken()
    reader = vendor(reading, cancel)

    class Stopping(Sink):
        def progress(self, done: int, expected: int) -> None:
            super().progress(done, expected)
            cancel.cancel()

    sink = Stopping()
    with pytest.raises(Cancelled):
        reader_gathers(reader, reading, sink)
    assert len(sink.news) == 1
    assert sink.rows == []
    assert reading.server.calls.to("/ws/v1/section/") == 2


def reader_gathers(reader: V1Reader, reading: Reading, sink: Sink) -> None:
    reader.gather(reading.streams["enrollments"], YEAR, sink.progress)


def test_a_class_that_is_deleted_before_its_turn_comes_is_read_no_more(open_reading: Open, vendor: Vendor) -> None:
    reading = open_reading(students=200)
    sql = reading.connected.sql
    key, number = sql("SELECT DCID, ID FROM Sections WHERE TermID = 3600 ORDER BY DCID DESC LIMIT 1")[0]

    class Deleting(Sink):
        def progress(self, done: int, expected: int) -> None:
            super().progress(done, expected)
            sql("DELETE FROM CC WHERE SectionID = ?", number)
            sql("DELETE FROM SectionTeacher WHERE SectionID = ?", number)
            sql("DELETE FROM Sections WHERE DCID = ?", key)

    sink = Deleting()
    read_stream(vendor(reading), reading.streams["enrollments"], YEAR, sink)
    assert sink.restarts == 1
    assert sink.rows == reading.read("enrollments", vendor(reading)).rows
    assert str(key) not in {row[names(reading, "enrollments").index("section_dcid")] for row in sink.rows}


def test_news_of_enrollments_come_class_by_class(open_reading: Open, vendor: Vendor) -> None:
    reading = open_reading(students=200)
    sink = reading.read("enrollments", vendor(reading))
    sections = reading.connected.sql("SELECT count(*) FROM Sections WHERE TermID BETWEEN 3600 AND 3699")[0][0]
    assert len(sink.news) == sections + 1
    assert [done for done, _ in sink.news] == sorted(done for done, _ in sink.news)
    assert sink.news[-1] == (len(sink.rows), len(sink.rows))
    assert all(done <= expected for done, expected in sink.news)


def test_quirks_of_old_servers_have_no_switch(open_reading: Open, vendor: Vendor) -> None:
    reading = open_reading(students=200, quirks=Quirks(server_version="24.1.0.0"))
    assert reading.read("schools", vendor(reading, oauth="<oauth/>")).rows == reading.read("schools").rows


# --- servers that give something else ---------------------------------------------------------------------------------


@contextmanager
def between(reading: Reading, vendor: Vendor, change: Callable[[str, Any], Any]) -> Iterator[V1Reader]:
    """A reader whose server hands on the demo server's answers, changed: ``change(path, answer)`` gives the new one."""
    reader = vendor(reading)
    reading.server.set_page_size("Vendor", 1000)  # one page, so that whole lists can be changed
    host = urlsplit(reading.server.url).netloc

    def handler(request: bytes) -> bytes:
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        method, path, _ = first.split(" ")
        headers = dict(line.split(": ", 1) for line in lines)
        connection = http.client.HTTPConnection(host, timeout=20)
        kept = {name: value for name, value in headers.items() if name.lower() in ("authorization", "content-type")}
        connection.request(method, path, body or None, kept)
        response = connection.getresponse()
        found = json.loads(response.read())
        connection.close()
        return answer(f"{response.status} X", json.dumps(change(path, found)).encode())

    with raw_server(handler=handler) as server:
        calls = HttpClient(server.url, monotonic=reading.clock.monotonic)
        mine = reader.client
        client = PowerSchoolClient(calls, mine.client_id, mine.secret, reading.clock, CancelToken())
        yield V1Reader(client, client.metadata(signed_in=True))
        calls.close()


def test_a_part_that_the_server_does_not_know_is_no_empty_field(open_reading: Open, vendor: Vendor) -> None:
    def change(path: str, found: Any) -> Any:
        if "/ws/v1/district/student?" in path:
            found["students"]["@expansions"] = found["students"]["@expansions"].replace("contact_info", "fees")
        return found

    reading = open_reading(students=200)
    with between(reading, vendor, change) as reader, pytest.raises(FixSettings) as caught:
        reading.read("students", reader)
    assert caught.value.code == "PSC-ACCESS-V1-MISSING"
    assert "contact_info" in word(caught.value).happened


def test_D08_a_person_without_a_key_stops_the_reading(open_reading: Open, vendor: Vendor) -> None:
    def change(path: str, found: Any) -> Any:
        if "/staff?" in path and isinstance(found["staffs"].get("staff"), list):
            found["staffs"]["staff"][-1].pop("users_dcid")
        return found

    reading = open_reading(students=200)
    with between(reading, vendor, change) as reader, pytest.raises(BadRecord) as caught:
        reading.read("users", reader)
    assert caught.value.code == "PSC-READ-SHAPE"
    assert "DCID is not a whole number" in word(caught.value).happened


def test_D02_an_enrollment_in_two_classes_stops_the_reading(open_reading: Open, vendor: Vendor) -> None:
    def change(path: str, found: Any) -> Any:
        if path.partition("?")[0].endswith("/section_enrollment"):
            items = found["section_enrollments"].get("section_enrollment")
            if isinstance(items, list):
                first.setdefault("id", items[0]["id"])
                items[0]["id"] = first["id"]
        return found

    first: dict[str, int] = {}
    reading = open_reading(students=200)
    with between(reading, vendor, change) as reader, pytest.raises(BadRecord) as caught:
        reading.read("enrollments", reader)
    assert (caught.value.code, caught.value.where) == ("PSC-READ-TWO-ROWS", f"CC.DCID {first['id']}")


def test_the_other_name_of_the_status(open_reading: Open, vendor: Vendor) -> None:
    """The explorer calls it ``status_code``, fixtures ``enroll_status_code`` (6.2)."""

    def change(path: str, found: Any) -> Any:
        if "/ws/v1/district/student?" in path:
            for item in found["students"]["student"]:
                enrolled = item.get("school_enrollment", {})
                if "enroll_status_code" in enrolled:
                    enrolled["status_code"] = enrolled.pop("enroll_status_code")
        return found

    reading = open_reading(students=200)
    with between(reading, vendor, change) as reader:
        assert reading.read("students", reader).rows == reading.read("students").rows


def test_courses_that_no_school_lists_are_read_by_themselves(open_reading: Open, vendor: Vendor) -> None:
    """A server may list a school's own courses alone, and not those of the district (6.1 says nothing of it)."""
    reading = open_reading(students=200)
    sql = reading.connected.sql
    district = {key for (key,) in sql("SELECT DCID FROM Courses WHERE SchoolID = 0")}

    def change(path: str, found: Any) -> Any:
        if "/course?" in path:
            items = found["courses"]["course"]
            found["courses"]["course"] = [item for item in items if item["id"] not in district]
        if path.endswith("/course/count"):
            school = int(path.split("/")[4])
            found["resource"]["count"] = sql(
                "SELECT count(*) FROM Courses WHERE SchoolID = (SELECT School_Number FROM Schools WHERE DCID = ?)",
                school,
            )[0][0]
        return found

    used = {key for (key,) in sql(
        "SELECT c.DCID FROM Courses c JOIN Sections s ON s.Course_Number = c.Course_Number "
        "WHERE s.TermID BETWEEN 3600 AND 3699 AND c.SchoolID = 0")}  # fmt: skip
    with between(reading, vendor, change) as reader:
        courses = by_key(reading.read("courses", reader).rows)
        sections = reading.read("sections", reader).rows
    assert used
    expected = {row[0]: row for row in reading.read("courses").rows if int(row[0]) in used or row[3] != "0"}
    assert courses == expected
    assert sections == without(reading, "sections", reading.read("sections").rows, "room", "teacher")
