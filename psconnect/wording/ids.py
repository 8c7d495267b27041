"""The words for the rows of a list of ids that are adopted."""

from __future__ import annotations

from psconnect.wording.catalogue import marked, translated

_ADOPTED = {
    "matched": marked("adopted"),
    "unmatched": marked("no record found"),
    "ambiguous": marked("more than one record found"),
    "double": marked("claimed twice"),
    "unfit": marked("not usable as an id"),
}
ADOPTION_OUTCOMES = tuple(_ADOPTED)
"""What can become of a row of the list, in the order in which it is shown."""


def adoption_word(outcome: str) -> str:
    """What became of a row of the list."""
    return translated(_ADOPTED[outcome])
