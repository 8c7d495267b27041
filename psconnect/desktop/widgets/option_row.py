"""A choice as a row: its control, what it is called, one line of help, and at the right what it comes to."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QVBoxLayout, QWidget

from psconnect.desktop.theme.tokens import SPACE_M, SPACE_XS
from psconnect.desktop.widgets.label import Label

_TOP = Qt.AlignmentFlag.AlignTop


class OptionRow(QWidget):
    """``below`` stands under the help. A click on the words presses the control."""

    def __init__(
        self,
        control: QAbstractButton,
        title: str,
        help: str = "",  # noqa: A002 - the word the design uses
        *,
        below: QWidget | None = None,
        figure: bool = True,
    ) -> None:
        super().__init__()
        self.control = control
        control.setAccessibleName(title)
        control.setAccessibleDescription(help)
        self.title = _Words(title, "strong", control)
        self.help = _Words(help, "help", control)
        if not help:
            self.help.hide()
        self.figure = Label("", "help", wrap=False)
        self.figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self.error = Label("", "error")
        self.error.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_M)
        layout.addWidget(control, 0, _TOP)
        words = QVBoxLayout()
        words.setSpacing(SPACE_XS)
        layout.addLayout(words, 1)
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        words.addLayout(head)
        head.addWidget(self.title, 1)
        if figure:
            head.addWidget(self.figure, 0, _TOP)
        for part in (self.help, self.error, below):
            if part:
                words.addWidget(part)

    def set_help(self, text: str) -> None:
        """Say something else below the title."""
        self.help.setText(text)
        self.help.setVisible(bool(text))
        self.control.setAccessibleDescription(text)

    def set_error(self, text: str) -> None:
        """Say what is wrong, or with an empty text that nothing is."""
        self.error.setText(text)
        self.error.setVisible(bool(text))
        self.control.setAccessibleDescription(text or self.help.text())

    def set_figure(self, text: str, *, strong: bool = False) -> None:
        """Show what the choice comes to; ``strong`` for one that is chosen."""
        self.figure.setText(text)
        if self.figure.property("look") != (look := "strong" if strong else "help"):
            self.figure.setProperty("look", look)
            self.figure.style().unpolish(self.figure)
            self.figure.style().polish(self.figure)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """What is not to be chosen now is quieter."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange and hasattr(self, "title"):
            self.title.setEnabled(self.isEnabled())


class _Words(Label):
    """Words of a row; a click on them presses its control."""

    def __init__(self, text: str, look: str, control: QAbstractButton) -> None:
        super().__init__(text, look)
        self._control = control

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Press the control."""
        if event.button() == Qt.MouseButton.LeftButton and self._control.isEnabled():
            self._control.click()
