"""What can be said of a field before a server is asked: whether an entity's rows can have it, and what was meant."""

from __future__ import annotations

import difflib
from functools import lru_cache

from psconnect.model.errors import FixSettings
from psconnect.model.phrases import phrase
from psconnect.powerschool.fields import TABLES_OF, Field, fields_of, is_extension, listed_field
from psconnect.powerschool.streams import streams_for

_NEAR, _WORD = 0.55, 4


def refuse_unreachable(full_name: str, entity: str, where: str) -> None:
    """Raise FixSettings, with the nearest field, for a field of a table that the entity's rows have no way to."""
    if not _reaches(full_name, entity):
        nearest = nearest_listed(full_name, entity)
        hint = phrase("did-you-mean", name=nearest) if nearest else phrase("known", names=list(TABLES_OF[entity]))
        raise FixSettings("PSC-MAPPING-FIELD", where=where, full_name=full_name, entity=entity, hint=hint)


@lru_cache(maxsize=1024)
def _reaches(full_name: str, entity: str) -> bool:
    try:
        streams_for(contacts=True, fields={entity: [full_name]})
    except FixSettings:
        return False
    return True


def nearest_if_unlisted(full_name: str, entity: str) -> str | None:
    """The listed field nearest to one that a standard table may lack (empty if none is near); None if it is listed.

    None as well for a field of the district's own tables, which no list can have.
    """
    table, _, name = full_name.partition(".")
    if listed_field(table, name) or is_extension(table):
        return None
    return nearest_listed(full_name, entity)


def nearest_listed(name: str, entity: str) -> str:
    """The entity's listed field that is most like a name, with or without its table; empty if none is like it."""
    table, _, field = name.lower().rpartition(".")

    def likeness(one: Field) -> float:
        listed = one.name.lower()
        like = difflib.SequenceMatcher(None, field, listed).ratio()
        # Students.Email means the address, whatever the table is called.
        if len(field) >= _WORD:
            within = 0.75 if listed.startswith(field) else 0.65 if field in listed else 0
            # Of several names that begin so, the shortest.
            like = max(like, within and within + like / 5)
        return like + (0.05 if one.table.lower() == table else 0)

    best = max(fields_of(entity), key=likeness, default=None)
    return best.full_name if best and likeness(best) >= _NEAR else ""
