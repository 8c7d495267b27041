"""Files for PowerSchool Learning."""

from __future__ import annotations

from psconnect.destinations.learning_csv.destination import KIND

__all__ = ["KIND"]
