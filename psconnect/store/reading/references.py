"""References between staged records: a record that goes takes its dependants along; an orphan is kept and reported.

Worked out as one pass an entity, in dependency order, over the attached
staging.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
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
    RELATIONSHIP,
    SCHOOL,
    STUDENT,
    TEACHER,
    Entity,
    Reference,
)
from psconnect.model.problems import NOT_TAKEN, RULES, Problem, base_rule, goes_along
from psconnect.model.roster_rules import NO_RULES, RosterRules
from psconnect.store.plan.cascade import held_contacts
from psconnect.store.reading.guests import find_guests, left_out_guests, name_schools, place_guests
from psconnect.store.reading.look_alikes import registered_twice, shared_addresses
from psconnect.store.reading.same_class import settle_same_class
from psconnect.store.reading.staging import IN, KEPT, OUT, stage_table, staged, unusable
from psconnect.store.reading.uniqueness import settle_uniqueness
from psconnect.store.reading.username_clashes import settle_usernames

_ORPHAN, _WAITS = "orphan", "waits-for"
_ALONG = ("goes-along", "contact-without-student")
_ORDER = (TEACHER, ADMIN, SCHOOL, CALENDAR, COURSE, CLASS, STUDENT, CONTACT, RELATIONSHIP, ENROLLMENT)
"""A record comes after those it needs, and classes before students who are in because of them. Staff needs nothing, and
decides which classes are taught once user names are settled between staff and students."""


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
            _leave_out_unused(db, rules)
            place_guests(db)
    problems += registered_twice(db, rules) + shared_addresses(db)
    problems += settle_same_class(db, today)
    name_schools(db)
    problems += left_out_guests(db)
    return without_those_along(db, _with_schools(db, [*found, *problems]))


def without_those_along(db: sqlite3.Connection, problems: Iterable[Problem]) -> list[Problem]:
    """The findings without those about records that go along with another one: nobody can do anything about them."""
    rules: dict[tuple[str, int], str] = {}

    def rule_of(problem: Problem) -> str:
        place = (problem.entity, problem.key)
        if place not in rules:
            sql = f"SELECT rule FROM {staged(BY_KEY[problem.entity])} WHERE key = ? AND fate = {OUT}"
            rules[place] = base_rule((db.execute(sql, [problem.key]).fetchone() or ("",))[0] or "")
        return rules[place]

    # A counted finding names one record only as an example.
    return [problem for problem in problems if RULES[problem.rule].counted or rule_of(problem) not in _ALONG]


def _leave_out_unused(db: sqlite3.Connection, rules: RosterRules) -> None:
    """Leave out classes that nobody teaches and courses without a class, if the connection wants neither."""
    if rules.taught_classes_only:
        # An assignment that can't be read is no reason to take a class away.
        taught = (
            f"SELECT e.class FROM {staged(ENROLLMENT)} e LEFT JOIN {staged(TEACHER)} t ON t.key = e.teacher "
            f"WHERE e.key < 0 AND e.class IS NOT NULL AND e.fate <> {OUT} "
            f"AND (t.fate IS NULL OR t.fate <> {OUT})"
        )
        _leave_out_others(db, CLASS, "class-not-taught", taught)
    if rules.used_courses_only:
        used = f"SELECT course FROM {staged(CLASS)} WHERE fate <> {OUT} AND course IS NOT NULL"
        _leave_out_others(db, COURSE, "course-not-used", used)


def _leave_out_others(db: sqlite3.Connection, entity: Entity, rule: str, keys: str) -> None:
    """Leave out, by this rule, who is in and not among the keys that this SQL gives."""
    sql = f"UPDATE {staged(entity)} SET fate = {OUT}, rule = ? WHERE fate = {IN} AND key NOT IN ({keys})"
    db.execute(sql, [rule])


_OF_STUDENTS = f"FROM {staged(RELATIONSHIP)} r JOIN {staged(STUDENT)} s ON s.key = r.student WHERE s.school IS NOT NULL"
_SCHOOLS_THROUGH_STUDENTS = {
    CONTACT.key: f"SELECT r.contact, s.school {_OF_STUDENTS} ORDER BY s.fate, r.key",
    RELATIONSHIP.key: f"SELECT r.key, s.school {_OF_STUDENTS}",
}


def _with_schools(db: sqlite3.Connection, problems: list[Problem]) -> list[Problem]:
    """The findings; those about contacts and relationships get the school of a student, one who is in if possible."""
    for entity, sql in _SCHOOLS_THROUGH_STUDENTS.items():
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
        f"CASE fate WHEN {OUT} THEN {OUT} ELSE {KEPT} END fate, CASE fate "
        f"WHEN {OUT} THEN goes_along(other, cause) WHEN {KEPT} THEN '{_WAITS}' ELSE '{_ORPHAN}' END rule, "
        f"other, school FROM ({_offenders(entity, references)})"
    )
    name = stage_table(entity)
    db.execute(f"UPDATE stage.{name} SET fate = o.fate, rule = o.rule FROM temp.offender o WHERE o.key = {name}.key")
    sql = f"SELECT rule, key, school, other FROM temp.offender WHERE fate <> {OUT} ORDER BY key"
    rows = db.execute(sql).fetchall()
    db.execute("DROP TABLE temp.offender")
    return [Problem(rule, entity.key, key, school, other) for rule, key, school, other in rows]


def _offenders(entity: Entity, references: list[Reference]) -> str:
    """SQL for records that are in although a record they need is not, or that can't be used and are left out anyway.

    Gives (key, fate of the other record or NULL, its entity, school, the rule that left it out). A record that was left
    out weighs more than one that is missing; one that is kept counts as there if the ledger has it.
    """
    joins, bad, left_out, kept, missing, causes = [], [], [], [], [], []
    for index, reference in enumerate(references):
        alias, key, other = f"r{index}", f"s.{reference.column}", BY_KEY[reference.entity]
        joins.append(f"LEFT JOIN {staged(other)} {alias} ON {alias}.key = {key}")
        delivered = f"EXISTS (SELECT 1 FROM ledger WHERE entity = {other.rank} AND key = {key})"
        bad.append(f"({key} IS NOT NULL AND ({alias}.fate IS NULL OR {alias}.fate <> {IN}))")
        left_out.append(f"WHEN {alias}.fate = {OUT} THEN '{other.key}'")
        causes.append(f"WHEN {alias}.fate = {OUT} THEN {alias}.rule")
        kept.append(f"WHEN {alias}.fate = {KEPT} AND NOT {delivered} THEN '{other.key}'")
        missing.append(f"WHEN {key} IS NOT NULL AND {alias}.fate IS NULL THEN '{other.key}'")
    school = "s.school" if "school" in (r.column for r in entity.references) else "NULL"
    return (
        f"SELECT key, CASE WHEN gone IS NOT NULL THEN {OUT} WHEN lost IS NULL THEN {KEPT} END fate, "
        "coalesce(gone, lost, waits) other, school, cause FROM ("
        f"SELECT s.key, s.fate own, {school} school, CASE {' '.join(left_out)} END gone, "
        f"CASE {' '.join(missing)} END lost, CASE {' '.join(kept)} END waits, CASE {' '.join(causes)} END cause "
        f"FROM {staged(entity)} s {' '.join(joins)} "
        f"WHERE (s.fate = {IN} OR {unusable('s')}) AND ({' OR '.join(bad)})"
        f") WHERE own = {IN} AND coalesce(gone, lost, waits) IS NOT NULL "
        # A contact may be left out just because this relationship can't be used.
        "OR gone IS NOT NULL AND cause <> 'contact-without-student'"
    )


def _contacts_without_student(db: sqlite3.Connection) -> None:
    db.execute(
        f"UPDATE stage.stage_contact SET fate = {OUT}, rule = 'contact-without-student' "
        f"WHERE (fate = {IN} OR {unusable('stage_contact')}) AND key NOT IN ("
        f"SELECT contact FROM stage.stage_relationship WHERE contact IS NOT NULL AND fate = {IN}) "
        f"AND key NOT IN ({held_contacts(db)})"
    )


def leave_out_entities(db: sqlite3.Connection, entities: Iterable[Entity]) -> None:
    """Leave out all staged records that the destination has no place for."""
    for entity in entities:
        db.execute(f"UPDATE stage.{stage_table(entity)} SET fate = {OUT}, rule = ? WHERE fate <> {OUT}", [NOT_TAKEN])
