"""A stream is read completely, or the reading stops (faults D01 to D06, D08, D09, N03, N04, N06, N10, N11, N17)."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from typing import Any, Literal

import pytest

from psconnect.demo import Fault, Quirks
from psconnect.http import HttpClient
from psconnect.model.clock import CancelToken
from psconnect.model.errors import BadRecord, FixSettings, PsconnectError, TryLater
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.reader import QueryReader, Reader, read_stream
from psconnect.powerschool.stream import StreamColumn
from psconnect.powerschool.streams import CONTACTS
from psconnect.powerschool.tables import TableReader
from psconnect.wording.errors import word
from tests.http.raw import answer, raw_server
from tests.powerschool.conftest import YEAR, Open, Reading, Sink
from tests.support.demo import TestClock

WAYS = ("queries", "tables")
STREAMS = (
    "schools",
    "terms",
    "calendar_days",
    "courses",
    "sections",
    "users",
    "school_staff",
    "section_teachers",
    "students",
    "enrollments",
    "contacts",
    "relationships",
)


def reader_of(reading: Reading, way: str, size: int = 100) -> Reader:
    return reading.queries(size) if way == "queries" else reading.tables(size)


def path_of(way: str, stream: str, *, counts: bool = False) -> str:
    """The calls for rows of a stream, as a shell pattern; or those for its count."""
    tables = {"students": "students", "users": "users", "contacts": "person"}
    base = f"/ws/schema/query/*.{stream}" if way == "queries" else f"/ws/schema/table/{tables[stream]}"
    return base + ("/count" if counts else "")


def students(reading: Reading) -> list[str]:
    """The keys that a complete reading of the students gives."""
    rows = reading.connected.sql("SELECT DCID FROM Students WHERE SchoolID <> 999999 ORDER BY DCID")
    return [str(key) for (key,) in rows]


def keys(sink: Sink) -> list[str]:
    return [row[0] for row in sink.rows]


def stopped(reading: Reading, way: str, stream: str = "students", size: int = 100) -> PsconnectError:
    with pytest.raises(PsconnectError) as caught:
        reading.read(stream, reader_of(reading, way, size))
    return caught.value


# --- both ways give the same -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_tables_give_the_same_rows_as_queries(open_reading: Open, seed: int) -> None:
    mapping = {"student": {"middleName": "{U_STUDENTS_EXTENSION.Locker} {StudentCoreFields.PrimaryLanguage}"}}
    reading = open_reading(seed=seed, settings={"mapping": mapping})
    reading.server.set_page_size(reading.connected.plugin, 1000)
    assert tuple(reading.streams) == STREAMS
    tables = reading.tables(1000)
    for name in STREAMS:
        by_query = reading.read(name)
        by_table = reading.read(name, tables)
        assert by_query.rows, name
        assert by_query.rows == by_table.rows, name
        assert by_query.restarts == by_table.restarts == 0


def test_two_streams_that_look_up_the_same_table_each_get_their_own_columns(reading: Reading) -> None:
    """As students and contacts do with e-mail addresses: who comes second must not find the columns of the first."""
    enrollments = reading.streams["enrollments"]
    named = replace(
        enrollments,
        name="named",
        columns=(*enrollments.columns, StreamColumn("name", "STUDENTS", "LAST_NAME", "student")),
    )
    reading.server.set_page_size(reading.connected.plugin, 1000)
    tables, sink = reading.tables(1000), Sink()
    assert reading.read("enrollments", tables).rows
    read_stream(tables, named, YEAR, sink)
    names = dict(reading.connected.sql("SELECT CAST(DCID AS TEXT), Last_Name FROM Students"))
    assert [row[-1] for row in sink.rows] == [names.get(row[4], "") for row in sink.rows]
    assert any(row[-1] for row in sink.rows)


def test_the_rows_are_those_of_the_district(reading: Reading) -> None:
    sql = reading.connected.sql
    assert [row[:3] for row in reading.read("schools").rows] == [
        (str(key), str(number), name)
        for key, number, name in sql(
            "SELECT DCID, School_Number, Name FROM Schools WHERE School_Number <> 999999 ORDER BY DCID"
        )
    ]
    year = "abs(TermID) BETWEEN 3600 AND 3699"
    assert keys(reading.read("enrollments")) == [
        str(key) for (key,) in sql(f"SELECT DCID FROM CC WHERE {year} ORDER BY DCID")
    ]
    assert keys(reading.read("section_teachers")) == [
        str(key)
        for (key,) in sql(
            f"SELECT ID FROM SectionTeacher WHERE SectionID IN (SELECT ID FROM Sections WHERE {year}) ORDER BY ID"
        )
    ]
    dropped = [row for row in reading.read("enrollments").rows if row[1].startswith("-")]
    assert len(dropped) == sql(f"SELECT count(*) FROM CC WHERE SectionID < 0 AND {year}")[0][0] > 0
    assert all(row[4] and row[5] for row in dropped), "a dropped class still finds its section and its student"
    mails = {row[0]: row[10] for row in reading.read("students").rows}
    first = sql(
        """SELECT s.DCID, coalesce((SELECT e.EmailAddress FROM PersonEmailAddressAssoc a
             JOIN EmailAddress e ON e.EmailAddressID = a.EmailAddressID
             WHERE a.PersonID = s.Person_ID AND a.IsPrimaryEmailAddress = 1
             ORDER BY a.PersonEmailAddressAssocID LIMIT 1), '')
           FROM Students s WHERE s.SchoolID <> 999999"""
    )
    assert mails == {str(key): mail for key, mail in first}
    assert 0 < sum(mail == "" for mail in mails.values()) < len(mails)


def test_of_several_rows_looked_up_the_lowest_counts_and_none_is_doubled(reading: Reading) -> None:
    sql = reading.connected.sql
    key, person, old = sql(
        """SELECT s.DCID, s.Person_ID, a.EmailAddressID FROM Students s JOIN PersonEmailAddressAssoc a
           ON a.PersonID = s.Person_ID WHERE a.IsPrimaryEmailAddress = 1 AND s.SchoolID <> 999999 LIMIT 1"""
    )[0]
    sql("INSERT INTO EmailAddress VALUES (990001, 'second@example.org')")
    sql("INSERT INTO PersonEmailAddressAssoc (PersonEmailAddressAssocID, PersonID, EmailAddressID, "
        "IsPrimaryEmailAddress) VALUES (990001, ?, 990001, 1)", person)  # fmt: skip
    kept = sql("SELECT EmailAddress FROM EmailAddress WHERE EmailAddressID = ?", old)[0][0]
    for way in WAYS:
        found = [row for row in reading.read("students", reader_of(reading, way)).rows if row[0] == str(key)]
        assert [row[10] for row in found] == [kept]


@pytest.mark.parametrize("way", WAYS)
def test_D06_every_page_size_gives_every_row_once(reading: Reading, way: str) -> None:
    expected = students(reading)
    reading.server.set_page_size(reading.connected.plugin, 10_000)
    for size in (1, 7, len(expected) - 1, len(expected), len(expected) + 1):
        reading.server.reset_calls()
        sink = reading.read("students", reader_of(reading, way, size))
        assert keys(sink) == expected
        assert sink.restarts == 0
        if way == "queries":
            assert reading.server.calls.to("/ws/") == 2 + len(expected) // size + 1
        assert sink.news[0] == (0, len(expected))
        assert sink.news[-1] == (len(expected), len(expected))


def test_tables_are_read_at_page_size_one(reading: Reading) -> None:
    rows = reading.read("schools", reading.tables(1)).rows
    assert rows == reading.read("schools").rows
    assert len(rows) == 3


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("quirk", ["bare", "record", "extensions"])
def test_D06_an_empty_last_page_in_every_form(open_reading: Open, way: str, quirk: Any) -> None:
    reading = open_reading(quirks=Quirks(empty_query=quirk, empty_table="bare" if quirk == "bare" else "record"))
    schools = reading.read("schools").rows
    assert reading.read("schools", reader_of(reading, way, len(schools))).rows == schools
    reading.connected.sql("DELETE FROM CC")
    assert reading.read("enrollments", reader_of(reading, way)).rows == []


@pytest.mark.parametrize("oversize", ["clamp", "refuse"])
@pytest.mark.parametrize("star", ["reduce", "refuse"])
def test_switches_that_reading_must_not_feel(
    open_reading: Open, oversize: Literal["clamp", "refuse"], star: Literal["reduce", "refuse"]
) -> None:
    quirks = Quirks(
        oversize_page=oversize,
        star_projection=star,
        query_content_type="500" if star == "reduce" else "415",
        lower_case_keys=star == "reduce",
        sso_flags_as_text=star == "reduce",
        double_slashes=False,
        page_size=50,
    )
    reading = open_reading(quirks=quirks)
    expected = reading.read("students").rows
    size = reading.client.metadata(signed_in=True).schema_table_query_max_page_size
    assert size == 50
    assert reading.read("students", reading.tables(size)).rows == expected


@pytest.mark.parametrize("status", [403, 400])
def test_both_statuses_of_a_query_that_uses_a_field_not_granted(open_reading: Open, status: Literal[403, 400]) -> None:
    reading = open_reading(quirks=Quirks(query_denied=status))
    mine = reading.connected.plugin
    package = reading.connected.service.build_plugin(reading.connected.name).content
    reading.server.delete(mine)
    reading.server.install(_without(package, "STUDENTS", "LAST_NAME"))
    plugin = reading.server.enable(mine)
    reading.client.client_id, reading.client.secret = str(plugin.client_id), str(plugin.client_secret)
    error = stopped(reading, "queries")
    assert (type(error), error.code) == (FixSettings, "PSC-ACCESS-FIELD")
    assert "students.last_name" in word(error).happened.lower()
    error = stopped(reading, "tables")
    assert (type(error), error.code) == (FixSettings, "PSC-ACCESS-FIELD")
    assert "students.last_name" in word(error).happened.lower()


def _without(package: bytes, table: str, field: str) -> bytes:
    """A plugin package that does not ask for one field."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, text.replace(f'    <field table="{table}" field="{field}" access="ViewOnly"/>\n', ""))
    return out.getvalue()


