"""*What comes next*: the real next starts of the schedule as it is typed, those that would not happen struck out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from psconnect.desktop.text import exact, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_XS
from psconnect.desktop.widgets.card import Card, line
from psconnect.desktop.widgets.label import Label
from psconnect.model.schedule_state import Upcoming
from psconnect.wording.filled import phrase_text
from psconnect.wording.schedules import zone_named
from psconnect.wording.times import near_date


class UpcomingCard(Card):
    """Days and times are those of the schedule's zone; the tip of each has this computer's."""

    def __init__(self) -> None:
        super().__init__(tr("What comes next"))
        self.none = Label("", "muted")
        self.add(self.none)
        self._holder: QWidget | None = None
        self.lines: list[str] = []

    def show_none(self, text: str) -> None:
        """Say why there is nothing to list."""
        self._clear()
        self.none.setText(text)
        self.none.show()

    def show_starts(self, starts: Sequence[Upcoming], zone: str, now: datetime) -> None:
        """List these."""
        self._clear()
        self.none.hide()
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_L)
        grid.setVerticalSpacing(SPACE_XS)
        grid.setColumnStretch(2, 1)
        today = now.astimezone(zone_named(zone)).date()
        for place, one in enumerate(starts):
            at = one.start.at.astimezone(zone_named(zone))
            day, time, note = near_date(at.date(), today), f"{at:%H:%M}", phrase_text(one.note) if one.note else ""
            parts = [Label(day, "table", wrap=False), Label(time, "strong", wrap=False), Label(note, "help")]
            self.lines.append(tr("{day} {time} {note}", day=day, time=time, note=note).strip())
            for column, part in enumerate(parts):
                part.setToolTip(exact(one.start.at))
                if one.struck:
                    _strike(part, struck=column < len(parts) - 1)
                grid.addWidget(part, 2 * place, column, Qt.AlignmentFlag.AlignVCenter)
            if place < len(starts) - 1:
                grid.addWidget(line(), 2 * place + 1, 0, 1, len(parts))
        self._holder = holder
        self.add(holder)
        holder.show()

    def _clear(self) -> None:
        self.lines = []
        if self._holder:
            self.body.removeWidget(self._holder)
            self._holder.hide()
            self._holder.deleteLater()
            self._holder = None


def _strike(label: QLabel, *, struck: bool) -> None:
    """Show that it would not happen: by a line through it and by its colour, and in words beside it."""
    font = label.font()
    font.setStrikeOut(struck)
    label.setFont(font)
    if isinstance(label, Label):
        label.set_state("warning")
