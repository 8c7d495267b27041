"""What is added to advice in the window."""

from __future__ import annotations

from psconnect.wording.catalogue import tr


def with_file(advice: str) -> str:
    """The advice, and the way to a setting that has no page."""
    return tr(
        "{advice} Settings without a page here are in the connection file: Settings, Export settings …; change the "
        "file, then File, Import connection …",
        advice=advice,
    )
