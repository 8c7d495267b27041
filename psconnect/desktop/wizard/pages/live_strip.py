"""One line that says what a page's figures come from: what was read and when, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QWidget

from psconnect.desktop.text import moment, number, rows_label, tr
from psconnect.desktop.theme.tokens import SPACE_M
from psconnect.desktop.widgets.button import Button, link
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.pages.base import PagePlace
from psconnect.wording.errors import word

_Action = tuple[str, Callable[[], object]]


class LiveStrip(QWidget):
    """Shows how far the reading of the set-up is; ``said`` is what it says while there is a whole reading.

    Call ``begin`` when the page is opened and ``end`` when it is left; in between, ``on_news`` is called whenever the
    reading has become another one.
    """

    def __init__(self, place: PagePlace, on_news: Callable[[], object]) -> None:
        super().__init__()
        self._session, self._bridge, self._go, self._on_news = place.session, place.bridge, place.go, on_news
        self.said = ""
        self.label = Label("", "help")
        self.buttons: list[Button] = []
        self._shown: list[str] = []
        self._heard = ""
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACE_M)
        self._layout.addWidget(self.label, 1)
        self.show_state()

    @property
    def read(self) -> bool:
        """Whether there is a reading to ask."""
        return self._session.live.status.read_at is not None

    def begin(self) -> None:
        """Follow the reading, and begin it where there is none."""
        live = self._session.live
        if self._news not in live.on_news:
            live.on_news.append(self._news)
        live.start(self._bridge)
        self.show_state()

    def end(self) -> None:
        """Follow it no longer; it goes on all the same, for the other pages."""
        live = self._session.live
        if self._news in live.on_news:
            live.on_news.remove(self._news)

    def say(self, text: str) -> None:
        """Say this while there is a whole reading."""
        self.said = text
        self.show_state()

    def _news(self) -> None:
        self.show_state()
        status = self._session.live.status
        heard = f"{status.state} {status.read_at} {self._session.live.busy}"
        if heard != self._heard:
            self._heard = heard
            self._on_news()

    def show_state(self) -> None:
        """Show how it stands now."""
        live = self._session.live
        status = live.status
        actions: list[_Action] = []
        text, state = self._words(), ""
        if live.busy:
            actions = [(tr("Cancel"), live.cancel)]
        elif status.state == "failed" and status.error:
            text, state = word(status.error, window=True).text, "bad"
            actions = [
                (tr("Try again"), self._read_again),
                *([(tr("Open Credentials"), partial(self._go, "credentials"))] if self._go else []),
            ]
        elif not self.read:
            actions = [(tr("Read now"), self._read_again)]
        self.label.setText(text)
        self.label.set_state(state)
        self._show_actions(actions)

    def _read_again(self) -> None:
        self._session.live.start(self._bridge, again=True)

    def _words(self) -> str:
        live, status = self._session.live, self._session.live.status
        if live.busy:
            name, (done, total) = list(status.done.items())[-1] if status.done else ("", (0, None))
            if not name:
                return tr("Reading from PowerSchool …")
            if total is None:
                return tr("Reading from PowerSchool: {done} {rows} …", done=number(done), rows=rows_label(name))
            return tr(
                "Reading from PowerSchool: {done} of {total} {rows} …",
                done=number(done),
                total=number(total),
                rows=rows_label(name),
            )
        if status.read_at is None:
            return tr("Nothing has been read yet. What you set here counts all the same.")
        read_at = moment(status.read_at, self._session.service.clock.now())
        return tr("{said} Read {when}; nothing is sent.", said=self.said, when=read_at).strip()

    def _show_actions(self, actions: list[_Action]) -> None:
        texts = [text for text, _act in actions]
        if texts == self._shown:
            return
        self._shown = texts
        for button in self.buttons:
            self._layout.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [link(text, act) for text, act in actions]
        for button in self.buttons:
            self._layout.addWidget(button)
