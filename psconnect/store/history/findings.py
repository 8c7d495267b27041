"""A run's findings for a person: by rule and attribute, each record by name and number, filtered, a few at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from psconnect.model.entities import BY_KEY, BY_RANK, Entity
from psconnect.model.problems import RULES, without_count
from psconnect.model.review import FindingGroup, FindingQuery, FoundRecord
from psconnect.model.shown_text import shown
from psconnect.model.text import folded
from psconnect.store.history.titles import JOINING, NUMBERS, Titles, number_of, titled_by
from psconnect.store.plan.record_ids import school_names
from psconnect.store.reading.last_reading import LastRead

LACKING = ("missing-required", "missing-reported")
"""Rules whose detail is the attribute that has no value."""
_PEOPLE = ("student", "teacher", "admin", "contact")


@dataclass
class FindingsOf:
    """The findings of one run; ``read`` is the newest reading, which also knows records that were never delivered."""

    db: sqlite3.Connection
    number: int
    read: LastRead | None
    _titles: Titles = field(init=False)
    _schools: Mapping[int, str] = field(init=False)

    def __post_init__(self) -> None:
        self._titles, self._schools = Titles(self.db, self.number), school_names(self.db, self.number)

    def schools(self) -> list[str]:
        """Names of the schools with a finding, sorted; an empty name for findings without a school."""
        sql = "SELECT DISTINCT school FROM problem WHERE run = ?"
        return sorted({self._school(key) for (key,) in self.db.execute(sql, [self.number])}, key=str.casefold)

    def groups(self, wanted: FindingQuery, most: int) -> list[FindingGroup]:
        """The findings that a query asks for, the worst first; of each group at most ``most`` records."""
        found: dict[tuple[str, str, str], list[FoundRecord]] = {}
        counts: dict[tuple[str, str, str], int] = {}
        words = folded(wanted.text).split()
        for finding, records in self._all(wanted, named=bool(words)):
            if words and not _matches(finding, words):
                continue
            place = (finding.rule, finding.entity, finding.detail if finding.rule in LACKING else "")
            counts[place] = counts.get(place, 0) + records
            listed = found.setdefault(place, [])
            if len(listed) < most:
                listed.append(finding if words else self._named(finding))
        groups = [
            FindingGroup(RULES[rule], entity, attribute, counts[rule, entity, attribute], tuple(records))
            for (rule, entity, attribute), records in found.items()
        ]
        severities = ("error", "warning", "info")
        return sorted(groups, key=lambda one: (severities.index(one.rule.severity), -one.count, one.rule.key))

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
            if wanted.severity and known.severity != wanted.severity:
                continue
            if wanted.attribute and (rule not in LACKING or detail != wanted.attribute):
                continue
            about, records = without_count(detail) if known.counted else (detail, 1)
            finding = FoundRecord(rule, BY_RANK[rank].key, key, about, school=name, records=records)
            yield (self._named(finding) if named else finding), records

    def _school(self, key: int | None) -> str:
        return shown(self._schools.get(key, "")) if key is not None else ""

    def _named(self, finding: FoundRecord) -> FoundRecord:
        entity = BY_KEY[finding.entity]
        staged = self.read.staged(entity, finding.key) if self.read else None
        values = staged.named if staged and entity.key in NUMBERS else {}
        title, blank = _title(entity, values)
        if self.read and staged and entity.key in JOINING:
            title = shown(" – ".join(self.read.parts_of(staged)))
        if not title:
            title = shown(self._titles.of(entity, finding.key))
        number = shown(number_of(entity, values)) if values else ""
        return FoundRecord(
            finding.rule,
            finding.entity,
            finding.key,
            finding.detail,
            title,
            number,
            finding.school,
            blank,
            records=finding.records,
        )


def _title(entity: Entity, values: Mapping[str, str]) -> tuple[str, str]:
    """How a person names a record as it was read, and which part of its name is blank, if one is."""
    parts = [(name, shown(values.get(name, "").strip())) for name in titled_by(entity)]
    filled = [value for _name, value in parts if value]
    blank = next((name for name, value in parts if not value), "") if entity.key in _PEOPLE and values else ""
    return (", ".join(filled) if values else "", blank if filled else "")


def _matches(finding: FoundRecord, words: list[str]) -> bool:
    text = folded(f"{finding.title} {finding.number} {finding.school}")
    return all(word in text for word in words)
