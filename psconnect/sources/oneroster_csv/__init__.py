"""A OneRoster 1.1 bundle in a folder as a source."""

from __future__ import annotations

from psconnect.sources.oneroster_csv.kind import OneRosterCsvKind

ONEROSTER_CSV_SOURCE = OneRosterCsvKind()

__all__ = ["ONEROSTER_CSV_SOURCE"]
