"""What a waiting run leaves alone, in words: records that a person excluded, what goes along, what an undo keeps."""

from __future__ import annotations

from collections.abc import Mapping

from psconnect.wording.catalogue import counted, plural, translated

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


def ticked_in_words(going: int, total: int, along: int) -> str:
    """What approving does with the changes in sight, ``going`` of which are ticked; ``along`` of other kinds stay, too.

    It says nothing of going: a removal that “goes through” could be read as a student who does.
    """
    left = total - going
    if not left:
        return counted(
            total, "The 1 change is ticked: approving applies it.", "All {count} are ticked: approving applies them."
        )
    if not along:
        return counted(left, "1 is not ticked: it stays as it is.", "{count} are not ticked: they stay as they are.")
    return counted(
        left,
        "1 is not ticked: it and {along} stay as they are.",
        "{count} are not ticked: they and {along} stay as they are.",
        along=counted(along, "1 record of another kind", "{count} records of other kinds"),
    )
