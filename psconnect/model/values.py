"""Settings of the wrong kind, refused in a person's words: which one it is, and what it has to be.

The words come from the types of the settings, so that they can't differ from what is checked.
"""

from __future__ import annotations

import re
from datetime import date
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from psconnect.model.bad_setting import hint_at, refuse
from psconnect.model.errors import FixSettings

_PLAIN = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    date: "a date like 2026-08-17",
}
_SECTION = "a section"
_LISTS = {int: "a list of whole numbers, like [100, 600]", str: 'a list of texts, like ["one", "two"]'}


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
        wanted = kind_in_words(_at(at, named[2]))
        lacking = f"{where}.{named[2]}" if where else named[2]
        what = f"“{where}” lacks" if where else "The settings lack"
        return FixSettings("PSC-SETTINGS-INVALID/case", where=lacking, what=what, name=named[2], wanted=wanted)
    if named:
        return FixSettings(
            "PSC-SETTINGS-INVALID/no-setting-here",
            where=where,
            place=where,
            name=named[2],
            hint=hint_at(named[2], list(_fields(at))),
        )
    value = f"A value in “{where}”" if "[...]" in inner else f"The value of “{where}”"
    to_do = f"Write it as a section, like [{where}]." if kind_in_words(at) == _SECTION else f"Give {kind_in_words(at)}."
    return refuse(f"{value} can't be used.", to_do, where)


def kind_in_words(kind: Any) -> str:
    """What a value of that type is, for a person: completes “Give …”."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return " ".join([kind_in_words(parts[0]), *_limits(parts[1])])
    if origin in (Union, UnionType):
        return " or ".join(kind_in_words(part) for part in parts if part is not NoneType)
    if origin is Literal:
        words = [f"“{part}”" for part in parts]
        return f"one of {', '.join(words)}" if len(words) > 1 else words[0]
    lists = _LISTS.get(parts[0], "a list") if origin is list else f"a list of {len(parts)} values"
    return lists if origin in (list, tuple) else _PLAIN.get(kind, _SECTION)


def _limits(meta: msgspec.Meta) -> list[str]:
    """What a type's limits add to its words."""
    found = []
    if meta.ge is not None and meta.le is not None:
        found.append(f"from {meta.ge} to {meta.le}")
    if meta.min_length:
        found.append("and not empty")
    if meta.max_length:
        found.append(f"of at most {meta.max_length} characters")
    if meta.description:
        found.append(f"({meta.description})")
    return found


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
