"""What was disclosed: each delivery with its place and its counts, what the log is and is not, and its export."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.text import entity_label, exact, number, tr
from psconnect.desktop.widgets.banner import Action, Banner
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.card import Card
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.model.disclosures import Disclosure, LogState
from psconnect.model.errors import PsconnectError
from psconnect.model.shown_text import shown
from psconnect.service import slug
from psconnect.wording.disclosures import about_log, event_word, extent_word, log_trouble, not_ferpas_record
from psconnect.wording.errors import word
from psconnect.wording.times import column_moment

_WIDTHS = [150, 184, 0, 84, 88]
_COLOURS = {"in-part": "warning", "unconfirmed": "warning", "listed": "muted", "removed": "muted"}


@dataclass(frozen=True)
class _Loaded:
    entries: list[Disclosure]
    state: LogState


class DisclosuresPage(ScrollPage):
    """The log of one connection at a time, or of all, removed ones included."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("What was disclosed"), parent, scrolls=False)
        self._context = context
        self.name, self._of_all = "", False
        self.back_button = secondary(tr("Back to the history"), lambda: context.go.history(self.name))
        self.all_button = secondary("", self._switch)
        self.export_button = secondary(tr("Export …"), self._export, symbol="save")
        for button in (self.back_button, self.all_button, self.export_button):
            self.buttons.addWidget(button)
        self.trouble, self.outcome = Banner(), Banner()
        self.body.addWidget(self.trouble)
        self.body.addWidget(self.outcome)
        about = Card(tr("What this log is, and what it is not"))
        about.add(Label(about_log(), "table"))
        about.add(Label(not_ferpas_record(), "table"))
        self.body.addWidget(about)
        headings = [tr("When"), tr("What happened"), tr("Where to"), tr("People"), tr("Records")]
        self.model = RowsModel(headings, frozenset({3, 4}), self)
        self.table = Table(self.model, tr("Deliveries, lists and removals, newest first"), _WIDTHS)
        card = Card()
        card.setAccessibleName(tr("Deliveries and removals"))
        card.add(self.table, 1)
        self.detail = Label("", "help")
        card.add(self.detail)
        self.body.addWidget(card, 1)
        self._entries: list[Disclosure] = []
        self.table.selectionModel().currentChanged.connect(lambda *_places: self._show_detail())

    def load(self, name: str) -> None:
        """Show the log of a connection."""
        if name != self.name:
            self._of_all = False
            self.show_loading()
        self.name, self.again = name, partial(self.load, name)
        self.outcome.hide()
        service, wanted = self._context.service, "" if self._of_all else name
        self.read(
            self._context.bridge, lambda: _Loaded(service.disclosures(wanted), service.disclosure_state()), self._show
        )

    def _show(self, loaded: _Loaded) -> None:
        self._entries = loaded.entries
        self.set_title(self.word, tr("All connections, removed ones included") if self._of_all else self.name)
        self.all_button.setText(tr("Only this connection") if self._of_all else tr("All connections"))
        trouble = log_trouble(loaded.state)
        self.trouble.tell(trouble, "warning") if trouble else self.trouble.hide()
        if not loaded.entries and not self._of_all:
            text = tr("Nothing was delivered so far. From the first delivery on, each one is listed here.")
            actions: list[Action] = [
                (tr("Back to the history"), partial(self._context.go.history, self.name)),
                (tr("Show all connections"), self._switch),
            ]
            self.show_message(tr("Nothing was disclosed"), text, actions)
            return
        now = self._context.now()
        self.model.show_rows([_row(one, column_moment(one.at, now), of_all=self._of_all) for one in loaded.entries])
        self.show_content()
        if loaded.entries:
            self.table.selectRow(0)
            self.table.setFocus()
        self._show_detail()

    def _switch(self) -> None:
        self._of_all = not self._of_all
        self.load(self.name)

    def _show_detail(self) -> None:
        """The counts of the current line, kind by kind."""
        place = self.table.currentIndex().row()
        one = self._entries[place] if 0 <= place < len(self._entries) else None
        if one is None or one.records is None:
            self.detail.setText(tr("The records were not counted.") if one else "")
            return
        kinds = [
            tr("{kind} {count}", kind=entity_label(key), count=number(count)) for key, count in one.records.items()
        ]
        self.detail.setText(", ".join(filter(None, [extent_word(one), *kinds])))

    def _export(self) -> None:
        start = str(Path.home() / f"disclosures-{'all' if self._of_all else slug(self.name)}.csv")
        dialog = QFileDialog(self, tr("Save what was disclosed"), start, tr("Table (*.csv)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(lambda chosen: self.export_to(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export_to(self, path: Path) -> None:
        """Write what is shown as a table."""
        service, wanted = self._context.service, "" if self._of_all else self.name
        self._context.bridge.call(
            lambda: service.write_disclosures(path, wanted), self._exported, self._refused, owner=self
        )

    def _exported(self, path: Path) -> None:
        open_it = partial(self._context.open_url, path.as_uri())
        self.outcome.tell(tr("The log is in {path}", path=path), "good", [(tr("Open the file"), open_it)])

    def _refused(self, error: PsconnectError) -> None:
        self.outcome.tell(word(error, window=True).text, "bad")


def _row(one: Disclosure, when: str, *, of_all: bool) -> list[Cell]:
    place = " ".join(shown(one.place or one.kind).split())
    where = tr("{connection}: {place}", connection=one.connection, place=place) if of_all and one.connection else place
    records = None if one.records is None else sum(one.records.values())
    return [
        Cell(when, tip=exact(one.at)),
        Cell(event_word(one.event), state=_COLOURS.get(one.event, "good"), strong=True),
        Cell(where),
        Cell("–" if one.people is None else number(one.people), right=True),
        Cell("–" if records is None else number(records), right=True),
    ]
