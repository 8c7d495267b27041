"""What a connection goes without, settled against its other choices: nothing that is wanted gets lost by the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from psconnect.model.bad_setting import refuse
from psconnect.model.connection import Connection
from psconnect.powerschool.pieces import BY_NAME, Piece
from psconnect.wording.pieces import piece_what

_KEY = "source.without"


def settled_without(
    connection: Connection, *, parents: str, module: bool, filtered: Mapping[str, Iterable[str]]
) -> tuple[Piece, ...]:
    """The pieces that the connection goes without.

    ``parents`` is the choice of contacts, ``module`` whether they come from PowerSchool's contact module, ``filtered``
    the ``Table.Field`` names that filters and ids are made of. Raises FixSettings where one of these needs a piece.
    """
    pieces = tuple(BY_NAME[name] for name in dict.fromkeys(connection.source.without))
    names = {piece.name for piece in pieces}
    if "contacts" in names and parents != "none" and module:
        raise refuse(
            "This connection goes without contacts, but delivers them.",
            "Set options.parents to none, or options.contact_module to false, so that contacts come from names in "
            "fields of the students.",
            _KEY,
        )
    if "guardianpersonassoc" in names and parents == "portal":
        raise refuse(
            "This connection goes without portal accounts, but delivers only contacts who have one.",
            "Set options.parents to all or none.",
            _KEY,
        )
    for entity, fields in filtered.items():
        for full_name in fields:
            table, _, field = full_name.upper().partition(".")
            for piece in pieces:
                if piece.covers(table, field):
                    raise refuse(
                        f"This connection goes without {piece_what(piece.name)}, but a filter or an id of {entity} "
                        f"is made of {full_name}.",
                        "Take the filter out, or make the id of another number.",
                        _KEY,
                    )
    return pieces
