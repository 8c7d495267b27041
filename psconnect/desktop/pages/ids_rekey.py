"""The re-key assistant: choose how ids are made, see who gets which id, then confirm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from psconnect.desktop.bridge import BridgeTask
from psconnect.desktop.context import PageContext
from psconnect.desktop.pages import ids_words as words
from psconnect.desktop.pages.ids_choices import IdChoices
from psconnect.desktop.pages.ids_plan import NewIds, ask_for_list, ask_where
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M
from psconnect.desktop.widgets.banner import Action, Banner
from psconnect.desktop.widgets.button import danger, secondary
from psconnect.desktop.widgets.card import Card, column, row, wide
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.pages.plugin import FILE_NAME
from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.errors import PsconnectError
from psconnect.model.events import OnEvent, RunEvent
from psconnect.service import IdsNow, PluginPackage, RekeyPlan
from psconnect.wording.errors import word

_NO_ACCESS = "PSC-ACCESS-"
_WorkedOut = tuple[RekeyPlan, list[tuple[str, str, str, str]]]
"""A plan, and the lines of its table (words.plan_rows), which take a while for a large district."""


class RekeyCard(Card):
    """The assistant for one connection at a time; ``on_done`` is told in a sentence what was stored.

    ``on_turn`` is called when it is begun or left, because the page shows nothing else beside it, and when the card
    gets another height.
    """

    def __init__(self, context: PageContext, on_done: Callable[[str], object], on_turn: Callable[[], object]) -> None:
        super().__init__(tr("Make ids of something else (re-key)"))
        self._context, self._on_done, self._on_turn = context, on_done, on_turn
        self._now: IdsNow | None = None
        self._why_not, self._working = "", False
        self._task: BridgeTask | None = None
        self._asked = 0
        self.plan: RekeyPlan | None = None
        self.body.setSpacing(SPACE_M)
        about = tr(
            "The assistant lets ids be made of another number, or with another prefix. You see who gets which id "
            "before anything is stored. The records at the other system are changed; none is removed and created again."
        )
        self.begin_button = secondary(tr("Choose other ids …"), self._begin)
        self._asking = row(wide(Label(about, "muted")), self.begin_button, spacing=SPACE_L)
        self.add(self._asking)
        self.choices = IdChoices(self._changed, self._work_out)
        self.work_out_button = secondary(tr("Work out the new ids"), self._work_out)
        self.progress = Label("", "muted")
        self.stop_button = secondary(tr("Stop"), self._stop)
        self.stop_button.setAccessibleName(tr("Stop working out the new ids"))
        self.leave_button = secondary(tr("Leave ids as they are"), self.leave)
        note = tr("The DCID is PowerSchool’s own number of a record: it never changes and is never given twice.")
        self._choosing = column(
            Label(note, "muted"),
            self.choices,
            row(wide(self.progress), self.stop_button, self.leave_button, self.work_out_button),
            spacing=SPACE_M,
        )
        self.add(self._choosing)
        self._choosing.hide()
        self._lay_out_plan()
        self.told = Banner()
        self.add(self.told)

    def _lay_out_plan(self) -> None:
        self.new_ids = NewIds(self._enable)
        self.back_button = secondary(tr("Change the choices"), self._choose_again)
        self.save_button = secondary(tr("Save the list …"), self._ask_for_list, symbol="save")
        self.save_button.setAccessibleName(tr("Save the list from old to new ids"))
        self.store_button = danger("", self._store)
        self._deciding = column(
            self.new_ids,
            row(self.back_button, 1, self.save_button, self.store_button),
            spacing=SPACE_M,
        )
        self.add(self._deciding)
        self._deciding.hide()

    def show_now(self, now: IdsNow) -> None:
        """Show how ids are made; what was chosen for exactly these settings stays."""
        same = self._now is not None and (now.connection, now.adopted) == (self._now.connection, self._now.adopted)
        self._now = now
        if not same:
            self._drop()
            self.choices.show_now(now)
            self._show_part(self._asking)
        self._enable()

    @property
    def begun(self) -> bool:
        """Whether somebody is choosing or deciding."""
        return not self._asking.isVisibleTo(self)

    def leave(self) -> None:
        """Leave ids as they are, whatever was chosen."""
        had_focus = self.window().focusWidget() is self.leave_button
        self._drop()
        if self._now:
            self.choices.show_now(self._now)
        self._show_part(self._asking)
        self._enable()
        if had_focus:
            self.begin_button.setFocus()

    def set_busy(self, because: str) -> None:
        """Switch everything that reads or stores off, with the reason; an empty text switches it on."""
        self._why_not = because
        self._enable()

    def _begin(self) -> None:
        self._show_part(self._choosing)
        self._enable()
        self.choices.first().setFocus()

    def _show_part(self, shown: QWidget) -> None:
        for part in (self._asking, self._choosing, self._deciding):
            part.setVisible(part is shown)
        self._on_turn()

    # --- working out -----------------------------------------------------------------------------------------------

    def _changed(self) -> None:
        self.choices.show_error(None)
        self.told.hide()
        self._enable()

    def _work_out(self) -> None:
        wishes, now = self.choices.wishes(), self._now
        if wishes is None or now is None or self._why_not or self._working:
            return
        self._drop()
        self._working = True
        name, service, asked = now.connection.name, self._context.service, self._asked
        self.progress.setText(words.reading_in_words("", 0, None))

        def work(on_event: OnEvent, cancel: CancelToken) -> _WorkedOut:
            plan = service.rekey_plan(name, wishes, on_event=on_event, cancel=cancel)
            return plan, words.plan_rows(plan)

        self._task = self._context.bridge.run(
            work,
            partial(self._news, asked),
            partial(self._planned, asked),
            partial(self._refused, asked),
            on_cancelled=partial(self._stopped, asked),
            owner=self,
        )
        self._enable()
        self.stop_button.setFocus()

    def _stop(self) -> None:
        if self._task:
            self.progress.setText(tr("Stopping …"))
            self._task.cancel.cancel()

    def _news(self, asked: int, events: list[RunEvent]) -> None:
        if asked == self._asked and self._task and not self._task.cancel.cancelled:
            last = events[-1]
            self.progress.setText(words.reading_in_words(last.entity, last.done, last.total))

    def _planned(self, asked: int, worked_out: _WorkedOut) -> None:
        if asked != self._asked:
            return
        self._end()
        plan, rows = worked_out
        self.plan = plan
        self.new_ids.show_plan(plan, rows)
        self.save_button.setVisible(bool(plan.changes))
        dangerous = words.is_dangerous(plan)
        self.store_button.setText(tr("Give the new ids") if dangerous else tr("Make ids like this"))
        self._show_part(self._deciding)
        self._enable()
        if self.isVisible():
            self.back_button.setFocus()

    def _refused(self, asked: int, error: PsconnectError) -> None:
        if asked != self._asked:
            return
        self._end()
        if self.choices.show_error(error):
            return
        text = word(error, window=True).text
        actions: list[Action] = []
        if error.code.startswith(_NO_ACCESS):
            actions.append((tr("Save the plugin for it …"), self._ask_for_plugin))
        self._tell(text, "bad", actions)

    def _stopped(self, asked: int) -> None:
        if asked == self._asked:
            self._end()
            self._tell(tr("Stopped. Nothing was stored."))

    def _end(self) -> None:
        """End the work, however it went."""
        had_focus = self.window().focusWidget() is self.stop_button
        self._task, self._working = None, False
        self.progress.setText("")
        self._enable()
        if had_focus:
            self.work_out_button.setFocus()

    def _drop(self) -> None:
        """Drop the plan, and stop working it out."""
        if self._task:
            self._task.cancel.cancel()
        self._asked += 1
        self.plan, self._task, self._working = None, None, False
        self.progress.setText("")
        self.told.hide()

    def _choose_again(self) -> None:
        self._drop()
        self._show_part(self._choosing)
        self._enable()
        self.choices.first().setFocus()

    # --- deciding --------------------------------------------------------------------------------------------------

    def _store(self) -> None:
        plan, now = self.plan, self._now
        if plan is None or now is None or not self.store_button.isEnabled():
            return
        name, service, asked = now.connection.name, self._context.service, self._asked
        self._working = True
        self._enable()
        self._context.bridge.call(
            lambda: service.rekey(name, plan),
            partial(self._done, asked, plan),
            partial(self._not_done, asked),
            owner=self,
        )

    def _done(self, asked: int, plan: RekeyPlan, _stored: Connection) -> None:
        if asked == self._asked:
            self.leave()
            self._on_done(words.rekeyed_in_words(plan))

    def _not_done(self, asked: int, error: PsconnectError) -> None:
        if asked == self._asked:
            self._working = False
            self._enable()
            self._tell_error(error)
            if self.isVisible():
                self.back_button.setFocus()

    def _tell(self, text: str, state: str = "accent", actions: Sequence[Action] = ()) -> None:
        self.told.tell(text, state, actions)
        self._on_turn()

    def _tell_error(self, error: PsconnectError) -> None:
        self._tell(word(error, window=True).text, "bad")

    def _ask_for_list(self) -> None:
        if self._now is not None:
            ask_for_list(self, self._now.connection.name, self.save_list)

    def save_list(self, path: Path) -> None:
        """Write the list from old to new ids that was worked out."""
        plan, service = self.plan, self._context.service
        if plan is not None:
            self._context.bridge.call(
                lambda: service.write_rekey_plan(plan, path),
                lambda _none: self._saved(tr("The list is in {path}", path=path), path),
                self._tell_error,
                owner=self,
            )

    def _ask_for_plugin(self) -> None:
        self.told.show()  # what is wrong stays to be read
        ask_where(self, tr("Save the plugin"), FILE_NAME, tr("Plugin (*.zip)"), self.save_plugin)

    def save_plugin(self, path: Path) -> None:
        """Write the plugin that may read the numbers chosen."""
        wishes, now, service = self.choices.wishes(), self._now, self._context.service
        if wishes is None or now is None:
            return

        def work() -> PluginPackage:
            return service.save_plugin(service.rekeyed(now.connection.name, wishes), path)

        self._context.bridge.call(work, lambda package: self._plugin_saved(package, path), self._tell_error, owner=self)

    def _plugin_saved(self, package: PluginPackage, path: Path) -> None:
        text = tr(
            "Plugin {version} is in {path}. Install it in PowerSchool in place of the one that is there, enable it, "
            "then work the new ids out again.",
            version=package.version,
            path=path,
        )
        self._saved(text, path)

    def _saved(self, text: str, path: Path) -> None:
        show = partial(self._context.open_url, path.parent.as_uri())
        self._tell(text, "good", [(tr("Open folder"), show)])

    def _enable(self) -> None:
        """Enable the buttons that apply now."""
        nothing = self.choices.wishes() is None
        able = not self._why_not and not self._working
        self.work_out_button.setEnabled(able and not nothing)
        self.work_out_button.setToolTip(
            self._why_not or (tr("Choose something else than now first") if nothing else "")
        )
        self.begin_button.setEnabled(able)
        self.begin_button.setToolTip(self._why_not)
        self.choices.setEnabled(not self._working)
        self.stop_button.setVisible(self._task is not None)
        self.leave_button.setVisible(self._task is None)
        ticked = self.new_ids.tick.isChecked() or self.plan is None or not words.is_dangerous(self.plan)
        self.store_button.setEnabled(able and ticked)
        self.store_button.setToolTip(self._why_not or ("" if ticked else tr("Tick the line above first")))
        for button in (self.back_button, self.save_button):
            button.setEnabled(not self._working)
