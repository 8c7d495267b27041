"""docs/powerschool.md 10.5: writing rows of extension, child and standalone tables."""

from __future__ import annotations

import pytest

from tests.demo.support import Query, package
from tests.demo.writes.conftest import client_of, fields_of

TABLE = "/ws/schema/table"
EXTENSION = "u_students_extension"
DEVICES = "u_student_devices"
ROUTES = "u_bus_routes"


@pytest.fixture(scope="module")
def api(clients):
    fields = fields_of("U_STUDENTS_EXTENSION", "U_STUDENT_DEVICES", "U_BUS_ROUTES")
    return clients(fields, level="FullAccess", name="Writer")


def body(table, **values):
    return {"tables": {table: values}}


@pytest.fixture
def without(rows):
    """The DCID of a student without a row in the extension."""
    return rows("SELECT min(DCID) FROM Students WHERE DCID NOT IN (SELECT StudentsDCID FROM U_STUDENTS_EXTENSION)")[0][
        0
    ]


@pytest.fixture
def with_one(rows):
    """The DCID of a student with a row in the extension."""
    return rows("SELECT min(StudentsDCID) FROM U_STUDENTS_EXTENSION")[0][0]


def test_first_insert_then_update_then_delete(api, without):
    path = f"{TABLE}/{EXTENSION}"
    sent = body(EXTENSION, studentsdcid=str(without), locker="0018")
    answer = api.post(path, json=sent)
    assert answer.status_code == 200
    assert answer.json() == {
        "insert_count": 1,
        "update_count": 0,
        "delete_count": 0,
        "result": [
            {
                "status": "SUCCESS",
                "action": "INSERT",
                "success_message": {"id": without, "ref": str(api.base_url.join(f"{path}/{without}"))},
            }
        ],
    }
    again = api.post(path, json=sent)
    assert again.status_code == 404
    assert "Use PUT to update existing records" in again.json()["message"]
    update = {"id": without, "name": EXTENSION, **body(EXTENSION.upper(), Locker="19", device="")}
    assert api.put(f"{path}/{without}", json=update).json()["update_count"] == 1
    read = api.get(f"{path}/{without}?projection=locker,device,studentsdcid").json()
    assert read["tables"][EXTENSION] == {"studentsdcid": str(without), "locker": "19"}
    gone = api.delete(f"{path}/{without}")
    assert (gone.status_code, gone.content) == (204, b"")
    late = api.put(f"{path}/{without}", json=body(EXTENSION, locker="1"))
    assert late.status_code == 404
    assert "Use POST to insert a new record" in late.json()["message"]
    assert api.delete(f"{path}/{without}").status_code == 404


def test_a_written_value_is_read_by_a_query(served, with_one):
    name = "com.roster.test.writes.locker"
    query = Query(name, ("U_STUDENTS_EXTENSION.LOCKER locker",),
                  f"SELECT locker FROM u_students_extension WHERE studentsdcid = {with_one}")  # fmt: skip
    content = package([query], fields_of("U_STUDENTS_EXTENSION"), level="FullAccess", name="Writer and query")
    with client_of(served, content) as client:
        client.put(f"{TABLE}/{EXTENSION}/{with_one}", json=body(EXTENSION, locker="Q-7"))
        assert client.post(f"/ws/schema/query/{name}", json={}).json()["record"][0]["locker"] == "Q-7"


def test_child_rows_get_keys_of_their_own(api, rows):
    path = f"{TABLE}/{DEVICES}"
    keys = [
        api.post(path, json=body(DEVICES, studentsdcid="431", device=name, lent_on="2026-09-01", returned="0")).json()[
            "result"
        ][0]["success_message"]["id"]
        for name in ("iPad", "Chromebook")
    ]
    assert rows("SELECT ID, StudentsDCID, Device, Lent_On, Returned FROM U_STUDENT_DEVICES ORDER BY ID") == [
        (keys[0], 431, "iPad", "2026-09-01", 0),
        (keys[1], 431, "Chromebook", "2026-09-01", 0),
    ]
    assert api.delete(f"{path}/{keys[0]}").status_code == 204
    assert api.get(f"{path}/count").json() == {"count": 1}


def test_standalone_rows(api):
    path = f"{TABLE}/{ROUTES}"
    key = api.post(path, json=body(ROUTES, route_name="North", seats="48")).json()["result"][0]["success_message"]["id"]
    read = api.get(f"{path}/{key}?projection=route_name,seats").json()
    assert read["tables"][ROUTES] == {"route_name": "North", "seats": "48"}


