"""References between staged records: who goes, takes the dependants along; who points nowhere is kept and reported.

Worked out as one pass an entity, in dependency order, over the attached
staging.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from psconnect.model.entities import (
    ADMIN,
    BY_KEY,
    CALENDAR,
    CLASS,
    CONTACT,
    COURSE,
    ENROLLMENT,
    ENTITIES,
    RELATIONSHIP,
    SCHOOL,
    STUDENT,
    TEACHER,
    Entity,
)
from psconnect.model.problems import RULES, Problem, base_rule, goes_along
from psconnect.model.roster_rules import NO_RULES, RosterRules
from psconnect.store.plan.cascade import held_contacts
from psconnect.store.reading.guests import find_guests, left_out_guests, name_schools, place_guests
from psconnect.store.reading.look_alikes import registered_twice, shared_addresses
from psconnect.store.reading.same_class import settle_same_class
from psconnect.store.reading.staging import REJECTING, table, unusable
from psconnect.store.reading.uniqueness import settle_uniqueness
from psconnect.store.reading.username_clashes import settle_usernames

_ORPHAN, _WAITS = "orphan", "waits-for"
_ALONG = ("goes-along", "contact-without-student")
_ORDER = (TEACHER, ADMIN, SCHOOL, CALENDAR, COURSE, CLASS, STUDENT, CONTACT, RELATIONSHIP, ENROLLMENT)
"""What others need comes first; classes before the students who are in because of them. Staff needs nothing and decides
which classes are taught, once user names are settled between staff and students."""


def resolve_references(
    db: sqlite3.Connection, rules: RosterRules = NO_RULES, found: Iterable[Problem] = (), today: date = date.max
) -> list[Problem]:
    """Set fate and rule of every staged record by the rules between records and by what it depends on.

    Returns all findings: those that were ``found`` while reading, with the school that a contact or a relationship
    belongs to through its student, and the new ones; none about records that go along with one that is left out.
    """
    problems: list[Problem] = []
    for entity in _ORDER:
        if entity is CONTACT:
            # A contact is there because of a student: the relationships decide first.
            problems += _resolve(db, RELATIONSHIP, only="student")
            _contacts_without_student(db)
        if entity is STUDENT:
            find_guests(db)
            place_guests(db)
        problems += _resolve(db, entity, only="contact" if entity is RELATIONSHIP else "")
        problems += settle_uniqueness(db, entity, rules)
        if entity in (STUDENT, CONTACT):
            problems += settle_usernames(db, not_needed=rules.no_usernames, contacts=entity is CONTACT)
        if entity is STUDENT:
            _unused(db, rules)
            place_guests(db)
    problems += registered_twice(db, rules) + shared_addresses(db)
    problems += settle_same_class(db, today)
    name_schools(db)
    problems += left_out_guests(db)
    return without_those_along(db, _with_schools(db, [*found, *problems]))


def without_those_along(db: sqlite3.Connection, problems: Iterable[Problem]) -> list[Problem]:
    """The findings, but for those about records that go along with another one: nobody can do anything about them."""
    rules: dict[tuple[str, int], str] = {}

    def rule_of(problem: Problem) -> str:
        place = (problem.entity, problem.key)
        if place not in rules:
            sql = f"SELECT rule FROM stage.{table(BY_KEY[problem.entity])} WHERE key = ? AND fate = 1"
            rules[place] = base_rule((db.execute(sql, [problem.key]).fetchone() or ("",))[0] or "")
        return rules[place]

    # A finding that is counted over many names one of them only as an example.
    return [problem for problem in problems if RULES[problem.rule].counted or rule_of(problem) not in _ALONG]


def _unused(db: sqlite3.Connection, rules: RosterRules) -> None:
    """Leave out classes that nobody teaches, and courses without a class, where the connection wants neither."""
    if rules.taught_classes_only:
        # An assignment that can't be read is no reason to take a class away.
        db.execute(
            "UPDATE stage.stage_class SET fate = 1, rule = 'class-not-taught' WHERE fate = 0 AND key NOT IN ("
            "SELECT e.class FROM stage.stage_enrollment e LEFT JOIN stage.stage_teacher t ON t.key = e.teacher "
            "WHERE e.key < 0 AND e.class IS NOT NULL AND e.fate <> 1 AND (t.fate IS NULL OR t.fate <> 1))"
        )
    if rules.used_courses_only:
        db.execute(
            "UPDATE stage.stage_course SET fate = 1, rule = 'course-not-used' WHERE fate = 0 AND key NOT IN ("
            "SELECT course FROM stage.stage_class WHERE fate <> 1 AND course IS NOT NULL)"
        )


_THROUGH = {
    CONTACT.key: "SELECT r.contact, s.school FROM stage.stage_relationship r JOIN stage.stage_student s "
    "ON s.key = r.student WHERE s.school IS NOT NULL ORDER BY s.fate, r.key",
    RELATIONSHIP.key: "SELECT r.key, s.school FROM stage.stage_relationship r JOIN stage.stage_student s "
    "ON s.key = r.student WHERE s.school IS NOT NULL",
}


def _with_schools(db: sqlite3.Connection, problems: list[Problem]) -> list[Problem]:
    """The findings, with the school of contacts and relationships: a student's, of one who is delivered if any is."""
    for entity, sql in _THROUGH.items():
        wanted = {problem.key for problem in problems if problem.entity == entity and problem.school is None}
        if not wanted:
            continue
        schools: dict[int, int] = {}
        for key, school in db.execute(sql):
            if key in wanted:
                schools.setdefault(key, school)
        problems = [
            replace(problem, school=schools.get(problem.key))
            if problem.entity == entity and problem.school is None
            else problem
            for problem in problems
        ]
    return problems


