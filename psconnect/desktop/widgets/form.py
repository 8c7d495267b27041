"""One row of a form: label, control, help and error, tied together for eye, keyboard and screen reader."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from psconnect.desktop.theme.tokens import CONTROL_HEIGHT, SPACE_M, SPACE_XS
from psconnect.desktop.widgets.label import Label, restyle


class FormRow(QWidget):
    """A labelled control with its help below it, and in its place the error when there is one.

    ``field`` is the control that takes the focus; ``control`` what is laid out, where that is more than the field.
    ``beside`` is the width of the label where it stands beside its control; 0 for above it.
    """

    def __init__(
        self,
        label: str,
        field: QWidget,
        *,
        help: str = "",  # noqa: A002 - the word the design uses
        control: QWidget | None = None,
        beside: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.field = field
        self._help_text = help
        self.label = Label(label, "field")
        self.label.setBuddy(field)
        self.help = Label(help, "help")
        if not help:
            self.help.hide()
        self.hint = Label("", "help")
        self.hint.hide()
        self.error_label = Label("", "error")
        self.error_label.hide()
        field.setAccessibleName(label)
        self._describe()
        directions = QBoxLayout.Direction
        whole = QBoxLayout(directions.LeftToRight if beside else directions.TopToBottom, self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(SPACE_M if beside else SPACE_XS)
        whole.addWidget(self.label)
        layout = QVBoxLayout()
        layout.setSpacing(SPACE_XS)
        whole.addLayout(layout, 1)
        for part in (control or field, self.help, self.hint, self.error_label):
            layout.addWidget(part)
        if beside:
            self.label.setFixedWidth(beside)
            self.label.setMinimumHeight(CONTROL_HEIGHT)
            whole.setAlignment(self.label, Qt.AlignmentFlag.AlignTop)

    def put_help_beside(self, control: QHBoxLayout) -> None:
        """Let the help stand at the end of the control's line: its few words then need no line of their own."""
        control.addWidget(self.help, 1, Qt.AlignmentFlag.AlignVCenter)

    @property
    def error(self) -> str:
        """The error shown, or an empty text."""
        return self.error_label.text()

    def set_error(self, text: str) -> None:
        """Show an error under the field instead of the help; an empty text takes it away."""
        self.error_label.setText(text)
        self.error_label.setVisible(bool(text))
        self.help.setVisible(bool(self._help_text) and not text)
        self._describe()
        self.field.setProperty("wrong", bool(text))
        restyle(self.field)

    def set_help(self, text: str) -> None:
        """Show another help text."""
        self._help_text = text
        self.help.setText(text)
        self.set_error(self.error)

    def set_hint(self, text: str) -> None:
        """Show what another system calls this setting, below the help; an empty text takes it away."""
        if text != self.hint.text():
            self.hint.setText(text)
            self.hint.setVisible(bool(text))
            self._describe()

    def _describe(self) -> None:
        """What a screen reader says of the field: the error or the help, then what others call it."""
        parts = (self.error_label.text() or self._help_text, self.hint.text())
        self.field.setAccessibleDescription("\n".join(part for part in parts if part))
