"""Where the window stood and how large it was, from one start to the next."""

from __future__ import annotations

import contextlib
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QSize
from PySide6.QtWidgets import QWidget

_KEY = "geometry"


def store_geometry(window: QWidget, file: Path) -> None:
    """Write it down."""
    # Qt writes with the mode of the file that is there, and makes a new one readable for everybody.
    with contextlib.suppress(OSError):
        file.touch(mode=0o600)
        file.chmod(0o600)
    QSettings(str(file), QSettings.Format.IniFormat).setValue(_KEY, window.saveGeometry())


def restore_geometry(window: QWidget, file: Path, size: QSize) -> None:
    """Put the window where it was; ``size`` is for the first time, and for a file that can't be used."""
    geometry = QSettings(str(file), QSettings.Format.IniFormat).value(_KEY)
    if not isinstance(geometry, QByteArray) or not window.restoreGeometry(geometry):
        window.resize(size)
