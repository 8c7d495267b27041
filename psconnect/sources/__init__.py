"""Sources: one folder per kind. A new kind needs its folder and a line here."""

from __future__ import annotations

from psconnect.model.bad_setting import hint_at
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.sources import oneroster_csv, powerschool
from psconnect.sources.kind import SourceKind

SOURCE_KINDS: tuple[SourceKind, ...] = (powerschool.POWERSCHOOL_SOURCE, oneroster_csv.ONEROSTER_CSV_SOURCE)


def source_kind_of(connection: Connection) -> SourceKind:
    """The kind of a connection's source; raises FixSettings if this version doesn't have it."""
    found = {kind.key: kind for kind in SOURCE_KINDS}
    wanted = connection.source.kind
    if wanted not in found:
        raise FixSettings("PSC-SOURCE-KIND", where="source.kind", wanted=wanted, hint=hint_at(wanted, list(found)))
    return found[wanted]
