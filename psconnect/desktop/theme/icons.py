"""Our own line icons (resources/icons/*.svg), drawn in the colour that is asked for, sharp at every scaling."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from psconnect import resources

ICON_SIZE = 20
_SCALES = (1.0, 2.0, 3.0)


def svg(name: str, colour: str) -> str:
    """The text of an icon in a colour; raises FileNotFoundError for a name that there is no icon for."""
    return resources.read_text("icons", f"{name}.svg").replace("currentColor", colour)


def icon(name: str, colour: str, size: int = ICON_SIZE) -> QIcon:
    """An icon in a colour, for buttons and menus."""
    found = QIcon()
    for scale in sorted({*_SCALES, QGuiApplication.primaryScreen().devicePixelRatio()}):
        found.addPixmap(pixmap(name, colour, size, scale))
    return found


def pixmap(name: str, colour: str, size: int = ICON_SIZE, scale: float = 1.0) -> QPixmap:
    """An icon as a picture of ``size`` logical pixels for a screen of that scaling."""
    key = f"psconnect icon {name} {colour} {size} {scale}"
    picture = QPixmap()
    if QPixmapCache.find(key, picture):
        return picture
    picture = QPixmap(QSize(round(size * scale), round(size * scale)))
    picture.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(svg(name, colour).encode()))
    painter = QPainter(picture)
    try:
        renderer.render(painter, QRectF(picture.rect()))
    finally:
        painter.end()
    picture.setDevicePixelRatio(scale)
    QPixmapCache.insert(key, picture)
    return picture
