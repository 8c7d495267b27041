"""One connection on the start page: how it is, what it did last, and what one does next."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.in_use import switch_use
from psconnect.desktop.pages.failure import run_again, settings_page
from psconnect.desktop.pages.mending import ways_to_mend
from psconnect.desktop.sentences import headline, went
from psconnect.desktop.text import ago, exact, moment, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.banner import Action
from psconnect.desktop.widgets.button import Button, NameButton, secondary
from psconnect.desktop.widgets.card import Card, column, row, wide
from psconnect.desktop.widgets.chip import Chip, state_of_connection
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.desktop.widgets.sparkline import Sparkline
from psconnect.desktop.wizard.findable import NOTICES
from psconnect.model.news import NewsOfSource
from psconnect.model.runs import APPLIED, WAITING, WORKING, Run
from psconnect.model.schedule_state import ScheduleState
from psconnect.service import ConnectionState
from psconnect.wording.errors import word
from psconnect.wording.news import news_in_words
from psconnect.wording.next_run import NextRun, next_run

_BUTTON_WIDTH, _WHEN_WIDTH, _LEAST = 140, 216, 320


class ConnectionCard(Card):
    """One connection; ``set_first`` makes its main button the filled one of the page.

    ``mail`` says what of its notices could not be sent.
    """

    def __init__(
        self,
        context: PageContext,
        state: ConnectionState,
        runs: list[Run],
        news: NewsOfSource | None = None,
        mail: str = "",
    ) -> None:
        super().__init__()
        self._context, self._state, self._news, self._first = context, state, news, False
        self._mending: list[Action] = []
        self._mail = mail
        name = self.name = state.connection.name
        self.setAccessibleName(name)
        self._chip = Chip()
        opens = partial(context.go.overview, name)
        self.name_button = NameButton(name, opens, name=tr("Open {name}", name=name))
        self._sparkline = Sparkline()
        self._sparkline.show_runs(runs)
        if not runs:
            self._sparkline.hide()
        self._when, self._what, self.news = Label("", "strong"), Label("", "muted"), Label("", "muted")
        self.trouble = Label("", "muted")
        self.trouble.set_state("warning")
        self._success, self.next = ElidedLabel("", "body"), Label("…", "body")
        self._next = NextRun("")
        self.mend_button = secondary("", self._mend)
        self.run_button = secondary(tr("Run sync"), self._run, symbol="play")
        self.review_button = secondary(tr("Review"), self._review)
        self.review_button.setAccessibleName(tr("Review the waiting run of {name}", name=name))
        self.again_buttons = [self._named(caption, act) for caption, act in self._ways_out()]
        self.enable_button = self._named(tr("Enable"), self._enable)
        self.notices_button = self._named(tr("Open notices"), partial(context.go.settings, name, NOTICES))
        helping = (*self.again_buttons, self.review_button, self.mend_button, self.notices_button)
        self.controls = (self.name_button, *helping, self.run_button, self.enable_button)
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        words = column(row(self.name_button, self._chip, 1), self._when, self._what, spacing=2)
        when = QWidget()
        grid = QGridLayout(when)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_S)
        grid.setVerticalSpacing(SPACE_XS)
        for place, (text, label) in enumerate(((tr("Last success"), self._success), (tr("Next run"), self.next))):
            grid.addWidget(Label(text, "help", wrap=False), place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label, place, 1)
        grid.setColumnStretch(1, 1)
        when.setFixedWidth(_WHEN_WIDTH)
        self._buttons = QWidget()
        self._button_row = QBoxLayout(QBoxLayout.Direction.TopToBottom, self._buttons)
        self._button_row.setContentsMargins(0, 0, 0, 0)
        self._button_row.setSpacing(SPACE_S)
        for button in self.controls[1:]:
            button.setMinimumWidth(_BUTTON_WIDTH)
            self._button_row.addWidget(button)
        self._whole = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._whole.setSpacing(SPACE_L)
        self.body.addLayout(self._whole)
        self._whole.addWidget(wide(words), 1)
        self._side = row(self._sparkline, when, spacing=SPACE_L)
        self._whole.addWidget(self._side, 0, Qt.AlignmentFlag.AlignVCenter)
        self._whole.addWidget(self._buttons, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addWidget(self.trouble)
        self.body.addWidget(self.news)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Narrow enough for any window: before it gets so narrow, the parts go below each other."""
        return QSize(_LEAST, super().minimumSizeHint().height())

    def set_narrow(self, *, narrow: bool) -> None:
        """In a narrow window the last success and the buttons stand below the words; below long ones always."""
        narrow = narrow or self._state.trouble is not None
        directions = QBoxLayout.Direction
        self._whole.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
        self._button_row.setDirection(directions.LeftToRight if narrow else directions.TopToBottom)
        side = Qt.AlignmentFlag.AlignLeft if narrow else Qt.AlignmentFlag.AlignVCenter
        for part in (self._side, self._buttons):
            self._whole.setAlignment(part, side)

    @property
    def disabled(self) -> bool:
        """Whether nothing runs, because somebody wants it so."""
        return self._state.connection.disabled

    @property
    def needs_you(self) -> bool:
        """Whether somebody has to do something before it goes on."""
        if self._state.connection.disabled:
            return False
        troubles = (self._state.trouble, self._next.trouble, self._mail)
        return any(troubles) or _needs_you(self._state.last_run)

    @property
    def summary(self) -> str:
        """The sentence about the last run."""
        return self._what.text()

    def show_schedule(self, schedule: ScheduleState | None) -> None:
        """Show when it runs next by itself; None while that is not known."""
        if schedule is None:
            return
        connection = self._state.connection
        found = next_run(schedule, self._context.now(), disabled=connection.disabled)
        proving = self._context.proving.working(connection.name)
        self._next = NextRun(tr("Being tried …")) if proving else found
        self.next.setText(self._next.text)
        self.next.setToolTip("" if self._next.trouble or not found.at else exact(found.at))
        self.next.set_state("warning" if self._next.trouble else "")
        self._mending = ways_to_mend(self._context, connection.name, self._next)
        self.refresh()

    def set_first(self, *, first: bool) -> None:
        """Make its main button the filled one of the page, or not."""
        self._first = first
        self.refresh()

    def refresh(self) -> None:
        """Update the state when a run starts, moves on or ends."""
        state, now = self._state, self._context.now()
        name, run, trouble = state.connection.name, state.last_run, state.trouble
        active = self._context.runs.of(name)
        working = active is not None and not active.ended
        self._chip.show_state(*state_of_connection(state, working=working))
        success = state.last_success
        self._success.setText(_capital(moment(success.ended or success.started, now)) if success else tr("None yet"))
        self._success.set_tip(exact(success.started) if success else "")
        self._when.setText(word(trouble).title if trouble else _headline(run))
        self._what.setText(word(trouble, window=True).text if trouble else self._detail(run))
        if active and working:
            self._when.setText(tr("Running now"))
            self._what.setText(tr("{percent} % done", percent=round(active.progress.share * 100)))
        self._what.setVisible(bool(self._what.text()))
        told = news_in_words(self._news, now) if self._news and not working and not state.connection.disabled else ""
        self.news.setText(told)
        self.news.setVisible(bool(told))
        wrong = "" if self.disabled else "\n".join(filter(None, (self._next.trouble, self._mail)))
        self.trouble.setText(wrong)
        self.trouble.setVisible(bool(wrong))
        self._show_buttons(run, working=working)

    def _show_buttons(self, run: Run | None, *, working: bool) -> None:
        name, disabled = self._state.connection.name, self._state.connection.disabled
        self.review_button.setVisible(run is not None and not working and not disabled and run.state in WAITING)
        self.run_button.setText(tr("Show run") if working else tr("Run sync"))
        spoken = tr("Show the run of {name}", name=name) if working else tr("Run sync of {name}", name=name)
        self.run_button.setAccessibleName(spoken)
        # A run can't use damaged data: the way out takes the place of the run button.
        self.run_button.setVisible(working or (self._state.trouble is None and not disabled))
        self.enable_button.setVisible(disabled and not working)
        for button in self.again_buttons:
            button.setVisible(not working and not disabled)
        self.notices_button.setVisible(bool(self._mail) and not working and not disabled)
        mends = bool(self._mending) and not working
        self.mend_button.setVisible(mends)
        if mends:
            self.mend_button.setText(self._mending[0][0])
            self.mend_button.setAccessibleName(tr("{what}: {name}", what=self._mending[0][0], name=name))
        shown = [button for button in self.controls[1:] if not button.isHidden()]
        for button in shown:
            button.set_look("primary" if self._first and button is shown[0] else "secondary")

    def _detail(self, run: Run | None) -> str:
        now = self._context.now()
        if self._state.connection.disabled:
            return tr("Everything is kept, nothing runs.")
        if run is None:
            return tr("The first run reads everything, then waits for your approval.")
        when = _capital(moment(run.started, now))
        if run.state == "failed" and not run.in_part:
            before = self._state.last_success
            still = tr("{when}. Nothing was delivered.", when=when)
            if before is None:
                return still
            last = moment(before.ended or before.started, now)
            return tr("{when}. What was delivered {last} still stands.", when=when, last=last)
        if run.state in APPLIED:
            return tr("{when}, {took}", when=_capital(ago(run.ended or run.started, now)), took=_found(run))
        return when

    def _ways_out(self) -> list[Action]:
        """What helps after damage or a failure, before running again."""
        name, run, trouble = self._state.connection.name, self._state.last_run, self._state.trouble
        if trouble:
            return self._context.ways_out(trouble.code, name)
        if run is None or run.state != "failed" or not run.error:
            return []
        step, caption = settings_page(run.error["code"])
        if step:
            return [(caption, partial(self._context.go.settings, name, step))]
        return [(tr("Run again"), partial(run_again, self._context, name, run))]

    def _enable(self) -> None:
        switch_use(self._context, self._state.connection.name, disabled=False, owner=self)

    def _mend(self) -> None:
        self._mending[0][1]()

    def _named(self, caption: str, act: Callable[[], object]) -> Button:
        button = secondary(caption, act)
        button.setAccessibleName(tr("{what}: {name}", what=caption, name=self._state.connection.name))
        return button

    def _run(self) -> None:
        name = self._state.connection.name
        go = self._context.go
        (go.running if self._context.runs.working(name) else go.sync)(name)

    def _review(self) -> None:
        if self._state.last_run:
            self._context.go.review(self._state.connection.name, self._state.last_run.id)


def _needs_you(run: Run | None) -> bool:
    """Whether the run leaves something for somebody to do."""
    if run is None:
        return True
    return run.state not in (*APPLIED, *WORKING) or bool(run.refused)


def _headline(run: Run | None) -> str:
    if run is None:
        return tr("Not run yet")
    return went(run).removesuffix(".") if run.state in APPLIED else headline(run)


def _found(run: Run) -> str:
    problems = sum(run.problems.values())
    return tr("{count} findings", count=problems) if problems else tr("no findings")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
