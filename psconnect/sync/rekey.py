"""The re-key assistant: which records would get a new id if ids were made differently, and whether that is possible.

The id rules are frozen after the first delivery, because a destination takes a new id for a new person and creates a
second account. This works out the list of old and new ids for the destination's administrator.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from psconnect.model.bad_setting import hint_at
from psconnect.model.connection import Connection, from_dict, to_dict
from psconnect.model.entities import ADMIN, ENTITIES, Entity
from psconnect.model.errors import FixSettings
from psconnect.model.id_attributes import SPACES
from psconnect.model.ids import IdRules, IdSettings, kind_of
from psconnect.model.problems import Fate, Problem
from psconnect.sources.base import StagedRow
from psconnect.store.plan.record_ids import KnownIds, aliases, delivered, delivered_with, delivered_year
from psconnect.store.reading.source_keys import own_id_of
from psconnect.store.record import decode_record
from psconnect.sync import frozen_settings
from psconnect.sync.frozen_settings import ChangedSetting, changed_frozen, frozen_fields
from psconnect.sync.identity import changed_since_delivery
from psconnect.wording.catalogue import tr

_MOST_NAMED = 10
NewNumbers = Mapping[str, Mapping[int, str]]
"""Entity key -> key -> id, made of what PowerSchool has now."""


@dataclass(frozen=True)
class RekeyWishes:
    """The changes wanted; None leaves a setting as it is.

    Attributes:
        choices: kind (``student``, ``staff``, ``school``, ``course``, ``class``) -> the number to use as its id.
        id_prefix, username_prefix, course_prefix: the new prefixes; empty for none.
        forget_adopted: whether adopted ids are dropped.
        settings: frozen settings of the destination -> the new value.
    """

    choices: Mapping[str, str] = field(default_factory=dict)
    id_prefix: str | None = None
    username_prefix: str | None = None
    course_prefix: str | None = None
    forget_adopted: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NewId:
    """A record that gets a new id."""

    entity: str
    key: int
    before: str
    after: str


@dataclass(frozen=True)
class RekeyPlan:
    """What a re-key would do.

    Attributes:
        connection: the new settings.
        base: the settings that the plan was made from.
        forget_adopted: whether adopted ids are dropped.
        changes: delivered records that get a new id, in dependency order.
        gone: delivered records that PowerSchool no longer has; the next run removes them.
        usernames, course_numbers: delivered records whose user name or number gets a new prefix.
        warning: a warning to show first; empty for none.
        settings: the destination's frozen settings that change: they decide ids or names in the files.
    """

    connection: Connection
    base: Connection
    forget_adopted: bool
    changes: tuple[NewId, ...]
    gone: int = 0
    usernames: int = 0
    course_numbers: int = 0
    warning: str = ""
    settings: tuple[ChangedSetting, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many records get a new id, per entity key that has any."""
        return dict(Counter(change.entity for change in self.changes))

    def rows(self) -> list[tuple[str, str, str]]:
        """The list for the destination's administrator: entity, old id, new id; with a header row."""
        return [("entity", "old id", "new id"), *((one.entity, one.before, one.after) for one in self.changes)]


def wished(base: Connection, wishes: RekeyWishes) -> Connection:
    """The settings with the wanted changes; raises FixSettings for impossible ones."""
    known = list(IdSettings.__struct_encode_fields__)
    for kind in wishes.choices:
        if kind not in known:
            raise FixSettings("PSC-REKEY-ENTITY", where=f"ids.{kind}", kind=kind, hint=hint_at(kind, known))
    data = to_dict(base)
    data["ids"] = {**data.get("ids", {}), **wishes.choices}
    prefixes = {"id_prefix": wishes.id_prefix, "username_prefix": wishes.username_prefix}
    prefixes["course_prefix"] = wishes.course_prefix
    data["options"] = {**data.get("options", {}), **{k: v for k, v in prefixes.items() if v is not None}}
    frozen = [one.key for one in frozen_fields(base.destination_kind)]
    for key in wishes.settings:
        if key not in frozen:
            raise FixSettings("PSC-REKEY-SETTING", where=f"destination.{key}", named=key, hint=hint_at(key, frozen))
    data["destination"] = {**data.get("destination", {}), **wishes.settings}
    return from_dict(data)


def plan_rekey(
    db: sqlite3.Connection,
    base: Connection,
    new: Connection,
    read_numbers: Callable[[frozenset[str]], NewNumbers],
    today: date,
    *,
    forget_adopted: bool = False,
    stored: bool = False,
) -> RekeyPlan:
    """What a re-key does to the delivered records.

    ``read_numbers`` reads the new ids of these entities' records from PowerSchool. Raises FixSettings, naming the
    records, if two would have the same id or one would have none, and if nothing would change. With ``stored``, the
    settings are compared with the last delivery instead of ``base``.
    """
    if stored:
        settings = frozen_settings.frozen_since_delivery(db, new.destination)
        same = not settings and not changed_since_delivery(db, new.id_rules)[1]
    else:
        settings = changed_frozen(base.destination, new.destination)
        same = not settings and frozen_of(base) == frozen_of(new) and not forget_adopted
    if same:
        raise _nothing()
    adopted: KnownIds = {} if forget_adopted else aliases(db)
    wanted = frozenset(entity.key for entity in ENTITIES if new.id_rules.field_of(entity) and entity is not ADMIN)
    numbers = read_numbers(wanted) if wanted else {}
    changes, gone = _new_ids(db, new.id_rules, adopted, numbers)
    return RekeyPlan(
        new,
        base,
        forget_adopted,
        tuple(changes),
        gone,
        _count(db, "username", ("student", "teacher", "admin", "contact"))
        if base.options.username_prefix != new.options.username_prefix
        else 0,
        _count(db, "courseCode", ("course",)) if base.options.course_prefix != new.options.course_prefix else 0,
        warn_in_year(db, today),
        settings,
    )


