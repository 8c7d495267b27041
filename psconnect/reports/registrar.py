"""The problems of a run as a CSV file for a school's registrar: names and numbers, what to do, where.

Unlike the report for IT, it holds personal data: it is for those who fix the records, and written only on request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from psconnect.model.entities import BY_KEY
from psconnect.model.review import FoundRecord, ProblemGroup, ProblemRecord
from psconnect.model.shown_text import shown
from psconnect.reports.csv_report import as_csv
from psconnect.store.history.titles import number_of, plain_title
from psconnect.store.reading.last_reading import LastRead
from psconnect.wording.catalogue import tr
from psconnect.wording.found import finding_title, named_finding
from psconnect.wording.records import detail_word, record_kind
from psconnect.wording.rules import rule_of


def registrar_csv(groups: Iterable[ProblemGroup], read: LastRead | None) -> Iterator[bytes]:
    """The problems as CSV, in pieces: UTF-8 with BOM and CRLF; formulas become text.

    Number and name come from the newest reading (``read``), else the name from the run.
    """
    rows = ([" ".join(value.split()) for value in values] for group in groups for values in _rows(group, read))
    yield from as_csv(_header(), rows)


def findings_csv(findings: Iterable[FoundRecord]) -> Iterator[bytes]:
    """Findings as CSV for the registrar, in pieces; as ``registrar_csv``."""
    rows = ([" ".join(value.split()) for value in _finding_row(one)] for one in findings)
    yield from as_csv(_header(), rows)


def _finding_row(one: FoundRecord) -> tuple[str, ...]:
    rule, name = rule_of(one.rule), named_finding(one)
    if rule.counted:
        name = tr("for example {name}", name=name)
    school = one.school or tr("In no school of this roster")
    title = finding_title(rule, one.entity, one.detail)
    return (school, record_kind(one.entity), one.number, name, title, detail_word(one.detail), rule.to_do, one.link)


def _header() -> list[str]:
    return [
        tr("School"),
        tr("What"),
        tr("Number"),
        tr("Name"),
        tr("Problem"),
        tr("Field"),
        tr("What to do"),
        tr("Page in PowerSchool"),
    ]


def _rows(group: ProblemGroup, read: LastRead | None) -> Iterator[tuple[str, ...]]:
    school = group.school or tr("In no school of this roster")
    rule = rule_of(group.rule.key)
    for record in group.records:
        number, name = _number_and_name(record, read)
        kind, field = record_kind(record.entity), detail_word(record.detail)
        if rule.counted:
            name = tr("for example {name}", name=name)
        yield (school, kind, number, name, rule.title, field, rule.to_do, record.link)


def _number_and_name(record: ProblemRecord, read: LastRead | None) -> tuple[str, str]:
    """Number and name from the newest reading, which also has records left out for a problem."""
    entity = BY_KEY[record.entity]
    staged = read.staged(entity, record.key) if read else None
    if staged is None:
        return "", record.title or record.sourced_id
    number = shown(number_of(entity, staged.named))
    if record.title or entity.key in ("relationship", "enrollment"):
        return number, record.title or record.sourced_id
    return number, shown(plain_title(entity, staged.named))
