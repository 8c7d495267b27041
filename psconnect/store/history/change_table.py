"""The changes and findings of a run as a person reads them: filtered, sorted and paged in SQL.

A million changes must scroll smoothly: an arrangement numbers the wanted rows once, in a table of its own, and every
page after that is a read by number. Opening one takes up to seconds; pages take milliseconds.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from psconnect.model.entities import BY_KEY, BY_RANK, SCHOOL, Entity
from psconnect.model.id_attributes import school_place
from psconnect.model.problems import RULES, without_count
from psconnect.model.review import ChangeQuery, ChangeRow, ProblemGroup, ProblemRecord
from psconnect.model.shown_text import shown
from psconnect.store.database import closed_on_error, sqlite_errors, uri_of
from psconnect.store.history.titles import NUMBERS, Titles, titled_by
from psconnect.store.plan.plan import ACTIONS, REMOVE
from psconnect.store.plan.record_ids import RunIds, names_by_id, school_names
from psconnect.store.plan.remote_ids import adopted
from psconnect.store.reading.last_reading import why_gone
from psconnect.store.record import decode_record, each_id, value_at

_OTHER_IDS = ("SourcedId", "SourcedIds", "sourcedId")
_SEVERITIES = ("error", "warning", "info")


class Arrangement:
    """The wanted changes of one run, numbered; read from any one thread at a time. ``close`` it when done."""

    def __init__(self, rosters: Path, number: int, wanted: ChangeQuery) -> None:
        """Number the wanted changes of the run with that number; raises LocalStorage."""
        self.wanted = wanted
        self._number, self._entity, self._path = number, BY_KEY[wanted.entity], rosters
        with sqlite_errors(rosters):
            address = uri_of(rosters.absolute(), "mode=ro")
            self._db = sqlite3.connect(address, uri=True, check_same_thread=False)
            with closed_on_error(self._db):
                self._db.execute("PRAGMA temp_store = MEMORY")
                self._run_id: str = self._db.execute("SELECT id FROM run WHERE no = ?", [number]).fetchone()[0]
                self._schools = names_by_id(self._db, number, SCHOOL)
                self._titles = Titles(self._db, number)
                self._arrange()
                self.total: int = self._db.execute("SELECT count(*) FROM wanted").fetchone()[0]
                self.aside: int = self._db.execute("SELECT count(*) FROM wanted WHERE aside").fetchone()[0]

    def page(self, offset: int, limit: int) -> list[ChangeRow]:
        """The rows from ``offset`` on, at most ``limit``."""
        sql = (
            "SELECT w.key, coalesce(c.action, a.action), coalesce(c.before, a.before), coalesce(c.after, a.after), "
            "coalesce(a.because, '') FROM wanted w "
            "LEFT JOIN change c ON NOT w.aside AND c.run = :run AND c.entity = :entity AND c.key = w.key "
            "LEFT JOIN aside a ON w.aside AND a.run = :run AND a.entity = :entity AND a.key = w.key "
            "WHERE w.rowid > :after AND w.rowid <= :last ORDER BY w.rowid"
        )
        values = {"run": self._number, "entity": self._entity.rank, "after": offset, "last": offset + limit}
        with sqlite_errors(self._path):
            rows = self._db.execute(sql, values).fetchall()
        gone = {key for key, action, *_record in rows if action == REMOVE}
        reasons = why_gone(self._path, self._run_id, self._entity, gone)
        links = adopted(self._db, self._number, self._entity, [row[0] for row in rows])
        return [self._row(*row, rule=reasons.get(row[0], ""), found_by=links.get(row[0], "")) for row in rows]

    def keys(self, because: str = "") -> list[int]:
        """The keys of those that go through, or of those that are left alone for a reason (SetAside.because)."""
        sql = "SELECT key FROM wanted WHERE NOT aside"
        if because:
            sql = (
                "SELECT w.key FROM wanted w JOIN aside a ON a.run = :run AND a.entity = :entity AND a.key = w.key "
                "WHERE w.aside AND a.because = :because"
            )
        with sqlite_errors(self._path):
            values = {"run": self._number, "entity": self._entity.rank, "because": because}
            return [key for (key,) in self._db.execute(sql, values if because else {})]

    @property
    def schools(self) -> list[str]:
        """Names of the district's schools, sorted; empty where the entity has none."""
        if school_place(self._entity) is None:
            return []
        return sorted({name for name in map(shown, self._schools.values()) if name}, key=str.casefold)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _arrange(self) -> None:
        conditions: list[str] = ["run = ?", "entity = ?"]
        values: list[Any] = [self._number, self._entity.rank]
        if self.wanted.action:
            conditions.append("action = ?")
            values.append(next(number for number, name in ACTIONS.items() if name == self.wanted.action))
        if self.wanted.text.strip():
            condition, more = self._matching(self.wanted.text.strip())
            conditions.append(condition)
            values += more
        if self.wanted.school:
            schools = [one for one, name in self._schools.items() if shown(name) == self.wanted.school]
            conditions.append(self._at(schools))
            values += schools
        direction = "DESC" if self.wanted.descending else "ASC"
        order = ", ".join(f"{term} {direction}" for term in (*self._order(), "key"))
        self._db.execute("CREATE TEMP TABLE wanted (key INTEGER NOT NULL, aside INTEGER NOT NULL)")
        where = " AND ".join(conditions)
        source = f"SELECT *, 0 aside FROM change WHERE {where}"
        any_aside = "SELECT EXISTS (SELECT 1 FROM aside WHERE run = ? AND entity = ?)"
        if self._db.execute(any_aside, [self._number, self._entity.rank]).fetchone()[0]:
            columns = "run, entity, key, action, before, after"
            kept = f"SELECT {columns}, 1 aside FROM aside WHERE {where}"
            source = f"SELECT * FROM (SELECT {columns}, 0 aside FROM change WHERE {where} UNION ALL {kept})"
            values = [*values, *values]
        # Without anything left alone, the order by key is that of the table, and nothing has to be sorted.
        found = f"INSERT INTO wanted SELECT key, aside FROM ({source}) ORDER BY {order}"
        self._db.execute(found, values)

    def _at(self, schools: list[str]) -> str:
        """SQL: whether a record belongs to one of these schools, by their ids."""
        place = school_place(self._entity)
        if place is None or not schools:
            return "false"
        its = each_id(value_at("coalesce(after, before)", place))
        return f"EXISTS (SELECT 1 FROM {its} j WHERE j.value IN ({', '.join('?' * len(schools))}))"

    def _matching(self, text: str) -> tuple[str, list[Any]]:
        # SQLite's LIKE ignores case in ASCII only, and an accented letter can be one character or two (fault D12), so
        # other spellings are asked for as well.
        spellings = {text} if text.isascii() else {text, text.lower(), text.upper(), text.title()}
        spellings = {unicodedata.normalize(form, one) for one in spellings for form in ("NFC", "NFD")} | {text}
        found, values = [], []
        for spelling in sorted(spellings):
            encoded = json.dumps(spelling, ensure_ascii=False)[1:-1]
            pattern = encoded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            for side in ("before", "after"):
                found.append(f"CAST({side} AS TEXT) LIKE ? ESCAPE '\\'")
                values.append(f"%{pattern}%")
        schools = [one for one, name in self._schools.items() if text.casefold() in name.casefold()]
        if schools and school_place(self._entity) is not None:
            found.append(self._at(schools))
            values += schools
        return f"({' OR '.join(found)})", values

    def _order(self) -> tuple[str, ...]:
        if self.wanted.order == "action":
            return ("action",)
        names = {
            "title": titled_by(self._entity),
            "number": NUMBERS.get(self._entity.key, ()),
            "school": (),
        }
        places = [self._entity.attributes.index(name) for name in names.get(self.wanted.order, ())]
        place = school_place(self._entity)
        if self.wanted.order == "school" and place is not None:
            places = [place]
        return tuple(f"{value_at('coalesce(after, before)', place)} COLLATE NOCASE" for place in places)

    def _row(
        self, key: int, action: int, before: bytes | None, after: bytes | None, aside: str, *, rule: str, found_by: str
    ) -> ChangeRow:
        old, new = _decoded(before), _decoded(after)
        record = new if new is not None else old or []
        named = dict(zip(self._entity.attributes, record, strict=True))
        pairs = zip(self._entity.attributes, old or [], new or [], strict=False)
        same = {name for name, before_it, after_it in pairs if before_it == after_it and not name.endswith(_OTHER_IDS)}
        place = school_place(self._entity)
        return ChangeRow(
            self._entity.key,
            key,
            ACTIONS[action],
            self._titles.title(self._entity, named),
            self._titles.number(self._entity, named),
            self._school_name(record[place]) if place is not None else "",
            tuple((name, _shown(a), _shown(b)) for name, a, b in _differences(self._entity, old, new)),
            rule,
            found_by,
            aside,
            tuple(
                (name, shown(value)) for name, value in named.items() if value and old and old != new and name in same
            ),
        )

    def _school_name(self, ids: str) -> str:
        names = self._schools
        return ", ".join(shown(names.get(one, one)) for one in ids.split(",") if one)


