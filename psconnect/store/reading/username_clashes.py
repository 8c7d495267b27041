"""User names that two people would share: every destination refuses the second one, whatever uniqueness is set to.

The user names of all people who are in, or stay as last delivered, are compared without regard to case and to how a
letter is composed (model.text.caseless). A user name goes to the person who was delivered under it, then to one who was
delivered at all, then to one who was never delivered; among equals teachers come before other staff and students, and
then the lowest key decides. The others are left out, unless they were delivered before: they keep the user name of
their last delivery, even if it is the same. If a connection needs no user names (Chromebooks), new people are not left
out either and get their own id as user name.

Contacts come last and never take a user name from anybody else; contacts whose user name is their own id are not
compared.

One pass over the user names finds those that are wanted twice; only these are looked at closely.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from psconnect.model.entities import ADMIN, BY_RANK, CONTACT, STUDENT, TEACHER, Entity
from psconnect.model.problems import Problem, named_record
from psconnect.model.text import caseless
from psconnect.store.reading.staging import IN, KEPT, OUT, stage_table, staged
from psconnect.store.record import decode_record, encode_record, record_id, value_at

_TAKEN, _OWNER, _KEPT, _SHARED = "username-taken", "username-owner", "username-kept", "username-shared"
_REPLACED = "username-replaced"
_ORDER = (TEACHER, ADMIN, STUDENT, CONTACT)
"""The stronger claim among equals comes first: a teacher who is left out takes classes along."""
_STAFF = (TEACHER, ADMIN)
_SETTLED, _DELIVERED, _NEW = 0, 1, 2
"""How strong a claim is: delivered under this user name, delivered under another, never delivered."""
_PLACE = {entity.key: entity.attributes.index("username") for entity in _ORDER}


@dataclass(frozen=True)
class _Claim:
    """A person who wants a user name.

    Attributes:
        strength: how strong the claim is.
        before: the user name of the last delivery; None for who was never delivered.
    """

    entity: Entity
    key: int
    strength: int
    before: str | None


def settle_usernames(
    db: sqlite3.Connection, *, not_needed: Collection[str] = (), contacts: bool = False
) -> list[Problem]:
    """Leave out people whose user name somebody else has, or give them their earlier one back; returns the findings.

    ``not_needed`` are the keys of entities whose people are not left out for want of a user name. To be called for
    everybody but contacts first, then for ``contacts``, once it is settled which of them are in.
    """
    compared = _ORDER if contacts else _ORDER[:-1]
    if contacts and not _contacts_with_names(db):
        return []
    db.create_function("caseless", 1, caseless, deterministic=True)
    problems: list[Problem] = []
    shared: list[tuple[_Claim, _Claim]] = []
    settled = False
    while not settled:
        settled = True
        shared.clear()
        for group in _contested(db, compared):
            owner, *others = group
            for one in others:
                if contacts and one.entity is not CONTACT:
                    continue  # It is settled already.
                if one.strength == _SETTLED:
                    shared.append((owner, one))
                    continue
                # An earlier user name may be wanted by somebody else, so everything is looked at again.
                settled = False
                problems += _give_way(db, owner, one, replaced=one.entity.key in not_needed)
    for owner, one in shared:
        problems += _told(db, _SHARED, one, owner) + _told(db, _SHARED, owner, one)
    return problems


def _contacts_with_names(db: sqlite3.Connection) -> bool:
    """Whether there are contacts whose user name is more than their own id behind a prefix."""
    name, own = value_at("record", _PLACE[CONTACT.key]), record_id("record")
    sql = (
        f"SELECT EXISTS (SELECT 1 FROM {staged(CONTACT)} WHERE fate <> {OUT} AND {name} <> '' "
        f"AND substr({name}, -length({own})) <> {own})"
    )
    return bool(db.execute(sql).fetchone()[0])


def _ranks_of(entity: Entity) -> list[int]:
    """The kinds a person may have been delivered as: staff who taught and no longer do have the same key."""
    return [one.rank for one in (_STAFF if entity in _STAFF else (entity,))]


def _names(entity: Entity) -> str:
    """A query for entity, key and user name of those who are in, or stay as they were delivered."""
    name, before = value_at("record", _PLACE[entity.key]), value_at("l.record", _PLACE[entity.key])
    ranks = ", ".join(map(str, _ranks_of(entity)))
    return (
        f"SELECT {entity.rank} entity, key, {name} name, fate FROM {staged(entity)} WHERE fate = {IN} "
        f"UNION ALL SELECT {entity.rank}, s.key, {before}, s.fate FROM {staged(entity)} s JOIN ledger l "
        f"ON l.entity IN ({ranks}) AND l.key = s.key WHERE s.fate = {KEPT}"
    )


_CASELESS = "CASE WHEN name GLOB '*[^ -~]*' THEN caseless(name) ELSE lower(name) END"
"""SQL for model.text.caseless of the column ``name``; the function is called only where SQLite can't do it."""


