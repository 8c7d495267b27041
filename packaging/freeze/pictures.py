"""The program's picture in the forms that Windows and macOS want: several sizes as PNG in one file.

Qt writes one size a file; these containers are a table of sizes and places.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

_WINDOWS_SIZES = (16, 20, 24, 32, 40, 48, 64, 256)
_MAC_TYPES = {b"ic11": 32, b"ic12": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic10": 1024}


def write_ico(svg: Path, target: Path) -> Path:
    """Windows' ``.ico``: a header, a line for each size, then the pictures."""
    pictures = [(size, _png(svg, size)) for size in _WINDOWS_SIZES]
    place = 6 + 16 * len(pictures)
    lines: list[bytes] = []
    for size, png in pictures:
        side = size % 256  # 0 is 256
        lines.append(struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(png), place))
        place += len(png)
    return _write(target, [struct.pack("<HHH", 0, 1, len(pictures)), *lines, *(png for _size, png in pictures)])


def write_icns(svg: Path, target: Path) -> Path:
    """The ``.icns`` of macOS: a header with the length of all, then each picture behind its type and length."""
    parts = [(kind, _png(svg, size)) for kind, size in _MAC_TYPES.items()]
    whole = b"".join(struct.pack(">4sI", kind, len(png) + 8) + png for kind, png in parts)
    return _write(target, [struct.pack(">4sI", b"icns", len(whole) + 8), whole])


def _write(target: Path, parts: Sequence[bytes]) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"".join(parts))
    return target


def _png(svg: Path, size: int) -> bytes:
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(svg)).render(painter)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return data.data()
