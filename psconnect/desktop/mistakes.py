"""Uncaught exceptions: a calm dialog, with details to copy that hold nobody's data."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from psconnect.desktop.pages.help import versions
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_M, SPACE_XL
from psconnect.desktop.widgets.button import primary, secondary
from psconnect.desktop.widgets.card import row
from psconnect.desktop.widgets.label import Label

_WIDTH = 460


def details(error: BaseException) -> str:
    """Kind of error, where in the code, and versions. Never its text: that may quote a record."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames]
    return "\n".join([type(error).__name__, *places, versions()])


class MistakeDialog(QDialog):
    """Says that psconnect itself failed, and offers the details."""

    def __init__(self, error: BaseException, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.details = details(error)
        self.setWindowTitle("psconnect")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(_WIDTH)
        heading = tr("Something went wrong in psconnect itself")
        self.setAccessibleName(heading)
        text = tr(
            "What you did may not have worked. You can go on; a sync is safe to run again. If it happens again, "
            "copy the details and send them to us: they hold nobody’s data."
        )
        self.copy_button = secondary(tr("Copy details"), self._copy, symbol="copy")
        self.close_button = primary(tr("Close"), self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
        layout.setSpacing(SPACE_M)
        layout.addWidget(Label(heading, "heading"))
        layout.addWidget(Label(text, "muted"))
        layout.addWidget(row(1, self.copy_button, self.close_button))
        self.close_button.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details)
        self.copy_button.setText(tr("Copied"))


class Mistakes:
    """Catches exceptions that nothing else catches, in every thread; ``show`` gets the exception.

    ``show`` is called in whatever thread it happened. ``release`` puts back what was there before.
    """

    def __init__(self, show: Callable[[BaseException], None]) -> None:
        self._show = show
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._caught
        threading.excepthook = self._caught_in_thread

    def release(self) -> None:
        """Stop catching."""
        sys.excepthook, threading.excepthook = self._before

    def _caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not isinstance(error, Exception):
            self._before[0](kind, error, trace)
            return
        self._show(error)

    def _caught_in_thread(self, caught: threading.ExceptHookArgs) -> None:
        if caught.exc_value is not None:
            self._caught(caught.exc_type, caught.exc_value, caught.exc_traceback)
