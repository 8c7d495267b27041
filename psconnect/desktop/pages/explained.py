"""One record explained: the answer in a sentence, its way through the newest run, its values, its changes by run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.pages.sign_in_row import SignInRow
from psconnect.desktop.text import counted, exact, moment, state_word, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M, SPACE_S
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.card import Card, column, line, row, wide
from psconnect.desktop.widgets.chip import Chip
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.page import Scrolling
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.model.errors import PsconnectError
from psconnect.model.runs import WAITING, Run
from psconnect.model.shown_text import shown
from psconnect.model.sign_in import SignInNow
from psconnect.service import ExplainedStep, Explanation, Happening
from psconnect.wording.catalogue import marked, translated
from psconnect.wording.errors import word
from psconnect.wording.records import record_kind
from psconnect.wording.window import with_way

_OUTCOMES = {
    "passed": (marked("Passes"), "good"),
    "noticed": (marked("Look at it"), "warning"),
    "stopped": (marked("Stops here"), "bad"),
    "not reached": (marked("Not reached"), ""),
}
_DONE = {"create": marked("Created"), "update": marked("Changed"), "remove": marked("Removed")}
_WOULD = {
    "create": marked("Would be created"),
    "update": marked("Would be changed"),
    "remove": marked("Would be removed"),
}
_ROW, _MOST_SCHOOLS = 28, 2
_BEFORE, _AFTER = 2, 3


@dataclass(frozen=True)
class Explained:
    """An explanation with the run that it is about, and the person's sign-in type; None for who has none."""

    explanation: Explanation
    run: Run
    sign_in: SignInNow | None = None


class ExplainedCard(Card):
    """Shows one record at a time, or a message in its place; scrolls by itself."""

    def __init__(self, context: PageContext, open_run: Callable[[str], object]) -> None:
        super().__init__()
        self._context, self._open_run = context, open_run
        self.setAccessibleName(tr("The record"))
        self.heading.hide()
        self.sentence, self.about, self.to_do = Label("", "figure"), Label("", "muted"), Label("")
        self.person = Label("", "strong")
        self.over = Label("", "strong")
        self.over.set_state("warning")
        self.open_button = secondary(tr("Open in PowerSchool"), self._open, symbol="open")
        self.open_button.hide()
        words = column(
            self.sentence, column(self.person, self.about, spacing=0), self.over, self.to_do, spacing=SPACE_S
        )
        self.add(row(wide(words), self.open_button, spacing=SPACE_L))
        self.sign_in = SignInRow(context)
        self.add(self.sign_in)
        self.body.setSpacing(SPACE_L)
        self._holder = QVBoxLayout()
        self.body.addLayout(self._holder, 1)
        self._inside: QWidget | None = None
        self.parts: dict[str, Table] = {}
        self.steps: list[tuple[str, str, str]] = []
        self._link = ""

    def show_message(self, heading: str, text: str) -> None:
        """Say something in place of a record."""
        self._link, self.parts, self.steps = "", {}, []
        self.sign_in.hide()
        self._show_head(heading, text)
        self._put(QWidget())

    def show_error(self, error: PsconnectError) -> None:
        """Say why the record can't be explained."""
        self.show_message(word(error).title, word(error, window=True).text)

    def show_record(self, name: str, explained: Explained) -> None:
        """Show a record of a connection."""
        found, now = explained.explanation, self._context.now()
        self._link, self.parts = found.link, {}
        self.steps = [(translated(step.name), _OUTCOMES[step.outcome][0], step.text) for step in found.steps]
        to_do = tr("What to do: {action}", action=with_way(found.to_do)) if found.to_do else ""
        self._show_head(shown(found.sentence), _about(found), to_do, shown(found.over), _line(found.title))
        self.sign_in.show_person(name, found.entity, found.key, explained.sign_in)
        way = tr("The way through the last run, {when}", when=moment(explained.run.started, now))
        parts: list[QWidget | int] = [Label(way, "heading"), _steps(found.steps)]
        parts += self._missing(found)
        parts += self._now(found)
        parts += self._over_time(found.happenings, now)
        inside = column(*parts, 1, spacing=SPACE_M)
        inside.setContentsMargins(0, 0, SPACE_M, 0)
        self._put(inside)

    def _show_head(self, sentence: str, about: str, to_do: str = "", over: str = "", person: str = "") -> None:
        self.sentence.setText(sentence)
        self.person.setText(person)
        self.person.setVisible(bool(person))
        self.about.setText(about)
        self.over.setText(over)
        self.over.setVisible(bool(over))
        self.to_do.setText(to_do)
        self.to_do.setVisible(bool(to_do))
        self.open_button.setVisible(bool(self._link))

    def _put(self, inside: QWidget) -> None:
        if self._inside is not None:
            self._inside.hide()
            self._holder.removeWidget(self._inside)
            self._inside.deleteLater()
        area = Scrolling(inside, tr("The record"))
        area.setProperty("look", "clear")
        self._inside = area
        self._holder.addWidget(area, 1)
        area.show()
        area.fit()

    def _open(self) -> None:
        self._context.open_url(self._link)

    def _missing(self, found: Explanation) -> list[QWidget]:
        if not found.missing:
            return []
        model = RowsModel([tr("Not delivered"), tr("Because")], parent=self)
        model.show_rows([[Cell(_line(one.title)), Cell(one.because, state="muted")] for one in found.missing])
        heading = counted(len(found.missing), "1 enrollment not delivered", "{count} enrollments not delivered")
        return self._part("missing", heading, Table(model, heading, [0, 0]))

    def _over_time(self, happenings: tuple[Happening, ...], now: datetime) -> list[QWidget]:
        heading = tr("Over time")
        if not happenings:
            return [Label(heading, "heading"), Label(tr("No run has changed it."), "muted")]
        rows: list[list[Cell]] = []
        runs: list[str] = []
        for one in happenings:
            added = _happening(one, now)
            rows += added
            runs += [one.run_id] * len(added)
        model = RowsModel([tr("When"), tr("What"), tr("Before"), tr("After")], parent=self)
        model.show_rows(rows)
        table = Table(
            model, tr("Its changes by run"), [132, 0, 0, 0], on_open=lambda place: self._open_run(runs[place])
        )
        for place in (_BEFORE, _AFTER):
            table.setColumnHidden(place, not any(row[place].text for row in rows))
        note = Label(tr("Press Enter, or double-click a line, to open its run."), "help")
        return [*self._part("over-time", heading, table), note]

    def _now(self, found: Explanation) -> list[QWidget]:
        """What stands in the other system, beside what the newest run read; what differs is coloured."""
        read, now = dict(found.values), dict(found.now)
        stands = found.delivered
        heading = tr("In the other system now") if stands or not now else tr("In the other system until it was removed")
        if not now:
            heading = tr("In the other system now: nothing")
        model = RowsModel(
            [tr("Attribute"), tr("There now") if stands else tr("Was there"), tr("Read last")], parent=self
        )
        model.show_rows(
            [
                [
                    Cell(name),
                    _value(now.get(name, ""), "" if now else "muted"),
                    _value(value, "warning" if now and value != now.get(name, "") else "muted"),
                ]
                for name, value in read.items()
                if value or now.get(name)
            ]
        )
        table = Table(model, heading, [150, 0, 0])
        table.setColumnHidden(1, not now)
        return self._part("values", heading, table)

    def _part(self, key: str, heading: str, table: Table) -> list[QWidget]:
        table.verticalHeader().setDefaultSectionSize(_ROW)
        table.fit_rows()
        self.parts[key] = table
        return [Label(heading, "heading"), table]


