"""The look: every pair of colours can be read, nothing is smaller than 12 px, every icon can be drawn."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from psconnect import resources
from psconnect.desktop.theme import icons, tokens
from psconnect.desktop.theme.apply import Theme, tokens_in_use
from psconnect.desktop.theme.sheet import style_sheet
from psconnect.desktop.theme.tokens import DARK, LIGHT, TEXT_PAIRS, Tokens, contrast
from psconnect.desktop.widgets.button import primary

ENOUGH = 4.5


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=lambda scheme: scheme.name)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_every_pair_of_text_and_ground_can_be_read(scheme: Tokens, text: str, ground: str) -> None:
    assert contrast(getattr(scheme, text), getattr(scheme, ground)) >= ENOUGH


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=lambda scheme: scheme.name)
def test_borders_of_controls_and_focus_can_be_seen(scheme: Tokens) -> None:
    for ground in (scheme.ground, scheme.surface, scheme.side):
        assert contrast(scheme.accent, ground) >= 3
        assert contrast(scheme.control_line, ground) >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_example_in_an_empty_field_can_be_read(theme: Theme, qtbot: QtBot, scheme: str) -> None:
    """Qt draws it half transparent unless the style sheet names its colour."""
    theme.set_scheme(scheme)
    edit = QLineEdit()
    edit.setPlaceholderText("IIIIIIII")
    qtbot.addWidget(edit)
    edit.show()
    ground = tokens_in_use().surface
    picture = edit.grab(edit.rect().adjusted(8, 8, -8, -8)).toImage()
    drawn = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    assert max(contrast(colour, ground) for colour in drawn) >= ENOUGH
    theme.set_scheme("light")


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_no_text_is_smaller_than_12_pixels() -> None:
    sizes = {int(size) for size in re.findall(r"font-size: (\d+)px", style_sheet(LIGHT, "/x"))}
    assert min(sizes) == tokens.SMALL == 12


def test_palette_and_style_sheet_follow_the_scheme(qapp: QApplication, theme: Theme) -> None:
    for scheme in (DARK, LIGHT):
        theme.set_scheme(scheme.name)
        assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(scheme.ground)
        assert tokens_in_use() == scheme
        assert scheme.accent in qapp.styleSheet()


def test_without_a_choice_the_system_decides(qapp: QApplication, theme: Theme) -> None:
    theme.set_scheme("dark")
    theme.set_scheme("system")
    dark = qapp.styleHints().colorScheme().name == "Dark"
    assert theme.tokens == (DARK if dark else LIGHT)


@pytest.mark.parametrize("name", resources.names("icons", ".svg"))
def test_every_icon_is_drawn_in_the_colour_asked_for(qapp: QApplication, name: str) -> None:
    picture = icons.pixmap(name, "#FF0000", 40).toImage()
    drawn = [picture.pixelColor(x, y) for x in range(40) for y in range(40) if picture.pixelColor(x, y).alpha() > 200]
    assert drawn, "the icon is empty"
    assert all(colour.red() > 200 and colour.green() < 60 for colour in drawn)


def test_an_icon_follows_light_and_dark(qtbot, theme: Theme) -> None:
    button = primary("Run now", symbol="play")
    qtbot.addWidget(button)
    button.show()
    before = button.icon().pixmap(16).toImage()
    theme.set_scheme("dark")
    assert button.icon().pixmap(16).toImage() != before


@pytest.mark.parametrize("module", ["text", "progress", "sentences", "pages.ids_words", "theme.tokens", "theme.sheet"])
def test_what_says_it_knows_no_qt_does_not(module: str) -> None:
    code = f"import sys, psconnect.desktop.{module}; sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
