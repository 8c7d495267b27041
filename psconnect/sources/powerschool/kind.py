"""PowerSchool's native API as a source kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psconnect.model.connection import Connection
from psconnect.model.setting_fields import SecretField
from psconnect.powerschool import fields
from psconnect.powerschool.field_hints import nearest_if_unlisted, refuse_unreachable
from psconnect.sources.kind import SourceContext, SourceField
from psconnect.sources.powerschool.kept_source import KeptPowerSchool, kept_powerschool
from psconnect.sources.powerschool.reads import PowerSchoolReads, powerschool_reads
from psconnect.sources.powerschool.system import PowerSchool, open_client
from psconnect.sources.wanted import Wanted
from psconnect.store.reading.kept_streams import KeptStreams
from psconnect.wording.catalogue import marked


class PowerSchoolKind:
    """PowerSchool (see sources.kind.SourceKind). Its DCIDs are whole numbers, separate for each table."""

    key: str = "powerschool"
    label: str = "PowerSchool"
    numbered: bool = True
    incremental: bool = True
    secrets: tuple[SecretField, ...] = (
        SecretField("client_secret", marked("Client secret"), marked("From the plugin’s page in PowerSchool.")),
    )
    mapping: Mapping[str, Mapping[str, str]] | None = None
    birth_date: str = "Students.DOB"
    fixed: frozenset[str] = frozenset()

    def check_settings(self, connection: Connection) -> None:
        """Nothing to do: types check the settings (model.connection)."""

    def resolve(self, name: str, entity: str, where: str) -> str:
        """``Table.Field`` for a field as written."""
        found = fields.resolve(name, entity, where)
        refuse_unreachable(found, entity, where)
        return found

    def unlisted(self, name: str, entity: str) -> str | None:
        """The nearest listed field, for one that a standard table may not have."""
        return nearest_if_unlisted(name, entity)

    def fields(self, entity: str) -> Sequence[SourceField]:
        """The known fields that an entity can be mapped from, without custom fields."""
        return [SourceField(one.full_name, one.meaning) for one in fields.fields_of(entity)]

    def reads(self, wanted: Wanted) -> PowerSchoolReads:
        """The streams to read."""
        return powerschool_reads(wanted)

    def open(self, context: SourceContext, wanted: Wanted, reads: PowerSchoolReads) -> PowerSchool:
        """The server, not yet signed in to."""
        return PowerSchool(open_client(context), context, wanted, reads)

    def replay(
        self, context: SourceContext, wanted: Wanted, reads: PowerSchoolReads, kept: KeptStreams
    ) -> KeptPowerSchool:
        """What an earlier reading kept, as of its day."""
        return kept_powerschool(context, wanted, reads, kept)
