"""The last runs as a chart: created and updated above the line, removed below it, durations in a lane of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QLabel, QSizePolicy

from psconnect.desktop.text import counted, number, tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.tokens import SMALL
from psconnect.desktop.widgets.chart_bars import ChartBar, bar_of, scale_of
from psconnect.model.runs import Run

MOST_RUNS = 20
_ABOVE, _BELOW, _LANE, _LABELS, _TOP, _GAP = 60, 28, 18, 20, 18, 16
_BAR, _WIDEST, _LEAST_LANE = 14.0, 64.0, 2.0
_WORD_HEIGHT, _MARK = 16, 4
LANE_ALPHA = 120
"""How dense the colour of durations is, so that they stay behind the changes."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_MIDDLE = Qt.AlignmentFlag.AlignCenter
_MARKS = {"failed": "bad", "held": "warning", "nothing": "muted"}


class RunsChart(QLabel):
    """At most twenty runs, oldest first. Arrow keys or the mouse go from one to the next, Enter or a click chooses it.

    ``on_told`` gets the sentence of the run that is pointed at, an empty text for none.
    """

    def __init__(self, on_run: Callable[[str], object], on_told: Callable[[str], object]) -> None:
        super().__init__()
        self._on_run, self._on_told = on_run, on_told
        self.bars: list[ChartBar] = []
        self.current = -1
        self._chosen: frozenset[str] = frozenset()
        self._scale = scale_of(())
        self.setPixmap(QPixmap(1, 1))  # a label with a picture is a graphic to screen readers, a plain widget nothing
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(self.sizeHint().height())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    def show_runs(self, runs: Sequence[Run], now: datetime) -> None:
        """Show the newest of these runs (given newest first)."""
        self.bars = [bar_of(run, now) for run in reversed(runs[:MOST_RUNS])]
        self._scale = scale_of(self.bars)
        self.current = -1
        failed = sum(bar.mark == "failed" for bar in self.bars)
        told = counted(len(self.bars), "The last run", "The last {count} runs")
        self.setAccessibleName(
            tr("Changes and durations. {runs}; {failed} of them failed", runs=told, failed=number(failed))
        )
        self._point(-1)
        self.update()

    def mark_runs(self, run_ids: Sequence[str]) -> None:
        """Mark the runs that are ticked."""
        self._chosen = frozenset(run_ids)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for both sides of the line, the lane of durations, and the days."""
        return QSize(400, int(self._bottom) + _LABELS + 2)

    def rects(self, place: int) -> tuple[QRectF, QRectF, QRectF, QRectF]:
        """Where a run is drawn: created, updated (both above the line), removed (below it), and its duration."""
        bar, axis = self.bars[place], self._axis
        x, above = self._middle(place) - _BAR / 2, bar.created + bar.updated
        height = self._scale.height(above, _ABOVE)
        created = height * bar.created / above if above else 0.0
        low = min(_BELOW, self._scale.height(bar.removed, _ABOVE))
        longest = max((one.seconds or 0.0 for one in self.bars), default=0.0) or 1.0
        lane = max(_LEAST_LANE, (bar.seconds or 0.0) / longest * _LANE) if bar.seconds is not None else 0.0
        return (
            QRectF(x, axis - height, _BAR, created),
            QRectF(x, axis - height + created, _BAR, height - created),
            QRectF(x, axis + 1, _BAR, low),
            QRectF(x, self._bottom - lane, _BAR, lane),
        )

    @property
    def _axis(self) -> float:
        return float(_TOP + _ABOVE)

    @property
    def _bottom(self) -> float:
        return float(_TOP + _ABOVE + _BELOW + _GAP + _LANE)

    def _step(self) -> float:
        return min(_WIDEST, (self.width() - self._margin()) / max(1, len(self.bars)))

    def _margin(self) -> float:
        """The room at the left for the number at the line across."""
        font = QFont(self.font())
        font.setPixelSize(SMALL)
        return QFontMetrics(font).horizontalAdvance(self._line_word()) + 8.0 if self._scale.line else 0.0

    def _line_word(self) -> str:
        return counted(self._scale.line, "1 change", "{count} changes")

    def _middle(self, place: int) -> float:
        return self.width() - (len(self.bars) - place - 0.5) * self._step()

    def _at(self, x: float) -> int:
        """The place of the run at a point; -1 for none."""
        place = len(self.bars) - 1 - int((self.width() - x) // self._step())
        return place if 0 <= place < len(self.bars) else -1

    def _point(self, place: int) -> None:
        """Point at a run, or at none: then a screen reader hears all of them."""
        self.current = place
        told = self.bars[place].spoken if 0 <= place < len(self.bars) else ""
        self.setAccessibleDescription(told or "\n".join(bar.spoken for bar in reversed(self.bars)))
        self._on_told(told)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the run under the mouse."""
        place = self._at(event.position().x())
        if place >= 0:
            self._on_run(self.bars[place].run_id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Tell of the run under the mouse."""
        place = self._at(event.position().x())
        if place != self.current:
            self._point(place)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """The mouse has left."""
        super().leaveEvent(event)
        if not self.hasFocus():
            self._point(-1)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """The newest run is where the keyboard begins."""
        super().focusInEvent(event)
        if self.current < 0 and event.reason() != Qt.FocusReason.MouseFocusReason:
            self._point(len(self.bars) - 1)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing is pointed at any more."""
        super().focusOutEvent(event)
        self._point(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Left and right go from run to run, Home and End to the oldest and the newest, Enter chooses."""
        last = len(self.bars) - 1
        to = {
            Qt.Key.Key_Left: max(0, (self.current if self.current >= 0 else last + 1) - 1),
            Qt.Key.Key_Right: min(last, self.current + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }.get(Qt.Key(event.key()))
        if to is not None and self.bars:
            self._point(to)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and 0 <= self.current <= last:
            self._on_run(self.bars[self.current].run_id)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bars."""
        painter, colours = QPainter(self), tokens_in_use()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = painter.font()
        font.setPixelSize(SMALL)
        painter.setFont(font)
        self._draw_columns(painter)
        self._draw_scale(painter)
        painter.setPen(QColor(colours.line))
        for y in (self._axis, self._bottom):
            painter.drawLine(QPointF(0, y), QPointF(self.width(), y))
        taken = [0.0, 0.0]
        for place in range(len(self.bars)):
            self._draw_bars(painter, place)
            self._draw_mark(painter, place)
            self._draw_word(painter, place, taken)
        self._draw_days(painter)
        painter.end()

    def _draw_columns(self, painter: QPainter) -> None:
        """The ground of what is ticked, and a frame around what is pointed at."""
        colours = tokens_in_use()
        for place, bar in enumerate(self.bars):
            column = QRectF(self._middle(place) - self._step() / 2, 1, self._step(), self.height() - 2)
            if bar.run_id in self._chosen:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colours.accent_ground))
                painter.drawRoundedRect(column.adjusted(1, 0, -1, 0), 4, 4)
            if place == self.current:
                painter.setPen(QPen(QColor(colours.accent), 2 if self.hasFocus() else 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(column.adjusted(1, 0, -1, 0), 4, 4)

    def _draw_scale(self, painter: QPainter) -> None:
        line, colours = self._scale.line, tokens_in_use()
        if not line:
            return
        y = self._axis - self._scale.height(line, _ABOVE)
        painter.setPen(QPen(QColor(colours.line), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(0, y), QPointF(self.width(), y))
        painter.setPen(QColor(colours.muted))
        painter.drawText(QRectF(0, y - _WORD_HEIGHT - 1, 200, _WORD_HEIGHT), int(_LEFT), self._line_word())

    def _draw_bars(self, painter: QPainter, place: int) -> None:
        colours, bar = tokens_in_use(), self.bars[place]
        painter.setPen(Qt.PenStyle.NoPen)
        created, updated, removed, lane = self.rects(place)
        lane_colour = QColor(colours.control_line)
        lane_colour.setAlpha(255 if bar.run_id in self._chosen else LANE_ALPHA)
        for rect, colour in (
            (created, colours.good),
            (updated, colours.control_line),
            (removed, colours.bad),
            (lane, lane_colour),
        ):
            if rect.height() > 0:
                painter.setBrush(QColor(colour))
                painter.drawRect(rect)
        for cut, y in ((bar.created + bar.updated, created.top() + 8), (bar.removed, removed.bottom() - 8)):
            if self._scale.cuts(cut):
                # A gap across the bar: it is higher than the room.
                painter.setPen(QPen(QColor(colours.surface), 3))
                painter.drawLine(QPointF(created.left() - 2, y + 3), QPointF(created.right() + 2, y - 3))
        if bar.run_id in self._chosen and bar.took:
            painter.setPen(QColor(colours.text))
            painter.drawText(QRectF(created.center().x() - 45, lane.top() - 15, 90, 14), int(_MIDDLE), bar.took)

    def _draw_mark(self, painter: QPainter, place: int) -> None:
        bar, size = self.bars[place], _MARK
        if not bar.mark:
            return
        painter.setPen(QPen(QColor(getattr(tokens_in_use(), _MARKS[bar.mark])), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        top = self.rects(place)[0].top()
        has_bar = bool(bar.created + bar.updated)
        centre = QPointF(self._middle(place) + (_BAR if has_bar else 0), top + 8 if has_bar else self._axis - 9)
        if bar.mark == "failed":
            painter.drawLine(centre + QPointF(-size, -size), centre + QPointF(size, size))
            painter.drawLine(centre + QPointF(-size, size), centre + QPointF(size, -size))
        elif bar.mark == "held":
            painter.drawPolygon([centre + QPointF(0, -5), centre + QPointF(5, 4), centre + QPointF(-5, 4)])
        else:
            painter.drawEllipse(centre, 3, 3)

    def _draw_word(self, painter: QPainter, place: int, taken: list[float]) -> None:
        """The word of a mark, or the number of a bar that is cut; above its neighbour's where that is in the way.

        ``taken`` is up to where words stand in the lower and in the upper line.
        """
        bar, colours = self.bars[place], tokens_in_use()
        above = bar.created + bar.updated
        cut = number(above) if self._scale.cuts(above) else ""
        text, middle = cut or bar.word, self._middle(place)
        width = painter.fontMetrics().horizontalAdvance(text)
        left = min(max(0.0, middle - width / 2), self.width() - width)
        line = next((line for line, end in enumerate(taken) if left >= end), None)
        if not text or line is None:
            return
        taken[line] = left + width + 4
        y = max(0.0, self.rects(place)[0].top() - _WORD_HEIGHT * (line + 1) - (0 if above else _WORD_HEIGHT))
        painter.setPen(QColor(colours.text if cut else getattr(colours, _MARKS.get(bar.mark, "muted"))))
        painter.drawText(QRectF(left, y, width + 2, _WORD_HEIGHT), int(_MIDDLE), text)

    def _draw_days(self, painter: QPainter) -> None:
        """Each day once, in the middle of its runs, with a line where the next one begins."""
        colours, place, free = tokens_in_use(), 0, 0.0
        for _day, of_day in groupby(self.bars, key=lambda bar: bar.day):
            runs = list(of_day)
            left, right = self._middle(place) - self._step() / 2, self._middle(place + len(runs) - 1) + self._step() / 2
            if place:
                painter.setPen(QColor(colours.line))
                painter.drawLine(QPointF(left, self._bottom + 5), QPointF(left, self._bottom + _LABELS))
            width = painter.fontMetrics().horizontalAdvance(runs[0].day_word)
            start = min((left + right - width) / 2, self.width() - width)
            if start >= free:
                painter.setPen(QColor(colours.muted))
                room = QRectF(start, self._bottom + 3, width + 2, _LABELS - 3)
                painter.drawText(room, int(_MIDDLE), runs[0].day_word)
                free = start + width + 6
            place += len(runs)
