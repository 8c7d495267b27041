"""docs/powerschool.md 11: PowerQueries of an installed plugin."""

from __future__ import annotations

import http.client
import json
import sqlite3
from contextlib import closing

import pytest

from tests.demo.support import ALL, GROUPED, NONE, ONE, PAGE, PATH, QUERIES, Query, package


def rows(server, sql, *values):
    with closing(sqlite3.connect(server.database)) as database:
        return database.execute(sql, values).fetchall()


def query(sql, columns="STUDENTS.DCID dcid", *arguments, **more):
    """A query by the name of ONE with other contents."""
    return Query(ONE, tuple(columns.split(", ")), sql, arguments, **more)


def answers(server, signed_in, one, body=None, parameters=""):
    return signed_in(server, package([one])).query(one.name, body, parameters=parameters)


# -- the shape of answers ----------------------------------------------------------------------------------------------


def test_flattened_with_core_table(server, caller):
    answer = caller.query(ALL, parameters="?pagesize=2")
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json["name"] == "Students"
    assert answer.json["@extensions"] == "studentcorefields,u_students_extension"
    first = answer.records[0]
    assert first["_name"] == "students"
    assert (first["dcid"], first["entrydate"]) == ("431", "2026-08-17")
    assert all(isinstance(value, str) for value in first.values())


def test_flattened_without_core_table(server, signed_in):
    answer = answers(server, signed_in, query("SELECT dcid FROM students WHERE dcid = 431", core=""))
    assert answer.json == {"record": [{"dcid": "431"}], "@extensions": ""}


def test_not_flattened_groups_by_table(server, caller):
    answer = caller.query(GROUPED, parameters="?pagesize=1&count=true")
    dcid, last, name = rows(
        server,
        "SELECT s.dcid, s.last_name, c.name FROM students s JOIN schools c ON c.school_number = s.schoolid "
        "ORDER BY s.dcid LIMIT 1",
    )[0]
    assert answer.json == {
        "name": "Students",
        "count": 500,
        "record": [
            {
                "id": dcid,
                "name": "Students",
                "tables": {"students": {"dcid": str(dcid), "last_name": last}, "schools": {"name": name}},
            }
        ],
        "@extensions": "studentcorefields,u_students_extension",
    }


def test_nulls_are_left_out_of_their_row_alone(server, signed_in):
    one = query(
        "SELECT dcid, student_web_id FROM students WHERE dcid IN (467, 468, 469) ORDER BY dcid",
        "STUDENTS.DCID dcid, STUDENTS.STUDENT_WEB_ID web",
    )
    assert [set(record) - {"_name"} for record in answers(server, signed_in, one).records] == [
        {"dcid", "web"},
        {"dcid"},
        {"dcid", "web"},
    ]


@pytest.mark.parametrize(
    ("empty", "answer"),
    [
        ("bare", {}),
        ("record", {"record": []}),
        ("extensions", {"@extensions": "studentcorefields,u_students_extension"}),
    ],
)
def test_no_rows(serve, signed_in, empty, answer):
    caller = signed_in(serve(empty_query=empty))
    assert caller.query(NONE).json == answer
    assert caller.query(NONE, parameters="?count=true").json == {"count": 0, **answer}
    assert caller.query(NONE, parameters="?pagesize=0").json == answer


@pytest.mark.parametrize(("lower", "key"), [(True, "last_name"), (False, "Last_NAME")])
def test_output_keys(serve, signed_in, lower, key):
    one = query("SELECT last_name FROM students WHERE dcid = 431", "STUDENTS.LAST_NAME Last_NAME")
    assert set(answers(serve(lower_case_keys=lower), signed_in, one).records[0]) == {"_name", key}


def test_texts_arrive_exactly(server, caller):
    stored = dict(rows(server, "SELECT dcid, last_name FROM students"))
    received = {int(one["dcid"]): one.get("last_name") for one in caller.query(ALL, parameters="?pagesize=0").records}
    assert received == stored


# -- pages and counts --------------------------------------------------------------------------------------------------


def test_default_page_is_the_plugins(server, caller, plugin):
    assert len(caller.query(ALL).records) == 100
    server.set_page_size(plugin.name, 30)
    assert len(caller.query(ALL).records) == 30


@pytest.mark.parametrize("size", [100, 40])
def test_page_size_of_a_new_plugin(serve, signed_in, size):
    caller = signed_in(serve(page_size=size))
    assert len(caller.query(ALL).records) == size
    assert caller.get("/ws/v1/metadata").json["metadata"]["schema_table_query_max_page_size"] == size


