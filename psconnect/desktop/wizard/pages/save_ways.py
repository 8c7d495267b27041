"""The ways to save a connection, each a large button that states its effect, or why it is not there yet."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_S
from psconnect.desktop.widgets.action_button import ActionButton
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.session import Session
from psconnect.desktop.wizard.steps.schedule import SchedulePart, typed_schedule
from psconnect.wording.schedules import schedule_words


class SaveWays(QWidget):
    """``save`` gets the wish: ``preview``, ``sync``, ``save``, ``users`` or ``courses``.

    ``filled`` marks the preview as what one does next; not where another button of the window is marked.
    """

    WIDTH = 308

    def __init__(self, save: Callable[[str], object], *, filled: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        self.buttons: dict[str, ActionButton] = {}
        for wish, text, symbol in (
            ("preview", tr("Save and preview"), "eye"),
            ("sync", tr("Save and sync all"), "play"),
            ("save", tr("Save only"), "save"),
            ("users", tr("Save and sync users"), "play"),
            ("courses", tr("Save and sync courses"), "play"),
        ):
            button = ActionButton(text, partial(save, wish), symbol=symbol, filled=filled and wish == "preview")
            self.buttons[wish] = button
            layout.addWidget(button)

    def show_session(self, session: Session) -> None:
        """Say what each would do for this connection as it stands."""
        ready = flow.can_save(session.draft, session.known)
        first = not session.delivered
        effects = {
            "preview": tr("Reads, shows every change, writes nothing"),
            "sync": tr("Waits for your approval: it is the first run")
            if first
            else tr("Reads and delivers everything"),
            "save": _when_saved(session),
            "users": tr("People only; courses and classes stay"),
            "courses": tr("Courses, classes and enrollments only"),
        }
        for wish, button in self.buttons.items():
            reason = _why_not(session, wish, ready=ready, first=first)
            button.show_effect(reason or effects[wish], enabled=not reason)


def _when_saved(session: Session) -> str:
    part = session.draft.of(SchedulePart)
    if part.every == "never":
        return tr("Nothing runs until you run it")
    return tr("Then runs by itself {when}", when=schedule_words(typed_schedule(part)))


def _why_not(session: Session, wish: str, *, ready: bool, first: bool) -> str:
    """Why a way can't be taken now; empty where it can."""
    if first and wish in ("users", "courses"):
        return tr("After the first full run")
    if session.saving:
        return tr("One moment …")
    if not ready:
        return tr("When nothing is left to fix")
    return "" if wish != "save" or session.dirty else tr("Nothing was changed")
