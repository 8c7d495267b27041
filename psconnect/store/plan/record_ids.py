"""Ids that records already have at the destination (aliases), and the ids of records in a run."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping

import msgspec

from psconnect.model.entities import ADMIN, BY_KEY, ENTITIES, SCHOOL, Entity
from psconnect.model.ids import IdRules, Ids, kind_of, rules_of_mark, split_mark
from psconnect.store.plan.plan import UPDATE, Plan
from psconnect.store.record import decode_record, record_id, value_at

_KINDS = {kind_of(entity): entity for entity in ENTITIES if entity is not ADMIN}
"""Kind -> the entity under whose rank its aliases are stored."""
KnownIds = dict[str, dict[int, str]]
"""Kind -> key -> id."""


def aliases(db: sqlite3.Connection) -> KnownIds:
    """All aliases: kind (model.ids.kind_of) -> key -> id."""
    found: KnownIds = {}
    kinds = {entity.rank: kind for kind, entity in _KINDS.items()}
    for rank, key, sourced_id in db.execute("SELECT entity, key, sourced_id FROM alias ORDER BY entity, key"):
        found.setdefault(kinds[rank], {})[key] = sourced_id
    return found


def store_aliases(db: sqlite3.Connection, kind: str, ids: Mapping[int, str]) -> None:
    """Store ids that records of a kind have at the destination; a record's earlier alias is replaced."""
    rank = _KINDS[kind].rank
    db.executemany(
        "INSERT OR REPLACE INTO alias (entity, key, sourced_id) VALUES (?, ?, ?)",
        [(rank, key, sourced_id) for key, sourced_id in sorted(ids.items())],
    )


def forget_aliases(db: sqlite3.Connection) -> int:
    """Forget all aliases; returns how many there were."""
    return db.execute("DELETE FROM alias").rowcount


def mark_of(db: sqlite3.Connection, rules: IdRules) -> str:
    """A text that names exactly these rules and the stored aliases (model.ids.split_mark takes it apart)."""
    taken = [list(row) for row in db.execute("SELECT entity, key, sourced_id FROM alias ORDER BY entity, key")]
    if not taken:
        return rules.mark
    return f"{rules.mark}@{hashlib.sha256(msgspec.json.encode(taken)).hexdigest()[:20]}"


def ids_for(db: sqlite3.Connection, rules: IdRules, *, settled: bool) -> Ids:
    """What gives the ids of a run.

    Aliases win over the rules. Where ids are ``settled`` (the rules are those of the last delivery), a record keeps the
    id it was delivered under, also when the number that it was made of has changed since (fault row 2: an id that
    changes by itself makes a second account).
    """
    known = delivered_ids(db, rules.numbers) if settled else {}
    for kind, ids in aliases(db).items():
        known.setdefault(kind, {}).update(ids)
    return Ids(rules, known)


def delivered_ids(db: sqlite3.Connection, kinds: Mapping[str, str]) -> KnownIds:
    """The ids under which records of these kinds were delivered."""
    found: KnownIds = {}
    for entity in ENTITIES:
        if kind_of(entity) in kinds:
            found.setdefault(kind_of(entity), {}).update(delivered(db, entity))
    return found


def delivered(db: sqlite3.Connection, entity: Entity) -> list[tuple[int, str]]:
    """Key and id of the entity's delivered records, by key."""
    sql = f"SELECT key, {record_id('record')} FROM ledger WHERE entity = ? ORDER BY key"
    return db.execute(sql, [entity.rank]).fetchall()


def delivered_with(db: sqlite3.Connection, entity: Entity, attribute: str) -> int:
    """How many delivered records of the entity have a value for that attribute."""
    text = value_at("record", entity.attributes.index(attribute))
    sql = f"SELECT count(*) FROM ledger WHERE entity = ? AND {text} <> ''"
    return int(db.execute(sql, [entity.rank]).fetchone()[0])


def delivered_year(db: sqlite3.Connection) -> tuple[str, str]:
    """The first and the last day of the delivered terms, as ISO dates; empty texts where there are none."""
    calendar = BY_KEY["calendar"]
    first, last = (value_at("record", calendar.attributes.index(name)) for name in ("startDate", "endDate"))
    sql = f"SELECT coalesce(min({first}), ''), coalesce(max({last}), '') FROM ledger WHERE entity = ?"
    begins, ends = db.execute(sql, [calendar.rank]).fetchone()
    return begins, ends


