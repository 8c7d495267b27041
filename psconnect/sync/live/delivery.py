"""What a first run would deliver: everything replayed through the rules between records, in a throw-away staging."""

from __future__ import annotations

import sqlite3
import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from psconnect.destinations import find_kind
from psconnect.model.entities import Entity
from psconnect.model.problems import Fate, base_rule, cause_of
from psconnect.store.database import open_rosters, sqlite_errors
from psconnect.store.reading import staging
from psconnect.store.reading.fate_counts import fates_of
from psconnect.store.reading.references import leave_out_entities, resolve_references
from psconnect.sync.generated_values import give
from psconnect.sync.live.replay import Replay


@dataclass(frozen=True)
class EntityDelivery:
    """What a first run would do with an entity: ``read`` less ``left_out`` plus ``added`` are ``delivered``.

    Attributes:
        left_out: rule (model.problems) -> records.
        along: rule with its cause, like ``goes-along:student:missing-required`` -> records that go along for it.
        added: what psconnect makes itself: the district as an organisation, and teachers' enrollments.
        unread: fields that the settings use and that were not read: rules about them are set aside.
    """

    entity: str
    read: int
    left_out: Mapping[str, int]
    added: int
    delivered: int
    unread: tuple[str, ...] = ()
    along: Mapping[str, int] = field(default_factory=dict)


def live_delivery(replay: Replay, folder: Path) -> tuple[EntityDelivery, ...]:
    """Work out what a first run would deliver, in dependency order; ``folder`` is private and takes what is written.

    Raises FixSettings if anything that these settings deliver was not kept.
    """
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as place:
        rosters = Path(place) / "trial.sqlite"
        with sqlite_errors(rosters, read_again=True), closing(open_rosters(rosters)) as db:
            entities = _staged(replay, db, rosters)
            replay.cancel.check()
            return tuple(_counted(replay, db, entity) for entity in entities)


def _staged(replay: Replay, db: sqlite3.Connection, rosters: Path) -> tuple[Entity, ...]:
    """Replay into an attached staging and settle it as a run does; returns what is delivered."""
    choices, shaped = replay.choices, replay.shaped().keeping(db)
    stage = staging.Staging(rosters)
    try:
        shaped.read(stage, lambda _event: None, replay.cancel)
        stage.finish()
    except BaseException:
        stage.abandon()
        raise
    staging.attach(db, rosters)
    kind = choices.connection.destination_kind
    not_taken = find_kind(kind).left_out if kind else ()
    leave_out_entities(db, not_taken)
    give(db, choices.naming, shaped.names)
    resolve_references(db, choices.selection.rules, (), shaped.source.today)
    return tuple(entity for entity in shaped.entities() if entity not in not_taken)


def _counted(replay: Replay, db: sqlite3.Connection, entity: Entity) -> EntityDelivery:
    read, added, left_out, along = 0, 0, Counter[str](), Counter[str]()
    for is_made, fate, rule, count in fates_of(db, entity):
        if is_made:
            added += count if fate == Fate.IN else 0
            continue
        read += count
        if fate != Fate.IN:
            left_out[base_rule(rule)] += count
            if cause_of(rule)[0]:
                along[rule] += count
    delivered = read - left_out.total() + added
    return EntityDelivery(entity.key, read, dict(left_out), added, delivered, replay.unread(entity), dict(along))
