"""What is said of the folder with roster data; nothing is open to others, and nothing that was deleted stays."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from psconnect.service import Service
from psconnect.store.at_rest.access import readable_by_others
from psconnect.store.at_rest.computer import Computer
from psconnect.store.settings.home import home_at
from psconnect.wording.at_rest import folder_lines
from psconnect.wording.checks import word_finding
from tests.support.demo import Connected


def service_at(folder: Path, **computer: object) -> Service:
    return Service(home_at(folder), computer=Computer(home=folder, **computer))  # type: ignore[arg-type]


def test_a_folder_in_onedrive_on_an_open_disk_is_warned_of(tmp_path: Path) -> None:
    service = service_at(
        tmp_path / "OneDrive" / "psconnect", system="darwin", run=lambda _command: "FileVault is Off.\n"
    )
    service.home.rosters()
    (folder, *_others) = service.stored_folders()
    assert (folder.synced_by, folder.encryption, folder.fine) == ("onedrive", "off", False)
    said = folder_lines(folder)
    assert [state for state, _text in said] == ["warning", "warning", "good"]
    assert "OneDrive" in said[0][1]
    told = [word_finding(finding) for finding in service.storage_findings()]
    assert [one.state for one in told] == ["warning", "warning"]
    assert str(service.home.data) in told[0].text


def test_an_encrypted_disk_is_nothing_to_warn_of_and_an_unknown_one_is_said_to_be_unknown(tmp_path: Path) -> None:
    service = service_at(tmp_path, system="darwin", run=lambda _command: "FileVault is On.\n")
    service.home.rosters()
    assert service.storage_findings() == []
    assert [state for state, _text in folder_lines(service.stored_folders()[0])] == ["good", "good"]
    service.computer = Computer("darwin", {}, tmp_path, run=lambda _command: "")
    assert service.storage_findings() == []
    assert [state for state, _text in folder_lines(service.stored_folders()[0])] == ["muted", "good"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX'")
def test_everything_a_connection_makes_is_the_users_own_whatever_the_umask(connected: Connected) -> None:
    before = os.umask(0)
    try:
        connected.delivered()
        service, name = connected.service, connected.name
        service.find(name, "a")
        service.save_draft("d1", json.dumps({"id": "d1"}).encode())
        service.set_value(name, "options.district_name", '"Another"')
        service.export_connection(name, connected.folder / "home" / "exported.toml")
        with closing(sqlite3.connect(connected.rosters)) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("UPDATE meta SET value = value")
            db.commit()
            assert {path.suffix for path in connected.rosters.parent.glob("*")} >= {".sqlite", ".sqlite-wal"}
            assert readable_by_others(connected.folder / "home" / "data") == []
            assert readable_by_others(connected.folder / "home" / "config") == []
        assert not (connected.folder / "home" / "exported.toml").stat().st_mode & 0o077
    finally:
        os.umask(before)


def test_what_is_deleted_is_gone_from_the_bytes_of_every_database(connected: Connected) -> None:
    """Run after run: a student who left and was forgotten is in no page, freed or not, of any of our SQLite files."""
    number = connected.sql("SELECT id FROM students WHERE enroll_status = 0 ORDER BY id LIMIT 1")[0][0]
    connected.sql("UPDATE students SET last_name = 'Quetzalcanary', first_name = 'Zyxwanary' WHERE id = ?", number)
    connected.delivered()
    service, name = connected.service, connected.name
    service.find(name, "Quetzalcanary")
    data = connected.folder / "home" / "data"
    assert holding(data, b"Quetzalcanary")
    connected.sql("UPDATE students SET last_name = 'Miller', first_name = 'Anna' WHERE id = ?", number)
    run = service.sync(name)
    if run.state == "held":
        service.approve(run.id, "test")
    connected.clock.time += timedelta(days=120)
    run = service.sync(name)
    assert run.ended
    service.find(name, "Miller")
    assert holding(data, b"Quetzalcanary") == []
    assert holding(data, b"Zyxwanary") == []
    assert holding(data, b"Miller")


def holding(folder: Path, text: bytes) -> list[str]:
    """Files of ours with these bytes anywhere in them."""
    return [path.name for path in sorted(folder.rglob("*")) if path.is_file() and text in path.read_bytes()]
