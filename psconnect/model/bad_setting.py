"""Errors for bad settings: the key that is wrong and what would be right."""

from __future__ import annotations

import difflib

from psconnect.model.errors import FixSettings


def refuse(happened: str, to_do: str, where: str = "") -> FixSettings:
    """The error for a setting that can't be used; ``where`` is its key."""
    return FixSettings("PSC-SETTINGS-INVALID", "The settings can't be used", happened, to_do, where=where)


def nearest(word: str, known: list[str]) -> str:
    """A hint with the known word nearest to the given one, or with all known words if none is near.

    Case is ignored: nobody remembers whether it is STUDENT_WEB_ID or Student_Web_ID.
    """
    lowered = {one.lower(): one for one in known}
    close = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.5)
    return f"Did you mean “{lowered[close[0]]}”?" if close else f"Known: {', '.join(sorted(known))}."
