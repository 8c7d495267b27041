"""docs/powerschool.md 10: reading tables, and the errors of 10.4 in their order."""

# The statements are put together from the tests' own words.

from __future__ import annotations

import sqlite3
from contextlib import closing
from urllib.parse import quote

import pytest

from tests.demo.support import package

TABLE = "/ws/schema/table/"
FIELDS = ("STUDENTS.DCID", "STUDENTS.LAST_NAME", "STUDENTS.ENROLL_STATUS", "STUDENTS.ENTRYDATE", "STUDENTS.ZIP",
          "STUDENTS.ALERT_MEDICAL", "STUDENTS.BALANCE1", "CC.DCID", "TERMS.DCID", "SCHOOLS.NAME")  # fmt: skip
DENIED = "At least one column lacks sufficient permission"


@pytest.fixture
def tables(server, signed_in):
    """A caller whose plugin may read some columns."""
    return signed_in(server, package((), FIELDS))


def rows(server, sql, *values):
    with closing(sqlite3.connect(server.database)) as database:
        return database.execute(sql, values).fetchall()


def test_list_of_tables(tables):
    listed = tables.get("/ws/schema/table").json["tables"]
    assert {"name": "Students", "comment": "Students", "primaryKey": "DCID", "userVisible": True} in listed
    assert "Teachers" not in {table["name"] for table in listed}


def test_rows_are_texts_without_nulls_under_lower_case_keys(server, tables):
    answer = tables.get(f"{TABLE}STUDENTS?projection=DCID,Last_Name,balance1,alert_medical&pagesize=3")
    assert answer.json["name"] == "Students"
    assert answer.json["@extensions"] == "studentcorefields,u_students_extension"
    expected = rows(server, "SELECT dcid, last_name, balance1, alert_medical FROM students ORDER BY dcid LIMIT 3")
    for record, (dcid, last, balance, alert) in zip(answer.records, expected, strict=True):
        assert (record["id"], record["name"]) == (dcid, "Students")
        values = record["tables"]["students"]
        assert values["dcid"] == str(dcid)
        assert values["last_name"] == last
        assert float(values["balance1"]) == balance
        assert isinstance(values["balance1"], str)
        assert ("alert_medical" in values) == (alert is not None)


def test_one_row(server, tables):
    dcid, zip_code = rows(server, "SELECT dcid, zip FROM students WHERE zip LIKE '0%' ORDER BY dcid LIMIT 1")[0]
    answer = tables.get(f"{TABLE}students/{dcid}?projection=dcid,zip")
    assert answer.json == {
        "id": dcid,
        "name": "students",
        "tables": {"students": {"dcid": str(dcid), "zip": zip_code}},
    }


@pytest.mark.parametrize("key", ["999999", "abc", "1/2", "9" * 30])
def test_missing_row(tables, key):
    answer = tables.get(f"{TABLE}students/{key}?projection=dcid")
    assert (answer.status, answer.message) == (404, "Resource not found")


def test_table_name_before_the_column(tables):
    assert tables.get(f"{TABLE}students?projection=students.dcid&pagesize=1").records[0]["id"] == 431


def test_paging_gives_every_row_once(server, tables):
    total = tables.get(f"{TABLE}students/count").json["count"]
    assert total == 500
    seen = []
    for page in range(1, 7):
        seen += [record["id"] for record in tables.get(f"{TABLE}students?projection=dcid&page={page}").records]
    assert seen == [dcid for (dcid,) in rows(server, "SELECT dcid FROM students ORDER BY dcid")]


@pytest.mark.parametrize(("size", "expected"), [(1, 1), (99, 99), (100, 100), (101, 100), (5000, 100)])
def test_oversize_page_is_clamped(tables, size, expected):
    assert len(tables.get(f"{TABLE}students?projection=dcid&pagesize={size}").records) == expected


def test_oversize_page_is_refused(serve, signed_in):
    tables = signed_in(serve(oversize_page="refuse"), package((), FIELDS))
    assert tables.get(f"{TABLE}students?projection=dcid&pagesize=100").status == 200
    answer = tables.get(f"{TABLE}students?projection=dcid&pagesize=101")
    assert (answer.status, answer.message) == (400, "Invalid pagesize: the maximum is 100")


def test_page_size_of_the_plugin(server, tables):
    server.set_page_size(server.plugins()[0].name, 7)
    assert len(tables.get(f"{TABLE}students?projection=dcid").records) == 7


@pytest.mark.parametrize("parameter", ["page=0", "page=x", "pagesize=-1", "pagesize=1.5", "page=99999999999"])
def test_pages_that_are_none(tables, parameter):
    assert tables.get(f"{TABLE}students?projection=dcid&{parameter}").status == 400


