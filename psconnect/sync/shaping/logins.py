"""The user names of staff: which fields they can come from, and which one is used (model.staff_usernames)."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from psconnect.model.entities import ADMIN, TEACHER, Entity
from psconnect.model.staff_usernames import Login, StaffNames
from psconnect.model.text import trimmed
from psconnect.roster.templates import compile_template
from psconnect.roster.text_filters import looks_empty
from psconnect.sources.base import Source
from psconnect.sync.shaping.rules import ShapingRules


def username_of(
    rules: ShapingRules, source: Source, names: StaffNames, entity: Entity
) -> Callable[[int, Any, str], str]:
    """A function that gives the prefixed user name of a staff member of that kind.

    It takes the member's key, row and mapped user name.
    """

    def name_of(field: str) -> str:
        return source.attribute_of(entity, field)

    lists = rules.mapping.value_lists
    # Where other staff is off, the fields that only they are mapped from are not read.
    kinds = [one.key for one in (TEACHER, ADMIN) if one in (TEACHER, entity) or rules.admins]
    getters = [
        (
            kind,
            text,
            fields,
            compile_template(template, name_of, lists),
            rules.prefixes.get(kind, {}).get("username", ""),
        )
        for kind in kinds
        for text, template in rules.mapping.logins.get(kind, {}).items()
        if (fields := [attrgetter(name_of(name)) for name in template.fields])
    ]

    def choose(key: int, row: Any, mapped: str) -> str:
        logins = []
        for kind, text, fields, value_of, prefix in getters:
            # Text that a filter makes from an empty field is not a login.
            value = "" if all(looks_empty(get(row)) for get in fields) else trimmed(value_of(row))
            logins.append(Login(kind, text, prefix + value if value else ""))
        return names.choose(key, entity.key, logins, mapped)

    return choose
