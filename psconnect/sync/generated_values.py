"""Fills in missing values: generated user names, and sign-in types by e-mail domain, or as they were set by hand.

Works on a run's attached staging, before the rules between records run. A value once given stays.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from psconnect.model.entities import BY_KEY, EXTRA, SIGN_IN_BY_HAND, SIGN_IN_TYPE, Entity
from psconnect.model.problems import Problem
from psconnect.model.staff_usernames import StaffNames
from psconnect.roster.sign_in import NO_SIGN_IN_TYPES, SignIn, SignInTypes
from psconnect.roster.usernames import Usernames
from psconnect.store.database import transaction
from psconnect.store.reading import assigned_values
from psconnect.store.reading.set_by_hand import decided
from psconnect.store.reading.staging import leave_out
from psconnect.store.record import decode_record, encode_record


@dataclass(frozen=True)
class Naming:
    """What people are given, and what happens to those who can't get a user name.

    Attributes:
        usernames: entity key -> the pattern that generates missing user names.
        sign_in: the domains of each sign-in type.
        types: the sign-in types that can be set by hand; none where the destination has none.
        required, reported: keys of entities whose people are left out, or reported, without a user name.
    """

    usernames: Mapping[str, Callable[[Mapping[str, str]], str]] = field(default_factory=dict)
    sign_in: SignIn = field(default_factory=lambda: SignIn({}))
    types: SignInTypes = NO_SIGN_IN_TYPES
    required: frozenset[str] = frozenset()
    reported: frozenset[str] = frozenset()


NOTHING_GIVEN = Naming()


def give(db: sqlite3.Connection, naming: Naming, names: StaffNames) -> list[Problem]:
    """Fill in and remember missing values in the attached staging; returns problems for people without a user name.

    Also remembers what reading learned about the user ``names`` of staff.
    """
    with transaction(db):
        assigned_values.check_given(db)
        assigned_values.remember_sources(db, names)
        problems = _give_usernames(db, naming)
        if naming.sign_in or naming.types:
            for entity in assigned_values.PEOPLE:
                _give_sign_in(db, entity, naming)
        assigned_values.seal_given(db)
    return problems


def _give_usernames(db: sqlite3.Connection, naming: Naming) -> list[Problem]:
    names: Usernames | None = None
    problems: list[Problem] = []
    for entity in (BY_KEY[key] for key in naming.usernames):
        rows = assigned_values.without(db, entity, "username")
        if not rows:
            continue
        names = names or Usernames(assigned_values.usernames(db))
        place = entity.attributes.index("username")
        remembered = assigned_values.remembered(db, entity, "username")
        found: list[tuple[int, str, bytes]] = []
        nameless: list[tuple[int, int | None]] = []
        for key, school, record in rows:
            values = decode_record(record)
            values[place] = remembered.get(key, "")
            if not values[place]:
                wanted = naming.usernames[entity.key](dict(zip(entity.attributes, values, strict=True)))
                values[place] = names.give(wanted)
            if values[place]:
                found.append((key, values[place], encode_record(values)))
            else:
                nameless.append((key, school))
        assigned_values.remember(db, entity, "username", found)
        problems += _still_nameless(db, entity, naming, nameless)
    return problems


def _still_nameless(
    db: sqlite3.Connection, entity: Entity, naming: Naming, nameless: list[tuple[int, int | None]]
) -> list[Problem]:
    """Apply the user name requirement to people whose attributes give none."""
    if entity.key in naming.required:
        rule = "missing-required"
        leave_out(db, entity, rule, [key for key, _school in nameless])
    elif entity.key in naming.reported:
        rule = "missing-reported"
    else:
        return []
    return [Problem(rule, entity.key, key, school, "username") for key, school in nameless]


def _give_sign_in(db: sqlite3.Connection, entity: Entity, naming: Naming) -> None:
    """Give everybody a sign-in type: as set by hand, else as given before, else by the domain of the e-mail."""
    mail, extra = entity.attributes.index("email"), entity.attributes.index(EXTRA)
    by_hand = {key: value for key, value in decided(db, entity, SIGN_IN_TYPE).items() if value in naming.types.labels}
    if not naming.sign_in and not by_hand:
        return
    remembered = assigned_values.remembered(db, entity, SIGN_IN_TYPE) if naming.sign_in else {}
    found: list[tuple[int, str, bytes]] = []
    chosen: list[tuple[int, bytes]] = []
    for key, record in assigned_values.everybody(db, entity):
        values = decode_record(record)
        kind = by_hand.get(key) or remembered.get(key) or naming.sign_in.of(values[mail])
        if not kind:
            continue
        told = {SIGN_IN_TYPE: kind}
        if key in by_hand and naming.types.tells_hand:
            told[SIGN_IN_BY_HAND] = "true"
        others = msgspec.json.decode(values[extra], type=dict[str, str]) if values[extra] else {}
        values[extra] = encode_record(others | told).decode()
        if key in by_hand:
            chosen.append((key, encode_record(values)))
        else:
            found.append((key, kind, encode_record(values)))
    assigned_values.remember(db, entity, SIGN_IN_TYPE, found)
    assigned_values.restage(db, entity, chosen)