# --- the proof -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", [50, 1000])
def test_D01_the_same_row_twice_is_taken_once_and_counted(reading: Reading, way: str, size: int) -> None:
    reading.server.set_page_size(reading.connected.plugin, 1000)
    expected = students(reading)
    reading.server.set_faults([Fault("D01", path=path_of(way, "students"), first=1)])
    sink = reading.read("students", reader_of(reading, way, size))
    assert keys(sink) == expected
    assert sink.repeats == [int(expected[0])]
    assert sink.restarts == 0


@pytest.mark.parametrize("way", WAYS)
def test_D02_the_same_key_with_different_rows_stops_the_reading(reading: Reading, way: str) -> None:
    reading.server.set_faults([Fault("D02", path=path_of(way, "students"), field="last_name")])
    error = stopped(reading, way)
    assert (type(error), error.code) == (BadRecord, "PSC-READ-TWO-ROWS")
    assert error.where == f"STUDENTS.DCID {students(reading)[0]}"
    assert "with different values in LAST_NAME. Nothing is delivered" in word(error).happened
    name = reading.connected.sql("SELECT Last_Name FROM Students ORDER BY DCID")[0][0]
    assert name not in word(error).happened


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("variant", ["remove", "insert"])
def test_D03_rows_that_come_or_go_once_settle(reading: Reading, way: str, variant: str) -> None:
    reading.server.set_faults([Fault("D03", path=path_of(way, "users"), nth=2, variant=variant)])
    sink = reading.read("users", reader_of(reading, way, 10))
    now = [str(key) for (key,) in reading.connected.sql("SELECT DCID FROM Users ORDER BY DCID")]
    assert keys(sink) == now
    assert sink.restarts == 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("variant", ["remove", "insert"])
