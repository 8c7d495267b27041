"""A run's findings for a person: by rule and attribute, each record by name and number, filtered, a few at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from psconnect.model.entities import BY_KEY, BY_RANK, Entity
from psconnect.model.found import FoundState, found_state
from psconnect.model.problems import NOT_ALLOWED, NOT_UNIQUE, RULES, other_of, without_count
from psconnect.model.review import FindingGroup, FindingQuery, FoundRecord
from psconnect.model.shown_text import shown
from psconnect.model.text import folded
from psconnect.store.history.titles import JOINING, NUMBERS, Titles, number_of, titled_by
from psconnect.store.plan.record_ids import RunIds, school_names
from psconnect.store.reading.last_reading import LastRead

NAMING_ATTRIBUTES = ("missing-required", "missing-reported", NOT_ALLOWED, NOT_UNIQUE)
"""Rules whose detail is the attribute they are about: it has no value, or one that the other system doesn't take."""
_PEOPLE = ("student", "teacher", "admin", "contact")


@dataclass
class FindingsOf:
    """The findings of one run; ``read`` is the newest reading, which also knows records that were never delivered."""

    db: sqlite3.Connection
    number: int
    read: LastRead | None
    _titles: Titles = field(init=False)
    _schools: Mapping[int, str] = field(init=False)
    _ids: RunIds = field(init=False)
    _read_ids: dict[str, Mapping[str, int]] = field(init=False)

    def __post_init__(self) -> None:
        self._titles, self._schools = Titles(self.db, self.number), school_names(self.db, self.number)
        self._ids, self._read_ids = RunIds(self.db, self.number), {}

    def schools(self) -> list[str]:
        """Names of the schools with a finding, sorted; an empty name for findings without a school."""
        sql = "SELECT DISTINCT school FROM problem WHERE run = ?"
        return sorted({self._school(key) for (key,) in self.db.execute(sql, [self.number])}, key=str.casefold)

    def groups(self, wanted: FindingQuery, most: int) -> list[FindingGroup]:
        """The findings that a query asks for, the worst first; of each group at most ``most`` records."""
        found: dict[tuple[str, str, str, FoundState], list[FoundRecord]] = {}
        counts: dict[tuple[str, str, str, FoundState], int] = {}
        words = folded(wanted.text).split()
        for finding, records in self._all(wanted, named=bool(words)):
            if words and not _matches(finding, words):
                continue
            attribute = finding.detail if finding.rule in NAMING_ATTRIBUTES else ""
            place = (finding.rule, finding.entity, attribute, finding.state)
            counts[place] = counts.get(place, 0) + records
            listed = found.setdefault(place, [])
            if len(listed) < most:
                listed.append(finding if words else self.named(finding))
        groups = [
            FindingGroup(RULES[place[0]], *place[1:], counts[place], tuple(records)) for place, records in found.items()
        ]
        states = list(FoundState)
        return sorted(groups, key=lambda one: (states.index(one.state), -one.count, one.rule.key))

    def records(self, wanted: FindingQuery) -> Iterator[FoundRecord]:
        """Every finding that a query asks for, named."""
        words = folded(wanted.text).split()
        for finding, _records in self._all(wanted, named=True):
            if not words or _matches(finding, words):
                yield finding

    def _all(self, wanted: FindingQuery, *, named: bool) -> Iterator[tuple[FoundRecord, int]]:
        """The findings by rule, entity and key, with the number of records each is about; without the text's filter."""
        sql = "SELECT rule, entity, key, school, detail FROM problem WHERE run = ?"
        values: list[object] = [self.number]
        if wanted.rule:
            sql, values = f"{sql} AND rule = ?", [*values, wanted.rule]
        for rule, rank, key, school, detail in self.db.execute(f"{sql} ORDER BY rule, entity, key", values).fetchall():
            known = RULES[rule]
            name = self._school(school)
            if wanted.school is not None and name != wanted.school:
                continue
            if wanted.attribute and (rule not in NAMING_ATTRIBUTES or detail != wanted.attribute):
                continue
            about, records = without_count(detail) if known.counted else (detail, 1)
            state = found_state(rule, stands=self._stands(rank, key))
            if wanted.state and state is not wanted.state:
                continue
            finding = FoundRecord(rule, BY_RANK[rank].key, key, about, state, school=name, records=records)
            yield (self.named(finding) if named else finding), records

    def _stands(self, rank: int, key: int) -> bool:
        sql = "SELECT 1 FROM main.ledger WHERE entity = ? AND key = ?"
        return self.db.execute(sql, [rank, key]).fetchone() is not None

    def _school(self, key: int | None) -> str:
        return shown(self._schools.get(key, "")) if key is not None else ""

    def named(self, finding: FoundRecord) -> FoundRecord:
        """The finding with the names of its records, for the screen and the registrar alone."""
        title, number, blank = self._names(BY_KEY[finding.entity], finding.key)
        return replace(finding, title=title, number=number, blank=blank, other=self._other(finding))

    def _names(self, entity: Entity, key: int) -> tuple[str, str, str]:
        """Title and number of a record, and the attribute of its name that is blank."""
        staged = self.read.staged(entity, key) if self.read else None
        values = staged.named if staged and entity.key in NUMBERS else {}
        title, blank = _title(entity, values)
        if self.read and staged and entity.key in JOINING:
            title = shown(" – ".join(self.read.parts_of(staged)))
        number = shown(number_of(entity, values)) if values else ""
        return title or shown(self._titles.of(entity, key)), number, blank

    def _other(self, finding: FoundRecord) -> str:
        """The other record that a finding is about, by name and number; empty where there is none, or it is unknown."""
        other = self.other_of(finding)
        title, number, _blank = self._names(*other) if other else ("", "", "")
        return f"{title} ({number})" if title and number else title or number

    def matches(self, finding: FoundRecord, text: str) -> bool:
        """Whether a named finding has all words of a text in name, number or school."""
        return _matches(finding, folded(text).split())

    def other_of(self, finding: FoundRecord) -> tuple[Entity, int] | None:
        """Entity and key of the other record that a finding is about; None where there is none, or it is unknown."""
        told = other_of(finding.rule, finding.entity, finding.detail)
        if told is None:
            return None
        entity, sourced_id = BY_KEY[told[0]], told[1]
        key = self._key_read(entity, sourced_id)
        if key is None:
            key = self._ids.key_of(entity, sourced_id)
        return None if key is None else (entity, key)

    def _key_read(self, entity: Entity, sourced_id: str) -> int | None:
        if self.read is None:
            return None
        if entity.key not in self._read_ids:
            self._read_ids[entity.key] = self.read.keys_by_id(entity)
        return self._read_ids[entity.key].get(sourced_id)


def _title(entity: Entity, values: Mapping[str, str]) -> tuple[str, str]:
    """How a person names a record as it was read, and which part of its name is blank, if one is."""
    parts = [(name, shown(values.get(name, "").strip())) for name in titled_by(entity)]
    filled = [value for _name, value in parts if value]
    blank = next((name for name, value in parts if not value), "") if entity.key in _PEOPLE and values else ""
    return (", ".join(filled) if values else "", blank if filled else "")


def _matches(finding: FoundRecord, words: list[str]) -> bool:
    text = folded(f"{finding.title} {finding.number} {finding.school}")
    return all(word in text for word in words)
