"""The verb ``filters``: how many records pass an entity's filter rules, and who is caught by which."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from psconnect.cli import codes, output
from psconnect.model.clock import CancelToken
from psconnect.model.entities import BY_KEY
from psconnect.service import FilterPreview, Service


def filters(service: Service, options: argparse.Namespace, cancel: CancelToken) -> int:
    """Read the entity, apply the connection's filter rules, and show what they do; nothing is delivered."""
    progress = output.Progress()
    try:
        connection = service.connection(options.name)
        found = service.filter_preview(connection, options.entity, cancel=cancel, on_event=progress, most=options.most)
    finally:
        progress.close()
    if options.json:
        output.document(asdict(found))
    else:
        _show(found)
    return codes.DONE


def _show(found: FilterPreview) -> None:
    label = BY_KEY[found.entity].label
    output.result(f"{label}: {found.passing:,} of {found.total:,} pass.")
    if not found.caught:
        return
    rows = [("Id", "Name", "Number", "School", "Filter")]
    rows += [(one.sourced_id, one.title, one.number, one.school, one.filter) for one in found.caught]
    output.table(rows)
    more = found.total - found.passing - len(found.caught)
    if more:
        output.say(f"… and {more:,} more. See them with --most {found.total - found.passing}.")
