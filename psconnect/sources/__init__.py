"""Sources: one folder a kind; adding one takes its folder and a line here."""

from __future__ import annotations

from psconnect.model.bad_setting import nearest
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.sources import oneroster_csv, powerschool
from psconnect.sources.kind import SourceKind

SOURCE_KINDS: tuple[SourceKind, ...] = (powerschool.POWERSCHOOL_SOURCE, oneroster_csv.ONEROSTER_CSV_SOURCE)


def source_kind_of(connection: Connection) -> SourceKind:
    """The kind of source of a connection; raises FixSettings for a kind that this version does not have."""
    found = {kind.key: kind for kind in SOURCE_KINDS}
    wanted = connection.source.kind
    if wanted not in found:
        raise FixSettings(
            "PSC-SOURCE-KIND",
            "This source can’t be used",
            f"The kind of source “{wanted}” does not exist in this version.",
            nearest(wanted, list(found)),
            where="source.kind",
        )
    return found[wanted]
