"""The findings of a run as a report tells them: counted, and row by row in the order of schools and rules.

A run can have hundreds of thousands: only the counts are held in memory, and rows are read one by one.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from psconnect.model.entities import BY_RANK, in_scope
from psconnect.model.found import FoundState, found_state
from psconnect.model.problems import RULES, without_count
from psconnect.model.review import FoundRecord
from psconnect.model.runs import APPLIED
from psconnect.store.history.findings import NAMING_ATTRIBUTES
from psconnect.store.plan.record_ids import school_names
from psconnect.wording.catalogue import tr
from psconnect.wording.rules import WordedRule, rule_of
from psconnect.wording.runs import severity_order

ALL = 2**62
"""More rows than possible."""
_SAME = "o.run = :other AND o.rule = p.rule AND o.entity = p.entity"
_KNOWN = f"""(:other IS NULL OR p.entity NOT IN (SELECT value FROM json_each(:ranks)) OR
    CASE WHEN counts(p.rule)
    THEN EXISTS (SELECT 1 FROM problem o WHERE {_SAME} AND o.school IS p.school AND about(o.detail) = about(p.detail))
    ELSE EXISTS (SELECT 1 FROM problem o WHERE {_SAME} AND o.key = p.key AND o.detail = p.detail) END)"""  # noqa: S608 - our own declarations
"""SQL: whether a finding is one of the other run, too. What only one of the two runs could find is not compared."""
_STANDS = "EXISTS (SELECT 1 FROM ledger l WHERE l.entity = p.entity AND l.key = p.key)"
_ATTRIBUTE = f"CASE WHEN p.rule IN {NAMING_ATTRIBUTES} THEN p.detail ELSE '' END"


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One finding as it is stored, and where it stands in a report.

    Attributes:
        school: name of the school, or words for "none"; ``school_key`` is its key, or None.
        record: the record, without its names.
        new: whether the run before had not found it; False if there is none to compare with.
    """

    school: str
    school_key: int | None
    rule: WordedRule
    record: FoundRecord
    new: bool


@dataclass(frozen=True)
class RuleProblems:
    """How many problems one rule found at one school."""

    rule: WordedRule
    count: int


@dataclass(frozen=True)
class SchoolProblems:
    """The problems of one school; ``key`` is None for problems without a school."""

    name: str
    key: int | None
    rules: list[RuleProblems]

    @property
    def total(self) -> int:
        """How many problems the school has."""
        return sum(rule.count for rule in self.rules)


@dataclass(frozen=True)
class FoundGroup:
    """How many records a rule, and an attribute that has no value, is about at one school, and what became of them."""

    rule: str
    entity: str
    attribute: str
    state: FoundState
    school: int | None
    records: int


@dataclass(frozen=True)
class RunBefore:
    """The run that another one is compared with: the last sync before it that was applied.

    Attributes:
        forgotten: whether it had findings of which no rows are kept.
    """

    number: int
    run_id: str
    started: str
    scope: str
    forgotten: bool


def run_before(db: sqlite3.Connection, number: int) -> RunBefore | None:
    """The run that a run is compared with; None where there is none."""
    marks = ", ".join("?" * len(APPLIED))
    sql = (
        f"SELECT no, id, started, scope, problems <> '{{}}' AND NOT EXISTS (SELECT 1 FROM problem WHERE run = no) "  # noqa: S608 - marks alone
        f"FROM run WHERE no < ? AND state IN ({marks}) AND kind = 'sync' ORDER BY no DESC LIMIT 1"
    )
    row = db.execute(sql, [number, *APPLIED]).fetchone()
    return RunBefore(row[0], row[1], row[2], row[3], bool(row[4])) if row else None


