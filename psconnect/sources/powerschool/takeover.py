"""Reuses streams that, according to the server, did not change since an earlier run.

The server's answer is a hint, checked by counts. A stream's records are reused only if all of this holds:

- its tables have no changed row since then (data versions, docs/powerschool.md 12), except look-up tables that only
  say who a row is;
- its look-up tables have as many rows as then, because deleted rows may not be reported;
- the stream has as many rows as then, by the server's current count;
- everything else that shaped its records is the same: query, school year, the schools, terms and classes read in every
  run, and the date, as far as it matters.

The weekly full comparison (sync.incremental) finds content that changed without a sign (D21).
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter, itemgetter
from typing import Any

import msgspec

from psconnect.model.entities import BY_KEY, ENROLLMENT, STUDENT, Entity
from psconnect.model.errors import BadRecord, FixSettings, TryLater
from psconnect.model.problems import Problem
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.dataversions import (
    BEGINNING,
    HINTED,
    TableChanges,
    changes_since,
    count_rows,
    identity_lookups,
    tables_of,
)
from psconnect.powerschool.plugin import digest_of
from psconnect.powerschool.reader import Reader
from psconnect.powerschool.stream import Stream
from psconnect.sources.base import Memory, Note
from psconnect.sources.powerschool.classes import Classes
from psconnect.sources.powerschool.district import District
from psconnect.sources.powerschool.read_plan import ReadPlan

_UNKNOWN = -1
_RECORDS_OF = {"STUDENTS": "student", "SECTIONS": "class"}
"""The entity whose records are the rows of a look-up table."""


@dataclass
class TakeOver:
    """Decides for each stream whether its records are reused, and keeps notes for the next run.

    Attributes:
        changes: what changed since the memory was made, according to the server; None if it can't say.
        today: the date in the district, in ISO form.
        because: why nothing can be reused, a key of model.runs.FULL; empty if something can.
    """

    memory: Memory
    reader: Reader
    today: str
    changes: TableChanges | None
    because: str = ""
    _rows: dict[str, int] = field(default_factory=dict)
    _until: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def counting(self, streams: Iterable[Stream]) -> list[Callable[[], None]]:
        """Tasks that count the look-up tables; run them before reading any of these streams."""
        tables = sorted({lookup.table for stream in streams if stream.name in HINTED for lookup in stream.lookups})
        return [partial(self._count, table) for table in tables] if self.memory.version else []

    def _count(self, table: str) -> None:
        try:
            rows = count_rows(self.reader.client, table)
        except FixSettings:
            # Without this count, no stream that uses this table is reused; reading needs no count.
            rows = _UNKNOWN
        with self._lock:
            self._rows[table] = rows

    def fitting(self, stream: Stream, arguments: Mapping[str, str], signature: str) -> Note | None:
        """The earlier run's note, if the stream's records can be reused."""
        note = self.memory.recall(stream.name) if self.changes is not None else None
        if note is None or note.signature != signature or not self._same_days(note):
            return None
        if _UNKNOWN in note.looked_up.values() or note.looked_up != self._looked_up(stream) or self._changed(stream):
            return None
        return note if self.reader.count(stream, arguments) == note.count else None

    def _same_days(self, note: Note) -> bool:
        return note.day <= self.today and (not note.until or self.today < note.until)

    def _looked_up(self, stream: Stream) -> dict[str, int]:
        return {lookup.table: self._rows[lookup.table] for lookup in stream.lookups}

    def _changed(self, stream: Stream) -> bool:
        """Whether a change reported by the server can affect the stream."""
        told = self.changes.keys if self.changes else {}
        who = {lookup.table for lookup in identity_lookups(stream)} - {stream.table}
        if any(told.get(table) for table in tables_of(stream) - who):
            return True
        # A new row there may match one that found nothing before; a student may have graduated.
        return any(not self._as_before(BY_KEY[_RECORDS_OF[table]], told[table]) for table in who if told.get(table))

    def _as_before(self, entity: Entity, keys: frozenset[int]) -> bool:
        """Whether records of all these keys were read before and, if they can disappear, again now."""
        return self.memory.knows(entity, keys) and (entity is not STUDENT or self.memory.staged(entity, keys))

    def seen(self, stream: Stream, rows: list[Any]) -> None:
        """Note the next date in these rows: judgments that depend on it may change then."""
        for name in stream.dates:
            ahead = min((text for text in map(attrgetter(name), rows) if text > self.today), default="")
            if ahead:
                self._until[stream.name] = min(ahead, self._until.get(stream.name, ahead))

    def note(
        self, stream: Stream, count: int, signature: str, problems: list[Problem], filled: dict[str, bool]
    ) -> None:
        """Keep a note about a stream that was read."""
        if self.memory.version:
            until = self._until.get(stream.name, "")
            self.memory.note(
                stream.name, Note(signature, count, self._looked_up(stream), self.today, until, list(problems), filled)
            )


def begin_takeover(memory: Memory, reader: Reader, today: str) -> TakeOver:
    """Ask what changed since the memory was made; run before anything is read."""
    earlier = memory.version
    changes, because = _ask(reader.client, earlier or BEGINNING)
    memory.version = changes.version if changes else ""
    if changes and earlier and int(changes.version) < int(earlier):
        # A reinstalled server counts from the beginning, so its versions don't match ours.
        changes, because = None, "data-versions-reset"
    return TakeOver(memory, reader, today, changes if earlier else None, because)


def _ask(client: PowerSchoolClient, version: str) -> tuple[TableChanges | None, str]:
    try:
        return changes_since(client, version), ""
    except (FixSettings, BadRecord, TryLater):
        # Only a hint is missing: everything is read, and a server in real trouble stops that.
        return None, "no-data-versions"


def signature_of(
    plan: ReadPlan,
    entity: Entity,
    frame: District,
    classes: Classes,
    arguments: Mapping[str, str],
    ids: object,
    also: Sequence[str] = (),
) -> str:
    """The fingerprint of what shapes an entity's records, besides their rows and the settings.

    ``ids`` identifies how this run makes ids (SourceSink.ids_signature). ``also`` are own ids that affect records, such
    as those of people with a portal account.
    """
    stream = plan.streams.for_entity(entity.key)
    shaping: list[object] = [
        digest_of(stream),
        {name: arguments[name] for name in stream.arguments},
        str(plan.zone),
        plan.today if entity.key in plan.daily else None,
        frame.label,
        ids,
        sorted(frame.schools.items()),
        sorted(frame.chosen),
        sorted(frame.refused),
        sorted(frame.terms.items(), key=itemgetter(0)),
    ]
    if also:
        shaping.append(list(also))
    if entity is ENROLLMENT:
        shaping.append(sorted(classes.info.items(), key=itemgetter(0)))
    return hashlib.sha256(msgspec.json.encode(shaping, order="deterministic")).hexdigest()
