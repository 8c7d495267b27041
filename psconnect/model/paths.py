r"""Paths in settings. In TOML, "C:\temp" in double quotes contains a tab."""

from __future__ import annotations

import re

from psconnect.model.bad_setting import refuse

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def check_path(value: object, where: str) -> None:
    """Refuse a path with a tab, a line end, a NUL or another control character in it; ``where`` is its key."""
    if isinstance(value, str) and _CONTROLS.search(value):
        raise refuse(
            rf"“{where}” has a control character in it. In double quotes, \t is a tab and \n the end of a line.",
            "Write a Windows path in single quotes, or with each \\ twice.",
            where,
        )
