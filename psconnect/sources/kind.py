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
from psconnect.model.entities import Entity
from psconnect.model.findings import Finding
from psconnect.model.news import ReadBefore, SourceNews
from psconnect.model.sections import RoleKind
from psconnect.model.setting_fields import SecretField
from psconnect.sources.base import Source
from psconnect.sources.wanted import Wanted
from psconnect.store.reading.kept_streams import KeptStreams


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
class OfferedSchool:
    """A school to choose, by its number.

    Attributes:
        grades: its lowest and highest grade as the source writes them, such as ``6–8``; empty if unknown.
        students: its active students; None until they are read.
        classes: its classes of the chosen year; None until they are read.
    """

    number: int
    name: str
    grades: str = ""
    students: int | None = None
    classes: int | None = None


@dataclass(frozen=True)
class OfferedTerm:
    """A term of the chosen year at a school; ``year`` is the school year itself. Dates in ISO form."""

    school: int
    name: str
    abbreviation: str
    first_day: str
    last_day: str
    year: bool


@dataclass(frozen=True)
class OfferedCourse:
    """A course with classes of the chosen year at a school."""

    school: int
    number: str
    name: str
    classes: int


@dataclass(frozen=True)
class Offer:
    """What there is to choose from, as far as it was read.

    Attributes:
        schools: by name.
        years: first calendar years of the school years, the newest first.
        this_year: the one that is the current one with these settings; None if there is none.
        year: the chosen one.
        terms: of the chosen year, by school and first day.
        courses: of the chosen year, by school and number; None until classes of that year are read.
    """

    schools: tuple[OfferedSchool, ...]
    years: tuple[int, ...] = ()
    this_year: int | None = None
    year: int | None = None
    terms: tuple[OfferedTerm, ...] = ()
    courses: tuple[OfferedCourse, ...] | None = ()


@dataclass(frozen=True)
class RoleUse:
    """A role that people have in classes: its names, how much it is used, and what it means (None: not mapped)."""

    name: str
    key: str
    number: str
    classes: int
    assignments: int
    meaning: RoleKind | None


@dataclass(frozen=True)
class SourceContext:
    """What a source needs to open.

    Attributes:
        connection: the settings.
        secret: gives a secret by its key, such as ``source.client_secret``.
        http: makes an HTTP client from a server's address and the file of its certificate authority.
        hurried: whether a person is waiting, so that retries must not take minutes.
        keep: where a reading keeps its rows as they came, to be replayed; None for nowhere.
    """

    connection: Connection
    secret: Callable[[str], str]
    http: Callable[[str, str], HttpClient]
    clock: Clock
    cancel: CancelToken
    hurried: bool = False
    keep: KeptStreams | None = None


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

    def news(self, before: ReadBefore) -> SourceNews | None:
        """What changed since an earlier reading, in a few calls; None where nothing cheap can be asked about."""
        ...

    def close(self) -> None:
        """Close what is open."""
        ...


class KeptSource(Protocol):
    """What an earlier reading kept, read again with other settings. Nothing outside this computer is contacted.

    Reading raises FixSettings (PSC-LIVE-NOT-READ) if these settings need rows or columns that were not kept.
    """

    def source(self, *, everything: bool = False) -> Source:
        """The kept rows as a source; with ``everything``, rows have all kept fields (``kept_fields``)."""
        ...

    def offer(self) -> Offer:
        """What there is to choose from."""
        ...

    def roles(self) -> tuple[RoleUse, ...]:
        """The roles that people have in classes of the chosen year, the most used first."""
        ...

    def unread(self, entity: Entity) -> frozenset[str]:
        """The fields that these settings read of an entity and that were not kept; their values are empty."""
        ...

    def kept_fields(self, entity: Entity) -> Mapping[str, str]:
        """Every kept field of an entity: its name, and the attribute of the source's rows that holds it."""
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
        fixed: names of the choices (options, ``compare``, ``portal``) that it leaves open to nobody.
    """

    key: str
    label: str
    numbered: bool
    incremental: bool
    secrets: tuple[SecretField, ...]
    mapping: Mapping[str, Mapping[str, str]] | None
    birth_date: str
    fixed: frozenset[str]

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

    def replay(self, context: SourceContext, wanted: Wanted, reads: Any, kept: KeptStreams) -> KeptSource:
        """What an earlier reading of this kind kept, with these settings."""
        ...
