"""Texts that something declares of itself, in the chosen language: kinds, settings, presets, templates, fields.

A declaration is made before the language is chosen, so its texts are marked where they stand (those of resources are
extracted from their files) and translated when somebody is to read them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from psconnect.wording.catalogue import choice_of_language, translated

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Declared = TypeVar("Declared", bound="DataclassInstance")

_TEXTS = ("label", "help", "summary", "removal", "receives", "asks", "meaning")
_LINES = ("needs", "hints")


def in_language(declared: Declared) -> Declared:
    """The declaration, and those within it, with their texts in the chosen language; else unchanged."""
    changes = {one.name: _said(one.name, getattr(declared, one.name)) for one in fields(declared) if one.init}
    return replace(declared, **changes)


class InLanguage(Generic[Declared]):
    """Declarations that are translated once a language: a form asks for them dozens of times at each key pressed."""

    def __init__(self, declared: Iterable[Declared]) -> None:
        self._declared = tuple(declared)
        self._said: tuple[object, tuple[Declared, ...]] = (None, ())

    @property
    def texts(self) -> tuple[Declared, ...]:
        """The declarations with their texts in the chosen language."""
        language, said = self._said
        if language is not choice_of_language():
            language, said = choice_of_language(), tuple(in_language(one) for one in self._declared)
            self._said = language, said
        return said


def _said(name: str, value: Any) -> Any:
    if name in _TEXTS and isinstance(value, str):
        return translated(value)
    if name in _LINES:
        return tuple(translated(line) for line in value)
    if isinstance(value, tuple) and value and all(is_dataclass(one) and not isinstance(one, type) for one in value):
        return tuple(in_language(one) for one in value)
    if name in ("row_labels", "choice_labels"):
        return tuple((key, translated(label)) for key, label in value)
    return value
