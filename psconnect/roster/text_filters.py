"""The filters of a field in a template: each turns one text into another. ``{Students.Last_Name|ascii|lower}``.

Some take an argument after a colon: ``first:3``, ``default:none``, ``before:@``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from psconnect.model.bad_setting import hint_at
from psconnect.model.errors import FixSettings
from psconnect.model.text import is_blank, trimmed
from psconnect.roster.mail import mended

TextChange = Callable[[str], str]

# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D"}
    | {"ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L", "ı": "i", "ħ": "h", "Ħ": "H", "ŋ": "n", "Ŋ": "N"}
)
_MOST = 1_000


def looks_empty(text: str) -> bool:
    """Whether a text shows nothing: it has only blanks and invisible characters."""
    if text[:1].isalnum():
        return False
    return all(map(is_blank, text))


def _visible(text: str) -> str:
    return "" if looks_empty(text) else text


def to_ascii(text: str) -> str:
    """The text in plain letters: accents dropped, ligatures spelled out, everything without a plain letter left out."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return apart.encode("ascii", "ignore").decode()


def _digits(text: str) -> str:
    return "".join(ch for ch in text if ch in "0123456789")


def _alnum(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _default(argument: str) -> TextChange:
    return lambda text: argument if looks_empty(text) else text


def _before(argument: str) -> TextChange:
    return lambda text: text.partition(argument)[0]


def _after(argument: str) -> TextChange:
    return lambda text: text.partition(argument)[2]


def _first(count: int) -> TextChange:
    return lambda text: text[:count]


def _last(count: int) -> TextChange:
    return lambda text: text[-count:]


def _pad(count: int) -> TextChange:
    return lambda text: text.rjust(count, "0") if text else ""


_PLAIN: dict[str, TextChange] = {
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
    "trim": trimmed,
    "visible": _visible,
    "email": mended,
    "ascii": to_ascii,
    "digits": _digits,
    "alnum": _alnum,
}
_WITH_TEXT: dict[str, Callable[[str], TextChange]] = {"default": _default, "before": _before, "after": _after}
_WITH_COUNT: dict[str, tuple[Callable[[int], TextChange], int | None]] = {
    "first": (_first, 1),
    "last": (_last, 1),
    "pad": (_pad, None),
}
"""Filters that take a number, and its default (None: it has to be given)."""
ELSE = "else"
"""Precedes another field, which only a template can read (roster.templates)."""
NAMES = (*_PLAIN, *_WITH_TEXT, *_WITH_COUNT, ELSE)
_LIKE_A_FIELD = re.compile(r"[A-Za-z]\w*\.[A-Za-z]\w*")


@dataclass(frozen=True)
class TextFilter:
    """A filter: its name and its argument (empty if there is none)."""

    name: str
    argument: str = ""


def parse_filter(text: str, where: str, value_lists: list[str]) -> TextFilter:
    """Parses and checks a filter; value lists are filters, too. Raises FixSettings that names what is wrong."""
    name, colon, argument = text.partition(":")
    name = name.strip()
    if name in _WITH_TEXT:
        if not argument:
            raise FixSettings("PSC-MAPPING-TEMPLATE/filter-needs-text", where=where, name=name)
        if name == "default" and _LIKE_A_FIELD.fullmatch(argument.strip()):
            raise FixSettings("PSC-MAPPING-TEMPLATE/default-delivers-text", where=where, text=argument.strip())
        return TextFilter(name, argument)
    if name in _WITH_COUNT:
        argument = argument.strip() or str(_WITH_COUNT[name][1] or "")
        if not re.fullmatch(r"[1-9]\d{0,3}", argument) or int(argument) > _MOST:
            raise FixSettings("PSC-MAPPING-TEMPLATE/filter-needs-number", where=where, name=name, most=_MOST)
        return TextFilter(name, argument)
    if name not in _PLAIN and name not in value_lists:
        raise FixSettings(
            "PSC-MAPPING-TEMPLATE/filter", where=where, name=name, hint=hint_at(name, [*NAMES, *value_lists])
        )
    if colon:
        raise FixSettings("PSC-MAPPING-TEMPLATE/filter-takes-nothing", where=where, name=name)
    return TextFilter(name)


def change_of(wanted: TextFilter) -> TextChange | None:
    """The filter as a function; None for a value list."""
    if wanted.name in _PLAIN:
        return _PLAIN[wanted.name]
    if wanted.name in _WITH_TEXT:
        return _WITH_TEXT[wanted.name](wanted.argument)
    if wanted.name in _WITH_COUNT:
        return _WITH_COUNT[wanted.name][0](int(wanted.argument))
    return None
