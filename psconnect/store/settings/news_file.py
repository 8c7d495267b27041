"""What the source last answered when it was asked for changes; the file goes with the roster data."""

from __future__ import annotations

from pathlib import Path

import msgspec

from psconnect.model.news import NewsOfSource
from psconnect.store.files import write_atomically
from psconnect.store.settings.kept_note import read_note

_DECODER: msgspec.json.Decoder[NewsOfSource | None] = msgspec.json.Decoder(NewsOfSource)


def kept_news(rosters: Path) -> NewsOfSource | None:
    """The last answer; None if there is none, or if it can't be read."""
    return read_note(_place(rosters), _DECODER, None, None)


def keep_news(rosters: Path, news: NewsOfSource) -> None:
    """Keep an answer."""
    write_atomically(_place(rosters), msgspec.json.encode(news))


def _place(rosters: Path) -> Path:
    return rosters.with_suffix(".news")
