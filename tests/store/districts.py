"""Small made-up districts for properties of plan, ledger, exclusion and undo; and what any of them has to keep."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import msgspec

from psconnect.model.entities import BY_KEY, BY_RANK, ENTITIES, Entity
from psconnect.model.id_attributes import SPACES
from psconnect.model.problems import Fate
from psconnect.store.database import open_rosters, transaction
from psconnect.store.history import run_table
from psconnect.store.plan import difference, ledger
from psconnect.store.plan.plan import Plan
from psconnect.store.reading import references, staging
from tests.support.demo import TestClock

CLOCK = TestClock()
Rows = dict[str, dict[int, tuple]]
"""entity -> key -> (fate, text, references …)"""
Content = dict[tuple[int, int], bytes]
"""(entity's rank, key) -> record, as the ledger holds it"""


def record(entity: Entity, key: int, text: str, refs: Sequence[int | None]) -> bytes:
    """As a source encodes it: its own id, what it points to, and one attribute more."""
    values = dict.fromkeys(entity.attributes, "")
    values[entity.attributes[-1]] = text
    for reference, target in zip(entity.references, refs, strict=True):
        if target is not None:
            values[reference.attribute] = BY_KEY[reference.entity].sourced_id(target)
    values["sourcedId"] = entity.sourced_id(key)
    return msgspec.json.encode(list(values.values()))


def points_to(entity: Entity, encoded: bytes) -> list[set[str]]:
    """For each thing a record points to, the names it can have: kind and id of the possible targets."""
    values = dict(zip(entity.attributes, msgspec.json.decode(encoded), strict=True))
    names: dict[str, set[str]] = {}
    for reference in entity.references:
        if values[reference.attribute]:
            for one in values[reference.attribute].split(","):
                names.setdefault(f"{reference.attribute} {one}", set()).add(f"{reference.entity} {one}")
    return list(names.values())


def names_of(content: Content) -> set[str]:
    return {f"{BY_RANK[rank].key} {BY_RANK[rank].sourced_id(key)}" for rank, key in content}


def dangling(content: Content) -> list[tuple[str, int]]:
    """The records that point to something which is not there."""
    names = names_of(content)
    return [
        (BY_RANK[rank].key, key)
        for (rank, key), encoded in content.items()
        if any(not targets & names for targets in points_to(BY_RANK[rank], encoded))
    ]


def expected_after(before: Content, fates: dict[str, dict[int, tuple]]) -> Content:
    """What the ledger has to hold after a full run: what is in, what is kept, less what has lost what it needs."""
    expected: Content = {}
    for entity in ENTITIES:
        for key, (fate, encoded) in fates[entity.key].items():
            if fate == Fate.IN:
                expected[entity.rank, key] = encoded
            elif fate == Fate.KEPT and (entity.rank, key) in before:
                expected[entity.rank, key] = before[entity.rank, key]
    _trim(expected, fates)
    while lost := [(BY_KEY[entity].rank, key) for entity, key in dangling(expected)] or _lone_contacts(expected, fates):
        for place in lost:
            del expected[place]
        _trim(expected, fates)
    return expected


def _trim(expected: Content, fates: dict[str, dict[int, tuple]]) -> None:
    """Students have their home school, and others as far as these and their classes are there, or stay as they are."""
    student, names, at_school = BY_KEY["student"], names_of(expected), _in_classes(expected, fates)
    at = student.attributes.index("schoolSourcedIds")
    for (rank, key), encoded in expected.items():
        if rank == student.rank:
            values = msgspec.json.decode(encoded, type=list[str])
            stays = fates["student"][key][0] == Fate.KEPT
            home, *others = values[at].split(",")
            there = [one for one in others if f"school {one}" in names and (stays or (values[0], one) in at_school)]
            values[at] = ",".join([home, *there])
            expected[rank, key] = msgspec.json.encode(values)


def _in_classes(expected: Content, fates: dict[str, dict[int, tuple]]) -> set[tuple[str, str]]:
    """The ids of students and of the schools where they are in a class."""
    found: dict[str, list[dict[str, str]]] = {"class": [], "enrollment": []}
    for name, records in found.items():
        for key, (_fate, encoded) in fates[name].items():
            if (BY_KEY[name].rank, key) in expected:
                records.append(dict(zip(BY_KEY[name].attributes, msgspec.json.decode(encoded), strict=True)))
    school_of = {one["sourcedId"]: one["schoolSourcedId"] for one in found["class"]}
    return {(one["userSourcedId"], school_of.get(one["classSourcedId"], "")) for one in found["enrollment"]}


def _lone_contacts(expected: Content, fates: dict[str, dict[int, tuple]]) -> list[tuple[int, int]]:
    """Contacts that are in although no relationship that is in leads to them."""
    contact, link = BY_KEY["contact"], BY_KEY["relationship"]
    place = link.attributes.index("contactSourcedId")
    led_to = {
        msgspec.json.decode(encoded)[place]
        for (rank, key), encoded in expected.items()
        if rank == link.rank and fates[link.key][key][0] != Fate.LEFT_OUT
    }
    return [
        (contact.rank, key)
        for key, (fate, _record) in fates[contact.key].items()
        if fate == Fate.IN and (contact.rank, key) in expected and contact.sourced_id(key) not in led_to
    ]


@cache
def _empty() -> bytes:
    """Empty roster data, made once: making it waits for the disk many times."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rosters.sqlite"
        open_rosters(path).close()
        return path.read_bytes()


@contextmanager
def rosters() -> Iterator[tuple[Path, sqlite3.Connection]]:
    """Roster data of its own, empty."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rosters.sqlite"
        path.write_bytes(_empty())
        db = open_rosters(path)
        db.execute("PRAGMA synchronous = OFF")
        try:
            yield path, db
        finally:
            db.close()


def begin(db: sqlite3.Connection, scope: str = "all") -> int:
    return run_table.begin_run(
        db, run_table.new_run_id(CLOCK.now()), trigger="button", scope=scope, started=CLOCK.now()
    )


def plan(path: Path, db: sqlite3.Connection, district: Rows, scope: str = "all") -> tuple[int, list]:
    """Store the plan that makes the ledger what the district is; the run's number, and problems and fates."""
    stage = staging.Staging(path)
    for entity in ENTITIES:
        rows = district[entity.key]
        stage.rows(
            entity,
            [
                (key, fate, "rule" if fate else None, record(entity, key, text, refs), *refs)
                for key, (fate, text, *refs) in rows.items()
            ],
        )
    stage.finish()
    number = begin(db, scope)
    staging.attach(db, path)
    try:
        problems = references.resolve_references(db)
        resolved = _staged(db)
        with transaction(db):
            difference.store_plan(Plan(db, number), scope)
        # What goes along with removals is worked out anew by who checks the plan.
        fate_of = {key: {**rows, **resolved[key]} for key, rows in _staged(db).items()}
    finally:
        staging.detach(db, path)
    return number, [problems, fate_of]


def _staged(db: sqlite3.Connection) -> dict[str, dict[int, tuple]]:
    """Fate and record of every staged record."""
    found: dict[str, dict[int, tuple]] = {}
    for entity in ENTITIES:
        sql = f"SELECT key, fate, record FROM {staging.staged(entity)}"
        found[entity.key] = {key: (fate, encoded) for key, fate, encoded in db.execute(sql)}
    return found


def apply(db: sqlite3.Connection, number: int) -> Content:
    """Apply a stored plan; what the ledger holds then."""
    with transaction(db):
        ledger.apply_to_ledger(Plan(db, number))
    return content(db)


def content(db: sqlite3.Connection) -> Content:
    return {(entity, key): rec for entity, key, rec in db.execute("SELECT entity, key, record FROM ledger")}


def changed(db: sqlite3.Connection, number: int, table: str = "change") -> set[tuple[int, int]]:
    """The records that a plan changes, or leaves alone (``aside``)."""
    return set(db.execute(f"SELECT entity, key FROM {table} WHERE run = ?", [number]).fetchall())


def _key(entity: Entity, number: int) -> int:
    """Teachers and other staff are one table: nobody is both, as their ids are alike."""
    return number + 100 if entity.key == "admin" else number


def doubles(content: Content) -> list[str]:
    """The ids that two records have which have to differ."""
    ids = Counter(
        (number, msgspec.json.decode(encoded)[0])
        for number, space in enumerate(SPACES)
        for (rank, _key), encoded in content.items()
        if BY_RANK[rank] in space
    )
    return [name for (_space, name), count in ids.items() if count > 1]


def made_up(chance: random.Random, size: int = 5) -> Rows:
    """A district in which most references hold."""
    district: Rows = {}
    for entity in ENTITIES:
        district[entity.key] = {}
        for number in range(1, chance.randint(1, size) + 1):
            district[entity.key][_key(entity, number)] = _made_up_row(chance, entity, district, size)
    return district


def _made_up_row(chance: random.Random, entity: Entity, district: Rows, size: int) -> tuple:
    fate = chance.choices([Fate.IN, Fate.LEFT_OUT, Fate.KEPT], [16, 1, 1])[0]
    refs: list[int | None] = []
    for reference in entity.references:
        there = list(district[reference.entity])
        refs.append(chance.choice(there) if there and chance.random() < 0.95 else chance.randint(1, size + 1))
    if entity.key == "enrollment":  # somebody's: a student's or a teacher's
        refs[chance.choice([1, 2])] = None
    return (fate, chance.choice("abc"), *refs)


def changed_district(chance: random.Random, old: Rows, size: int = 5) -> Rows:
    """The district some time later: some come, some go, some change, some can't be read; sometimes nearly all."""
    share = chance.choice([0.05, 0.2, 0.6])
    new: Rows = {entity: dict(rows) for entity, rows in old.items()}
    for entity in ENTITIES:
        rows = new[entity.key]
        for number in range(1, size + 2):
            key = _key(entity, number)
            if chance.random() < share:
                if key in rows and chance.random() < 0.4:
                    del rows[key]
                else:
                    rows[key] = _made_up_row(chance, entity, new, size)
    return new