def test_pages_give_every_row_once(server, caller):
    seen = []
    page = 1
    while records := caller.query(ALL, parameters=f"?pagesize=90&page={page}").records:
        seen += [int(record["dcid"]) for record in records]
        page += 1
    assert page == 7
    assert seen == [dcid for (dcid,) in rows(server, "SELECT dcid FROM students ORDER BY dcid")]


@pytest.mark.parametrize(("oversize", "status"), [("clamp", 200), ("refuse", 400)])
def test_oversize_page(serve, signed_in, oversize, status):
    answer = signed_in(serve(oversize_page=oversize)).query(ALL, parameters="?pagesize=101")
    assert answer.status == status
    assert len(answer.records) == (100 if status == 200 else 0)


def test_pagesize_zero_streams_everything_and_ignores_page(caller):
    answer = caller.query(ALL, parameters="?pagesize=0&page=3")
    assert answer.headers["transfer-encoding"] == "chunked"
    assert len(answer.records) == 500
    assert caller.query(ONE).status == 200, "the connection stays usable"


def test_http_1_0_gets_the_stream_without_chunks(server, caller):
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=20)
    connection._http_vsn, connection._http_vsn_str = 10, "HTTP/1.0"  # type: ignore[attr-defined]
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json"}
    with closing(connection):
        connection.request("POST", f"{PATH}{ALL}?pagesize=0", b"{}", headers)
        response = connection.getresponse()
        assert response.getheader("Transfer-Encoding") is None
        assert len(json.loads(response.read())["record"]) == 500


@pytest.mark.parametrize("parameter", ["page=0", "page=-1", "pagesize=x"])
def test_pages_that_are_none(caller, parameter):
    assert caller.query(ALL, parameters=f"?{parameter}").status == 400


def test_count(caller):
    assert caller.query(ALL + "/count").json == {"count": 500}
    assert caller.query(ALL, parameters="?count=true&pagesize=1").json["count"] == 500
    assert "count" not in caller.query(ALL, parameters="?pagesize=1").json


def test_keyset_pages(server, caller):
    """The form the engine reads with: last key and number of rows as arguments."""
    expected = rows(
        server,
        "SELECT s.dcid, s.last_name, c.name FROM students s LEFT JOIN schools c ON c.school_number = s.schoolid "
        "WHERE s.schoolid <> 999999 ORDER BY s.dcid",
    )
    found: list[tuple] = []
    after = "0"
    for _ in range(20):
        answer = caller.query(PAGE, {"after": after, "page_rows": "37"}, parameters="?pagesize=0")
        if not answer.records:
            break
        assert len(answer.records) == min(37, len(expected) - len(found))
        found += [(int(one["dcid"]), one["last_name"], one["school"]) for one in answer.records]
        after = answer.records[-1]["dcid"]
    assert found == expected


@pytest.mark.parametrize(("after", "size", "number"), [("", "5", 0), ("0", "", 0), ("0", "-3", 0), ("0", "2.7", 3)])
def test_keyset_pages_with_odd_arguments(caller, after, size, number):
    body = {"after": after, "page_rows": size}
    assert len(caller.query(PAGE, body, parameters="?pagesize=0").records) == number


def test_order_parameter(server, caller):
    found = caller.query(ALL, parameters="?order=schools.name;desc,students.dcid&pagesize=100").records
    expected = rows(
        server,
        "SELECT s.dcid FROM students s LEFT JOIN schools c ON c.school_number = s.schoolid "
        "ORDER BY c.name DESC, s.dcid LIMIT 100",
    )
    assert [int(one["dcid"]) for one in found] == [dcid for (dcid,) in expected]
    assert caller.query(ALL, parameters="?order=nowhere").status == 400


def test_filter_in_body_and_in_address(server, caller):
    number = rows(server, "SELECT count(*) FROM students WHERE last_name >= 'M' AND dcid < 600")[0][0]
    assert number > 5
    text = "students.last_name=ge=M;dcid=lt=600"
    body = caller.query(ALL, {"$q": text}, parameters="?pagesize=0")
    assert len(body.records) == number
    assert len(caller.query(ALL, parameters=f"?pagesize=0&$q={text}").records) == number
    assert caller.query(ALL + "/count", {"$q": text}).json == {"count": number}
    assert all(one["last_name"] >= "M" for one in body.records)


