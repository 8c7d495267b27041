"""The set-up in the main window: its steps in the navigation's place, one page at a time, and the way on below it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S, SPACE_XL, SPACE_XXL
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.button import link, primary, secondary
from psconnect.desktop.widgets.card import line
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.wizard import drafts, flow
from psconnect.desktop.wizard.draft import Draft
from psconnect.desktop.wizard.pages import PAGES
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage
from psconnect.desktop.wizard.session import Prefill, Session, begin_session
from psconnect.desktop.wizard.step_list import StepList
from psconnect.model.connection import Connection
from psconnect.model.errors import PsconnectError
from psconnect.service import Service
from psconnect.wording.errors import word

_WRITE_MS = 400
"""After what is typed has rested for so long, it is written down: a power cut then loses nothing."""


class WizardFrame(QWidget):
    """Sets up one connection at a time; ``open`` it with the id of a set-up that waits, or for a new one without.

    ``saved`` tells the connection's name and the wish: ``save``, ``preview`` or ``sync``. ``left`` asks for the start
    screen. ``began`` tells the id of the set-up that is shown now, ``titled`` that the window has another title, and
    ``refused`` an error that came after the page was left.
    """

    saved = Signal(str, str)
    left = Signal()
    began = Signal(str)
    titled = Signal()
    refused = Signal(str)

    def __init__(self, bridge: Bridge, service: Service, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._bridge, self._service = bridge, service
        self.prefill: Callable[[], Prefill] | None = None
        self.session: Session | None = None
        self.pages: dict[str, StepPage] = {}
        self._frames: dict[str, ScrollPage] = {}
        self._opening = self._finished = self._give_up = False
        self.side = StepList(tr("New connection"), self._jump)
        self.banner = Banner()
        self._stack = QStackedWidget()
        self._waiting = ScrollPage(tr("New connection"))
        self._stack.addWidget(self._waiting)
        self._writing = QTimer(self)
        self._writing.setSingleShot(True)
        self._writing.setInterval(_WRITE_MS)
        self._writing.timeout.connect(self._write)
        self._build_buttons()
        self._lay_out()
        self._show_buttons()

    def _build_buttons(self) -> None:
        self.close_button = link(tr("Save and close"), self.left.emit)
        self.back_button = secondary(tr("Back"), self._back)
        self.finish_button = secondary(tr("Finish"), self._finish)
        self.finish_button.setAccessibleDescription(tr("To the summary; what is left out has working defaults."))
        self.next_button = primary(tr("Next"), self._next)
        self.save_button = secondary(tr("Save"), partial(self._save, "save"))
        self.preview_button = secondary(tr("Save and preview"), partial(self._save, "preview"))
        self.sync_button = primary(tr("Save and sync"), partial(self._save, "sync"))

    def _lay_out(self) -> None:
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_S)
        foot.addWidget(self.close_button)
        foot.addStretch(1)
        for button in (
            self.back_button,
            self.finish_button,
            self.next_button,
            self.save_button,
            self.preview_button,
            self.sync_button,
        ):
            foot.addWidget(button)
        below = QVBoxLayout()
        below.setContentsMargins(SPACE_XXL, 0, SPACE_XXL, SPACE_XL)
        below.setSpacing(SPACE_L)
        below.addWidget(self.banner)
        below.addWidget(line())
        below.addLayout(foot)
        # Where the window's own strip stands while this page is shown.
        self.top = QVBoxLayout()
        self.top.setContentsMargins(SPACE_XXL, 0, SPACE_XXL, 0)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addLayout(self.top)
        right.addWidget(self._stack, 1)
        right.addLayout(below)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self.side)
        across.addLayout(right, 1)

    @property
    def full_title(self) -> str:
        """What the window is called while this page is shown."""
        if self.session is None:
            return tr("New connection")
        text = flow.spec_of(self.session.draft.step).text(self.session.draft, self.session.known)
        return tr("New connection: {step}", step=text.label)

    @property
    def draft_id(self) -> str:
        """The id of the set-up that is open, also while another page is shown; empty where none is."""
        return self.session.draft.id if self.session else ""

    # --- opening -------------------------------------------------------------------------------------------------

    def open(self, draft_id: str = "") -> None:
        """Show the set-up of that id, or a new one; the one that is open stays, and so does a new one not begun yet."""
        session = self.session
        if self._opening or self._finished:
            return
        if session and (session.draft.id == draft_id if draft_id else not session.touched):
            self._open()
            self.began.emit(session.draft.id)
            return
        self._opening = True
        self.session = None
        self.banner.hide()
        self._stack.setCurrentWidget(self._waiting)
        self._waiting.show_loading()
        self._show_buttons()
        service, prefill = self._service, self.prefill

        def begin() -> Session:
            return begin_session(service, draft_id, prefill() if prefill else None)

        self._bridge.call(begin, self._use, self._refused_to_open, owner=self)

    def _refused_to_open(self, error: PsconnectError) -> None:
        self._opening = False
        self._waiting.show_error(error, [(tr("Back to the connections"), self.left.emit)])

    def _use(self, session: Session) -> None:
        for frame in self._frames.values():
            self._stack.removeWidget(frame)
            frame.deleteLater()
        self._opening = self._finished = self._give_up = False
        self.session = session
        bridge = self._bridge
        self.pages = {step: PAGES[step](PagePlace(step, session, bridge, self._jump)) for step in flow.step_keys()}
        self._frames = {step: _frame(page) for step, page in self.pages.items()}
        for frame in self._frames.values():
            self._stack.addWidget(frame)
        session.on_change.append(self._changed)
        self._open()
        self.began.emit(session.draft.id)

    # --- showing -------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        """Show the page the draft stands on."""
        if self.session is None:
            return
        step = self.session.draft.step
        self._stack.setCurrentWidget(self._frames[step])
        self._show()
        self.titled.emit()
        self.pages[step].entered()
        self.pages[step].first_field().setFocus(Qt.FocusReason.TabFocusReason)

    def _changed(self) -> None:
        self._show()
        self._writing.start()

    def _show(self) -> None:
        if self.session is None:
            return
        self.side.show_session(self.session)
        page = self.pages[self.session.draft.step]
        page.show_draft()
        _entitle(self._frames[page.step], page)
        self._show_buttons()

    def _show_buttons(self) -> None:
        session = self.session
        after = flow.following(session.draft, session.known) if session else ""
        last = session is not None and not after
        self.back_button.setVisible(session is not None and session.draft.step != flow.step_keys()[0])
        # Where the next step is the last one, Next leads there.
        ahead = after not in ("", flow.step_keys()[-1])
        self.finish_button.setVisible(session is not None and ahead and flow.may_finish(session.draft))
        self.next_button.setVisible(bool(after))
        if session and after:
            text = flow.spec_of(after).text(session.draft, session.known)
            self.next_button.setText(tr("Next: {step}", step=text.label))
            self.next_button.setAccessibleName(self.next_button.text())
        ready = session is not None and not self._finished and flow.can_save(session.draft, session.known)
        for button in (self.save_button, self.preview_button, self.sync_button):
            button.setVisible(last)
            button.setEnabled(ready)

    # --- moving --------------------------------------------------------------------------------------------------

    def _next(self) -> None:
        session = self.session
        if session is None or self._finished:
            return
        # What the field has still to say on being left (an address is normalised) it says now.
        self.next_button.setFocus()
        after = flow.go_next(session.draft, session.known)
        if after == session.draft:
            missing = self.pages[session.draft.step].reveal()
            if missing:
                missing.setFocus(Qt.FocusReason.TabFocusReason)
            return
        self._move(after)

    def _back(self) -> None:
        if self.session:
            self._move(flow.go_back(self.session.draft, self.session.known))

    def _finish(self) -> None:
        if self.session:
            self._move(flow.finish(self.session.draft))

    def _jump(self, step: str) -> None:
        session = self.session
        if session and flow.may_jump(session.draft, session.known, step):
            self._move(flow.jump(session.draft, session.known, step))
            self.pages[step].reveal()

    def _move(self, after: Draft) -> None:
        session = self.session
        if session is None or after.step == session.draft.step:
            return
        self.pages[session.draft.step].left()
        session.become(after)
        self._open()
        self._keep(session)

    # --- keeping -------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        if self.session and not self._finished:
            self._bridge.call(self.session.write_draft, _nothing, self._refused, owner=self)

    def _keep(self, session: Session) -> None:
        """Write the draft and keep the secrets, beside the window."""
        self._writing.stop()
        self._bridge.call(session.save_draft, _nothing, self._refused, owner=self)

    def leave(self) -> None:
        """Another page is shown: keep what was typed. The set-up can be opened again where it was."""
        for page in self.pages.values():
            page.left()
        if self.session and not self._finished:
            self._keep(self.session)

    def forget(self, draft_id: str) -> None:
        """The set-up of that id was discarded: nothing more is kept of it."""
        if self.session and self.session.draft.id == draft_id:
            self._writing.stop()
            self.session = None

    def may_close(self) -> bool:
        """Keep the draft, which takes no longer than closing; say why where that is impossible.

        Not while the connection is being saved: what was wished is told as soon as it is.
        """
        session = self.session
        self._writing.stop()
        if session is None or self._give_up:
            return True
        if self._finished:
            return False
        for page in self.pages.values():
            page.left()
        try:
            if session.touched:
                drafts.save(session.service, session.draft)
        except PsconnectError as error:
            self.banner.tell(word(error, window=True).text, "bad", [(tr("Close anyway"), self._close_anyway)])
            return False
        # Without an owner: the keyring may take its time, and the window is gone by then.
        self._bridge.call(session.save_draft, _nothing, _asked_again)
        return True

    def _close_anyway(self) -> None:
        self._give_up = True
        self.window().close()

    # --- ending --------------------------------------------------------------------------------------------------

    def _save(self, wish: str) -> None:
        session = self.session
        if session is None or self._finished or not flow.can_save(session.draft, session.known):
            return
        self._finished = True
        self._writing.stop()
        self._show_buttons()
        draft = session.draft
        self._bridge.call(lambda: session.finish(draft), partial(self._saved, wish), self._refused, owner=self)

    def _saved(self, wish: str, connection: Connection) -> None:
        self.session, self._finished = None, False
        self._show_buttons()
        self.saved.emit(connection.name, wish)

    def _refused(self, error: PsconnectError) -> None:
        self._finished = False
        self._show_buttons()
        text = word(error, window=True).text
        self.banner.tell(text, "bad")
        if not self.isVisible():
            self.refused.emit(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter goes on, or presses the button that has the focus; Escape saves and closes."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            if isinstance(focused, QPushButton):
                focused.click()
            elif self.next_button.isVisible():
                self._next()
            else:
                self.sync_button.click()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def _frame(page: StepPage) -> ScrollPage:
    """A page with its title and the sentence why it is asked."""
    frame = ScrollPage("")
    _entitle(frame, page)
    frame.body.addWidget(page, 1)
    return frame


def _entitle(frame: ScrollPage, page: StepPage) -> None:
    text = flow.spec_of(page.step).text(page.session.draft, page.session.known)
    frame.set_title(text.title, text.why)


def _nothing(_none: object) -> None:
    """Nobody waits for it."""


def _asked_again(_error: PsconnectError) -> None:
    """The keyring did not take the secret: when the set-up goes on, it asks for the secret again."""
