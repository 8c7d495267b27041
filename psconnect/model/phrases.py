"""Parts of a sentence as data: the key of a phrase and what it is filled with; psconnect.wording has the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Phrase:
    """A part of a sentence, or a sentence among others, that depends on the case.

    Attributes:
        key: names it in psconnect.wording.phrases.
        values: what it is filled with.
    """

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


Value = str | int | float | Phrase | Sequence["str | Phrase"] | None
"""A named value of an error or a hold: a text or number, or phrases, or several of them."""


def phrase(key: str, **values: Value) -> Phrase:
    """The phrase with these values."""
    return Phrase(key, values)


def stored(value: Value) -> object:
    """The value as JSON has it; ``restored`` gives it back."""
    if isinstance(value, Phrase):
        return {"phrase": value.key, "values": {name: stored(one) for name, one in value.values.items()}}
    if isinstance(value, str | int | float) or value is None:
        return value
    return [stored(one) for one in value]


def restored(value: Any) -> Value:
    """A value from what ``stored`` made of it."""
    if isinstance(value, Mapping):
        return Phrase(value["phrase"], {name: restored(one) for name, one in value["values"].items()})
    if isinstance(value, list):
        return [restored(one) for one in value]  # type: ignore[misc]
    return value  # type: ignore[no-any-return]
