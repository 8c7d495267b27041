"""What would be right in place of a word that is not known."""

from __future__ import annotations

import difflib

from psconnect.model.phrases import Phrase, phrase


def hint_at(word: str, known: list[str]) -> Phrase:
    """The known word nearest to the given one, or all of them where none is near.

    Case is ignored: nobody remembers whether it is STUDENT_WEB_ID or Student_Web_ID.
    """
    lowered = {one.lower(): one for one in known}
    close = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.5)
    return phrase("did-you-mean", name=lowered[close[0]]) if close else phrase("known", names=sorted(known))
