"""Moodle's own entities are known, as once a kind is registered."""

from __future__ import annotations

from psconnect.destinations.moodle.layout import DERIVED
from psconnect.model.entities import declare

declare(DERIVED)
