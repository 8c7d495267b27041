"""Shaping: turns a source's rows into records with a fate, the same way for all sources."""

from __future__ import annotations

from psconnect.sync.shaping.rules import ShapingRules
from psconnect.sync.shaping.shaped_source import ShapedSource
from psconnect.sync.shaping.shaping_context import StageSink

__all__ = ["ShapedSource", "ShapingRules", "StageSink"]
