"""A setting as a row of a form: its control is made from its declaration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QLineEdit, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_S
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.card import row, wide
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.setting_table import SettingTable
from psconnect.model.setting_fields import SettingField

_SHORT, _LIST = 160, 280


class SettingRow(FormRow):
    """A setting with its help and error. ``take`` gets what is typed or chosen; text that is no number stays text."""

    def __init__(
        self, setting: SettingField, take: Callable[[Any], object], left: Callable[[], object] | None = None
    ) -> None:
        self.setting, self._take_value, self._left = setting, take, left
        self.control: QWidget
        field, control = self._make()
        super().__init__(setting.label, field, help=_help_of(setting), control=control)

    def _make(self) -> tuple[QWidget, QWidget | None]:
        setting = self.setting
        if setting.kind == "table":
            self.control = table = SettingTable(setting, self._take_value)
            return table.view, table
        if setting.kind == "switch":
            self.control = box = QCheckBox(setting.label)
            box.toggled.connect(self._take_value)
            return box, None
        if setting.kind == "choice":
            self.control = choice = QComboBox()
            labels = dict(setting.choice_labels)
            values = {labels.get(value, value): value for value in setting.choices}
            for label, value in values.items():
                choice.addItem(label, value)
            choice.textActivated.connect(lambda label: self._take_value(values[label]))
            choice.setMaximumWidth(_LIST)
            return choice, None
        self.control = edit = QLineEdit()
        edit.setPlaceholderText(setting.example)
        edit.textEdited.connect(self._typed)
        if self._left:
            edit.editingFinished.connect(self._left)
        if setting.kind == "number":
            edit.setMaximumWidth(_SHORT)
        if setting.kind == "pinned":
            edit.setReadOnly(True)
            edit.setProperty("look", "code")
            edit.setPlaceholderText(tr("Not accepted yet"))
        if setting.kind not in ("folder", "file", "open-file"):
            return edit, None
        choose = secondary(tr("Choose …"), self.ask_path, symbol="folder")
        choose.setAccessibleName(tr("Choose: {label}", label=setting.label))
        return edit, row(wide(edit), choose, spacing=SPACE_S)

    def show_value(self, value: Any, labels: dict[str, str]) -> None:
        """Show a value; ``labels`` are what the rows of a table can be about, by key."""
        control = self.control
        if isinstance(control, SettingTable):
            control.show_rows(value if isinstance(value, list) else [], labels)
        elif isinstance(control, QCheckBox):
            control.setChecked(bool(value))
        elif isinstance(control, QComboBox):
            control.setCurrentIndex(control.findData(str(value)))
        elif isinstance(control, QLineEdit) and control.text() != str(value):
            control.setText(str(value))
            if self.setting.kind == "pinned":
                # It is longer than the line: its type comes first, and the rest is read on pointing at it.
                control.setCursorPosition(0)
                control.setToolTip(str(value))

    def _typed(self, text: str) -> None:
        plain = text.strip()
        number = self.setting.kind == "number" and plain.isascii() and plain.isdigit()
        self._take_value(int(plain) if number else text)

    def ask_path(self) -> None:
        """Ask for a folder, or for a file that need not exist yet, in the system's own dialog."""
        typed = self.control.text() if isinstance(self.control, QLineEdit) else ""
        folder = self.setting.kind == "folder"
        dialog = QFileDialog(
            self, tr("Choose the folder") if folder else tr("Choose the file"), typed or str(Path.home())
        )
        if folder:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        elif self.setting.kind == "open-file":
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        else:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.fileSelected.connect(lambda path: self._take_value(str(Path(path))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _help_of(setting: SettingField) -> str:
    if not setting.frozen:
        return setting.help
    frozen = tr("Frozen with the first delivery: from then on, only Settings, Ids can change it.")
    return f"{setting.help} {frozen}" if setting.help else frozen
