"""Puts the look on the application: Fusion, a palette and a style sheet from the same tokens, following the system."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from psconnect.desktop.theme import icons, tokens
from psconnect.desktop.theme.sheet import style_sheet
from psconnect.desktop.theme.tokens import DARK, LIGHT, Tokens

_DARK_BELOW = 128
_FAMILIES = {"win32": ("Segoe UI Variable Text", "Segoe UI"), "darwin": (".AppleSystemUIFont",), "linux": ("Inter",)}


class Theme(QObject):
    """The look of a running application. Keep it for as long as the application runs.

    Follows the system's light or dark until ``set_scheme`` fixes one.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._fixed: Tokens | None = None
        self._applied: Tokens | None = None
        self._images = tempfile.TemporaryDirectory(prefix="psconnect-look-")
        app.setStyle("Fusion")
        _use_font(app)
        app.styleHints().colorSchemeChanged.connect(self._apply)
        app.aboutToQuit.connect(self._images.cleanup)
        self._apply()

    def set_scheme(self, scheme: str) -> None:
        """``light``, ``dark``, or ``system`` to follow the computer."""
        self._fixed = {"light": LIGHT, "dark": DARK}.get(scheme)
        self._apply()

    @property
    def tokens(self) -> Tokens:
        """The colours in use."""
        if self._fixed:
            return self._fixed
        dark = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return DARK if dark else LIGHT

    def _apply(self) -> None:
        chosen = self.tokens
        if chosen is self._applied:
            # Every widget of every window would be styled anew.
            return
        self._applied = chosen
        folder = Path(self._images.name) / chosen.name
        _draw_marks(folder, chosen)
        self._app.setPalette(palette(chosen))
        self._app.setStyleSheet(style_sheet(chosen, folder.as_posix()))


def tokens_in_use() -> Tokens:
    """The colours in use, for widgets that paint themselves or colour an icon."""
    # The application's palette: a widget's own one is changed by the style sheet.
    return DARK if QApplication.palette().color(QPalette.ColorRole.Window).lightness() < _DARK_BELOW else LIGHT


def palette(chosen: Tokens) -> QPalette:
    """The palette of a scheme: what the style sheet does not reach takes its colours from here."""
    role = QPalette.ColorRole
    colours = {
        role.Window: chosen.ground,
        role.WindowText: chosen.text,
        role.Base: chosen.surface,
        role.AlternateBase: chosen.ground,
        role.Text: chosen.text,
        role.Button: chosen.surface,
        role.ButtonText: chosen.text,
        role.BrightText: chosen.on_accent,
        role.Highlight: chosen.accent,
        role.HighlightedText: chosen.on_accent,
        role.Accent: chosen.accent,
        role.Link: chosen.accent,
        role.LinkVisited: chosen.accent,
        role.PlaceholderText: chosen.muted,
        role.ToolTipBase: chosen.surface,
        role.ToolTipText: chosen.text,
        role.Mid: chosen.line,
        role.Dark: chosen.control_line,
        role.Light: chosen.surface,
        role.Midlight: chosen.line,
        role.Shadow: chosen.line,
    }
    made = QPalette()
    for place, colour in colours.items():
        made.setColor(place, QColor(colour))
    for place in (role.Text, role.WindowText, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, place, QColor(chosen.muted))
    return made


def _use_font(app: QApplication) -> None:
    known = set(QFontDatabase.families())
    font = QFont(app.font())
    for family in _FAMILIES.get(sys.platform, ()):
        if family in known or family.startswith("."):
            font.setFamily(family)
            break
    font.setPixelSize(tokens.BODY)
    font.setFeature(QFont.Tag("tnum"), 1)
    app.setFont(font)


def _draw_marks(folder: Path, chosen: Tokens) -> None:
    """The style sheet can name pictures only by file: these are drawn in the scheme's colours."""
    if folder.exists():
        return
    folder.mkdir(parents=True)
    marks = {
        "check": chosen.on_accent,
        "dot": chosen.on_accent,
        "minus": chosen.on_accent,
        "chevron-down": chosen.muted,
        "chevron-right": chosen.muted,
    }
    for name, colour in marks.items():
        (folder / f"{name}.svg").write_text(icons.svg(name, colour), encoding="utf-8")
