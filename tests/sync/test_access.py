"""What a server refuses, or is too old for, ends a sync with a way out; nothing is emptied for it."""

from __future__ import annotations

import html
from typing import Any

import pytest

from psconnect.cli import codes
from psconnect.demo import Fault, PluginRefused, Quirks
from psconnect.model.clock import CancelToken
from psconnect.model.errors import FixSettings
from psconnect.wording.checks import word_finding
from psconnect.wording.errors import word
from psconnect.wording.pieces import piece_lost, piece_way_out
from tests.support.demo import Connect, Connected


def failed(connected: Connected) -> dict[str, str]:
    """The error of a sync that stops."""
    run = connected.service.sync(connected.name)
    assert run.state == "failed", run
    assert run.error is not None
    assert codes.for_run(run) in (codes.USAGE, codes.NOT_READ)
    assert not connected.bundle.exists()
    return run.error


@pytest.mark.parametrize("version", ["10.0.9.9", "9.2"])
def test_a_server_that_is_too_old_stops_a_sync_as_it_stops_the_check(connect: Connect, version: str) -> None:
    connected = connect(quirks=Quirks(server_version=version))
    connected.server.reset_calls()
    error = failed(connected)
    assert error["code"] == "PSC-ACCESS-VERSION"
    assert version in word(error).happened
    assert connected.server.calls.to("/ws/schema") == 0
    found = connected.service.check(connected.name, lambda _finding: None)
    (told,) = [finding for finding in found if finding.state == "failed"]
    assert (told.code, word_finding(told).text) == (error["code"], word(error).happened)


@pytest.mark.parametrize("metadata", ["signed", "v1"])
def test_a_server_that_keeps_its_version_to_who_is_signed_in_is_read(connect: Connect, metadata: str) -> None:
    connected = connect(quirks=Quirks(metadata=metadata))  # type: ignore[arg-type]
    connected.delivered()


# --- what a server refuses -------------------------------------------------------------------------------------------

ROLES = frozenset({"ROLEDEF.ID", "ROLEDEF.NAME", "ROLEDEF.ROLEKEY"})
EXCLUDED: dict[str, frozenset[str]] = {
    "roledef": ROLES,
    "sectionteacher": frozenset({"SECTIONTEACHER.ID"}),
    "calendar_day": frozenset({"CALENDAR_DAY.DCID"}),
    "loginid": frozenset({"USERS.LOGINID"}),
    "student_web_id": frozenset({"STUDENTS.STUDENT_WEB_ID"}),
    "emailaddress": frozenset({"EMAILADDRESS.EMAILADDRESS"}),
    "phonenumber": frozenset({"PERSONPHONENUMBERASSOC.PERSONID"}),
    "guardianpersonassoc": frozenset({"GUARDIAN.GUARDIANID"}),
    "contacts": frozenset({"PERSON.ID"}),
}
MORE: dict[str, dict[str, dict[str, object]]] = {
    "student_web_id": {"mapping": {"student": {"username": "{Students.Student_Number}"}}},
    "guardianpersonassoc": {"options": {"parents": "all"}},
    "contacts": {"options": {"parents": "none"}},
}


@pytest.mark.parametrize("piece", sorted(EXCLUDED))
@pytest.mark.parametrize("way", ["queries", "tables"])
def test_what_a_server_refuses_costs_that_piece_alone(connect: Connect, piece: str, way: str) -> None:
    """The plugin of all is not enabled; the one without the piece is, checks, and delivers all the rest."""
    quirks = Quirks(excluded=EXCLUDED[piece])
    settings: dict[str, dict[str, object]] = {"source": {"read": way}, **MORE.get(piece, {})}
    connected = connect(students=200, settings=settings, install=False, quirks=quirks)
    name = connected.name
    if piece not in ("guardianpersonassoc", "contacts"):
        with pytest.raises(PluginRefused):
            connected.reinstall()
    connected.clock.wait(60, CancelToken())
    connected.service.go_without(name, [piece])
    connected.reinstall()
    connected.server.set_page_size(connected.plugin, 1000)
    found = connected.service.check(name, lambda _finding: None)
    assert [finding for finding in found if finding.state == "failed"] == []
    (told,) = [finding for finding in found if word_finding(finding).text == piece_lost(piece)]
    assert told.state == "warning"
    run = connected.service.sync(name)
    assert (run.state, run.error) == ("held", None)
    assert run.compared.without == [piece]
    ended = connected.service.approve(run.id, "test")
    assert ended.state == "finished_with_problems"
    assert {"student", "teacher", "class", "enrollment"} <= set(ended.changes)
    report = connected.folder / "report.html"
    connected.service.report(ended.id, report)
    assert piece_lost(piece).split(":")[0] in html.unescape(report.read_text(encoding="utf-8"))


