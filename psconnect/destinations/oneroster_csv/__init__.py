"""A bundle of OneRoster CSV files."""

from __future__ import annotations

from psconnect.destinations.oneroster_csv.destination import KIND

__all__ = ["KIND"]
