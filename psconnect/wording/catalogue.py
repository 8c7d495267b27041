"""The one gettext catalogue: every text that a person reads comes from here.

``tr`` and ``counted`` take literals alone; ``dev.py texts`` extracts them. A text in a table is marked there with
``marked`` or ``plural`` and translated by ``translated`` when it is shown, because a table is made before the language
is chosen. A sentence is one text with named holes, never put together from parts, so that a translation can move them.
"""

from __future__ import annotations

import gettext
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from psconnect import resources

DOMAIN = "psconnect"


@dataclass
class _Chosen:
    """The language of this process; like the standard library's gettext domain there is one, set before texts are."""

    translations: gettext.NullTranslations
    language: str = ""


_chosen = _Chosen(gettext.NullTranslations())


@dataclass(frozen=True)
class Plural:
    """A text in the singular and in the plural; a language may have more forms, which its catalogue gives."""

    one: str
    many: str


def use_language(languages: Sequence[str] | None = None, folder: Path | None = None) -> None:
    """Show texts in the first of these languages that is there; None means what the environment asks for (LANGUAGE…).

    Without a catalogue in any of them, texts stay English. ``folder`` holds LANGUAGE/LC_MESSAGES/psconnect.mo.
    """
    place = folder or resources.folder().joinpath("translations")
    _chosen.translations = (
        gettext.translation(DOMAIN, place, languages, fallback=True)
        if isinstance(place, Path)
        else gettext.NullTranslations()
    )
    found = gettext.find(DOMAIN, str(place), languages) if isinstance(place, Path) else None
    _chosen.language = Path(found).parent.parent.name if found else ""


def language() -> str:
    """The language that texts are shown in, as its folder is named; empty for English as it stands in the source."""
    return _chosen.language


def choice_of_language() -> object:
    """What texts are translated with: another object after each ``use_language``, so that texts can be kept for it."""
    return _chosen.translations


def marked(text: str) -> str:
    """Mark a text in a table for extraction; the text itself."""
    return text


def plural(one: str, many: str) -> Plural:
    """Mark a text with its plural in a table for extraction."""
    return Plural(one, many)


def tr(text: str, /, **holes: object) -> str:
    """The text in the chosen language, with its ``{named}`` holes filled."""
    return _filled(_chosen.translations.gettext(text), text, holes)


def counted(value: int, one: str, many: str, /, **holes: object) -> str:
    """``one`` or ``many``, a sentence each, with ``{count}`` and the other holes filled in."""
    found = _chosen.translations.ngettext(one, many, value)
    return _filled(found, one if value == 1 else many, {"count": number(value), **holes})


def translated(text: str | Plural, value: int = 0, /, **holes: object) -> str:
    """A marked text in the chosen language; of a Plural, the form for ``value``, which fills the hole ``{count}``."""
    if isinstance(text, Plural):
        return counted(value, text.one, text.many, **holes)
    return tr(text, **holes) if text else ""


def _filled(text: str, original: str, holes: dict[str, object]) -> str:
    if not holes:
        return text
    try:
        return text.format(**holes)
    except (KeyError, IndexError, ValueError):
        if text == original:
            raise
        return original.format(**holes)  # a translation with a hole that there is not


def number(value: int) -> str:
    """A count with its thousands grouped."""
    return f"{value:,}"


def spelled_out(key: str) -> str:
    """A key that has no words of its own, made readable: ``goes-along`` becomes ``Goes along``."""
    return key.replace("_", " ").replace("-", " ").capitalize()
