"""Whether the source has changes since the last run: what was asked, and what the answer is worth."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

HowAsked = Literal["versions", "counts", "files"]
"""By the server's own list of changed rows, by counting rows, or by the times of files."""


class ReadBefore(msgspec.Struct, frozen=True):
    """What is known of the last reading.

    Attributes:
        started: when it began.
        version: the server's change up to which it is complete; empty where that is not known.
        counts: rows read per stream (Run.read).
    """

    started: datetime
    version: str
    counts: dict[str, int]


class SourceNews(msgspec.Struct, frozen=True):
    """What a source answers.

    Attributes:
        how: what the answer rests on. ``versions`` knows each changed row of the kinds in ``covers``; ``counts`` misses
            whatever leaves their number as it was; ``files`` knows no kinds.
        changed: how many rows per stream; the empty key is for what belongs to none alone, like addresses. With
            ``counts``, the difference, which may be negative.
        covers: the streams that were asked about.
    """

    how: HowAsked
    changed: dict[str, int] = msgspec.field(default_factory=dict)
    covers: list[str] = msgspec.field(default_factory=list)


class NewsOfSource(msgspec.Struct, frozen=True):
    """The answer as it is kept and shown.

    Attributes:
        run: id of the run since which was asked.
        since: when that run began.
        asked: when it was asked.
        found: the answer; None if there was none.
        error: why not (PsconnectError.as_dict); None where nothing could be asked about, or it was answered.
        refused: whether the server refused the sign-in, so that it is not tried again soon.
    """

    run: str
    since: datetime
    asked: datetime
    found: SourceNews | None = None
    error: dict[str, Any] | None = None
    refused: bool = False

    @property
    def state(self) -> Literal["changed", "quiet", "unknown"]:
        """``changed``, ``quiet`` (nothing of what was asked about), or ``unknown``."""
        if self.found is None:
            return "unknown"
        return "changed" if self.found.changed else "quiet"
