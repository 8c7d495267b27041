"""Opens the window if there is a screen and Qt is installed. Qt is imported only here, and late."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping

from psconnect.cli import output
from psconnect.service import Home
from psconnect.wording.catalogue import tr


def can_open(environment: Mapping[str, str] | None = None) -> bool:
    """Whether a window can be opened; if not, prints why."""
    given = os.environ if environment is None else environment
    if given.get("PSCONNECT_HEADLESS"):
        output.say(tr("PSCONNECT_HEADLESS is set, so no window is opened."))
        return False
    if importlib.util.find_spec("PySide6") is None:
        output.say(tr("The window is not installed. Install psconnect with it: psconnect[window]"))
        return False
    if not _has_screen(given):
        output.say(tr("There is no screen to open the window on."))
        return False
    return True


def show_window(home: Home, *, in_tray: bool = False) -> int:
    """Open the window, or bring the open one to the front; ``in_tray`` begins as an icon in the tray."""
    from psconnect.desktop import open_window as opened  # noqa: PLC0415 - the command line works without Qt

    return opened(home, in_tray=in_tray)


def show_demo(home: Home, *, students: int, seed: int, port: int, odd: bool = False) -> int:
    """Open the window on the demo district."""
    from psconnect.desktop import open_demo as opened  # noqa: PLC0415 - the command line works without Qt

    return opened(home, students=students, seed=seed, port=port, odd=odd)


def _has_screen(environment: Mapping[str, str]) -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
