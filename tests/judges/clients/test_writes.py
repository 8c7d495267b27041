"""What clients by others write stands in the district's database afterwards, and nothing else does (section 10.5)."""

from __future__ import annotations

import pytest

from tests.judges.clients.conftest import Seat
from tests.judges.clients.judge import ClientError, Judge, Row, Truth

TABLE = "u_students_extension"


@pytest.fixture(scope="module")
def pypowerschool(seat: Seat) -> Judge:
    return seat("pypowerschool")


@pytest.fixture(scope="module")
def adapter(seat: Seat, pypowerschool: Judge) -> Judge:
    return seat("powerschool-adapter", server=pypowerschool.server)


@pytest.fixture(scope="module")
def powerschool(seat: Seat) -> Judge:
    return seat("powerschool", tls=True)


def without_row(judge: Judge) -> int:
    """A student without a row in the extension table."""
    found: int = Truth(judge.server.database).one(
        f"SELECT min(DCID) FROM Students WHERE DCID NOT IN (SELECT StudentsDCID FROM {TABLE})"
    )
    return found


def row_of(judge: Judge, student: int) -> list[Row]:
    return Truth(judge.server.database).rows(f"SELECT Locker, Device FROM {TABLE} WHERE StudentsDCID = ?", student)


def others(judge: Judge, student: int) -> list[Row]:
    return Truth(judge.server.database).rows(f"SELECT * FROM {TABLE} WHERE StudentsDCID <> ? ORDER BY 1", student)


def test_a_row_is_inserted_once(pypowerschool: Judge) -> None:
    student = without_row(pypowerschool)
    rest = others(pypowerschool, student)
    body = {"tables": {TABLE: {"studentsdcid": str(student), "locker": "0042"}}}
    assert pypowerschool.call("post_data", f"ws/schema/table/{TABLE}", body) == student
    assert row_of(pypowerschool, student) == [{"locker": "0042", "device": None}]
    assert pypowerschool.call("post_data", f"ws/schema/table/{TABLE}", body) is None
    assert "Use PUT to update existing records" in pypowerschool.logged[0]
    assert others(pypowerschool, student) == rest


def test_a_core_table_takes_nothing(pypowerschool: Judge) -> None:
    [before] = Truth(pypowerschool.server.database).rows("SELECT count(*) AS n, max(Last_Name) AS last FROM Students")
    body = {"tables": {"students": {"last_name": "Nobody"}}}
    assert pypowerschool.call("post_data", "ws/schema/table/students", body) is None
    assert pypowerschool.logged
    assert Truth(pypowerschool.server.database).rows("SELECT count(*) AS n, max(Last_Name) AS last FROM Students") == [
        before
    ]


def test_a_row_is_inserted_changed_and_deleted(adapter: Judge) -> None:
    student = without_row(adapter)
    rest = others(adapter, student)
    data = {"studentsdcid": student, "locker": "0043", "device": None}
    made = adapter.ask(["table", [TABLE]], ["with_data", [data]], ["post", []])
    assert (made["insert_count"], made["result"][0]["success_message"]["id"]) == (1, student)
    assert row_of(adapter, student) == [{"locker": "0043", "device": None}]
    changed = adapter.ask(["table", [TABLE]], ["set_id", [student]], ["with_data", [{"device": "iPad"}]], ["put", []])
    assert (changed["insert_count"], changed["update_count"]) == (0, 1)
    assert row_of(adapter, student) == [{"locker": "0043", "device": "iPad"}]
    with pytest.raises(ClientError) as caught:
        adapter.ask(["table", [TABLE]], ["set_id", [student]], ["delete", []])
    assert caught.value.kind == "JSONDecodeError", "204 has no body, and it reads one"
    adapter.call("reset")
    assert row_of(adapter, student) == []
    assert others(adapter, student) == rest


def test_a_row_is_changed_and_deleted_by_its_key(powerschool: Judge) -> None:
    student = Truth(powerschool.server.database).one(f"SELECT min(StudentsDCID) FROM {TABLE}")
    rest = others(powerschool, student)
    body = {"id": student, "name": TABLE, "tables": {TABLE: {"locker": "0044"}}}
    changed = powerschool.ask(["get_schema_table", [TABLE]], ["update", [student, body]])
    assert changed["update_count"] == 1
    assert row_of(powerschool, student)[0]["locker"] == "0044"
    options = {"pk": student, "projection": "locker"}
    assert powerschool.ask(["get_schema_table", [TABLE]], ["query", [], options]) == [{"locker": "0044"}]
    with pytest.raises(ClientError) as caught:
        powerschool.ask(["get_schema_table", [TABLE]], ["delete", [student]])
    assert caught.value.kind == "JSONDecodeError", "204 has no body, and it reads one"
    assert row_of(powerschool, student) == []
    with pytest.raises(ClientError) as caught:
        powerschool.ask(["get_schema_table", [TABLE]], ["update", [student, body]])
    assert "Use POST to insert a new record" in caught.value.text
    assert others(powerschool, student) == rest


def test_it_inserts_at_the_path_of_a_row(powerschool: Judge) -> None:
    """It posts to ``/{table}/{key}``, which is not where rows are inserted (10.5): nothing may come of it."""
    student = without_row(powerschool)
    body = {"tables": {TABLE: {"studentsdcid": str(student), "locker": "0045"}}}
    with pytest.raises(ClientError):
        powerschool.ask(["get_schema_table", [TABLE]], ["insert", [student, body]])
    assert row_of(powerschool, student) == []
