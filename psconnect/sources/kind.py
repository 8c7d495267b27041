"""The contract of a kind of source: what it declares, and how it is opened.

A new kind is one folder with a ``SourceKind`` and one line in ``sources.SOURCE_KINDS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from psconnect.http import HttpClient
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.connection import Connection
from psconnect.model.findings import Finding
from psconnect.sources.base import Source
from psconnect.sources.wanted import Wanted


@dataclass(frozen=True)
class SourceField:
    """A field that attributes can be mapped from: its name as a mapping writes it, and what it means."""

    name: str
    meaning: str


@dataclass(frozen=True)
class School:
    """A school of the district: its number and name in the source, and how many active students it has."""

    number: int
    name: str
    students: int


@dataclass(frozen=True)
class SourceContext:
    """What a source is opened with.

    Attributes:
        connection: the settings.
        secret: gives a secret by its key, like ``source.client_secret``.
        http: makes the client of a server, from its address and the file of its certificate authority.
        hurried: whether somebody waits for the answer, so that it is not tried for minutes.
    """

    connection: Connection
    secret: Callable[[str], str]
    http: Callable[[str, str], HttpClient]
    clock: Clock
    cancel: CancelToken
    hurried: bool = False


class Reads(Protocol):
    """What a kind of source reads for a connection, worked out and checked before anything is opened."""

    def fingerprint(self) -> list[object]:
        """What tells this way of reading from others: records that were read otherwise are not taken over."""
        ...


class OpenSource(Protocol):
    """An outside system with a connection's settings. Nothing is asked of it before one of these is called."""

    def check(self) -> Iterator[Finding]:
        """What can be found out about it, one finding after the other; raises nothing that it can word."""
        ...

    def schools(self) -> list[School]:
        """The schools in the order of their names, with their active students."""
        ...

    def source(self, *, next_year: bool = False) -> Source:
        """What can be read; ``next_year`` is the year after the chosen one."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...


class SourceKind(Protocol):
    """A kind of outside system that records are read from.

    Attributes:
        key: its name in files.
        label: what a person reads.
        numbered: whether its own ids are whole numbers that each of its tables has for itself. They are the keys then,
            and delivered ids need the letters that tell staff and contacts from students. Other own ids are delivered
            as they are.
        incremental: whether it can tell what has changed.
        secrets: keys of the secrets that it needs.
        mapping: attributes from fields where the preset's mapping, made for PowerSchool, says nothing; None to use the
            preset's.
        birth_date: the students' field that holds the date of birth.
    """

    key: str
    label: str
    numbered: bool
    incremental: bool
    secrets: tuple[str, ...]
    mapping: Mapping[str, Mapping[str, str]] | None
    birth_date: str

    def check_settings(self, connection: Connection) -> None:
        """Raise FixSettings for what is wrong in the settings; what is missing is no mistake yet."""
        ...

    def resolve(self, name: str, entity: str, where: str) -> str:
        """A field's full name from the name as written; raises FixSettings for one that there is not."""
        ...

    def fields(self, entity: str) -> Sequence[SourceField]:
        """The fields that an entity's attributes can be mapped from."""
        ...

    def reads(self, wanted: Wanted) -> Any:
        """What is read (``Reads``); raises FixSettings for wishes that don't go together."""
        ...

    def open(self, context: SourceContext, wanted: Wanted, reads: Any) -> OpenSource:
        """Open it; raises FixSettings for settings that are missing."""
        ...
