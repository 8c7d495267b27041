"""A state as word and colour."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from psconnect.desktop.text import state_word, tr
from psconnect.desktop.widgets.label import Label
from psconnect.model.runs import APPLIED, WORKING, Run
from psconnect.service import ConnectionState

_COLOURS = {
    "finished": "good",
    "finished_with_problems": "good",
    "held": "warning",
    "previewed": "accent",
    "failed": "bad",
    "interrupted": "warning",
}


class Chip(Label):
    """A short word on a coloured ground: ``good``, ``warning``, ``bad``, ``accent`` or plain."""

    def __init__(self, text: str = "", state: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, "chip", parent, wrap=False)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.show_state(text, state)

    def show_state(self, text: str, state: str = "") -> None:
        """Show another word and colour."""
        self.setText(text)
        self.setAccessibleName(tr("State: {state}", state=text))
        if self.parent() is not None:  # shown without one, it would be a window for a moment, and take the focus
            self.setVisible(bool(text))
        self.set_state(state)


def state_of_connection(state: ConnectionState, *, working: bool) -> tuple[str, str]:
    """Word and colour of a connection as a list shows it; ``working`` while a run of this window goes on."""
    if state.trouble and not working:
        return tr("Can’t be read"), "bad"
    return state_of_run(state.last_run, working=working, disabled=state.connection.disabled)


def state_of_run(run: Run | None, *, working: bool = False, disabled: bool = False) -> tuple[str, str]:
    """Word and colour of a connection whose newest run is this one."""
    if working:
        return tr("Running"), "accent"
    if disabled:
        return tr("Disabled"), ""
    if run is None:
        return tr("Not run yet"), ""
    if run.state in APPLIED and not run.refused:
        return tr("Up to date"), "good"
    if run.state in WORKING:
        return tr("Running elsewhere"), "accent"
    return run_word(run), run_colour(run)


def run_word(run: Run) -> str:
    """A run's state in a few words."""
    return tr("Not all delivered") if run.refused and run.state in APPLIED else state_word(run.state)


def run_colour(run: Run) -> str:
    """Colour of a run's state."""
    incomplete = run.in_part or bool(run.refused)
    return "warning" if incomplete and run.state != "failed" else _COLOURS.get(run.state, "")
