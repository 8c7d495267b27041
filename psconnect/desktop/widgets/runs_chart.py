"""The last runs as a chart: created and updated above the line, removed below it, durations in a lane of their own."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from psconnect.desktop.text import counted, duration, number, state_word, tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.model.runs import APPLIED, Run
from psconnect.wording.times import short_day

_MOST = 20
_ABOVE, _BELOW, _LANE, _LABELS, _TOP = 66, 34, 22, 22, 18
_BAR, _LEAST, _WIDEST = 14.0, 2.0, 64.0
_AT_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_IN_THE_MIDDLE = Qt.AlignmentFlag.AlignCenter


@dataclass(frozen=True)
class ChartBar:
    """One run: what it delivered, how long it worked in seconds (None: it has not ended), and how it ended."""

    run_id: str
    created: int
    updated: int
    removed: int
    seconds: float | None
    day: str
    mark: str = ""


class RunsChart(QWidget):
    """At most twenty runs, oldest first; a click on one chooses it."""

    def __init__(self, on_run: Callable[[str], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._on_run = on_run
        self.bars: list[ChartBar] = []
        self._chosen: frozenset[str] = frozenset()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(self.sizeHint().height())

    def show_runs(self, runs: Sequence[Run]) -> None:
        """Show the newest of these runs (given newest first)."""
        self.bars = [_bar(run) for run in reversed(runs[:_MOST])]
        failed = sum(bar.mark == "failed" for bar in self.bars)
        told = counted(len(self.bars), "The last run", "The last {count} runs")
        text = tr("Changes and durations. {runs}; {failed} of them failed", runs=told, failed=number(failed))
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.update()

    def mark_runs(self, run_ids: Sequence[str]) -> None:
        """Mark the runs that are ticked."""
        self._chosen = frozenset(run_ids)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for both sides of the line, the lane of durations, and the days."""
        return QSize(400, _TOP + _ABOVE + _BELOW + _LANE + _LABELS)

    def rects(self, place: int) -> tuple[QRectF, QRectF, QRectF, QRectF]:
        """Where a run is drawn: created, updated (both above the line), removed (below it), and its duration."""
        bar, scale, axis = self.bars[place], self._scale(), self._axis
        x = self._middle(place) - _BAR / 2
        above = bar.created + bar.updated
        height = _height(above, scale, _ABOVE)
        created = height * bar.created / above if above else 0.0
        low = _height(bar.removed, scale, _BELOW)
        longest = max((one.seconds or 0.0 for one in self.bars), default=0.0) or 1.0
        lane = max(_LEAST, (bar.seconds or 0.0) / longest * (_LANE - 4)) if bar.seconds is not None else 0.0
        return (
            QRectF(x, axis - height, _BAR, created),
            QRectF(x, axis - height + created, _BAR, height - created),
            QRectF(x, axis + 1, _BAR, low),
            QRectF(x, axis + _BELOW + _LANE - lane, _BAR, lane),
        )

    @property
    def _axis(self) -> float:
        return float(_TOP + _ABOVE)

    def _step(self) -> float:
        return min(_WIDEST, self.width() / max(1, len(self.bars)))

    def _middle(self, place: int) -> float:
        return self.width() - (len(self.bars) - place - 0.5) * self._step()

    def _scale(self) -> float:
        """The most on either side; heights grow with the logarithm, so that a first load flattens no other day."""
        return float(max((max(one.created + one.updated, one.removed) for one in self.bars), default=0))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the run under the mouse."""
        for place, bar in enumerate(self.bars):
            if abs(event.position().x() - self._middle(place)) <= self._step() / 2:
                self._on_run(bar.run_id)
                return

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bars."""
        if not self.bars:
            return
        painter, colours = QPainter(self), tokens_in_use()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPixelSize(12)
        painter.setFont(font)
        bottom = self._axis + _BELOW + _LANE
        for place, bar in enumerate(self.bars):
            if bar.run_id in self._chosen:
                column = QRectF(self._middle(place) - self._step() / 2, 0, self._step(), self.height())
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colours.accent_ground))
                painter.drawRoundedRect(column.adjusted(1, 0, -1, 0), 4, 4)
        painter.setPen(QColor(colours.line))
        for y in (self._axis, bottom):
            painter.drawLine(QPointF(0, y), QPointF(self.width(), y))
        for place in range(len(self.bars)):
            self._draw(painter, place)
        self._draw_days(painter, bottom)
        painter.setPen(QColor(colours.muted))
        most = tr("up to {count} changes", count=number(int(self._scale())))
        painter.drawText(QRectF(0, 0, self.width() - len(self.bars) * self._step() + 160, _TOP), _AT_LEFT, most)
        painter.end()

    def _draw(self, painter: QPainter, place: int) -> None:
        colours, bar = tokens_in_use(), self.bars[place]
        painter.setPen(Qt.PenStyle.NoPen)
        created, updated, removed, lane = self.rects(place)
        fills = ((created, colours.good), (updated, colours.muted), (removed, colours.bad), (lane, colours.track))
        for rect, colour in fills:
            if rect.height() > 0:
                painter.setBrush(QColor(colour))
                painter.drawRect(rect)
        middle = self._middle(place)
        if bar.mark:
            bad = bar.mark == "failed"
            painter.setPen(QPen(QColor(colours.bad if bad else colours.warning), 2))
            centre = QPointF(middle, self._axis - 9)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            if bad:
                painter.drawLine(centre + QPointF(-4, -4), centre + QPointF(4, 4))
                painter.drawLine(centre + QPointF(-4, 4), centre + QPointF(4, -4))
            else:
                painter.drawPolygon([centre + QPointF(0, -5), centre + QPointF(5, 4), centre + QPointF(-5, 4)])
        if bar.run_id in self._chosen and bar.seconds is not None:
            painter.setPen(QColor(colours.text))
            room = QRectF(middle - 45, lane.top() - 16, 90, 15)
            painter.drawText(room, _IN_THE_MIDDLE, duration(bar.seconds))

    def _draw_days(self, painter: QPainter, bottom: float) -> None:
        """Write each day once, below the first of its runs that has room for it."""
        painter.setPen(QColor(tokens_in_use().muted))
        told, free = "", 0.0
        for place, bar in enumerate(self.bars):
            width = painter.fontMetrics().horizontalAdvance(bar.day)
            left = min(self._middle(place) - width / 2, self.width() - width)
            if bar.day != told and left >= free:
                painter.drawText(QRectF(left, bottom + 2, width + 2, _LABELS - 2), _IN_THE_MIDDLE, bar.day)
                told, free = bar.day, left + width + 8


def _height(count: int, scale: float, room: float) -> float:
    return max(_LEAST, math.log1p(count) / math.log1p(scale) * room) if count else 0.0


def _bar(run: Run) -> ChartBar:
    """What a run delivered; a plan or a failure delivered nothing, and says so by its mark."""
    delivered = run.state in APPLIED or run.in_part
    counts = list(run.changes.values()) if delivered else []
    mark = "failed" if run.state == "failed" else "" if delivered else state_word(run.state)
    return ChartBar(
        run.id,
        sum(one.create for one in counts),
        sum(one.update for one in counts),
        sum(one.remove for one in counts),
        run.took.total_seconds() if run.took is not None else None,
        short_day(run.started),
        mark,
    )