def test_D03_rows_that_never_settle_stop_the_reading(reading: Reading, way: str, variant: str) -> None:
    reading.server.set_faults([Fault("D03", path=path_of(way, "users"), variant=variant)])
    error = stopped(reading, way, "users", size=10)
    assert (type(error), error.code, error.where) == (TryLater, "PSC-READ-UNSTABLE", "users")
    assert "3 times" in word(error).happened
    assert "look like removals" in word(error).happened


@pytest.mark.parametrize("way", WAYS)
def test_D04_a_row_that_moves_is_neither_lost_nor_doubled(reading: Reading, way: str) -> None:
    """The row of page 3 gets a key of page 2: with keys as pages it is one row less and one row more."""
    before = students(reading)
    third, free = before[-1], str(int(before[0]) - 1)
    reader = reader_of(reading, way, 100)
    sink = _Between(reading, 2, f"UPDATE Students SET DCID = {free} WHERE DCID = {third}")
    sink.read(reader)
    assert keys(sink) == students(reading)
    assert free in keys(sink)
    assert third not in keys(sink)
    assert sink.restarts == 1


class _Between(Sink):
    """Changes the district after so many pages, once."""

    def __init__(self, reading: Reading, after: int, statement: str) -> None:
        super().__init__()
        self._reading, self._after, self._statement = reading, after, statement
        self._pages = 0

    def read(self, reader: Reader) -> None:
        read_stream(reader, self._reading.streams["students"], YEAR, self)

    def page(self, rows: list[Any]) -> None:
        super().page(rows)
        self._pages += 1
        if self._pages == self._after:
            self._reading.connected.sql(self._statement)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("variant", ["less", "more"])
