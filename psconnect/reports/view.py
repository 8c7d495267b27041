"""A run as a report shows it, the same for every format: ids, counts and attribute names, nobody's data."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

from psconnect.destinations import KINDS
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.model.problems import Rule
from psconnect.model.runs import ChangeCounts, Run
from psconnect.reports import words
from psconnect.reports.problems import SchoolProblems, by_school
from psconnect.reports.sentence import FINISHED, WAITING, Sentence, sentence_of
from psconnect.store.history import run_table
from psconnect.words import duration, entity_label, state_word

_PLAN_SHOWN = 12
_ENDINGS = {"discarded": "Discarded", "expired": "Expired"}


@dataclass(frozen=True)
class Fact:
    """One fact about a run, with the words a person reads for it."""

    label: str
    value: str


@dataclass(frozen=True)
class Failure:
    """What stopped a run, in the parts of PsconnectError; ``stopped`` says at which stage."""

    title: str
    stopped: str
    happened: str
    to_do: str
    where: str
    code: str


@dataclass(frozen=True)
class RunView:
    """A run with everything a report tells of it.

    Attributes:
        state: the run's state in words.
        delivered: whether the changes were made, or only would be.
        planned: whether the run got as far as comparing and looking for problems.
        changes: per entity label.
        read: rows per stream label.
        left_out: records per rule, the worst severity first.
        found: problems per rule, the worst severity first.
        problems: how many there are, by school and rule.
        forgotten: how many problems the run had whose rows are past their time.
    """

    connection: str
    sentence: Sentence
    state: str
    delivered: bool
    waiting: bool
    planned: bool
    facts: list[Fact]
    failure: Failure | None
    holds: list[str]
    changes: list[tuple[str, ChangeCounts]]
    read: list[tuple[str, int]]
    left_out: list[tuple[Rule, int]]
    found: list[tuple[Rule, int]]
    problems: list[SchoolProblems]
    forgotten: int

    @property
    def total(self) -> int:
        """How many problems the run has."""
        return sum(school.total for school in self.problems)


def view_of(db: sqlite3.Connection, connection: Connection, number: int) -> RunView:
    """The view of the run with that number; raises FixSettings when there is none."""
    run = _read(db, connection.name, number)
    problems = by_school(db, number)
    found: Counter[Rule] = Counter()
    for school in problems:
        found.update({one.rule: one.count for one in school.rules})
    return RunView(
        connection=run.connection,
        sentence=sentence_of(run, _destination_phrase(connection)),
        state=state_word(run.state),
        delivered=run.state in FINISHED,
        waiting=run.state in WAITING,
        planned=run.planned is not None,
        facts=[fact for fact in _facts(run, connection) if fact.value],
        failure=_failure(run),
        holds=[hold.reason for hold in run.holds],
        changes=[(entity_label(key), run.changes[key]) for key in sorted(run.changes, key=words.entity_order)],
        read=[(words.stream_label(name), run.read[name]) for name in sorted(run.read, key=words.stream_order)],
        left_out=_by_severity({words.rule_of(key): count for key, count in run.left_out.items()}),
        found=_by_severity(found),
        problems=problems,
        forgotten=0 if problems else sum(run.problems.values()),
    )


def _read(db: sqlite3.Connection, name: str, number: int) -> Run:
    try:
        return run_table.read_run(db, name, number)
    except StopIteration:
        raise FixSettings(
            "PSC-REPORT-RUN",
            "There is no such run",
            f"“{name}” has no run with the number {number}; runs are kept for 13 months.",
            "Choose one of the runs in the history.",
            where=str(number),
        ) from None


def _by_severity(counts: dict[Rule, int]) -> list[tuple[Rule, int]]:
    """The worst severity first, then the largest count."""
    return sorted(counts.items(), key=lambda item: (words.severity_order(item[0].severity), -item[1], item[0].key))


def _facts(run: Run, connection: Connection) -> list[Fact]:
    calls = words.counted(run.calls, "call", "calls") if run.calls else ""
    way = words.WAYS.get(run.way, run.way)
    return [
        Fact("Connection", run.connection),
        Fact("From", f"PowerSchool at {_host(connection)}"),
        Fact("To", _destination(connection)),
        Fact("Delivered", run.delivered),
        Fact("School year", run.school_year),
        *_times(run),
        Fact("Started by", words.TRIGGERS.get(run.trigger, run.trigger)),
        Fact("Scope", words.SCOPES.get(run.scope, run.scope)),
        # What the person typed stays in the history: it is free text and may name somebody.
        Fact("Approval", "Approved by hand; the reason is in the history" if run.reason else ""),
        Fact("Read", ", ".join(part for part in (way, calls) if part)),
        Fact("Compared", words.comparison(run.compared)),
        Fact("Read without", words.lost(run.compared.without)),
        Fact("Run id", run.id),
        Fact("Plan", run.plan_hash[:_PLAN_SHOWN]),
    ]


def _times(run: Run) -> list[Fact]:
    """When it started and ended and how long it took; of a plan that was never approved, how long the plan took."""
    started = Fact("Started", words.moment(run.started))
    ended = [Fact(_ENDINGS.get(run.state, "Ended"), words.moment(run.ended))] if run.ended else []
    if run.state in WAITING or run.state in _ENDINGS:
        if not run.planned:
            return [started, *ended]
        took = Fact("Took", duration((run.planned - run.started).total_seconds()))
        return [started, Fact("Plan ready", words.moment(run.planned)), took, *ended]
    if not run.ended:
        return [started]
    span = duration((run.ended - run.started).total_seconds())
    return [started, *ended, Fact("Took", f"{span}, with the wait for the approval" if run.reason else span)]


def _failure(run: Run) -> Failure | None:
    if not run.error:
        return None
    stage = words.STAGES.get(run.failed_in, "")
    part = run.error.get
    return Failure(
        title=part("title", ""),
        stopped=f"The run stopped {stage}." if stage else "",
        happened=part("happened", ""),
        to_do=part("to_do", ""),
        where=part("where", ""),
        code=part("code", ""),
    )


def _host(connection: Connection) -> str:
    parts = urlsplit(connection.source.url)
    return parts.netloc.rpartition("@")[2] or "an address that is not set"


def _destination(connection: Connection) -> str:
    """The destination's label and the folder it writes to; nothing else of its settings."""
    kind = connection.destination_kind
    if kind not in KINDS:
        return kind
    declaration = KINDS[kind][0]
    folders = [
        str(connection.destination[field.key])
        for field in declaration.fields
        if field.kind == "folder" and not field.secret and field.key in connection.destination
    ]
    return ", folder ".join([declaration.label, *folders])


def _destination_phrase(connection: Connection) -> str:
    """What completes "delivered to …": ``the OneRoster CSV bundle``; a label that is a name takes no article."""
    kind = connection.destination_kind
    if kind not in KINDS:
        return ""
    label = KINDS[kind][0].label
    return f"the {label}" if label.split()[-1].islower() else label
