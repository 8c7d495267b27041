"""Two runs side by side: what stood in the other system after each, and how findings, settings and durations went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from psconnect.desktop.text import entity_label, number, tr
from psconnect.desktop.theme.tokens import SPACE_S
from psconnect.desktop.widgets.button import Button
from psconnect.desktop.widgets.card import Card, row, wide
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.model.reconciled import Reconciled, altogether, by_care
from psconnect.model.run_history import RunComparison, RunSide
from psconnect.wording.run_comparison import (
    difference,
    findings_sentence,
    not_compared,
    settings_sentence,
    took_sentence,
)
from psconnect.wording.times import short_day

_NONE, _FIGURES, _CHANGE = Reconciled(), 56, 50


class ComparedCard(Card):
    """Hidden until ``show_runs`` gets a comparison; its cross calls ``on_close``."""

    def __init__(self, on_close: Callable[[], object]) -> None:
        super().__init__()
        heading = tr("The two ticked runs")
        self.setAccessibleName(heading)
        self.close_button = Button("", on_close, look="link", symbol="cross", name=tr("Take the ticks away"))
        self.add(row(wide(Label(heading, "heading")), self.close_button))
        self.model = RowsModel([tr("Delivered"), "", "", tr("+/−")], frozenset({1, 2, 3}), self)
        self.table = Table(self.model, heading, [0, _FIGURES, _FIGURES, _CHANGE])
        margins = self.body.contentsMargins()
        self.body.setContentsMargins(SPACE_S, margins.top() - SPACE_S, SPACE_S, margins.bottom())
        self.add(self.table)
        self.findings, self.took, self.notes = Label("", "table"), Label("", "table"), Label("", "help")
        for label in (self.findings, self.took, self.notes):
            self.add(label)
        self.body.addStretch(1)
        self.hide()

    def show_runs(self, found: RunComparison, now: datetime) -> None:
        """Compare these two runs, the older first."""
        sides = (found.earlier, found.later)
        self.model.name_columns([tr("Delivered"), *_headings(sides, now), tr("+/−")])
        kinds = by_care({**found.earlier.standing, **found.later.standing})
        lines = [_line(entity_label(key), *(side.standing.get(key, _NONE) for side in sides)) for key in kinds]
        sums = [altogether(side.standing.values()) for side in sides]
        rows = [*lines, _line(tr("All"), *sums, strong=True)]
        self.model.show_rows(rows)
        for place, least in ((1, _FIGURES), (2, _FIGURES), (3, _CHANGE)):
            self.table.fit_width(place, [line[place].text for line in rows], least)
        self.table.fit_rows()
        self.findings.setText(findings_sentence(found))
        self.took.setText(took_sentence(found))
        self.notes.setText("\n".join([settings_sentence(found), *not_compared(found, now)]))
        self.show()


def _headings(sides: tuple[RunSide, RunSide], now: datetime) -> list[str]:
    """The days of the two runs; their times where both are of one day."""
    days = [side.run.started.astimezone().date() for side in sides]
    if days[0] == days[1]:
        return [f"{side.run.started.astimezone():%H:%M}" for side in sides]
    today = now.astimezone().date()
    return [tr("Today") if day == today else short_day(side.run.started) for day, side in zip(days, sides, strict=True)]


def _line(label: str, earlier: Reconciled, later: Reconciled, *, strong: bool = False) -> list[Cell]:
    change = later.delivered - earlier.delivered
    state = "good" if change > 0 else "bad" if change else "muted"
    return [
        Cell(label, strong=strong),
        Cell(number(earlier.delivered), right=True, state="muted"),
        Cell(number(later.delivered), right=True),
        Cell(difference(earlier.delivered, later.delivered), right=True, state=state, strong=bool(change)),
    ]
