"""What a connection reads from PowerSchool: streams, and the fields with contacts' whole names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from psconnect.model.errors import FixSettings
from psconnect.powerschool.plugin import digest_of
from psconnect.powerschool.streams import StreamSet, streams_for
from psconnect.roster.filters import as_filter_error
from psconnect.roster.whole_names import WholeNames
from psconnect.sources.powerschool.contact_names import whole_names
from psconnect.sources.powerschool.refused_pieces import settled_without
from psconnect.sources.wanted import Wanted


@dataclass(frozen=True)
class PowerSchoolReads:
    """What is read, and how (see sources.kind.Reads).

    Attributes:
        streams: what is read.
        names: the fields with contacts' whole names; None if the contact module or no contacts are used.
        client_id, access: the plugin's client id, and the chosen way to read.
    """

    streams: StreamSet
    names: WholeNames | None
    client_id: str
    access: str

    def fingerprint(self) -> list[object]:
        """Identifies this way of reading: the plugin, the way, the queries."""
        return [self.client_id, self.access, [digest_of(stream) for stream in self.streams.by_name.values()]]


def powerschool_reads(wanted: Wanted) -> PowerSchoolReads:
    """What a connection reads; raises FixSettings for choices that conflict."""
    connection, options = wanted.connection, wanted.options
    names = whole_names(connection, options.parents, wanted.value_lists)
    without = settled_without(connection, parents=options.parents, module=names is None, filtered=wanted.more_fields)
    streams = _streams(wanted, names).going_without(without)
    return PowerSchoolReads(streams, names, connection.source.client_id, connection.source.read)


def _streams(wanted: Wanted, names: WholeNames | None) -> StreamSet:
    options, mapped, more, contacts = wanted.options, wanted.mapping.fields(), wanted.more_fields, wanted.contacts
    portal = options.parents == "portal"
    if names:
        # The contact module's tables are not read, so their fields are not mapped.
        mapped = {entity: fields for entity, fields in mapped.items() if entity not in ("contact", "relationship")}
        if more.get("contact"):
            raise FixSettings("PSC-SETTINGS-INVALID/filter-contacts-uses", where="filters.contact")
        fields = tuple(f"Students.{column}" for column in names.columns)
        return streams_for(
            contacts=contacts,
            fields={entity: [*mapped.get(entity, ()), *more.get(entity, ())] for entity in {**mapped, **more}},
            admins=options.admins,
            co_teachers=options.co_teachers,
            whole_names=fields,
        )
    chosen = partial(
        streams_for, contacts=contacts, portal=portal, admins=options.admins, co_teachers=options.co_teachers
    )
    streams = chosen(fields=mapped)
    if not more:
        return streams
    both = {entity: [*mapped.get(entity, ()), *more.get(entity, ())] for entity in {**mapped, **more}}
    try:
        return chosen(fields=both)
    except FixSettings as error:
        raise as_filter_error(error) from None
