"""The verbs for what happened so far: the list of runs, two runs compared, the disclosure log."""

from __future__ import annotations

import argparse
from datetime import date, datetime, timedelta
from pathlib import Path

from psconnect.cli import codes, output
from psconnect.model.disclosures import Disclosure
from psconnect.model.reconciled import by_care
from psconnect.model.run_history import RunQuery, RunSide
from psconnect.model.runs import STARTED_BY
from psconnect.service import Service
from psconnect.wording.catalogue import counted, number, tr
from psconnect.wording.disclosures import about_log, event_word, log_trouble, not_ferpas_record
from psconnect.wording.documents import comparison_document, run_document
from psconnect.wording.history import ROW_DAYS_TOLD
from psconnect.wording.records import entity_label
from psconnect.wording.run_comparison import (
    difference,
    findings_sentence,
    not_compared,
    settings_sentence,
    took_sentence,
)
from psconnect.wording.runs import scope_word, state_word


def show_runs(service: Service, options: argparse.Namespace) -> int:
    """``runs``."""
    query = RunQuery(
        text=options.record,
        states=tuple(options.state),
        triggers=tuple(STARTED_BY[name] for name in options.trigger),
        since=_midnight(options.since) if options.since else None,
        until=_midnight(options.until + timedelta(days=1)) if options.until else None,
    )
    found = service.find_runs(options.name, query)
    runs = [run for run, _changed in found.page(0, options.limit or found.total)]
    if options.json:
        output.document({"runs": [run_document(run) for run in runs]})
        return codes.DONE
    rows = [(tr("Run"), tr("Started"), tr("Scope"), tr("Changes"), tr("State"))]
    for run in runs:
        changes = number(sum(counts.total for counts in run.changes.values()))
        started = f"{run.started.astimezone():%Y-%m-%d %H:%M}"
        rows.append((run.id, started, scope_word(run.scope), changes, state_word(run.state)))
    output.table(rows, right=frozenset({3}))
    if options.record:
        output.say(
            counted(
                found.matches or 0,
                "1 record matches “{text}”. Which records a run changed is kept for {days} days.",
                "{count} records match “{text}”. Which records a run changed is kept for {days} days.",
                text=options.record,
                days=ROW_DAYS_TOLD,
            )
        )
    return codes.DONE


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day).astimezone()


def compare(service: Service, options: argparse.Namespace) -> int:
    """``run compare``."""
    found = service.compare_runs(options.id, options.other)
    kinds = by_care({**found.earlier.standing, **found.later.standing})
    figures = {key: (_standing(found.earlier, key), _standing(found.later, key)) for key in kinds}
    if options.json:
        output.document(comparison_document(found))
        return codes.DONE
    headings = (tr("Records"), found.earlier.run.id, found.later.run.id, tr("Change"))
    rows = {entity_label(key): pair for key, pair in figures.items()}
    rows[tr("All records")] = (sum(pair[0] for pair in figures.values()), sum(pair[1] for pair in figures.values()))
    lines = [(label, number(one), number(other), difference(one, other)) for label, (one, other) in rows.items()]
    output.table([headings, *lines], right=frozenset({1, 2, 3}))
    now = service.clock.now()
    told = (findings_sentence(found), took_sentence(found), settings_sentence(found), *not_compared(found, now))
    for sentence in told:
        output.result(sentence)
    return codes.DONE


def _standing(side: RunSide, key: str) -> int:
    return side.standing[key].delivered if key in side.standing else 0


def list_disclosures(service: Service, options: argparse.Namespace) -> int:
    """``disclosures``."""
    name = options.name or ""
    if options.output:
        path = service.write_disclosures(Path(options.output).absolute(), name)
        return output.completed(tr("The log is in {file}", file=path), as_json=options.json, file=str(path))
    found, state = service.disclosures(name), service.disclosure_state()
    if options.json:
        log = {"lines": state.lines, "unreadable": state.unreadable, "altered_from_line": state.altered or None}
        output.document({"disclosures": [_document(one) for one in found], "log": log})
        return codes.DONE
    headings = (tr("When"), tr("What happened"), tr("Connection"), tr("People"), tr("Records"), tr("Place"))
    output.table([headings, *(_row(one) for one in found)], right=frozenset({3, 4}))
    output.say(about_log())
    output.say(not_ferpas_record())
    if log_trouble(state):
        output.say(log_trouble(state))
    return codes.DONE


def _row(one: Disclosure) -> tuple[str, ...]:
    records = None if one.records is None else sum(one.records.values())
    when = f"{one.at.astimezone():%Y-%m-%d %H:%M}"
    return (when, event_word(one.event), one.connection, _figure(one.people), _figure(records), one.place or one.kind)


def _figure(count: int | None) -> str:
    return tr("not counted") if count is None else number(count)


def _document(one: Disclosure) -> dict[str, object]:
    return {
        "at": one.at.isoformat(),
        "event": one.event,
        "connection": one.connection,
        "connection_id": one.connection_id,
        "destination": one.kind,
        "place": one.place,
        "run": one.run,
        "whole": one.whole,
        "people": one.people,
        "records": None if one.records is None else dict(one.records),
        "changes": {
            key: {"create": counts.create, "update": counts.update, "remove": counts.remove}
            for key, counts in one.changes.items()
        },
    }
