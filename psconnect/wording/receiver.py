"""What the other system does with a delivery, as its kind of destination declares it."""

from __future__ import annotations

from collections.abc import Mapping

from psconnect.wording.catalogue import tr
from psconnect.wording.records import listed, records_label


def receiver_words(receives: str, holds: Mapping[str, int]) -> str:
    """What it does, and above which removals it waits by itself, in sentences; empty where nothing is known.

    ``receives`` is in the chosen language already; ``holds`` has a percentage per entity key.
    """
    limits = []
    for percent in sorted(set(holds.values())):
        records = listed([records_label(entity) for entity, most in holds.items() if most == percent])
        limits.append(tr("{percent} % of {records}", percent=percent, records=records))
    most = "; ".join(limits)
    asks = tr(
        "psconnect asks you before a delivery that the other system would hold: one that removes more than {limits}.",
        limits=most,
    )
    return " ".join(filter(None, (receives, asks if limits else "")))


def not_verified() -> str:
    """What a person has to know of a preset that the vendor has not confirmed."""
    return tr("Not verified with the vendor: made from public documents. Check the first delivery with the vendor.")
