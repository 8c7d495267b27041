"""Up to which run a person was told of a connection's runs on this computer; the file goes with the roster data."""

from __future__ import annotations

from pathlib import Path

import msgspec

from psconnect.store.files import write_atomically
from psconnect.store.settings.kept_note import read_note


class ToldRun(msgspec.Struct, frozen=True):
    """The newest run that was looked at, and the state it was in: a run that waits may still end badly."""

    run: str
    state: str


_DECODER: msgspec.json.Decoder[ToldRun | None] = msgspec.json.Decoder(ToldRun)


def told_run(rosters: Path) -> ToldRun | None:
    """What was noted last; None if nothing was, or if the note can't be read."""
    return read_note(_path(rosters), _DECODER, None, None)


def note_told(rosters: Path, told: ToldRun) -> None:
    """Note it."""
    write_atomically(_path(rosters), msgspec.json.encode(told))


def _path(rosters: Path) -> Path:
    return rosters.with_suffix(".told")
