"""Generates missing usernames from a pattern over the person's attributes, with a number appended where needed.

The pattern is a template over the record's own attributes, like ``{givenName|first|lower}{familyName|ascii|lower}``.
A generated username sticks to its person; sync.generated_values remembers it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace

from psconnect.model.bad_setting import hint_at
from psconnect.model.entities import Entity
from psconnect.model.errors import FixSettings
from psconnect.model.text import folded
from psconnect.roster.templates import compile_template, parse


def compile_usernames(text: str, entity: Entity, where: str) -> Callable[[Mapping[str, str]], str]:
    """A function from a record's attributes to its wanted username, empty if they give none.

    Raises FixSettings for anything that is not an attribute of the entity, and for ``username`` itself.
    """
    known = [name for name in entity.attributes if name != "username"]

    def resolve(name: str, setting: str) -> str:
        if name in known:
            return name
        raise FixSettings(
            "PSC-USERNAME-PATTERN/attribute", where=setting, entity=entity.key, name=name, hint=hint_at(name, known)
        )

    template = parse(text, where, {}, resolve)
    if not template.fields:
        raise FixSettings("PSC-USERNAME-PATTERN/none", where=where)
    getter = compile_template(template, lambda name: name, {})
    return lambda named: getter(SimpleNamespace(**named)).strip()


class Usernames:
    """The usernames that are taken. They are compared without case and accents, as the receiving systems do."""

    def __init__(self, taken: Iterable[str]) -> None:
        """``taken``: everybody's usernames, including those of people who have left: a name is never given twice."""
        self._taken = {folded(name) for name in taken if name}
        self._last: dict[str, int] = {}

    def give(self, wanted: str) -> str:
        """The wanted name, or that name with the lowest free number from 2 on; empty if none is wanted."""
        if not wanted:
            return ""
        # No name ever becomes free again, so the search goes on where the last one ended.
        number = self._last.get(wanted, 1)
        name = wanted if number == 1 else f"{wanted}{number}"
        while folded(name) in self._taken:
            number += 1
            name = f"{wanted}{number}"
        self._taken.add(folded(name))
        self._last[wanted] = number
        return name
