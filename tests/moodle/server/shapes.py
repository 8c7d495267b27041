"""Descriptions of a function's parameters, and the check against them (`lib/external/classes/external_api.php`).

Unknown keys, missing required ones, wrong types and texts that cleaning would change all end in the same opaque error
(moodle-api.md 1, fact 2). None can't be sent: a key is there or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from tests.moodle.server.cleaning import cleaned
from tests.moodle.server.errors import MoodleError, invalid_parameter
from tests.moodle.server.switches import Switches

Need = Literal["required", "optional", "default"]


@dataclass(frozen=True)
class Value:
    """One value of a type in `cleaning`."""

    kind: str
    need: Need = "required"
    default: Any = None


@dataclass(frozen=True)
class Struct:
    """Named values, none beyond these."""

    keys: Mapping[str, Value | Struct | Many]
    need: Need = "required"
    default: Any = None


@dataclass(frozen=True)
class Many:
    """A list; indices may be sparse, their order counts."""

    content: Value | Struct
    need: Need = "required"
    default: Any = None


Shape = Value | Struct | Many


def required(**kinds: str) -> dict[str, Value]:
    """Required values by name and type."""
    return {name: Value(kind) for name, kind in kinds.items()}


def optional(**kinds: str) -> dict[str, Value]:
    """Optional values by name and type."""
    return {name: Value(kind, "optional") for name, kind in kinds.items()}


def with_default(kind: str, default: Any) -> Value:
    """A value that is filled in where the request leaves it out."""
    return Value(kind, "default", default)


def maybe(shape: Struct | Many) -> Any:
    """The same shape, not required."""
    return replace(shape, need="optional")


def validated(shape: Shape, sent: Any, switches: Switches) -> Any:
    """What was sent, checked and with defaults filled in; lists as lists, numbers and truth values as such.

    Raises:
        MoodleError: `invalidparameter`, as soon as anything does not fit; `debuginfo` says where.

    """
    if isinstance(shape, Value):
        return _value(shape, sent, switches)
    if not isinstance(sent, Mapping):
        raise invalid_parameter(f"Only arrays accepted. The bad value is: '{sent}'")
    if isinstance(shape, Many):
        return [validated(shape.content, part, switches) for part in sent.values()]
    return _struct(shape, sent, switches)


def _struct(shape: Struct, sent: Mapping[Any, Any], switches: Switches) -> dict[str, Any]:
    found = {}
    for name, part in shape.keys.items():
        if name in sent:
            try:
                found[name] = validated(part, sent[name], switches)
            except MoodleError as error:
                raise invalid_parameter(f"{name} => {error.message}: {error.debuginfo}") from error
        elif part.need == "required":
            raise invalid_parameter(f"Missing required key in single structure: {name}")
        elif part.need == "default":
            found[name] = part.default
    unknown = [str(name) for name in sent if name not in shape.keys]
    if unknown:
        raise invalid_parameter(f"Unexpected keys ({', '.join(unknown)}) detected in parameter array.")
    return found


def _value(shape: Value, sent: Any, switches: Switches) -> Any:
    if isinstance(sent, Mapping):
        raise invalid_parameter("Scalar type expected, array or object received.")
    if cleaned(shape.kind, sent, switches) != sent:
        reason = f'Invalid external api parameter: the value is "{sent}", the server was expecting "{shape.kind}" type'
        raise invalid_parameter(reason)
    if shape.kind == "int":
        return int(sent)
    return sent == "1" if shape.kind == "bool" else sent
