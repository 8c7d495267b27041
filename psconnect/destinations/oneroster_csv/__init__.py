"""A OneRoster CSV bundle in a folder."""

from __future__ import annotations

from psconnect.destinations.oneroster_csv.destination import DECLARATION, OneRosterCsv

__all__ = ["DECLARATION", "OneRosterCsv"]
