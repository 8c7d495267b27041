"""What the first run would deliver, worked out from the reading of the set-up that is kept on this computer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout, QWidget

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.text import counted, number, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S
from psconnect.desktop.widgets.button import link
from psconnect.desktop.widgets.card import Card, column, row
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.live import LiveQuestion
from psconnect.desktop.wizard.session import Session
from psconnect.model.errors import PsconnectError
from psconnect.service import EntityDelivery
from psconnect.wording.errors import word

_NOT_KEPT = "PSC-LIVE-NOT-READ"


class FirstRunCard(Card):
    """Counts where PowerSchool was read; otherwise it says that it was not, and offers to."""

    def __init__(self, session: Session, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(tr("The first run would deliver"), parent)
        self._session, self._bridge = session, bridge
        self._question = LiveQuestion(bridge, session, self)
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(SPACE_S)
        grid.setHorizontalSpacing(SPACE_L)
        self.figures: dict[str, Label] = {}
        self._names: dict[str, Label] = {}
        for place, key in enumerate(("students", "staff", "classes", "enrollments")):
            self.figures[key], self._names[key] = Label("", "heading"), Label("", "help")
            grid.addWidget(column(self.figures[key], self._names[key], spacing=0), place // 2, place % 2)
            grid.setColumnStretch(place % 2, 1)
        self._figures = holder
        self.said = Label("", "table")
        self.button = link("", self._press)
        self._act: Callable[[], object] = self._count
        for part in (holder, self.said, row(self.button, 1)):
            self.add(part)
        self._say(tr("Not counted yet: PowerSchool has not been read for this set-up."), tr("Count now"), self._count)

    def enter(self) -> None:
        """The summary was opened: count again with the settings of now."""
        self._session.live.on_news.append(self._news)
        self._ask()

    def leave(self) -> None:
        """It is not seen any more."""
        self._question.stop()
        if self._news in self._session.live.on_news:
            self._session.live.on_news.remove(self._news)

    def _ask(self) -> None:
        self._question.ask(
            lambda live, settings, cancel: live.delivery(settings, cancel),
            self._show,
            self._refused,
            step="summary",
        )

    def _count(self) -> None:
        self._session.live.start(self._bridge, again=True)

    def _news(self) -> None:
        live = self._session.live
        if not live.busy:
            if live.status.state == "cancelled":
                self._say(tr("Not counted: the reading was stopped."), tr("Count now"), self._count)
            else:
                self._ask()
            return
        rows = sum(done for done, _all in live.status.done.values())
        text = counted(rows, "Reading PowerSchool: {count} row so far", "Reading PowerSchool: {count} rows so far")
        self._say(text, tr("Stop"), live.cancel)

    def _refused(self, error: PsconnectError) -> None:
        live = self._session.live
        if error.code == _NOT_KEPT and live.status.error is not None:
            error = live.status.error
        if error.code == _NOT_KEPT:
            self._say(
                tr("Not counted yet: PowerSchool has not been read for these settings."), tr("Count now"), self._count
            )
        else:
            self._say(word(error, window=True).text, tr("Try again"), self._count)

    def _say(self, text: str, action: str, act: Callable[[], object]) -> None:
        self._figures.hide()
        self.said.setText(text)
        self.button.setText(action)
        self.button.show()
        self._act = act

    def _press(self) -> None:
        self._act()

    def _show(self, entities: tuple[EntityDelivery, ...]) -> None:
        counts = {one.entity: one.delivered for one in entities}
        shown = {
            "students": (counts.get("student", 0), counted(counts.get("student", 0), "student", "students")),
            "staff": (counts.get("teacher", 0) + counts.get("admin", 0), tr("staff")),
            "classes": (counts.get("class", 0), counted(counts.get("class", 0), "class", "classes")),
            "enrollments": (
                counts.get("enrollment", 0),
                counted(counts.get("enrollment", 0), "enrollment", "enrollments"),
            ),
        }
        for key, (count, name) in shown.items():
            self.figures[key].setText(number(count))
            self._names[key].setText(name)
        out = sum(sum(one.left_out.values()) for one in entities if one.entity == "student")
        self.said.setText(
            counted(out, "{count} student stays out, by the rules of this set-up.",
                    "{count} students stay out, by the rules of this set-up.")
            if out else tr("No student stays out.")
        )  # fmt: skip
        self.button.hide()
        self._figures.show()
