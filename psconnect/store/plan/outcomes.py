"""What became of each change that was sent on its own: the journal of batches, and the ledger that follows them.

A change has no outcome until its batch is journalled. From then on it is known, at any instant, to be sent without an
answer, done, refused, or waiting for a refused one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

from psconnect.model.entities import BY_KEY, BY_RANK, Entity, planned_entities
from psconnect.model.id_attributes import SPACES
from psconnect.model.outcomes import Done, Refused
from psconnect.model.runs import ABOUT_PEOPLE, REFUSALS, Change
from psconnect.store.plan import remote_ids
from psconnect.store.plan.integrity import pointers_of, set_aside
from psconnect.store.plan.plan import ACTIONS, CREATE, REMOVE, Plan
from psconnect.store.record import each_id, record_by_name, record_id, value_at

_SENT, _DONE, _REFUSED, _WAITS = 0, 1, 2, 3
_Row = tuple[int, bytes | None, bytes | None]
"""Key, before and after, as stored."""
_NOT_MADE = f"({_REFUSED}, {_WAITS})"


def pending(
    db: sqlite3.Connection, run: int, entity: Entity, action: int, most: int, after: int | None = None
) -> list[Change]:
    """The next changes that have no outcome, by key, from the one behind the key ``after`` on.

    Of those that point to each other, only the ones that can go first.

    A term needs the term above it: what points to a change of the same kind that is still to come waits for it, and a
    removal waits for the removals of what points to it. Only where all that are left point to each other in a circle
    do they go as they come: they are asked for without ``after``, so that nothing that can go first is behind.
    """
    open_ = f"c.run = :run AND c.entity = {entity.rank} AND c.action = {action} AND {_OPEN}"
    ordered = " AND ".join([open_, *_after_others(entity, action)])
    for condition in dict.fromkeys((ordered, open_ if after is None else ordered)):
        sql = f"SELECT c.key, c.before, c.after FROM change c WHERE {condition} AND c.key > :after ORDER BY c.key"
        values = {"run": run, "after": _FIRST if after is None else after, "most": most}
        rows = db.execute(f"{sql} LIMIT :most", values).fetchall()
        if rows:
            return _changes(db, run, entity, action, rows)
    return []


def _changes(db: sqlite3.Connection, run: int, entity: Entity, action: int, rows: Sequence[_Row]) -> list[Change]:
    """The changes with what the destination calls them and what they point to."""
    known = remote_ids.known(db, run, entity, [key for key, _before, _after in rows])
    found = []
    for key, *images in rows:
        before, after = (record_by_name(entity, image) if image else None for image in images)
        found.append(Change(entity.key, key, ACTIONS[action], before, after, known.get(key, "")))
    related = remote_ids.related_ids(db, entity, [change.record for change in found])
    found = [replace(change, related=some) for change, some in zip(found, related, strict=True)]
    if action != REMOVE:
        return found
    stay = remote_ids.held_in_another_role(db, entity, [change.record["sourcedId"] for change in found])
    return [replace(change, handed_on=change.record["sourcedId"] in stay) for change in found]


_FIRST = -(2**62)
"""Lower than any key."""
_OPEN = "NOT EXISTS (SELECT 1 FROM outcome o WHERE o.run = c.run AND o.entity = c.entity AND o.key = c.key)"


def _after_others(entity: Entity, action: int) -> Iterator[str]:
    others = f"FROM change c WHERE c.run = :run AND c.entity = {entity.rank} AND c.action = {action} AND {_OPEN}"
    for pointer in pointers_of(entity):
        if entity.key not in pointer.targets:
            continue
        if action == REMOVE:
            yield f"{record_id('c.before')} NOT IN (SELECT {value_at('c.before', pointer.place)} {others})"
        elif action == CREATE:
            yield f"{value_at('c.after', pointer.place)} NOT IN (SELECT {record_id('c.after')} {others})"


def count(db: sqlite3.Connection, run: int, entity: Entity, action: int) -> int:
    """How many changes of the entity with that action the plan has."""
    sql = "SELECT count(*) FROM change WHERE run = ? AND entity = ? AND action = ?"
    return int(db.execute(sql, [run, entity.rank, action]).fetchone()[0])


def journal(db: sqlite3.Connection, run: int, entity: Entity, keys: Sequence[int]) -> None:
    """Note that these changes leave now; within a transaction that is stored before they do."""
    db.executemany(
        f"INSERT INTO outcome (run, entity, key, state) VALUES (?, ?, ?, {_SENT})",
        [(run, entity.rank, key) for key in keys],
    )


def unanswered(db: sqlite3.Connection) -> list[tuple[int, Entity, list[Change]]]:
    """What was sent and has no answer: run, entity, and the changes, which have the same action."""
    sql = (
        "SELECT o.run, c.entity, c.action, c.key, c.before, c.after FROM outcome o JOIN change c "
        f"ON c.run = o.run AND c.entity = o.entity AND c.key = o.key WHERE o.state = {_SENT} "
        "ORDER BY o.run, c.action, c.entity, c.key"
    )
    found = []
    for (run, rank, action), rows in groupby(db.execute(sql).fetchall(), key=itemgetter(0, 1, 2)):
        entity = BY_RANK[rank]
        found.append((run, entity, _changes(db, run, entity, action, [row[3:] for row in rows])))
    return found


def settle_change(db: sqlite3.Connection, run: int, entity: Entity, change: Change, outcome: Done | Refused) -> None:
    """Move outcome, ledger and remote id of a change together; within a transaction."""
    where = [run, entity.rank, change.key]
    if isinstance(outcome, Refused):
        sql = f"UPDATE outcome SET state = {_REFUSED}, code = ?, sentence = ? WHERE run = ? AND entity = ? AND key = ?"
        db.execute(sql, [outcome.code, outcome.sentence, *where])
        return
    db.execute(f"UPDATE outcome SET state = {_DONE} WHERE run = ? AND entity = ? AND key = ?", where)
    if change.after is None:
        db.execute("DELETE FROM ledger WHERE entity = ? AND key = ?", where[1:])
        remote_ids.forget(db, entity, change.key)
        return
    db.execute(
        "INSERT OR REPLACE INTO ledger SELECT entity, key, after FROM change WHERE run = ? AND entity = ? AND key = ?",
        where,
    )
    remote_id = outcome.remote_id or change.remote_id
    if remote_id:
        remote_ids.keep(db, run, entity, change.key, (change.after["sourcedId"], remote_id))


def not_sent(db: sqlite3.Connection, run: int, entity: Entity, keys: Sequence[int]) -> None:
    """Take changes out of the journal that never arrived: they are as if they had not been sent."""
    db.executemany(
        "DELETE FROM outcome WHERE run = ? AND entity = ? AND key = ?", [(run, entity.rank, key) for key in keys]
    )


def any_not_made(db: sqlite3.Connection, run: int) -> bool:
    """Whether a change of the run was refused."""
    sql = f"SELECT EXISTS (SELECT 1 FROM outcome WHERE run = ? AND state IN {_NOT_MADE})"
    return bool(db.execute(sql, [run]).fetchone()[0])


def let_wait(db: sqlite3.Connection, run: int, entity: Entity, action: int) -> int:
    """Let changes wait that would leave something pointing to nothing since others were refused; returns how many."""
    found = _removed_too_early(entity) if action == REMOVE else _without_what_they_need(entity)
    waiting = 0
    for condition in (*found, *_half_passed(entity, action)):
        waiting += db.execute(
            f"INSERT INTO outcome (run, entity, key, state) SELECT c.run, c.entity, c.key, {_WAITS} FROM change c "
            f"WHERE c.run = :run AND c.entity = {entity.rank} AND c.action = {action} AND {_OPEN} AND {condition}",
            {"run": run},
        ).rowcount
    return waiting


def _without_what_they_need(entity: Entity) -> Iterator[str]:
    """SQL conditions: the change points to an id that would be there, had it not been refused."""
    for pointer in pointers_of(entity):
        ranks = ", ".join(str(BY_KEY[key].rank) for key in pointer.targets)
        missing = (
            f"SELECT {record_id('n.after')} FROM change n JOIN outcome o ON o.run = n.run AND o.entity = n.entity "
            f"AND o.key = n.key WHERE n.run = :run AND n.entity IN ({ranks}) AND n.action <> {REMOVE} "
            f"AND o.state IN {_NOT_MADE} EXCEPT SELECT {record_id('record')} FROM ledger WHERE entity IN ({ranks})"
        )
        ids = value_at("c.after", pointer.place)
        if pointer.several:
            yield f"EXISTS (SELECT 1 FROM {each_id(ids)} j WHERE j.value IN ({missing}))"
        else:
            yield f"{ids} IN ({missing})"


def _removed_too_early(entity: Entity) -> Iterator[str]:
    """SQL conditions: something that should have let go of the record still points to it."""
    for other in planned_entities():
        for pointer in pointers_of(other):
            if entity.key not in pointer.targets:
                continue
            kept = (
                f"FROM ledger l JOIN outcome o ON o.run = :run AND o.entity = l.entity AND o.key = l.key "
                f"AND o.state IN {_NOT_MADE}"
            )
            ids = value_at("l.record", pointer.place)
            where = f"WHERE l.entity = {other.rank}"
            held = f"SELECT {ids} {kept} {where}"
            if pointer.several:
                held = f"SELECT j.value {kept}, {each_id(ids)} j {where}"
            yield f"{record_id('c.before')} IN ({held})"


def _half_passed(entity: Entity, action: int) -> Iterator[str]:
    """SQL conditions: the change hands on an id that was not taken over, or takes one that was not given up.

    Nobody is removed who was to stay in another role, and nobody is there twice (store.plan.integrity). The change
    itself has no outcome, so what has one is another: naming the change in the inner query would ask it for each.
    """
    own, other = ("before", "after") if action == REMOVE else ("after", "before")
    for space in SPACES:
        if entity in space:
            ranks = ", ".join(str(each.rank) for each in space)
            yield (
                f"{record_id(f'c.{own}')} IN (SELECT {record_id(f'n.{other}')} FROM change n JOIN outcome o "
                "ON o.run = n.run AND o.entity = n.entity AND o.key = n.key WHERE n.run = :run "
                f"AND n.entity IN ({ranks}) AND n.{other} NOT NULL AND o.state IN {_NOT_MADE})"
            )


@dataclass(frozen=True)
class NotMade:
    """A change that was refused (with what the destination says), or waits for a refused one."""

    entity: Entity
    key: int
    waits: bool
    sentence: str


def not_made(db: sqlite3.Connection, run: int) -> list[NotMade]:
    """What was refused or waits, in dependency order."""
    sql = f"SELECT entity, key, state, sentence FROM outcome WHERE run = ? AND state IN {_NOT_MADE}"
    rows = db.execute(f"{sql} ORDER BY entity, key", [run])
    return [NotMade(BY_RANK[rank], key, state == _WAITS, sentence) for rank, key, state, sentence in rows]


def any_sent(db: sqlite3.Connection, run: int) -> bool:
    """Whether a change of the run was sent on its own."""
    return bool(db.execute("SELECT EXISTS (SELECT 1 FROM outcome WHERE run = ?)", [run]).fetchone()[0])


def any_made(db: sqlite3.Connection, run: int) -> bool:
    """Whether the destination took a change of the run."""
    sql = f"SELECT EXISTS (SELECT 1 FROM outcome WHERE run = ? AND state = {_DONE})"
    return bool(db.execute(sql, [run]).fetchone()[0])


def not_new(db: sqlite3.Connection, run: int, entity: Entity) -> set[int]:
    """Of the people that an ended run creates, those who got no account by it, by key.

    The destination had them already, gave no answer about them, or knows them by the same id in another role.
    """
    people = ", ".join(str(BY_KEY[key].rank) for key in ABOUT_PEOPLE)
    created = f"SELECT c.key FROM change c WHERE c.run = :run AND c.entity = :entity AND c.action = {CREATE}"
    made = f"c.key IN (SELECT key FROM outcome WHERE run = :run AND entity = :entity AND state = {_DONE})"
    other_role = (
        f"SELECT {record_id('before')} FROM change WHERE run = :run AND entity IN ({people}) AND action = {REMOVE}"
    )
    sql = (
        "SELECT key FROM adopted WHERE run = :run AND entity = :entity "
        f"UNION {created} AND EXISTS (SELECT 1 FROM outcome WHERE run = :run) AND NOT {made} "
        f"UNION {created} AND {record_id('c.after')} IN ({other_role})"
    )
    return {key for (key,) in db.execute(sql, {"run": run, "entity": entity.rank})}


def leave_what_was_made(plan: Plan) -> None:
    """Leave in a plan the changes that were made, and those that have no answer yet; refused ones are set aside."""
    for state, because in zip((_REFUSED, _WAITS), REFUSALS, strict=True):
        refused = f"SELECT entity, key FROM outcome WHERE run = :run AND state = {state}"
        set_aside(plan, because, f"(entity, key) IN ({refused})", {})
    made = f"SELECT entity, key FROM outcome WHERE run = :run AND state IN ({_SENT}, {_DONE})"
    plan.db.execute(f"DELETE FROM change WHERE run = :run AND (entity, key) NOT IN ({made})", {"run": plan.run})