def test_D05_a_wrong_count_is_asked_again(reading: Reading, way: str, variant: str) -> None:
    path = path_of(way, "students", counts=True)
    reading.server.set_faults([Fault("D05", path=path, first=1, variant=variant, amount=3)])
    sink = reading.read("students", reader_of(reading, way))
    assert keys(sink) == students(reading)
    assert sink.restarts == 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("variant", ["less", "more"])
def test_D05_a_count_that_never_fits_stops_the_reading(reading: Reading, way: str, variant: str) -> None:
    path = path_of(way, "students", counts=True)
    reading.server.set_faults([Fault("D05", path=path, variant=variant)])
    error = stopped(reading, way)
    assert error.code == "PSC-READ-UNSTABLE"
    there = len(students(reading))
    assert f"{there + (1 if variant == 'more' else -1):,} rows were announced, {there:,} came" in word(error).happened


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_D06_an_empty_page_in_the_middle_is_read_again(reading: Reading, way: str, nth: int) -> None:
    reading.server.set_faults([Fault("D06", path=path_of(way, "students"), nth=nth)])
    sink = reading.read("students", reader_of(reading, way, 100))
    assert keys(sink) == students(reading)
    assert sink.restarts == 1


@pytest.mark.parametrize("way", WAYS)
def test_D06_an_empty_page_that_stays_stops_the_reading(reading: Reading, way: str) -> None:
    reading.server.set_faults([Fault("D06", path=path_of(way, "students"))])
    assert stopped(reading, way).code == "PSC-READ-UNSTABLE"


@pytest.mark.parametrize("table", ["sections", "schoolstaff", "roledef"])
@pytest.mark.parametrize("fault", ["D06", "D05"])
def test_a_looked_up_table_that_comes_short_stops_the_reading_too(reading: Reading, table: str, fault: str) -> None:
    """Else each teaching assignment of a section that did not come would look removed."""
    path = f"/ws/schema/table/{table}" + ("/count" if fault == "D05" else "")
    expected = reading.read("section_teachers").rows
    reading.server.set_faults([Fault(fault, path=path, first=1)])
    sink = reading.read("section_teachers", reading.tables())
    assert sink.rows == expected
    assert sink.restarts == 1
    reading.server.set_faults([Fault(fault, path=path)])
    assert stopped(reading, "tables", "section_teachers").code == "PSC-READ-UNSTABLE"


def test_D01_D02_in_a_looked_up_table(reading: Reading) -> None:
    expected = reading.read("section_teachers").rows
    reading.server.set_faults([Fault("D01", path="/ws/schema/table/schoolstaff")])
    assert reading.read("section_teachers", reading.tables()).rows == expected
    reading.server.set_faults([Fault("D02", path="/ws/schema/table/schoolstaff", field="users_dcid")])
    assert stopped(reading, "tables", "section_teachers").code == "PSC-READ-TWO-ROWS"


