"""Adopting ids from a list: what the list would do is shown row by row before anything is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QFileDialog

from psconnect.desktop.context import PageContext
from psconnect.desktop.pages import ids_words as words
from psconnect.desktop.text import counted, entity_label, number, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M, SPACE_S
from psconnect.desktop.widgets.banner import Action, Banner
from psconnect.desktop.widgets.button import Button, primary, secondary
from psconnect.desktop.widgets.card import Card, column, row, wide
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.model.errors import PsconnectError
from psconnect.service import AdoptionPreview, IdsNow
from psconnect.wording.errors import word
from psconnect.wording.ids import ADOPTION_OUTCOMES, adoption_word

_KIND_WIDTH, _ROW = 240, 28
_MOST_ROWS, _MOST_HIGH = 200, 7
_RECORD, _NOW, _BECAUSE = 2, 3, 4
_OLD = "PSC-ADOPT-OLD"


class AdoptCard(Card):
    """The adoption of one connection's ids; ``on_done`` is told in a sentence what was stored.

    ``on_turn`` is called when a list is taken up or put away, because the page shows nothing else beside one, and when
    the card gets another height.
    """

    def __init__(self, context: PageContext, on_done: Callable[[str], object], on_turn: Callable[[], object]) -> None:
        super().__init__(tr("Adopt ids from a file"))
        self._context, self._on_done, self._on_turn = context, on_done, on_turn
        self._now: IdsNow | None = None
        self._path: Path | None = None
        self._why_not, self._asked, self._working = "", 0, False
        self._from_choosing = False
        self.preview: AdoptionPreview | None = None
        self.body.setSpacing(SPACE_M)
        about = tr(
            "Your records get the ids of accounts that the other system has already, so that no second ones are made. "
            "Export a list there as CSV, with a column id and at least one of dcid, number, username, email. You see "
            "first what it would do."
        )
        self.choose_button = secondary(tr("Adopt ids from a file …"), self._ask_for_file, symbol="folder")
        self.why = Label("", "help")
        self._asking = column(row(wide(Label(about, "muted")), self.choose_button, spacing=SPACE_L), self.why)
        self.add(self._asking)
        self.kind = QComboBox()
        for kind in words.KINDS_OF_IDS:
            self.kind.addItem(entity_label(kind), kind)
        self.kind.setMaximumWidth(_KIND_WIDTH)
        self.kind.activated.connect(lambda _place: self._compare())
        self.told = Banner()
        self._lay_out_preview()
        self.add(self.told)

    def _lay_out_preview(self) -> None:
        self.sentence, self.unused, self.note = Label("", "strong"), Label("", "help"), Label("", "help")
        self.pills = {one: Button("", partial(self._show_rows, one), look="pill") for one in ADOPTION_OUTCOMES}
        for pill in self.pills.values():
            pill.setCheckable(True)
        kind_row = FormRow(tr("Whose ids the file has"), self.kind)
        headers = [tr("Line"), tr("Id in the file"), tr("Record"), tr("Its id now"), tr("Not taken, because")]
        self._model = RowsModel(headers, frozenset({0}), self)
        self.table = Table(self._model, tr("Rows of the file"), [60, 150, 0, 120, 0])
        self.table.verticalHeader().setDefaultSectionSize(_ROW)
        self.warning = Banner()
        self.adopt_button = primary("", self._adopt)
        self.drop_button = secondary(tr("Put the file away"), self.forget)
        self._shown = column(
            kind_row,
            self.sentence,
            row(*self.pills.values(), 1, spacing=SPACE_S),
            self.table,
            self.note,
            self.unused,
            self.warning,
            row(1, self.drop_button, self.adopt_button),
            spacing=SPACE_M,
        )
        self.add(self._shown)
        self._shown.hide()

    def show_now(self, now: IdsNow) -> None:
        """Take the connection; what was compared for another one is dropped."""
        if self._now is None or now.connection.name != self._now.connection.name:
            self._now = now
            self.forget()
        self._now = now
        self._enable()

    def set_busy(self, because: str) -> None:
        """Switch everything that stores or compares off, with the reason; an empty text switches it on."""
        self._why_not = because
        self._enable()

    def forget(self) -> None:
        """Put the list away."""
        inside = (self.kind, *self.pills.values(), self.table, self.drop_button, self.adopt_button)
        had_focus = self.window().focusWidget() in inside
        self.preview, self._path, self._working = None, None, False
        self._asked += 1
        self.told.hide()
        self._show_part(taken_up=False)
        self._enable()
        if had_focus:
            self.choose_button.setFocus()

    @property
    def taken_up(self) -> bool:
        """Whether a list is open."""
        return self._shown.isVisibleTo(self)

    def _show_part(self, *, taken_up: bool) -> None:
        self._asking.setVisible(not taken_up)
        self._shown.setVisible(taken_up)
        self._on_turn()

    def compare(self, path: Path) -> None:
        """Compare a list with what the newest run read, and show what it would do."""
        self._path = path
        self._compare()

    def _ask_for_file(self) -> None:
        dialog = QFileDialog(self, tr("Choose the list of ids"), str(Path.home()), tr("List (*.csv *.txt *.tsv)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.compare(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _compare(self) -> None:
        if self._now is None or self._path is None or self._reason():
            return
        self.preview = None
        self._asked += 1
        self._working = True
        name, path, kind = self._now.connection.name, self._path, str(self.kind.currentData())
        service, asked = self._context.service, self._asked
        self._tell(tr("Comparing {file} with what the newest run read …", file=path.name))
        self._from_choosing = self.window().focusWidget() is self.choose_button
        self._enable()
        self._context.bridge.call(
            lambda: service.adoption(name, path, entity=kind),
            partial(self._compared, asked, path),
            partial(self._refused, asked),
            owner=self,
        )

    def _compared(self, asked: int, path: Path, preview: AdoptionPreview) -> None:
        if asked != self._asked:
            return
        self.preview, self._working = preview, False
        self.told.hide()
        self.sentence.setText(words.list_in_words(preview, path.name))
        self.unused.setText(words.unused_in_words(preview))
        self.unused.setVisible(bool(preview.unused))
        for outcome, pill in self.pills.items():
            count = preview.counts[outcome]
            pill.setText(tr("{count} {what}", count=number(count), what=adoption_word(outcome)))
            pill.setAccessibleName(tr("Show only: {what}", what=pill.text()))
            pill.setVisible(bool(count))
        self._show_rows(words.first_shown(preview))
        if preview.warning and preview.changed:
            self.warning.tell(preview.warning, "warning")
        else:
            self.warning.hide()
        self.adopt_button.setText(counted(len(preview.ids), "Adopt 1 id", "Adopt {count} ids"))
        self.adopt_button.setVisible(bool(preview.ids))
        self.table.setVisible(bool(preview.rows))
        self._show_part(taken_up=True)
        self._enable()
        if self.isVisible():
            (self.table if preview.rows else self.drop_button).setFocus()

    def _show_rows(self, outcome: str) -> None:
        if self.preview is None:
            return
        for one, pill in self.pills.items():
            pill.setChecked(one == outcome)
        found = [one for one in self.preview.rows if one.outcome == outcome]
        shown = [words.row_in_words(self.preview, one) for one in found[:_MOST_ROWS]]
        self._model.show_rows(
            [
                [Cell(line, right=True, state="muted"), Cell(sourced_id), Cell(title), Cell(before), Cell(because)]
                for line, sourced_id, title, before, because in shown
            ]
        )
        for place in (_RECORD, _NOW):
            self.table.setColumnHidden(place, outcome != "matched")
        self.table.setColumnHidden(_BECAUSE, outcome == "matched")
        lines = min(len(shown), _MOST_HIGH)
        self.table.setFixedHeight(self.table.horizontalHeader().sizeHint().height() + lines * _ROW + 6)
        more = len(found) > _MOST_ROWS
        self.note.setText(
            tr("The first {shown} of {count} are listed.", shown=number(_MOST_ROWS), count=number(len(found)))
        )
        self.note.setVisible(more)
        self._on_turn()

    def _adopt(self) -> None:
        preview, now = self.preview, self._now
        if preview is None or now is None or self._reason():
            return
        name, service, asked = now.connection.name, self._context.service, self._asked
        self._working = True
        self._enable()
        self._context.bridge.call(
            lambda: service.adopt(name, preview),
            partial(self._adopted, asked, now),
            partial(self._not_adopted, asked),
            owner=self,
        )

    def _adopted(self, asked: int, now: IdsNow, count: int) -> None:
        if asked == self._asked:
            self.forget()
            self._on_done(words.adopted_in_words(count, frozen=now.frozen))

    def _not_adopted(self, asked: int, error: PsconnectError) -> None:
        if asked == self._asked:
            self._working = False
            self._enable()
            again: list[Action] = [(tr("Compare again"), self._compare)] if error.code == _OLD else []
            self._tell(word(error, window=True).text, "bad", again)
            if self.isVisible():
                (self.told.buttons[0] if again else self.drop_button).setFocus()

    def _refused(self, asked: int, error: PsconnectError) -> None:
        if asked == self._asked:
            self._path, self._working = None, False
            self._show_part(taken_up=False)
            self._enable()
            self._tell(word(error, window=True).text, "bad")
            if self._from_choosing and self.isVisible():
                self.choose_button.setFocus()

    def _tell(self, text: str, state: str = "accent", actions: Sequence[Action] = ()) -> None:
        self.told.tell(text, state, actions)
        self._on_turn()

    def _reason(self) -> str:
        """Why nothing can be adopted at this moment; empty where it can."""
        if self._why_not:
            return self._why_not
        if self._now is not None and not self._now.read:
            return tr("A list is compared with what a run has read. Start a sync or a preview first.")
        return ""

    def _enable(self) -> None:
        reason = self._reason()
        for control in (self.choose_button, self.kind, self.adopt_button):
            control.setEnabled(not reason and not self._working)
            control.setToolTip(reason)
        self.drop_button.setEnabled(not self._working)
        # Why nothing can be done while a run works is said once, at the top of the page.
        self.why.setText("" if self._why_not else reason)
        self.why.setVisible(bool(self.why.text()))
