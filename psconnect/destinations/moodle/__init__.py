"""Moodle, kept in step through its web services."""

from __future__ import annotations

from psconnect.destinations.moodle.kind import KIND

__all__ = ["KIND"]
