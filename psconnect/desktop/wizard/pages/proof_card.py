"""*A scheduled start works*: what the last proof found, and *Try again*."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel, QWidget

from psconnect.desktop.text import moment, tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.icons import pixmap
from psconnect.desktop.theme.tokens import SPACE_S, SPACE_XL
from psconnect.desktop.widgets.button import link, secondary
from psconnect.desktop.widgets.card import Card, row
from psconnect.desktop.widgets.chip import Chip
from psconnect.desktop.widgets.flow_row import FlowRow
from psconnect.desktop.widgets.label import Label
from psconnect.model.errors import PsconnectError
from psconnect.model.schedule_state import Proof
from psconnect.service import CLIENT_SECRET, secret_word
from psconnect.wording.errors import word
from psconnect.wording.schedules import system_word

_MARK = 16


@dataclass(frozen=True)
class ProofShown:
    """What is known of a scheduled start.

    Attributes:
        system: key of the system's scheduler; empty where there is none.
        saved: whether the connection is saved and runs by itself, so that a start can be tried.
        proof: what the last try found; None before the first one.
        error: why the last try could not be made; None if it could.
        working: whether one is going on.
        other_system: what the destination is called.
    """

    system: str
    saved: bool
    proof: Proof | None = None
    error: PsconnectError | None = None
    working: bool = False
    other_system: str = ""

    @property
    def works(self) -> bool:
        """Whether a start was seen to work."""
        return self.proof is not None and not self.proof.trouble and self.error is None


class ProofCard(Card):
    """``try_again`` tries a start, ``open_credentials`` leads to where a missing secret is given."""

    def __init__(self, try_again: Callable[[], object], open_credentials: Callable[[], object]) -> None:
        super().__init__(" ")
        self.chip = Chip()
        self.again_button = link(tr("Try again"), try_again, name=tr("Try a scheduled start again"))
        self.credentials_button = secondary(tr("Open credentials"), open_credentials)
        self.body.removeWidget(self.heading)
        self.text, self.ticks = Label("", "help"), FlowRow(SPACE_XL)
        self.heading.setSizePolicy(self.heading.sizePolicy().Policy.Maximum, self.heading.sizePolicy().Policy.Fixed)
        self.heading.setWordWrap(False)
        self.add(row(self.heading, self.chip, 1, self.again_button, spacing=SPACE_S))
        self.add(self.text)
        self.add(self.ticks)
        self.add(row(self.credentials_button, 1))
        self.said: list[str] = []
        # Whether the focus was on the button that is hidden while a start is tried.
        self._led = False

    def show_proof(self, shown: ProofShown, now: datetime) -> None:
        """Show what is known."""
        self.heading.setText(tr("A scheduled start works") if shown.works else tr("Does a scheduled start work?"))
        self.setAccessibleName(self.heading.text())
        chip, state, text = _told(shown, now)
        self.chip.show_state(chip, state)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        self.again_button.setText(tr("Try again") if shown.proof or shown.error else tr("Try now"))
        offered = shown.saved and bool(shown.system) and not shown.working
        self._led = self._led or (self.again_button.hasFocus() and not offered)
        self.again_button.setVisible(offered)
        if self._led and offered:
            self._led = False
            self.again_button.setFocus()
        ticks = [] if shown.working or shown.proof is None or shown.error else _ticks(shown, shown.proof)
        self.said = [words for words, _ok in ticks]
        self.ticks.show_widgets([_tick(words, ok=ok) for words, ok in ticks])
        self.ticks.setVisible(bool(ticks))
        lacking = shown.proof is not None and any(not place for place in shown.proof.secrets.values())
        self.credentials_button.setVisible(lacking and not shown.working)


def _told(shown: ProofShown, now: datetime) -> tuple[str, str, str]:
    """Chip, its state, and the sentence below."""
    system = system_word(shown.system)
    if not shown.system:
        text = tr("There is nothing to try: no scheduler of this computer starts psconnect.")
        return tr("No scheduler"), "warning", text
    if shown.working:
        text = tr(
            "psconnect is started once by {system} and reads the secrets. That may take two minutes.", system=system
        )
        return tr("Being tried …"), "accent", text
    if shown.error:
        return tr("Could not be tried"), "bad", word(shown.error, window=True).text
    if shown.proof is None:
        text = tr("Tried when you save: psconnect is started once by {system} and reads the secrets.", system=system)
        return tr("Not tried yet"), "", text
    when = moment(shown.proof.at, now)
    if shown.proof.trouble:
        text = tr("Tried {when}. {text}", when=when, text=word(shown.proof.trouble, window=True).text)
        return tr("Would not start"), "bad", text
    return tr("Proved {when}", when=when), "good", ""


def _ticks(shown: ProofShown, proof: Proof) -> list[tuple[str, bool]]:
    started = tr("Started by {system}", system=system_word(proof.started_by))
    found = [(started, bool(proof.started_by) and (not proof.trouble or bool(proof.secrets)))]
    for key, place in proof.secrets.items():
        whose = tr("PowerSchool") if key == CLIENT_SECRET else shown.other_system or tr("Destination")
        said = tr("{system}: {secret} read", system=whose, secret=secret_word(key))
        lacks = tr("{system}: {secret} not found", system=whose, secret=secret_word(key))
        found.append((said if place else lacks, bool(place)))
    return found


def _tick(words: str, *, ok: bool) -> QWidget:
    mark = QLabel()
    mark.setFixedSize(QSize(_MARK, _MARK))
    c = tokens_in_use()
    mark.setPixmap(pixmap("check" if ok else "cross", c.good if ok else c.bad, _MARK, mark.devicePixelRatioF()))
    return row(mark, Label(words, "table", wrap=False), spacing=SPACE_S)
