"""How safely stored data lies on this computer, in words."""

from __future__ import annotations

from psconnect.model.at_rest import DiskEncryption, StoredFolder, SyncedBy
from psconnect.wording.catalogue import marked, tr, translated

_SERVICES: dict[SyncedBy, str] = {
    "onedrive": marked("OneDrive"),
    "dropbox": marked("Dropbox"),
    "google-drive": marked("Google Drive"),
    "icloud": marked("iCloud Drive"),
    "nextcloud": marked("Nextcloud"),
    "cloud": marked("a cloud service"),
    "roaming": marked("the roaming profile"),
    "network": marked("a network share"),
    "removable": marked("a removable drive"),
}
_ENCRYPTION: dict[DiskEncryption, str] = {
    "on": marked("The disk is encrypted."),
    "off": marked(
        "The disk is not encrypted: whoever takes the computer, or the disk, can read the roster data. Switch on "
        "BitLocker, FileVault or LUKS, or ask who manages this computer."
    ),
    "unknown": marked("Whether the disk is encrypted could not be found out without an administrator’s rights."),
}


def service_word(service: str) -> str:
    """What carries a folder away, in words."""
    return translated(_SERVICES.get(service, service))  # type: ignore[call-overload]


def folder_lines(folder: StoredFolder) -> list[tuple[str, str]]:
    """What is to be said of a folder: (``good``, ``warning`` or ``muted``, sentence)."""
    lines: list[tuple[str, str]] = []
    if folder.synced_by:
        text = tr(
            "This folder is on {service}: a copy of the roster data leaves this computer, and can be damaged on the "
            "way. Keep psconnect’s data in a folder of this computer alone (PSCONNECT_HOME).",
            service=service_word(folder.synced_by),
        )
        lines.append(("warning", text))
    state = {"on": "good", "off": "warning", "unknown": "muted"}[folder.encryption]
    lines.append((state, translated(_ENCRYPTION[folder.encryption])))
    if folder.readable:
        text = tr(
            "Other users of this computer may read {path}. Let only your own account in.", path=folder.readable[0]
        )
        lines.append(("warning", text))
    else:
        lines.append(("good", tr("Only your own account, the system and administrators can read it.")))
    return lines
