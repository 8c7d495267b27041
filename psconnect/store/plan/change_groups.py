"""A stored plan counted by school and class, to be compared with thresholds; all in SQL, so no record leaves it."""

from __future__ import annotations

import sqlite3

from psconnect.model.entities import ADMIN, CALENDAR, CLASS, ENROLLMENT, TEACHER, Entity
from psconnect.model.id_attributes import SEPARATOR, school_place
from psconnect.store.plan.plan import ACTIONS, CREATE, REMOVE, UPDATE, Plan
from psconnect.store.record import each_id, needed_id, record_id, value_at

_IDENTITY = {
    "school": ("identifier",),
    "course": ("courseCode",),
    "class": ("classCode",),
    **dict.fromkeys(("student", "teacher", "admin", "contact"), ("username", "identifier", "email")),
}
MOVED_DAYS = 14


def _changed_identity(entity: Entity) -> str:
    """SQL: whether an update gives another id, username, number or email to a record that had one."""
    return f"action = {UPDATE} AND ({_differs(entity, 'before', 'after')})"


def _differs(entity: Entity, before: str, after: str) -> str:
    """SQL: whether two records differ in id, username, number or email; a first value is no difference."""
    places = [0, *(entity.attributes.index(name) for name in _IDENTITY.get(entity.key, ()))]
    return " OR ".join(
        f"({value_at(before, p)} <> '' AND {value_at(before, p)} <> {value_at(after, p)})" for p in places
    )


def identity_changes(plan: Plan, entity: Entity) -> int:
    """How many records get another id, username, number or email; losing one counts, getting a first one does not."""
    sql = f"SELECT count(*) FROM change WHERE run = ? AND entity = ? AND {_changed_identity(entity)}"
    return int(plan.db.execute(sql, [plan.run, entity.rank]).fetchone()[0])


_OTHER_KIND = {TEACHER.key: ADMIN, ADMIN.key: TEACHER}


def _other_half(entity: Entity, action: int) -> str:
    """SQL for EXISTS (…), open at its end: the same person's change as the other kind of staff."""
    other = _OTHER_KIND[entity.key].rank
    return (
        f"SELECT 1 FROM change o WHERE o.run = c.run AND o.entity = {other} AND o.key = c.key AND o.action = {action}"
    )


def role_changes(plan: Plan, entity: Entity, *, identity: bool = False) -> int:
    """How many members of staff a plan removes as this kind (teachers, other staff) because they become the other one.

    With ``identity``, only those of them who get another id, username, number or email thereby.
    """
    differ = f" AND ({_differs(entity, 'c.before', 'o.after')})" if identity else ""
    half = f"EXISTS ({_other_half(entity, CREATE)}{differ})"
    sql = f"SELECT count(*) FROM change c WHERE run = ? AND entity = ? AND action = {REMOVE} AND {half}"
    return int(plan.db.execute(sql, [plan.run, entity.rank]).fetchone()[0])


def _no_change_of_role(entity: Entity) -> str:
    """SQL: whether a change is not one half of a change of role."""
    pairs = ((REMOVE, CREATE), (CREATE, REMOVE))
    return " AND ".join(f"NOT (c.action = {one} AND EXISTS ({_other_half(entity, other)}))" for one, other in pairs)


def has_school(entity: Entity) -> bool:
    """Whether records of the entity belong to schools (one or more)."""
    return school_place(entity) is not None


def school_of(plan: Plan, entity: Entity, key: int) -> str:
    """The id of the school that a planned change belongs to, of several the first one; empty where it has none."""
    place = school_place(entity)
    if place is None:
        return ""
    sql = f"SELECT {value_at('coalesce(after, before)', place)} FROM change "
    row = plan.db.execute(f"{sql} WHERE run = ? AND entity = ? AND key = ?", [plan.run, entity.rank, key]).fetchone()
    return str(row[0]).split(SEPARATOR)[0] if row else ""


