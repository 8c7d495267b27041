"""The set-up in the main window: its steps in the navigation's place, one page at a time, and the way on below it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_XL, SPACE_XXL
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.card import line
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.wizard import drafts, flow
from psconnect.desktop.wizard.draft import Draft
from psconnect.desktop.wizard.foot import Foot
from psconnect.desktop.wizard.keeping import Keeping
from psconnect.desktop.wizard.pages import PAGES
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage
from psconnect.desktop.wizard.prefill import Prefill
from psconnect.desktop.wizard.session import Session, begin_session
from psconnect.desktop.wizard.step_frame import StepFrame
from psconnect.desktop.wizard.step_list import StepList
from psconnect.model.connection import Connection
from psconnect.model.errors import PsconnectError
from psconnect.service import Service
from psconnect.wording.errors import word

_NARROW = 1_000


class WizardFrame(QWidget):
    """Sets up one connection at a time; ``open`` it with the id of a set-up that waits, or for a new one without.

    ``saved`` tells the connection's name and the wish (as `PagePlace.save`). ``left`` asks for the start
    screen. ``began`` tells the id of the set-up that is shown now, ``titled`` that the window has another title,
    ``refused`` an error that came after the page was left, ``kept`` that the set-up was written down as it was left,
    and ``help_wanted`` the step that help is wanted with.
    """

    saved = Signal(str, str)
    left = Signal()
    began = Signal(str)
    titled = Signal()
    refused = Signal(str)
    kept = Signal()
    help_wanted = Signal(str)

    def __init__(self, bridge: Bridge, service: Service, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._bridge, self._service = bridge, service
        self.prefill: Callable[[], Prefill] | None = None
        self.session: Session | None = None
        self.pages: dict[str, StepPage] = {}
        self._frames: dict[str, StepFrame] = {}
        self._opening = self._give_up = False
        self.side = StepList(tr("New connection"), self._jump, self._help)
        self.banner = Banner()
        self._stack = QStackedWidget()
        self._waiting = ScrollPage(tr("New connection"))
        self._stack.addWidget(self._waiting)
        self._keeping = Keeping(bridge, self)
        self._keeping.kept.connect(self.kept)
        self._keeping.refused.connect(self._refused)
        self.foot = Foot(
            close=self.left.emit, back=self._back, finish=self._finish, next=self._next, lead=self._lead_to_problem
        )
        self.close_button, self.back_button = self.foot.close_button, self.foot.back_button
        self.finish_button, self.next_button = self.foot.finish_button, self.foot.next_button
        self._narrow = False
        self._lay_out()

    def _lay_out(self) -> None:
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self.side)
        right = QVBoxLayout()
        right.setSpacing(0)
        across.addLayout(right, 1)
        # Where the window's own strip stands while this page is shown.
        self.top = QVBoxLayout()
        self.top.setContentsMargins(SPACE_XXL, 0, SPACE_XXL, 0)
        right.addLayout(self.top)
        right.addWidget(self._stack, 1)
        below = QVBoxLayout()
        below.setContentsMargins(SPACE_XXL, 0, SPACE_XXL, SPACE_XL)
        below.setSpacing(SPACE_L)
        right.addLayout(below)
        for part in (self.banner, line(), self.foot):
            below.addWidget(part)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Show the steps as a rail where there is little room; a button in the head names them then."""
        super().resizeEvent(event)
        if (narrow := event.size().width() < _NARROW) != self._narrow:
            self._narrow = narrow
            self.side.set_narrow(narrow=narrow)
            self.foot.set_narrow(narrow=narrow)
            self._show()

    @property
    def full_title(self) -> str:
        """What the window is called while this page is shown."""
        if self.session is None:
            return tr("New connection")
        text = flow.spec_of(self.session.draft.step).text(self.session.draft, self.session.known)
        return tr("New connection: {step}", step=text.label)

    @property
    def _finished(self) -> bool:
        """Whether the connection is being saved: nothing is changed or kept any more."""
        return self.session is not None and self.session.saving

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
        if session:
            session.live.end()
        self.session = None
        self.banner.hide()
        self._stack.setCurrentWidget(self._waiting)
        self._waiting.show_loading()
        self._show_foot()
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
        self._opening = self._give_up = False
        self.session = session
        bridge = self._bridge
        ways = (self._jump, self.save)
        self.pages = {step: PAGES[step](PagePlace(step, session, bridge, *ways)) for step in flow.step_keys()}
        self._frames = {step: StepFrame(page, self._jump) for step, page in self.pages.items()}
        for step, frame in self._frames.items():
            self._stack.addWidget(frame)
            self.pages[step].needs_shown.connect(self._show_foot)
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
        if self.session:
            self._keeping.soon(self.session)

    def _show(self) -> None:
        if self.session is None:
            return
        self.side.show_session(self.session)
        page = self.pages[self.session.draft.step]
        page.show_draft()
        self._frames[page.step].show_session(narrow=self._narrow)
        self._show_foot()

    def _show_foot(self) -> None:
        session = self.session
        self.foot.show_session(session, self.pages.get(session.draft.step) if session else None)

    def _help(self) -> None:
        self.help_wanted.emit(self.session.draft.step if self.session else "")

    # --- moving --------------------------------------------------------------------------------------------------

    def _next(self) -> None:
        session = self.session
        if session is None or self._finished:
            return
        # What the field has still to say on being left (an address is normalised) it says now.
        self.next_button.setFocus()
        after = flow.go_next(session.draft, session.known)
        if after == session.draft:
            page = self.pages[session.draft.step]
            if missing := page.reveal():
                page.focus_on(missing)
            return
        self._move(after)

    def _lead_to_problem(self) -> None:
        """Go to the first thing that is open on the page."""
        if self.session:
            page = self.pages[self.session.draft.step]
            page.focus_on(page.reveal() or page.first_field())

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
        self._keeping.keep(session)

    # --- keeping -------------------------------------------------------------------------------------------------

    def leave(self) -> None:
        """Another page is shown: keep what was typed. The set-up can be opened again where it was."""
        for page in self.pages.values():
            page.left()
        if self.session and not self._finished:
            self._keeping.keep(self.session)

    def forget(self, draft_id: str) -> None:
        """The set-up of that id was discarded: nothing more is kept of it."""
        if self.session and self.session.draft.id == draft_id:
            self._keeping.stop()
            self.session.live.end()
            self.session = None

    def may_close(self) -> bool:
        """Keep the draft, which takes no longer than closing; say why where that is impossible.

        Not while the connection is being saved: what was wished is told as soon as it is.
        """
        session = self.session
        self._keeping.stop()
        if session is None or self._give_up or self._finished:
            return not self._finished
        for page in self.pages.values():
            page.left()
        try:
            if session.touched:
                drafts.save(session.service, session.draft)
        except PsconnectError as error:
            self.banner.tell(word(error, window=True).text, "bad", [(tr("Close anyway"), self._close_anyway)])
            return False
        # Without an owner: the keyring may take its time, and the window is gone by then.
        self._bridge.call(session.save_draft, _nothing, _nothing)
        return True

    def _close_anyway(self) -> None:
        self._give_up = True
        self.window().close()

    # --- ending --------------------------------------------------------------------------------------------------

    def save(self, wish: str) -> None:
        """Save the connection; ``wish`` is what is done then."""
        session = self.session
        if session is None or self._finished or not flow.can_save(session.draft, session.known):
            return
        session.saving = True
        self._keeping.stop()
        self._show()
        draft = session.draft
        self._bridge.call(lambda: session.finish(draft), partial(self._saved, wish), self._refused, owner=self)

    def _saved(self, wish: str, connection: Connection) -> None:
        if self.session:
            self.session.live.end()
        self.session = None
        self._show_foot()
        self.saved.emit(connection.name, wish)

    def _refused(self, error: PsconnectError) -> None:
        if self.session:
            self.session.saving = False
        self._show()
        text = word(error, window=True).text
        self.banner.tell(text, "bad")
        if not self.isVisible():
            self.refused.emit(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter goes on, or presses the button that has the focus; Escape saves and closes."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focused = self.focusWidget()
            main = self.pages[self.session.draft.step].main_button() if self.session else None
            # A tab is chosen with Space.
            pressed = focused if isinstance(focused, QPushButton) and not focused.isCheckable() else main
            if pressed:
                pressed.click()
            elif self.next_button.isVisible():
                self._next()
            elif self.session:
                self.save("preview")
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def _nothing(_answer: object) -> None:
    """Nobody waits for it. What the keyring did not take is asked for again when the set-up goes on."""
