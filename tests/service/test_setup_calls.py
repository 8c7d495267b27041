"""What the set-up asks of the service, against the real demo district: settings need not be saved for it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import msgspec
import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection, from_dict
from psconnect.model.errors import Cancelled, FixSettings, PsconnectError, SignInAgain
from psconnect.service import Finding, School
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets
from psconnect.wording.checks import word_finding
from tests.support.demo import Connected
from tests.support.keyrings import MemoryKeyring


def unsaved(connected: Connected, **source: str) -> Connection:
    """Settings to the same district that are not saved, without a destination."""
    plugin = connected.server.plugins()[0]
    data = {"url": connected.server.url, "client_id": plugin.client_id or "", **source}
    # The id of the connection whose plugin is installed: another one would look for queries of its own.
    known = connected.service.connection(connected.name).id
    return from_dict({"name": "not saved", "id": known, "preset": "oneroster", "source": data})


def secret(connected: Connected) -> str:
    return str(connected.server.plugins()[0].client_secret)


def test_presets_have_a_name_a_label_and_a_line(connected: Connected):
    presets = connected.service.presets()
    labels = {preset.name: preset.label for preset in presets}
    assert (
        labels.items()
        >= {
            "clever": "Clever",
            "database": "Database",
            "dyknow": "DyKnow",
            "oneroster": "OneRoster",
            "school-passport": "School Passport",
            "sds": "Microsoft School Data Sync",
            "visitor-management": "Visitor Management",
        }.items()
    )
    assert [preset.name for preset in presets] == sorted(labels, key=lambda name: labels[name].casefold())
    assert all(preset.summary and not preset.summary.endswith(".") for preset in presets), "a line, no sentence"
    verified = {preset.name: preset.verified for preset in presets}
    assert verified.items() >= {"database": True, "dyknow": False, "oneroster": True, "sds": False}.items()


def test_destinations_declare_their_settings(connected: Connected):
    declared = {kind.name: kind for kind in connected.service.destinations()}
    assert [field.key for field in declared["oneroster-csv"].asked({}) if field.required] == ["folder"]
    assert [field.key for field in declared["database"].asked({}) if field.required] == ["file"]


# --- examine ---------------------------------------------------------------------------------------------------------


def test_settings_that_are_not_saved_are_examined_with_the_secret_given(connected: Connected):
    told: list[Finding] = []
    findings = connected.service.examine(unsaved(connected), secret(connected), told.append)
    assert told == findings
    assert {finding.state for finding in findings} == {"ok"}
    assert [finding.step for finding in findings][:3] == ["server", "version", "sign-in"]
    assert [state.connection.name for state in connected.service.connections()] == [connected.name]


def test_without_a_secret_the_kept_one_is_used(connected: Connected):
    connection = connected.service.connection(connected.name)
    assert connected.service.examine(connection, "", lambda _finding: None)[2].state == "ok"


def test_a_wrong_secret_and_a_disabled_plugin_are_findings(connected: Connected):
    wrong = connected.service.examine(unsaved(connected), "wrong", lambda _finding: None)[-1]
    assert (wrong.step, wrong.state, wrong.code) == ("sign-in", "failed", "PSC-AUTH-401")
    assert "Plugin Configuration" in word_finding(wrong).to_do
    given = secret(connected)
    connected.server.disable(connected.plugin)
    disabled = connected.service.examine(unsaved(connected), given, lambda _finding: None)[-1]
    assert (disabled.step, disabled.state) == ("sign-in", "failed")
    before = connected.service.examine(unsaved(connected), given, lambda _finding: None, worked=True)[-1]
    assert "was read before" in word_finding(before).to_do


def test_mission_d05_a_plugin_that_is_not_enabled_yet_has_not_failed(connected: Connected):
    given = secret(connected)
    connected.server.disable(connected.plugin)
    told = connected.service.examine(unsaved(connected), given, lambda _finding: None, enabled=False)[-1]
    assert (told.key, told.state) == ("sign-in/not-enabled", "waiting")
    words = word_finding(told)
    assert "not enabled" in words.text
    assert "nothing is wrong" in words.text
    assert "Plugin successfully enabled" in words.to_do
    connected.server.enable(connected.plugin)
    again = connected.service.examine(unsaved(connected), given, lambda _finding: None, enabled=False)
    assert {finding.state for finding in again} == {"ok"}


def test_nobody_waits_long_for_a_server_that_does_not_answer(connected: Connected):
    connected.fault("N13")
    connected.server.reset_calls()
    (finding,) = connected.service.examine(unsaved(connected), secret(connected), lambda _finding: None)
    assert finding.state == "failed"
    assert connected.server.calls.total == 2
    assert sum(connected.clock.waited) < 1


def test_an_examination_can_be_stopped(connected: Connected):
    cancel = CancelToken()

    def stop(_finding: Finding) -> None:
        cancel.cancel()

    with pytest.raises(Cancelled):
        connected.service.examine(unsaved(connected), secret(connected), stop, cancel)


# --- schools ---------------------------------------------------------------------------------------------------------


def counted(connected: Connected) -> list[School]:
    """The same by plain SQL."""
    rows = connected.sql(
        "SELECT s.School_Number, s.Name, COUNT(p.DCID) FROM Schools s "
        "LEFT JOIN Students p ON p.SchoolID = s.School_Number AND p.Enroll_Status = 0 "
        "WHERE s.School_Number <> 999999 GROUP BY s.School_Number, s.Name ORDER BY s.Name COLLATE NOCASE"
    )
    return [School(int(number), name, students) for number, name, students in rows]


def test_schools_come_with_their_active_students(connected: Connected):
    schools = connected.service.schools(unsaved(connected), secret(connected))
    assert schools == counted(connected)
    assert sum(school.students for school in schools) > 100


def test_schools_can_be_read_table_by_table(connected: Connected):
    tables = msgspec.structs.replace(
        unsaved(connected), source=msgspec.structs.replace(unsaved(connected).source, read="tables")
    )
    assert connected.service.schools(tables, secret(connected)) == counted(connected)


def test_schools_are_not_listed_for_a_wrong_secret(connected: Connected):
    with pytest.raises(SignInAgain):
        connected.service.schools(unsaved(connected), "wrong")
    with pytest.raises(FixSettings):
        connected.service.schools(unsaved(connected), "")


# --- destination, plugin ---------------------------------------------------------------------------------------------


def test_a_destination_is_checked_without_being_saved(connected: Connected, tmp_path: Path):
    def going_to(folder: Path | str) -> Connection:
        connection = unsaved(connected)
        destination = {"kind": "oneroster-csv", "folder": str(folder)}
        return msgspec.structs.replace(connection, destination=destination)

    assert str(tmp_path) in connected.service.check_destination(going_to(tmp_path))
    assert list(tmp_path.glob("*.zip")) == []
    for wrong in (tmp_path / "missing", "relative", ""):
        with pytest.raises(PsconnectError):
            connected.service.check_destination(going_to(wrong))
    with pytest.raises(FixSettings):
        connected.service.check_destination(unsaved(connected))


def test_a_plugin_is_built_for_settings_that_are_not_saved(connected: Connected, tmp_path: Path):
    path = tmp_path / "plugin.zip"
    package = connected.service.save_plugin(from_dict({"name": "x", "preset": "oneroster"}), path)
    assert path.read_bytes() == package.content
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert "plugin.xml" in archive.namelist()


# --- secrets ---------------------------------------------------------------------------------------------------------


def test_a_secret_moves_from_the_set_up_to_its_connection(connected: Connected, memory_keyring: MemoryKeyring):
    service = connected.service
    service.secrets = Secrets({})
    assert service.keeps_secrets()
    assert not service.kept_secrets("set-up 1")
    assert service.keep_secret("set-up 1", CLIENT_SECRET, "s3cret")
    assert service.kept_secrets("set-up 1") == {CLIENT_SECRET: "keyring"}
    service.move_secrets("set-up 1", connected.name, [CLIENT_SECRET])
    assert memory_keyring.entries == {("psconnect", f"{connected.name}/{CLIENT_SECRET}"): "s3cret"}
    service.move_secrets("set-up 1", connected.name, [CLIENT_SECRET])
    service.forget_secrets(connected.name)
    assert memory_keyring.entries == {}


def test_without_a_keyring_a_secret_is_known_until_the_end(connected: Connected, no_keyring: object):
    service = connected.service
    service.secrets = Secrets({})
    assert not service.keeps_secrets()
    assert not service.keep_secret(connected.name, CLIENT_SECRET, "s3cret")
    assert service.kept_secrets(connected.name)
    service.secrets = Secrets({})
    assert not service.kept_secrets(connected.name)
