"""Up to which run a person was told of a connection's runs on this computer; the file goes with the roster data."""

from __future__ import annotations

from pathlib import Path

import msgspec

from psconnect.logs import logger
from psconnect.store.files import storage_errors, write_atomically


class ToldRun(msgspec.Struct, frozen=True):
    """The newest run that was looked at, and the state it was in: a run that waits may still end badly."""

    run: str
    state: str


def told_run(rosters: Path) -> ToldRun | None:
    """What was noted last; None if nothing was, or if the note can't be read."""
    path = _path(rosters)
    with storage_errors(path):
        if not path.exists():
            return None
        content = path.read_bytes()
    try:
        return msgspec.json.decode(content, type=ToldRun)
    except msgspec.DecodeError:
        logger.warning("note of told runs can't be read")
        return None


def note_told(rosters: Path, told: ToldRun) -> None:
    """Note it."""
    write_atomically(_path(rosters), msgspec.json.encode(told))


def _path(rosters: Path) -> Path:
    return rosters.with_suffix(".told")
