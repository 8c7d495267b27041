"""How safely what psconnect stores lies on this computer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

SyncedBy = Literal[
    "", "onedrive", "dropbox", "google-drive", "icloud", "nextcloud", "cloud", "roaming", "network", "removable"
]
"""What carries a folder to other computers; ``cloud`` is a service that macOS or a mount names otherwise.

Empty for nothing that psconnect knows of, which is no promise that there is nothing.
"""
DiskEncryption = Literal["on", "off", "unknown"]
"""Whether the disk is encrypted, as far as can be asked without an administrator's rights.

``on`` only where the system says so beyond doubt; ``unknown`` is an answer.
"""


@dataclass(frozen=True)
class StoredFolder:
    """One folder of the home.

    Attributes:
        path: where it is.
        synced_by: what carries it to other computers.
        encryption: of the disk it is on.
        readable: files and folders in it that other users of this computer may read; at most ten are named.
    """

    path: str
    synced_by: SyncedBy = ""
    encryption: DiskEncryption = "unknown"
    readable: Sequence[str] = ()

    @property
    def fine(self) -> bool:
        """Whether there is nothing to warn of; an unknown encryption is nothing to warn of."""
        return not self.synced_by and self.encryption != "off" and not self.readable
