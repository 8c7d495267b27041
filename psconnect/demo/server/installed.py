"""A plugin as the server keeps it, and as its administrator sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from psconnect.demo.server.named_queries import LoadedQuery
    from psconnect.demo.server.package import Manifest, Package

#: Resources with their own page size in a plugin's Data Configuration (4): those of ``/ws/v1``, and one for tables and
#: queries.
SCHEMA: Final = "schema_table_query"
PAGED: Final = ("student", "staff", "school", "course", "section", "section_enrollment", "term", SCHEMA)

#: The values of accessLevelV1Api (15.4).
V1_LEVELS: Final = ("NONE", "READ", "FULL")


@dataclass(frozen=True, slots=True)
class InstalledPlugin:
    """A plugin as its administrator sees it.

    ``access`` holds (table, field, level) as asked for, in upper case except for the level (ViewOnly or FullAccess).
    Credentials exist from the first time it is enabled, if it has ``<oauth>``.
    """

    id: int
    name: str
    version: str
    enabled: bool = False
    access: tuple[tuple[str, str, str], ...] = ()
    client_id: str | None = None
    client_secret: str | None = None


@dataclass(slots=True)
class Plugin:
    """A plugin as the server keeps it.

    ``page_sizes`` has one number for each name in ``PAGED``; ``grants`` are those in force, by table and field in upper
    case.
    """

    id: int
    package: Package
    page_sizes: dict[str, int]
    enabled: bool = False
    grants: dict[tuple[str, str], str] = field(default_factory=dict)
    v1_access: str | None = None
    queries: dict[str, LoadedQuery] = field(default_factory=dict)
    client_id: str | None = None
    client_secret: str | None = None

    @property
    def manifest(self) -> Manifest:
        """The content of its plugin.xml."""
        return self.package.manifest

    @property
    def page_size(self) -> int:
        """The maximum page size of tables and queries."""
        return self.page_sizes[SCHEMA]

    @property
    def waits_for_access(self) -> bool:
        """Whether an upgrade asks for more (or less) than is in force until it is enabled again."""
        asked = {(grant.table, grant.field): grant.level for grant in self.manifest.grants}
        return self.enabled and asked != self.grants

    def level(self, table: str, column: str) -> str | None:
        """The access in force for a field: ViewOnly, FullAccess or None."""
        return self.grants.get((table.upper(), column.upper()))

    def public(self) -> InstalledPlugin:
        """The plugin as its administrator sees it."""
        access = tuple((grant.table, grant.field, grant.level) for grant in self.manifest.grants)
        return InstalledPlugin(
            self.id, self.manifest.name, self.manifest.version, self.enabled, access, self.client_id, self.client_secret
        )
