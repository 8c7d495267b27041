"""E-mail addresses as districts type them: repaired where possible, else dropped."""

from __future__ import annotations

import re

from psconnect.model.text import UNREADABLE, is_blank

_PLAIN = re.compile(r"[A-Za-z0-9._%+'-]+@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}")
"""Matches nearly every real address; anything else gets a closer look."""
_IN_BRACKETS = re.compile(r"<([^<>]*)>")
_BETWEEN = re.compile(r"[;,|/\s]+")
_AROUND = " ;,|/<>.\"'"
_SCHEME = re.compile(r"mailto:\s*", re.IGNORECASE)
_LOCAL = re.compile(r"[^\s@<>()\[\],;:\\\"]+")
_LABEL = re.compile(r"\w(?:[\w-]*\w)?")
_LONGEST = 254
"""The most characters an address can have (RFC 5321)."""


def mended(text: str) -> str:
    """The address in a text, or an empty text if there is none.

    Surroundings are removed: blanks and invisible characters, ``mailto:``, a name before ``<…>``, commas and semicolons
    at the ends. Of several addresses the first is taken. Nothing else is changed, not even capitals; a text that can't
    be read stays as it is.
    """
    if _PLAIN.fullmatch(text) and len(text) <= _LONGEST:
        return text
    if UNREADABLE in text:
        return text
    seen = "".join(" " if ch.isspace() else ch for ch in text if ch.isspace() or not is_blank(ch)).replace("＠", "@")
    bracketed = _IN_BRACKETS.search(seen)
    whole = _bare(_SCHEME.sub("", bracketed.group(1) if bracketed else seen))
    if _is_address(whole):
        return whole
    # A word that is not an address may be part of a broken one, so the rest of the text is not searched.
    first = _bare(_BETWEEN.split(whole, maxsplit=1)[0])
    return first if _is_address(first) else ""


def _bare(text: str) -> str:
    """The text without a trailing query and anything that may surround an address."""
    return text.partition("?")[0].strip(_AROUND)


def _is_address(text: str) -> bool:
    local, at, domain = text.partition("@")
    labels = domain.split(".")
    return (
        len(text) <= _LONGEST
        and bool(at)
        and bool(_LOCAL.fullmatch(local))
        and len(labels) > 1
        and all(map(_LABEL.fullmatch, labels))
    )
