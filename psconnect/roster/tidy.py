"""Tidies a shaped record before anything judges it: usernames are trimmed, e-mail addresses repaired.

Every change is noticed, so that it can be counted and reported.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from psconnect.model.entities import Entity
from psconnect.model.text import trimmed
from psconnect.roster.mail import mended
from psconnect.roster.mapping import Shape
from psconnect.roster.templates import Notices
from psconnect.roster.text_filters import looks_empty


def tidied(shape: Shape, entity: Entity, notices: Notices) -> Shape:
    """The shape with tidied usernames and e-mail addresses.

    ``notices`` holds the notices about the row that was shaped last, from here and from ``shape``.
    """
    if "username" not in entity.shaped:
        # Nothing can be noticed about fields that are taken as they are, such as those of millions of enrollments.
        return shape if isinstance(shape, attrgetter) else _forgetting(shape, notices)
    user, mail = entity.shaped.index("username"), entity.shaped.index("email")

    def tidy(row: Any) -> tuple[str, ...]:
        if notices:
            notices.clear()
        values = shape(row)
        name, address = trimmed(values[user]), mended(values[mail])
        if name == values[user] and address == values[mail]:
            return values
        for attribute, before, after in (("username", values[user], name), ("email", values[mail], address)):
            if before != after and not looks_empty(before):
                notices.append(("text-mended", attribute) if after else ("email-invalid", attribute))
        changed = list(values)
        changed[user], changed[mail] = name, address
        return tuple(changed)

    return tidy


def _forgetting(shape: Shape, notices: Notices) -> Shape:
    def forget(row: Any) -> tuple[str, ...]:
        if notices:
            notices.clear()
        return shape(row)

    return forget
