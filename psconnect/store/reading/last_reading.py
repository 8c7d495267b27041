"""What the newest run read: every record, including those left out, to be searched and explained.

The staging of a run stays beside the roster data until that of the next run replaces it. The first search builds an
index, which takes about a second for 50,000 students; every further search takes milliseconds. Case and accents are
ignored, and the beginning of a word is enough.

The file is never written to, because a run may replace it at any moment, even while somebody reads it. The index is a
file of its own, named after the run whose reading it belongs to.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from psconnect.model.entities import ADMIN, BY_KEY, BY_RANK, ENROLLMENT, ENTITIES, TEACHER, Entity
from psconnect.model.problems import Fate, not_listed
from psconnect.model.text import folded
from psconnect.store.conversion import format_of
from psconnect.store.database import alone, open_rosters, sqlite_errors, unchanging
from psconnect.store.files import LAST_READ
from psconnect.store.history.titles import NUMBERS, TITLES, number_of, plain_title
from psconnect.store.reading.reconciliation import reader_of
from psconnect.store.reading.staging import IN, stage_table, staged
from psconnect.store.record import decode_record, record_by_name, record_format, record_id

FINDABLE = ("student", "teacher", "admin", "contact", "class", "course", "school", "calendar")
"""The entities that are searched, in the order in which matches are listed; the others are found through these."""
_JOINED = ("student", "teacher", "contact", "class")
"""What enrollments and relationships join, in the order in which they are named."""
_RANK_BITS = 40
_CANDIDATES = 20_000
_LOOKED_UP = ("username", "email")
_WORD = re.compile(r"\w+")
FINDER, _MAKING = ".finder", ".indexing"


@dataclass(frozen=True)
class Match:
    """A record that a search found.

    Attributes:
        entity, key: the record; ``sourced_id`` the id under which it is delivered.
        title: how a person names it; a person's data, for the screen alone.
        number: the number people look it up by; may be empty.
        fate: what became of it in the newest run; None when that run did not read it.
        delivered: whether it stands at the destination now.
    """

    entity: str
    key: int
    sourced_id: str
    title: str
    number: str
    fate: Fate | None
    delivered: bool = False


@dataclass(frozen=True)
class Staged:
    """A record as the newest run read it: its fate, the rule behind it, its attributes, the records it points to."""

    fate: Fate
    rule: str
    named: dict[str, str]
    references: dict[str, int | None]


def was_read(rosters: Path) -> bool:
    """Whether there is anything that a run read."""
    return rosters.exists() and rosters.with_suffix(LAST_READ).exists()


@contextmanager
def last_read(rosters: Path) -> Iterator[LastRead | None]:
    """What the newest run read, together with ledger and history; None when nothing was read yet."""
    kept = rosters.with_suffix(LAST_READ)
    if not was_read(rosters):
        yield None
        return
    with sqlite_errors(rosters), closing(open_rosters(rosters, to_read=True)) as db:
        with sqlite_errors(kept, read_again=True):
            # Once attached it stays the same reading, whatever replaces the file.
            db.execute("ATTACH ? AS stage", [unchanging(kept)])
            read = LastRead(db) if format_of(db, "stage") == record_format() else None
            if read:
                _attach_finder(db, rosters, read.run_id)
        yield read


def why_gone(rosters: Path, run_id: str, entity: Entity, keys: set[int]) -> dict[int, str]:
    """The rules for which records that this run would remove are not included, by key.

    Empty where what that run read is not kept any more.
    """
    kept = rosters.with_suffix(LAST_READ)
    if not keys or not kept.exists():
        return {}
    sql = f"SELECT key, rule FROM {stage_table(entity)} WHERE key IN (SELECT value FROM json_each(?))"
    try:
        with closing(sqlite3.connect(unchanging(kept), uri=True)) as db:
            if db.execute("SELECT run FROM about").fetchone() != (run_id,):
                return {}
            rules = dict(db.execute(sql, [json.dumps(sorted(keys))]).fetchall())
            rules |= _changed_roles(db, entity, keys - rules.keys())
    except sqlite3.DatabaseError:
        # A damaged reading is as good as none here: a plan can be reviewed without it.
        return {}
    reasons = {key: rule for key, rule in rules.items() if rule}
    return {**dict.fromkeys(keys - rules.keys(), not_listed(entity.key)), **reasons}


_ROLE_NOW = {TEACHER.key: (ADMIN, "other-staff-now"), ADMIN.key: (TEACHER, "teacher-now")}
"""The kind that staff of this kind may be read as now, and the rule that says so."""


def _changed_roles(db: sqlite3.Connection, entity: Entity, keys: set[int], schema: str = "main") -> dict[int, str]:
    """The rule for each of these members of staff who was read as the other kind."""
    if entity.key not in _ROLE_NOW:
        return {}
    other, rule = _ROLE_NOW[entity.key]
    sql = f"SELECT key FROM {schema}.{stage_table(other)} WHERE key IN (SELECT value FROM json_each(?))"
    return {key: rule for (key,) in db.execute(sql, [json.dumps(sorted(keys))])}


class LastRead:
    """The opened records of the newest run; ``db`` has them as schema ``stage`` beside ledger and history."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        self.run_id = reader_of(db)

    def staged(self, entity: Entity, key: int) -> Staged | None:
        """A record as it was read, or None when it was not; what a destination makes of the roster never is."""
        if entity not in ENTITIES:
            return None
        columns = [reference.column for reference in entity.references]
        wanted = ", ".join(["fate", "rule", "record", *columns])
        row = self.db.execute(f"SELECT {wanted} FROM {staged(entity)} WHERE key = ?", [key]).fetchone()
        if not row:
            return None
        fate, rule, record, *others = row
        return Staged(Fate(fate), rule or "", record_by_name(entity, record), dict(zip(columns, others, strict=True)))

    def parts_of(self, one: Staged) -> list[str]:
        """The names of those that an enrollment or a relationship joins, as far as they were read: people first."""
        found = []
        for kind in _JOINED:
            key = one.references.get(kind)
            other = self.staged(BY_KEY[kind], key) if key is not None else None
            if other is None and kind == TEACHER.key and key is not None:
                other = self.staged(ADMIN, key)
            if other:
                found.append(plain_title(BY_KEY[kind], other.named))
        return found

    def stands(self, entity: Entity, key: int) -> bool:
        """Whether a record stands at the destination."""
        sql = "SELECT 1 FROM main.ledger WHERE entity = ? AND key = ?"
        return self.db.execute(sql, [entity.rank, key]).fetchone() is not None

    def changed_role(self, entity: Entity, key: int) -> str:
        """The rule for a member of staff who was read as the other kind; else an empty text."""
        return _changed_roles(self.db, entity, {key}, "stage").get(key, "")

    def keys_by_id(self, entity: Entity) -> dict[str, int]:
        """The keys of all records of an entity by the id under which they are delivered, or would be."""
        return dict(self.db.execute(f"SELECT {record_id('record')}, key FROM {staged(entity)}").fetchall())

    def records(self, entity: Entity) -> Iterator[tuple[int, Fate, list[str]]]:
        """All records of an entity as they were read: key, fate, and values in the order of its attributes."""
        for key, fate, record in self.db.execute(f"SELECT key, fate, record FROM {staged(entity)} ORDER BY key"):
            yield key, Fate(fate), decode_record(record)

    def enrollments_left_out(self, column: str, key: int, most: int) -> list[tuple[str, dict[str, int | None]]]:
        """Enrollments of a ``class``, ``student`` or ``teacher`` that are left out and don't stand at the destination.

        Each is its rule, and the keys of class, student and teacher.
        """
        sql = (
            "SELECT e.rule, e.class, e.student, e.teacher FROM finder.left_out f JOIN stage.stage_enrollment e "
            f"ON e.key = f.key WHERE f.{column} = ? AND f.key NOT IN "
            "(SELECT key FROM main.ledger WHERE entity = ?) ORDER BY f.key LIMIT ?"
        )
        rows = self.db.execute(sql, [key, ENROLLMENT.rank, most])
        return [(rule, dict(zip(("class", "student", "teacher"), keys, strict=True))) for rule, *keys in rows]

    def search(self, text: str, entity: str = "", most: int = 50) -> list[Match]:
        """The records with all the words of a text: name, number, id, user name or e-mail. Exact matches come first."""
        words = _WORD.findall(folded(text))
        if not words:
            return []
        asked = " ".join(f'"{word}"*' for word in words)
        rows = self.db.execute(
            "SELECT rowid FROM finder.words WHERE words MATCH ? LIMIT ?", [asked, _CANDIDATES]
        ).fetchall()
        found: list[tuple[tuple[int, int, str, int], Match]] = []
        for (place,) in rows:
            kind, key = BY_RANK[place >> _RANK_BITS], place & ((1 << _RANK_BITS) - 1)
            if entity and kind.key != entity:
                continue
            named, fate = self._record(kind, key)
            closeness = _closeness(kind, named, words)
            if closeness is None:
                continue
            match = replace(_match(kind, key, named, fate), delivered=self.stands(kind, key))
            found.append(((closeness, FINDABLE.index(kind.key), match.title.casefold(), key), match))
        found.sort(key=lambda one: one[0])
        return [match for _order, match in found[:most]]

    def _record(self, entity: Entity, key: int) -> tuple[dict[str, str], Fate | None]:
        staged = self.staged(entity, key)
        if staged:
            return staged.named, staged.fate
        sql = (
            "SELECT record FROM main.ledger WHERE entity = :entity AND key = :key UNION ALL SELECT before FROM "
            "(SELECT before FROM main.change WHERE entity = :entity AND key = :key AND before IS NOT NULL "
            "ORDER BY run DESC) LIMIT 1"
        )
        row = self.db.execute(sql, {"entity": entity.rank, "key": key}).fetchone()
        return (record_by_name(entity, row[0]) if row else dict.fromkeys(entity.attributes, "")), None


