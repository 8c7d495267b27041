"""The problems of a run in report order: by school, then by rule, each record with its id and its page.

A run can have hundreds of thousands: only the counts are held in memory, and rows are read one by one.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from psconnect.model.connection import Connection
from psconnect.model.entities import BY_RANK
from psconnect.powerschool.menus import page_of
from psconnect.store.plan.record_ids import RunIds, school_names
from psconnect.wording.catalogue import tr
from psconnect.wording.records import detail_word, record_kind
from psconnect.wording.rules import WordedRule, rule_of
from psconnect.wording.runs import severity_order

ALL = 2**62
"""More rows than possible."""


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One problem.

    Attributes:
        school: name of the school, or words for "none".
        school_key: key of the school, or None.
        kind: the record's kind, such as ``Student``.
        record: the record's delivered id.
        detail: the attribute or the kind of the other record concerned; may be empty.
        link: address of the person's page in PowerSchool, or empty.
    """

    school: str
    school_key: int | None
    rule: WordedRule
    kind: str
    record: str
    detail: str
    link: str


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


def by_school(db: sqlite3.Connection, number: int) -> list[SchoolProblems]:
    """A run's problems by school name (those without a school last), errors first, then by rule."""
    name_of = _school_namer(school_names(db, number))
    sql = "SELECT school, rule, count(*) FROM problem WHERE run = ? GROUP BY school, rule"

    def place(group: tuple[int | None, str, int]) -> tuple[bool, str, int, int, str]:
        school, rule, _count = group
        severity = severity_order(rule_of(rule).severity)
        return (school is None, name_of(school).casefold(), school or 0, severity, rule)

    groups = sorted(db.execute(sql, [number]), key=place)
    return [
        SchoolProblems(name_of(key), key, [RuleProblems(rule_of(rule), count) for _key, rule, count in found])
        for key, found in itertools.groupby(groups, key=lambda group: group[0])
    ]


_ROWS = """
    SELECT at, entity, key, detail FROM (
        SELECT at, entity, key, detail, row_number() OVER (PARTITION BY at ORDER BY entity, key, detail) AS nth
        FROM (SELECT place(school, rule) AS at, entity, key, detail FROM problem WHERE run = :run)
    )
    WHERE nth <= :most ORDER BY at, nth
"""


def problem_rows(
    db: sqlite3.Connection, connection: Connection, number: int, schools: list[SchoolProblems], most: int = ALL
) -> Iterator[ProblemRow]:
    """The problems of a run in the order of ``schools`` (by_school), then by kind and record.

    At most ``most`` per rule and school.
    """
    ids, address = RunIds(db, number), web_address(connection.source.url)
    places = [(school, found.rule) for school in schools for found in school.rules]
    at_place = {(school.key, rule.key): at for at, (school, rule) in enumerate(places)}
    # A function, because SQLite has no index for a join with the places.
    db.create_function("place", 2, lambda school, rule: at_place[school, rule], deterministic=True)
    for at, rank, key, detail in db.execute(_ROWS, {"run": number, "most": most}):
        (school, rule), entity = places[at], BY_RANK[rank]
        yield ProblemRow(
            school=school.name,
            school_key=school.key,
            rule=rule,
            kind=record_kind(entity.key),
            record=ids.public(entity, key),
            detail=detail_word(detail),
            link=page_of(address, entity.key, key) if address else "",
        )


def web_address(url: str) -> str:
    """The server's address if links can begin with it (http or https, and a host); else empty."""
    parts = urlsplit(url)
    return url if parts.scheme in ("https", "http") and parts.hostname else ""


def _school_namer(names: dict[int, str]) -> Callable[[int | None], str]:
    def name_of(key: int | None) -> str:
        if key is None:
            return tr("Not tied to one school")
        name = names.get(key, "")
        return name if name.strip() else tr("School with id {key}", key=key)

    return name_of