def _resolve(db: sqlite3.Connection, entity: Entity, only: str) -> list[Problem]:
    references = [reference for reference in entity.references if not only or reference.column == only]
    if not references:
        return []
    # They can be a good part of the district, so they never leave SQLite: only findings do.
    db.create_function("goes_along", 2, goes_along, deterministic=True)
    db.execute(
        "CREATE TEMP TABLE offender AS SELECT key, "
        "CASE fate WHEN 1 THEN 1 ELSE 2 END fate, CASE WHEN fate = 1 THEN goes_along(other, cause) "
        f"WHEN fate = 2 THEN '{_WAITS}' ELSE '{_ORPHAN}' END rule, other, school "
        f"FROM ({_offenders_sql(entity, [(r.column, r.entity) for r in references])})"
    )
    db.execute(
        f"UPDATE stage.{table(entity)} SET fate = o.fate, rule = o.rule FROM temp.offender o "
        f"WHERE o.key = {table(entity)}.key"
    )
    rows = db.execute("SELECT rule, key, school, other FROM temp.offender WHERE fate <> 1 ORDER BY key").fetchall()
    db.execute("DROP TABLE temp.offender")
    return [Problem(rule, entity.key, key, school, other) for rule, key, school, other in rows]


def _offenders_sql(entity: Entity, references: list[tuple[str, str]]) -> str:
    """Records that are in although something they need is not; or can't be used although it is left out anyway.

    Gives (key, fate of the other or NULL, its entity, school, the rule that left the other out).

    What was left out weighs more than what is missing; a record that is only kept counts as there when the ledger
    has it.
    """
    joins, bad, left_out, kept, missing, causes = [], [], [], [], [], []
    for index, (column, other) in enumerate(references):
        alias, reference = f"r{index}", f"s.{column}"
        joins.append(f"LEFT JOIN stage.stage_{other} {alias} ON {alias}.key = {reference}")
        rank = next(e.rank for e in ENTITIES if e.key == other)
        ledger = f"EXISTS (SELECT 1 FROM ledger WHERE entity = {rank} AND key = {reference})"
        bad.append(f"({reference} IS NOT NULL AND ({alias}.fate IS NULL OR {alias}.fate <> 0))")
        left_out.append(f"WHEN {alias}.fate = 1 THEN '{other}'")
        causes.append(f"WHEN {alias}.fate = 1 THEN {alias}.rule")
        kept.append(f"WHEN {alias}.fate = 2 AND NOT {ledger} THEN '{other}'")
        missing.append(f"WHEN {reference} IS NOT NULL AND {alias}.fate IS NULL THEN '{other}'")
    school = "s.school" if "school" in (r.column for r in entity.references) else "NULL"
    return (
        "SELECT key, CASE WHEN gone IS NOT NULL THEN 1 WHEN lost IS NOT NULL THEN NULL ELSE 2 END fate, "
        "coalesce(gone, lost, waits) other, school, cause FROM ("
        f"SELECT s.key, s.fate own, {school} school, CASE {' '.join(left_out)} END gone, "
        f"CASE {' '.join(missing)} END lost, CASE {' '.join(kept)} END waits, CASE {' '.join(causes)} END cause "
        f"FROM stage.{table(entity)} s {' '.join(joins)} "
        f"WHERE (s.fate = 0 OR {unusable('s')}) AND ({' OR '.join(bad)})"
        ") WHERE own = 0 AND coalesce(gone, lost, waits) IS NOT NULL "
        # A contact may be left out just because this relationship can't be used.
        "OR gone IS NOT NULL AND cause <> 'contact-without-student'"
    )


