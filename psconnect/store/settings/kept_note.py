"""Small files of psconnect's own beside the roster data: each holds one value, and one that is damaged is told."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from psconnect.logs import logger
from psconnect.store.files import storage_errors

_Note = TypeVar("_Note")


def read_note(path: Path, decoder: msgspec.json.Decoder[_Note], missing: _Note, damaged: _Note) -> _Note:
    """What a file holds: ``missing`` if there is none, ``damaged`` if it can't be read, which is logged.

    The decoder is made where the module is imported: msgspec crashes if two threads prepare one type at once.
    """
    with storage_errors(path):
        if not path.exists():
            return missing
        content = path.read_bytes()
    try:
        return decoder.decode(content)
    except msgspec.DecodeError:
        logger.warning("damaged note", extra={"data": {"kind": path.suffix.removeprefix(".")}})
        return damaged
