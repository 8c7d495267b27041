"""Texts filled with the values of an error, a hold or a phrase, each as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psconnect.model.phrases import Phrase, Value
from psconnect.wording.catalogue import Plural, number, translated
from psconnect.wording.menus import CREDENTIALS, PAGE_SIZE, PLUGINS
from psconnect.wording.phrases import PHRASES
from psconnect.wording.pieces import piece_lost, piece_way_out, piece_what
from psconnect.wording.records import entity_label, record_label, records_label, rows_heading, rows_label

_NAMES = {
    "Records": entity_label,
    "records": records_label,
    "record": record_label,
    "rows": rows_label,
    "Rows": rows_heading,
}
"""What the format of a hole makes of a key: ``{entity:records}`` are ``students``."""
MENUS = {"plugins_page": PLUGINS, "credentials_page": CREDENTIALS, "page_size_page": PAGE_SIZE}
"""Holes that every text may have: pages of PowerSchool."""
_COUNTS = ("count", "more", "read", "before", "base", "moved", "left", "records", "calls")
"""Values that are counts, whose thousands are grouped; other numbers are ports, years, lines and the like."""
_PIECES = {"piece-what": piece_what, "piece-lost": piece_lost}
"""Phrases that name a piece of a reading, like ``piece-lost/roledef``."""


@dataclass(frozen=True)
class _Shown:
    """A value in a hole: counts are grouped, lists are listed, phrases become their words."""

    value: Value
    window: bool
    grouped: bool = False

    def __format__(self, spec: str) -> str:
        value = self.value
        if isinstance(value, str):
            return _NAMES[spec](value) if spec else value
        if isinstance(value, Phrase):
            return phrase_text(value, window=self.window)
        if isinstance(value, int) and not spec:
            return number(value) if self.grouped else str(value)
        if isinstance(value, int | float):
            return format(value, spec or "g")
        parts = [format(_Shown(one, self.window), spec) for one in value or ()]
        return (" " if value and isinstance(value[0], Phrase) else ", ").join(part for part in parts if part)


def filled(text: str | Plural, values: Mapping[str, Value], *, window: bool = False) -> str:
    """The text with its holes filled; a Plural is chosen by the value ``count``."""
    holes = {name: _Shown(value, window, name in _COUNTS) for name, value in values.items()}
    count = values.get("count", 0)
    menus = {name: translated(path) for name, path in MENUS.items()}
    return translated(text, count if isinstance(count, int) else 0, **{**menus, **holes})


def phrase_text(phrase: Phrase, *, window: bool = False) -> str:
    """The words of a phrase; ``window``: as it is done there."""
    kind, _, name = phrase.key.partition("/")
    if kind == "piece":
        return piece_way_out(name, window=window)
    if kind in _PIECES:
        return _PIECES[kind](name)
    words = PHRASES[phrase.key]
    text = words.window if window and words.window else words.text
    return filled(text, phrase.values, window=window)
