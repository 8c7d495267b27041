"""Each fault shows on the wire what it claims to be, on the calls it was set for and on no others."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest

from psconnect.demo import Fault
from psconnect.demo.server.fault_texts import TEXTS
from tests.demo.support import ALL, GROUPED, ONE, PAGE, PATH, Caller

EVERYTHING = "?pagesize=0"
DATA = ("D01", "D02", "D05", "D06", "D07", "D08", "D09", "D10", *TEXTS)


@pytest.fixture
def fault(server):
    """Puts one fault in force on the queries."""
    return lambda name, **more: server.set_faults([Fault(name, **{"path": f"{PATH}*", **more})])


@pytest.fixture
def raw(server, caller):
    """Sends a query over a bare socket and returns everything that comes until the server ends the connection."""

    def send(name=ALL, parameters=""):
        address = urlsplit(server.url)
        with closing(socket.create_connection((address.hostname, address.port), timeout=10)) as connection:
            connection.sendall(
                f"POST {PATH}{name}{parameters} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {caller.token}\r\n"
                "Content-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )
            received = b""
            while data := connection.recv(65536):
                received += data
        return received

    return send


def counted(server, sql="SELECT count(*) FROM students"):
    with closing(sqlite3.connect(server.database)) as database:
        return database.execute(sql).fetchone()[0]


# -- when they strike --------------------------------------------------------------------------------------------------


def statuses(caller, number=5):
    return [caller.query(ONE).status for _ in range(number)]


@pytest.mark.parametrize(
    ("name", "when", "expected"),
    [
        ("N13", {"nth": 3}, [200, 200, 500, 200, 200]),
        ("N13", {"first": 2}, [500, 500, 200, 200, 200]),
        ("N13", {}, [500] * 5),
        ("N08", {}, [401, 200, 200, 200, 200]),
        ("N08", {"nth": 2}, [200, 401, 200, 200, 200]),
        ("N09", {}, [401] * 5),
    ],
)
def test_when_a_fault_strikes(caller, fault, name, when, expected):
    fault(name, **when)
    assert statuses(caller) == expected


def test_path_pattern(server, caller):
    server.set_faults([Fault("N13", path=f"{PATH}*.one")])
    assert caller.query(ONE).status == 500
    assert caller.query(ALL).status == 200
    assert caller.get("/ws/v1/metadata").status == 200
    server.clear_faults()
    assert caller.query(ONE).status == 200


def test_several_faults_count_by_themselves(server, caller):
    server.set_faults([Fault("N13", nth=1, path=f"{PATH}*"), Fault("N08", nth=2, path=f"{PATH}{ONE}")])
    assert statuses(caller, 3) == [500, 401, 200]
    server.set_faults(server.faults())
    assert statuses(caller, 3) == [500, 401, 200], "setting them begins the counting anew"


def test_fault_after_some_calls(server, caller):
    server.set_faults([Fault("N13", path=f"{PATH}*", after=2)])
    assert statuses(caller, 4) == [200, 200, 500, 500]
    server.set_faults([Fault("N13", path=f"{PATH}*", after=1, nth=2)])
    assert statuses(caller, 4) == [200, 200, 500, 200]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"name": "N99"}, "no fault 'N99'"),
        ({"name": "N06", "variant": "x"}, "no variant 'x'"),
        ({"name": "N06", "nth": 0}, "counted from 1"),
        ({"name": "N06", "first": 0}, "counted from 1"),
        ({"name": "N06", "first": 1, "nth": 1}, "not both"),
        ({"name": "N06", "after": -1}, "counted from 1"),
    ],
)
def test_fault_that_could_never_strike(values, text):
    with pytest.raises(ValueError, match=text):
        Fault(**values)


# -- the network -------------------------------------------------------------------------------------------------------


def test_reset_before_the_headers(caller, fault):
    fault("N03")
    with pytest.raises(ConnectionError):
        caller.query(ONE)


def test_reset_in_the_body(caller, fault):
    fault("N03", variant="body")
    with pytest.raises((ConnectionError, http.client.IncompleteRead)):
        caller.query(ALL)


def test_reset_in_the_last_page_alone(server, caller, fault):
    fault("N03", variant="last page")
    for page in range(1, 6):
        assert len(caller.query(ALL, parameters=f"?pagesize=90&page={page}").records) == 90
    with pytest.raises((ConnectionError, http.client.IncompleteRead)):
        caller.query(ALL, parameters="?pagesize=90&page=6")
    with Caller(server, caller.token) as other:
        assert len(other.query(PAGE, {"after": "0", "page_rows": "50"}).records) == 50
        with pytest.raises((ConnectionError, http.client.IncompleteRead)):
            other.query(PAGE, {"after": "900", "page_rows": "50"})


def test_truncated_json_looks_complete(caller, fault):
    fault("N04")
    answer = caller.query(ALL)
    assert (answer.status, int(answer.headers["content-length"])) == (200, len(answer.body))
    with pytest.raises(json.JSONDecodeError):
        _ = answer.json
    assert caller.get("/ws/v1/metadata").status == 200, "the connection stays usable"


def test_too_large_a_content_length(caller, fault):
    fault("N04", variant="length")
    with pytest.raises(http.client.IncompleteRead) as caught:
        caller.query(ALL)
    assert caught.value.expected == 100


def test_missing_last_chunk(raw, fault):
    fault("N04", variant="chunk")
    received = raw()
    assert b"Transfer-Encoding: chunked" in received
    assert received.endswith(b"}\r\n")
    assert not received.endswith(b"0\r\n\r\n")


def test_slow_drip(server, caller, fault):
    fault("N05", amount=0.002)
    began = time.monotonic()
    answer = caller.query(ONE)
    assert len(answer.records) == 1
    assert time.monotonic() - began >= 0.002 * len(answer.body) > 0.1


@pytest.mark.parametrize(
    ("variant", "text"),
    [("", b"Sign In"), ("waf", b"Request Rejected"), ("maintenance", b"PowerSchool page unavailable")],
)
def test_web_page_instead_of_data(caller, fault, variant, text):
    fault("N06", variant=variant)
    answer = caller.query(ALL)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html;charset=UTF-8")
    assert text in answer.body


@pytest.mark.parametrize(
    ("variant", "target"),
    [
        ("", "/public/home.html"),
        ("host", "http://other.example.org/ws/v1/metadata"),
        ("maintenance", "https://message.powerschool.com/?server="),
    ],
)
def test_redirects(server, caller, fault, variant, target):
    fault("N07", variant=variant)
    answer = caller.query(ALL)
    assert answer.status == 302
    assert answer.headers["location"].startswith(target)
    if variant == "maintenance":
        assert answer.headers["location"].endswith(urlsplit(server.url).netloc)


def test_unauthorized(server, caller, plugin, fault):
    fault("N09", path="*")
    answer = caller.query(ALL)
    assert (answer.status, answer.body) == (401, b"")
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    token = caller.ask_token(plugin)
    assert (token.status, token.json["error"]) == (401, "invalid_client")


def test_unauthorized_once_leaves_the_token_good(caller, plugin, fault):
    fault("N08")
    assert caller.query(ALL).status == 401
    assert caller.ask_token(plugin).json["access_token"] == caller.token


def test_no_access_to_a_field(server, caller, fault):
    fault("N10", field="students.last_name", path="*")
    answer = caller.query(ALL)
    assert answer.status == 403
    assert answer.json == {
        "message": "Validation Failed",
        "errors": [{"resource": ALL, "field": "students.last_name", "code": "No access to the field"}],
    }
    table = caller.get("/ws/schema/table/cc?projection=dcid").json
    assert table["errors"] == [{"code": "NoAccess", "field": "students.last_name", "resource": "cc"}]


@pytest.mark.parametrize("suffix", ["", "/count"])
def test_query_gone(caller, fault, suffix):
    fault("N11")
    answer = caller.query(ALL + suffix)
    assert (answer.status, answer.message) == (404, f"Query {ALL} was not found.")


@pytest.mark.parametrize(("variant", "header"), [("", "7"), ("absurd", "86400"), ("absent", None)])
def test_too_many_requests(caller, fault, variant, header):
    fault("N12", variant=variant, amount=7)
    answer = caller.query(ALL)
    assert answer.status == 429
    assert answer.headers.get("retry-after") == header
    assert "wait 7 seconds" in answer.message


def test_too_many_requests_until_a_date(caller, fault):
    fault("N12", variant="date", amount=60)
    headers = caller.query(ALL).headers
    until, now = (parsedate_to_datetime(headers[name]) for name in ("retry-after", "date"))
    assert until - now == timedelta(seconds=60)


@pytest.mark.parametrize(
    ("variant", "status", "header"),
    [("", 500, None), ("502", 502, None), ("503", 503, None), ("504", 504, None), ("503 retry-after", 503, "3")],
)
def test_server_errors(caller, fault, variant, status, header):
    fault("N13", variant=variant, amount=3)
    answer = caller.query(ALL)
    assert (answer.status, answer.headers.get("retry-after")) == (status, header)


def test_gzip_bomb(caller, fault):
    fault("N16")
    answer = caller.query(ALL)
    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.body) < 1_000_000
    unpacked = gzip.decompress(answer.body)
    assert len(unpacked) > 500 * len(answer.body)
    assert unpacked.startswith(b'{"record":[')


def test_oversize_body(server, caller, fault):
    fault("N16", variant="body")
    caller.connection.request("POST", f"{PATH}{ALL}", b"", {"Authorization": f"Bearer {caller.token}"})
    response = caller.connection.getresponse()
    total = 0
    while data := response.read(1_000_000):
        total += len(data)
    assert total > 64_000_000


def test_caller_may_leave_an_oversize_body(server, caller, fault):
    fault("N16", variant="body", nth=1)
    with Caller(server, caller.token) as other:
        other.connection.request("POST", f"{PATH}{ALL}", b"", {"Authorization": f"Bearer {caller.token}"})
        assert other.connection.getresponse().read(10)
    assert caller.query(ONE).status == 200


@pytest.mark.parametrize(
    ("variant", "start"),
    [
        ("", b'{"record":[[[[[['),
        ("number", b'{"record":[{"dcid":999999'),
        ("duplicates", b'{"record":[{"dcid":"1","dcid":"2"}],"record":'),
        ("nan", b'{"record":[{"dcid":NaN'),
    ],
)
def test_json_that_no_reader_should_swallow(caller, fault, variant, start):
    fault("N17", variant=variant)
    answer = caller.query(ALL)
    assert answer.status == 200
    assert answer.body.startswith(start)
    assert len(answer.body) > {"number": 10_000_000, "": 200_000}.get(variant, 40)


# -- the data ----------------------------------------------------------------------------------------------------------


def test_same_row_twice(caller, fault):
    plain = caller.query(ALL).records
    fault("D01")
    assert caller.query(ALL).records == [*plain, plain[0]]


@pytest.mark.parametrize("name", [ALL, GROUPED])
def test_same_row_twice_but_different(caller, fault, name):
    plain = caller.query(name).records
    fault("D02", field="last_name")
    *rows, extra = caller.query(name).records
    assert rows == plain

    def values(row):
        return row["tables"]["students"] if "tables" in row else row

    assert values(extra)["dcid"] == values(plain[0])["dcid"]
    assert values(extra)["last_name"] == values(plain[0])["last_name"] + " (changed)"


def test_rows_removed_while_paging(server, caller, fault):
    first = [row["dcid"] for row in caller.query(ALL, parameters="?page=1").records]
    fault("D03", nth=1)
    second = [row["dcid"] for row in caller.query(ALL, parameters="?page=2").records]
    assert counted(server) == 499
    assert int(second[0]) == int(first[-1]) + 2, "one row slipped from the second page to the first"


def test_rows_inserted_while_paging(server, caller):
    server.set_faults([Fault("D03", variant="insert", path="/ws/schema/table/students", nth=2)])
    before = counted(server, "SELECT max(dcid) FROM students")
    assert caller.get("/ws/schema/table/students?projection=dcid").status == 200
    assert counted(server) == 500
    assert caller.get("/ws/schema/table/students?projection=dcid").status == 200
    assert counted(server) == 501
    assert counted(server, "SELECT max(dcid) FROM students") == before + 1


@pytest.mark.parametrize(("variant", "count"), [("", 497), ("more", 503)])
def test_wrong_count(caller, fault, variant, count):
    fault("D05", variant=variant, amount=3)
    assert caller.query(ALL + "/count").json == {"count": count}
    assert caller.query(ALL, parameters="?count=true&pagesize=0").json["count"] == count
    assert len(caller.query(ALL, parameters="?pagesize=0").records) == 500


def test_empty_page_in_the_middle(caller, fault):
    fault("D06", nth=2)
    sizes = [len(caller.query(ALL, parameters=f"?page={page}").records) for page in (1, 2, 3)]
    assert sizes == [100, 0, 100]
    fault("D06")
    assert caller.query(ALL).json == {}


def test_suddenly_empty(caller, fault):
    fault("D07")
    assert caller.query(ALL).json == {}
    assert caller.query(ALL + "/count").json == {"count": 0}
    assert caller.query(ALL, parameters="?count=true").json == {"count": 0}


def test_missing_field(caller, fault):
    fault("D08", field="school")
    records = caller.query(ALL).records
    assert len(records) == 100
    assert all("school" not in row and "last_name" in row for row in records)


def test_renamed_field(caller, fault):
    schools = [row["school"] for row in caller.query(ALL).records]
    fault("D08", variant="renamed", field="school")
    records = caller.query(ALL).records
    assert [row["school_code"] for row in records] == schools
    assert not any("school" in row for row in records)


def test_field_of_another_type(caller, fault):
    fault("D08", variant="number", field="dcid")
    assert [
        row["dcid"]
        for row in caller.query(GROUPED, parameters="?pagesize=2").records[0]["tables"].values()
        if "dcid" in row
    ] == [431]
    assert {type(row["dcid"]) for row in caller.query(ALL).records} == {int}


@pytest.mark.parametrize(("variant", "found"), [("", ...), ("null", None)])
def test_null_in_one_row(caller, fault, variant, found):
    fault("D09", variant=variant, field="last_name")
    first, *others = caller.query(ALL).records
    assert first.get("last_name", ...) is found
    assert len(others) == 99
    assert all(row["last_name"] for row in others)


def test_data_faults_leave_refusals_alone(caller, fault):
    fault("D07")
    answer = caller.query("com.nobody.has.it")
    assert (answer.status, answer.message) == (404, "Query com.nobody.has.it was not found.")


@pytest.mark.parametrize("name", DATA)
def test_data_faults_leave_answers_without_rows_alone(server, caller, name):
    server.set_quirks(v1_without_accept="xml")
    paths = ("/public/", "/ws/contacts/contacts", "/ws/v1/student/431", "/ws/schema/query/api")
    bearer = {"Authorization": f"Bearer {caller.token}"}

    def answers():
        found = [*(caller.get(path) for path in paths), caller.call("GET", "/ws/v1/district", None, bearer)]
        return [(one.status, one.headers["content-type"].partition(";")[0], one.body) for one in found]

    before = answers()
    assert [status for status, *_ in before] == [200] * 5
    assert {kind for _, kind, _ in before} == {"text/html", "application/json", "application/xml"}
    server.set_faults([Fault(name)])
    assert answers() == before


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_stands_in_one_row_alone(caller, fault, name):
    plain = caller.query(ALL).records
    field = "entrydate" if name == "D18" else "last_name"
    for variant, text in TEXTS[name].items():
        fault(name, variant=variant, field=field, row=3)
        found = json.loads(caller.query(ALL).body.decode("utf-8", "surrogateescape"))["record"]
        assert found == [*plain[:3], {**plain[3], field: text}, *plain[4:]], variant


@pytest.mark.parametrize(("variant", "sent"), [("latin-1", b'"Ana\xe9"'), ("surrogate", b'"Ana\\ud83d"')])
@pytest.mark.parametrize("order", [1, -1])
def test_what_is_no_character_and_another_fault(server, caller, variant, sent, order):
    both = [Fault("D12", variant=variant, field="last_name", row=2), Fault("D01")]
    server.set_faults(both[::order])
    body = caller.query(ALL).body
    assert body.count(sent) == 1
    assert len(json.loads(body.decode("utf-8", "surrogateescape"))["record"]) == 101


def test_stream_can_be_spoiled_too(caller, fault):
    fault("D01")
    assert len(caller.query(ALL, parameters=EVERYTHING).records) == 501
