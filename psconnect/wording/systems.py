"""What the other system of a connection is called within a sentence."""

from __future__ import annotations

from psconnect.wording.catalogue import tr

_BUNDLE = "the OneRoster CSV bundle"


def system_words(system: str) -> str:
    """A system as a run notes it (sync.system_name); a vendor's name is the same in every language."""
    return tr("the OneRoster CSV bundle") if system == _BUNDLE else system