@pytest.mark.parametrize(
    ("table", "values", "message"),
    [
        (EXTENSION, {"locker": "1"}, "StudentsDCID is required"),
        (EXTENSION, {"studentsdcid": "398", "locker": "1"}, "StudentsDCID is not the DCID of a row of Students"),
        (EXTENSION, {"studentsdcid": "x"}, "Invalid number for field StudentsDCID"),
        (DEVICES, {"studentsdcid": "431", "lent_on": "9/1/2026"},
         "Invalid date for field Lent_On; dates are YYYY-MM-DD"),
        (DEVICES, {"studentsdcid": "431", "device": "x" * 41}, "Device is longer than 40 characters"),
        (DEVICES, {"studentsdcid": "431", "color": "red"},
         "Invalid field specified: color is not valid column for table: U_STUDENT_DEVICES"),
        (DEVICES, {"studentsdcid": "", "device": "iPad"}, "StudentsDCID is required"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit(api, rows, table, values, message):
    before = rows(f"SELECT * FROM {table} ORDER BY 1")
    answer = api.post(f"{TABLE}/{table}", json=body(table, **values))
    assert (answer.status_code, answer.json()) == (400, {"message": message})
    assert rows(f"SELECT * FROM {table} ORDER BY 1") == before


@pytest.mark.parametrize(("kind", "status"), [("text", 400), ("any", 200)])
def test_values_that_are_no_texts(api, switched, kind, status):
    switched(write_values=kind)
    answer = api.post(f"{TABLE}/{ROUTES}", json=body(ROUTES, route_name="South", seats=50))
    assert answer.status_code == status
    if status == 400:
        assert answer.json() == {"message": "The value of seats must be a text"}
    assert api.post(f"{TABLE}/{ROUTES}", json=body(ROUTES, seats=[50])).status_code == 400


@pytest.mark.parametrize(
    "sent",
    [{}, {"tables": {}}, {"tables": {ROUTES: {}}}, {"tables": {EXTENSION: {"locker": "1"}}}, {"tables": []},
     {"tables": {ROUTES: {"seats": "1"}, EXTENSION: {"locker": "1"}}}],
)  # fmt: skip
def test_bodies_that_do_not_name_the_table(api, sent):
    answer = api.post(f"{TABLE}/{ROUTES}", json=sent)
    assert answer.status_code == 400
    assert answer.json()["message"] == "The body has to name one table, U_BUS_ROUTES, with at least one value"


def test_keys_that_contradict_each_other(api, with_one, rows):
    path = f"{TABLE}/{EXTENSION}/{with_one}"
    assert api.put(path, json={"id": 1, **body(EXTENSION, locker="9")}).status_code == 400
    assert api.put(path, json=body(EXTENSION, studentsdcid="999", locker="9")).status_code == 400
    assert rows("SELECT count(*) FROM U_STUDENTS_EXTENSION WHERE Locker = '9'") == [(0,)]


def test_full_access_is_needed_for_what_is_written_and_for_all_to_delete(served, clients, with_one, rows):
    fields = ["U_STUDENTS_EXTENSION.STUDENTSDCID", "U_STUDENTS_EXTENSION.LOCKER"]
    some = clients(fields, level="FullAccess", name="Writer of lockers")
    path = f"{TABLE}/{EXTENSION}/{with_one}"
    assert some.put(path, json=body(EXTENSION, locker="L1")).status_code == 200
    denied = some.put(path, json=body(EXTENSION, locker="L2", device="iPad"))
    assert denied.status_code == 403
    assert denied.json()["errors"] == [{"code": "NoAccess", "field": "Device", "resource": "U_STUDENTS_EXTENSION"}]
    gone = some.delete(path)
    assert gone.status_code == 403
    assert [error["field"] for error in gone.json()["errors"]] == ["PreferredName", "Device"]
    viewer = clients(fields_of("U_STUDENTS_EXTENSION"), level="ViewOnly", name="Viewer")
    assert viewer.put(path, json=body(EXTENSION, locker="L3")).status_code == 403
    assert rows("SELECT Locker FROM U_STUDENTS_EXTENSION WHERE StudentsDCID = ?", with_one) == [("L1",)]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("POST", f"{EXTENSION}/431", 405), ("PUT", EXTENSION, 405), ("DELETE", EXTENSION, 405), ("PATCH", EXTENSION, 405),
     ("PUT", f"{EXTENSION}/abc", 404), ("DELETE", f"{EXTENSION}/abc", 404), ("POST", "nowhere", 404),
     ("POST", "teachers", 405)],
)  # fmt: skip
def test_paths_that_take_no_write(api, method, path, status):
    assert api.request(method, f"{TABLE}/{path}", json=body(EXTENSION, locker="1")).status_code == status
