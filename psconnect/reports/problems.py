"""The problems of a run as a report lists them: by school, then by rule, each record with its id and its page."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from psconnect.model.connection import Connection
from psconnect.model.entities import BY_KEY
from psconnect.model.problems import Problem, Rule
from psconnect.powerschool.menus import page_of
from psconnect.reports import words
from psconnect.store import history
from psconnect.store.ids import RunIds

NO_SCHOOL = "Not tied to one school"


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One problem.

    Attributes:
        school: name of the school, or words for "none".
        school_key: key of the school, or None.
        kind: what the record is, like ``Student``.
        record: the record's id as it is delivered.
        detail: the attribute or the other record's kind that the problem is about; may be empty.
        link: address of the person's page in PowerSchool, or empty.
    """

    school: str
    school_key: int | None
    rule: Rule
    kind: str
    record: str
    detail: str
    link: str


@dataclass(frozen=True)
class RuleProblems:
    """What one rule found at one school."""

    rule: Rule
    rows: list[ProblemRow]


@dataclass(frozen=True)
class SchoolProblems:
    """The problems of one school; ``key`` is None for those that belong to none."""

    name: str
    key: int | None
    rules: list[RuleProblems]

    @property
    def total(self) -> int:
        """How many problems the school has."""
        return sum(len(rule.rows) for rule in self.rules)


def problem_rows(db: sqlite3.Connection, connection: Connection, number: int) -> list[ProblemRow]:
    """All problems of a run: by school name (those of no school last), errors first, by rule, kind and record."""
    name_of = _school_namer(history.school_names(db, number))
    ids, address = RunIds(db, number), web_address(connection.source.url)

    def place(problem: Problem) -> tuple[bool, str, int, int, str, int, int]:
        severity = words.severity_order(words.rule_of(problem.rule).severity)
        name, school = name_of(problem.school).casefold(), problem.school
        return (school is None, name, school or 0, severity, problem.rule, BY_KEY[problem.entity].rank, problem.key)

    return [
        ProblemRow(
            school=name_of(problem.school),
            school_key=problem.school,
            rule=words.rule_of(problem.rule),
            kind=words.record_kind(problem.entity),
            record=ids.public(BY_KEY[problem.entity], problem.key),
            detail=words.detail_word(problem.detail),
            link=page_of(address, problem.entity, problem.key) if address else "",
        )
        for problem in sorted(history.read_problems(db, number), key=place)
    ]


def by_school(rows: list[ProblemRow]) -> list[SchoolProblems]:
    """The rows of ``problem_rows`` in their groups, in the same order."""
    schools = []
    for (key, name), of_school in itertools.groupby(rows, key=lambda row: (row.school_key, row.school)):
        rules = [RuleProblems(rule, list(found)) for rule, found in itertools.groupby(of_school, lambda row: row.rule)]
        schools.append(SchoolProblems(name, key, rules))
    return schools


def web_address(url: str) -> str:
    """The server's address if links may begin with it (http or https, and a host), else an empty text."""
    parts = urlsplit(url)
    return url if parts.scheme in ("https", "http") and parts.hostname else ""


def _school_namer(names: dict[int, str]) -> Callable[[int | None], str]:
    def name_of(key: int | None) -> str:
        if key is None:
            return NO_SCHOOL
        name = names.get(key, "")
        return name if name.strip() else f"School with id {key}"

    return name_of
