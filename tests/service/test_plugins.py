"""One plugin per connection: its id, where it comes from, and two connections on one server."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from psconnect.model.connection import Connection, from_dict, to_dict
from psconnect.model.errors import Bug, FixSettings
from psconnect.service import Service
from psconnect.store.settings.connection_files import read_file
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets
from tests.support.demo import Connect, Connected

NAME = "Lincoln roster"


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(home_at(tmp_path / "home"), Secrets({}, session_only=True))


def settings(name: str = NAME, **more: object) -> Connection:
    return from_dict({"name": name, "preset": "oneroster", **more})


def written(connection: Connection, path: Path, **changes: object) -> Path:
    """A connection file; a value of None leaves the key out."""
    data = {key: value for key, value in {**to_dict(connection), **changes}.items() if value is not None}
    lines = [f"{key} = {json.dumps(value)}" for key, value in data.items() if not isinstance(value, dict)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_new_connection_draws_an_id_and_keeps_it(service: Service, tmp_path: Path) -> None:
    drawn = service.save_connection(settings()).id
    assert len(drawn) == 6
    assert service.connection(NAME).id == drawn
    again = service.import_connection(written(settings(), tmp_path / "again.toml"))
    assert again.id == drawn
    assert service.set_value(NAME, "options.district_name", "Lincoln").id == drawn
    service.set_disabled(NAME, disabled=True)
    assert service.connection(NAME).id == drawn
    assert service.save_connection(settings("Other")).id != drawn


def test_the_id_travels_with_the_file_to_another_computer(service: Service, tmp_path: Path) -> None:
    drawn = service.save_connection(settings()).id
    service.export_connection(NAME, tmp_path / "exported.toml")
    assert read_file(tmp_path / "exported.toml").id == drawn
    elsewhere = Service(home_at(tmp_path / "elsewhere"), Secrets({}, session_only=True))
    told: list[str] = []
    moved = elsewhere.import_connection(tmp_path / "exported.toml", on_other_id=told.append)
    assert (moved.id, told) == (drawn, [])
    assert elsewhere.build_plugin(NAME).name == service.build_plugin(NAME).name == f"psconnect roster {drawn}"


def test_a_file_whose_id_another_connection_has_gets_a_new_one_and_says_so(service: Service, tmp_path: Path) -> None:
    taken = service.save_connection(settings()).id
    told: list[str] = []
    copy = written(settings(), tmp_path / "copy.toml", name="Copy", id=taken)
    first = service.import_connection(copy, on_other_id=told.append)
    assert told == [taken]
    assert first.id != taken
    assert service.import_connection(copy, on_other_id=told.append).id == first.id
    assert service.connection(NAME).id == taken


def test_the_id_is_not_set_by_hand(service: Service) -> None:
    service.save_connection(settings())
    with pytest.raises(FixSettings) as caught:
        service.set_value(NAME, "id", "bcdfgh")
    assert caught.value.code == "PSC-SETTINGS-FIXED"


def test_settings_that_are_not_saved_yet_get_a_plugin_with_their_own_id(service: Service) -> None:
    given = msgspec.structs.replace(settings(), id="bcdfgh")
    package = service.plugin_for(given)
    assert package.name == "psconnect roster bcdfgh"
    assert service.save_connection(given).id == "bcdfgh"
    assert service.build_plugin(NAME).name == package.name


# --- version and gap ---


def test_the_version_stays_until_something_changes_also_on_another_computer(service: Service, tmp_path: Path) -> None:
    service.save_connection(settings())
    first = service.build_plugin(NAME)
    assert service.build_plugin(NAME).content == first.content, "the same choices give the same bytes"
    assert service.plugin_gap(service.connection(NAME)).same
    service.export_connection(NAME, tmp_path / "exported.toml")
    elsewhere = Service(home_at(tmp_path / "elsewhere"), Secrets({}, session_only=True))
    elsewhere.import_connection(tmp_path / "exported.toml")
    assert elsewhere.build_plugin(NAME).content == first.content
    elsewhere.set_value(NAME, "options.parents", "none")
    later = elsewhere.build_plugin(NAME)
    assert [int(part) for part in later.version.split(".")] > [int(part) for part in first.version.split(".")]
    # An older file that is imported again does not take the version back.
    elsewhere.import_connection(tmp_path / "exported.toml")
    assert elsewhere.connection(NAME).plugin == later.built


def test_unsaved_settings_are_noted_with_the_stored_connection(service: Service, tmp_path: Path) -> None:
    stored = service.save_connection(settings())
    built = service.save_plugin(
        msgspec.structs.replace(stored, custom={"student": "Gender|gender"}), tmp_path / "p.zip"
    )
    assert (tmp_path / "p.zip").read_bytes() == built.content
    after = service.connection(NAME)
    assert after.plugin == built.built
    assert after.custom == {}, "nothing else of the unsaved settings is stored"
    assert "STUDENTS.GENDER" in service.plugin_gap(after).spare


def test_mission_g15_switching_co_teachers_on_names_the_fields_that_the_plugin_lacks(service: Service) -> None:
    service.save_connection(from_dict({"name": NAME, "preset": "school-passport"}))
    off = service.build_plugin(NAME)
    assert not service.plugin_gap(service.connection(NAME)).upgrade
    service.set_value(NAME, "options.co_teachers", "true")
    gap = service.plugin_gap(service.connection(NAME))
    assert gap.upgrade
    assert [one.name for one in gap.missing] == [
        "RoleDef.ID",
        "RoleDef.Name",
        "RoleDef.RoleKey",
        "SectionTeacher.RoleID",
    ]
    on = service.build_plugin(NAME)
    assert (on.name, on.version > off.version) == (off.name, True), "it is installed over the old one"
    assert not service.plugin_gap(service.connection(NAME)).upgrade


def test_mission_g01_further_fields_are_in_the_plugin_and_the_default_one_has_none(service: Service) -> None:
    service.save_connection(settings())
    default = service.build_plugin(NAME)
    own = "Alert_Medical|alert, StudentCoreFields.immunization_dpt|dpt, U_STUDENTS_EXTENSION.note|note"
    service.set_value(NAME, "custom.student", own)
    custom = service.build_plugin(NAME)
    assert set(custom.access) - set(default.access) == {
        ("STUDENTS", "ALERT_MEDICAL"),
        ("STUDENTCOREFIELDS", "IMMUNIZATION_DPT"),
        ("STUDENTCOREFIELDS", "STUDENTSDCID"),
        ("U_STUDENTS_EXTENSION", "NOTE"),
        ("U_STUDENTS_EXTENSION", "STUDENTSDCID"),
    }
    service.set_value(NAME, "custom.student", "")
    assert service.build_plugin(NAME).access == default.access


def test_a_field_name_that_powerschool_cannot_have_is_refused_before_anything_is_saved(
    service: Service, tmp_path: Path
) -> None:
    given = from_dict({"name": NAME, "preset": "oneroster", "custom": {"student": f"U_X.{'N' * 31}|note"}})
    with pytest.raises(FixSettings) as caught:
        service.save_plugin(given, tmp_path / "plugin.zip")
    assert (caught.value.code, caught.value.where) == ("PSC-PLUGIN-NAME", f"U_X.{'N' * 31}")
    assert not (tmp_path / "plugin.zip").exists()


def _without_its_version(xml: bytes) -> bytes:
    return re.sub(rb' version="[\d.]+"', b"", xml)


def test_mission_d03_the_lone_xml_installs_as_well_as_the_zip(connect: Connect, tmp_path: Path) -> None:
    """The ZIP holds one plugin.xml; alone it grants the same, and the same roster is delivered."""
    connected = connect()
    service, server = connected.service, connected.server
    whole = service.build_plugin(connected.name)
    with zipfile.ZipFile(io.BytesIO(whole.content)) as archive:
        manifests = [name for name in archive.namelist() if name == "plugin.xml"]
        inside = archive.read("plugin.xml")
    assert manifests == ["plugin.xml"]
    run = service.sync(connected.name)
    service.approve(run.id, "test")
    by_queries = _students(connected.bundle)
    lone = service.write_plugin(connected.name, tmp_path / "plugin.XML")
    assert (tmp_path / "plugin.XML").read_bytes() == lone.content
    assert _without_its_version(lone.content) == _without_its_version(inside)
    server.install(lone.content)
    server.enable(lone.name)
    assert {finding.state for finding in service.check(connected.name, lambda _finding: None)} == {"ok", "warning"}
    run = service.sync(connected.name)
    assert run.way == "tables"
    assert run.state.startswith("finished")
    assert not run.changes, "nothing differs from what the queries gave"
    assert _students(connected.bundle) == by_queries


def _students(bundle: Path) -> list[dict[str, str]]:
    with zipfile.ZipFile(bundle) as archive:
        rows = csv.DictReader(io.StringIO(archive.read("users.csv").decode("utf-8")))
        return [row for row in rows if row["role"] == "student"]


def test_two_connections_with_different_choices_on_one_server(connected: Connected) -> None:
    """Plugin, query files and query names are unique over a server (docs/powerschool.md 15.5): both are right."""
    service, server = connected.service, connected.server
    folder = connected.folder / "second"
    folder.mkdir()
    service.save_connection(
        from_dict(
            {
                **to_dict(service.connection(NAME)),
                "name": "Second",
                "id": "",
                "options": {"parents": "none", "admins": False},
                "mapping": {"student": {"middleName": "{Students.Gender}"}},
                "destination": {"kind": "oneroster-csv", "folder": str(folder)},
            }
        )
    )
    package = service.build_plugin("Second")
    server.install(package.content)
    plugin = server.enable(package.name)
    service.set_value("Second", "source.client_id", json.dumps(plugin.client_id))
    service.set_secret("Second", CLIENT_SECRET, plugin.client_secret or "")
    assert len({one.name for one in server.plugins()}) == len(server.plugins()) == 2
    for name in (NAME, "Second"):
        assert {finding.state for finding in service.check(name, lambda _finding: None)} == {"ok"}
        run = service.sync(name)
        assert service.approve(run.id, "test").state.startswith("finished")
    first, second = _students(connected.bundle), _students(folder / "Second.zip")
    assert [one["sourcedId"] for one in first] == [one["sourcedId"] for one in second]
    assert {one["middleName"] for one in second} >= {"F", "M"}
    truth = dict(connected.sql("SELECT DCID, Gender FROM Students"))
    assert all(one["middleName"] == truth[int(one["sourcedId"])] for one in second)
    assert Counter(one["middleName"] for one in first) != Counter(one["middleName"] for one in second)


def test_a_plugin_with_a_fault_is_not_saved(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = service.save_connection(settings())
    monkeypatch.setattr("psconnect.service.plugins.faults_of", lambda _content: ["plugin.xml: it asks for nothing"])
    with pytest.raises(Bug) as caught:
        service.save_plugin(stored, tmp_path / "plugin.zip")
    assert caught.value.code == "PSC-PLUGIN-CHECK"
    assert not (tmp_path / "plugin.zip").exists()
    assert service.connection(NAME).plugin.version == ""
