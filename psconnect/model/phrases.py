"""Parts of a sentence as data: the key of a phrase and what it is filled with; psconnect.wording has the words."""

from __future__ import annotations

import json
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


def phrase_as_text(value: str | Phrase) -> str:
    """A text as it is, a phrase as JSON: what a column of text keeps; ``phrase_in`` gives it back."""
    return json.dumps(stored(value), ensure_ascii=False) if isinstance(value, Phrase) else value


def phrase_in(text: str) -> Phrase | None:
    """The phrase that a text was made of; None for a text that always was one."""
    if not text.startswith('{"phrase"'):
        return None
    found = restored(json.loads(text))
    return found if isinstance(found, Phrase) else None


def place_of(text: str) -> str:
    """The place that such a phrase names; a text as it is."""
    found = phrase_in(text)
    return str(found.values.get("place", "")) if found else text


def restored(value: Any) -> Value:
    """A value from what ``stored`` made of it."""
    if isinstance(value, Mapping):
        return Phrase(value["phrase"], {name: restored(one) for name, one in value["values"].items()})
    if isinstance(value, list):
        return [restored(one) for one in value]  # type: ignore[misc]
    return value  # type: ignore[no-any-return]
