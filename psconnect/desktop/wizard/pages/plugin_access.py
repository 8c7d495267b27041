"""What the plugin may view: by group, each field with what it is for, and as a page to print."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QVBoxLayout

from psconnect.desktop.text import counted, number, tr
from psconnect.desktop.theme.tokens import SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import link, secondary
from psconnect.desktop.widgets.card import Card, clear, column, line, row, wide
from psconnect.desktop.widgets.fold import Fold
from psconnect.desktop.widgets.label import Label, plain_tip
from psconnect.model.access import AccessField, AccessList
from psconnect.wording.access import access_heading, access_purpose, access_reason
from psconnect.wording.records import listed


class AccessCard(Card):
    """The list; ``on_print`` asks for a place to save it, ``on_find`` opens the field finder."""

    def __init__(self, on_print: Callable[[], object], on_find: Callable[[], object]) -> None:
        super().__init__(tr("What it may read"))
        self.print_link = link(
            tr("Save to print …"), on_print, symbol="save", name=tr("Save the list of fields to print")
        )
        self.body.removeWidget(self.heading)
        self.add(row(wide(self.heading), self.print_link))
        self.count = Label("", "help")
        self.add(self.count)
        self.groups: dict[str, Fold] = {}
        self._rows = QVBoxLayout()
        self._rows.setSpacing(SPACE_XS)
        self.body.addLayout(self._rows)
        self.not_read = Label("", "help")
        self.add(self.not_read)
        self.find_button = secondary(tr("Find a field …"), on_find, symbol="search")
        asked = column(Label(tr("Another field?"), "strong"), Label(tr("PowerSchool’s or your district’s"), "help"))
        self.add(line())
        self.add(row(wide(asked), self.find_button, spacing=SPACE_S))
        self._shown: AccessList | None = None

    def show_access(self, access: AccessList) -> None:
        """Show the list; groups that were open stay so."""
        if access == self._shown:
            return
        self._shown = access
        fields = counted(len(access.fields), "1 field", "{count} fields")
        tables = counted(access.tables, "1 table", "{count} tables")
        self.count.setText(tr("{fields} in {tables}. It reads; it never writes.", fields=fields, tables=tables))
        opened = {group for group, fold in self.groups.items() if fold.opened}
        clear(self._rows)
        self.groups = {}
        for group, some in access.groups.items():
            fold = Fold(access_heading(group), access_purpose(group), number(len(some)), _filling(some))
            self.groups[group] = fold
            self._rows.addWidget(fold)
            if group in opened:
                fold.toggle()
        left = listed([access_heading(group) for group in access.not_read])
        self.not_read.setText(tr("Not read: {groups}", groups=left))
        self.not_read.setVisible(bool(left))


def _filling(fields: Sequence[AccessField]) -> Callable[[QVBoxLayout], object]:
    def fill(room: QVBoxLayout) -> None:
        for one in fields:
            name = Label(one.name, "code")
            if one.meaning:
                name.setToolTip(plain_tip(one.meaning))
            room.addWidget(column(name, Label(access_reason(one), "help"), spacing=0))

    return fill
