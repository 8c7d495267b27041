"""OneRoster files for ClassLink Roster Server."""

from __future__ import annotations

from psconnect.destinations.classlink_csv.destination import KIND

__all__ = ["KIND"]
