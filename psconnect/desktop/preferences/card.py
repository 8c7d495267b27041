"""What every card of the *Preferences* page is: shown what is set, and saving what is changed on it."""

from __future__ import annotations

from collections.abc import Callable

from psconnect.desktop.context import PageContext
from psconnect.desktop.text import tr
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.card import Card
from psconnect.desktop.widgets.label import Label
from psconnect.model.errors import PsconnectError
from psconnect.model.preferences import Preferences
from psconnect.wording.errors import word


class PreferenceCard(Card):
    """Some preferences that belong together.

    ``key`` is what the window goes to it by (``Navigator.preferences``). ``outcome`` says what became of a change.

    A switch or a choice is saved at once; what is typed gets a *Save* button, and ``unsaved`` is true until then, so
    that the page doesn't put the stored value over it.
    """

    key = ""

    def __init__(self, context: PageContext, heading: str, text: str = "") -> None:
        super().__init__(heading)
        self.context = context
        self.outcome = Banner()
        self.add(self.outcome)
        if text:
            self.add(Label(text, "muted"))

    @property
    def unsaved(self) -> bool:
        """Whether something is typed that is not saved."""
        return False

    def load(self, preferences: Preferences) -> None:
        """Show what is set; what that changes on the card must not be saved again."""
        raise NotImplementedError

    def save(
        self, change: Callable[[Preferences], Preferences], then: Callable[[Preferences], None] | None = None
    ) -> None:
        """Store a change of what is set now; ``then`` gets what is set afterwards, ``load`` if there is none."""
        service = self.context.service
        self.outcome.hide()
        self.context.bridge.call(
            lambda: service.change_preferences(change), then or self.load, self.refused, owner=self
        )

    def refused(self, error: PsconnectError) -> None:
        """Say on the card why something could not be done, and show what is set."""
        self.outcome.tell(word(error, window=True).text, "bad", [(tr("Close"), self.outcome.hide)])
        self.context.bridge.call(self.context.service.preferences, self.load, lambda _error: None, owner=self)
