"""Settings of the wrong kind: which one it is, and what it has to be.

The phrases come from the types of the settings, so that they can't differ from what is checked.
"""

from __future__ import annotations

import re
from datetime import date
from functools import reduce
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from psconnect.model.bad_setting import hint_at
from psconnect.model.errors import FixSettings
from psconnect.model.phrases import Phrase, phrase

_PLAIN = {str: "text", bool: "switch", int: "whole-number", float: "number", date: "date"}
_LISTS = {int: "whole-numbers", str: "texts"}


def refused(error: msgspec.ValidationError, kind: Any, place: str = "") -> FixSettings:
    """The error for settings of that type which msgspec refused; ``place`` is the setting that they are."""
    text, _, path = str(error).partition(" - at ")
    inner = re.sub(r".*`\$\.?(.*)`", r"\1", path)
    where = (f"{place}.{inner}" if place and inner and inner[0] != "[" else place + inner).replace("[...]", "")
    at = _at(kind, inner)
    key = re.fullmatch(r"Invalid enum value '(.*)'", text)
    if key and path.startswith("`key`"):
        known = [str(one) for one in get_args(get_args(at)[0])]
        return FixSettings(
            "PSC-SETTINGS-INVALID/no-setting-here",
            where=f"{where}.{key[1]}",
            place=where,
            name=key[1],
            hint=hint_at(key[1], known),
        )
    named = re.fullmatch(r"Object (missing required|contains unknown) field `(.*)`", text)
    if named and named[1].startswith("missing"):
        wanted = kind_of_value(_at(at, named[2]))
        case = "PSC-SETTINGS-INVALID/lacks" if where else "PSC-SETTINGS-INVALID/all-lack"
        lacking = f"{where}.{named[2]}" if where else named[2]
        return FixSettings(case, where=lacking, place=where, name=named[2], wanted=wanted)
    if named:
        return FixSettings(
            "PSC-SETTINGS-INVALID/no-setting-here",
            where=where,
            place=where,
            name=named[2],
            hint=hint_at(named[2], list(_fields(at))),
        )
    wanted = kind_of_value(at)
    if wanted.key == "kind/section":
        return FixSettings("PSC-SETTINGS-INVALID/no-section", where=where, place=where)
    case = "PSC-SETTINGS-INVALID/value-in-list" if "[...]" in inner else "PSC-SETTINGS-INVALID/value"
    return FixSettings(case, where=where, place=where, wanted=wanted)


def kind_of_value(kind: Any) -> Phrase:
    """What a value of that type is, as the phrase that completes “Give …”."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _limited(kind_of_value(parts[0]), parts[1])
    if origin in (Union, UnionType):
        one, *others = (kind_of_value(part) for part in parts if part is not NoneType)
        return reduce(lambda first, second: phrase("kind/either", one=first, other=second), others, one)
    if origin is Literal:
        words = [f"“{part}”" for part in parts]
        return phrase("kind/one-of", known=words) if len(words) > 1 else phrase("kind/quoted", text=str(parts[0]))
    if origin is list:
        return phrase(f"kind/{_LISTS.get(parts[0], 'list')}")
    return (
        phrase("kind/several", number=len(parts)) if origin is tuple else phrase(f"kind/{_PLAIN.get(kind, 'section')}")
    )


def _limited(value: Phrase, meta: msgspec.Meta) -> Phrase:
    """The phrase with what a type's limits add."""
    if meta.ge is not None and meta.le is not None:
        value = phrase("kind/range", kind=value, low=meta.ge, high=meta.le)
    if meta.min_length:
        value = phrase("kind/not-empty", kind=value)
    if meta.max_length:
        value = phrase("kind/at-most", kind=value, longest=meta.max_length)
    return phrase("kind/described", kind=value, description=meta.description) if meta.description else value


def _fields(kind: Any) -> dict[str, Any]:
    """Name in the file -> type, of a section's settings."""
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return {}
    hints = get_type_hints(kind, include_extras=True)
    names = zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True)
    return {written: hints[name] for written, name in names}


def _at(kind: Any, path: str) -> Any:
    """The type of what a path like ``freeze[0].until`` leads to."""
    for step in re.findall(r"[^.\[\]]+|\[[^\]]*\]", path):
        for part in _alternatives(kind):
            found = _step(part, step)
            if found is not None:
                kind = found
                break
    return kind


def _alternatives(kind: Any) -> tuple[Any, ...]:
    if get_origin(kind) is Annotated:
        return _alternatives(get_args(kind)[0])
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


def _step(kind: Any, step: str) -> Any:
    """The type of one step further down; None where the type has no such step."""
    parts = get_args(kind)
    if step.startswith("["):
        return parts[-1] if parts and get_origin(kind) in (list, dict, tuple) else None
    return parts[1] if get_origin(kind) is dict else _fields(kind).get(step)