@pytest.mark.parametrize(
    ("empty", "answer"), [("record", {"name": "students", "record": []}), ("bare", {"name": "students"})]
)
def test_no_rows(serve, signed_in, empty, answer):
    tables = signed_in(serve(empty_table=empty), package((), FIELDS))
    assert tables.get(f"{TABLE}students?projection=dcid&page=99").json == answer


@pytest.mark.parametrize(
    ("filter_", "sql"),
    [
        ("dcid==431", "dcid = 431"),
        ("DCID=gt=500;dcid=le=520", "dcid > 500 AND dcid <= 520"),
        ("students.dcid=lt=440", "dcid < 440"),
        ("enroll_status!=0", "enroll_status <> 0"),
        ("enroll_status==-1", "enroll_status = -1"),
        ("entrydate=ge=2026-08-18", "entrydate >= '2026-08-18'"),
        ("last_name==O'Brien", "last_name = 'O''Brien'"),
        ("zip==05301", "zip = '05301'"),
    ],
)
def test_filters(server, tables, filter_, sql):
    expected = [dcid for (dcid,) in rows(server, f"SELECT dcid FROM students WHERE {sql} ORDER BY dcid LIMIT 100")]
    assert expected, "the filter must find somebody"
    found = tables.get(f"{TABLE}students?projection=dcid&q={quote(filter_)}")
    assert [record["id"] for record in found.records] == expected
    count = rows(server, f"SELECT count(*) FROM students WHERE {sql}")[0][0]
    assert tables.get(f"{TABLE}students/count?q={quote(filter_)}").json == {"count": count}


def test_filter_for_null(server, signed_in):
    tables = signed_in(server, package((), [*FIELDS, "STUDENTS.STUDENT_WEB_ID"]))
    count = tables.get(f"{TABLE}students/count?q=student_web_id==%00").json["count"]
    assert count == rows(server, "SELECT count(*) FROM students WHERE student_web_id IS NULL")[0][0] == 5
    assert tables.get(f"{TABLE}students/count?q=student_web_id!=%00").json["count"] == 495


@pytest.mark.parametrize(("down", "order"), [("", "last_name, dcid"), ("&sortdescending=true", "last_name DESC, dcid")])
def test_sort(server, tables, down, order):
    found = tables.get(f"{TABLE}students?projection=dcid&sort=last_name{down}")
    expected = rows(server, f"SELECT dcid FROM students ORDER BY {order} LIMIT 100")
    assert [record["id"] for record in found.records] == [dcid for (dcid,) in expected]


@pytest.mark.parametrize("column", ["*", "students.*"])
def test_star_gives_granted_columns(server, tables, column):
    record = tables.get(f"{TABLE}students?projection={column}&pagesize=1").records[0]
    granted = [field.split(".")[1].lower() for field in FIELDS if field.startswith("STUDENTS")]
    (values,) = rows(server, f"SELECT {', '.join(granted)} FROM students ORDER BY dcid LIMIT 1")
    filled = {name: str(value) for name, value in zip(granted, values, strict=True) if value is not None}
    assert len(filled) > 3
    assert record["tables"]["students"] == filled


def test_star_is_refused(serve, signed_in):
    tables = signed_in(serve(star_projection="refuse"), package((), FIELDS))
    answer = tables.get(f"{TABLE}students?projection=*")
    assert (answer.status, answer.message) == (403, DENIED)


# -- errors ------------------------------------------------------------------------------------------------------------


def test_projection_is_required(tables):
    assert tables.get(f"{TABLE}students").status == 400
    assert tables.get(f"{TABLE}students/431").status == 400


def test_ungranted_column_is_403_in_the_callers_spelling(tables):
    answer = tables.get(f"{TABLE}students?projection=dcid,First_NAME")
    assert answer.status == 403
    assert answer.json == {
        "message": DENIED,
        "errors": [{"code": "NoAccess", "field": "First_NAME", "resource": "Students"}],
    }
    assert tables.get(f"{TABLE}students/431?projection=first_name").status == 403


def test_ungranted_filter_column_is_403_in_the_tables_spelling(tables):
    answer = tables.get(f"{TABLE}students/count?q=SCHOOLID==100")
    assert (answer.status, answer.json["errors"][0]["field"]) == (403, "SchoolID")
    answer = tables.get(f"{TABLE}students?projection=dcid&sort=schoolid")
    assert (answer.status, answer.json["errors"][0]["field"]) == (403, "SchoolID")


def test_unknown_column_in_projection(tables):
    answer = tables.get(f"{TABLE}students?projection=dcid,email")
    assert answer.status == 400
    assert answer.message == "Invalid field specified: email is not valid column for table: Students"


@pytest.mark.parametrize("parameter", ["q=email==x", "sort=email"])
def test_unknown_column_elsewhere(tables, parameter):
    answer = tables.get(f"{TABLE}students?projection=dcid&{parameter}")
    assert (answer.status, answer.message) == (400, "Invalid field email")


