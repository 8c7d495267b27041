"""Records that must differ and don't, and records that a person confirmed to be the same.

Staged records that are in are compared by a domain of attributes, after folding case, accents and blanks; a record that
lacks one of the attributes is not compared. The owner is the record that the ledger has, then the one with the lowest
key. The other is left out, and both are reported. Nothing is merged unless a person confirmed the pair: then what
belongs to the other record is delivered with the owner.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter

from psconnect.model.entities import BY_KEY, ENTITIES, Entity, Reference
from psconnect.model.problems import Problem
from psconnect.model.roster_rules import RosterRules
from psconnect.model.text import folded
from psconnect.store.reading.repeats import Repeats, records_of
from psconnect.store.reading.staging import IN, OUT, leave_out, staged
from psconnect.store.record import decode_record, encode_record

_MERGED, _CONFLICT, _OWNER = "merged", "uniqueness-conflict", "uniqueness-owner"
Pair = tuple[int, int]


def settle_uniqueness(db: sqlite3.Connection, entity: Entity, rules: RosterRules) -> list[Problem]:
    """Merge the entity's confirmed pairs and leave out who collides with an owner; returns the findings."""
    pairs = [pair for pair in rules.confirmed if pair.entity == entity.key]
    same = {pair.keys for pair in pairs if pair.verdict == "same"}
    different = {_ordered(pair.keys) for pair in pairs if pair.verdict == "different"}
    for other, owner in _merges(db, entity, same):
        _merge(db, entity, other, owner)
    domain = rules.domains.get(entity.key, ())
    if not domain:
        return []
    losers: list[Pair] = []
    for group in _collisions(db, entity, domain):
        losers += _losers(_by_claim(db, entity, group), different)
    leave_out(db, entity, _CONFLICT, [other for other, _owner in losers])
    return list(_problems(db, entity, losers))


def _ordered(keys: Pair) -> Pair:
    return min(keys), max(keys)


def _losers(group: Sequence[int], different: set[Pair]) -> Iterator[Pair]:
    """(who is left out, its owner) of records with the same values, the strongest claim first."""
    owners: list[int] = []
    for key in group:
        owner = next((one for one in owners if _ordered((one, key)) not in different), None)
        if owner is None:
            owners.append(key)
        else:
            yield key, owner


def _by_claim(db: sqlite3.Connection, entity: Entity, keys: Iterable[int]) -> list[int]:
    """The keys with those first that the ledger has, then by number."""
    sql = "SELECT EXISTS (SELECT 1 FROM ledger WHERE entity = ? AND key = ?)"
    return sorted(keys, key=lambda key: (not db.execute(sql, [entity.rank, key]).fetchone()[0], key))


def _collisions(db: sqlite3.Connection, entity: Entity, domain: Sequence[str]) -> Iterator[list[int]]:
    """The keys of records that are in and have the same values of the domain, group by group."""
    value_of = _value_of(entity, domain)
    repeats = Repeats()
    for key, record in db.execute(f"SELECT key, record FROM {staged(entity)} WHERE fate = {IN}"):
        repeats.add(key, value_of(record))
    groups: dict[tuple[str, ...], list[int]] = {}
    for key, record in records_of(db, entity, repeats.repeated()):
        groups.setdefault(value_of(record), []).append(key)
    yield from sorted(sorted(group) for group in groups.values() if len(group) > 1)


def _value_of(entity: Entity, domain: Sequence[str]) -> Callable[[bytes], tuple[str, ...]]:
    """A function from a record to its folded values; empty when one of them is missing."""
    places = [entity.attributes.index(attribute) for attribute in domain]
    # Two at least, so that it always gives a tuple.
    pick = itemgetter(*places) if len(places) > 1 else itemgetter(places[0], places[0])

    def value_of(record: bytes) -> tuple[str, ...]:
        values = tuple(map(folded, pick(decode_record(record))))
        return values if all(values) else ()

    return value_of


def _problems(db: sqlite3.Connection, entity: Entity, losers: Iterable[Pair]) -> Iterator[Problem]:
    """Each of the two records names the other one by its id."""
    has_school = any(reference.column == "school" for reference in entity.references)
    for other, owner in losers:
        for rule, key, named in ((_CONFLICT, other, owner), (_OWNER, owner, other)):
            school = None
            if has_school:
                sql = f"SELECT school FROM {staged(entity)} WHERE key = ?"
                school = db.execute(sql, [key]).fetchone()[0]
            yield Problem(rule, entity.key, key, school, _sourced_id(db, entity, named))


def _sourced_id(db: sqlite3.Connection, entity: Entity, key: int) -> str:
    """The id under which a staged record is delivered, as it stands in the record."""
    sql = f"SELECT record FROM {staged(entity)} WHERE key = ?"
    return decode_record(db.execute(sql, [key]).fetchone()[0])[0]


def _merges(db: sqlite3.Connection, entity: Entity, same: set[Pair]) -> Iterator[Pair]:
    """(record, its owner) for the confirmed pairs of which both records are in; chains have one owner."""
    groups: list[set[int]] = []
    for pair in sorted(same):
        if not _all_in(db, entity, pair):
            continue
        joined = set(pair).union(*(group for group in groups if group & set(pair)))
        groups = [*(group for group in groups if not group & joined), joined]
    for group in groups:
        owner, *others = _by_claim(db, entity, group)
        yield from ((other, owner) for other in others)


def _all_in(db: sqlite3.Connection, entity: Entity, keys: Pair) -> bool:
    sql = f"SELECT count(*) FROM {staged(entity)} WHERE fate = {IN} AND key IN (?, ?)"
    return bool(db.execute(sql, keys).fetchone()[0] == len(keys))


def _merge(db: sqlite3.Connection, entity: Entity, other: int, owner: int) -> None:
    """Leave a record out and give what belongs to it to the owner, unless the owner has the same already."""
    leave_out(db, entity, _MERGED, [other])
    for dependant in ENTITIES:
        for reference in dependant.references:
            if reference.entity == entity.key:
                _repoint(db, dependant, reference, other, owner)


def _repoint(db: sqlite3.Connection, dependant: Entity, reference: Reference, other: int, owner: int) -> None:
    place = dependant.attributes.index(reference.attribute)
    owner_id = _sourced_id(db, BY_KEY[reference.entity], owner)
    name, column = f"{staged(dependant)}", reference.column
    rows = db.execute(f"SELECT key, record FROM {name} WHERE {column} = ? AND fate <> {OUT}", [other]).fetchall()
    rest = [one.column for one in dependant.references if one.column != column]
    alike = " AND ".join(f"o.{one} IS s.{one}" for one in rest)
    twice = (
        f"SELECT EXISTS (SELECT 1 FROM {name} o, {name} s "
        f"WHERE s.key = ? AND o.{column} = ? AND o.fate = {IN} AND {alike})"
    )
    for key, record in rows:
        if db.execute(twice, [key, owner]).fetchone()[0]:
            leave_out(db, dependant, _MERGED, [key])
            continue
        values = decode_record(record)
        values[place] = owner_id
        db.execute(f"UPDATE {name} SET record = ?, {column} = ? WHERE key = ?", [encode_record(values), owner, key])
