"""The options of a demo server."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from psconnect.demo.district.habits import Habits
from psconnect.demo.server.quirks import Quirks


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """The options of a demo server.

    Attributes:
        folder: the folder of the district's file.
        students: 60 to 50,000.
        seed: a different seed gives different people.
        today: the demo's date; it decides the school year.
        port: 0 for any free one.
        latency_ms: delay of each call, in milliseconds.
        quirks: the switches of the server.
        habits: how the district keeps its records.
        certificate: the files of certificate and key, for https.

    """

    folder: Path
    students: int = 500
    seed: int = 1
    today: date = field(default_factory=date.today)
    port: int = 0
    latency_ms: int = 0
    quirks: Quirks = field(default_factory=Quirks)
    habits: Habits = field(default_factory=Habits)
    certificate: tuple[Path | str, Path | str] | None = None
