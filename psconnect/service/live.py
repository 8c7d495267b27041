"""The one reading of a set-up: kept on this computer while the set-up lasts, asked again at each keystroke.

A reading asks PowerSchool for what the settings at that moment want, of all schools. Every question replays the kept
rows with the settings it is asked about (sync.live); nothing outside is contacted. The file is wiped when the set-up is
saved, discarded or removed, and at start if no set-up owns it.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Any, Literal

import msgspec

from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.entities import Entity
from psconnect.model.errors import FixSettings, LocalStorage, PsconnectError
from psconnect.model.events import OnEvent, RunEvent
from psconnect.model.pasted import pasted
from psconnect.model.problems import Problem
from psconnect.model.scope import ScopeSettings
from psconnect.service.base import Base
from psconnect.sources.base import StagedRow
from psconnect.sources.kind import Offer, RoleUse
from psconnect.store.files import private_folder, wipe_file
from psconnect.store.reading.kept_streams import KeptStreams, not_held, sweep_folder
from psconnect.store.settings.secrets import CLIENT_SECRET
from psconnect.sync.compose import choices_of, open_source, shaped_source
from psconnect.sync.live.counting import EntityCounts, FilterCounts, entity_counts, filter_counts
from psconnect.sync.live.delivery import EntityDelivery, live_delivery
from psconnect.sync.live.replay import Replay, replay_of
from psconnect.sync.live.sampling import Samples, samples_of, try_template, values_of
from psconnect.sync.live.values import (
    MissingCount,
    RepeatCount,
    ValueCount,
    distinct_values,
    missing_values,
    repeated_values,
    values_in,
)

NOT_KEPT = "PSC-LIVE-NOT-READ"
"""The code of the error for a question about something that is not kept."""
LiveState = Literal["none", "reading", "done", "failed", "cancelled"]
_BEGAN, _ENDING = "began", ".rows"


@dataclass(frozen=True)
class LiveStatus:
    """How far a set-up's reading is.

    Attributes:
        state: ``done`` also while nothing is going on and an earlier reading is kept.
        done: entity or stream -> rows so far, rows expected; of the reading that is going on.
        error: why the last reading failed.
        read_at: when the kept reading began (UTC); None while nothing is kept.
    """

    state: LiveState = "none"
    done: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)
    error: PsconnectError | None = None
    read_at: datetime | None = None


class LiveReading:
    """The reading of one set-up. Everything may be called from any thread.

    Questions take the settings they are asked about, which may be unsaved. They raise FixSettings for wrong settings
    and, with the code PSC-LIVE-NOT-READ, for rows or fields that are not kept; Cancelled if ``cancel`` is set.
    """

    def __init__(self, service: Base, key: str) -> None:
        """Take up what an earlier session kept under that key, if it is whole."""
        self._service, self._key = service, key
        self._lock = threading.Lock()
        self._kept: KeptStreams | None = None
        self._coming: KeptStreams | None = None
        self._status = LiveStatus()
        for path in _files_of(service, key):
            self._take_up(path)

    def _take_up(self, path: Path) -> None:
        try:
            kept = KeptStreams(path)
            whole, began = kept.whole, kept.fact(_BEGAN)
        except LocalStorage:
            # What an interrupted reading left can't be used; nothing of it is needed.
            wipe_file(path)
            return
        if self._kept or not whole:
            kept.wipe()
            return
        self._kept, self._status = kept, LiveStatus("done", read_at=datetime.fromisoformat(began))

    @property
    def status(self) -> LiveStatus:
        """How far it is."""
        return self._status

    def read(self, connection: Connection, secret: str, on_event: OnEvent, cancel: CancelToken) -> None:
        """Read what these settings want, of all schools; what was kept before is kept until the new reading is whole.

        An empty ``secret`` means the stored one. Raises what stops the reading; ``status`` has it, too.
        """
        began = self._service.clock.now()
        coming = KeptStreams(_folder(self._service) / f"{self._key}.{token_hex(4)}{_ENDING}")
        with self._lock:
            self._coming, before = coming, self._coming
        if before is not None:
            before.wipe()
        self._become("reading", done={}, error=None)

        def heard(event: RunEvent) -> None:
            self._progress(coming, event)
            on_event(event)

        try:
            coming.note(_BEGAN, began.isoformat())
            self._fetch(connection, secret, heard, cancel, coming)
            cancel.check()
            coming.finish()
        except BaseException as error:
            self._give_up(coming, error)
            raise
        self._adopt(coming, began)

    def _progress(self, coming: KeptStreams, event: RunEvent) -> None:
        with self._lock:
            if event.entity and self._coming is coming:
                done = {**self._status.done, event.entity: (event.done, event.total)}
                self._status = replace(self._status, done=done)

    def _fetch(
        self, connection: Connection, secret: str, on_event: OnEvent, cancel: CancelToken, coming: KeptStreams
    ) -> None:
        choices = choices_of(_everywhere(connection))
        typed = pasted(secret, "client secret", CLIENT_SECRET)
        context = self._service.source_context(choices.connection, cancel, typed)
        opened = open_source(choices, replace(context, keep=coming))
        try:
            shaped_source(choices, opened).read(_Unstaged(), on_event, cancel)
        finally:
            opened.close()

    def _give_up(self, coming: KeptStreams, error: BaseException) -> None:
        with self._lock:
            ours = self._coming is coming
            self._coming = None if ours else self._coming
        coming.wipe()
        if ours:
            failed = error if isinstance(error, PsconnectError) else None
            self._become("failed" if failed else "cancelled", error=failed)

    def _adopt(self, coming: KeptStreams, began: datetime) -> None:
        with self._lock:
            ours, before = self._coming is coming, self._kept
            if ours:
                self._kept, self._coming = coming, None
        if not ours:
            # Wiped meanwhile: what came after is nobody's.
            coming.wipe()
            return
        if before:
            before.wipe()
        self._become("done", read_at=began)

    def wipe(self) -> None:
        """Forget everything that was read; a reading that goes on is of no use any more and should be cancelled."""
        with self._lock:
            gone, self._kept, self._coming = (self._kept, self._coming), None, None
        for kept in gone:
            if kept:
                kept.wipe()
        self._status = LiveStatus()

    def close(self) -> None:
        """Close what is open; what is kept stays for the next session."""
        with self._lock:
            gone, self._kept, self._coming = (self._kept, self._coming), None, None
        for kept in gone:
            if kept:
                kept.close()

    def _become(self, state: LiveState, **values: Any) -> None:
        with self._lock:
            self._status = replace(self._status, state=state, **values)

    # --- questions -----------------------------------------------------------------------------------------------

    def offer(self, connection: Connection) -> Offer:
        """What there is to choose from; works as soon as schools and terms are there, counts may be None."""
        return self._replay(connection).kept.offer()

    def serves(self, connection: Connection) -> bool:
        """Whether a whole reading of this server by this plugin is kept."""
        with self._lock:
            kept = self._kept
        if kept is None:
            return False
        try:
            replay_of(connection, kept, self._service.clock, CancelToken())
        except FixSettings as error:
            if error.code != NOT_KEPT:
                raise
            return False
        return True

    def behind(self, connection: Connection) -> bool:
        """Whether these settings want something that is not kept: another server or year, a field, contacts."""
        try:
            replay = self._replay(connection)
            entities = replay.kept.source().entities()
            return any(replay.unread(entity) for entity in entities) or replay.kept.offer().courses is None
        except FixSettings as error:
            if error.code != NOT_KEPT:
                raise
            return True

    def samples(self, connection: Connection, entity: str, *, skip: int = 0, most: int = 3) -> Samples:
        """Real records that would be delivered, from the place ``skip`` on."""
        return samples_of(self._replay(connection), entity, skip, most)

    def values_of(self, connection: Connection, samples: Samples) -> Samples:
        """The same records with these settings; fast enough for every keystroke."""
        return values_of(self._replay(connection), samples)

    def try_template(self, connection: Connection, text: str, samples: Samples) -> tuple[str | None, ...]:
        """What a template gives for each of the records; None where it uses a field that was not read."""
        return try_template(self._replay(connection), text, samples)

    def counts(self, connection: Connection, entity: str, cancel: CancelToken | None = None) -> EntityCounts:
        """What becomes of an entity's records."""
        return entity_counts(self._replay(connection, cancel), entity)

    def filter_counts(
        self, connection: Connection, entity: str, cancel: CancelToken | None = None, *, most: int = 200
    ) -> FilterCounts:
        """What an entity's filter rules do; at most ``most`` records are listed."""
        return filter_counts(self._replay(connection, cancel), entity, most)

    def missing(
        self, connection: Connection, entity: str, cancel: CancelToken | None = None
    ) -> Mapping[str, MissingCount]:
        """Per attribute, the records that pass the filters and have no value."""
        return missing_values(self._replay(connection, cancel), entity)

    def repeated(
        self, connection: Connection, entity: str, attributes: Sequence[str], cancel: CancelToken | None = None
    ) -> RepeatCount:
        """The records that share the values of all these attributes."""
        return repeated_values(self._replay(connection, cancel), entity, attributes)

    def values_in(self, connection: Connection, entity: str, attribute: str) -> frozenset[str]:
        """All values of an attribute, as a run compares them."""
        return values_in(self._replay(connection), entity, attribute)

    def distinct(
        self, connection: Connection, entity: str, field_name: str, cancel: CancelToken | None = None
    ) -> tuple[ValueCount, ...]:
        """What a field (``Table.Field``) holds, the most frequent value first."""
        return distinct_values(self._replay(connection, cancel), entity, field_name)

    def roles(self, connection: Connection, cancel: CancelToken | None = None) -> tuple[RoleUse, ...]:
        """The roles in classes of the chosen schools and year, the most used first."""
        return self._replay(connection, cancel).kept.roles()

    def delivery(self, connection: Connection, cancel: CancelToken | None = None) -> tuple[EntityDelivery, ...]:
        """What the first run would deliver; takes seconds in a large district."""
        return live_delivery(self._replay(connection, cancel), _folder(self._service))

    def _replay(self, connection: Connection, cancel: CancelToken | None = None) -> Replay:
        token = cancel or CancelToken()
        with self._lock:
            found = [kept for kept in (self._kept, self._coming) if kept]
        for kept in found:
            try:
                return replay_of(connection, kept, self._service.clock, token)
            except FixSettings as error:
                if error.code != NOT_KEPT:
                    raise
        raise not_held()


