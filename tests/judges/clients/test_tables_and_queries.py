"""What clients by others get from tables, queries, metadata and the sign-in equals plain SQL (3, 4, 10, 11)."""

from __future__ import annotations

from typing import Any

import pytest

from psconnect.demo import DemoServer
from tests.judges.clients.conftest import ALL, NAMED, NONE, STUDENTS, TABLES, Seat
from tests.judges.clients.judge import ClientError, Judge, Truth

NAMED_SQL = "SELECT dcid, first_name, grade_level FROM Students WHERE Last_Name = ? ORDER BY dcid"
OFTEN_SQL = "SELECT Last_Name AS last_name, count(*) AS n FROM Students GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
YEAR = "Date_Value BETWEEN '2026-07-01' AND '2027-06-30'"
ALL_SQL = """SELECT s.dcid, s.last_name, s.middle_name AS middle, c.name AS school
    FROM Students s LEFT JOIN Schools c ON c.School_Number = s.SchoolID ORDER BY s.dcid"""


@pytest.fixture(scope="module")
def powerschool(seat: Seat) -> Judge:
    """The client ``powerschool``: TLS alone."""
    return seat("powerschool", tls=True)


@pytest.fixture(scope="module")
def pypowerschool(seat: Seat) -> Judge:
    return seat("pypowerschool")


@pytest.fixture(scope="module")
def adapter(seat: Seat) -> Judge:
    return seat("powerschool-adapter")


def truth(judge: Judge) -> Truth:
    return Truth(judge.server.database)


def calls(server: DemoServer, path: str, status: int = 200) -> int:
    return sum(n for (_, called, got), n in server.calls.counts.items() if called == path and got == status)


