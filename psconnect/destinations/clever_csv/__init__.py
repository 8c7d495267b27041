"""Clever's own files for SFTP uploads."""

from __future__ import annotations

from psconnect.destinations.clever_csv.destination import KIND

__all__ = ["KIND"]