def _match(entity: Entity, key: int, named: dict[str, str], fate: Fate | None) -> Match:
    return Match(entity.key, key, named["sourcedId"], plain_title(entity, named), number_of(entity, named), fate)


def _closeness(entity: Entity, named: dict[str, str], words: list[str]) -> int | None:
    """0 if the words are exactly a number or id, 1 if they begin words of the name, 2 elsewhere, None if by chance.

    The index holds all of a record: a grade or a school's id that happens to be the number asked for is no match.
    """
    asked = " ".join(words)
    numbers = [
        named["sourcedId"],
        *(named[name] for name in (*NUMBERS.get(entity.key, ()), *_LOOKED_UP) if name in named),
    ]
    plain = [" ".join(_WORD.findall(folded(value))) for value in numbers]
    if asked in plain:
        return 0
    name = [part for attribute in TITLES[entity.key] for part in _WORD.findall(folded(named[attribute]))]
    if all(any(part.startswith(word) for part in name) for word in words):
        return 1
    if asked.isdigit() and not any(value.startswith(asked) for value in plain):
        return None
    return 2


def _attach_finder(db: sqlite3.Connection, rosters: Path, run_id: str) -> None:
    """Attach the search index of the attached reading as ``finder``; builds it if it is not there."""
    finder, making = rosters.with_suffix(f".{run_id}{FINDER}"), rosters.with_suffix(_MAKING)
    with alone(rosters.with_suffix(".finding"), finder):
        if not finder.exists():
            for old in (making, *rosters.parent.glob(f"{rosters.stem}.*{FINDER}")):
                # On Windows a window may still have one open; it is deleted the next time.
                with suppress(PermissionError):
                    old.unlink(missing_ok=True)
            making.touch(mode=0o600)
            _make_finder(db, making)
            making.replace(finder)
        db.execute("ATTACH ? AS finder", [unchanging(finder)])


