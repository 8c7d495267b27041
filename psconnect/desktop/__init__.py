"""The window of psconnect: everything here may import Qt; nothing below this package does."""

from __future__ import annotations

from psconnect.service import Home


def open_window(home: Home, *, in_tray: bool = False) -> int:
    """Open the window, or raise the one that is open already; returns the process's exit code when it is closed.

    With ``in_tray`` it begins as an icon in the tray, and leaves a window that is open already where it is.
    """
    from psconnect.desktop.app import run  # noqa: PLC0415 - parts of this package are used without Qt

    return run(home, in_tray=in_tray)


def open_demo(home: Home, *, students: int, seed: int, port: int, odd: bool = False) -> int:
    """Open a window on the demo district (see psconnect.desktop.demo.DemoSize); returns the exit code."""
    from psconnect.desktop.app import run  # noqa: PLC0415 - same
    from psconnect.desktop.demo import DemoSize  # noqa: PLC0415 - same

    return run(home, DemoSize(students, seed, port, odd))
