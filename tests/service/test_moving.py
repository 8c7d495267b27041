"""A connection moves to another computer as a file: no secret in it, changes are told, nothing runs by itself."""

from __future__ import annotations

import json
from pathlib import Path

from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets
from tests.cli.conftest import Psconnect, psconnect  # noqa: F401 - a fixture
from tests.support.canaries import leaks
from tests.support.demo import Connected
from tests.support.keyrings import MemoryKeyring

SECRET = "canary-secret-8812"


def exported(connected: Connected, tmp_path: Path) -> Path:
    connected.service.set_value(connected.name, "schedule.at", '["05:30"]')
    connected.service.set_value(connected.name, "schedule.every", "day")
    (tmp_path / "out").mkdir()
    connected.service.export_connection(connected.name, tmp_path / "out" / "moved.toml")
    return tmp_path / "out" / "moved.toml"


def test_no_secret_is_in_the_file(connected: Connected, memory_keyring: MemoryKeyring, tmp_path: Path) -> None:
    connected.service.secrets = Secrets({})
    connected.service.set_secret(connected.name, CLIENT_SECRET, SECRET)
    assert SECRET in memory_keyring.entries.values()
    exported(connected, tmp_path)
    assert leaks(tmp_path / "out", [SECRET]) == []


def test_a_connection_that_is_new_here_does_not_run_by_itself(connected: Connected, tmp_path: Path) -> None:
    file = exported(connected, tmp_path)
    other = Service(home_at(tmp_path / "other"), Secrets({}, session_only=True), connected.clock)
    told: list[bool] = []
    moved = other.import_connection(file, on_schedule_off=lambda: told.append(True))
    assert not moved.schedule.is_on
    assert moved.schedule.at == ["05:30"], "the rest is kept"
    assert told == [True]
    here = connected.service.import_connection(file, on_schedule_off=lambda: told.append(False))
    assert here.schedule.is_on, "this is the computer that it ran on"
    assert told == [True]


def test_what_a_file_changes_is_told_before(
    connected: Connected,
    tmp_path: Path,
    psconnect: Psconnect,  # noqa: F811
) -> None:
    file = exported(connected, tmp_path)
    assert connected.service.changes_by_import(file) == []
    connected.service.set_value(connected.name, "options.district_name", json.dumps("Lincoln Unified"))
    connected.service.set_value(connected.name, "notices.to", '["a@lincoln.example"]')
    changes = ["notices.to", "options.district_name"]
    assert connected.service.changes_by_import(file) == changes
    said = psconnect("connection", "import", str(file), "--list", "--json", connected=connected)
    assert said.document == {"changes": changes}
    assert connected.service.changes_by_import(file) == changes, "nothing was imported"
    said = psconnect("connection", "import", str(file), connected=connected)
    assert "notices.to, options.district_name" in said.err
    assert connected.service.changes_by_import(file) == []
