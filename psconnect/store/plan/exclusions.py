"""Changes that were taken out of a plan: excluded by a person, or left alone by an undo."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from psconnect.model.bad_setting import hint_at
from psconnect.model.entities import BY_KEY, BY_RANK, ENTITIES, Entity
from psconnect.model.errors import FixSettings
from psconnect.model.runs import SetAside
from psconnect.store.history.titles import Titles
from psconnect.store.plan.integrity import keep_whole, set_aside
from psconnect.store.plan.plan import ACTIONS, REMOVE, Plan
from psconnect.store.plan.record_ids import RunIds
from psconnect.store.record import needed_id, record_by_name, record_id

EXCLUDED, GOES_ALONG = "chosen", "goes-along"
_CHANGE = "run, entity, key, action, before, after"


def exclude_changes(plan: Plan, entity: str, keys: Collection[int]) -> None:
    """Take changes out of a plan, with those that would dangle without them; within a transaction.

    Raises FixSettings PSC-RUN-NO-CHANGE for a key that the plan does not change (also one that went along already).
    """
    rank = _entity(entity).rank
    plan.db.execute("CREATE TEMP TABLE IF NOT EXISTS excluding (key INTEGER PRIMARY KEY)")
    plan.db.execute("DELETE FROM temp.excluding")
    plan.db.executemany("INSERT OR IGNORE INTO temp.excluding VALUES (?)", ((key,) for key in keys))
    sql = (
        "SELECT key FROM temp.excluding WHERE key NOT IN "
        "(SELECT key FROM change WHERE run = ? AND entity = ?) ORDER BY key LIMIT 1"
    )
    missing = plan.db.execute(sql, [plan.run, rank]).fetchone()
    if missing:
        raise _no_change(entity, RunIds(plan.db, plan.run).of(BY_KEY[entity], missing[0]))
    set_aside(plan, EXCLUDED, "entity = :entity AND key IN (SELECT key FROM temp.excluding)", {"entity": rank})
    _settle(plan, {entity})


def include_changes(plan: Plan, entity: str, keys: Collection[int]) -> None:
    """Put excluded changes back into a plan, with those that went along only because of them; within a transaction.

    Raises FixSettings PSC-RUN-NOT-EXCLUDED for a key that was not excluded by choice.
    """
    rank = _entity(entity).rank
    chosen = _chosen(plan)
    for key in keys:
        if (rank, key) not in chosen:
            raise FixSettings(
                "PSC-RUN-NOT-EXCLUDED",
                where=entity,
                entity=entity,
                id=RunIds(plan.db, plan.run).of(BY_KEY[entity], key),
            )
        chosen.discard((rank, key))
    both = [plan.run, EXCLUDED, GOES_ALONG]
    plan.db.execute(f"INSERT INTO change SELECT {_CHANGE} FROM aside WHERE run = ? AND because IN (?, ?)", both)
    plan.db.execute("DELETE FROM aside WHERE run = ? AND because IN (?, ?)", both)
    _choose(plan, chosen)


def exclude_again(plan: Plan, earlier: int) -> None:
    """Exclude the changes that a person excluded from an earlier plan, if they are planned again."""
    _choose(plan, _chosen(replace(plan, run=earlier)))


def left_alone(plan: Plan) -> Iterator[SetAside]:
    """What a plan leaves alone, in dependency order."""
    titles = Titles(plan.db, plan.run)
    sql = "SELECT entity, key, action, because, coalesce(after, before) FROM aside WHERE run = ? ORDER BY entity, key"
    for rank, key, action, because, record in plan.db.execute(sql, [plan.run]).fetchall():
        entity = BY_RANK[rank]
        named = record_by_name(entity, record)
        yield SetAside(entity.key, key, named["sourcedId"], ACTIONS[action], because, titles.title(entity, named))


def left_alone_counts(plan: Plan, underlying: Collection[str] = ()) -> dict[str, int]:
    """How many changes a plan leaves alone, per reason; those of ``underlying`` entities stand for others."""
    found: dict[str, int] = {}
    for (entity, _action, because), count in left_alone_by_entity(plan).items():
        if entity not in underlying:
            found[because] = found.get(because, 0) + count
    return dict(sorted(found.items()))


def left_alone_by_entity(plan: Plan) -> dict[tuple[str, str, str], int]:
    """How many changes a plan leaves alone, per entity key, action and reason."""
    sql = "SELECT entity, action, because, count(*) FROM aside WHERE run = ? GROUP BY entity, action, because"
    return {
        (BY_RANK[rank].key, ACTIONS[action], because): count
        for rank, action, because, count in plan.db.execute(sql, [plan.run])
    }


def keys_by_id(plan: Plan, entity: str, sourced_ids: Collection[str]) -> list[int]:
    """Keys of records that a plan changes or leaves alone, by ``sourcedId``; raises FixSettings for any other id."""
    rank, name = _entity(entity).rank, record_id("coalesce(after, before)")
    marks = ", ".join("?" * len(sourced_ids))
    found: dict[str, int] = {}
    for table in ("change", "aside"):
        sql = f"SELECT {name}, key FROM {table} WHERE run = ? AND entity = ? AND {name} IN ({marks})"
        found.update(plan.db.execute(sql, [plan.run, rank, *sourced_ids]).fetchall())
    for one in sourced_ids:
        if one not in found:
            raise _no_change(entity, one)
    return [found[one] for one in sourced_ids]


def _chosen(plan: Plan) -> set[tuple[int, int]]:
    return set(
        plan.db.execute("SELECT entity, key FROM aside WHERE run = ? AND because = ?", [plan.run, EXCLUDED]).fetchall()
    )


def _choose(plan: Plan, chosen: set[tuple[int, int]]) -> None:
    for rank, key in sorted(chosen):
        set_aside(plan, EXCLUDED, "entity = :entity AND key = :key", {"entity": rank, "key": key})
    _settle(plan, {BY_RANK[rank].key for rank, _key in chosen})


def _settle(plan: Plan, touched: set[str]) -> None:
    """Set aside what goes along: dependants of a record that is not removed, and changes that would dangle."""
    keep_whole(plan, GOES_ALONG, touched | _keep_company(plan))


def _keep_company(plan: Plan) -> set[str]:
    """Let a record that is not removed keep its dependants: a student the enrollments and relationships.

    They would not dangle, but it would not stay as it was delivered. Returns the entities that something is kept of.
    """
    plan.db.execute("CREATE TEMP TABLE IF NOT EXISTS stays (entity INTEGER, name TEXT, PRIMARY KEY (entity, name))")
    plan.db.execute("DELETE FROM temp.stays")
    name = record_id("before")
    chosen = f"SELECT entity, {name} FROM aside WHERE run = ? AND because = ? AND action = {REMOVE}"
    if not plan.db.execute(f"INSERT INTO temp.stays {chosen}", [plan.run, EXCLUDED]).rowcount:
        return set()
    kept = set()
    for entity in ENTITIES:
        for reference in entity.references:
            values = {"run": plan.run, "entity": entity.rank, "other": BY_KEY[reference.entity].rank}
            theirs = (
                f"entity = :entity AND action = {REMOVE} "
                f"AND {needed_id(entity, entity.attributes.index(reference.attribute), 'before')} IN "
                "(SELECT name FROM temp.stays WHERE entity = :other)"
            )
            for table in ("change", "aside"):
                names = f"SELECT entity, {name} FROM {table} WHERE run = :run AND {theirs}"
                plan.db.execute(f"INSERT OR IGNORE INTO temp.stays {names}", values)
            if set_aside(plan, GOES_ALONG, theirs, values):
                kept.add(entity.key)
    return kept


def _entity(key: str) -> Entity:
    if key not in BY_KEY:
        raise FixSettings("PSC-RUN-NO-CHANGE/entity", name=key, hint=hint_at(key, list(BY_KEY)))
    return BY_KEY[key]


def _no_change(entity: str, sourced_id: str) -> FixSettings:
    return FixSettings("PSC-RUN-NO-CHANGE/record", where=entity, entity=entity, sourced_id=sourced_id)
