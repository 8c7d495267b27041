"""A roster in tables of a database: typed columns, one row a record, for reports and other programs."""

from __future__ import annotations

from psconnect.destinations.database.kind import KIND

__all__ = ["KIND"]
