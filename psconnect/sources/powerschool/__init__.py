"""PowerSchool's native API as a source."""

from __future__ import annotations

from psconnect.sources.powerschool.kind import PowerSchoolKind
from psconnect.sources.powerschool.read_methods import choose_reader
from psconnect.sources.powerschool.read_plan import ReadPlan
from psconnect.sources.powerschool.reads import PowerSchoolReads
from psconnect.sources.powerschool.source import PowerSchoolSource

POWERSCHOOL_SOURCE = PowerSchoolKind()

__all__ = [
    "POWERSCHOOL_SOURCE",
    "PowerSchoolKind",
    "PowerSchoolReads",
    "PowerSchoolSource",
    "ReadPlan",
    "choose_reader",
]