# --- shape -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("field", ["dcid", "enroll_status", "last_name"])
def test_D08_a_field_that_is_missing_stops_the_reading(reading: Reading, way: str, field: str) -> None:
    reading.server.set_faults([Fault("D08", path=path_of(way, "students"), field=field)])
    error = stopped(reading, way)
    assert (type(error), error.code) == (BadRecord, "PSC-READ-SHAPE")
    assert (
        f"students.{field}" in word(error).happened.lower()
        or field.upper() in word(error).happened
        or f"`{field}`" in word(error).happened
    )


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("field", ["dcid", "student_number"])
def test_D08_a_field_that_became_a_number_has_the_same_value(reading: Reading, way: str, field: str) -> None:
    """Servers write numbers as texts or as numbers (docs/powerschool.md 19)."""
    before = reading.read("students", reader_of(reading, way)).rows
    reading.server.set_faults([Fault("D08", path=path_of(way, "students"), field=field, variant="number")])
    assert reading.read("students", reader_of(reading, way)).rows == before


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("variant", ["absent", "null"])
def test_D09_one_row_without_a_value_is_one_row_without_a_value(reading: Reading, way: str, variant: str) -> None:
    fault = Fault("D09", path=path_of(way, "students"), field="last_name", variant=variant, first=1)
    reading.server.set_faults([fault])
    first, *others = reading.read("students", reader_of(reading, way)).rows
    assert first[7] == ""
    assert first[0] == students(reading)[0]
    assert all(row[7] for row in others)


@pytest.mark.parametrize("way", WAYS)
def test_D09_a_key_of_null_stops_the_reading(reading: Reading, way: str) -> None:
    reading.server.set_faults([Fault("D09", path=path_of(way, "students"), field="dcid", variant="null")])
    assert stopped(reading, way).code == "PSC-READ-SHAPE"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("fault", "variant", "kind", "code"),
    [
        ("N06", "login", TryLater, "PSC-HTTP-WEB-PAGE"),
        ("N06", "waf", TryLater, "PSC-HTTP-WEB-PAGE"),
        ("N06", "maintenance", TryLater, "PSC-HTTP-MAINTENANCE"),
        ("N07", "login", TryLater, "PSC-HTTP-REDIRECT"),
        ("N07", "host", TryLater, "PSC-HTTP-REDIRECT"),
        ("N04", "truncated", TryLater, "PSC-READ-BROKEN"),
        ("N04", "length", TryLater, "PSC-HTTP-BROKEN"),
        ("N04", "chunk", TryLater, "PSC-HTTP-BROKEN"),
        ("N03", "body", TryLater, "PSC-HTTP-BROKEN"),
        ("N03", "headers", TryLater, "PSC-HTTP-BROKEN"),
        ("N17", "nan", TryLater, "PSC-READ-BROKEN"),
    ],
)
def test_garbage_is_asked_for_again_and_never_taken(
    reading: Reading, way: str, fault: str, variant: str, kind: type, code: str
) -> None:
    path = path_of(way, "students")
    reading.server.set_faults([Fault(fault, path=path, nth=2, variant=variant)])
    sink = reading.read("students", reader_of(reading, way))
    assert keys(sink) == students(reading)
    assert sink.restarts == 0, "the page alone is read again"
    assert len(reading.clock.waited) == 1
    reading.server.set_faults([Fault(fault, path=path, variant=variant)])
    error = stopped(reading, way)
    assert (type(error), error.code) == (kind, code)


@pytest.mark.parametrize("way", WAYS)
def test_N03_the_last_page_alone_breaks_off(reading: Reading, way: str) -> None:
    reading.server.set_faults([Fault("N03", path=path_of(way, "students"), variant="last page")])
    handed: list[int] = []

    class Counting(Sink):
        def page(self, rows: list[Any]) -> None:
            handed.append(len(rows))

    with pytest.raises(TryLater):
        read_stream(reader_of(reading, way), reading.streams["students"], YEAR, Counting())
    assert 0 < sum(handed) < len(students(reading))
    assert all(size == 100 for size in handed), "of the last page nothing was taken"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("variant", ["number", "duplicates", "nesting"])
def test_N17_other_garbage_stops_the_reading(reading: Reading, way: str, variant: str) -> None:
    reading.server.set_faults([Fault("N17", path=path_of(way, "students"), variant=variant)])
    assert stopped(reading, way).code in ("PSC-READ-SHAPE", "PSC-READ-UNSTABLE", "PSC-READ-BROKEN")


@pytest.mark.parametrize("way", WAYS)
def test_N10_a_field_that_is_refused_is_named(reading: Reading, way: str) -> None:
    reading.server.set_faults([Fault("N10", path=path_of(way, "students"), field="students.dob")])
    error = stopped(reading, way)
    assert (type(error), error.code, error.where) == (FixSettings, "PSC-ACCESS-FIELD", "students.dob")


