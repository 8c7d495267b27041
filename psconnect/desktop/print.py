"""A report as a PDF file: drawn by Qt, which finds a font for every script and sets text from right to left."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice, QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPageSize, QPainter, QPdfWriter

from psconnect.desktop.print_layout import (
    HIGH,
    PAGE_BOTTOM,
    PAGE_LEFT,
    WIDE,
    PageLayout,
    PlacedLine,
    PlacedText,
    area,
    lay_out,
    token_of,
)
from psconnect.desktop.text import tr
from psconnect.desktop.typesetting import POINT, TextStyle
from psconnect.model.clock import CancelToken
from psconnect.model.printed import PrintedReport

_DOTS_AN_INCH = round(72 * POINT)
_HEAD_AT, _FOOT_AT = 30 * POINT, HIGH - 38 * POINT
_MARK = 10 * POINT


@contextmanager
def drawing() -> Iterator[None]:
    """Qt ready to draw, also for the command line and without a screen; nothing is shown."""
    if QCoreApplication.instance() is not None:
        yield
        return
    blind = sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    application = QGuiApplication(["psconnect", *(["-platform", "offscreen"] if blind else [])])
    try:
        yield
    finally:
        application.shutdown()


def draw_report(report: PrintedReport, cancel: CancelToken) -> bytes:
    """The report as PDF, A4; may be called from any thread. Raises Cancelled."""
    with drawing():
        layout = lay_out(report, cancel)
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setResolution(_DOTS_AN_INCH)
        writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        writer.setPageMargins(QMarginsF(0, 0, 0, 0))
        writer.setTitle(report.title)
        writer.setCreator("psconnect")
        painter = QPainter(writer)
        try:
            _Pages(report, layout, painter).draw(writer, cancel)
        finally:
            painter.end()
        buffer.close()
        return bytes(buffer.data().data())


class _Pages:
    """Draws the pages of one report."""

    def __init__(self, report: PrintedReport, layout: PageLayout, painter: QPainter) -> None:
        self._report, self._layout, self._painter = report, layout, painter
        self._count = len(layout.pages)

    def draw(self, writer: QPdfWriter, cancel: CancelToken) -> None:
        for number, page in enumerate(self._layout.pages, 1):
            cancel.check()
            if number > 1:
                writer.newPage()
            self._head(number)
            for one in page:
                self._line(one) if isinstance(one, PlacedLine) else self._text(one)
            self._foot(number)

    def _line(self, one: PlacedLine) -> None:
        self._painter.fillRect(area(one), QColor(token_of(one.colour)))

    def _text(self, one: PlacedText) -> None:
        text = one.text
        if one.to and not text:
            text = tr("page {number}", number=self._layout.anchors.get(one.to, self._count))
        self._painter.setPen(QColor(token_of(one.style.colour)))
        font, measures = self._layout.type.font(one.style)
        width = measures.horizontalAdvance(text)
        if text.isascii() and "\n" not in text and width <= one.width:
            self._painter.setFont(font)
            x = one.x + (one.width - width if one.style.right else 0)
            self._painter.drawText(QPointF(x, one.y + measures.ascent()), text)
            return
        self._layout.type.laid_out(text, one.style, one.width)[0].draw(self._painter, QPointF(one.x, one.y))

    def _head(self, number: int) -> None:
        kind = TextStyle(9.5 if number == 1 else 8.5, QFont.Weight.DemiBold)
        half = (WIDE - 2 * PAGE_LEFT) / 2
        if number == 1:
            self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._painter.setBrush(QColor(token_of("accent")))
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.drawRoundedRect(QRectF(PAGE_LEFT, _HEAD_AT, _MARK, _MARK), 2.5 * POINT, 2.5 * POINT)
        indent = _MARK + 6 * POINT if number == 1 else 0
        self._text(PlacedText(PAGE_LEFT + indent, _HEAD_AT - POINT, half, self._report.kind, kind))
        whose = TextStyle(8.5, colour="muted", right=True)
        self._text(PlacedText(PAGE_LEFT + half, _HEAD_AT - POINT, half, self._report.whose[:80], whose))
        self._line(PlacedLine(PAGE_LEFT, _HEAD_AT + 20 * POINT, WIDE - 2 * PAGE_LEFT))

    def _foot(self, number: int) -> None:
        report, quiet = self._report, TextStyle(8, colour="muted")
        across = WIDE - 2 * PAGE_LEFT
        self._line(PlacedLine(PAGE_LEFT, PAGE_BOTTOM + 8 * POINT, across))
        text = report.foot
        if number == 1 and report.names:
            page = self._layout.anchors.get(report.names, self._count)
            text = tr("Names follow from page {page}. {handle}", page=page, handle=report.foot)
        self._text(PlacedText(PAGE_LEFT, _FOOT_AT, 0.48 * across, text, quiet))
        made = TextStyle(8, colour="muted", right=True)
        self._text(PlacedText(PAGE_LEFT + 0.48 * across, _FOOT_AT, 0.42 * across, report.printed, made))
        place = tr("{number} of {count}", number=number, count=self._count)
        strong = TextStyle(8, QFont.Weight.DemiBold, right=True)
        self._text(PlacedText(PAGE_LEFT + 0.9 * across, _FOOT_AT, 0.1 * across, place, strong))
