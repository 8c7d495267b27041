r"""Paths in settings. In TOML, "C:\temp" in double quotes contains a tab."""

from __future__ import annotations

import re

from psconnect.model.errors import FixSettings

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def check_path(value: object, where: str) -> None:
    """Refuse a path with a tab, a line end, a NUL or another control character in it; ``where`` is its key."""
    if isinstance(value, str) and _CONTROLS.search(value):
        raise FixSettings("PSC-SETTINGS-INVALID/control-character-double", where=where, place=where)
