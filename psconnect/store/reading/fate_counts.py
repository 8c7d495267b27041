"""How many staged records are left out or kept back, by rule."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from psconnect.model.entities import ADMIN, BY_KEY, DISTRICT_KEY, ENROLLMENT, ENTITIES, SCHOOL, TEACHER, Entity
from psconnect.model.problems import base_rule, goes_along
from psconnect.store.reading.staging import IN, OUT, REJECTING, staged

_ONCE = {**dict.fromkeys(ENTITIES, "true"), ADMIN: f"key NOT IN (SELECT key FROM {staged(TEACHER)})"}
"""Staff that can't be read and was delivered as the other kind is staged as both (plan.difference); it counts once."""


def counts_once(entity: Entity) -> str:
    """SQL: whether a staged record is the one that counts, of a person who is staged twice."""
    return _ONCE[entity]


@dataclass(frozen=True)
class FateCounts:
    """The counts of an attached staging.

    Attributes:
        left_out: entity key -> rule -> how many records it leaves out or keeps back. Records that go along with another
            one count under one rule, whatever the cause.
        along_with_unlisted: entity key -> records that go along with one that PowerSchool no longer lists.
        inside: entity key -> records that are in, for each entity that the two below are about.
    """

    left_out: Mapping[str, Mapping[str, int]]
    along_with_unlisted: Mapping[str, int]
    inside: Mapping[str, int]

    @property
    def totals(self) -> dict[str, int]:
        """Records left out or kept back over all entities: rule -> count."""
        total: Counter[str] = Counter()
        for counts in self.left_out.values():
            total.update(counts)
        return dict(sorted(total.items()))

    @property
    def rejected(self) -> dict[str, int]:
        """Records that can't be used, per entity key that has any.

        What a rule leaves out on purpose (another school, another year, inactive …) is not rejected.
        """
        counts = {key: sum(rules.get(rule, 0) for rule in REJECTING) for key, rules in self.left_out.items()}
        return {key: count for key, count in counts.items() if count}


def count_fates(db: sqlite3.Connection) -> FateCounts:
    """Count what became of the staged records."""
    left_out: dict[str, dict[str, int]] = {}
    along: dict[str, int] = {}
    for entity in ENTITIES:
        of_entity: Counter[str] = Counter()
        unlisted = {goes_along(reference.entity, "not-listed") for reference in entity.references}
        sql = f"SELECT fate, rule, count(*) FROM {staged(entity)} WHERE fate <> {IN} AND {_ONCE[entity]} GROUP BY 1, 2"
        for fate, rule, count in db.execute(sql):
            of_entity[base_rule(rule)] += count
            if fate == OUT and rule in unlisted:
                along[entity.key] = along.get(entity.key, 0) + count
        left_out[entity.key] = dict(of_entity)
    counts = FateCounts(left_out, along, {})
    inside = {key: _inside(db, BY_KEY[key]) for key in {**counts.rejected, **along}}
    return FateCounts(left_out, along, inside)


def _inside(db: sqlite3.Connection, entity: Entity) -> int:
    return int(db.execute(f"SELECT count(*) FROM {staged(entity)} WHERE fate = {IN} AND {_ONCE[entity]}").fetchone()[0])


def fates_of(db: sqlite3.Connection, entity: Entity) -> list[tuple[bool, int, str, int]]:
    """An entity's records by fate and rule: whether psconnect makes them itself, fate, rule, how many.

    It makes the district as an organisation and teachers' enrollments; an empty rule stands for none.
    """
    made = {SCHOOL: f"key = {DISTRICT_KEY}", ENROLLMENT: "key < 0"}.get(entity, "0")
    sql = f"SELECT {made}, fate, coalesce(rule, ''), count(*) FROM {staged(entity)} GROUP BY 1, 2, 3"
    return [(bool(is_made), fate, rule, count) for is_made, fate, rule, count in db.execute(sql)]