def _contested(db: sqlite3.Connection, compared: Sequence[Entity]) -> Iterator[list[_Claim]]:
    """People who want the same user name, name by name, the strongest claim first."""
    names = " UNION ALL ".join(map(_names, compared))
    db.execute("DROP TABLE IF EXISTS temp.contested")
    db.execute(
        f"CREATE TEMP TABLE contested AS SELECT {_CASELESS} wanted FROM ({names}) WHERE name <> '' "
        "GROUP BY wanted HAVING count(*) > 1"
    )
    if not db.execute("SELECT EXISTS (SELECT 1 FROM temp.contested)").fetchone()[0]:
        return
    wanting = db.execute(
        f"SELECT wanted, entity, key, fate FROM (SELECT {_CASELESS} wanted, entity, key, fate FROM ({names}) "
        "WHERE name <> '') WHERE wanted IN (SELECT wanted FROM temp.contested) ORDER BY wanted"
    ).fetchall()
    for wanted, rows in itertools.groupby(wanting, key=lambda row: row[0]):
        claims = [_claim(db, BY_RANK[rank], key, wanted) for _wanted, rank, key, _fate in rows]
        yield sorted(claims, key=_by_claim)


def _by_claim(claim: _Claim) -> tuple[bool, int, int, int]:
    return claim.entity is CONTACT, claim.strength, _ORDER.index(claim.entity), claim.key


def _claim(db: sqlite3.Connection, entity: Entity, key: int, wanted: str) -> _Claim:
    ranks = _ranks_of(entity)
    marks = ", ".join("?" * len(ranks))
    sql = f"SELECT {value_at('record', _PLACE[entity.key])} FROM ledger WHERE key = ? AND entity IN ({marks})"
    names = [name for (name,) in db.execute(sql, [key, *ranks])]
    if not names:
        return _Claim(entity, key, _NEW, None)
    return _Claim(entity, key, _SETTLED if wanted in map(caseless, names) else _DELIVERED, names[0])


def _give_way(db: sqlite3.Connection, owner: _Claim, other: _Claim, *, replaced: bool) -> list[Problem]:
    """Settle what becomes of the person who does not get the user name."""
    name, place = stage_table(other.entity), _PLACE[other.entity.key]
    (record,) = db.execute(f"SELECT record FROM stage.{name} WHERE key = ?", [other.key]).fetchone()
    values = decode_record(record)
    if other.before is not None:
        rule, values[place] = _KEPT, other.before
    elif replaced and values[place] != values[0]:
        rule, values[place] = _REPLACED, values[0]
    else:
        rule = _TAKEN
        sql = f"UPDATE stage.{name} SET fate = {OUT}, rule = ? WHERE key = ?"
        db.execute(sql, [rule, other.key])
    if rule != _TAKEN:
        db.execute(f"UPDATE stage.{name} SET record = ? WHERE key = ?", [encode_record(values), other.key])
    return _told(db, rule, other, owner) + _told(db, _OWNER, owner, other)


def _told(db: sqlite3.Connection, rule: str, about: _Claim, other: _Claim) -> list[Problem]:
    """The finding about a record; it names the other one."""
    school = "school" if about.entity is STUDENT else "NULL"
    sql = f"SELECT {school} FROM {staged(about.entity)} WHERE key = ?"
    of_school = db.execute(sql, [about.key]).fetchone()[0]
    sql = f"SELECT {record_id('record')} FROM {staged(other.entity)} WHERE key = ?"
    named = named_record(other.entity.key, db.execute(sql, [other.key]).fetchone()[0])
    return [Problem(rule, about.entity.key, about.key, of_school, named)]
