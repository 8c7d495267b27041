"""The tokens of the look: colours for light and dark, spacing, type sizes, radii, heights. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass

SPACE_XS, SPACE_S, SPACE_M, SPACE_L, SPACE_XL, SPACE_XXL = 4, 8, 12, 16, 24, 32
RADIUS_CARD, RADIUS_CONTROL = 10, 6
CONTROL_HEIGHT, ROW_HEIGHT = 34, 36
BODY, TITLE, CARD_TITLE, TABLE, SMALL = 14, 22, 15, 13, 12
"""Type sizes in pixels; nothing is smaller than SMALL."""


@dataclass(frozen=True)
class Tokens:
    """The colours of one scheme, as ``#RRGGBB``; a name ending in ``_ground`` is what its namesake stands on."""

    name: str
    ground: str
    side: str
    surface: str
    line: str
    text: str
    muted: str
    accent: str
    accent_ground: str
    on_accent: str
    accent_hover: str
    good: str
    good_ground: str
    warning: str
    warning_ground: str
    bad: str
    bad_ground: str
    track: str
    control_line: str


LIGHT = Tokens(
    name="light",
    ground="#F6F7F9",
    side="#EEF1F5",
    surface="#FFFFFF",
    line="#DFE4EA",
    text="#1A2330",
    muted="#56616F",
    accent="#1D5BB8",
    accent_ground="#E8F0FC",
    on_accent="#FFFFFF",
    accent_hover="#174A97",
    good="#1B7A4B",
    good_ground="#E5F4EC",
    warning="#8A5300",
    warning_ground="#FFF3DC",
    bad="#A9281F",
    bad_ground="#FCEBE9",
    track="#E4E9F0",
    control_line="#7C8794",
)
DARK = Tokens(
    name="dark",
    ground="#14181E",
    side="#181D24",
    surface="#1D232B",
    line="#2F3844",
    text="#E9EDF2",
    muted="#A4AFBC",
    accent="#7FB2FF",
    accent_ground="#1F2F47",
    on_accent="#0D1726",
    accent_hover="#A3C8FF",
    good="#6FD3A0",
    good_ground="#183227",
    warning="#F2C06B",
    warning_ground="#3A2E18",
    bad="#FF9A92",
    bad_ground="#40211F",
    track="#2B343F",
    control_line="#78838F",
)

TRAY = {"good": "#1E8653", "warning": "#A86000", "bad": "#CF3A2F", "working": "#2B70D4", "off": "#707A86"}
"""The states in the tray. Nothing tells whether its bar is light or dark: each stands out on both, 3:1 at least."""
ON_TRAY = "#FFFFFF"
"""The sign on the shapes of the tray, 4.5:1 at least."""
_GROUNDS = ("ground", "side", "surface")
TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *(
        (text, ground)
        for ground in _GROUNDS
        for text in ("text", "muted", "accent", "accent_hover", "good", "warning", "bad")
    ),
    ("text", "accent_ground"),
    ("muted", "accent_ground"),
    ("accent", "accent_ground"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("text", "track"),
    ("muted", "track"),
    *(
        (text, ground)
        for state in ("good", "warning", "bad")
        for text, ground in ((state, f"{state}_ground"), ("text", f"{state}_ground"))
    ),
)
"""Every pair of colours in which text stands on a ground; each has a contrast of at least 4.5:1."""


def contrast(first: str, second: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2, relative luminance)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    low = 0.04045
    return value / 12.92 if value <= low else ((value + 0.055) / 1.055) ** 2.4
