"""What a connection does without, checked against its other choices so that nothing wanted is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.powerschool.pieces import BY_NAME, Piece
from psconnect.wording.pieces import piece_what

_KEY = "source.without"


def settled_without(
    connection: Connection, *, parents: str, module: bool, filtered: Mapping[str, Iterable[str]]
) -> tuple[Piece, ...]:
    """The pieces that the connection does without.

    ``parents`` is the choice of contacts, ``module`` whether they come from PowerSchool's contact module, ``filtered``
    the ``Table.Field`` names used by filters and ids. Raises FixSettings if one of these needs a piece.
    """
    pieces = tuple(BY_NAME[name] for name in dict.fromkeys(connection.source.without))
    names = {piece.name for piece in pieces}
    if "contacts" in names and parents != "none" and module:
        raise FixSettings("PSC-SETTINGS-INVALID/without-contacts", where=_KEY)
    if "guardianpersonassoc" in names and parents == "portal":
        raise FixSettings("PSC-SETTINGS-INVALID/without-accounts", where=_KEY)
    for entity, fields in filtered.items():
        for full_name in fields:
            table, _, field = full_name.upper().partition(".")
            for piece in pieces:
                if piece.covers(table, field):
                    raise FixSettings(
                        "PSC-SETTINGS-INVALID/without-piece",
                        where=_KEY,
                        piece=piece_what(piece.name),
                        entity=entity,
                        full_name=full_name,
                    )
    return pieces
