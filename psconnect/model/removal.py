"""What a connection leaves on this computer, and the proof that it was removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psconnect.model.errors import PsconnectError

BelongingKind = Literal["settings", "copy", "secret", "schedule", "roster", "reading", "notes", "draft"]
BELONGING_KINDS: tuple[BelongingKind, ...] = (
    "settings",
    "copy",
    "secret",
    "schedule",
    "roster",
    "reading",
    "notes",
    "draft",
)
"""What a connection has, in the order in which it is listed.

``settings`` is the connection file and ``copy`` its last good copy. ``secret`` is an item of the keyring (or kept until
psconnect ends). ``schedule`` is an entry of the system's scheduler. ``roster`` is the roster data with ledger and
history, also damaged or of an earlier version; ``reading`` what was read last, and its search index. ``notes`` are
small files beside the roster data: change times, schedule, notices that wait. ``draft`` is an unfinished set-up of it.
"""


@dataclass(frozen=True)
class Belonging:
    """One thing that belongs to a connection.

    Attributes:
        kind: what it is.
        name: the path of a file, the key of a secret, or the id of an entry.
        size: of a file, in bytes; 0 for anything else.
    """

    kind: BelongingKind
    name: str
    size: int = 0


@dataclass(frozen=True)
class NotDeleted:
    """What could not be deleted, or could not be looked for.

    Attributes:
        what: the path, key or id.
        kind: what it is; ``destination`` for a file that an interrupted delivery left at the destination.
        error: why, as an error with what to do.
    """

    kind: BelongingKind | Literal["destination"]
    what: str
    error: PsconnectError


@dataclass(frozen=True)
class Belongings:
    """All that a connection has on this computer, as found at one moment.

    Attributes:
        items: in the order of BELONGING_KINDS.
        unknown: what could not be looked for, and why.
    """

    items: Sequence[Belonging]
    unknown: Sequence[NotDeleted] = ()

    def of(self, kind: BelongingKind) -> list[Belonging]:
        """Those of one kind."""
        return [item for item in self.items if item.kind == kind]


@dataclass(frozen=True)
class RemovalProof:
    """What a removal found, and what it left.

    Attributes:
        name: the connection.
        began, ended: in UTC.
        before, after: what was found before and after, looked for in the same way.
        delivered: where the deliveries stay, in the destination's own words; empty if none was chosen.
        not_deleted: what is still there or could not be looked for. psconnect tries again at its next start.
    """

    name: str
    began: datetime
    ended: datetime
    before: Belongings
    after: Belongings
    delivered: str = ""
    not_deleted: Sequence[NotDeleted] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is left."""
        return not self.not_deleted
