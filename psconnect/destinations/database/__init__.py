"""A roster in database tables: typed columns, one row per record, for reports and other programs."""

from __future__ import annotations

from psconnect.destinations.database.kind import KIND

__all__ = ["KIND"]
