"""The line above everything that says that one is in the demo district, and leads out of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import link
from psconnect.desktop.widgets.label import ElidedLabel


class DemoStrip(QFrame):
    """Stays for as long as the window shows the demo district."""

    def __init__(self, leave: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "demo")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Demo district"))
        text = tr("Demo district: a made-up PowerSchool on this computer, with nobody’s data.")
        self.leave_button = link(tr("Leave the demo"), leave)
        self.leave_button.setAccessibleDescription(tr("Back to your own connections"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_XS, SPACE_S, SPACE_XS)
        layout.addWidget(ElidedLabel(text, "strong"), 1)
        layout.addWidget(self.leave_button)
