"""How safely what is stored lies on this computer."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from psconnect.model.at_rest import StoredFolder
from psconnect.model.findings import Finding
from psconnect.service.base import Base
from psconnect.store.at_rest.access import readable_by_others
from psconnect.store.at_rest.computer import Computer
from psconnect.store.at_rest.disk import disk_encryption
from psconnect.store.at_rest.synced import synced_by


@dataclass
class DataAtRest(Base):
    """What a user can ask about where data lies. Asking may start a program of the system: a second, at most ten."""

    computer: Computer = field(default_factory=Computer, repr=False)

    def stored_folders(self) -> list[StoredFolder]:
        """The folders of settings, roster data and logs; one folder that holds others is told once."""
        places = dict.fromkeys((self.home.data, self.home.config, self.home.logs))
        return [self._looked_at(place) for place in places]

    def storage_findings(self) -> list[Finding]:
        """The same as findings of a check, of the folder with roster data: only what to warn of."""
        found = self._looked_at(self.home.data)
        findings = []
        if found.synced_by:
            values = {"folder": found.path, "service": found.synced_by}
            findings.append(Finding("storage/synced", "warning", values))
        if found.encryption == "off":
            findings.append(Finding("storage/not-encrypted", "warning", {"folder": found.path}))
        if found.readable:
            findings.append(Finding("storage/readable", "warning", {"path": found.readable[0]}))
        return findings

    def _looked_at(self, folder: Path) -> StoredFolder:
        return StoredFolder(
            str(folder),
            synced_by(folder, self.computer),
            disk_encryption(folder, self.computer),
            tuple(readable_by_others(folder)),
        )
