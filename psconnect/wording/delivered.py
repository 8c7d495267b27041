"""What a run delivered and where to, in words."""

from __future__ import annotations

from psconnect.model.phrases import phrase_in
from psconnect.wording.filled import phrase_text


def word_delivered(delivered: str) -> str:
    """The words of ``Run.delivered``; what earlier versions stored as a text is shown as it is."""
    found = phrase_in(delivered)
    return phrase_text(found) if found else delivered
