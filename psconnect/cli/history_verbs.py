"""The verbs for what happened so far: the list of runs, two runs compared, the disclosure log."""

from __future__ import annotations

import argparse
from pathlib import Path

from psconnect.cli import codes, output
from psconnect.model.disclosures import Disclosure
from psconnect.service import Service
from psconnect.wording.catalogue import number, tr
from psconnect.wording.disclosures import about_log, event_word, log_trouble, not_ferpas_record


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
