"""Errors for bad settings: the key that is wrong and what would be right."""

from __future__ import annotations

import difflib

from psconnect.model.errors import FixSettings
from psconnect.model.phrases import Phrase, phrase


def refuse(happened: str, to_do: str, where: str = "") -> FixSettings:
    """The error for a setting that can't be used; ``where`` is its key."""
    return FixSettings("PSC-SETTINGS-INVALID", "The settings can't be used", happened, to_do, where=where)


def hint_at(word: str, known: list[str]) -> Phrase:
    """The known word nearest to the given one, or all of them where none is near.

    Case is ignored: nobody remembers whether it is STUDENT_WEB_ID or Student_Web_ID.
    """
    lowered = {one.lower(): one for one in known}
    close = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.5)
    return phrase("did-you-mean", name=lowered[close[0]]) if close else phrase("known", names=sorted(known))


def nearest(word: str, known: list[str]) -> str:
    """The same as a sentence, for errors that still carry sentences."""
    hint = hint_at(word, known)
    if hint.key == "known":
        return f"Known: {', '.join(sorted(known))}."
    return f"Did you mean “{hint.values['name']}”?"
