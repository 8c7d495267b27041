"""The contract of a source kind: what it declares and how it is opened.

A new kind is a folder with a ``SourceKind`` and a line in ``sources.SOURCE_KINDS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from psconnect.http import HttpClient
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.connection import Connection
from psconnect.model.findings import Finding
from psconnect.model.setting_fields import SecretField
from psconnect.sources.base import Source
from psconnect.sources.wanted import Wanted


@dataclass(frozen=True)
class SourceField:
    """A field that attributes can be mapped from: its name in mappings, and its meaning."""

    name: str
    meaning: str


@dataclass(frozen=True)
class School:
    """A school of the district: its number and name in the source, and its count of active students."""

    number: int
    name: str
    students: int


@dataclass(frozen=True)
class SourceContext:
    """What a source needs to open.

    Attributes:
        connection: the settings.
        secret: gives a secret by its key, such as ``source.client_secret``.
        http: makes an HTTP client from a server's address and the file of its certificate authority.
        hurried: whether a person is waiting, so that retries must not take minutes.
    """

    connection: Connection
    secret: Callable[[str], str]
    http: Callable[[str, str], HttpClient]
    clock: Clock
    cancel: CancelToken
    hurried: bool = False


class Reads(Protocol):
    """What a source kind reads for a connection; checked before anything is opened."""

    def fingerprint(self) -> list[object]:
        """Identifies this way of reading: records that were read another way are not reused."""
        ...


class OpenSource(Protocol):
    """An outside system with a connection's settings. It is not contacted before one of these is called."""

    def check(self) -> Iterator[Finding]:
        """Check the system, one finding at a time; known errors become findings."""
        ...

    def schools(self) -> list[School]:
        """The schools by name, with their active students."""
        ...

    def source(self, *, next_year: bool = False) -> Source:
        """The source to read; ``next_year`` reads the year after the chosen one."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...


class SourceKind(Protocol):
    """A kind of outside system to read records from.

    Attributes:
        key: its name in connection files.
        label: its display name.
        numbered: whether its own ids are whole numbers, separate for each table. They are then the keys, and delivered
            ids need letters that tell staff and contacts from students. Other own ids are delivered unchanged.
        incremental: whether it can tell what changed.
        secrets: the secrets it needs; each is stored as ``source.KEY``.
        mapping: its own mapping in place of the preset's, which is made for PowerSchool; None to use the preset's.
        birth_date: the students' field that holds the date of birth.
    """

    key: str
    label: str
    numbered: bool
    incremental: bool
    secrets: tuple[SecretField, ...]
    mapping: Mapping[str, Mapping[str, str]] | None
    birth_date: str

    def check_settings(self, connection: Connection) -> None:
        """Raise FixSettings for wrong settings; missing ones are not an error yet."""
        ...

    def resolve(self, name: str, entity: str, where: str) -> str:
        """A field's full name from the name as written; raises FixSettings if it doesn't exist."""
        ...

    def unlisted(self, name: str, entity: str, /) -> str | None:
        """The listed field nearest to a full name that the system may not have; None if nothing is doubtful.

        Empty if none is near.
        """
        ...

    def fields(self, entity: str) -> Sequence[SourceField]:
        """The fields that an entity's attributes can be mapped from."""
        ...

    def reads(self, wanted: Wanted) -> Any:
        """What is read (``Reads``); raises FixSettings for choices that conflict."""
        ...

    def open(self, context: SourceContext, wanted: Wanted, reads: Any) -> OpenSource:
        """Open it; raises FixSettings for missing settings."""
        ...
