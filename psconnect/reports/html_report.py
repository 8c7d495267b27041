"""A run as one self-contained HTML file of at most 2 MB, readable on screen and paper."""

from __future__ import annotations

import base64
import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import jinja2

from psconnect import resources
from psconnect.model.connection import Connection
from psconnect.reports.problems import ProblemRow, SchoolProblems, problem_rows
from psconnect.reports.view import RunView, view_of
from psconnect.store.history.run_table import ROW_DAYS
from psconnect.wording.catalogue import counted, number, tr
from psconnect.wording.rules import WordedRule
from psconnect.wording.runs import severity_word

LARGEST_REPORT = 2_000_000
"""The most bytes of a report."""

_ROOMS = (6_000, 3_000, 1_000, 300, 0)
"""How many records to list in total; if the file gets too large, the next value is tried."""
_RECORDS_A_RULE = (200, 100, 50, 20, 10, 5, 2, 1, 0)
_HEADING = 4
"""The space a rule's heading takes, in records."""
_ROWS_A_TABLE = 50
_LONGEST_TEXT = 600
_UNPRINTABLE = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff]")


@dataclass(frozen=True)
class ShownRule:
    """One rule's problems at one school: the listed records, and how many more there are."""

    rule: WordedRule
    records: list[ProblemRow]
    total: int

    @property
    def more(self) -> int:
        """How many records are not listed."""
        return self.total - len(self.records)


@dataclass(frozen=True)
class ShownSchool:
    """The problems of one school that fit."""

    name: str
    key: int | None
    total: int
    rules: list[ShownRule]


_Rows = Callable[[int], Iterable[ProblemRow]]
"""A run's rows in order, with at most this many per rule and school."""


def html_report(db: sqlite3.Connection, connection: Connection, number: int) -> Iterator[bytes]:
    """The report of a run, in one piece; raises FixSettings if the run doesn't exist."""
    view = view_of(db, connection, number)

    def rows(most: int) -> Iterable[ProblemRow]:
        return problem_rows(db, connection, number, view.problems, most)

    template, css = _template(), resources.read_text("templates", "report.css")
    page = b""
    for room in _ROOMS:
        page = _page(template, css, view, with_room(view.problems, rows, room))
        if len(page) <= LARGEST_REPORT:
            break
    yield page


def with_room(schools: list[SchoolProblems], rows: _Rows, room: int) -> list[ShownSchool]:
    """As many records as fit, the same number for every rule of every school.

    If not even all schools' headings fit, the last schools are omitted.
    """
    counts = [rule.count for school in schools for rule in school.rules]
    each = next(n for n in _RECORDS_A_RULE if not n or sum(min(n, count) + _HEADING for count in counts) <= room)
    listed: dict[tuple[int | None, str], list[ProblemRow]] = {}
    for row in rows(each) if each else ():
        listed.setdefault((row.school_key, row.rule.key), []).append(row)
    result = []
    for school in schools:
        rules = [ShownRule(one.rule, listed.get((school.key, one.rule.key), []), one.count) for one in school.rules]
        room -= sum(len(rule.records) + _HEADING for rule in rules)
        if room < 0:
            break
        result.append(ShownSchool(school.name, school.key, school.total, rules))
    return result


def _page(template: jinja2.Template, css: str, view: RunView, schools: list[ShownSchool]) -> bytes:
    listed = sum(len(rule.records) for school in schools for rule in school.rules)
    page = template.render(
        view=view,
        schools=schools,
        unlisted=view.total - listed,
        linked=any(row.link for school in schools for rule in school.rules for row in rule.records),
        severity_word=severity_word,
        css=css,
        css_hash=base64.b64encode(hashlib.sha256(css.encode()).digest()).decode(),
        cap=_ROWS_A_TABLE,
        row_days=ROW_DAYS,
    )
    return page.encode()


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_printable
    )
    environment.globals |= {"tr": tr, "counted": counted}
    environment.filters |= {"number": number}
    return environment.from_string(resources.read_text("templates", "report.html"))


def _printable(value: object) -> object:
    """A text for the page: of limited length, without characters that HTML can't hold."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    text = _UNPRINTABLE.sub("\ufffd", value)
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
