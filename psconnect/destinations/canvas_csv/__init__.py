"""Files of Canvas's SIS import."""

from __future__ import annotations

from psconnect.destinations.canvas_csv.destination import KIND

__all__ = ["KIND"]
