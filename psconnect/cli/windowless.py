"""``psconnectw``: the command line without a console, for schedulers, for the start at login and for desktops.

Windows gives such a program no standard streams at all, and whoever started it reads none.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from psconnect import cli


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command with streams that lead nowhere where there are none; returns its exit code.

    The scheduler shows the exit code ("Last Run Result"); the log and the run history have the rest.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open until the end
    return cli.main(arguments)
