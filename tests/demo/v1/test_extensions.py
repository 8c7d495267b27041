"""Extension fields on objects, table rows and query rows (docs/powerschool.md 5.6, 10.2, 11.1, 15.4)."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from psconnect.demo.district.schema import TABLES
from tests.demo.support import NAME, Query, package
from tests.demo.v1.conftest import GRANTED

BOTH = "u_students_extension,studentcorefields"
FLAT = "com.roster.test.extended.flat"
GROUPED = "com.roster.test.extended.grouped"
KEYLESS = "com.roster.test.extended.keyless"
SQL = "SELECT last_name, dcid FROM students ORDER BY dcid"


@pytest.fixture
def extended(read):
    """The extension data of the first hundred students, by DCID."""
    found = read(f"district/student?extensions={BOTH}")["students"]["student"]
    return {one["id"]: one["_extension_data"]["_table_extension"] for one in found}


def test_every_student_has_both_extensions_found_or_not(extended, rows):
    lockers = dict(rows("SELECT StudentsDCID, Locker FROM U_STUDENTS_EXTENSION"))
    languages = dict(rows("SELECT StudentsDCID, PrimaryLanguage FROM StudentCoreFields"))
    assert len(extended) == 100
    for dcid, (core, own) in extended.items():
        assert (core["name"], own["name"]) == ("studentcorefields", "u_students_extension")
        assert (core["recordFound"], own["recordFound"]) == (dcid in languages, dcid in lockers)
        assert core["_field"] == {"name": "primarylanguage", "type": "String", "value": languages.get(dcid, "")}
        locker = own["_field"][0]
        assert (locker["name"], str(locker["value"])) == ("locker", lockers.get(dcid, ""))
    assert {own["recordFound"] for _, own in extended.values()} == {True, False}


def test_a_field_that_is_not_granted_is_not_there(extended):
    names = {field["name"] for _, own in extended.values() for field in own["_field"]}
    assert names == {"locker", "preferredname"}, "device is not granted"


def test_values_follow_the_typing_rule(read, v1_server, rows):
    [(dcid, locker)] = rows("SELECT StudentsDCID, Locker FROM U_STUDENTS_EXTENSION ORDER BY 1 LIMIT 1")
    path = f"student/{dcid}?extensions=u_students_extension"
    change = "UPDATE U_STUDENTS_EXTENSION SET Locker = ? WHERE StudentsDCID = ?"
    seen = []
    for text in ("1858", "0858", locker):
        with closing(sqlite3.connect(v1_server.database)) as database, database:
            database.execute(change, (text, dcid))
        seen.append(read(path)["student"]["_extension_data"]["_table_extension"]["_field"][0]["value"])
    assert seen == [1858, "0858", locker]


@pytest.mark.parametrize(("collapsed", "kind"), [(True, dict), (False, list)])
def test_one_extension_with_one_field(read, v1_server, collapsed, kind):
    v1_server.set_quirks(single_field_as_object=collapsed)
    data = read("student/431?extensions=studentcorefields")["student"]["_extension_data"]
    assert type(data["_table_extension"]) is dict
    assert type(data["_table_extension"]["_field"]) is kind


def test_without_any_grant_there_is_no_extension_data(serve, signed_in):
    caller = signed_in(serve())
    student = caller.get(f"/ws/v1/student/431?extensions={BOTH}").json["student"]
    assert student["@extensions"] == "studentcorefields,u_students_extension"
    assert "_extension_data" not in student


# -- tables and queries ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def content():
    """A plugin with queries that can be extended, and one that cannot for want of the key."""
    columns = ("STUDENTS.LAST_NAME last_name", "STUDENTS.DCID dcid")
    grouped = ("STUDENTS.LAST_NAME students.last_name", "STUDENTS.DCID students.dcid")
    queries = (
        Query(FLAT, columns, SQL),
        Query(GROUPED, grouped, SQL, flattened=False),
        Query(KEYLESS, columns[:1], "SELECT last_name FROM students"),
    )
    return package(queries=queries, fields=GRANTED)


@pytest.fixture
def one(serve, signed_in, content):
    """A caller with those queries; its server is ``one.server``."""
    return signed_in(serve(), content)


def lockers(rows):
    """The lockers by DCID."""
    return dict(rows("SELECT StudentsDCID, Locker FROM U_STUDENTS_EXTENSION"))


def test_rows_of_a_table(one, rows):
    answer = one.get(f"/ws/schema/table/students?projection=dcid&extensions={BOTH}")
    truth = lockers(rows)
    names = dict(rows("SELECT StudentsDCID, PreferredName FROM U_STUDENTS_EXTENSION"))
    for record in answer.records:
        tables = record["tables"]
        assert tables.get("u_students_extension", {}).get("preferredname") == names.get(record["id"]), "no nulls"
        assert tables.get("u_students_extension", {}).get("locker") == truth.get(record["id"]), "texts, zeros and all"
        assert "device" not in tables.get("u_students_extension", {})
        assert set(tables) <= {"students", "studentcorefields", "u_students_extension"}
    assert len(answer.records) == 100


def test_one_row_of_a_table(one, rows):
    dcid, locker = next(iter(sorted(lockers(rows).items())))
    path = f"/ws/schema/table/students/{dcid}?projection=dcid"
    assert set(one.get(path).json["tables"]) == {"students"}
    tables = one.get(f"{path}&extensions=u_students_extension,unknown").json["tables"]
    assert (set(tables), tables["u_students_extension"]["locker"]) == ({"students", "u_students_extension"}, locker)


def test_rows_of_a_query_by_table(one, rows):
    truth = lockers(rows)
    records = one.query(GROUPED, parameters="?pagesize=0&extensions=u_students_extension").records
    assert len(records) == 500
    for record in records:
        assert record["tables"].get("u_students_extension", {}).get("locker") == truth.get(record["id"])


@pytest.mark.parametrize(("switch", "key"), [("qualified", "u_students_extension.locker"), ("plain", "locker")])
def test_flat_rows_of_a_query(one, rows, switch, key):
    one.server.set_quirks(flat_extension_keys=switch)
    truth = lockers(rows)
    records = one.query(FLAT, parameters="?pagesize=0&extensions=u_students_extension").records
    assert {int(record["dcid"]): record.get(key) for record in records} == {
        dcid: truth.get(dcid) for (dcid,) in rows("SELECT DCID FROM Students")
    }


def test_a_projection_need_not_have_the_key(one):
    records = one.query(
        FLAT, {"projection": "last_name"}, parameters="?pagesize=5&extensions=u_students_extension"
    ).records
    assert {"dcid" in record for record in records} == {False}
    assert any("u_students_extension.locker" in record for record in records)


def test_a_query_without_the_key_is_not_extended(one):
    records = one.query(KEYLESS, parameters="?extensions=u_students_extension").records
    assert {key for record in records for key in record} == {"_name", "last_name"}


def test_ungranted_extensions_of_a_table_are_left_out(serve, signed_in):
    caller = signed_in(serve(), package(fields=["STUDENTS.DCID"], name=NAME))
    answer = caller.get(f"/ws/schema/table/students?projection=dcid&extensions={BOTH}&pagesize=3")
    assert [set(record["tables"]) for record in answer.records] == [{"students"}] * 3


# -- areas -------------------------------------------------------------------------------------------------------------


def test_areas_and_their_tables(v1):
    areas = v1.get("/ws/schema/area").json["areas"]
    assert [set(area) for area in areas] == [{"name", "userVisible", "display", "comment", "subareas"}] * len(areas)
    names = []
    for area in areas:
        answer = v1.get(f"/ws/schema/area/{area['name']}/table").json
        assert answer["area"] == area["name"]
        names += [table["name"] for table in answer["tables"]]
    assert sorted(names) == sorted(table.name for table in TABLES)
    assert v1.get("/ws/schema/area/nowhere/table").status == 404
