"""Every limit of every kind of record against the last run, and what a changed limit would have made of that run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtWidgets import QGridLayout, QWidget

from psconnect.desktop.text import counted, entity_label, moment, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M, SPACE_XS
from psconnect.desktop.widgets.button import link
from psconnect.desktop.widgets.card import Card, clear, column, line, row, wide
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.pages.base import StepPage
from psconnect.desktop.wizard.pages.limit_cell import LimitCell
from psconnect.desktop.wizard.pages.limit_replay import replayed, with_limits
from psconnect.desktop.wizard.steps.safety import SafetyPart, limit_problem, limited_entities
from psconnect.service import LastMeasured, Measure, default_limits
from psconnect.wording.catalogue import marked, translated

MAIN_LIMITS = {
    "remove": marked("Removed, ask from"),
    "create": marked("Created, ask from"),
    "update": marked("Updated, ask from"),
}
FURTHER_LIMITS = {
    "identity": marked("New ids or names, ask from"),
    "rejected": marked("Can’t be used, ask from"),
    "role": marked("Changed role, ask from"),
    "remove_per_class": marked("Removed in one class, ask from"),
}


class LimitTable(Card):
    """Shows the limits of a draft; ``take`` gets all limits after each change."""

    def __init__(self, page: StepPage, take: Callable[[dict[str, dict[str, str]]], object]) -> None:
        super().__init__()
        self.setAccessibleName(tr("Limits"))
        self._page, self._take = page, take
        self.cells: dict[tuple[str, str], LimitCell] = {}
        self.replays: dict[str, tuple[QWidget, Label]] = {}
        self._delivered: dict[str, Label] = {}
        self._entities: list[str] = []
        self._typed: dict[tuple[str, str], str] = {}
        self._last: LastMeasured | None = None
        self._further = False
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(SPACE_L)
        self.grid.setVerticalSpacing(SPACE_XS)
        self.head = Label("", "section")
        self.more_button = link(tr("Further limits"), self._toggle, symbol="chevron-right")
        self.rule = Label(
            tr(
                "“3% and 25, or 500” asks when both 3 % and 25 are reached, or 500 alone; for the district and each "
                "school. “off” switches a limit off."
            ),
            "help",
        )
        self.body.addLayout(self.grid)
        for part in (line(), row(wide(self.rule), self.more_button, spacing=SPACE_M)):
            self.add(part)

    # --- building ------------------------------------------------------------------------------------------------

    def _build(self, entities: list[str]) -> None:
        self._entities = entities
        clear(self.grid)
        self.cells, self.replays, self._delivered = {}, {}, {}
        kinds = FURTHER_LIMITS if self._further else MAIN_LIMITS
        self.head = Label("", "section")
        self.grid.addWidget(self.head, 0, 0)
        self.grid.setColumnStretch(0, 2)
        for place in range(1, 5):
            self.grid.setColumnStretch(place, 3 if place <= len(kinds) else 0)
        for place, title in enumerate(kinds.values(), 1):
            self.grid.addWidget(Label(translated(title), "section"), 0, place)
        there = default_limits()
        for at, entity in enumerate(entities):
            below = 2 * at + 1
            self._delivered[entity] = Label("", "help")
            self._delivered[entity].hide()
            words = column(Label(entity_label(entity), "strong"), self._delivered[entity], 1, spacing=0)
            # Its first line stands beside the text of the limits.
            words.setContentsMargins(0, SPACE_XS, 0, 0)
            self.grid.addWidget(words, below, 0)
            for place, kind in enumerate(kinds, 1):
                if kind in there[entity]:
                    self.grid.addWidget(self._cell(entity, kind, translated(kinds[kind])), below, place)
            self._add_replay(entity, below + 1)

    def _cell(self, entity: str, kind: str, title: str) -> LimitCell:
        name = tr("{entity}: {limit}", entity=entity_label(entity), limit=title)
        cell = LimitCell(name, partial(self._type, entity, kind), partial(self._left, entity, kind))
        self.cells[entity, kind] = cell
        return cell

    def _add_replay(self, entity: str, at: int) -> None:
        words = Label("", "help")
        back = link(tr("Back to before"), partial(self._back, entity))
        back.setAccessibleName(tr("Back to before: {entity}", entity=entity_label(entity)))
        holder = row(wide(words), back)
        self.grid.addWidget(holder, at, 0, 1, 5)
        holder.hide()
        self.replays[entity] = holder, words

    def _toggle(self) -> None:
        self._further = not self._further
        self.more_button.setText(tr("Main limits") if self._further else tr("Further limits"))
        self.more_button.set_symbol("chevron-left" if self._further else "chevron-right")
        self._entities = []
        self._page.show_draft()

    def open_for(self, field: str) -> QWidget | None:
        """Show the limit of that name, like ``limits.student.role``; its field."""
        _word, entity, kind = field.split(".")
        if (kind in FURTHER_LIMITS) is not self._further:
            self._toggle()
        found = self.cells.get((entity, kind))
        return found.edit if found else None

    # --- showing -------------------------------------------------------------------------------------------------

    def show_last(self, last: LastMeasured | None) -> None:
        """Compare with this run; None where there was none."""
        self._last = last

    def show_limits(self) -> None:
        """Show the limits of the draft against the last run."""
        session = self._page.session
        part, entities = session.draft.of(SafetyPart), limited_entities(session.draft, session.known)
        if entities != self._entities:
            self._build(entities)
        last = self._last
        now = session.service.clock.now()
        when = moment(last.run.started, now) if last else ""
        self.head.setText(tr("Last run, {moment}", moment=when) if last else tr("No run yet"))
        held = last is not None and last.run.state == "held"
        by_kind = with_limits(last.measures if last else (), part)
        for (entity, kind), cell in self.cells.items():
            text = self._typed.get((entity, kind), part.limit(entity, kind))
            wrong = bool(limit_problem(part.limit(entity, kind)))
            measure = _district(by_kind, entity, kind)
            cell.show_limit(text, measure, known=last is not None, wrong=wrong, held=held)
        for entity, label in self._delivered.items():
            base = last.base.get(entity, 0) if last else 0
            label.setText(counted(base, "{count} delivered", "{count} delivered") if last else "")
            label.setVisible(last is not None)
        self._show_replays(part)

    def _show_replays(self, part: SafetyPart) -> None:
        before = self._before()
        for entity, (holder, words) in self.replays.items():
            changed = part.limits.get(entity, {}) != before.limits.get(entity, {})
            text = replayed(self._last, entity, before, part) if changed else ""
            words.setText(text)
            holder.setVisible(bool(text))

    def _before(self) -> SafetyPart:
        session = self._page.session
        return session.before.of(SafetyPart) if session.before else SafetyPart()

    def show_errors(self, texts: Mapping[str, str]) -> None:
        """Say under a limit that was left what is wrong with it."""
        for (entity, kind), cell in self.cells.items():
            cell.show_error(texts.get(f"limits.{entity}.{kind}", ""))

    # --- changing ------------------------------------------------------------------------------------------------

    def _type(self, entity: str, kind: str, text: str) -> None:
        self._typed[entity, kind] = text
        self._take(self._part.with_limit(entity, kind, text))

    def _left(self, entity: str, kind: str) -> None:
        self._typed.pop((entity, kind), None)
        self._page.seen(f"limits.{entity}.{kind}")
        self.show_limits()

    def _back(self, entity: str) -> None:
        limits = {key: value for key, value in self._part.limits.items() if key != entity}
        before = self._before().limits.get(entity)
        self._typed = {key: text for key, text in self._typed.items() if key[0] != entity}
        self._take({**limits, entity: before} if before else limits)

    @property
    def _part(self) -> SafetyPart:
        return self._page.session.draft.of(SafetyPart)


def _district(by_kind: list[Measure], entity: str, kind: str) -> Measure | None:
    """The figure of a cell: that of the district, or of the class that comes nearest."""
    wanted = [one for one in by_kind if (one.entity, one.kind) == (entity, kind)]
    return next((one for one in wanted if not one.place or kind == "remove_per_class"), None)