def _decoded(record: bytes | None) -> list[str] | None:
    return None if record is None else decode_record(record)


def _shown(value: str | None) -> str | None:
    return None if value is None else shown(value)


def _differences(
    entity: Entity, old: list[str] | None, new: list[str] | None
) -> Iterator[tuple[str, str | None, str | None]]:
    for place, name in enumerate(entity.attributes):
        before = old[place] if old is not None else None
        after = new[place] if new is not None else None
        if before != after and (before or after):
            yield name, before, after


def problem_groups(db: sqlite3.Connection, number: int, most: int) -> list[ProblemGroup]:
    """A run's findings by school, then by severity; of each group at most ``most`` records."""
    schools, titles = school_names(db, number), Titles(db, number)
    sql = "SELECT school, rule, count(*) FROM problem WHERE run = ? GROUP BY school, rule"
    groups = [
        ProblemGroup(
            shown(schools.get(school, "")) if school is not None else "",
            RULES[rule],
            _counted(db, number, school, rule) if RULES[rule].counted else count,
            count,
            tuple(_problem_records(db, number, school, rule, most, titles)),
        )
        for school, rule, count in db.execute(sql, [number]).fetchall()
    ]
    return sorted(
        groups,
        key=lambda group: (
            not group.school,
            group.school.casefold(),
            _SEVERITIES.index(group.rule.severity),
            -group.count,
        ),
    )


def _counted(db: sqlite3.Connection, number: int, school: int | None, rule: str) -> int:
    sql = "SELECT detail FROM problem WHERE run = ? AND rule = ? AND school IS ?"
    return sum(without_count(detail)[1] for (detail,) in db.execute(sql, [number, rule, school]))


def _problem_records(
    db: sqlite3.Connection, number: int, school: int | None, rule: str, most: int, titles: Titles
) -> Iterator[ProblemRecord]:
    sql = (
        "SELECT entity, key, detail FROM problem WHERE run = ? AND rule = ? AND school IS ? "
        "ORDER BY entity, key LIMIT ?"
    )
    ids = RunIds(db, number)
    for rank, key, detail in db.execute(sql, [number, rule, school, most]).fetchall():
        entity = BY_RANK[rank]
        yield ProblemRecord(entity.key, key, titles.of(entity, key), detail, sourced_id=ids.of(entity, key))
