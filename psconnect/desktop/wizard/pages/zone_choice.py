"""The time zone that times are meant in: named with its offset, and chosen by city."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimeZone
from PySide6.QtWidgets import QComboBox, QCompleter

from psconnect.desktop.text import tr

_USUAL = (
    *("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"),
    *("America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico", "America/Halifax", "America/Toronto"),
)
"""Where most districts are; all others follow by name."""


class ZoneChoice(QComboBox):
    """A list that is searched by typing a part of the city's name; ``take`` gets the zone's name."""

    def __init__(self, take: Callable[[str], object]) -> None:
        super().__init__()
        self._take = take
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMaxVisibleItems(12)
        self.setMinimumContentsLength(16)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)
        self.textActivated.connect(self._choose)
        completer.activated.connect(self._choose)
        edit = self.lineEdit()
        if edit:
            edit.setPlaceholderText(tr("City, like Chicago"))
            edit.textEdited.connect(self._typed)
            edit.editingFinished.connect(lambda: self._choose(self.currentText()))

    def fill(self) -> None:
        """List all zones, once they are asked for: to find them takes a moment that opening a page does not have."""
        if self.count():
            return
        known = [bytes(zone.data()).decode("ascii", "replace") for zone in QTimeZone.availableTimeZoneIds()]
        others = sorted(zone for zone in known if "/" in zone and zone not in _USUAL and not zone.startswith("Etc/"))
        shown = self.currentText()
        self.addItems([*(zone for zone in _USUAL if zone in known), *others])
        self.setCurrentText(shown)

    def show_zone(self, zone: str) -> None:
        """Show a zone; an empty one is the computer's."""
        if self.currentText() != zone:
            self.setCurrentText(zone)

    def _typed(self, text: str) -> None:
        """Take a name once it is whole: Qt tells of no field that is left while its suggestions are open."""
        if self.findText(text, Qt.MatchFlag.MatchFixedString) >= 0:
            self._choose(self.itemText(self.findText(text, Qt.MatchFlag.MatchFixedString)))

    def _choose(self, text: str) -> None:
        self._take(text.strip().replace(" ", "_"))


def zone_of_computer() -> str:
    """The name of the computer's own time zone, like ``America/Denver``; empty where it has none that is known."""
    name = bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace")
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return ""
    return name
