"""The ids that records have at a destination that gives ids of its own, and records that it had already."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from psconnect.model.entities import BY_KEY, Entity
from psconnect.model.id_attributes import SEPARATOR, SPACES, pointers_in
from psconnect.model.outcomes import Link
from psconnect.store.plan.plan import CREATE, Plan
from psconnect.store.record import encode_record, record_by_name

_CHUNK = 5_000


def keep(db: sqlite3.Connection, run: int, entity: Entity, key: int, names: tuple[str, str]) -> None:
    """Keep a delivered record's ids: ``sourcedId`` and remote id. What it was adopted by stays with it."""
    db.execute(
        "INSERT INTO remote (entity, key, id, remote_id, how) VALUES (:entity, :key, :id, :remote, "
        "coalesce((SELECT how FROM adopted WHERE run = :run AND entity = :entity AND key = :key), '')) "
        "ON CONFLICT (entity, key) DO UPDATE SET id = excluded.id, remote_id = excluded.remote_id",
        {"run": run, "entity": entity.rank, "key": key, "id": names[0], "remote": names[1]},
    )


def forget(db: sqlite3.Connection, entity: Entity, key: int) -> None:
    """Forget the id of a record that is no longer there."""
    db.execute("DELETE FROM remote WHERE entity = ? AND key = ?", [entity.rank, key])


def known(db: sqlite3.Connection, run: int, entity: Entity, keys: Sequence[int]) -> dict[int, str]:
    """The remote ids of records, by key: as delivered, else as adopted by the run's plan."""
    sql = (
        "SELECT k.value, coalesce(r.remote_id, a.remote_id) FROM json_each(?) k "
        "LEFT JOIN remote r ON r.entity = ? AND r.key = CAST(k.value AS INTEGER) "
        "LEFT JOIN adopted a ON a.run = ? AND a.entity = ? AND a.key = CAST(k.value AS INTEGER) "
        "WHERE coalesce(r.remote_id, a.remote_id) IS NOT NULL"
    )
    rows = db.execute(sql, [_list(map(str, keys)), entity.rank, run, entity.rank])
    return {int(key): remote_id for key, remote_id in rows}


def related_ids(
    db: sqlite3.Connection, entity: Entity, records: Sequence[Mapping[str, str]]
) -> Iterator[dict[str, tuple[str, ...]]]:
    """Per record, attribute -> remote ids of what it points to; what the destination gave no id is left out."""
    found = {}
    for pointer in pointers_in(entity):
        name = entity.attributes[pointer.place]
        found[name] = _by_id(db, pointer.targets, {one for record in records for one in _ids(record[name])})
    for record in records:
        named = {name: tuple(ids[one] for one in _ids(record[name]) if one in ids) for name, ids in found.items()}
        yield {name: some for name, some in named.items() if some}


def _by_id(db: sqlite3.Connection, targets: Sequence[str], wanted: set[str]) -> dict[str, str]:
    sql = "SELECT r.id, r.remote_id FROM json_each(?) w JOIN remote r ON r.entity = ? AND r.id = w.value"
    found: dict[str, str] = {}
    for target in reversed(targets):
        if wanted:
            found.update(db.execute(sql, [_list(sorted(wanted)), BY_KEY[target].rank]).fetchall())
    return found


def held_in_another_role(db: sqlite3.Connection, entity: Entity, ids: Sequence[str]) -> set[str]:
    """Of these ids of people, those under which another entity has a record at the destination, too."""
    others = [one for space in SPACES if entity in space for one in space if one is not entity]
    found: set[str] = set()
    for other in others if ids else ():
        found.update(_by_id(db, (other.key,), set(ids)))
    return found


def created(plan: Plan, entity: Entity, *, elsewhere: bool) -> Iterator[dict[int, dict[str, str]]]:
    """What a plan creates of an entity and the destination has no id of yet: some records at a time, by key.

    ``elsewhere``: the ids that are known are those of another destination, so it has none.
    """
    after = -(2**62)
    known = "false" if elsewhere else "EXISTS (SELECT 1 FROM remote r WHERE r.entity = c.entity AND r.key = c.key)"
    sql = (
        f"SELECT key, after FROM change c WHERE run = ? AND entity = ? AND action = {CREATE} AND key > ? "
        f"AND NOT {known} ORDER BY key LIMIT ?"
    )
    while rows := plan.db.execute(sql, [plan.run, entity.rank, after, _CHUNK]).fetchall():
        yield {key: record_by_name(entity, record) for key, record in rows}
        after = rows[-1][0]


def keep_links(plan: Plan, entity: Entity, links: Mapping[int, Link], *, elsewhere: bool) -> None:
    """Keep with a plan what the destination has already; nothing that is linked to another record already."""
    taken = "false" if elsewhere else "EXISTS (SELECT 1 FROM remote WHERE entity = :entity AND remote_id = :remote)"
    sql = f"INSERT OR IGNORE INTO adopted SELECT :run, :entity, :key, :remote, :how WHERE NOT {taken}"
    for key, link in sorted(links.items()):
        values = {"run": plan.run, "entity": entity.rank, "key": key, "remote": link.remote_id, "how": link.how}
        plan.db.execute(sql, values)


def adopted(db: sqlite3.Connection, run: int, entity: Entity, keys: Sequence[int]) -> dict[int, str]:
    """Of these records, those that the run's plan found at the destination: by key, how they were recognised."""
    sql = "SELECT key, how FROM adopted WHERE run = ? AND entity = ? AND key IN (SELECT CAST(value AS INTEGER) FROM "
    return dict(db.execute(f"{sql} json_each(?))", [run, entity.rank, _list(map(str, keys))]).fetchall())


def forget_all(db: sqlite3.Connection) -> None:
    """Forget what was delivered: it stood somewhere else, or is gone as a whole."""
    db.execute("DELETE FROM ledger")
    db.execute("DELETE FROM remote")


def _ids(text: str) -> list[str]:
    return [one for one in text.split(SEPARATOR) if one]


def _list(values: Iterator[str] | Sequence[str]) -> str:
    return encode_record(list(values)).decode()