def _new_ids(db: sqlite3.Connection, rules: IdRules, adopted: KnownIds, numbers: NewNumbers) -> tuple[list[NewId], int]:
    """The new ids, and how many delivered records no longer have a number; raises FixSettings."""
    changes: list[NewId] = []
    ids: dict[str, dict[int, str]] = {}
    gone = 0
    for entity in ENTITIES:
        known = adopted.get(kind_of(entity), {})
        made = {key: known.get(key, name) for key, name in numbers.get(entity.key, {}).items()}
        for key, before in delivered(db, entity):
            after = known.get(key, _made(db, rules, entity, key)) if key not in made else made[key]
            if after is None:
                gone += 1
                continue
            made[key] = after
            if after and after != before:
                changes.append(NewId(entity.key, key, before, after))
        ids[entity.key] = made
    _refuse_missing(ids)
    _refuse_doubles(ids)
    return changes, gone


def frozen_of(connection: Connection) -> tuple[Any, ...]:
    """The settings of the connection itself that are frozen after the first delivery."""
    options = connection.options
    return options.id_prefix, options.username_prefix, options.course_prefix, connection.ids


def _made(db: sqlite3.Connection, rules: IdRules, entity: Entity, key: int) -> str | None:
    """The id made of the key alone; None if it takes a number that has to be read."""
    own_id = own_id_of(db, entity, key)
    return rules.prefix + own_id if own_id else rules.make(entity, key) or None


def _count(db: sqlite3.Connection, attribute: str, entities: Sequence[str]) -> int:
    return sum(delivered_with(db, entity, attribute) for entity in ENTITIES if entity.key in entities)


def warn_in_year(db: sqlite3.Connection, today: date) -> str:
    """A warning during a school year, by the delivered terms; empty outside."""
    begins, ends = delivered_year(db)
    if not begins or not begins <= today.isoformat() <= ends:
        return ""
    return tr(
        "The school year runs until {date}. At a destination that does not know the new ids, everybody gets a second "
        "account and the work of the year stays with the first one. Do it between two school years if you can.",
        date=ends,
    )


def _refuse_missing(ids: Mapping[str, Mapping[int, str]]) -> None:
    lacking = [
        f"{entity} with the DCID {key}" for entity, made in ids.items() for key, name in made.items() if not name
    ]
    if lacking:
        raise FixSettings("PSC-REKEY-MISSING", where="ids", count=len(lacking), records=_named(lacking))


def _refuse_doubles(ids: Mapping[str, Mapping[int, str]]) -> None:
    doubles = []
    for space in SPACES:
        holders: dict[str, list[str]] = {}
        for entity in space:
            for key, name in ids[entity.key].items():
                holders.setdefault(name, []).append(f"{entity.key} {key}")
        doubles += [f"{name} ({', '.join(found)})" for name, found in holders.items() if len(found) > 1]
    if doubles:
        raise FixSettings("PSC-REKEY-DOUBLE", where="ids", count=len(doubles), records=_named(sorted(doubles)))


def _named(found: Sequence[str]) -> str:
    return ", ".join(found[:_MOST_NAMED]) + (", …" if len(found) > _MOST_NAMED else "")


def _nothing() -> FixSettings:
    return FixSettings("PSC-REKEY-NOTHING", where="ids")


@dataclass
class IdSink:
    """Collects the ids of some entities' records and nothing else (see sync.shaping.StageSink)."""

    wanted: frozenset[str]
    found: dict[str, dict[int, str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def rows(self, entity: Entity, rows: Sequence[StagedRow]) -> None:
        """Take shaped records; records left out by a rule need no id."""
        if kind_of(entity) not in {"staff" if one == "teacher" else one for one in self.wanted}:
            return
        with self.lock:
            ids = self.found.setdefault(entity.key, {})
            for key, fate, _rule, record, *_others in rows:
                if fate != Fate.LEFT_OUT and isinstance(record, bytes):
                    ids[int(key or 0)] = decode_record(record)[0]

    def clear(self, entity: Entity, *, negative: bool | None = None) -> None:
        """Forget the entity's rows because it is read again. ``negative`` concerns enrollments, whose ids are fixed."""
        if negative is None:
            with self.lock:
                self.found.pop(entity.key, None)

    def problem(self, problem: Problem) -> None:
        """Findings are the run's to report."""
