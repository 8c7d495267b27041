"""What carries a folder to other computers, on made-up computers of the three systems."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from psconnect.store.at_rest.computer import Computer
from psconnect.store.at_rest.synced import synced_by

ROOT_MOUNT = "25 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw"


def linux(tmp_path: Path, *mounts: str) -> Computer:
    info = tmp_path / "kernel" / "proc" / "self" / "mountinfo"
    info.parent.mkdir(parents=True, exist_ok=True)
    info.write_text("\n".join((ROOT_MOUNT, *mounts)) + "\n")
    return Computer("linux", {}, tmp_path / "home", tmp_path / "kernel", lambda _command: "")


def folder(tmp_path: Path, *parts: str) -> Path:
    made = tmp_path.joinpath(*parts)
    made.mkdir(parents=True, exist_ok=True)
    return made


def test_an_ordinary_folder_is_not_synced(tmp_path: Path) -> None:
    assert synced_by(folder(tmp_path, "home", ".local", "share", "psconnect"), linux(tmp_path)) == ""


@pytest.mark.parametrize("variable", ["OneDrive", "OneDriveCommercial", "OneDriveConsumer"])
def test_onedrive_by_its_variables(tmp_path: Path, variable: str) -> None:
    place = folder(tmp_path, "Work files", "psconnect")
    computer = Computer("win32", {variable: str(tmp_path / "work FILES")}, tmp_path / "home", run=lambda _command: "")
    assert synced_by(place, computer) == "onedrive"
    assert synced_by(folder(tmp_path, "Work files too"), computer) == "", "a folder beside it is not in it"


def test_onedrive_by_the_registry(tmp_path: Path) -> None:
    def registry(key: str, name: str) -> list[str]:
        assert (key, name) == (r"Software\Microsoft\OneDrive\Accounts", "UserFolder")
        return [str(tmp_path / "elsewhere"), str(tmp_path / "school")]

    computer = Computer("win32", {}, tmp_path / "home", registry=registry)
    assert synced_by(folder(tmp_path, "school", "data"), computer) == "onedrive"
    assert synced_by(folder(tmp_path, "other", "data"), computer) == ""


@pytest.mark.parametrize("where", ["APPDATA", "LOCALAPPDATA", "home"])
def test_dropbox_by_its_info_file(tmp_path: Path, where: str) -> None:
    info = tmp_path / ("home/.dropbox" if where == "home" else "app/Dropbox") / "info.json"
    info.parent.mkdir(parents=True)
    info.write_text(json.dumps({"business": {"path": str(tmp_path / "box"), "host": 1}, "odd": 3}))
    computer = Computer("win32", {} if where == "home" else {where: str(tmp_path / "app")}, tmp_path / "home")
    assert synced_by(folder(tmp_path, "box", "deep", "down"), computer) == "dropbox"
    info.write_text("{half")
    assert synced_by(folder(tmp_path, "box", "deep", "down"), computer) == ""


def test_nextcloud_by_its_settings(tmp_path: Path) -> None:
    settings = tmp_path / "home" / ".config" / "Nextcloud" / "nextcloud.cfg"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[Accounts]\n0\\Folders\\1\\localPath={tmp_path}/shared/\n0\\Folders\\1\\targetPath=/\n")
    assert synced_by(folder(tmp_path, "shared", "psconnect"), linux(tmp_path)) == "nextcloud"


@pytest.mark.parametrize(
    ("mark", "who"),
    [
        (".dropbox", "dropbox"),
        (".tmp.drivedownload", "google-drive"),
        (".nextcloudsync.log", "nextcloud"),
        (".sync_4f1d0c.db", "nextcloud"),
    ],
)
def test_by_a_mark_in_a_folder_above(tmp_path: Path, mark: str, who: str) -> None:
    place = folder(tmp_path, "whatever", "psconnect")
    (tmp_path / "whatever" / mark).write_text("")
    assert synced_by(place, linux(tmp_path)) == who


def test_the_settings_folder_of_dropbox_does_not_make_a_home_synced(tmp_path: Path) -> None:
    folder(tmp_path, "home", ".dropbox")
    assert synced_by(folder(tmp_path, "home", "psconnect"), linux(tmp_path)) == ""


def test_a_mac_with_icloud_and_other_clouds(tmp_path: Path) -> None:
    home = folder(tmp_path, "home")
    computer = Computer("darwin", {}, home, run=lambda _command: "")
    documents = folder(tmp_path, "home", "Documents", "psconnect")
    assert synced_by(documents, computer) == ""
    folder(tmp_path, "home", "Library", "Mobile Documents", "com~apple~CloudDocs", "Documents")
    assert synced_by(documents, computer) == "icloud"
    for name, who in (
        ("GoogleDrive-me@lincoln.org", "google-drive"),
        ("OneDrive-Lincoln", "onedrive"),
        ("Box-Box", "cloud"),
    ):
        assert synced_by(folder(tmp_path, "home", "Library", "CloudStorage", name, "x"), computer) == who


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("30 25 0:44 / {place} rw - nfs4 server:/homes rw", "network"),
        ("30 25 0:44 / {place} rw - cifs //server/share rw", "network"),
        ("30 25 0:44 / {place} rw - fuse.rclone remote: rw", "cloud"),
        ("30 25 8:17 / {place} rw - ext4 /dev/sdb1 rw", ""),
    ],
)
def test_by_what_is_mounted_on_linux(tmp_path: Path, line: str, who: str) -> None:
    place = folder(tmp_path, "share with blank")
    mount = line.format(place=str(place).replace(" ", r"\040"))
    assert synced_by(folder(tmp_path, "share with blank", "data"), linux(tmp_path, mount)) == who


def test_by_what_is_mounted_on_a_mac(tmp_path: Path) -> None:
    place = folder(tmp_path, "share")
    mounts = f"/dev/disk3s1s1 on / (apfs, sealed, local)\n//me@server/homes on {place} (smbfs, nodev, nosuid)\n"
    computer = Computer("darwin", {}, tmp_path / "home", run=lambda _command: mounts)
    assert synced_by(folder(tmp_path, "share", "data"), computer) == "network"
    assert synced_by(folder(tmp_path, "own"), computer) == ""


def test_windows_network_drives_and_the_roaming_profile(tmp_path: Path) -> None:
    network = Computer("win32", {}, tmp_path / "home", drive=lambda _path: 4)
    assert synced_by(folder(tmp_path, "data"), network) == "network"
    assert (
        synced_by(folder(tmp_path, "data"), Computer("win32", {}, tmp_path / "home", drive=lambda _path: 2))
        == "removable"
    )
    roaming = Computer("win32", {"APPDATA": str(tmp_path / "Roaming")}, tmp_path / "home", drive=lambda _path: 3)
    assert synced_by(folder(tmp_path, "Roaming", "psconnect"), roaming) == "roaming"
    assert synced_by(folder(tmp_path, "Local", "psconnect"), roaming) == ""


def test_by_the_usual_name_at_last(tmp_path: Path) -> None:
    assert synced_by(folder(tmp_path, "OneDrive - Lincoln Unified", "x"), linux(tmp_path)) == "onedrive"
    assert synced_by(folder(tmp_path, "Dropbox (Lincoln)", "x"), linux(tmp_path)) == "dropbox"
    assert synced_by(folder(tmp_path, "Dropbox backup of 2020", "x"), linux(tmp_path)) == ""