def named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of a flattened query with the name of its core table and their key, as sections 11.2 and 23 have them."""
    return [{"_id": int(row["dcid"]), "_name": "students", **row} for row in rows]


# --- powerschool 4.0.1 -----------------------------------------------------------------------------------------------


def test_the_sign_in_with_a_slash_and_the_page_size_it_divides_by(powerschool: Judge) -> None:
    assert calls(powerschool.server, "/oauth/access_token/") >= 1
    assert powerschool.ask(["metadata"], ["schema_table_query_max_page_size"]) == 100
    assert powerschool.ask(["metadata"], ["plugin_id"]) > 0
    assert powerschool.ask(["metadata"], ["powerschool_version"]) == powerschool.server.quirks.server_version


@pytest.mark.parametrize("table", TABLES)
def test_whole_tables_with_every_granted_column(powerschool: Judge, table: str) -> None:
    sql, key = truth(powerschool), TABLES[table]
    denied = {
        name.partition(".")[2] for name in powerschool.server.quirks.excluded if name.startswith(f"{table.upper()}.")
    }
    columns = [name for name in sql.columns(table) if name.upper() not in denied]
    expected = [
        # A TIMESTAMP is shown with its time of day (11.2).
        {name: f"{one} 00:00:00.000" if name in ("start_date", "end_date") else one for name, one in row.items()}
        if table.lower() == "sectionteacher"
        else row
        for row in sql.texts(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {key}")
    ]
    assert powerschool.ask(["get_schema_table", [table]], ["count", []]) == len(expected) > 0
    rows = powerschool.ask(["get_schema_table", [table]], ["query", [], {"sort": key}])
    assert rows == expected


def test_the_access_of_each_column(powerschool: Judge) -> None:
    metadata = powerschool.ask(["get_schema_table", ["students"]], ["metadata", [], {"expansions": "access"}])
    access = {column["name"].lower(): column["access"] for column in metadata["columns"]}
    assert (access["last_name"], access["ssn"]) == ("ViewOnly", "BlackListNoAccess")
    assert sorted(access) == sorted(map(str.lower, truth(powerschool).columns("students")))
    metadata = powerschool.ask(
        ["get_schema_table", ["u_students_extension"]], ["metadata", [], {"expansions": "access"}]
    )
    assert {column["access"] for column in metadata["columns"]} == {"FullAccess"}


@pytest.mark.parametrize(
    ("table", "q", "where"),
    [
        ("terms", "yearid=ge=36;yearid=lt=37", "YearID = 36"),
        ("cc", "termid=ge=3600;termid=lt=3700", "TermID BETWEEN 3600 AND 3699"),
        ("cc", "termid=gt=-3700;termid=le=-3600", "TermID BETWEEN -3699 AND -3600"),
        ("calendar_day", "date_value=ge=2026-07-01;date_value=lt=2027-07-01", YEAR),
        ("students", "dcid=ge=500;dcid=lt=600", "DCID BETWEEN 500 AND 599"),
    ],
)  # fmt: skip
def test_the_ranges_by_which_it_splits_large_tables(powerschool: Judge, table: str, q: str, where: str) -> None:
    expected = truth(powerschool).texts(f"SELECT dcid FROM {table} WHERE {where} ORDER BY dcid")
    options = {"q": q, "projection": "dcid", "sort": "dcid"}
    assert powerschool.ask(["get_schema_table", [table]], ["query", [], options]) == expected != []
    assert powerschool.ask(["get_schema_table", [table]], ["count", [], {"q": q}]) == len(expected)


def test_one_row_by_its_key(powerschool: Judge) -> None:
    [expected] = truth(powerschool).texts("SELECT dcid, last_name, zip FROM Students WHERE DCID = 433")
    options = {"pk": 433, "projection": "dcid,last_name,zip"}
    assert powerschool.ask(["get_schema_table", ["students"]], ["query", [], options]) == [expected]


def test_named_queries_streamed_whole(powerschool: Judge) -> None:
    expected = truth(powerschool).texts(ALL_SQL)
    query = ["get_named_query", [ALL]]
    assert powerschool.ask(query, ["count", []]) == len(expected) == STUDENTS
    assert powerschool.ask(query, ["query", [], {"pagesize": 0}]) == named(expected)
    [someone] = truth(powerschool).texts("SELECT last_name FROM Students WHERE DCID = 440")
    expected = truth(powerschool).texts(NAMED_SQL, someone["last_name"])
    options = {"pagesize": 0, "body": someone}
    assert powerschool.ask(["get_named_query", [NAMED]], ["query", [], options]) == named(expected) != []
    assert powerschool.ask(["get_named_query", [NONE]], ["query", [], {"pagesize": 0}]) == []


def test_a_query_without_a_page_size_is_one_call_a_row(powerschool: Judge) -> None:
    [someone] = truth(powerschool).rows(OFTEN_SQL)
    powerschool.server.reset_calls()
    rows = powerschool.ask(["get_named_query", [NAMED]], ["query", [], {"body": {"last_name": someone["last_name"]}}])
    assert len(rows) == someone["n"] > 1
    assert calls(powerschool.server, f"/ws/schema/query/{NAMED}") == someone["n"]


def test_the_list_of_queries(powerschool: Judge) -> None:
    listed = powerschool.call("list_named_queries")
    assert {f"/ws/schema/query/{name}" for name in (ALL, NAMED, NONE)} <= set(listed["paths"])


def test_errors_reach_it_with_their_words(powerschool: Judge) -> None:
    for options, words in (
        ({"projection": "dcid,ssn"}, "At least one column lacks sufficient permission"),
        ({"projection": "dcid,nonesuch"}, "Invalid field specified: nonesuch is not valid column for table: Students"),
        ({"projection": "dcid", "q": "dcid==abc"}, "Invalid number 'abc' passed for comparison to number field"),
    ):
        with pytest.raises(ClientError) as caught:
            powerschool.ask(["get_schema_table", ["students"]], ["query", [], options])
        assert (caught.value.kind, words in caught.value.text) == ("HTTPError", True)
    with pytest.raises(ClientError) as caught:
        powerschool.ask(["get_named_query", ["com.judges.roster.none.such"]], ["count", []])
    assert "com.judges.roster.none.such" in caught.value.text


def test_a_server_without_a_trusted_certificate_is_not_signed_in_to(powerschool: Judge, seat: Seat) -> None:
    with pytest.raises(ClientError) as caught:
        seat("powerschool", server=powerschool.server)
    assert (caught.value.kind, "CERTIFICATE_VERIFY_FAILED" in caught.value.text) == ("SSLError", True)


# --- pypowerschool 0.2.0 ---------------------------------------------------------------------------------------------


def test_metadata_and_queries_in_pages(pypowerschool: Judge) -> None:
    assert pypowerschool.call("fetch_metadata")["schema_table_query_max_page_size"] == 100
    pypowerschool.server.reset_calls()
    assert pypowerschool.call("powerquery", f"ws/schema/query/{ALL}") == named(truth(pypowerschool).texts(ALL_SQL))
    assert calls(pypowerschool.server, f"/ws/schema/query/{ALL}") == 3, "250 rows in pages of 100"
    assert pypowerschool.call("powerquery", f"ws/schema/query/{NONE}") == []
    assert pypowerschool.logged == []


def test_arguments_of_a_query(pypowerschool: Judge) -> None:
    name = truth(pypowerschool).one("SELECT Last_Name FROM Students WHERE DCID = 440")
    expected = truth(pypowerschool).texts(NAMED_SQL, name)
    assert pypowerschool.call("powerquery", f"ws/schema/query/{NAMED}", {"last_name": name}) == named(expected) != []


def test_a_wrong_secret_is_said_as_invalid_client(pypowerschool: Judge, seat: Seat) -> None:
    other = seat("pypowerschool", server=pypowerschool.server, secret="made-up-wrong-secret")
    with pytest.raises(ClientError):
        other.call("powerquery", f"ws/schema/query/{ALL}")
    assert calls(pypowerschool.server, "/oauth/access_token", 401) > 0


def test_it_can_be_told_nothing_by_name(pypowerschool: Judge) -> None:
    """Its class takes arguments by position alone (19.2): a mistake of its own that a true copy of it shows."""
    with pytest.raises(ClientError) as caught:
        pypowerschool.ask(["__class__"], ["__call__", [], {"url": "x", "client_id": "y", "client_secret": "z"}])
    assert caught.value.kind == "TypeError"


# --- powerschool-adapter 1.0.3 ---------------------------------------------------------------------------------------


def test_projection_filter_and_order_of_a_table(adapter: Judge) -> None:
    expected = truth(adapter).texts(
        "SELECT dcid, last_name, middle_name FROM Students WHERE Grade_Level = 5 ORDER BY dcid DESC"
    )
    rows = adapter.ask(
        ["table", ["students"]],
        ["projection", [["dcid", "last_name", "middle_name"]]],
        ["q", ["grade_level==5"]],
        ["sort", ["dcid", True]],
        ["get", []],
        ["squash_table_response", []],
        ["to_list", []],
    )
    assert rows == expected != []


def test_a_star_gives_what_is_granted(adapter: Judge) -> None:
    columns = [c for c in truth(adapter).columns("users") if c.lower() not in ("password", "teacherloginpw")]
    expected = truth(adapter).texts(f"SELECT {', '.join(columns)} FROM Users WHERE DCID = 64")
    row = adapter.ask(["table", ["users"]], ["set_id", [64]], ["get", []], ["squash_table_response", []])
    assert row == expected[0]


def test_it_pages_until_a_page_is_empty(adapter: Judge) -> None:
    expected = truth(adapter).texts("SELECT dcid, dateenrolled FROM CC ORDER BY dcid")
    adapter.ask(["table", ["cc"]], ["projection", ["dcid,dateenrolled"]], ["sort", ["dcid"]], ["set_method", ["GET"]])
    found: list[dict[str, str]] = []
    while page := adapter.call("paginate", 100):
        assert len(page) <= 100
        found += [row["tables"]["cc"] for row in page]
        assert len(found) <= len(expected)
    assert found == expected


def test_a_query_streamed_whole(adapter: Judge) -> None:
    rows = adapter.ask(["power_query", [ALL]], ["page_size", [0]], ["send", []])
    assert rows == named(truth(adapter).texts(ALL_SQL))


def test_its_pages_of_a_query_end_with_the_first(adapter: Judge) -> None:
    """It sends the rows of one page as the body of the call for the next: no arguments, so the server refuses them."""
    adapter.call("power_query", ALL)
    assert adapter.call("paginate", 100) == named(truth(adapter).texts(ALL_SQL)[:100])
    with pytest.raises(ClientError) as caught:
        adapter.call("paginate", 100)
    assert caught.value.text.startswith("400 ")
    adapter.call("reset")


def test_counts(adapter: Judge) -> None:
    assert adapter.ask(["table", ["cc"]], ["count", []]) == {"count": truth(adapter).one("SELECT count(*) FROM CC")}


def test_a_token_that_ended_is_renewed_at_once(adapter: Judge) -> None:
    adapter.server.expire_tokens()
    adapter.server.reset_calls()
    assert adapter.ask(["table", ["schools"]], ["count", []]) == {
        "count": truth(adapter).one("SELECT count(*) FROM Schools")
    }
    assert calls(adapter.server, "/oauth/access_token") == 1


def test_a_refused_column_is_a_403(adapter: Judge) -> None:
    with pytest.raises(ClientError) as caught:
        adapter.ask(["table", ["students"]], ["projection", ["ssn"]], ["set_method", ["GET"]], ["send", []])
    assert caught.value.kind == "HTTPError"
    assert caught.value.text.startswith("403 ")
    adapter.call("reset")
