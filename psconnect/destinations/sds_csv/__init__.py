"""Files for Microsoft School Data Sync."""

from __future__ import annotations

from psconnect.destinations.sds_csv.destination import KIND

__all__ = ["KIND"]
