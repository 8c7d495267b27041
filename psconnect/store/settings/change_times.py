"""When each part of a connection's settings was changed last: a small file beside its roster data.

It is what lets a held run say that a school was switched off at 05:57, although other settings were saved since. It is
deleted with the connection, like everything beside the roster data.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from psconnect.store.files import storage_errors, write_atomically

_ENDING = ".settings"


def change_times(rosters: Path) -> dict[str, str]:
    """Part of the settings (model.setting_parts) -> when it was changed last, as ISO time; of the known ones."""
    path = rosters.with_suffix(_ENDING)
    if not path.exists():
        return {}
    with storage_errors(path):
        text = path.read_text(encoding="utf-8", errors="replace")
    try:
        found = json.loads(text)
    except ValueError:
        # A damaged file costs nothing but these times: the run says what was changed, and not when.
        return {}
    return {str(key): str(at) for key, at in found.items()} if isinstance(found, dict) else {}


def note_change(rosters: Path, parts: Iterable[str], now: datetime) -> None:
    """Note that these parts were changed now."""
    changed = {part: now.isoformat() for part in parts}
    if changed:
        times = {**change_times(rosters), **changed}
        write_atomically(rosters.with_suffix(_ENDING), json.dumps(times).encode())
