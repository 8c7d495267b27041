"""A day from 00 to 24 as a bar: the off-peak hours, and a mark for each time."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.tokens import SMALL, Tokens
from psconnect.model.schedule import clock_time

_TOP, _BAR, _OVER, _MARK, _HOURS_HEIGHT, _EDGE = 6, 20, 4, 4, 18, 4
_LEAST, _DAY = 200, 24 * 60
_HOURS = (0, 6, 12, 18, 24)


class DayBar(QWidget):
    """Times and off-peak hours as ``05:30``."""

    def __init__(self) -> None:
        super().__init__()
        self._times: list[int] = []
        self._off_peak: list[tuple[int, int]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_day(self, at: Sequence[str], off_peak: tuple[str, str]) -> None:
        """Show these."""
        self._times = [_minute(text) for text in at]
        first, last = (_minute(text) for text in off_peak)
        self._off_peak = [(first, last)] if first < last else [(0, last), (first, _DAY)]
        text = tr(
            "Runs at {times}; off-peak from {first} to {last}", times=", ".join(at), first=off_peak[0], last=off_peak[1]
        )
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The bar with the hours below it."""
        return QSize(_LEAST, _TOP + _BAR + _OVER + _HOURS_HEIGHT)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """It never gets lower."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Track, hatched off-peak hours, marks, hours."""
        c = tokens_in_use()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        room = QRectF(_EDGE, _TOP, self.width() - 2 * _EDGE, _BAR)
        clip = QPainterPath()
        clip.addRoundedRect(room, _EDGE, _EDGE)
        painter.setClipPath(clip)
        painter.fillRect(room, QColor(c.track))
        for first, last in self._off_peak:
            hours = QRectF(self._x(first), room.top(), self._x(last) - self._x(first), room.height())
            painter.fillRect(hours, QBrush(QColor(c.control_line), Qt.BrushStyle.BDiagPattern))
        painter.setClipping(False)
        painter.setBrush(QColor(c.accent))
        for minute in self._times:
            mark = QRectF(self._x(minute) - _MARK / 2, _TOP - _OVER, _MARK, _BAR + 2 * _OVER)
            painter.drawRoundedRect(mark, _MARK / 2, _MARK / 2)
        self._paint_words(painter, c)
        painter.end()

    def _paint_words(self, painter: QPainter, c: Tokens) -> None:
        font = QFont(self.font())
        font.setPixelSize(SMALL)
        painter.setFont(font)
        painter.setPen(QColor(c.muted))
        top, width = _TOP + _BAR + _OVER, 40
        for hour in _HOURS:
            left = min(max(0.0, self._x(hour * 60) - width / 2), self.width() - width)
            side = {0: Qt.AlignmentFlag.AlignLeft, 24: Qt.AlignmentFlag.AlignRight}.get(
                hour, Qt.AlignmentFlag.AlignHCenter
            )
            painter.drawText(
                QRectF(left, top, width, _HOURS_HEIGHT), int(side | Qt.AlignmentFlag.AlignVCenter), f"{hour:02}"
            )
        word = tr("off-peak")
        needed = painter.fontMetrics().horizontalAdvance(word) + 12
        widest = max(self._off_peak, key=lambda hours: hours[1] - hours[0], default=(0, 0))
        hours = QRectF(self._x(widest[0]), _TOP, self._x(widest[1]) - self._x(widest[0]), _BAR)
        if hours.width() > needed:
            plate = QRectF(hours.center().x() - needed / 2, _TOP + 1, needed, _BAR - 2)
            painter.fillRect(plate, QColor(c.track))
            painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), word)

    def _x(self, minute: int) -> float:
        return _EDGE + (self.width() - 2 * _EDGE) * minute / _DAY


def _minute(text: str) -> int:
    at = clock_time(text)
    return at.hour * 60 + at.minute
