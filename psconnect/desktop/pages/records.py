"""The records behind a figure: exactly those that it counts, each with what became of it."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.models.records import RecordsModel
from psconnect.desktop.text import entity_label, number, tr
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.card import Card
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.widgets.table import Table
from psconnect.model.record_list import Figure
from psconnect.service import FINDABLE, RecordList
from psconnect.wording.catalogue import marked, translated

_TITLES: dict[Figure, str] = {
    "read": marked("{records}: {count} read"),
    "left_out": marked("{records}: {count} left out"),
    "added": marked("{records}: {count} added"),
    "delivered": marked("{records}: {count} delivered"),
    "changed": marked("{records}: {count} changed by the last delivery"),
}


class RecordsPage(ScrollPage):
    """The records behind one figure at a time."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Records"), parent, scrolls=False)
        self._context = context
        self.name = ""
        self.back_button = secondary(tr("Back to the overview"), lambda: context.go.overview(self.name))
        self.buttons.addWidget(self.back_button)
        self.model = RecordsModel(self)
        self.model.failed.connect(self.show_error)
        self.table = Table(self.model, tr("Records"), [0, 92, 170, 0], on_open=self._open)
        self.hint = Label(tr("Press Enter, or double-click a line, to see its way through the last run."), "help")
        card = Card()
        card.add(self.table, 1)
        card.add(self.hint)
        self.body.addWidget(card, 1)

    def load(self, name: str, entity: str, figure: Figure) -> None:
        """Show the records behind a figure."""
        self.name, self.again = name, partial(self.load, name, entity, figure)
        self.set_title(entity_label(entity), name)
        self.show_loading()
        self.hint.setVisible(entity in FINDABLE)
        service = self._context.service
        self.read(self._context.bridge, lambda: service.list_records(name, entity, figure), self._show)

    def leave(self) -> None:
        """The page is hidden: let go of the files, which a run may want to replace."""
        self.begin()
        self.model.show_list(None)

    def _show(self, found: RecordList) -> None:
        self.model.show_list(found)
        records = entity_label(found.entity.key)
        if found.total is None:
            self.set_title(records, self.name)
            text = tr(
                "What the last delivery read is no longer kept, because several runs have read since. The next sync "
                "that delivers makes this list again."
            )
            overview = partial(self._context.go.overview, self.name)
            self.show_message(tr("This list can’t be shown now"), text, [(tr("Open the overview"), overview)])
            return
        title = translated(_TITLES[found.figure], records=records, count=number(found.total))
        self.set_title(title, self.name)
        self.table.selectRow(0)
        self.show_content()
        self.table.setFocus()

    def _open(self, place: int) -> None:
        found = self.model.record(place)
        if found and found.entity in FINDABLE:
            self._context.go.find_record(self.name, found.entity, found.key)
