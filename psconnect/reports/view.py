"""A run as a report shows it, the same for every format: ids, counts and attribute names, nobody's data."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from psconnect.model.connection import Connection
from psconnect.model.entities import BY_KEY
from psconnect.model.problems import RULES, Problem, Rule
from psconnect.model.runs import Run
from psconnect.powerschool.menus import page_of
from psconnect.store import history

NO_SCHOOL = "Not tied to one school"
_KINDS = {
    "school": "School",
    "calendar": "Term",
    "course": "Course",
    "class": "Class",
    "student": "Student",
    "teacher": "Teacher",
    "admin": "Staff member",
    "contact": "Contact",
    "relationship": "Relationship",
    "enrollment": "Enrollment",
}
_ORDER = {"error": 0, "warning": 1}


@dataclass(frozen=True)
class ProblemRow:
    """One problem: where, which rule, which record, what it is about, the record's page in PowerSchool or nothing."""

    school: str
    rule: Rule
    kind: str
    record: str
    detail: str
    link: str


@dataclass(frozen=True)
class RunView:
    """A run with everything a report tells of it, except the problems, which are streamed."""

    run: Run
    host: str
    destination: str
    sentence: str
    tone: str
    problem_total: int


def view_of(db: sqlite3.Connection, connection: Connection, number: int) -> RunView:
    """The view of a run."""
    run = history.read_run(db, connection.name, number)
    sentence, tone = sentence_of(run)
    host = urlsplit(connection.source.url).hostname or "no address yet"
    return RunView(run, host, connection.destination_kind, sentence, tone, sum(run.problems.values()))


def problem_rows(db: sqlite3.Connection, connection: Connection, number: int) -> Iterator[ProblemRow]:
    """All problems: by school, errors before warnings, by rule, kind and record."""
    schools = history.school_names(db, number)

    def place(problem: Problem) -> tuple[bool, str, int, str, int, int]:
        school = schools.get(problem.school or 0, "")
        severity = _ORDER.get(RULES[problem.rule].severity, 2)
        return (not school, school, severity, problem.rule, BY_KEY[problem.entity].rank, problem.key)

    for problem in sorted(history.read_problems(db, number), key=place):
        yield ProblemRow(
            school=schools.get(problem.school, NO_SCHOOL) if problem.school else NO_SCHOOL,
            rule=RULES[problem.rule],
            kind=_KINDS[problem.entity],
            record=BY_KEY[problem.entity].sourced_id(problem.key),
            detail=problem.detail,
            link=page_of(connection.source.url, problem.entity, problem.key) if connection.source.url else "",
        )


def sentence_of(run: Run) -> tuple[str, str]:
    """The sentence that matters most, and its tone: ``good``, ``warning``, ``bad`` or ``quiet``."""
    changes = sum(counts.total for counts in run.changes.values())
    if run.error:
        return f"Nothing was delivered: {run.error['title']}", "bad"
    if run.state in ("held", "previewed"):
        return _waiting(run, changes)
    if run.state in ("finished", "finished_with_problems"):
        tone = "warning" if run.problems else "good"
        if changes:
            return f"{changes:,} changes were delivered", tone
        return (
            "The same roster was delivered again" if run.delivered else "Nothing had changed; it is up to date"
        ), tone
    words = {
        "cancelled": "The run was cancelled; nothing was delivered",
        "interrupted": "The run was interrupted; the next start goes on",
        "discarded": "The plan was discarded; nothing was delivered",
        "expired": "A newer plan took the place of this one",
        "skipped": "The run was skipped",
    }
    return words.get(run.state, "The run is under way"), "quiet"


def _waiting(run: Run, changes: int) -> tuple[str, str]:
    for hold in run.holds:
        if hold.rule.startswith("remove-"):
            return f"On hold: {hold.reason.partition(';')[0]}", "warning"
    if run.holds:
        return f"On hold: {changes:,} changes wait for your approval", "warning"
    return f"Previewed: {changes:,} changes would be made", "quiet"