def test_N11_a_query_that_is_gone(reading: Reading) -> None:
    reading.server.set_faults([Fault("N11", path=path_of("queries", "students"))])
    error = stopped(reading, "queries")
    assert (type(error), error.code, error.where) == (FixSettings, "PSC-ACCESS-NOT-FOUND", "the query students")
    assert "older version" in word(error).happened


@pytest.mark.parametrize("status", [500, 400])
def test_a_query_that_oracle_refuses(open_reading: Open, status: Literal[500, 400]) -> None:
    reading = open_reading(quirks=Quirks(sql_error=status, argument_types="text"))
    reader = reading.queries()
    stream = reading.streams["enrollments"]
    with pytest.raises(PsconnectError) as caught:
        reader.count(stream, {"first_term": "x", "last_term": "y"})
    assert type(caught.value) is (TryLater if status == 500 else FixSettings)


def test_a_restart_voids_what_was_handed_on(reading: Reading) -> None:
    """The rows of all readings together are more than the rows that count: the sink threw the first ones away."""
    handed: list[int] = []

    class Noting(Sink):
        def page(self, rows: list[Any]) -> None:
            handed.append(len(rows))
            super().page(rows)

    reading.server.set_faults([Fault("D06", path=path_of("queries", "students"), nth=3)])
    sink = Noting()
    count = read_stream(reading.queries(100), reading.streams["students"], YEAR, sink)
    assert count == len(sink.rows) == len(students(reading))
    assert sum(handed) == count + 200
    assert len(set(keys(sink))) == count


def test_a_server_that_does_not_filter_is_not_asked_for_ever() -> None:
    """It gives the same page again and again, whatever key the rows have to be behind."""

    def handler(request: bytes) -> bytes:
        path = request.split()[1].partition(b"?")[0].decode()
        if path == "/oauth/access_token":
            return answer(body=b'{"access_token":"made-up-token","expires_in":"9999"}')
        if path.endswith("/count"):
            return answer(body=b'{"count":4}')
        table = path.rpartition("/")[2]
        key = {"person": "id", "studentcontactassoc": "studentcontactassocid"}[table]
        rows = [{"id": n, "name": table, "tables": {table: {key: str(n), "personid": "77"}}} for n in (1, 2)]
        return answer(body=json.dumps({"name": table, "record": rows}).encode())

    clock = TestClock()
    with raw_server(handler=handler) as server:
        http = HttpClient(server.url, monotonic=clock.monotonic)
        client = PowerSchoolClient(http, "made-up-id", "made-up-secret", clock, CancelToken())
        with pytest.raises(TryLater) as caught:
            read_stream(TableReader(client, 2), CONTACTS, {}, Sink())
        http.close()
    assert caught.value.code == "PSC-READ-UNSTABLE"
    assert "came out of order" in word(caught.value).happened
    assert len(server.requests) < 30


def test_kinds_of_readers() -> None:
    assert (QueryReader.way, TableReader.way) == WAYS


def _with_negative_keys(reading: Reading, *tables: str) -> None:
    """Rows such as a server keeps for itself: the same as one of the district's, under the key -100."""
    for table in tables:
        columns = [name for _place, name, *_ in reading.connected.sql(f"PRAGMA table_info({table})")]
        taken = [f'"{name}"' if name.upper() != "DCID" else "-100" for name in columns]
        if "ID" in map(str.upper, columns):
            taken = ["-100" if name.upper() in ("DCID", "ID") else f'"{name}"' for name in columns]
        reading.connected.sql(f"INSERT INTO {table} SELECT {', '.join(taken)} FROM {table} ORDER BY 1 LIMIT 1")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["users", "school_staff", "section_teachers", "schools", "courses"])
def test_D11_rows_with_keys_below_zero_are_no_records(reading: Reading, way: str, name: str) -> None:
    """USERS has one of the key -100; it was counted by tables and never came, so that no reading was complete."""
    before = reading.read(name, reader_of(reading, way)).rows
    _with_negative_keys(reading, "users", "schoolstaff", "schools", "courses")
    assert before
    assert reading.read(name, reader_of(reading, way)).rows == before
