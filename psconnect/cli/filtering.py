"""The verb ``filters``: how many records pass an entity's filter rules, and which rule leaves out whom."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from psconnect.cli import codes, output
from psconnect.cli.interrupt import cancel_on_interrupt
from psconnect.service import FilterPreview, Service
from psconnect.wording.catalogue import number, tr
from psconnect.wording.records import entity_label


def filters(service: Service, options: argparse.Namespace) -> int:
    """Read the entity, apply the connection's filter rules and show the result; nothing is delivered."""
    progress, connection = output.Progress(), service.connection(options.name)
    with cancel_on_interrupt() as cancel:
        try:
            found = service.filter_preview(
                connection, options.entity, cancel=cancel, on_event=progress, most=options.most
            )
        finally:
            progress.close()
    if options.json:
        output.document(_document(found))
    else:
        _show(found)
    return codes.DONE


def _document(found: FilterPreview) -> dict[str, Any]:
    """The result for ``--json``; a rule has its name there, its place only in the window."""
    caught = [{key: value for key, value in asdict(one).items() if key != "rule"} for one in found.caught]
    return {**asdict(found), "caught": caught}


def _show(found: FilterPreview) -> None:
    label, total = entity_label(found.entity), number(found.total)
    output.result(
        tr("{records}: {passing} of {total} pass.", records=label, passing=number(found.passing), total=total)
    )
    if not found.caught:
        return
    rows = [(tr("Id"), tr("Name"), tr("Number"), tr("School"), tr("Filter"))]
    rows += [(one.sourced_id, one.title, one.number, one.school, one.filter) for one in found.caught]
    output.table(rows)
    more = found.total - found.passing - len(found.caught)
    if more:
        most = found.total - found.passing
        output.say(tr("… and {count} more. See them all with --most {most}.", count=number(more), most=most))
