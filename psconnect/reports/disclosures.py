"""The disclosure log as a table for spreadsheets: counts and places, nobody's data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from psconnect.model.disclosures import Disclosure
from psconnect.model.entities import ENTITIES
from psconnect.reports.csv_report import as_csv
from psconnect.store.files import write_atomically
from psconnect.wording.catalogue import tr
from psconnect.wording.disclosures import event_word, extent_word
from psconnect.wording.records import entity_label


def write_disclosures(entries: Sequence[Disclosure], path: Path) -> Path:
    """Write the entries as CSV: one row each, a column for each kind of records; raises LocalStorage."""
    named = [entity.key for entity in ENTITIES]
    others = {key for one in entries for key in (one.records or {}) if key not in named}
    kinds = [*named, *sorted(others)]
    header = (
        *(tr("Date (UTC)"), tr("What happened"), tr("Connection"), tr("Kind of destination"), tr("Place"), tr("Run")),
        *(tr("Handed over"), tr("People")),
        *(entity_label(kind) for kind in kinds),
        *(tr("Created"), tr("Updated"), tr("Removed")),
    )
    write_atomically(path, as_csv(header, (_row(one, kinds) for one in entries)))
    return path


def _row(one: Disclosure, kinds: Sequence[str]) -> list[str]:
    changes = list(one.changes.values())
    return [
        one.at.strftime("%Y-%m-%d %H:%M:%S"),
        event_word(one.event),
        one.connection,
        one.kind,
        one.place,
        one.run,
        extent_word(one),
        _figure(one.people),
        *(_figure(None if one.records is None else one.records.get(kind, 0)) for kind in kinds),
        *(str(sum(getattr(counts, name) for counts in changes)) for name in ("create", "update", "remove")),
    ]


def _figure(count: int | None) -> str:
    return "" if count is None else str(count)
