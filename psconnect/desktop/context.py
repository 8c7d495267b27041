"""What every page gets: the service, the bridge to worker threads, and navigation to other pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

from psconnect.desktop.advice import CHECK_ACCESS, CHECKED, DAMAGED, START_AGAIN
from psconnect.desktop.bridge import Bridge
from psconnect.desktop.proving import StartProofs
from psconnect.desktop.runs import ActiveRuns
from psconnect.desktop.widgets.banner import Action
from psconnect.model.errors import PsconnectError
from psconnect.model.preferences import Preferences
from psconnect.model.removal import RemovalProof
from psconnect.service import Service
from psconnect.wording.catalogue import translated


class Navigator(Protocol):
    """Navigation between pages; the main window implements it."""

    def connections(self) -> None:
        """The start page."""

    def overview(self, name: str) -> None:
        """The first page of a connection."""

    def history(self, name: str) -> None:
        """The runs of a connection."""

    def disclosures(self, name: str) -> None:
        """What a connection delivered where and when, for as long as psconnect knows it."""

    def find_record(self, name: str, entity: str = "", key: int = 0) -> None:
        """The search of a connection; with an entity and a key, that record explained."""

    def findings(self, name: str, run_id: str = "", rule: str = "", attribute: str = "") -> None:
        """What was found wrong with records: of a run, or of the newest; with a rule and an attribute, those alone."""

    def settings(self, name: str, step: str = "") -> None:
        """The settings of a connection; with the key of a step, that page of them."""

    def sync(self, name: str) -> None:
        """The summary of the last run of a connection, with the button that starts the next one."""

    def records(self, name: str, entity: str, figure: str) -> None:
        """The records behind a figure of what stands in the other system."""

    def setting(self, name: str, setting: str) -> None:
        """The settings of a connection, with the focus on one of them: ``STEP.CONTROL`` or ``STEP``."""

    def removed(self, proof: RemovalProof) -> None:
        """The proof that a connection was removed."""

    def check(self, name: str) -> None:
        """The check of a connection's access, which begins at once."""

    def ids(self, name: str) -> None:
        """How the ids of a connection are made; adoption and re-key."""

    def running(self, name: str) -> None:
        """The run view of a connection."""

    def summary(self, name: str, run_id: str) -> None:
        """The summary of a run."""

    def review(self, name: str, run_id: str) -> None:
        """The review of a waiting run."""

    def help(self, step: str = "") -> None:
        """The help; with the key of a step of the set-up, what helps with that."""

    def preferences(self, key: str = "") -> None:
        """What is set for psconnect as a whole; with the key of a card, that card."""

    @property
    def last_open(self) -> str:
        """The connection that was open last, or the only one there is; empty for none."""

    def set_up(self, draft_id: str = "") -> None:
        """The wizard for a new connection, or for a set-up that waits."""

    def forget_set_up(self, draft_id: str) -> None:
        """A set-up is discarded: nothing of it is to be kept any more."""

    def try_demo(self) -> None:
        """The demo district, then the wizard filled in for it."""

    def start_again(self, name: str) -> None:
        """The question whether a connection starts again with new roster data, because its own is damaged."""

    def refresh(self) -> None:
        """The shown page, and what lists connections, read anew."""

    def changed(self) -> None:
        """Settings or states of connections changed: what lists them has to look again."""

    def has_tray(self) -> bool:
        """Whether there is a tray that the window can be closed to."""

    def closing_means(self, preferences: Preferences) -> None:
        """The preferences say anew what closing the window does."""

    def notice(self, text: str, state: str = "good") -> None:
        """A sentence at the top of the window."""

    def refuse(self, error: PsconnectError) -> None:
        """An error at the top of the window."""


@dataclass
class PageContext:
    """The parts that pages share.

    Attributes:
        proving: tries scheduled starts.
        open_url: opens a web address or a file in the program the system has for it.
    """

    service: Service
    bridge: Bridge
    runs: ActiveRuns
    go: Navigator
    open_url: Callable[[str], None]
    proving: StartProofs = field(init=False)

    def __post_init__(self) -> None:
        """Say at the top of the window what keeps a schedule from starting."""
        self.proving = StartProofs(self.bridge, self.service, self.runs)
        self.proving.failed.connect(lambda text: self.go.notice(text, "bad"))

    def ways_out(self, code: str, name: str) -> list[Action]:
        """The buttons shown with an error of a connection."""
        if not name:
            return []
        if code.startswith(CHECKED):
            return [(translated(CHECK_ACCESS), partial(self.go.check, name))]
        return [(translated(START_AGAIN), partial(self.go.start_again, name))] if code == DAMAGED else []

    def now(self) -> datetime:
        """The present moment."""
        return self.service.clock.now()
