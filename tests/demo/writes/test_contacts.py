"""docs/powerschool.md 8: the contacts module, read and written over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.demo.writes.conftest import FULL, fields_of

BASE = "/ws/contacts"
TABLE = "/ws/schema/table"
ROOT = {
    "contactId", "firstName", "middleName", "lastName", "prefix", "suffix", "gender", "employer", "stateContactNumber",
    "contactNumber", "stateExcludeFromReporting", "active", "language", "mergedIds", "mergeAccountId", "@extensions",
    "emails", "phones", "addresses", "contactAccount", "contactStudents",
}  # fmt: skip
NEW: dict[str, Any] = {
    "firstName": "Zoë",
    "lastName": "O'Hara-Núñez",
    "prefix": "Dr.",
    "gender": "F",
    "language": "es",
    "emails": [{"address": "zoe@mail.example.org", "type": "Work", "primary": True}],
    "phones": [{"phoneNumber": "555-0199", "phoneType": "Mobile", "preferred": True, "sms": True, "extension": "12"}],
    "addresses": [{"street": "1 Elm St", "city": "Testville", "state": "IL", "postalcode": "05301",
                   "addressType": "Home", "startDate": "2026-08-01"}],
    "contactAccount": {"enabled": True, "userName": "zoe.ohara", "password": "never-kept"},
    "contactStudents": [{"dcid": 431, "canAccessData": True,
                         "studentDetails": [{"relationship": "Aunt", "custodial": True, "emergency": True}]}],
}  # fmt: skip


@pytest.fixture(scope="module")
def api(clients):
    return clients(fields_of("Person"), oauth=FULL, name="Contacts")


@pytest.fixture
def made(api):
    """The id of a new contact, deleted after the test."""
    body = {**NEW, "contactAccount": None, "contactStudents": []}
    key = api.post(f"{BASE}/contact", json=body).json()["_success_message"]["id"]
    yield key
    api.delete(f"{BASE}/{key}")


def test_contact_has_every_key_with_nulls_and_lists(api, rows):
    (key, first, last) = rows(
        """SELECT p.ID, p.FirstName, p.LastName FROM Person p JOIN StudentContactAssoc a ON a.PersonID = p.ID
        JOIN GuardianPersonAssoc g ON g.PersonID = p.ID ORDER BY p.ID LIMIT 1"""
    )[0]
    found = api.get(f"{BASE}/contact/{key}").json()
    assert set(found) == ROOT
    assert (found["contactId"], found["firstName"], found["lastName"]) == (key, first, last)
    assert (found["middleName"], found["employer"], found["active"]) == (None, None, True)
    assert found["@extensions"] == "personcorefields"
    mails = rows(
        """SELECT a.PersonEmailAddressAssocID, e.EmailAddressID, e.EmailAddress FROM PersonEmailAddressAssoc a
        JOIN EmailAddress e USING (EmailAddressID) WHERE a.PersonID = ? ORDER BY 1""",
        key,
    )
    assert found["emails"] == [
        {"contactEmailId": assoc, "primary": at == 0, "emailId": mail, "type": "Current", "address": text}
        for at, (assoc, mail, text) in enumerate(mails)
    ]
    assert found["contactAccount"]["password"] is None
    links = rows("SELECT StudentDCID FROM StudentContactAssoc WHERE PersonID = ? ORDER BY 1", key)
    assert sorted(one["dcid"] for one in found["contactStudents"]) == [dcid for (dcid,) in links]
    detail = found["contactStudents"][0]["studentDetails"][-1]
    code = """SELECT c.Code FROM StudentContactDetail d JOIN CodeSet c ON c.CodeSetID = d.RelationshipTypeCodeSetID
        WHERE d.StudentContactDetailID = ?"""
    assert rows(code, detail["studentContactDetailId"]) == [(detail["relationship"],)]
    assert all(isinstance(detail[flag], bool) for flag in ("custodial", "emergency", "livesWith", "active"))


def test_contacts_of_a_student_are_a_bare_array(api, rows):
    (dcid, count) = rows(
        "SELECT StudentDCID, count(*) FROM StudentContactAssoc GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 1"
    )[0]
    found = api.get(f"{BASE}/student/{dcid}").json()
    assert [one["contactId"] for one in found] == [
        key
        for (key,) in rows(
            "SELECT PersonID FROM StudentContactAssoc WHERE StudentDCID = ? ORDER BY ContactPriorityOrder", dcid
        )
    ]
    assert len(found) == count
    without = rows("SELECT DCID FROM Students WHERE DCID NOT IN (SELECT StudentDCID FROM StudentContactAssoc)")[0][0]
    assert api.get(f"{BASE}/student/{without}").json() == []


def test_original_contact_types(api, rows):
    dcid = rows("SELECT DCID FROM Students WHERE Mother IS NOT NULL AND GuardianEmail IS NULL ORDER BY 1 LIMIT 1")[0][0]
    path = f"{BASE}/student/original_contact_types/in_use"
    assert api.get(f"{path}/{dcid}").json() == ["Mother", "Emergency Contact 1"]
    assert api.get(f"{path}/999999").status_code == 404


@pytest.mark.parametrize("shape", ["array", "wrapped"])
def test_list_of_contacts_in_pages(api, rows, switched, shape):
    switched(contacts_list=shape)
    wanted = [key for (key,) in rows("SELECT ID FROM Person WHERE ID >= 300000 ORDER BY ID")]
    seen = []
    for page in range(1, 2 + len(wanted) // 100 + 1):
        found = api.get(f"{BASE}/contacts?page={page}").json()
        seen += [one["contactId"] for one in (found if shape == "array" else found["contacts"])]
    assert seen == wanted


@pytest.mark.parametrize("path", ["contact/999999999", "contact/abc", "999999999/emails", "student/999999",
                                  "999999999/demographics", "999999999/students", "300000/emails/1",
                                  "300000/students/1/studentdetails"])  # fmt: skip
def test_what_does_not_exist(api, path):
    assert api.get(f"{BASE}/{path}").status_code == 404


def test_a_student_is_no_contact(api, rows):
    person = rows("SELECT Person_ID FROM Students WHERE DCID = 431")[0][0]
    assert api.get(f"{BASE}/contact/{person}").status_code == 404
    assert api.delete(f"{BASE}/{person}").status_code == 404
    assert rows("SELECT count(*) FROM Person WHERE ID = ?", person) == [(1,)]


def test_created_contact_comes_back_by_every_way(api, rows):
    answer = api.post(f"{BASE}/contact", json=NEW)
    result = answer.json()
    key = result["_success_message"]["id"]
    assert answer.status_code == 200
    assert (result["status"], result["action"], result["_error_message"]) == ("VALID", "INSERT", None)
    assert str(result["_success_message"]["ref"]) == str(api.base_url.join(f"{BASE}/contact/{key}"))
    found = api.get(f"{BASE}/contact/{key}").json()
    assert found == result["savedObject"]
    assert (found["firstName"], found["prefix"], found["gender"], found["language"]) == ("Zoë", "Dr.", "F", "es")
    assert found["phones"][0].items() >= NEW["phones"][0].items()
    assert found["addresses"][0].items() >= NEW["addresses"][0].items()
    assert found["contactAccount"] == {"enabled": True, "userName": "zoe.ohara", "password": None}
    link = found["contactStudents"][0]
    assert (link["dcid"], link["canAccessData"], link["guardianId"] is not None) == (431, True, True)
    assert (link["studentDetails"][0]["relationship"], link["studentDetails"][0]["active"]) == ("Aunt", True)
    assert key in [one["contactId"] for one in api.get(f"{BASE}/student/431").json()]
    dcid = rows("SELECT DCID FROM Person WHERE ID = ?", key)[0][0]
    record = api.get(f"{TABLE}/person/{dcid}?projection=id,firstname,lastname").json()["tables"]["person"]
    assert record == {"id": str(key), "firstname": "Zoë", "lastname": "O'Hara-Núñez"}
    assert rows("SELECT count(*) FROM PCAS_Account WHERE Password IS NOT NULL") == [(0,)]
    assert api.delete(f"{BASE}/{key}").json()["action"] == "DELETE"
    assert api.get(f"{BASE}/contact/{key}").status_code == 404
    for table in ("PersonEmailAddressAssoc", "PersonPhoneNumberAssoc", "PersonAddressAssoc", "GuardianPersonAssoc",
                  "StudentContactAssoc"):  # fmt: skip
        assert rows(f"SELECT count(*) FROM {table} WHERE PersonID = ?", key) == [(0,)]
    assert rows("SELECT count(*) FROM EmailAddress WHERE EmailAddress = 'zoe@mail.example.org'") == [(0,)]
    assert rows("SELECT count(*) FROM PCAS_Account WHERE UserName = 'zoe.ohara'") == [(0,)]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"lastName": None}, "lastName is required"),
        ({"firstName": "x" * 51}, "firstName is longer than 50 characters"),
        ({"active": "yes"}, "active must be true or false"),
        ({"prefix": "Baron"}, "prefix is not a code of Prefix in this district"),
        ({"emails": [{"type": "Work"}]}, "address is required"),
        ({"emails": {}}, "emails must be a list of objects"),
        ({"phones": [{"phoneNumber": 5550100}]}, "phoneNumber must be a text"),
        ({"addresses": [{"street": "1 Elm", "startDate": "8/1/2026"}]}, "startDate must be a date, written YYYY-MM-DD"),
        ({"contactStudents": [{"dcid": 398}]}, "dcid is not the DCID of a student"),
        ({"contactAccount": None}, "canAccessData needs a contact with an account"),
        ({"contactAccount": {"enabled": True}}, "contactAccount needs a userName of at most 80 characters"),
    ],
)
def test_what_cannot_be_saved_leaves_nothing(api, rows, switched, change, text):
    before = rows("SELECT count(*), max(ID) FROM Person")
    answer = api.post(f"{BASE}/contact", json={**NEW, **change})
    assert answer.status_code == 400
    assert (answer.json()["status"], answer.json()["_error_message"]) == ("INVALID", {"message": text})
    switched(contacts_invalid="message")
    assert api.post(f"{BASE}/contact", json={**NEW, **change}).json() == {"message": text}
    assert rows("SELECT count(*), max(ID) FROM Person") == before
    assert rows("SELECT count(*) FROM EmailAddress WHERE EmailAddress = 'zoe@mail.example.org'") == [(0,)]


def test_demographics_change_only_what_is_named(api, made):
    answer = api.put(f"{BASE}/{made}/demographics", json={"employer": "Mill & Sons", "middleName": "Q"})
    assert (answer.status_code, answer.json()["action"]) == (200, "UPDATE")
    found = api.get(f"{BASE}/{made}/demographics").json()
    assert (found["employer"], found["middleName"], found["firstName"]) == ("Mill & Sons", "Q", "Zoë")
    assert api.put(f"{BASE}/{made}/demographics", json={"lastName": ""}).status_code == 400


@pytest.mark.parametrize(
    ("part", "id_key", "body", "change"),
    [
        ("emails", "contactEmailId", {"address": "b@mail.example.org", "type": "Current"},
         {"address": "c@mail.example.org"}),
        ("phones", "contactsPhoneId", {"phoneNumber": "555-0102", "phoneType": "Home"}, {"phoneNumber": "5550103"}),
        ("addresses", "contactsAddressId", {"street": "2 Elm", "postalcode": "00987"}, {"city": "Quillby"}),
    ],
)  # fmt: skip
def test_rows_of_a_part(api, made, part, id_key, body, change):
    path = f"{BASE}/{made}/{part}"
    result = api.post(path, json=body).json()
    key = result["_success_message"]["id"]
    assert result["savedObject"].items() >= body.items()
    assert str(result["_success_message"]["ref"]).endswith(f"{path}/{key}")
    assert [row[id_key] for row in api.get(path).json()][-1] == key
    assert api.put(f"{path}/{key}", json=change).json()["savedObject"].items() >= {**body, **change}.items()
    assert api.get(f"{path}/{key}").json() == api.get(f"{BASE}/contact/{made}").json()[part][-1]
    assert api.delete(f"{path}/{key}").status_code == 200
    assert [api.get(f"{path}/{key}").status_code, api.delete(f"{path}/{key}").status_code] == [404, 404]
    assert len(api.get(path).json()) == 1


def test_one_primary_email(api, made):
    api.post(f"{BASE}/{made}/emails", json={"address": "b@mail.example.org", "primary": True})
    assert [row["primary"] for row in api.get(f"{BASE}/{made}/emails").json()] == [False, True]


def test_a_shared_address_is_changed_for_one_person_alone(api, made, served, rows):
    """Two rows may point to one EmailAddress."""
    mine = api.get(f"{BASE}/{made}/emails").json()[0]
    other = api.post(f"{BASE}/contact", json={"firstName": "A", "lastName": "B"}).json()["_success_message"]["id"]
    assoc = api.post(f"{BASE}/{other}/emails", json={"address": "x@mail.example.org"}).json()["_success_message"]["id"]
    with served._district.transaction() as database:
        database.execute(
            "UPDATE PersonEmailAddressAssoc SET EmailAddressID = ? WHERE PersonEmailAddressAssocID = ?",
            [mine["emailId"], assoc],
        )
    api.put(f"{BASE}/{other}/emails/{assoc}", json={"address": "own@mail.example.org"})
    assert api.get(f"{BASE}/{made}/emails").json()[0]["address"] == "zoe@mail.example.org"
    assert api.get(f"{BASE}/{other}/emails").json()[0]["address"] == "own@mail.example.org"
    api.delete(f"{BASE}/{other}")


def test_a_row_of_somebody_else_is_not_found(api, made, rows):
    (assoc, person) = rows("SELECT PersonEmailAddressAssocID, PersonID FROM PersonEmailAddressAssoc LIMIT 1")[0]
    assert person != made
    assert api.put(f"{BASE}/{made}/emails/{assoc}", json={"address": "x@example.org"}).status_code == 404
    assert api.delete(f"{BASE}/{made}/emails/{assoc}").status_code == 404


def test_students_and_relationships_of_a_contact(api, made, rows):
    path = f"{BASE}/{made}/students"
    link = api.post(path, json={"dcid": 432, "sequence": 7}).json()["savedObject"]
    key = link["studentContactId"]
    assert (link["dcid"], link["sequence"], link["studentDetails"], link["canAccessData"]) == (432, 7, [], False)
    assert api.post(path, json={"dcid": 432}).status_code == 400
    details = f"{path}/{key}/studentdetails"
    first = api.post(details, json={"relationship": "Aunt", "relationshipNote": "on Mondays"}).json()["savedObject"]
    assert (first["relationship"], first["relationshipNote"], first["custodial"]) == ("Aunt", "on Mondays", False)
    assert api.post(details, json={"custodial": True}).status_code == 400
    row = f"{details}/{first['studentContactDetailId']}"
    assert api.put(row, json={"relationship": "Guardian", "endDate": "2027-06-01"}).json()["savedObject"].items() >= {
        "relationship": "Guardian", "endDate": "2027-06-01", "relationshipNote": "on Mondays"}.items()  # fmt: skip
    current = """SELECT c.Code FROM StudentContactAssoc a JOIN CodeSet c ON c.CodeSetID = a.CurrRelTypeCodeSetID
        WHERE a.StudentContactAssocID = ?"""
    assert rows(current, key) == [("Guardian",)]
    assert [one["relationship"] for one in api.get(details).json()] == ["Guardian"]
    assert api.put(f"{path}/{key}", json={"sequence": 2}).json()["savedObject"]["sequence"] == 2
    assert api.delete(row).status_code == 200
    assert api.get(details).json() == []
    assert api.delete(f"{path}/{key}").status_code == 200
    assert rows("SELECT count(*) FROM StudentContactAssoc WHERE PersonID = ?", made) == [(0,)]


@pytest.mark.parametrize(
    ("access", "gated", "statuses"),
    [("READ", True, [200, 403]), ("NONE", True, [403, 403]), ("NONE", False, [200, 200]), ("FULL", True, [200, 200])],
)
def test_access(clients, switched, rows, access, gated, statuses):
    other = clients([], oauth=f'<oauth accessLevelV1Api="{access}"/>', name=f"Contacts {access} {gated}")
    switched(contacts_by_v1_access=gated)
    got = [
        other.get(f"{BASE}/contact/300000").status_code,
        other.put(f"{BASE}/300000/demographics", json={"employer": f"{access} {gated}"}).status_code,
    ]
    assert got == statuses
    assert (rows("SELECT Employer FROM Person WHERE ID = 300000") == [(f"{access} {gated}",)]) == (statuses[1] == 200)


@pytest.mark.parametrize(("kind", "status"), [("accept", 200), ("415", 415), ("500", 500)])
def test_body_that_is_not_declared_json(api, switched, kind, status):
    switched(query_content_type=kind)
    answer = api.put(f"{BASE}/300001/demographics", content=b'{"employer":"X"}', headers={"Content-Type": "text/plain"})
    assert answer.status_code == status


@pytest.mark.parametrize("body", [b"", b"[1]", b'{"a":', b"null"])
def test_body_that_is_no_object(api, body):
    answer = api.post(f"{BASE}/contact", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


def test_wrong_method(api):
    assert api.put(f"{BASE}/contact/300000", json={}).status_code == 405
