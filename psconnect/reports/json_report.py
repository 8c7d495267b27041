"""A report as one JSON document for programs; its keys are documented in docs/reports.md and stay."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from psconnect.reports.changes import ChangedRecord
from psconnect.reports.content import ReportContent, ReportedFinding
from psconnect.reports.csv_report import check_kept
from psconnect.reports.problems import FoundIn
from psconnect.wording.documents import run_document

FORMAT = 1
"""The form of the document. Keys may be added; one that goes, or gets another meaning, gets another number."""
_AT_A_TIME = 200
_WITHOUT_NAMES = ("delivered", "cause", "held", "redelivers_to")


def json_report(content: ReportContent) -> Iterator[bytes]:
    """The report, in pieces. Raises FixSettings if the run's findings are no longer kept."""
    check_kept(content)
    content.expect(content.all_rows())
    head = _head(content)
    yield json.dumps(head, ensure_ascii=False)[:-1].encode(errors="replace")
    yield from _listed("findings", _found(content, content.found))
    if content.wish.since_last and content.corrected:
        yield from _listed("corrected", _found(content, content.corrected))
    if not content.wish.listed:
        yield from _listed("changes", _changed(content))
    yield b"}\n"


def _head(content: ReportContent) -> dict[str, object]:
    wish, view = content.wish, content.view
    run = run_document(content.run)
    if wish.masked:
        run = {key: value for key, value in run.items() if key not in _WITHOUT_NAMES}
    since = view.since
    return {
        "format": FORMAT,
        "masked": wish.masked,
        "since_last": wish.since_last,
        "made": wish.made.isoformat() if wish.made else None,
        "run": run,
        "sentence": view.sentence.text,
        "attention": [
            {
                "rule": line.rule.key,
                "attribute": line.attribute,
                "state": line.state.value,
                "records": line.records,
                "title": line.title,
            }
            for line in view.attention
        ],
        "schools": [{"school": name, "records": count} for name, count in view.attention_schools],
        "before": {"id": since.run_id, "new": since.new, "corrected": since.corrected}
        if since and not since.forgotten
        else None,
    }


def _listed(key: str, found: Iterable[dict[str, object]]) -> Iterator[bytes]:
    """A member of the document that is a list, in pieces."""
    yield f', "{key}": ['.encode()
    some: list[str] = []
    between = "\n"
    for one in found:
        some.append(between + json.dumps(one, ensure_ascii=False))
        between = ",\n"
        if len(some) >= _AT_A_TIME:
            yield "".join(some).encode(errors="replace")
            some.clear()
    yield "".join(some).encode(errors="replace")
    yield b"]"


def _found(content: ReportContent, found: FoundIn) -> Iterator[dict[str, object]]:
    for row in content.rows(found, content.schools(found)):
        yield _finding(row, masked=content.wish.masked)


def _finding(row: ReportedFinding, *, masked: bool) -> dict[str, object]:
    line, one = row.line, row.record
    told: dict[str, object] = {
        "rule": line.rule.key,
        "severity": line.rule.severity,
        "title": line.rule.title,
        "state": one.state.value,
        "entity": one.entity,
        "name": one.title,
        "school": line.school if line.school_key is not None else None,
        "detail": one.detail,
        "other": one.other,
        "records": one.records,
        "new": line.new,
        "to_do": line.rule.to_do,
    }
    return told if masked else {**told, "id": row.sourced_id, "number": one.number, "link": one.link}


def _changed(content: ReportContent) -> Iterator[dict[str, object]]:
    for entity in content.changed_kinds():
        for one in content.changed(entity):
            yield _change(one, masked=content.wish.masked)


def _change(one: ChangedRecord, *, masked: bool) -> dict[str, object]:
    row = one.row
    told: dict[str, object] = {"entity": row.entity, "action": row.action, "name": row.title, "school": row.school}
    if masked:
        return {**told, "attributes": [name for name, _before, _after in row.values]}
    values = {name: {"before": before, "after": after} for name, before, after in row.values}
    return {**told, "id": one.sourced_id, "number": row.number, "values": values}
