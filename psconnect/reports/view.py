"""A run as its reports and mails begin: counts, rules and attribute names, no personal data."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

from psconnect.destinations import KINDS
from psconnect.model.connection import Connection
from psconnect.model.entities import BY_KEY
from psconnect.model.errors import FixSettings
from psconnect.model.reconciled import Reconciled, altogether, by_care
from psconnect.model.runs import APPLIED, GIVEN_UP, WAITING, ChangeCounts, Run, without_class_names
from psconnect.reports.attention import AttentionLine, SinceBefore, attention_of, schools_of, since_before
from psconnect.reports.problems import FoundIn, SchoolProblems, run_before
from psconnect.store.history import run_table
from psconnect.wording.catalogue import counted, number, tr
from psconnect.wording.delivered import word_delivered
from psconnect.wording.errors import word
from psconnect.wording.figures import added_in_words
from psconnect.wording.held import story_of
from psconnect.wording.holds import word_hold
from psconnect.wording.pieces import read_without
from psconnect.wording.records import entity_label, records_label, rows_heading, rows_order
from psconnect.wording.rules import WordedRule, rule_of
from psconnect.wording.run_sentence import Sentence, sentence_of, signed
from psconnect.wording.runs import (
    comparison,
    scope_word,
    severity_order,
    state_word,
    stopped_words,
    trigger_word,
    way_word,
)
from psconnect.wording.systems import system_words
from psconnect.wording.times import duration, full_moment, to_the_minute

_PLAN_SHOWN = 12


@dataclass(frozen=True)
class Fact:
    """One fact about a run, with its label."""

    label: str
    value: str


@dataclass(frozen=True)
class Failure:
    """What stopped a run, as a worded error; ``stopped`` names the stage."""

    title: str
    stopped: str
    happened: str
    to_do: str
    where: str
    code: str


@dataclass(frozen=True)
class StandingRow:
    """A kind of record in the reconciling table.

    Attributes:
        change: its changes in this run with their signs, ``counts`` the same as figures.
        entity: its key; empty for the row of sums.
    """

    label: str
    figures: Reconciled
    change: str
    counts: ChangeCounts
    entity: str = ""


@dataclass(frozen=True)
class LeftOutRow:
    """Why records were left out: the rule, how many of which kind, and all of them."""

    rule: WordedRule
    kinds: str
    count: int


@dataclass(frozen=True)
class RunView:
    """A run with everything a report says about it.

    Attributes:
        state: the run's state in words.
        delivered: whether the changes were made or only planned.
        planned: whether the run got as far as comparing and checking.
        head: the facts that a person looks for first, in short; ``facts`` are all of them, to the second.
        changes: per entity label.
        read: rows per stream label.
        standing: what stands at the destination (or would), kind by kind, with a last row of sums; empty for a run of
            an older version. ``standing_in`` is what the other system is called within a sentence, ``added`` says what
            psconnect adds to what was read.
        left_out: records per rule, worst severity first; with ``standing``, exactly those that are left out there.
        found: problems per rule, worst severity first.
        problems: their counts by school and rule.
        forgotten: how many problems the run had whose rows are no longer kept.
        attention: what needs attention, the worst first: what is left out, kept or delivered with a gap for a fault of
            its own. ``attention_schools`` are the same records by school, the most first.
        since: what is new and what was corrected since the run before; None where there is none to compare with.
    """

    connection: str
    sentence: Sentence
    state: str
    delivered: bool
    waiting: bool
    planned: bool
    head: list[Fact]
    facts: list[Fact]
    failure: Failure | None
    holds: list[str]
    changes: list[tuple[str, ChangeCounts]]
    read: list[tuple[str, int]]
    standing: list[StandingRow]
    standing_in: str
    added: str
    left_out: list[LeftOutRow]
    found: list[tuple[WordedRule, int]]
    problems: list[SchoolProblems]
    forgotten: int
    attention: list[AttentionLine]
    attention_schools: list[tuple[str, int]]
    since: SinceBefore | None

    @property
    def attention_total(self) -> int:
        """How many records need attention."""
        return sum(line.records for line in self.attention)

    @property
    def total(self) -> int:
        """How many problems the run has."""
        return sum(school.total for school in self.problems)


def view_of(db: sqlite3.Connection, connection: Connection, run_number: int, *, masked: bool = False) -> RunView:
    """The view of the run with that number; raises FixSettings if there is none.

    ``masked`` leaves out what may name somebody all the same: paths, and classes in the reasons of a hold.
    """
    run = _read(db, connection.name, run_number)
    run = without_class_names(run) if masked else run
    found_in = FoundIn(db, run_number)
    problems, groups = found_in.by_school(), found_in.groups()
    found: Counter[WordedRule] = Counter()
    for school in problems:
        found.update({one.rule: one.count for one in school.rules})
    return RunView(
        connection=run.connection,
        sentence=sentence_of(run, _destination_phrase(connection)),
        state=state_word(run.state),
        delivered=run.state in APPLIED,
        waiting=run.state in WAITING,
        planned=run.planned is not None,
        head=[fact for fact in _head(run) if fact.value],
        facts=[fact for fact in _facts(run, connection, masked=masked) if fact.value],
        failure=_failure(run),
        holds=_holds(run),
        changes=[(entity_label(key), run.changes[key]) for key in sorted(run.changes, key=_entity_order)],
        read=[(rows_heading(name), run.read[name]) for name in sorted(run.read, key=rows_order)],
        standing=_standing(run),
        standing_in=_destination_phrase(connection) or tr("the other system"),
        added=added_in_words(run.reconciled),
        left_out=_left_out(run),
        found=_by_severity(found),
        problems=problems,
        forgotten=0 if problems else sum(run.problems.values()),
        attention=attention_of(groups),
        attention_schools=schools_of(groups, {school.key: school.name for school in problems}),
        since=since_before(db, run_number, run_before(db, run_number)) if problems or not run.problems else None,
    )


def _holds(run: Run) -> list[str]:
    """Why a run waits or waited: headline and cause as everywhere, then each reason with its figures."""
    if not run.holds:
        return []
    story = story_of(run)
    reasons = [reason for reason in (word_hold(hold).reason for hold in run.holds) if reason != story.cause]
    return [part for part in (tr("{headline}.", headline=story.headline), story.cause, *reasons) if part]


def _standing(run: Run) -> list[StandingRow]:
    if not run.reconciled:
        return []
    rows = [
        StandingRow(
            entity_label(key),
            figures,
            signed(run.changes.get(key, ChangeCounts()), figures.adopted),
            run.changes.get(key, ChangeCounts()),
            key,
        )
        for key, figures in by_care(run.reconciled).items()
    ]
    sums = altogether(run.reconciled.values())
    return [*rows, StandingRow(tr("All records"), sums, signed(run.all_changes, sums.adopted), run.all_changes)]


def _left_out(run: Run) -> list[LeftOutRow]:
    """Why records were left out, the most first; by kind where the figures are known."""
    if not run.reconciled:
        counts = {rule_of(key): count for key, count in run.left_out.items()}
        return [LeftOutRow(rule, "", count) for rule, count in _by_severity(counts)]
    by_rule: dict[str, list[str]] = {}
    for key, figures in by_care(run.reconciled).items():
        for rule, count in figures.because.items():
            by_rule.setdefault(rule, []).append(
                tr("{records} {count}", records=records_label(key), count=number(count))
            )
    total = altogether(run.reconciled.values()).because
    rows = [LeftOutRow(rule_of(rule), ", ".join(kinds), total[rule]) for rule, kinds in by_rule.items()]
    return sorted(rows, key=lambda row: (-row.count, row.rule.key))


def _entity_order(key: str) -> tuple[int, str]:
    """In dependency order, unknown ones last."""
    return (BY_KEY[key].rank if key in BY_KEY else len(BY_KEY) + 1, key)


def _read(db: sqlite3.Connection, name: str, number: int) -> Run:
    try:
        return run_table.read_run(db, name, number)
    except StopIteration:
        raise FixSettings("PSC-REPORT-RUN", where=str(number), name=name, number=number) from None


def _by_severity(counts: dict[WordedRule, int]) -> list[tuple[WordedRule, int]]:
    """Worst severity first, then the largest count."""
    return sorted(counts.items(), key=lambda item: (severity_order(item[0].severity), -item[1], item[0].key))


def _head(run: Run) -> list[Fact]:
    return [
        Fact(tr("Connection"), run.connection),
        Fact(tr("Started"), to_the_minute(run.started)),
        Fact(tr("Took"), duration(run.took.total_seconds()) if run.took is not None else ""),
        Fact(tr("Started by"), trigger_word(run.trigger)),
        Fact(tr("Scope"), scope_word(run.scope)),
    ]


def _facts(run: Run, connection: Connection, *, masked: bool) -> list[Fact]:
    calls = counted(run.calls, "1 call", "{count} calls") if run.calls else ""
    way = way_word(run.way)
    return [
        Fact(tr("Connection"), run.connection),
        Fact(tr("From"), tr("PowerSchool at {host}", host=_host(connection))),
        Fact(tr("To"), _destination(connection, with_place=not masked)),
        Fact(tr("Delivered"), "" if masked else word_delivered(run.delivered)),
        Fact(tr("School year"), run.school_year),
        *_times(run),
        Fact(tr("Started by"), trigger_word(run.trigger)),
        Fact(tr("Scope"), scope_word(run.scope)),
        # The reason stays in the history: it is free text and may name somebody.
        Fact(tr("Approval"), tr("Approved by hand; the reason is in the history") if run.reason else ""),
        Fact(tr("Read"), ", ".join(part for part in (way, calls) if part)),
        Fact(tr("Compared"), comparison(run.compared)),
        Fact(tr("Read without"), read_without(run.compared.without)),
        Fact(tr("Run id"), run.id),
        Fact(tr("Plan"), run.plan_hash[:_PLAN_SHOWN]),
    ]


def _times(run: Run) -> list[Fact]:
    """Start, end, and for how long it worked: waiting for a person is no part of that."""
    started = Fact(tr("Started"), full_moment(run.started))
    ended = (
        [Fact(state_word(run.state) if run.state in GIVEN_UP else tr("Ended"), full_moment(run.ended))]
        if run.ended
        else []
    )
    took = [Fact(tr("Took"), duration(run.took.total_seconds()))] if run.took is not None else []
    if run.state in WAITING or run.state in GIVEN_UP:
        if not run.planned:
            return [started, *ended]
        return [started, Fact(tr("Plan ready"), full_moment(run.planned)), *took, *ended]
    return [started, *ended, *took]


def _failure(run: Run) -> Failure | None:
    if not run.error:
        return None
    told = word(run.error)
    return Failure(told.title, stopped_words(run.failed_in), told.happened, told.to_do, told.where, told.code)


def _host(connection: Connection) -> str:
    parts = urlsplit(connection.source.url)
    return parts.netloc.rpartition("@")[2] or tr("an address that is not set")


def _destination(connection: Connection, *, with_place: bool) -> str:
    """The destination's label and where it is; none of its other settings."""
    kind = connection.destination_kind
    if kind not in KINDS:
        return kind
    declared = KINDS[kind]
    words = {"folder": tr("folder {path}"), "file": tr("file {path}")}
    places = [
        words.get(field.kind, "{path}").format(path=connection.destination[field.key])
        for field in declared.asked(connection.destination)
        if with_place and field.is_place and connection.destination.get(field.key)
    ]
    return ", ".join([declared.label, *places])


def _destination_phrase(connection: Connection) -> str:
    """Completes "delivered to …", as in ``the OneRoster CSV bundle``; a label that is a name takes no article."""
    kind = connection.destination_kind
    if kind not in KINDS:
        return ""
    label = KINDS[kind].label
    return system_words(f"the {label}") if label.split()[-1].islower() else label
