"""What left psconnect: one entry for each delivery, list of new accounts and removal, with counts and nobody's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from psconnect.model.runs import ABOUT_PEOPLE, ChangeCounts

Event = Literal["delivered", "in-part", "unconfirmed", "listed", "removed"]


@dataclass(frozen=True)
class Disclosure:
    """One entry of the disclosure log.

    Attributes:
        at: when it happened; entries of versions before 0.12 know the day alone.
        event: ``delivered``; ``in-part`` for a delivery that ended before its goal; ``unconfirmed`` for one that was
            begun and never confirmed; ``listed`` for a list of a run's new accounts that was saved; ``removed`` for a
            connection that was removed from this computer.
        connection: its name; empty in entries of versions before 0.12.
        connection_id: its id, which outlives a name.
        kind: the destination's kind, like ``oneroster-csv``.
        place: where it went, as the destination describes it, or the file of a list; may be empty.
        run: id of the run; empty for a removal.
        whole: whether the whole roster was handed over, as files are; else only what had changed.
        records: entity key -> how many records were handed over, or stood there when the connection was removed; None
            where that was not counted.
        changes: entity key -> what the delivery created, updated and removed.
    """

    at: datetime
    event: Event
    kind: str
    connection: str = ""
    connection_id: str = ""
    place: str = ""
    run: str = ""
    whole: bool = True
    records: Mapping[str, int] | None = None
    changes: Mapping[str, ChangeCounts] = field(default_factory=dict)

    @property
    def people(self) -> int | None:
        """How many people the records are about; who is a contact of two students counts once. None if not counted."""
        return None if self.records is None else sum(self.records.get(entity, 0) for entity in ABOUT_PEOPLE)


@dataclass(frozen=True)
class LogState:
    """How the log stands.

    Attributes:
        lines: how many entries there are.
        unreadable: how many lines are no entries.
        altered: the number of the first line (from 1) from which the running digest no longer fits: something before
            it was changed or taken out by hand; 0 if the log is as psconnect wrote it.
    """

    lines: int = 0
    unreadable: int = 0
    altered: int = 0
