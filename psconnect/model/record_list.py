"""The records behind a figure, as a person reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Figure = Literal["read", "left_out", "added", "delivered", "changed"]
"""The figures of a kind of record that lead to its records; ``changed`` are the changes of the last delivery."""


@dataclass(frozen=True)
class ListedRecord:
    """One record behind a figure.

    Attributes:
        entity, key: the record; ``sourced_id`` the id under which it is delivered, or would be.
        title: how a person names it; a person's data, for the screen alone.
        number: the number that people look it up by, or an empty text.
        school: name of its school, or an empty text.
        rule: the rule that leaves it out; empty where it stands at the destination.
        made: whether psconnect makes it itself.
        action: what the last delivery did to it, where that is what is listed.
    """

    entity: str
    key: int
    sourced_id: str
    title: str
    number: str
    school: str
    rule: str = ""
    made: bool = False
    action: str = ""
