"""Findings about people who are perhaps one and the same: told, never merged, and independent of uniqueness.

A child who was registered twice has the same name and the same state id, user name or birth date under another number.
Twins and siblings differ in their names, whatever else of them is alike. Addresses that several people have are usual
between siblings and their parents, so they are only counted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from psconnect.model.entities import EXTRA, STUDENT
from psconnect.model.problems import Problem, named_record, with_count
from psconnect.model.roster_rules import RosterRules
from psconnect.model.text import caseless, folded
from psconnect.store.reading.assigned_values import PEOPLE
from psconnect.store.reading.staging import IN, staged
from psconnect.store.reading.username_clashes import CASELESS
from psconnect.store.record import attribute_value, decode_record, record_id, value_at

_TWICE, _SHARED = "registered-twice", "email-shared"
_THERE = f"(fate = {IN} OR rule = 'username-taken')"
"""Who is delivered, or would be but for the other one's user name."""
_SHORTEST, _MOST = 4, 10
"""Characters that a state id has at least, and children who can have one by mistake: beyond that it stands for none."""
_Pairs = dict[tuple[int, int], list[str]]
"""(a student, the first one who is alike) -> what of them is the same"""


def _is_id(text: str) -> bool:
    """Whether a text can be somebody's state id: ``0000``, ``N/A`` and the like stand for none."""
    return len(text) >= _SHORTEST and any(ch.isdigit() for ch in text) and len(set(text)) > 1


def registered_twice(db: sqlite3.Connection, rules: RosterRules) -> list[Problem]:
    """A finding for each of two students who are perhaps one child; confirmed pairs are none."""
    db.create_function("caseless", 1, caseless, deterministic=True)
    db.create_function("folded", 1, folded, deterministic=True)
    known = {frozenset(pair.keys) for pair in rules.confirmed if pair.entity == STUDENT.key}
    pairs: _Pairs = {}
    same = {"stateId": f"trim({_of('stateId')})", "username": _of("username")}
    if rules.birth_date:
        born = f"CASE WHEN {_of(EXTRA)} <> '' THEN json_extract({_of(EXTRA)}, '$.\"{rules.birth_date}\"') END"
        # Many are born on one day, so their names are compared at once.
        names = f"folded({_of('familyName')}) || char(10) || folded({_of('givenName')})"
        same["birth date"] = f"{born} || char(10) || {names}"
    for what, sql in same.items():
        for keys in _alike(db, what, sql):
            for key in keys[1:]:
                if frozenset((key, keys[0])) not in known:
                    pairs.setdefault((key, keys[0]), []).append(what)
    found: dict[Problem, None] = {}
    for (key, first), what_is in pairs.items():
        for about, other in ((key, first), (first, key)):
            found[_told(db, about, other, ", ".join(what_is))] = None
    return list(found)


def _of(attribute: str) -> str:
    return attribute_value(STUDENT, attribute)


def _alike(db: sqlite3.Connection, what: str, sql: str) -> Iterator[list[int]]:
    """The keys of students who have the same name and the same of what the SQL gives, group by group."""
    values_sql = f"SELECT {CASELESS} same, key FROM (SELECT {sql} name, key FROM {staged(STUDENT)} WHERE {_THERE})"
    db.execute("DROP TABLE IF EXISTS temp.alike")
    db.execute(
        f"CREATE TEMP TABLE alike AS SELECT same FROM ({values_sql}) WHERE same <> '' GROUP BY same HAVING count(*) > 1"
    )
    if not db.execute("SELECT EXISTS (SELECT 1 FROM temp.alike)").fetchone()[0]:
        return
    rows = db.execute(
        f"SELECT v.same, v.key, s.record FROM ({values_sql}) v JOIN {staged(STUDENT)} s ON s.key = v.key "
        "WHERE v.same IN (SELECT same FROM temp.alike) ORDER BY v.same, v.key"
    )
    groups: dict[tuple[str, str, str], list[int]] = {}
    counts: dict[str, int] = {}
    family, given = STUDENT.attributes.index("familyName"), STUDENT.attributes.index("givenName")
    for same, key, record in rows:
        values = decode_record(record)
        names = folded(values[family]), folded(values[given])
        if all(names) and (what != "stateId" or _is_id(same)):
            groups.setdefault((same, *names), []).append(key)
            counts[same] = counts.get(same, 0) + 1
    for (same, *_names), keys in groups.items():
        if len(keys) > 1 and (what != "stateId" or counts[same] <= _MOST):
            yield keys


def _told(db: sqlite3.Connection, key: int, other: int, what: str) -> Problem:
    sql = f"SELECT school, {record_id('record')} FROM {staged(STUDENT)} WHERE key = ?"
    school, _own = db.execute(sql, [key]).fetchone()
    _school, named = db.execute(sql, [other]).fetchone()
    return Problem(_TWICE, STUDENT.key, key, school, f"{named_record(STUDENT.key, named)} ({what})")


def shared_addresses(db: sqlite3.Connection) -> list[Problem]:
    """For each kind of people, how many have an e-mail that somebody else has, too."""
    db.create_function("caseless", 1, caseless, deterministic=True)
    mails = {
        entity: f"SELECT key, {CASELESS} mail FROM (SELECT key, {value_at('record', entity.attributes.index('email'))} "
        f"name FROM {staged(entity)} WHERE fate = {IN})"
        for entity in PEOPLE
    }
    db.execute("DROP TABLE IF EXISTS temp.shared_mail")
    db.execute(
        f"CREATE TEMP TABLE shared_mail AS SELECT mail FROM ({' UNION ALL '.join(mails.values())}) "
        "WHERE mail <> '' GROUP BY mail HAVING count(*) > 1"
    )
    found: list[Problem] = []
    for entity, sql in mails.items():
        first, count = db.execute(
            f"SELECT min(key), count(*) FROM ({sql}) WHERE mail IN (SELECT mail FROM temp.shared_mail)"
        ).fetchone()
        if count:
            found.append(Problem(_SHARED, entity.key, first, None, with_count("email", count)))
    db.execute("DROP TABLE temp.shared_mail")
    return found