@dataclass
class FoundIn:
    """The findings of one run, against those of another.

    Attributes:
        number: the run whose findings they are.
        other: the run that they are compared with; None for no comparison.
        unknown_alone: only those that the other run does not have.
    """

    db: sqlite3.Connection
    number: int
    other: int | None = None
    unknown_alone: bool = False
    _values: dict[str, object] = field(init=False)

    def __post_init__(self) -> None:
        self._values = {"run": self.number, "other": self.other, "ranks": self._ranks()}
        self.db.create_function("counts", 1, _counts, deterministic=True)
        self.db.create_function("about", 1, lambda detail: without_count(detail)[0], deterministic=True)
        self.db.create_function("stands_for", 2, _stands_for, deterministic=True)

    @property
    def _from(self) -> str:
        only = f"AND NOT {_KNOWN}" if self.unknown_alone else ""
        return f"FROM problem p WHERE p.run = :run {only}"

    def by_school(self) -> list[SchoolProblems]:
        """By school name (those without a school last), errors first, then by rule."""
        name_of = self._school_namer()
        sql = f"SELECT school, rule, count(*) {self._from} GROUP BY school, rule"

        def place(group: tuple[int | None, str, int]) -> tuple[bool, str, int, int, str]:
            school, rule, _count = group
            severity = severity_order(rule_of(rule).severity)
            return (school is None, name_of(school).casefold(), school or 0, severity, rule)

        groups = sorted(self.db.execute(sql, self._values), key=place)
        return [
            SchoolProblems(name_of(key), key, [RuleProblems(rule_of(rule), count) for _key, rule, count in found])
            for key, found in itertools.groupby(groups, key=lambda group: group[0])
        ]

    def groups(self) -> list[FoundGroup]:
        """How many records which rule is about, the worst first."""
        sql = (
            f"SELECT rule, entity, {_ATTRIBUTE} AS attribute, school, {_STANDS} AS stands, "
            f"sum(stands_for(rule, detail)) {self._from} GROUP BY rule, entity, attribute, school, stands"
        )
        found = [
            FoundGroup(rule, BY_RANK[rank].key, attribute, _state(rule, stands), school, records)
            for rule, rank, attribute, school, stands, records in self.db.execute(sql, self._values)
        ]
        states = list(FoundState)
        return sorted(found, key=lambda one: (states.index(one.state), -one.records, one.rule))

    def lines(self, schools: list[SchoolProblems], most: int = ALL) -> Iterator[FoundLine]:
        """In the order of ``schools`` (by_school), which may be some of them; then by kind, attribute and record.

        At most ``most`` per rule and school.
        """
        places = [(school, found.rule) for school in schools for found in school.rules]
        at_place = {(school.key, rule.key): at for at, (school, rule) in enumerate(places)}
        # A function, because SQLite has no index for a join with the places.
        self.db.create_function("place", 2, lambda school, rule: at_place.get((school, rule)), deterministic=True)
        rows = self.db.execute(
            f"""
            SELECT at, entity, key, detail, stands, known FROM (
                SELECT *, row_number() OVER (PARTITION BY at ORDER BY entity, attribute, stands, key, detail) AS nth
                FROM (SELECT place(school, rule) AS at, entity, key, detail, {_ATTRIBUTE} AS attribute,
                    {_STANDS} AS stands, {_KNOWN} AS known {self._from})
                WHERE at IS NOT NULL
            )
            WHERE nth <= :most ORDER BY at, nth
            """,  # noqa: S608 - our own declarations
            {**self._values, "most": most},
        )
        for at, rank, key, detail, stands, known in rows:
            school, rule = places[at]
            what, records = without_count(detail) if _counts(rule.key) else (detail, 1)
            state, name = _state(rule.key, stands), school.name if school.key is not None else ""
            record = FoundRecord(rule.key, BY_RANK[rank].key, key, what, state, school=name, records=records)
            yield FoundLine(school.name, school.key, rule, record, self.other is not None and not known)

    def count(self) -> int:
        """How many there are."""
        sql = f"SELECT count(*) {self._from}"
        return int(self.db.execute(sql, self._values).fetchone()[0])

    def _ranks(self) -> str:
        """The kinds of records that both runs looked at, as a JSON list."""
        sql = "SELECT scope FROM run WHERE no IN (?, ?)"
        scopes = [scope for (scope,) in self.db.execute(sql, [self.number, self.other])]
        both = set.intersection(*({entity.rank for entity in in_scope(scope)} for scope in scopes)) if scopes else set()
        derived = {rank for rank in BY_RANK if rank not in {entity.rank for entity in in_scope("all")}}
        return str(sorted(both | derived))

    def _school_namer(self) -> Callable[[int | None], str]:
        names = school_names(self.db, self.number)

        def name_of(key: int | None) -> str:
            if key is None:
                return tr("In no school of this roster")
            name = names.get(key, "")
            return name if name.strip() else tr("School with id {key}", key=key)

        return name_of


def _state(rule: str, stands: int) -> FoundState:
    """What became of a record; a rule of another version is one to look at."""
    return found_state(rule, stands=bool(stands)) if _known(rule) else FoundState.GAP


def _known(rule: str) -> bool:
    try:
        return bool(RULES[rule])
    except KeyError:
        return False


def _counts(rule: str) -> bool:
    return _known(rule) and RULES[rule].counted


def _stands_for(rule: str, detail: str) -> int:
    return without_count(detail)[1] if _counts(rule) else 1


def web_address(url: str) -> str:
    """The server's address if links can begin with it (http or https, and a host); else empty."""
    parts = urlsplit(url)
    return url if parts.scheme in ("https", "http") and parts.hostname else ""
