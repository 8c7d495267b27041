"""PowerSchool's native API as a source of shaped records."""

from __future__ import annotations

from psconnect.sources.powerschool.read_plan import ReadPlan
from psconnect.sources.powerschool.source import PowerSchoolSource
from psconnect.sources.powerschool.ways import choose_reader

__all__ = ["PowerSchoolSource", "ReadPlan", "choose_reader"]
