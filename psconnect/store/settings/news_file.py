"""What the source last answered when it was asked for changes; the file goes with the roster data."""

from __future__ import annotations

from pathlib import Path

import msgspec

from psconnect.logs import logger
from psconnect.model.news import NewsOfSource
from psconnect.store.files import storage_errors, write_atomically


def kept_news(rosters: Path) -> NewsOfSource | None:
    """The last answer; None if there is none, or if it can't be read."""
    path = _place(rosters)
    with storage_errors(path):
        if not path.exists():
            return None
        content = path.read_bytes()
    try:
        return msgspec.json.decode(content, type=NewsOfSource)
    except msgspec.DecodeError:
        logger.warning("kept news can't be read")
        return None


def keep_news(rosters: Path, news: NewsOfSource) -> None:
    """Keep an answer."""
    write_atomically(_place(rosters), msgspec.json.encode(news))


def _place(rosters: Path) -> Path:
    return rosters.with_suffix(".news")
