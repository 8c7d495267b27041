"""Whether something carries a folder to other computers; only names and settings are read, and nothing is written.

How each is recognised (docs/data-at-rest.md has the sources): its own list of folders where it keeps one (registry,
environment, info.json, nextcloud.cfg), its marks in a folder above, the place that the system gives it, and at last the
usual name of its folder. A roster database in a synced folder can also be damaged, because its log is copied apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

from psconnect.model.at_rest import SyncedBy
from psconnect.store.at_rest.computer import Computer, mount_of

_ONEDRIVE = r"Software\Microsoft\OneDrive\Accounts"
_NETWORK = {
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "davfs", "fuse.davfs", "fuse.sshfs", "9p"),
    *("ncpfs", "lustre", "afpfs", "webdav", "fuse.gvfsd-fuse"),
}
_CLOUD_MOUNTS = {
    "fuse.rclone": "cloud",
    "fuse.google-drive-ocamlfuse": "google-drive",
    "fuse.onedriver": "onedrive",
}
_MARKS: dict[str, SyncedBy] = {
    ".dropbox": "dropbox",
    ".dropbox.cache": "dropbox",
    ".tmp.drivedownload": "google-drive",
    ".tmp.driveupload": "google-drive",
    ".nextcloudsync.log": "nextcloud",
    ".owncloudsync.log": "nextcloud",
}
_NAMES: dict[str, SyncedBy] = {
    "onedrive": "onedrive",
    "dropbox": "dropbox",
    "google drive": "google-drive",
    "googledrive": "google-drive",
    "my drive": "google-drive",
    "iclouddrive": "icloud",
    "nextcloud": "nextcloud",
    "owncloud": "nextcloud",
}
_REMOVABLE, _REMOTE = 2, 4


def synced_by(folder: Path, computer: Computer | None = None) -> SyncedBy:
    """What carries the folder to other computers; empty for nothing that is known."""
    computer = computer or Computer()
    try:
        folder = folder.resolve()
    except OSError:
        folder = folder.absolute()
    for known, who in _configured(computer):
        if known and _below(folder, known):
            return who
    return _by_mount(folder, computer) or _by_marks(folder) or _by_name(folder)


def _below(folder: Path, above: str) -> bool:
    """Whether a folder is another one or in it, without regard to case, as Windows and macOS see it."""
    parts = [part.casefold() for part in PureWindowsPath(str(folder)).parts]
    wanted = [part.casefold() for part in PureWindowsPath(above).parts]
    return bool(wanted) and parts[: len(wanted)] == wanted


def _configured(computer: Computer) -> Iterator[tuple[str, SyncedBy]]:
    """The folders that the services say they synchronise."""
    environment = computer.environment
    for name in ("OneDrive", "OneDriveCommercial", "OneDriveConsumer"):
        yield environment.get(name, ""), "onedrive"
    for place in computer.registry(_ONEDRIVE, "UserFolder"):
        yield place, "onedrive"
    applications = [Path(environment[name]) for name in ("APPDATA", "LOCALAPPDATA") if environment.get(name)]
    for info in (*(one / "Dropbox" / "info.json" for one in applications), computer.home / ".dropbox" / "info.json"):
        for place in _dropbox_folders(computer.text(info)):
            yield place, "dropbox"
    settings = [
        *(one / "Nextcloud" / "nextcloud.cfg" for one in applications),
        computer.home / ".config" / "Nextcloud" / "nextcloud.cfg",
        computer.home / "Library" / "Preferences" / "Nextcloud" / "nextcloud.cfg",
    ]
    for file in settings:
        for line in computer.text(file).splitlines():
            key, equals, value = line.partition("=")
            if equals and key.strip().endswith("localPath"):
                yield value.strip(), "nextcloud"
    if computer.system == "win32":
        yield str(computer.home / "iCloudDrive"), "icloud"
        yield environment.get("APPDATA", ""), "roaming"
    if computer.system == "darwin":
        yield from _on_mac(computer.home)


def _dropbox_folders(info: str) -> list[str]:
    try:
        found = json.loads(info) if info else {}
    except ValueError:
        return []
    accounts = found.values() if isinstance(found, dict) else ()
    return [str(one["path"]) for one in accounts if isinstance(one, dict) and "path" in one]


def _on_mac(home: Path) -> Iterator[tuple[str, SyncedBy]]:
    """Where macOS keeps cloud folders, and what iCloud Drive takes along: Desktop and Documents, if that is chosen."""
    drive = home / "Library" / "Mobile Documents"
    yield str(drive), "icloud"
    for name in ("Desktop", "Documents"):
        shared = drive / "com~apple~CloudDocs" / name
        if shared.exists():
            yield str(home / name), "icloud"
            yield str(shared.resolve()), "icloud"
    storage = home / "Library" / "CloudStorage"
    for folder in sorted(storage.iterdir()) if storage.is_dir() else ():
        name = folder.name.casefold()
        yield str(folder), next((who for word, who in _NAMES.items() if name.startswith(word)), "cloud")


def _by_mount(folder: Path, computer: Computer) -> SyncedBy:
    if computer.system == "win32":
        if str(folder).startswith("\\\\"):
            return "network"
        kinds: dict[int, SyncedBy] = {_REMOTE: "network", _REMOVABLE: "removable"}
        return kinds.get(computer.drive(str(folder)), "")
    if computer.system == "darwin":
        return _by_mac_mount(folder, computer.run(["/sbin/mount"]))
    mount = mount_of(folder, computer)
    if mount is None:
        return ""
    if mount.kind in _CLOUD_MOUNTS:
        return _CLOUD_MOUNTS[mount.kind]  # type: ignore[return-value]
    return "network" if mount.kind in _NETWORK else ""


def _by_mac_mount(folder: Path, mounts: str) -> SyncedBy:
    """From lines like ``//user@server/share on /Volumes/share (smbfs, nodev)``."""
    for line in mounts.splitlines():
        _source, on, rest = line.partition(" on ")
        place, paren, options = rest.rpartition(" (")
        if on and paren and place != "/" and _below(folder, place) and options.split(",")[0].rstrip(")") in _NETWORK:
            return "network"
    return ""


def _by_marks(folder: Path) -> SyncedBy:
    for above in (folder, *folder.parents):
        for mark, who in _MARKS.items():
            # In the user's own folder, .dropbox is the program's settings, not the mark of a synced folder.
            if (above / mark).exists() and not (mark == ".dropbox" and (above / mark).is_dir()):
                return who
        if any(above.glob(".sync_*.db")) or any(above.glob("._sync_*.db")):
            return "nextcloud"
    return ""


def _by_name(folder: Path) -> SyncedBy:
    for part in PureWindowsPath(str(folder)).parts:
        name = part.casefold()
        for usual, who in _NAMES.items():
            if name == usual or name.startswith((f"{usual} - ", f"{usual} (")):
                return who
    return ""
