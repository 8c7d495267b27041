"""The pictures of the tray: a shape and a sign on it for each state, which can be told apart at 16 pixels."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from psconnect.desktop.theme.icons import pixmap
from psconnect.desktop.theme.tokens import ON_TRAY, TRAY

SIZES = (16, 20, 22, 24, 32, 44, 48, 64)
"""What the trays of the three systems ask for, at 100 to 200 %."""
_OUTLINED = ("off", "working")
"""The shapes of these states are lines, and their signs have the colour of the shape."""


def tray_icon(sign: str, *, template: bool = False) -> QIcon:
    """The icon of a state, in its colour; as a ``template`` it is black, and macOS colours it like its menu bar."""
    found = QIcon()
    for size in SIZES:
        found.addPixmap(_template(sign, size) if template else _coloured(sign, size))
    found.setIsMask(template)
    return found


def _coloured(sign: str, size: int) -> QPixmap:
    on = TRAY[sign] if sign in _OUTLINED else ON_TRAY
    return _with(
        pixmap(f"tray-{sign}", TRAY[sign], size), sign, on, QPainter.CompositionMode.CompositionMode_SourceOver
    )


def _template(sign: str, size: int) -> QPixmap:
    """Black with holes: the sign is cut out of the shape, because nothing but the outline of a template counts."""
    modes = QPainter.CompositionMode
    mode = modes.CompositionMode_SourceOver if sign in _OUTLINED else modes.CompositionMode_DestinationOut
    return _with(pixmap(f"tray-{sign}", "#000000", size), sign, "#000000", mode)


def _with(shape: QPixmap, sign: str, colour: str, mode: QPainter.CompositionMode) -> QPixmap:
    whole = QPixmap(QSize(shape.size()))
    whole.fill(Qt.GlobalColor.transparent)
    painter = QPainter(whole)
    try:
        painter.drawPixmap(0, 0, shape)
        painter.setCompositionMode(mode)
        painter.drawPixmap(QRectF(whole.rect()).toRect(), pixmap(f"tray-sign-{sign}", colour, shape.width()))
    finally:
        painter.end()
    return whole
