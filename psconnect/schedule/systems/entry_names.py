"""How the entries of one home are named with a system, so that two homes of one user don't touch each other's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_MARK_LENGTH = 8


@dataclass(frozen=True)
class EntryNames:
    """Names made of a prefix, the entry's id and a mark of the home: ``psconnect-kx3f9q-1a2b3c4d``.

    Attributes:
        home_id: the id of the home (``store.settings.home_id``); its first characters are the mark.
        prefix: what stands before the id.
        suffix: what stands behind the mark, like an ending of files.
    """

    home_id: str
    prefix: str = "psconnect-"
    suffix: str = ""

    @property
    def mark(self) -> str:
        """What tells this home's entries from those of other homes of the same user."""
        return self.home_id[:_MARK_LENGTH]

    def name(self, entry_id: str) -> str:
        """The name of an entry."""
        return f"{self.prefix}{entry_id}-{self.mark}{self.suffix}"

    def ids(self, names: Iterable[str]) -> list[str]:
        """The ids of those names that are this home's, in order, each once."""
        pattern = re.compile(
            f"{re.escape(self.prefix)}([a-z][a-z0-9]{{3,11}}(?:-[a-z]{{1,8}})?)-{self.mark}{re.escape(self.suffix)}"
        )
        return sorted({match[1] for match in map(pattern.fullmatch, names) if match})
