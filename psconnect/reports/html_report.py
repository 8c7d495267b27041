"""A run as one HTML file: self-contained, readable on screen and on paper, never over 2 MB."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import jinja2

from psconnect import resources
from psconnect.model.connection import Connection
from psconnect.model.entities import BY_KEY
from psconnect.model.problems import RULES, Rule
from psconnect.reports.view import ProblemRow, problem_rows, view_of

LARGEST = 2_000_000
_ROOM_FOR_PROBLEMS = 1_800_000
_BYTES_A_RULE, _BYTES_A_RECORD = 1_600, 180
_RECORDS_A_RULE = 200


@dataclass(frozen=True)
class RuleGroup:
    """The records of one school that one rule found: those listed, and how many there are in all."""

    rule: Rule
    records: list[ProblemRow]
    total: int


@dataclass(frozen=True)
class SchoolGroup:
    """The problems of one school."""

    school: str
    rules: list[RuleGroup]
    total: int


def html_report(db: sqlite3.Connection, connection: Connection, number: int) -> bytes:
    """The report of a run."""
    view = view_of(db, connection, number)
    groups, unlisted = grouped(problem_rows(db, connection, number))
    run = view.run
    page = _template().render(
        view=view,
        run=run,
        schools=groups,
        unlisted=unlisted,
        labels={key: entity.label for key, entity in BY_KEY.items()},
        rules=RULES,
        started=_local(run.started),
        ended=_local(run.ended) if run.ended else "",
        took=_took(run.ended - run.started) if run.ended else "",
    )
    return page.encode()


def grouped(rows: Iterable[ProblemRow]) -> tuple[list[SchoolGroup], int]:
    """Problems by school and rule, as many as the file has room for, and how many are not listed."""
    schools: list[SchoolGroup] = []
    room, unlisted = _ROOM_FOR_PROBLEMS, 0
    for school, of_school in itertools.groupby(rows, key=lambda row: row.school):
        rules: list[RuleGroup] = []
        for rule, of_rule in itertools.groupby(of_school, key=lambda row: row.rule):
            room -= _BYTES_A_RULE
            fit = max(0, min(_RECORDS_A_RULE, room // _BYTES_A_RECORD))
            listed, total = _first(of_rule, fit)
            unlisted += total - len(listed)
            room -= sum(_BYTES_A_RECORD + 6 * len(row.link) for row in listed)
            if room > 0:
                rules.append(RuleGroup(rule, listed, total))
        if rules:
            schools.append(SchoolGroup(school, rules, sum(group.total for group in rules)))
    return schools, unlisted


def _first(rows: Iterator[ProblemRow], count: int) -> tuple[list[ProblemRow], int]:
    listed = list(itertools.islice(rows, count))
    return listed, len(listed) + sum(1 for _ in rows)


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["number"] = lambda value: f"{value:,}"
    return environment.from_string(resources.read_text("templates", "report.html"))


def _local(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M %Z")


def _took(span: timedelta) -> str:
    seconds = round(span.total_seconds())
    if seconds < 1:
        return "less than a second"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
