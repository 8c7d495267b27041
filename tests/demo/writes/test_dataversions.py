"""docs/powerschool.md 12: which rows changed since a plugin asked last."""

from __future__ import annotations

import pytest

from psconnect.demo.server.package import PluginRefused
from psconnect.demo.server.subscriptions import read_subscriptions
from tests.demo.support import Query, package, plugin_xml, queries_xml, zipped
from tests.demo.writes.conftest import client_of, fields_of

BASE = "/ws/dataversion/roster"
QUERY = "com.roster.test.delta.students"
KEYLESS = "com.roster.test.delta.names"
SQL = "SELECT dcid, last_name FROM students ORDER BY dcid"
QUERIES = (
    Query(QUERY, ("STUDENTS.DCID dcid", "STUDENTS.LAST_NAME last_name"), SQL),
    Query(KEYLESS, ("STUDENTS.LAST_NAME last_name",), "SELECT last_name FROM students"),
    Query("com.roster.test.delta.schools", ("SCHOOLS.DCID dcid",), "SELECT dcid FROM schools", core="schools"),
)
FILE = "data_change_configuration_root/roster.change_listener_config.xml"


def listener(*tables, application="roster"):
    """A subscription as published plugins have it (section 19); a table as "NAME" or "NAME.COLUMN"."""
    listed = "".join(
        f'<table name="{table}"><column name="{column or "DCID"}"/></table>'
        for table, _, column in (name.partition(".") for name in tables)
    )
    return (
        f'<changeListener><application name="{application}" description="Tests"/><dataVersionSubscription>{listed}'
        "</dataVersionSubscription></changeListener>"
    )


def content(*tables, name="Delta", file=FILE, text=None):
    fields = sorted({*(field for query in QUERIES for field in query.fields()), *fields_of("U_STUDENTS_EXTENSION")})
    return zipped(
        {
            "plugin.xml": plugin_xml(fields, level="FullAccess", name=name),
            "queries_root/delta.named_queries.xml": queries_xml(QUERIES),
            file: text or listener(*tables),
        }
    )


@pytest.fixture(scope="module")
def api(served):
    with client_of(served, content("STUDENTS", "U_STUDENTS_EXTENSION.LOCKER")) as client:
        yield client


@pytest.fixture
def version(api):
    """The version before the test."""
    return api.get(f"{BASE}/0").json()["$dataversion"]


def write(served, sql, *values):
    with served._district.transaction() as database:
        database.execute(sql, values)


def run(api, version, query=QUERY, path="", **more):
    body = {"$dataversion": version, "$dataversion_applicationname": "roster", **more}
    return api.post(f"/ws/schema/query/{query}{path}", json=body)


def test_changed_keys_by_table_and_the_next_version(api, served, version):
    assert api.get(f"{BASE}/{version}").json() == {"$dataversion": version, "tables": {}}
    write(served, "UPDATE Students SET Home_Room = '9Z' WHERE DCID IN (431, 433)")
    write(served, "UPDATE Students SET Home_Room = '9Y' WHERE DCID = 431")
    write(served, "UPDATE Schools SET Principal = 'P' WHERE DCID = 3")
    api.put("/ws/schema/table/u_students_extension/431", json={"tables": {"u_students_extension": {"locker": "77"}}})
    answer = api.get(f"{BASE}/{version}").json()
    assert answer["tables"] == {"students": [431, 433], "u_students_extension": [431]}
    assert int(answer["$dataversion"]) > int(version)
    assert api.get(f"{BASE}/{answer['$dataversion']}").json()["tables"] == {}


@pytest.mark.parametrize(("shown", "kind"), [(True, str), (False, int)])
def test_version_as_text_or_number(api, switched, shown, kind):
    switched(data_version_text=shown)
    assert type(api.get(f"{BASE}/0").json()["$dataversion"]) is kind
    assert type(run(api, 0).json()["$dataversion"]) is kind


@pytest.mark.parametrize(("form", "tables"), [("object", {"students": [440]}), ("array", [{"students": [440]}])])
def test_form_of_the_tables(api, served, switched, version, form, tables):
    switched(data_version_tables=form)
    write(served, "UPDATE Students SET Home_Room = 'X' WHERE DCID = 440")
    assert api.get(f"{BASE}/{version}").json()["tables"] == tables


@pytest.mark.parametrize(("told", "keys"), [(True, [431, 930_001]), (False, [431])])
def test_deleted_rows(api, served, switched, version, told, keys):
    switched(data_version_deletes=told)
    write(served, "UPDATE Students SET Home_Room = 'D' WHERE DCID = 431")
    write(
        served, "INSERT INTO Students (DCID, ID, Student_Number, SchoolID, Enroll_Status) VALUES (930001, 1, 1, 1, 0)"
    )
    write(served, "DELETE FROM Students WHERE DCID = 930001")
    assert api.get(f"{BASE}/{version}").json()["tables"] == {"students": keys}
    assert [row["dcid"] for row in run(api, version).json()["record"]] == ["431"]