@pytest.mark.parametrize("text", ["email==x", "dcid==x", "dcid==1,dcid==2", "entrydate==1/2/2026"])
def test_bad_filter(caller, text):
    assert caller.query(ALL, {"$q": text}).status == 400


def test_projection_takes_a_part_of_the_columns(caller):
    answer = caller.query(ALL, {"projection": "school;dcid"}, parameters="?pagesize=1")
    assert list(answer.records[0]) == ["_name", "school", "dcid"]


def test_data_version_without_a_subscription_is_refused_in_words(caller):
    answer = caller.query(ALL, {"$dataversion": "0", "$dataversion_applicationname": "x"})
    assert (answer.status, answer.message) == (
        400,
        "The plugin has no data change subscription of this application name",
    )


# -- arguments ---------------------------------------------------------------------------------------------------------


def test_missing_argument(caller):
    answer = caller.query(PAGE, {"after": "0"})
    assert (answer.status, answer.message) == (400, "Missing required argument page_rows")


@pytest.mark.parametrize("value", [["1"], {"a": 1}, True])
def test_argument_of_the_wrong_type(caller, value):
    assert caller.query(PAGE, {"after": value, "page_rows": "5"}).status == 400


def test_numbers_are_taken_as_texts(caller):
    assert len(caller.query(PAGE, {"after": 431, "page_rows": 5}).records) == 5


def test_argument_names_in_any_case(caller):
    assert len(caller.query(PAGE, {"AFTER": "0", "Page_Rows": "5"}).records) == 5


@pytest.mark.parametrize(("body", "number"), [({}, 500), ({"school": "100"}, 100), ({"school": ""}, 500)])
def test_optional_argument(server, signed_in, body, number):
    one = query(
        "SELECT dcid FROM students WHERE :school IS NULL OR schoolid = :school", "STUDENTS.DCID dcid", "school?"
    )
    assert len(answers(server, signed_in, one, body, "?pagesize=0").records) == number


def test_default_of_an_argument(server, signed_in):
    one = query("SELECT dcid FROM students WHERE schoolid = :school", "STUDENTS.DCID dcid", "school=100")
    assert len(answers(server, signed_in, one, {}, "?pagesize=0").records) == 100


def test_array_argument(server, signed_in):
    one = query("SELECT dcid FROM students WHERE dcid IN (:keys) ORDER BY dcid", "STUDENTS.DCID dcid", "keys[]")
    caller = signed_in(server, package([one]))
    assert [record["dcid"] for record in caller.query(ONE, {"keys": ["433", "431"]}).records] == ["431", "433"]
    assert caller.query(ONE, {"keys": []}).json == {}
    assert caller.query(ONE, {"keys": [{}]}).status == 400


# -- what the server refuses -------------------------------------------------------------------------------------------


def test_get_is_not_offered(caller):
    assert caller.get(f"{PATH}{ALL}").status == 405


@pytest.mark.parametrize("body", [b"", b"  "])
def test_no_body_at_all(caller, body):
    answer = caller.call("POST", f"{PATH}{ONE}", body, {"Authorization": f"Bearer {caller.token}"})
    assert len(answer.records) == 1


@pytest.mark.parametrize(("wanted", "status"), [("accept", 200), ("415", 415), ("500", 500)])
def test_body_that_is_not_declared_json(serve, signed_in, wanted, status):
    caller = signed_in(serve(query_content_type=wanted))
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "text/plain"}
    assert caller.call("POST", f"{PATH}{ONE}", b"{}", headers).status == status


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'"x"', b"[" * 100_000])
def test_body_that_is_no_object(caller, body):
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json"}
    assert caller.call("POST", f"{PATH}{ONE}", body, headers).status == 400


@pytest.mark.parametrize("status", [403, 400])
def test_field_without_a_grant(serve, signed_in, status):
    caller = signed_in(serve(query_denied=status), package(fields=["STUDENTS.DCID"], grant=False))
    assert caller.query(ONE).status == 200
    answer = caller.query(ALL)
    assert answer.status == status
    assert answer.message == "Validation Failed"
    assert answer.json["errors"] == [
        {"resource": ALL, "field": field, "code": "No access to the field"}
        for field in ("students.last_name", "students.entrydate", "schools.name")
    ]
    assert caller.query(ALL + "/count").status == status


def test_query_of_another_plugin_needs_own_grants(server, signed_in):
    server.enable(server.install(package()).name)
    poor = signed_in(server, package((), ["STUDENTS.DCID"], name="Other"))
    assert poor.query(ONE).status == 200
    assert poor.query(ALL).status == 403


