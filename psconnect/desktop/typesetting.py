"""Texts on paper: their fonts, their lines and how high they are, in any script and direction."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QTextLayout, QTextOption

POINT = 10.0
"""A point, in the units of paper: tenths of it, so that texts are not moved to whole points."""
FAMILIES = ("Segoe UI", "Inter", "Helvetica Neue", "Arial", "DejaVu Sans")
"""Not the system face of a Mac: it may not be embedded, and its text could not be selected."""
TEXT_SIZE, SMALL_SIZE = 9.5, 8.5
"""In points."""
BOLD, PLAIN = QFont.Weight.DemiBold, QFont.Weight.Normal


@dataclass(frozen=True)
class TextStyle:
    """How a text looks: size in points, weight, and the token of its colour."""

    size: float = TEXT_SIZE
    weight: QFont.Weight = PLAIN
    colour: str = "text"
    right: bool = False


class Typesetter:
    """Measures and lays out texts; fonts are looked up once."""

    def __init__(self) -> None:
        self._fonts: dict[tuple[float, QFont.Weight], tuple[QFont, QFontMetricsF]] = {}

    def font(self, style: TextStyle) -> tuple[QFont, QFontMetricsF]:
        """The font of a style and its measures."""
        key = (style.size, style.weight)
        if key not in self._fonts:
            font = QFont()
            font.setFamilies(list(FAMILIES))
            font.setPixelSize(round(style.size * POINT))
            font.setWeight(style.weight)
            font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
            self._fonts[key] = (font, QFontMetricsF(font))
        return self._fonts[key]

    def laid_out(self, text: str, style: TextStyle, width: float) -> tuple[QTextLayout, float]:
        """A text in lines of that width, whatever its script and direction; and its height."""
        layout = QTextLayout(text, self.font(style)[0])
        side = Qt.AlignmentFlag.AlignRight if style.right else Qt.AlignmentFlag.AlignLeft
        option = QTextOption(side | Qt.AlignmentFlag.AlignAbsolute)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        height = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, height))
            height += line.height()
        layout.endLayout()
        return layout, height

    def height(self, text: str, style: TextStyle, width: float) -> float:
        """How high a text is."""
        _font, measures = self.font(style)
        if text.isascii() and "\n" not in text and measures.horizontalAdvance(text) <= width:
            return measures.height()
        return self.laid_out(text, style, width)[1] if text else measures.height()
