"""Findings about people who are perhaps the same person: reported, never merged, and independent of uniqueness.

A child who was registered twice has the same name and the same state id, user name or birth date under another number.
Twins and siblings differ in their names, however much else they share. Siblings and parents often share an address, so
shared addresses are only counted.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import msgspec

from psconnect.model.entities import STUDENT
from psconnect.model.problems import Problem, named_record, with_count
from psconnect.model.roster_rules import RosterRules
from psconnect.model.text import caseless, folded
from psconnect.store.reading.assigned_values import PEOPLE
from psconnect.store.reading.repeats import Repeats, records_of
from psconnect.store.reading.staging import IN, staged
from psconnect.store.record import decode_record, record_id

_TWICE, _SHARED = "registered-twice", "email-shared"
_THERE = f"(fate = {IN} OR rule = 'username-taken')"
"""Who is delivered, or would be but for the other one's user name."""
_SHORTEST, _MOST = 4, 10
"""Characters that a state id has at least, and children who can have one by mistake: beyond that it stands for none."""
_FAMILY, _GIVEN = STUDENT.attributes.index("familyName"), STUDENT.attributes.index("givenName")
_KINDS = 100
"""More than an entity's rank, so that both fit one number."""
_Pairs = dict[tuple[int, int], list[str]]
"""(a student, the first one who is alike) -> what of them is the same"""


def _is_id(text: str) -> bool:
    """Whether a text can be somebody's state id: ``0000``, ``N/A`` and the like stand for none."""
    return len(text) >= _SHORTEST and any(ch.isdigit() for ch in text) and len(set(text)) > 1


def registered_twice(db: sqlite3.Connection, rules: RosterRules) -> list[Problem]:
    """A finding for each of two students who are perhaps one child, unless the pair was confirmed."""
    known = {frozenset(pair.keys) for pair in rules.confirmed if pair.entity == STUDENT.key}
    pairs: _Pairs = {}
    compared = _compared(rules)
    for what, some in _repeated(db, compared).items():
        for keys in _alike(db, some, what, compared[what]):
            for key in keys[1:]:
                if frozenset((key, keys[0])) not in known:
                    pairs.setdefault((key, keys[0]), []).append(what)
    found: dict[Problem, None] = {}
    for (key, first), what_is in pairs.items():
        for about, other in ((key, first), (first, key)):
            found[_told(db, about, other, ", ".join(what_is))] = None
    return list(found)


def _compared(rules: RosterRules) -> dict[str, Callable[[list[str]], str]]:
    """What of two students is compared, and how it is found among a record's values."""
    state_id, username = STUDENT.attributes.index("stateId"), STUDENT.attributes.index("username")
    compared: dict[str, Callable[[list[str]], str]] = {
        "stateId": lambda values: caseless(values[state_id].strip(" ")),
        "username": lambda values: caseless(values[username]),
    }
    if rules.birth_date:
        compared["birth date"] = partial(_birth_date, rules.birth_date)
    return compared


def _birth_date(label: str, values: list[str]) -> str:
    """The birth date with the name: many are born on one day."""
    extra = values[-1]
    born = msgspec.json.decode(extra, type=dict[str, str]).get(label, "") if extra else ""
    return "\n".join((born, *_folded_name(values))) if born else ""


def _folded_name(values: list[str]) -> tuple[str, str]:
    return folded(values[_FAMILY]), folded(values[_GIVEN])


def _repeated(db: sqlite3.Connection, compared: Mapping[str, Callable[[list[str]], str]]) -> dict[str, list[int]]:
    """For each of these values, the keys of students who share it with another student."""
    repeats = [(Repeats(), value_of) for value_of in compared.values()]
    for key, record in db.execute(f"SELECT key, record FROM {staged(STUDENT)} WHERE {_THERE}"):
        values = decode_record(record)
        for one, value_of in repeats:
            one.add(key, value_of(values))
    return {what: one.repeated() for what, (one, _value_of) in zip(compared, repeats, strict=True)}


def _alike(
    db: sqlite3.Connection, keys: list[int], what: str, value_of: Callable[[list[str]], str]
) -> Iterator[list[int]]:
    """Among these students, the keys of those with the same name and the same value, group by group."""
    groups: dict[tuple[str, str, str], list[int]] = {}
    counts: Counter[str] = Counter()
    for key, record in records_of(db, STUDENT, keys):
        values = decode_record(record)
        same, names = value_of(values), _folded_name(values)
        if all(names) and (what != "stateId" or _is_id(same)):
            groups.setdefault((same, *names), []).append(key)
            counts[same] += 1
    for (same, *_names), group in sorted(groups.items()):
        if len(group) > 1 and (what != "stateId" or counts[same] <= _MOST):
            yield sorted(group)


def _told(db: sqlite3.Connection, key: int, other: int, what: str) -> Problem:
    sql = f"SELECT school, {record_id('record')} FROM {staged(STUDENT)} WHERE key = ?"
    school, _own = db.execute(sql, [key]).fetchone()
    _school, named = db.execute(sql, [other]).fetchone()
    return Problem(_TWICE, STUDENT.key, key, school, f"{named_record(STUDENT.key, named)} ({what})")


def shared_addresses(db: sqlite3.Connection) -> list[Problem]:
    """For each kind of people, how many have an e-mail that somebody else has, too."""
    repeats = Repeats()
    for entity in PEOPLE:
        place = entity.attributes.index("email")
        for key, record in db.execute(f"SELECT key, record FROM {staged(entity)} WHERE fate = {IN} ORDER BY key"):
            repeats.add(key * _KINDS + entity.rank, caseless(decode_record(record)[place]))
    sharing: dict[int, list[int]] = {}
    for place in repeats.repeated():
        sharing.setdefault(place % _KINDS, []).append(place // _KINDS)
    return [
        Problem(_SHARED, entity.key, sharing[entity.rank][0], None, with_count("email", len(sharing[entity.rank])))
        for entity in PEOPLE
        if entity.rank in sharing
    ]
