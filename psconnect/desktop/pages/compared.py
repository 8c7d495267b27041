"""Two runs side by side: what stood in the other system after each, kind by kind, and how long each worked."""

from __future__ import annotations

from datetime import datetime

from psconnect.desktop.text import duration, entity_label, moment, number, tr
from psconnect.desktop.theme.tokens import SPACE_M
from psconnect.desktop.widgets.card import Card
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.model.reconciled import Reconciled, altogether, by_care
from psconnect.model.runs import APPLIED, Run


class ComparedCard(Card):
    """Hidden until ``show_runs`` gets two runs that delivered."""

    def __init__(self) -> None:
        super().__init__(tr("The two ticked runs"))
        self.model = RowsModel([tr("Delivered"), tr("Earlier"), tr("Later"), tr("Change")], frozenset({1, 2, 3}), self)
        self.table = Table(self.model, tr("The two ticked runs"), [0, 64, 64, 68])
        margins = self.body.contentsMargins()
        self.body.setContentsMargins(SPACE_M, margins.top(), SPACE_M, margins.bottom())
        self.add(self.table)
        self.note = Label("", "help")
        self.add(self.note)
        self.body.addStretch(1)
        self.hide()

    def show_runs(self, runs: list[Run], now: datetime) -> None:
        """Compare these two runs, the older first; anything else hides the card."""
        chosen = sorted((run for run in runs if _stands(run)), key=lambda run: run.started)
        self.setVisible(len(runs) == 2 == len(chosen))  # noqa: PLR2004 - two are compared
        if self.isHidden():
            return
        earlier, later = chosen
        kinds = by_care({**earlier.reconciled, **later.reconciled})
        none = Reconciled()
        lines = [
            _line(entity_label(key), earlier.reconciled.get(key, none), later.reconciled.get(key, none))
            for key in kinds
        ]
        sums = altogether(earlier.reconciled.values()), altogether(later.reconciled.values())
        self.model.show_rows([*lines, _line(tr("All records"), *sums)])
        self.table.fit_rows()
        self.note.setText(
            tr(
                "{earlier} and {later}. Findings {before} → {after}. Took {first} → {second}.",
                earlier=_capital(moment(earlier.started, now)),
                later=moment(later.started, now),
                before=number(sum(earlier.problems.values())),
                after=number(sum(later.problems.values())),
                first=_took(earlier),
                second=_took(later),
            )
        )


def _stands(run: Run) -> bool:
    return bool(run.reconciled) and (run.state in APPLIED or run.in_part)


def _line(label: str, earlier: Reconciled, later: Reconciled) -> list[Cell]:
    change = later.delivered - earlier.delivered
    shown = f"+{number(change)}" if change > 0 else f"−{number(-change)}" if change else "0"
    state = "good" if change > 0 else "bad" if change else "muted"
    return [
        Cell(label),
        Cell(number(earlier.delivered), right=True, state="muted"),
        Cell(number(later.delivered), right=True),
        Cell(shown, right=True, state=state, strong=bool(change)),
    ]


def _took(run: Run) -> str:
    return duration(run.took.total_seconds()) if run.took is not None else "–"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