@pytest.mark.parametrize("name", ["com.nobody.has.this.query", "com.nobody.has.this.query/count", "ONE"])
def test_unknown_query(caller, name):
    answer = caller.query(name)
    assert answer.status == 404
    assert name.removesuffix("/count") in answer.message
    assert "not found" in answer.message


def test_query_of_a_disabled_plugin(server, signed_in):
    other = server.enable(server.install(package()).name)
    caller = signed_in(server, package((), ["STUDENTS.DCID"], name="Other"))
    assert caller.query(ONE).status == 200
    server.disable(other.name)
    assert caller.query(ONE).status == 404


@pytest.mark.parametrize(
    ("columns", "sql", "reason"),
    [
        ("STUDENTS.DCID dcid, STUDENTS.ID id", "SELECT dcid FROM students", "selects 1 columns, but 2"),
        ("STUDENTS.DCID dcid", "SELECT * FROM terms", "selects 10 columns, but 1"),
        ("STUDENTS.DCID dcid", "SELECT dcid FROM students WHERE id = :undeclared", "undeclared is not declared"),
        ("STUDENTS.DCID dcid, STUDENTS.ID dcid", "SELECT dcid, id FROM students", "same name"),
        ("STUDENTS.EMAIL mail", "SELECT dcid FROM students", "STUDENTS.EMAIL does not exist"),
        ("STUDENTS.DCID e-mail", "SELECT dcid FROM students", "not allowed"),
        ("STUDENTS.DCID dcid", "DELETE FROM students", "not a SELECT"),
        ("STUDENTS.DCID dcid", "UPDATE students SET dcid = 1", "not a SELECT"),
        ("STUDENTS.DCID dcid", "PRAGMA table_info(students)", "not a SELECT"),
        ("STUDENTS.DCID dcid", "ATTACH 'x' AS y", "not a SELECT"),
        ("STUDENTS.DCID dcid", "", "not a SELECT"),
    ],
)
def test_query_that_does_not_load_is_404_for_ever(server, signed_in, columns, sql, reason):
    caller = signed_in(server, package([query(sql, columns)], ["STUDENTS.DCID"], grant=False))
    assert [caller.query(ONE).status for _ in range(2)] == [404, 404]
    found = caller.get(f"/ws/schema/plugin/{server.plugins()[0].id}/validate").json
    assert found["maxLevel"] == "ERROR"
    assert reason in found["results"][0]["message"]
    assert found["results"][0]["file"] == "queries_root/test.named_queries.xml"
    assert rows(server, "SELECT count(*) FROM students") == [(500,)]


def test_core_table_must_be_a_table(server, signed_in):
    caller = signed_in(server, package([query("SELECT dcid FROM students", core="teachers")]))
    assert caller.query(ONE).status == 404


@pytest.mark.parametrize("status", [500, 400])
@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("SELECT dcid FROM students LIMIT 5", "ORA-00933"),
        ("SELECT dcid FROM students AS s", "ORA-00933"),
        ("SELECT dcid FROM students;", "ORA-00911"),
        ("SELECT dcid FROM nowhere", "ORA-00942"),
        ("SELECT nothing FROM students", "ORA-00904"),
        ("SELECT dcid FROM students WHERE schoolid = 'abc'", "ORA-01722"),
        ("SELECT 1 / 0 FROM dual", "ORA-01476"),
        ("SELECT dcid FROM students WHERE ROWNUM < 5", "does not translate ROWNUM"),
    ],
)
def test_what_oracle_refuses_shows_when_the_query_runs(serve, signed_in, sql, text, status):
    answer = answers(serve(sql_error=status), signed_in, query(sql))
    assert answer.status == status
    assert text in answer.message


def test_listing(server, caller):
    server.set_quirks(builtin_listed=False)
    found = caller.get("/ws/schema/query/api").json
    assert {f"/ws/schema/query/{one.name}" for one in QUERIES} == set(found["paths"])
    assert f"powerquery.resp.{ALL}" in found["definitions"]


def test_validation_is_for_the_own_plugin(server, caller, plugin):
    assert caller.get(f"/ws/schema/plugin/{plugin.id}/validate").json == {"results": [], "maxLevel": "NONE"}
    assert caller.get("/ws/schema/plugin/999/validate").status == 404
    assert caller.get("/ws/schema/plugin/x/validate").status == 404