class RunIds:
    """The ids of records as one run has them: for reports, messages and titles, also of records that it left out."""

    def __init__(self, db: sqlite3.Connection, run: int) -> None:
        self._db, self._run = db, run
        self._elsewhere: dict[int, dict[str, int]] = {}
        row = db.execute("SELECT rules FROM run WHERE no = ?", [run]).fetchone()
        self._rules = rules_of_mark(split_mark(row[0])[1] if row else "")

    def of(self, entity: Entity, key: int) -> str:
        """The id of a record as planned or delivered; failing that, its alias, else its key in words."""
        sql = (
            f"SELECT {record_id('coalesce(after, before)')} FROM change WHERE run = ? AND entity = ? AND key = ? "
            f"UNION ALL SELECT {record_id('record')} FROM ledger WHERE entity = ? AND key = ? UNION ALL "
            f"SELECT {record_id('coalesce(after, before)')} FROM aside WHERE run = ? AND entity = ? AND key = ? LIMIT 1"
        )
        planned = [self._run, entity.rank, key]
        row = self._db.execute(sql, [*planned, entity.rank, key, *planned]).fetchone()
        return str(row[0]) if row else self._never_delivered(entity, key)

    def _never_delivered(self, entity: Entity, key: int) -> str:
        alias = self._alias(entity, key)
        return alias or self._rules.make(entity, key) or f"DCID {key}"

    def _alias(self, entity: Entity, key: int) -> str:
        sql = "SELECT sourced_id FROM alias WHERE entity = ? AND key = ?"
        row = self._db.execute(sql, [_KINDS[kind_of(entity)].rank, key]).fetchone()
        return str(row[0]) if row else ""

    def public(self, entity: Entity, key: int) -> str:
        """The id of a record if it is made of the key, else the key in words: for reports that are passed on.

        Adopted ids can be user names or e-mails, and numbers tell who somebody is.
        """
        made = self._rules.make(entity, key)
        return made if made and not self._alias(entity, key) else f"DCID {key}"

    def key_of(self, entity: Entity, sourced_id: str) -> int | None:
        """The key of the record with that id, as planned or delivered; None where there is none."""
        digits = sourced_id[len(sourced_id.rstrip("0123456789")) :]
        if digits and len(digits) < _LONGEST_KEY and self._is(entity, int(digits), sourced_id):
            return int(digits)
        if entity.rank not in self._elsewhere:
            self._elsewhere[entity.rank] = self._others(entity)
        return self._elsewhere[entity.rank].get(sourced_id)

    def _is(self, entity: Entity, key: int, sourced_id: str) -> bool:
        sql = (
            f"SELECT 1 FROM change WHERE run = ? AND entity = ? AND key = ? AND ? IN ({record_id('before')}, "
            f"{record_id('after')}) UNION ALL SELECT 1 FROM ledger WHERE entity = ? AND key = ? "
            f"AND {record_id('record')} = ? LIMIT 1"
        )
        values = [self._run, entity.rank, key, sourced_id, entity.rank, key, sourced_id]
        return self._db.execute(sql, values).fetchone() is not None

    def _others(self, entity: Entity) -> dict[str, int]:
        """The ids that don't end with the record's key."""
        found: dict[str, int] = {}
        for record, source, values in (
            ("record", "ledger WHERE entity = ?", [entity.rank]),
            ("before", "change WHERE run = ? AND entity = ? AND before IS NOT NULL", [self._run, entity.rank]),
            ("after", "change WHERE run = ? AND entity = ? AND after IS NOT NULL", [self._run, entity.rank]),
        ):
            name = record_id(record)
            found.update(self._db.execute(f"SELECT {name}, key FROM {source} AND {name} NOT LIKE '%' || key", values))
        return found


_LONGEST_KEY = 18
"""Digits of a number that SQLite can hold."""


def school_names(db: sqlite3.Connection, run: int) -> dict[int, str]:
    """Names of the schools by key, as this run would deliver them, else as delivered."""
    return {key: name for key, _id, name in _names(db, run, SCHOOL)}


def names_by_id(db: sqlite3.Connection, run: int, entity: Entity, *, as_delivered: bool = False) -> dict[str, str]:
    """Names of schools or classes by id, as this run would deliver them, else as delivered; or the other way round."""
    names = _names(db, run, entity)
    return {sourced_id: name for _key, sourced_id, name in (reversed(names) if as_delivered else names)}


def _names(db: sqlite3.Connection, run: int, entity: Entity) -> list[tuple[int, str, str]]:
    """Key, id and name of records as delivered, then as this run would deliver them."""
    rows = db.execute(
        "SELECT key, record FROM ledger WHERE entity = ? "
        "UNION ALL SELECT key, after FROM change WHERE run = ? AND entity = ? AND after IS NOT NULL",
        [entity.rank, run, entity.rank],
    )
    # Not by SQL: SQLite ends a text at a NUL, and a report shows what stands in the name.
    place = entity.attributes.index(_NAMES[entity.key])
    return [(key, values[0], values[place]) for key, values in ((key, decode_record(record)) for key, record in rows)]


_NAMES = {"school": "name", "class": "title"}


def ids_of(plan: Plan, entity: Entity, key: int) -> set[str]:
    """The ids that a record has in a run: before it, and after it."""
    rows = plan.db.execute(
        f"SELECT {record_id('record')} FROM ledger WHERE entity = :entity AND key = :key "
        f"UNION SELECT {record_id('before')} FROM change WHERE run = :run AND entity = :entity AND key = :key "
        f"UNION SELECT {record_id('after')} FROM change WHERE run = :run AND entity = :entity AND key = :key",
        {"run": plan.run, "entity": entity.rank, "key": key},
    )
    return {sourced_id for (sourced_id,) in rows if sourced_id}


def changes_ids(plan: Plan) -> bool:
    """Whether a plan gives a record another id than it was delivered under."""
    sql = (
        f"SELECT EXISTS (SELECT 1 FROM change WHERE run = ? AND action = {UPDATE} "
        f"AND {record_id('before')} <> {record_id('after')})"
    )
    return bool(plan.db.execute(sql, [plan.run]).fetchone()[0])