def _contacts_without_student(db: sqlite3.Connection) -> None:
    db.execute(
        "UPDATE stage.stage_contact SET fate = 1, rule = 'contact-without-student' "
        f"WHERE (fate = 0 OR {unusable('stage_contact')}) AND key NOT IN ("
        "SELECT contact FROM stage.stage_relationship WHERE contact IS NOT NULL AND fate = 0) "
        f"AND key NOT IN ({held_contacts(db)})"
    )


_ONCE = {**dict.fromkeys(ENTITIES, "true"), ADMIN: f"key NOT IN (SELECT key FROM stage.{table(TEACHER)})"}
"""Staff that can't be read and was delivered as the other kind stands in both tables (store_plan) and counts once."""


def left_out_by_entity(db: sqlite3.Connection) -> dict[str, dict[str, int]]:
    """How many staged records each rule left out or keeps back: entity key -> rule -> count.

    Who goes along is counted as one, whatever the cause.
    """
    counts: dict[str, dict[str, int]] = {}
    for entity in ENTITIES:
        sql = f"SELECT rule, count(*) FROM stage.{table(entity)} WHERE fate <> 0 AND {_ONCE[entity]} GROUP BY rule"
        of_entity: Counter[str] = Counter()
        for rule, count in db.execute(sql):
            of_entity[base_rule(rule)] += count
        counts[entity.key] = dict(of_entity)
    return counts


def left_out_counts(by_entity: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """The same over all entities: rule -> count."""
    total: Counter[str] = Counter()
    for counts in by_entity.values():
        total.update(counts)
    return dict(sorted(total.items()))


def along_with_unlisted(db: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    """Staged records that go along with one that PowerSchool lists no longer, and those that are in; per entity key."""
    found = {}
    for entity in ENTITIES:
        rules = ", ".join(f"'{goes_along(reference.entity, 'not-listed')}'" for reference in entity.references)
        sql = f"SELECT sum(fate = 1 AND rule IN ({rules})), sum(fate = 0) FROM stage.{table(entity)}"
        count, inside = db.execute(sql).fetchone()
        if count:
            found[entity.key] = (count, inside)
    return found


def rejected_counts(db: sqlite3.Connection, by_entity: Mapping[str, Mapping[str, int]]) -> dict[str, tuple[int, int]]:
    """Records that can't be used, and records that would be in if they could; per entity key that has any.

    What a rule leaves out on purpose (another school, another year, inactive …) counts neither way.
    """
    found = {}
    for entity in ENTITIES:
        counts = by_entity[entity.key]
        rejected = sum(counts.get(rule, 0) for rule in REJECTING)
        if rejected:
            staged = db.execute(f"SELECT count(*) FROM stage.{table(entity)} WHERE {_ONCE[entity]}").fetchone()[0]
            found[entity.key] = (rejected, staged - sum(counts.values()) + rejected)
    return found