class LiveReadings(Base):
    """The readings of unfinished set-ups."""

    def live_reading(self, key: str) -> LiveReading:
        """The reading kept under that key, a draft's id; only one at a time may be open."""
        return LiveReading(self, key)

    def wipe_live(self, key: str) -> None:
        """Wipe what is kept under a key; close its reading first."""
        for path in _files_of(self, key):
            wipe_file(path)

    def sweep_live(self, keys: Collection[str], *, before: float) -> None:
        """Wipe what no set-up with one of these keys owns, and what a trial left; call at start.

        What was written since ``before`` (seconds since the epoch) belongs to a set-up that has just begun. Raises
        LocalStorage for what can't be deleted, once everything else is.
        """
        sweep_folder(_folder(self), keys, before)


def _folder(service: Base) -> Path:
    return private_folder(service.home.data / "live")


def _files_of(service: Base, key: str) -> list[Path]:
    return sorted(_folder(service).glob(f"{key}.*{_ENDING}"))


def _everywhere(connection: Connection) -> Connection:
    """The settings with all schools, terms and courses: which of them are wanted is tried later, without reading."""
    scope = ScopeSettings(start_year=connection.scope.start_year, prior_data_days=connection.scope.prior_data_days)
    return msgspec.structs.replace(connection, scope=scope)


class _Unstaged:
    """Where shaped records go that nobody wants yet (sync.shaping.StageSink)."""

    def rows(self, entity: Entity, rows: Sequence[StagedRow]) -> None:
        """Forget them: the rows they are made of are kept."""

    def clear(self, entity: Entity, *, negative: bool | None = None) -> None:
        """There is nothing to forget."""

    def problem(self, problem: Problem) -> None:
        """A run reports it."""
