"""Looks at a connection that may not be saved yet: its server, its schools, its destination. Changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from psconnect.model.connection import Connection
from psconnect.model.findings import Finding
from psconnect.powerschool import streams as s
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.doctor import examine
from psconnect.powerschool.reader import read_stream
from psconnect.powerschool.retries import RetryPolicy
from psconnect.sources.powerschool import choose_reader
from psconnect.sync.compose import choices_of, load_preset, preset_names

_ACTIVE = "0"
WHILE_SOMEBODY_WAITS = RetryPolicy(tries=2, first_pause=0.5, longest_pause=5.0, budget=60.0, longest_asked=30.0)
"""Somebody sits in front of it: say soon what is wrong, instead of trying for minutes as a run does."""


@dataclass(frozen=True)
class PresetInfo:
    """What a person reads of a preset.

    Attributes:
        name: its name in files.
        label, summary: a name and one line about it.
        hints: sentences about what to look at when this preset is chosen.
        verified: whether the vendor has confirmed that its system reads what the preset delivers.
        defaults: the settings of a connection that says nothing but the preset.
    """

    name: str
    label: str
    summary: str
    hints: tuple[str, ...] = ()
    verified: bool = True
    defaults: Connection | None = None


@dataclass(frozen=True)
class School:
    """A school of the district: its number and name in PowerSchool, and how many active students it has."""

    number: int
    name: str
    students: int


def all_presets() -> list[PresetInfo]:
    """The presets of this version, in the order of their labels."""
    found = []
    for name in preset_names():
        preset, empty = load_preset(name), Connection(name, name)
        found.append(
            PresetInfo(name, preset.label, preset.summary, preset.hints, preset.verified, preset.beneath(empty))
        )
    return sorted(found, key=lambda preset: preset.label.casefold())


def findings_of(connection: Connection, client: PowerSchoolClient) -> Iterator[Finding]:
    """What the access doctor finds, one after the other; raises FixSettings when the settings themselves are wrong."""
    client.retries = WHILE_SOMEBODY_WAITS
    choices = choices_of(connection)
    yield from examine(client, choices.streams, choices.connection.source.read, co_teachers=choices.co_teachers)


def schools_of(connection: Connection, client: PowerSchoolClient) -> list[School]:
    """The district's schools in the order of their names, with their active students (Enroll_Status 0).

    Reads the schools and, page by page, the students: a few dozen calls in a district of 50,000. Raises what reading
    raises.
    """
    client.retries = WHILE_SOMEBODY_WAITS
    choices = choices_of(connection)
    streams = choices.streams.by_name
    client.sign_in()
    reader = choose_reader(client, choices.connection.source.read)
    schools = Rows()
    read_stream(reader, streams[s.SCHOOLS.name], {}, schools)
    students = _ActiveStudents()
    read_stream(reader, streams[s.STUDENTS.name], {}, students)
    found = [
        School(int(row.school_number), row.name, students.of_school[row.school_number])
        for row in schools.rows
        if row.school_number.isdigit()
    ]
    return sorted(found, key=lambda school: (school.name.casefold(), school.number))


@dataclass
class Rows:
    """Keeps the rows of a short stream."""

    rows: list[Any] = field(default_factory=list)

    def page(self, rows: list[Any]) -> None:
        """Keep them."""
        self.rows.extend(rows)

    def restart(self) -> None:
        """Begin again."""
        self.rows.clear()

    def progress(self, done: int, expected: int) -> None:
        """Nobody watches: it takes a moment only."""

    def repeated(self, key: int) -> None:
        """Taken once; the run reports it."""


@dataclass
class _ActiveStudents:
    """Counts active students per school number and keeps nothing else of them."""

    of_school: Counter[str] = field(default_factory=Counter)

    def page(self, rows: list[Any]) -> None:
        self.of_school.update(row.schoolid for row in rows if row.enroll_status == _ACTIVE)

    def restart(self) -> None:
        self.of_school.clear()

    def progress(self, done: int, expected: int) -> None:
        """Nobody watches: it takes a moment only."""

    def repeated(self, key: int) -> None:
        """Taken once; the run reports it."""
