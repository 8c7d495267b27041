"""The choices of the re-key assistant: which number becomes an id, what stands in front, whether adopted ids go."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from psconnect.desktop.pages import ids_words as words
from psconnect.desktop.text import counted, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M
from psconnect.desktop.widgets.card import clear, column
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.setting_row import SettingRow
from psconnect.desktop.wizard.steps.destination import SettingValue
from psconnect.model.errors import PsconnectError
from psconnect.service import IdsNow, RekeyWishes
from psconnect.wording.catalogue import marked, translated
from psconnect.wording.errors import word
from psconnect.wording.records import records_label

_HELP = {
    "id_prefix": marked("Keeps apart two PowerSchool servers that deliver to one system. Empty for none."),
    "username_prefix": marked("Empty for none."),
    "course_prefix": marked("Empty for none."),
}


class IdChoices(QWidget):
    """A form over the settings that ids are made of; ``on_change`` is called after each change by a person.

    ``on_enter`` is called when Enter is pressed in a field.
    """

    def __init__(self, on_change: Callable[[], object], on_enter: Callable[[], object]) -> None:
        super().__init__()
        self._before = words.ChosenIds({}, {})
        self.boxes: dict[str, QComboBox] = {}
        self.fields: dict[str, QLineEdit] = {}
        self.rows: dict[str, FormRow] = {}
        self.settings: dict[str, SettingRow] = {}
        self._values: dict[str, SettingValue] = {}
        self._on_change = on_change
        for kind in words.KINDS_OF_IDS:
            numbers = words.choices_for(kind)
            if len(numbers) > 1:
                box = self.boxes[kind] = QComboBox()
                for choice in numbers:
                    box.addItem(words.number_label(kind, choice), choice)
                box.activated.connect(lambda _place: on_change())
                self.rows[f"ids.{kind}"] = FormRow(tr("Id of {records}", records=records_label(kind)), box)
        for name, label in words.PREFIXES.items():
            field = self.fields[name] = QLineEdit()
            field.textEdited.connect(lambda _text: on_change())
            field.returnPressed.connect(on_enter)
            self.rows[f"options.{name}"] = FormRow(translated(label), field, help=translated(_HELP[name]))
        self.forget_box = QCheckBox()
        self.forget_box.toggled.connect(lambda _on: on_change())
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_L)
        grid.setVerticalSpacing(SPACE_M)
        left = [self.rows[f"ids.{kind}"] for kind in self.boxes]
        right = [*(self.rows[f"options.{name}"] for name in self.fields), self.forget_box]
        grid.addWidget(column(*left, 1, spacing=SPACE_M), 0, 0)
        grid.addWidget(column(*right, 1, spacing=SPACE_M), 0, 1)
        self._frozen = QVBoxLayout()
        self._frozen.setSpacing(SPACE_M)
        grid.addLayout(self._frozen, 1, 0, 1, 2)
        for place in (0, 1):
            grid.setColumnStretch(place, 1)

    def show_now(self, now: IdsNow) -> None:
        """Show how ids are made now, in place of whatever was chosen."""
        self._before = words.chosen_in(now.connection)
        for kind, box in self.boxes.items():
            box.setCurrentIndex(box.findData(self._before.numbers[kind]))
        for name, field in self.fields.items():
            field.setText(self._before.prefixes[name])
        self._show_settings(now)
        adopted = sum(now.adopted.values())
        self.forget_box.setText(counted(adopted, "Give the adopted id up", "Give all {count} adopted ids up"))
        self.forget_box.setVisible(bool(adopted))
        self.forget_box.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.forget_box.setChecked(False)
        self.forget_box.blockSignals(False)  # noqa: FBT003 - Qt's signature
        self.show_error(None)

    def _show_settings(self, now: IdsNow) -> None:
        """The frozen settings of this connection's destination."""
        for key in self.settings:
            del self.rows[f"destination.{key}"]
        clear(self._frozen)
        self.settings, self._values = {}, dict(self._before.settings)
        for setting in words.frozen_fields_of(now.connection):
            built = SettingRow(setting, partial(self._take, setting.key))
            built.show_value(self._values[setting.key], {})
            self.rows[f"destination.{setting.key}"] = self.settings[setting.key] = built
            self._frozen.addWidget(built)

    def _take(self, key: str, value: SettingValue) -> None:
        self._values[key] = value
        self._on_change()

    def wishes(self) -> RekeyWishes | None:
        """The chosen differences; None if there are none."""
        numbers = {kind: str(box.currentData()) for kind, box in self.boxes.items()}
        prefixes = {name: field.text().strip() for name, field in self.fields.items()}
        return words.wishes_of(
            self._before, words.ChosenIds(numbers, prefixes, self.forget_box.isChecked(), self._values)
        )

    def show_error(self, error: PsconnectError | None) -> bool:
        """Show an error at the choice it is about, and take earlier ones away; whether it is about one of these."""
        for row in self.rows.values():
            row.set_error("")
        about = self.rows.get(error.where or "") if error else None
        if error is None or about is None:
            return False
        about.set_error(word(error, window=True).text)
        about.field.setFocus()
        return True

    def first(self) -> QWidget:
        """The choice that comes first."""
        return next(iter(self.boxes.values()))