def changes_by_school(plan: Plan, entity: Entity, *, roles: bool = True) -> dict[tuple[str, str], int]:
    """Changes per (school's sourcedId, kind); a record that moves counts for the school that it leaves.

    ``kind`` is ``create``, ``update``, ``remove`` or ``identity``. Staff of several schools counts in each.
    Without ``roles``, staff that only becomes the other kind counts as neither created nor removed.
    """
    more = "" if roles else f" AND {_no_change_of_role(entity)}"
    source = f"change c WHERE run = ? AND entity = ?{more}{{}} GROUP BY school, action"
    found: dict[tuple[str, str], int] = {}
    for condition, kind in (("", ""), (f" AND {_changed_identity(entity)}", "identity")):
        sql = _grouped(entity, "coalesce(before, after)", "action", source.format(condition))
        for school, action, count in plan.db.execute(sql, [plan.run, entity.rank]):
            if school:
                found[school, kind or ACTIONS[action]] = count
    return found


def delivered_by_school(db: sqlite3.Connection, entity: Entity) -> dict[str, int]:
    """Delivered records of an entity, per school's sourcedId."""
    sql = _grouped(entity, "record", "1", "ledger c WHERE entity = ? GROUP BY school")
    return {school: count for school, _one, count in db.execute(sql, [entity.rank]) if school}


def _grouped(entity: Entity, record: str, also: str, source: str) -> str:
    """SQL that counts by school; only for an entity that has schools."""
    place = school_place(entity) or 0
    if entity.references:
        # A student counts at the home school only.
        return f"SELECT {needed_id(entity, place, record)} school, {also}, count(*) FROM {source}"
    table, _, rest = source.partition(" WHERE ")
    return f"SELECT j.value school, {also}, count(*) FROM {table}, {each_id(value_at(record, place))} j WHERE {rest}"


def removed_by_class(plan: Plan, least: int) -> list[tuple[str, int, int]]:
    """Classes that lose at least ``least`` enrollments: (sourcedId, enrollments removed, enrollments delivered)."""
    place = ENROLLMENT.attributes.index("classSourcedId")
    removed = (
        f"SELECT {value_at('before', place)} class, count(*) n FROM change "
        f"WHERE run = :run AND entity = :entity AND action = {REMOVE} GROUP BY class HAVING n >= :least"
    )
    values = {"run": plan.run, "entity": ENROLLMENT.rank, "least": least}
    losing = plan.db.execute(removed, values).fetchall()
    if not losing:
        return []
    sql = (
        f"SELECT {value_at('record', place)} class, count(*) FROM ledger WHERE entity = :entity "
        f"AND class IN (SELECT class FROM ({removed})) GROUP BY class"
    )
    base = dict(plan.db.execute(sql, values).fetchall())
    return [(name, count, base.get(name, 0)) for name, count in sorted(losing)]


def moved_terms(plan: Plan) -> int:
    """How many terms begin or end more than 14 days earlier or later after the plan."""
    moved = []
    for name in ("startDate", "endDate"):
        place = CALENDAR.attributes.index(name)
        moved.append(
            f"abs(julianday({value_at('after', place)}) - julianday({value_at('before', place)})) > {MOVED_DAYS} "
            f"OR (julianday({value_at('after', place)}) IS NULL) <> (julianday({value_at('before', place)}) IS NULL)"
        )
    sql = f"SELECT count(*) FROM change WHERE run = ? AND entity = ? AND action = {UPDATE} AND ({' OR '.join(moved)})"
    return int(plan.db.execute(sql, [plan.run, CALENDAR.rank]).fetchone()[0])


def terms_in_use_removed(plan: Plan) -> int:
    """How many terms a plan removes that a delivered class or another delivered term is in."""
    users = (
        f"SELECT {value_at('record', CLASS.attributes.index('termSourcedId'))} FROM ledger WHERE entity = {CLASS.rank} "
        f"UNION SELECT {value_at('record', CALENDAR.attributes.index('parentSourcedId'))} FROM ledger "
        f"WHERE entity = {CALENDAR.rank}"
    )
    sql = (
        f"SELECT count(*) FROM change WHERE run = ? AND entity = ? AND action = {REMOVE} "
        f"AND {record_id('before')} IN ({users})"
    )
    return int(plan.db.execute(sql, [plan.run, CALENDAR.rank]).fetchone()[0])
