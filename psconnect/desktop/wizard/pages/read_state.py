"""How far the reading of the set-up is, when it was, and the buttons that stop it or read again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtWidgets import QHBoxLayout, QWidget

from psconnect.desktop.text import entity_label, number, tr
from psconnect.desktop.theme.tokens import SPACE_M
from psconnect.desktop.widgets.button import link, secondary
from psconnect.desktop.widgets.label import Label
from psconnect.service import LiveStatus
from psconnect.wording.errors import word
from psconnect.wording.times import moment


class ReadState(QWidget):
    """One line: *Read today at 10:41*, or what is being read, with *Stop*; and *Refresh cached values*."""

    def __init__(
        self, on_refresh: Callable[[], object], on_stop: Callable[[], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.label = Label("", "muted")
        self.stop_button = link(tr("Stop"), on_stop, name=tr("Stop reading"))
        self.refresh_button = secondary(tr("Refresh cached values"), on_refresh, symbol="refresh")
        self.refresh_button.setAccessibleDescription(
            tr("Reads years, schools, terms and everything else that this set-up shows from PowerSchool again.")
        )
        inside = QHBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(SPACE_M)
        inside.addWidget(self.label, 1)
        inside.addWidget(self.stop_button)
        inside.addWidget(self.refresh_button)
        self.stop_button.hide()

    def show_status(self, status: LiveStatus, now: datetime, *, busy: bool) -> None:
        """Show how far it is; ``busy`` also before the first row came."""
        self.refresh_button.setEnabled(not busy)
        self.stop_button.setVisible(busy and status.state == "reading")
        self.label.setText(_said(status, now, busy=busy))


def _said(status: LiveStatus, now: datetime, *, busy: bool) -> str:
    if busy:
        return stream_words(status) if status.state == "reading" else tr("Looking at what was read before …")
    read = tr("Read {when}.", when=moment(status.read_at, now)) if status.read_at else ""
    if status.state == "failed" and status.error:
        return " ".join(filter(None, (tr("{title}.", title=word(status.error).title), read)))
    if status.state == "cancelled":
        return " ".join((tr("Reading was stopped."), read))
    return read


def stream_words(status: LiveStatus) -> str:
    """What is being read, in words: the entity that came last, and how far it is."""
    if not status.done:
        return tr("Reading PowerSchool …")
    entity, (done, expected) = list(status.done.items())[-1]
    name = entity_label(entity).lower() or entity
    if not expected:
        return tr("Reading PowerSchool: {what} …", what=name)
    return tr(
        "Reading PowerSchool: {what}, {done} of {expected} …", what=name, done=number(done), expected=number(expected)
    )
