"""What needs attention after a run: counted by rule and field and by school, and against the run before."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psconnect.model.found import FoundState
from psconnect.reports.problems import FoundGroup, FoundIn, RunBefore
from psconnect.wording.catalogue import number, tr
from psconnect.wording.found import finding_title
from psconnect.wording.records import listed, record_label, records_label
from psconnect.wording.rules import WordedRule, rule_of

NEEDS_ATTENTION = (FoundState.LEFT_OUT, FoundState.KEPT, FoundState.AT_RISK, FoundState.GAP)
"""What became of records that somebody has to look at."""


@dataclass(frozen=True)
class AttentionLine:
    """A finding, how many records it is about, and what became of them.

    Attributes:
        title: the finding with its field: ``First name is empty``.
        whom: whom it is about: ``12 students``.
    """

    rule: WordedRule
    entity: str
    attribute: str
    state: FoundState
    records: int
    title: str
    whom: str


@dataclass(frozen=True)
class SinceBefore:
    """How the findings differ from those of the run before.

    Attributes:
        started: when that run was started; ``run_id`` is its id, ``number`` its number.
        new, corrected: how many findings only this run, and only the run before has.
        forgotten: whether the findings of the run before are no longer kept: then nothing is known of both.
    """

    number: int
    run_id: str
    started: datetime
    new: int
    corrected: int
    forgotten: bool


def attention_of(groups: Sequence[FoundGroup]) -> list[AttentionLine]:
    """The findings that need attention by rule, field and what became of the records, the worst first."""
    alike: dict[tuple[str, str, FoundState], list[FoundGroup]] = {}
    for group in groups:
        if group.state in NEEDS_ATTENTION:
            alike.setdefault((group.rule, group.attribute, group.state), []).append(group)
    lines = [_line(found) for found in alike.values()]
    states = list(FoundState)
    return sorted(lines, key=lambda line: (states.index(line.state), -line.records, line.rule.key, line.attribute))


def _line(found: list[FoundGroup]) -> AttentionLine:
    first, kinds = found[0], Counter[str]()
    for group in found:
        kinds[group.entity] += group.records
    rule = rule_of(first.rule)
    whom = listed([_of_kind(entity, count) for entity, count in kinds.most_common()])
    title = finding_title(rule, first.entity, first.attribute)
    return AttentionLine(rule, first.entity, first.attribute, first.state, kinds.total(), title, whom)


def _of_kind(entity: str, count: int) -> str:
    records = record_label(entity) if count == 1 else records_label(entity)
    return tr("{count} {records}", count=number(count), records=records)


def schools_of(groups: Sequence[FoundGroup], names: Mapping[int | None, str]) -> list[tuple[str, int]]:
    """How many records need attention at which school, the most first; those without a school last."""
    counts: Counter[int | None] = Counter()
    for group in groups:
        if group.state in NEEDS_ATTENTION:
            counts[group.school] += group.records
    order = sorted(counts.items(), key=lambda item: (item[0] is None, -item[1], names[item[0]].casefold()))
    return [(names[school], count) for school, count in order]


def since_before(db: sqlite3.Connection, number: int, before: RunBefore | None) -> SinceBefore | None:
    """What is new and what was corrected since the run before."""
    if before is None:
        return None
    new = corrected = 0
    if not before.forgotten:
        new = FoundIn(db, number, before.number, unknown_alone=True).count()
        corrected = FoundIn(db, before.number, number, unknown_alone=True).count()
    started = datetime.fromisoformat(before.started)
    return SinceBefore(before.number, before.run_id, started, new, corrected, before.forgotten)
