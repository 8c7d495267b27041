"""How much of PowerSchool the choices ask for: the total, its parts, and on request every field."""

from __future__ import annotations

from collections import Counter

from psconnect.desktop.text import counted, number, tr
from psconnect.desktop.theme.tokens import SPACE_XL, SPACE_XS
from psconnect.desktop.widgets.button import link
from psconnect.desktop.widgets.card import Card, column, row, wide
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.model.access import AccessList
from psconnect.model.errors import PsconnectError
from psconnect.wording.access import access_heading, access_reason
from psconnect.wording.errors import word

_MOST_ROWS = 9


class AccessStrip(Card):
    """Call ``show_access`` or ``show_error``; until then it says that it counts."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("What psconnect may read"))
        self.total = Label("", "figure", wrap=False)
        self.least = Label(tr("The least these choices need"), "help", wrap=False)
        self.parts = Label("", "help")
        self.open_button = link(tr("See every field"), self._toggle)
        self._model = RowsModel([tr("Field"), tr("What for")], parent=self)
        self.table = Table(self._model, tr("Every field that the plugin asks for"), [320, 0])
        self.table.hide()
        self._rows: list[list[Cell]] = []
        words = column(self.total, self.least, spacing=SPACE_XS)
        self.add(row(words, wide(self.parts), self.open_button, spacing=SPACE_XL))
        self.add(self.table)
        self.show_counting()

    def show_counting(self) -> None:
        """Say that it counts, unless it shows figures that are about to change."""
        if not self._rows:
            self.total.setText(tr("Counting …"))
            self.open_button.setEnabled(False)

    def show_access(self, access: AccessList) -> None:
        """Show the plugin's list."""
        tables = {one.table for one in access.fields}
        fields = counted(len(access.fields), "{count} field", "{count} fields")
        self.total.setText(
            counted(len(tables), "{fields} in {count} table", "{fields} in {count} tables", fields=fields)
        )
        self.total.set_state("")
        self.least.show()
        groups = Counter(one.group for one in access.fields)
        self.parts.setText(
            # A figure stays with the first word of its name; a long name may go on in the next line.
            tr(" · ").join(f"{number(count)}\u00a0{access_heading(group)}" for group, count in groups.items())
        )
        self._rows = [[Cell(one.name), Cell(access_reason(one))] for one in access.fields]
        self.open_button.setEnabled(True)
        if self.table.isVisibleTo(self):
            self._model.show_rows(self._rows)

    def show_error(self, error: PsconnectError) -> None:
        """Say why there is no figure."""
        self.total.setText(tr("Not counted"))
        self.total.set_state("warning")
        self.least.hide()
        self.parts.setText(word(error, window=True).text)
        self._rows = []
        self.open_button.setEnabled(False)
        self.table.hide()

    def _toggle(self) -> None:
        opened = not self.table.isVisibleTo(self)
        if opened:
            self._model.show_rows(self._rows)
            head = self.table.horizontalHeader().sizeHint().height()
            rows = min(_MOST_ROWS, len(self._rows))
            self.table.setFixedHeight(head + rows * self.table.verticalHeader().defaultSectionSize() + 8)
        self.table.setVisible(opened)
        self.open_button.setText(tr("Hide the fields") if opened else tr("See every field"))