def test_wrong_number(tables):
    answer = tables.get(f"{TABLE}students/count?q=enroll_status==x")
    assert answer.status == 400
    assert answer.message == "Invalid number 'x' passed for comparison to number field Enroll_Status"


def test_wrong_date(tables):
    assert tables.get(f"{TABLE}students/count?q=entrydate==08/17/2026").status == 400


def test_clob_cannot_be_filtered(tables):
    answer = tables.get(f"{TABLE}students/count?q=alert_medical==x")
    assert (answer.status, answer.message) == (400, "Querying not supported against clob or blob field types")


@pytest.mark.parametrize("text", ["dcid", "dcid=5", "(dcid==1)", "dcid==1,dcid==2"])
def test_filter_grammar(tables, text):
    assert tables.get(f"{TABLE}students/count?q={quote(text)}").status == 400


def test_order_of_checks(tables):
    """A column that is missing wins over a wrong value, and that over a missing grant."""
    first = tables.get(f"{TABLE}students/count?q=schoolid==x;email==1")
    assert first.message == "Invalid field email"
    second = tables.get(f"{TABLE}students/count?q=schoolid==x")
    assert second.message == "Invalid number 'x' passed for comparison to number field SchoolID"
    third = tables.get(f"{TABLE}students/count?q=schoolid==1")
    assert (third.status, third.message) == (403, DENIED)


@pytest.mark.parametrize("path", ["nowhere", "nowhere/count", "nowhere/metadata", "nowhere/5", "sqlite_master"])
def test_unknown_table(tables, path):
    answer = tables.get(f"{TABLE}{path}?projection=dcid")
    assert (answer.status, answer.message) == (404, "Resource not found")


def test_view_is_405(tables):
    assert tables.get(f"{TABLE}teachers?projection=dcid").status == 405


def test_unfiltered_count_needs_no_grant(server, tables):
    count = rows(server, "SELECT count(*) FROM person")[0][0]
    assert tables.get(f"{TABLE}person/count").json == {"count": count}


def test_metadata_with_access(server, signed_in):
    fields = ["U_STUDENTS_EXTENSION.STUDENTSDCID", "U_STUDENTS_EXTENSION.LOCKER"]
    tables = signed_in(server, package((), [*fields, "STUDENTS.DCID"], level="FullAccess"))
    found = tables.get(f"{TABLE}students/metadata?expansions=access,attrs").json
    access = {column["name"]: column["access"] for column in found["columns"]}
    assert (found["name"], found["primaryKey"], found["schemaType"]) == ("Students", "DCID", "core")
    assert (access["DCID"], access["LAST_NAME"], access["SSN"]) == ("FullAccess", "NoAccess", "BlackListNoAccess")
    plain = tables.get(f"{TABLE}u_students_extension/metadata").json
    assert (plain["coreTable"], plain["schemaType"]) == ("Students", "extension")
    assert [set(column) for column in plain["columns"]] == [{"name", "type"}] * 4


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_writes_without_full_access(server, tables, method):
    answer = tables.get(f"{TABLE}terms/1", method=method)
    assert answer.status == 403
    assert {"code": "NoAccess", "field": "DCID", "resource": "Terms"} in answer.json["errors"]
    assert len(answer.json["errors"]) == 10


def test_core_tables_are_not_written_even_with_full_access(server, signed_in):
    fields = [f"CODESET.{name}" for name in ("CODESETID", "CODETYPE", "CODE", "DESCRIPTION")]
    tables = signed_in(server, package((), fields, level="FullAccess"))
    before = rows(server, "SELECT * FROM codeset ORDER BY 1")
    assert tables.get(f"{TABLE}codeset/11", method="DELETE").status == 405
    assert rows(server, "SELECT * FROM codeset ORDER BY 1") == before


def test_get_with_a_body_is_fine(tables):
    headers = {"Authorization": f"Bearer {tables.token}", "Content-Type": "application/json"}
    answer = tables.call("GET", f"{TABLE}students/count", b"{}", headers)
    assert answer.json == {"count": 500}
    assert tables.get(f"{TABLE}students/count").status == 200


@pytest.mark.parametrize(("folded", "status"), [(True, 200), (False, 404)])
def test_doubled_slashes(serve, signed_in, folded, status):
    tables = signed_in(serve(double_slashes=folded), package((), FIELDS))
    assert tables.get("//ws/schema//table/students/count").status == status


@pytest.mark.parametrize(("strict", "status"), [(True, 404), (False, 200)])
def test_case_of_paths(serve, signed_in, strict, status):
    tables = signed_in(serve(case_sensitive_paths=strict), package((), FIELDS))
    assert tables.get("/WS/Schema/TABLE/students/count").status == status