def _make_finder(db: sqlite3.Connection, making: Path) -> None:
    """Build the search index of the attached reading: of records that were read, and of those that no longer are."""
    db.execute("PRAGMA query_only = OFF")
    db.execute("ATTACH ? AS finder", [str(making)])
    try:
        # It is renamed into place as a whole, or built again.
        db.execute("PRAGMA finder.journal_mode = OFF")
        db.execute("BEGIN")
        db.execute(
            "CREATE VIRTUAL TABLE finder.words USING fts5 "
            "(record, content='', tokenize=\"unicode61 remove_diacritics 2\")"
        )
        for entity in (BY_KEY[key] for key in FINDABLE):
            _index(db, entity)
        columns = ("student", "class", "teacher")
        db.execute(f"CREATE TABLE finder.left_out (key INTEGER PRIMARY KEY, {', '.join(columns)})")
        db.execute(
            f"INSERT INTO finder.left_out SELECT key, {', '.join(columns)} FROM {staged(ENROLLMENT)} WHERE fate <> {IN}"
        )
        for column in columns:
            db.execute(f"CREATE INDEX finder.of_{column} ON left_out ({column})")
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
        db.execute("DETACH finder")
        db.execute("PRAGMA query_only = ON")


def _index(db: sqlite3.Connection, entity: Entity) -> None:
    place, source = entity.rank << _RANK_BITS, f"{staged(entity)}"
    into = f"INSERT INTO finder.words (rowid, record) SELECT {place} | key"
    db.execute(f"{into}, CAST(record AS TEXT) FROM {source}")
    db.execute(
        f"{into}, CAST(before AS TEXT) FROM (SELECT key, before, max(run) FROM main.change "
        f"WHERE entity = ? AND before IS NOT NULL AND key NOT IN (SELECT key FROM {source}) GROUP BY key)",
        [entity.rank],
    )
    db.execute(
        f"{into}, CAST(record AS TEXT) FROM main.ledger l WHERE entity = ? AND key NOT IN (SELECT key FROM {source}) "
        "AND NOT EXISTS (SELECT 1 FROM main.change c WHERE c.entity = l.entity AND c.key = l.key "
        "AND c.before IS NOT NULL)",
        [entity.rank],
    )