def test_a_query_gives_changed_rows_and_the_next_version(api, served, version):
    empty = run(api, version).json()
    assert empty == {"$dataversion": version}
    write(served, "UPDATE Students SET Last_Name = 'Changed' WHERE DCID IN (450, 451)")
    answer = run(api, version).json()
    assert [row["dcid"] for row in answer["record"]] == ["450", "451"]
    assert {row["last_name"] for row in answer["record"]} == {"Changed"}
    assert run(api, version, path="/count").json() == {"count": 2}
    assert [row["dcid"] for row in run(api, version, **{"$q": "dcid==451"}).json()["record"]] == ["451"]
    assert run(api, answer["$dataversion"]).json() == {"$dataversion": answer["$dataversion"]}
    everything = api.post(f"/ws/schema/query/{QUERY}?pagesize=0", json={}).json()
    assert len(everything["record"]) > 400
    assert "$dataversion" not in everything


@pytest.mark.parametrize("text", ["-1", "x", "1.5", "9" * 30])
def test_versions_that_are_none(api, text):
    assert api.get(f"{BASE}/{text}").status_code == 400
    assert run(api, text).status_code == 400


def test_applications_tables_and_queries_that_do_not_fit(api):
    assert api.get("/ws/dataversion/other/0").status_code == 400
    assert run(api, 0, **{"$dataversion_applicationname": "other"}).status_code == 400
    assert api.post(f"/ws/schema/query/{QUERY}", json={"$dataversion": "0"}).status_code == 400
    assert run(api, 0, query="com.roster.test.delta.schools").status_code == 400
    keyless = run(api, 0, query=KEYLESS)
    assert keyless.json() == {"message": "A query with a data version needs the key column of its core table"}


def test_a_plugin_without_subscription_has_no_versions(clients):
    assert clients([], name="No delta").get(f"{BASE}/0").status_code == 400


def test_a_table_that_does_not_exist_is_told_when_enabling(served):
    named = served.install(
        zipped({"plugin.xml": plugin_xml([], name="Wrong delta"),
                FILE: listener("NOWHERE", "STUDENTS.NOTHING", application="x")})
    )  # fmt: skip
    with pytest.raises(PluginRefused, match="NOWHERE: Invalid Table\nSTUDENTS NOTHING: Invalid Column"):
        served.enable(named.name)
    assert not next(one for one in served.plugins() if one.name == "Wrong delta").enabled


def test_a_subscription_inside_its_application_is_taken_as_well():
    beside = listener("STUDENTS", "CC.DATELEFT")
    inside = beside.replace('description="Tests"/>', 'description="Tests">').replace(
        "</changeListener>", "</application></changeListener>"
    )
    assert read_subscriptions(inside.encode()) == read_subscriptions(beside.encode())


@pytest.mark.parametrize("text", ["<other/>", "<changeListener/>", "<changeListener><application/></changeListener>"])
def test_files_of_another_format_are_left_alone(served, switched, text):
    switched(strict_entries=False)
    name = f"Format {len(text)}"
    packed = zipped({"plugin.xml": plugin_xml([], name=name), FILE: text})
    with client_of(served, packed) as client:
        assert client.get(f"{BASE}/0").status_code == 400


def test_a_file_that_is_no_xml_is_refused(served):
    with pytest.raises(PluginRefused, match=FILE):
        served.install(zipped({"plugin.xml": plugin_xml([], name="Broken delta"), FILE: "<a>"}))


def test_nothing_is_logged_without_a_subscription(server, signed_in):
    """The district's file has no triggers unless a plugin wants to know of changes."""
    signed_in(server, package((), ["STUDENTS.DCID"]))
    with server._district.reader() as reader:
        assert reader.one("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'") == (0,)


def test_a_format_that_the_server_does_not_know_is_left_alone_or_refused(served, switched):
    text = listener("STUDENTS", application="x")

    def packed(name):
        return zipped({"plugin.xml": plugin_xml(["STUDENTS.DCID"], name=name), FILE: text})

    switched(data_version_files="ignore")
    with client_of(served, packed("Left alone")) as client:
        assert client.get("/ws/dataversion/x/0").status_code == 400
    switched(data_version_files="refuse")
    with pytest.raises(PluginRefused, match=FILE):
        served.install(packed("Refused"))
    switched(data_version_files="read")
    with client_of(served, packed("Taken")) as client:
        assert client.get("/ws/dataversion/x/0").status_code == 200
