"""The last runs as small bars: height by number of changes, colour by how they ended."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from psconnect.desktop.text import counted, tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.widgets.chip import run_colour
from psconnect.model.runs import Run

_MOST, _BAR, _GAP, _HEIGHT, _LEAST = 14, 7, 3, 28, 4


class Sparkline(QWidget):
    """At most ``MOST`` runs, oldest first."""

    MOST = _MOST

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: list[tuple[int, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_runs(self, runs: list[Run]) -> None:
        """Show the newest of these runs (given newest first)."""
        shown = list(reversed(runs[:_MOST]))
        self._bars = [(sum(counts.total for counts in run.changes.values()), run_colour(run)) for run in shown]
        failed = sum(state == "bad" for _changes, state in self._bars)
        words = counted(len(shown), "The last run", "The last {count} runs")
        text = tr("{runs}; {failed} of them failed", runs=words, failed=failed) if shown else tr("No run yet")
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the most bars."""
        return QSize(_MOST * (_BAR + _GAP), _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bars; heights grow with the logarithm, so that a first load does not flatten every other day."""
        if not self._bars:
            return
        colours = tokens_in_use()
        most = max(math.log1p(changes) for changes, _state in self._bars) or 1.0
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        x = self.width() - len(self._bars) * (_BAR + _GAP) + _GAP
        for changes, state in self._bars:
            height = max(_LEAST, math.log1p(changes) / most * self.height())
            painter.setBrush(QColor({"bad": colours.bad, "warning": colours.warning}.get(state, colours.accent)))
            painter.drawRoundedRect(QRectF(x, self.height() - height, _BAR, height), 2, 2)
            x += _BAR + _GAP
        painter.end()
