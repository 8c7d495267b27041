"""What a waiting run leaves alone, in words: records that a person excluded, what goes along, what an undo keeps."""

from __future__ import annotations

from collections.abc import Mapping

from psconnect.wording.catalogue import plural, translated

_COUNTED = {
    "chosen": plural("1 change is excluded", "{count} changes are excluded"),
    "goes-along": plural("1 goes along", "{count} go along"),
    "changed-since": plural("1 was changed since", "{count} were changed since"),
    "still-needed": plural("1 is still needed", "{count} are still needed"),
    "refused": plural("1 was refused", "{count} were refused"),
    "waits": plural("1 waits for a refused one", "{count} wait for refused ones"),
    "adopted": plural("1 was there before", "{count} were there before"),
}


def left_alone_in_words(counts: Mapping[str, int]) -> str:
    """How many changes a plan leaves alone, by reason: ``2 changes are excluded, 14 go along``; empty for none."""
    return ", ".join(translated(words, counts[key]) for key, words in _COUNTED.items() if counts.get(key))
