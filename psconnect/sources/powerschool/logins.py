"""The user names of staff: the fields they can come from, and which one it is for whom (model.staffnames)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from psconnect.model.entities import ADMIN, TEACHER, Entity
from psconnect.model.staffnames import Login
from psconnect.model.text import trimmed
from psconnect.roster.templates import compile_template
from psconnect.sources.powerschool.plan import ReadPlan


def username_of(plan: ReadPlan, entity: Entity) -> Callable[[int, Any], str]:
    """A function from the key and the row of a member of staff of that kind to their user name, with its prefix."""
    name_of, lists = plan.name_of(entity), plan.mapping.value_lists
    kinds = [
        entity,
        *(one for one in (TEACHER, ADMIN) if one is not entity and (one is TEACHER or plan.included.admins)),
    ]
    getters = [
        (one.key, text, compile_template(template, name_of, lists), plan.prefixes.get(one.key, {}).get("username", ""))
        for one in kinds
        for text, template in plan.mapping.logins.get(one.key, {}).items()
    ]

    def choose(key: int, row: Any) -> str:
        logins = []
        for kind, text, value_of, prefix in getters:
            value = trimmed(value_of(row))
            logins.append(Login(kind, text, prefix + value if value else ""))
        return plan.names.choose(key, entity.key, logins)

    return choose