@pytest.mark.parametrize("way", ["queries", "tables"])
def test_a_granted_piece_that_is_refused_stops_the_sync_with_the_way_out(connect: Connect, way: str) -> None:
    connected = connect(students=200, settings={"source": {"read": way}})
    connected.server.set_page_size(connected.plugin, 1000)
    path = "/ws/schema/query/*.section_teachers*" if way == "queries" else "/ws/schema/table/roledef*"
    connected.fault("N10", path=path, field="roledef.name")
    error = failed(connected)
    assert error["code"] == "PSC-ACCESS-FIELD"
    assert "psconnect plugin NAME --without roledef " in word(error).to_do
    assert piece_lost("roledef") in word(error).to_do


@pytest.mark.parametrize(
    ("settings", "stream", "piece", "setting"),
    [
        ({"options": {"parents": "portal"}}, "portal_accounts", "guardianpersonassoc", "all"),
        ({"options": {"parents": "all"}}, "relationships", "contacts", "none"),
    ],
)
def test_a_choice_that_needs_what_is_refused_stops_the_sync_and_can_be_given_up(
    connect: Connect, settings: dict[str, Any], stream: str, piece: str, setting: str
) -> None:
    connected = connect(students=200, settings=settings)
    field = "pcas_account.isenabled" if piece == "guardianpersonassoc" else "studentcontactassoc.personid"
    connected.fault("N10", path=f"/ws/schema/query/*.{stream}*", field=field)
    error = failed(connected)
    assert error["code"] == "PSC-ACCESS-FIELD"
    assert piece_way_out(piece) in word(error).to_do
    assert f"options.parents {setting}" in word(error).to_do
    connected.clock.wait(60, CancelToken())
    connected.service.set_value(connected.name, "options.parents", f'"{setting}"')
    connected.reinstall()
    assert connected.service.sync(connected.name).state == "held"


def test_the_check_says_which_table_keeps_a_query_from_loading(connect: Connect) -> None:
    """The query answers 404, whatever the reason; the tables behind it say which field it is."""
    connected = connect(students=200)
    gone = Fault("N11", path="/ws/schema/query/*.section_teachers*")
    refused = Fault("N10", path="/ws/schema/table/roledef*", field="roledef.name")
    connected.server.set_faults([gone, refused])
    found = connected.service.check(connected.name, lambda _finding: None)
    (told,) = [word_finding(finding) for finding in found if finding.state == "failed"]
    assert (told.step, told.code) == ("Teaching assignments", "PSC-ACCESS-NOT-FOUND")
    assert "Read table by table, it refuses roledef.name" in told.text
    assert "--without roledef " in told.to_do
    assert "--without sectionteacher " not in told.to_do


def test_a_plugin_that_was_not_enabled_is_told_of_where_signing_in_fails(connect: Connect) -> None:
    connected = connect(students=200)
    connected.server.disable(connected.plugin)
    found = connected.service.check(connected.name, lambda _finding: None)
    (told,) = [word_finding(finding) for finding in found if finding.state == "failed" and finding.step == "sign-in"]
    assert "--without ROLEDEF" in told.to_do


@pytest.mark.parametrize(
    ("piece", "settings"),
    [
        ("contacts", {"options": {"parents": "all"}}),
        ("guardianpersonassoc", {"options": {"parents": "portal"}}),
        ("emailaddress", {"filters": {"student": [{"field": "EmailAddress.EmailAddress", "op": "is not empty"}]}}),
    ],
)
def test_what_another_choice_needs_is_not_left_out(connect: Connect, piece: str, settings: dict[str, Any]) -> None:
    connected = connect(students=200, settings=settings, install=False)
    with pytest.raises(FixSettings) as caught:
        connected.service.go_without(connected.name, [piece])
    assert caught.value.where == "source.without"
    assert connected.service.connection(connected.name).source.without == []


def test_going_without_later_is_held_like_other_choices(connect: Connect) -> None:
    connected = connect(students=200)
    connected.delivered()
    connected.clock.wait(60, CancelToken())
    connected.service.go_without(connected.name, ["phonenumber"])
    connected.reinstall()
    run = connected.service.sync(connected.name)
    assert run.state == "held"
    assert run.compared.without == ["phonenumber"]
