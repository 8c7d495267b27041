"""The access doctor names cause and menu path of everything that is missing, and never says that it does not know."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from psconnect.demo import Fault, Quirks
from psconnect.http import HttpClient
from psconnect.model.clock import CancelToken
from psconnect.powerschool import menus
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.doctor import examine
from psconnect.powerschool.streams import SCHOOLS, StreamSet, streams_for
from psconnect.wording.checks import WordedFinding, word_finding
from tests.http.raw import answer, raw_server
from tests.powerschool.conftest import Open, Reading
from tests.support.demo import TestClock

LABELS = ["Schools", "Terms", "Calendar days", "Courses", "Sections", "Staff", "Staff positions",
          "Teaching assignments", "Students", "Enrollments", "Contacts", "Relationships"]  # fmt: skip


ALL_WELL = ["Plugin", "Fields", "Co-teachers, contacts", "Page size", "Throttle", "Estimate"]


def findings(reading: Reading, access: str = "auto", streams: StreamSet | None = None) -> list[WordedFinding]:
    found = [word_finding(one) for one in examine(reading.client, streams or StreamSet(dict(reading.streams)), access)]
    for finding in found:
        assert finding.state in ("ok", "warning", "failed")
        assert finding.text.endswith(".")
        assert (finding.state == "failed") == bool(finding.code)
        assert finding.state == "ok" or finding.to_do
    return found


def by_step(found: list[WordedFinding]) -> dict[str, str]:
    assert len({finding.step for finding in found}) == len(found)
    return {finding.step: finding.state for finding in found}


def failed(found: list[WordedFinding]) -> dict[str, str]:
    return {finding.step: finding.code for finding in found if finding.state == "failed"}


def reinstalled(reading: Reading, change: Callable[[str, str], str | None]) -> None:
    """Install the plugin with files changed, or left out where ``change`` gives None."""
    package = reading.connected.service.build_plugin(reading.connected.name)
    reading.server.install(reading.connected.altered(package, change))
    reading.server.enable(package.name)


def no_queries(name: str, text: str) -> str | None:
    return text if name == "plugin.xml" else None


def test_all_is_well(reading: Reading) -> None:
    found = findings(reading)
    assert [finding.step for finding in found] == ["Server", "Version", "Sign-in", *LABELS, *ALL_WELL]
    assert set(by_step(found).values()) == {"ok"}
    students = reading.connected.sql("SELECT count(*) FROM Students WHERE SchoolID <> 999999")[0][0]
    assert next(f.text for f in found if f.step == "Students") == f"{students} can be read."
    assert found[1].text == "PowerSchool 25.9.0.0.252611238."
    assert found[-1].text == "A sync takes about 36 calls, less than a minute."
    assert reading.clock.waited == []


@pytest.mark.parametrize(
    ("version", "state"),
    [("10.1.0", "ok"), ("10.0.9.9", "failed"), ("9.2", "failed"), ("25.2", "ok"), ("", "warning"), ("new", "warning")],
)
def test_the_version(open_reading: Open, version: str, state: str) -> None:
    reading = open_reading(quirks=Quirks(server_version=version))
    found = list(examine(reading.client, StreamSet({}), "queries"))
    assert (found[1].step, found[1].state) == ("version", state)


def test_a_server_that_does_not_say_its_version_is_told_of(open_reading: Open) -> None:
    found = findings(open_reading(quirks=Quirks(server_version="")), streams=StreamSet({}))
    assert "10.1 or newer" in found[1].to_do


@pytest.mark.parametrize("access", ["queries", "tables"])
def test_metadata_that_wants_a_signature_is_asked_for_signed(open_reading: Open, access: str) -> None:
    reading = open_reading(quirks=Quirks(metadata="signed"))
    reading.server.set_page_size(reading.connected.plugin, 1000)
    found = findings(reading, access)
    assert failed(found) == {}
    assert found[1].text == "PowerSchool 25.9.0.0.252611238."
    assert reading.tokens == 1


def test_metadata_that_counts_as_v1_leaves_the_version_unsaid_and_nothing_else(open_reading: Open) -> None:
    reading = open_reading(quirks=Quirks(metadata="v1"))
    found = findings(reading)
    assert failed(found) == {}
    assert {step: state for step, state in by_step(found).items() if state != "ok"} == {"Version": "warning"}


def test_a_wrong_secret_is_a_matter_of_signing_in_also_where_metadata_wants_a_signature(open_reading: Open) -> None:
    reading = open_reading(quirks=Quirks(metadata="signed"))
    reading.client.secret = "made-up-wrong-secret"
    found = findings(reading)
    assert [(finding.step, finding.code) for finding in found] == [("Server", ""), ("Sign-in", "PSC-AUTH-401")]
    assert reading.tokens == 1


def test_nobody_is_there(reading: Reading) -> None:
    reading.server.stop()
    (finding,) = findings(reading)
    assert (finding.step, finding.state, finding.code) == ("Server", "failed", "PSC-HTTP-UNREACHABLE")


@pytest.mark.parametrize(
    ("fault", "variant", "code"),
    [
        ("N06", "login", "PSC-HTTP-WEB-PAGE"),
        ("N06", "maintenance", "PSC-HTTP-MAINTENANCE"),
        ("N07", "host", "PSC-HTTP-REDIRECT"),
        ("N11", "", "PSC-ACCESS-NOT-FOUND"),
        ("N17", "nan", "PSC-READ-BROKEN"),
    ],
)
def test_something_else_is_there(reading: Reading, fault: str, variant: str, code: str) -> None:
    reading.server.set_faults([Fault(fault, path="/ws/v1/metadata", variant=variant)])
    (finding,) = findings(reading)
    assert (finding.step, finding.code) == ("Server", code)


def test_a_wrong_secret_is_tried_once(reading: Reading) -> None:
    reading.client.secret = "made-up-wrong-secret"
    found = findings(reading)
    assert failed(found) == {"Sign-in": "PSC-AUTH-401"}
    assert found[-1].step == "Sign-in"
    assert menus.CREDENTIALS in found[-1].to_do
    assert reading.tokens == 1


def test_deleted_disabled_and_wrong_are_told_apart(reading: Reading) -> None:
    plugin = reading.connected.plugin
    reading.server.disable(plugin)
    assert failed(findings(reading)) == {"Sign-in": "PSC-AUTH-401"}
    reading.server.delete(plugin)
    reading.client = reading.anew()
    assert failed(findings(reading)) == {"Sign-in": "PSC-AUTH-404"}


@pytest.mark.parametrize("access", ["auto", "queries"])
def test_a_plugin_of_other_choices_is_found_out(reading: Reading, access: str) -> None:
    newer = streams_for(contacts=True, fields={"student": ["Students.Gender"]})
    found = findings(reading, access, newer)
    assert failed(found) == {"Students": "PSC-ACCESS-NOT-FOUND"}
    assert "Estimate" not in by_step(found)
    (told,) = [finding for finding in found if finding.step == "Students"]
    assert menus.PLUGINS in told.to_do
    for cause in ("not installed", "not enabled", "an older version", "other choices", "another plugin", "connection’s",
                  "did not load the query"):  # fmt: skip
        assert cause in told.text


def test_a_field_that_was_taken_away_is_named(reading: Reading) -> None:
    reading.server.set_faults([Fault("N10", path="/ws/schema/query/*.users/count", field="users.email_addr")])
    found = findings(reading)
    assert failed(found) == {"Staff": "PSC-ACCESS-FIELD"}
    assert "users.email_addr" in next(finding.text for finding in found if finding.step == "Staff")
    assert "Estimate" not in by_step(found)


def test_a_server_that_breaks_down_while_asked_ends_the_check(reading: Reading) -> None:
    reading.server.set_faults([Fault("N13", path="/ws/schema/query/*.terms/count")])
    found = findings(reading)
    assert failed(found) == {"Terms": "PSC-HTTP-SERVER"}
    assert found[-1].step == "Terms"


def test_without_queries_tables_do(reading: Reading) -> None:
    reinstalled(reading, no_queries)
    found = findings(reading)
    assert {step for step, state in by_step(found).items() if state != "ok"} == {"Estimate"}
    assert "table by table takes about" in found[-1].text
    assert menus.PLUGINS in found[-1].to_do
    assert set(failed(findings(reading, "queries"))) == set(LABELS)


def test_the_page_size_is_the_plugins_own(reading: Reading) -> None:
    reading.server.set_page_size(reading.connected.plugin, 37)
    found = findings(reading, "tables")
    assert by_step(found)["Page size"] == "warning"
    assert "only 37 rows" in next(finding.text for finding in found if finding.step == "Page size")
    reading.server.set_page_size(reading.connected.plugin, 100)
    assert by_step(findings(reading, "tables"))["Page size"] == "ok"


def test_a_small_page_size_is_told_also_where_queries_work(reading: Reading) -> None:
    reading.server.set_page_size(reading.connected.plugin, 99)
    found = findings(reading)
    (told,) = [finding for finding in found if finding.step == "Page size"]
    assert told.state == "warning"
    assert "only 99 rows" in told.text
    assert menus.PAGE_SIZE in told.to_do
    assert failed(found) == {}


@pytest.mark.parametrize(
    ("table", "field", "labels"),
    [
        ("STUDENTS", "LAST_NAME", {"Students"}),
        ("STUDENTS", "ENROLL_STATUS", {"Students"}),
        ("ROLEDEF", "NAME", {"Teaching assignments"}),
        ("SECTIONS", "TERMID", {"Sections", "Teaching assignments", "Enrollments"}),
        ("EMAILADDRESS", "EMAILADDRESS", {"Students", "Contacts"}),
        ("PERSONEMAILADDRESSASSOC", "ISPRIMARYEMAILADDRESS", {"Students", "Contacts"}),
        ("STUDENTCONTACTASSOC", "PERSONID", {"Contacts", "Relationships"}),
        ("CC", "TERMID", {"Enrollments"}),
    ],
)
def test_by_tables_every_field_that_reading_touches_is_tried(
    reading: Reading, table: str, field: str, labels: set[str]
) -> None:
    line = f'    <field table="{table}" field="{field}" access="ViewOnly"/>\n'
    reinstalled(reading, lambda _name, text: text.replace(line, ""))
    found = findings(reading, "tables")
    assert failed(found) == dict.fromkeys(labels, "PSC-ACCESS-FIELD")
    for finding in found:
        if finding.step in labels:
            assert f"{table}.{field}" in finding.text.upper()
    assert "Estimate" not in by_step(found)


def test_with_all_access_no_field_is_refused_by_tables(reading: Reading) -> None:
    assert failed(findings(reading, "tables")) == {}


def test_a_server_that_does_not_filter_is_a_finding_and_no_crash() -> None:
    """Asked for rows behind any key there is, it gives some nevertheless."""

    def handler(request: bytes) -> bytes:
        path = request.split()[1].partition(b"?")[0]
        if path.endswith(b"access_token"):
            return answer(body=b'{"access_token":"made-up-token","expires_in":"9999"}')
        if path.endswith(b"/metadata"):
            return answer(body=b'{"metadata":{"powerschool_version":"25.9.0.0"}}')
        if path.endswith(b"/count"):
            return answer(body=b'{"count":1}')
        return answer(body=b'{"name":"schools","record":[{"id":1,"tables":{"schools":{"dcid":"1"}}}]}')

    clock = TestClock()
    with raw_server(handler=handler) as server:
        http = HttpClient(server.url, monotonic=clock.monotonic)
        client = PowerSchoolClient(http, "made-up-id", "made-up-secret", clock, CancelToken())
        found = [word_finding(one) for one in examine(client, StreamSet({SCHOOLS.name: SCHOOLS}), "tables")]
        http.close()
    assert failed(found) == {"Schools": "PSC-READ-UNSTABLE"}
    (told,) = [one.text for one in found if one.state == "failed"]
    assert "rows of SCHOOLS came out of order" in told
