"""Files for Apple School Manager."""

from __future__ import annotations

from psconnect.destinations.apple_csv.destination import KIND

__all__ = ["KIND"]
