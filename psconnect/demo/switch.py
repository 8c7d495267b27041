"""How a switch of the demo is declared: a field of a frozen dataclass, with its values and its effect."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, TypeVar, get_args, get_origin, get_type_hints

_T = TypeVar("_T")

#: The effect of values other than the default on a sync: the same bundle, another one, or none. A switch that does not
#: describe a kind of server, such as an outage, is "apart": no personality has it.
Effect = Literal["same", "other", "none", "apart"]
_EFFECT: Final = "effect"
_VALUES: Final = "values"


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch: its name, its possible values (the default first), and their effect on a sync's bundle."""

    name: str
    values: tuple[Any, ...]
    effect: Effect


def switch(default: _T, *others: _T, effect: Effect = "same") -> _T:
    """A field whose annotation does not give its values, or whose effect is not "same"."""
    metadata: dict[str, Any] = {_EFFECT: effect}
    if others:
        metadata[_VALUES] = (default, *others)
    found: _T = field(default=default, metadata=metadata)
    return found


def switches_of(kind: type) -> tuple[Switch, ...]:
    """The switches that a dataclass declares, in order."""
    hints = get_type_hints(kind)
    found = []
    for one in fields(kind):
        values = one.metadata.get(_VALUES) or _annotated(hints[one.name], one.default)
        found.append(Switch(one.name, values, one.metadata.get(_EFFECT, "same")))
    return tuple(found)


def _annotated(hint: Any, default: Any) -> tuple[Any, ...]:
    """The values in an annotation, the default first; only the default if it has none."""
    every = get_args(hint) if get_origin(hint) is Literal else (True, False) if hint is bool else ()
    return (default, *(value for value in every if value != default))