def _about(found: Explanation) -> str:
    """What tells a person from another of the same name: ``Student 204018 · grade 3 · Riverside Elementary``."""
    kind = record_kind(found.entity)
    parts = [
        tr("{kind} {number}", kind=kind, number=shown(found.number)) if found.number else kind,
        tr("grade {grade}", grade=shown(found.grade)) if found.grade else "",
        ", ".join(_line(school) for school in found.schools[:_MOST_SCHOOLS]),
        tr("delivered as {id}", id=shown(found.sourced_id)),
    ]
    return " · ".join(filter(None, parts))


def _steps(steps: tuple[ExplainedStep, ...]) -> QWidget:
    parts: list[QWidget | int] = []
    for place, step in enumerate(steps):
        text, colour = _OUTCOMES[step.outcome]
        word = translated(text)
        chip = Chip(word, colour)
        chip.setAccessibleName(tr("{step}: {outcome}", step=translated(step.name), outcome=word))
        parts += [line()] if place else []
        parts.append(column(row(wide(Label(translated(step.name), "strong")), chip), *_compared(step), spacing=0))
    return column(*parts, spacing=SPACE_S)


def _compared(step: ExplainedStep) -> list[QWidget | int]:
    """The value at the left, the rule at the right, and below them what is said about it."""
    text = Label(step.text, "muted" if step.outcome == "not reached" else "body")
    found: list[QWidget | int] = [text] if step.text else []
    if not (step.value or step.rule):
        return found
    value, rule = Label(shown(step.value or step.text)), Label(shown(step.rule), "muted")
    rule.setAlignment(Qt.AlignmentFlag.AlignRight)
    return [row(wide(value), wide(rule)), *(found if step.value else [])]


def _happening(one: Happening, now: datetime) -> list[list[Cell]]:
    """One line for the change, and below it one per attribute that an update changed."""
    if one.done:
        what = translated(_DONE[one.action])
    elif one.state in WAITING:
        what = tr("{what}, waits", what=translated(_WOULD[one.action]))
    else:
        what = tr("{what}; {state}", what=translated(_WOULD[one.action]), state=state_word(one.state).lower())
    colour = {"create": "good", "remove": "bad"}.get(one.action, "") if one.done else "muted"
    first = [
        Cell(moment(one.when, now), tip=exact(one.when)),
        Cell(what, state=colour, strong=True),
        Cell(""),
        Cell(""),
    ]
    if one.action != "update":
        return [first]
    return [first, *(_difference(*difference) for difference in one.differences)]


def _difference(name: str, before: str, after: str) -> list[Cell]:
    return [
        Cell(""),
        Cell(name),
        Cell(_line(before) or tr("none"), state="bad" if before else "muted"),
        Cell(_line(after) or tr("none"), state="good" if after else "muted"),
    ]


def _value(text: str, state: str) -> Cell:
    return Cell(_line(text) or tr("none"), state=state if text else "muted")


def _line(text: str) -> str:
    return " ".join(shown(text).split())
