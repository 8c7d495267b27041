"""Contacts without the Contacts module: the fields that hold whole names, and how a name is split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_M
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.setting_row import SettingRow
from psconnect.desktop.wizard.pages.base import StepPage, show_text
from psconnect.desktop.wizard.steps.who_part import WhoPart
from psconnect.model.errors import FixSettings
from psconnect.model.setting_fields import SettingField, TableColumn
from psconnect.service import split_name

_COMMA, _BLANK = "{familyName}, {givenName}", "{givenName} {familyName}"
_OWN = "own"


class WholeNameRows(QWidget):
    """Fields per relationship, the pattern, and what it makes of a name."""

    def __init__(self, page: StepPage, take: Callable[..., None]) -> None:
        super().__init__()
        self._take, self._own = take, False
        declared = SettingField(
            "name_fields",
            tr("Fields with whole names"),
            "",
            "table",
            columns=(
                TableColumn("relation", tr("Relationship"), required=True),
                TableColumn("field", tr("Field"), required=True),
            ),
        )
        self.fields = SettingRow(declared, self._take_fields)
        self.ways = QComboBox()
        for text, pattern in (
            (tr("The usual ways: a comma, else blanks"), ""),
            (tr("Comma: Okafor, Maya"), _COMMA),
            (tr("Blank: Maya Okafor"), _BLANK),
            (tr("A pattern of your own"), _OWN),
        ):
            self.ways.addItem(text, pattern)
        self.ways.activated.connect(lambda _place: self._choose(str(self.ways.currentData())))
        self.ways_row = FormRow(tr("Between the parts of a name"), self.ways)
        self.pattern = page.line(
            "contact_names",
            tr("Pattern"),
            lambda text: take(contact_names=text),
            help=tr("Parts: givenName, familyName, middleName. Several patterns are tried in turn, with | between."),
            example="{familyName}; {givenName} {middleName}",
        )
        self.pattern.setProperty("look", "code")
        self.rows: dict[str, FormRow] = {"name_fields": self.fields, "contact_names": page.rows["contact_names"]}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_M)
        for part in (self.fields, self.ways_row, self.rows["contact_names"]):
            layout.addWidget(part)

    def show_part(self, part: WhoPart) -> None:
        """Show fields and pattern."""
        self.fields.show_value([{"relation": relation, "field": field} for relation, field in part.name_fields], {})
        known = [str(self.ways.itemData(place)) for place in range(self.ways.count())]
        own = self._own or part.contact_names not in known
        self.ways.setCurrentIndex(known.index(_OWN if own else part.contact_names))
        show_text(self.pattern, part.contact_names)
        self.rows["contact_names"].setVisible(own)
        self.ways_row.set_help(_example(part.contact_names))

    def _choose(self, pattern: str) -> None:
        self._own = pattern == _OWN
        self._take(contact_names=_COMMA if self._own else pattern)
        if self._own:
            self.rows["contact_names"].show()
            self.pattern.setFocus()

    def _take_fields(self, rows: Sequence[dict[str, Any]]) -> None:
        self._take(name_fields=tuple((str(one["relation"]), str(one["field"])) for one in rows))


def _example(pattern: str) -> str:
    """What a pattern makes of a made-up name that fits it."""
    text = "Maya Okafor" if pattern.strip() == _BLANK else "Okafor, Maya Ada"
    try:
        found = split_name(pattern.strip(), text)
    except FixSettings:
        return ""
    if found is None:
        return tr("“{text}” fits no pattern: it would be reported.", text=text)
    return tr(
        "“{text}” becomes {given} {family}.",
        text=text,
        given=" ".join(part for part in (found["givenName"], found["middleName"]) if part),
        family=found["familyName"],
    )
