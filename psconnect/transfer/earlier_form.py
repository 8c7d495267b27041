"""What a connection delivered to a folder in another form: as one ZIP, or as loose files.

A receiver that reads every file would have the roster twice, so it goes with the first delivery in the new form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from psconnect.store.files import storage_errors
from psconnect.transfer.folder import FolderPlace
from psconnect.transfer.notes import SetFile


class EarlierForm(Protocol):
    """What stands there in the other form."""

    def files(self) -> Sequence[SetFile]:
        """Its files, as they stand there."""
        ...

    def gone(self) -> None:
        """They are deleted: the rest that is psconnect's own goes, too."""
        ...


class NoEarlierForm:
    """A place where there is only one form, or where the notes know of both."""

    def files(self) -> Sequence[SetFile]:
        """None."""
        return ()

    def gone(self) -> None:
        """Nothing is left to do."""


@dataclass(frozen=True)
class EarlierZip:
    """The ZIP of transfer.bundle: it is this connection's if the folder's ownership file says so.

    Attributes:
        place: the ZIP's place.
    """

    place: FolderPlace

    def files(self) -> Sequence[SetFile]:
        """The ZIP, if it stands there."""
        path = self.place.path
        with storage_errors(path):
            if not self.place.claimed() or not path.is_file():
                return ()
            return (SetFile(path.name, path.stat().st_size, self.place.digest()),)

    def gone(self) -> None:
        """Its claim on the folder goes; earlier ZIPs in ``previous`` stay."""
        if self.place.claimed():
            self.place.leave()
