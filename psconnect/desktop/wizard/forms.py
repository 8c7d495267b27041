"""The settings of a connection: the pages of its set-up in a list, saved together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.proving import StartProofs
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.button import primary, secondary
from psconnect.desktop.widgets.card import row
from psconnect.desktop.wizard import flow, steps
from psconnect.desktop.wizard.draft import Draft
from psconnect.desktop.wizard.pages import PAGES
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage
from psconnect.desktop.wizard.session import Session, change
from psconnect.desktop.wizard.settings_pages import SettingsPages
from psconnect.model.access import PluginGap
from psconnect.model.connection import Connection
from psconnect.model.errors import PsconnectError
from psconnect.service import Service
from psconnect.wording.access import plugin_upgrade
from psconnect.wording.errors import word


class ConnectionForms(QWidget):
    """Call ``load`` with a connection's name; ``on_saved`` gets the name after its settings were saved.

    The last page sums them up and has all ways to save: ``on_wish`` gets the name and the wish (as `PagePlace.save`).

    Loading another connection drops what was typed and not saved: ask before, where ``dirty`` says that there is any.
    """

    def __init__(
        self,
        bridge: Bridge,
        service: Service,
        *,
        on_saved: Callable[[str], object] | None = None,
        on_wish: Callable[[str, str], object] | None = None,
        proving: StartProofs | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._service = bridge, service
        self._on_saved, self._on_wish = on_saved, on_wish
        self._proving = proving or StartProofs(bridge, service, self)
        self.session: Session | None = None
        self.pages: list[StepPage] = []
        self._name = ""
        self._saving = self._loading = False
        self._after: Callable[[], object] | None = None
        self.list = SettingsPages()
        self.list.entered.connect(self._entered)
        self.banner = Banner()
        self._wanted = ""
        self.save_button = primary(tr("Save"), self.save)
        self.revert_button = secondary(tr("Undo changes"), self._revert)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_L)
        layout.addWidget(self.banner)
        layout.addWidget(self.list, 1)
        # Below all pages: saving is for all of them.
        layout.addWidget(row(1, self.revert_button, self.save_button))
        self._show()

    @property
    def dirty(self) -> bool:
        """Whether something was typed that is not saved."""
        return self.session is not None and self.session.dirty

    def load(self, name: str) -> None:
        """Show the settings of a connection."""
        self._name = name
        self.banner.hide()
        self._loading = True
        service = self._service
        self._bridge.call(lambda: change(service, name), partial(self._use, name), self._refused, owner=self)

    def drop(self) -> None:
        """Forget what was typed, and the connection."""
        self._name, self._loading = "", False
        self._leave_pages()
        self.pages = []
        self.list.show_pages([])
        self.session = None
        self._show()

    def _use(self, name: str, session: Session) -> None:
        if name != self._name:
            return
        self._loading = False
        self._leave_pages()
        self.session = session
        ways = (self._open_step, self.save_with, self._proving)
        places = [PagePlace(spec.key, session, self._bridge, *ways) for spec in steps.STEPS]
        self.pages = [PAGES[place.step](place) for place in places]
        session.on_change.append(self._show)
        self.list.show_pages(self.pages)
        self._show()
        wanted, self._wanted = self._wanted, ""
        if wanted:
            self.lead_to(wanted)

    def lead_to(self, setting: str) -> None:
        """Open the page of ``STEP.CONTROL`` or ``STEP`` with the focus on it; once loaded, where that is going on."""
        step, _, control = setting.partition(".")
        if self._loading:
            self._wanted = setting
            return
        page = next((page for page in self.pages if page.step == step), None)
        if page is None:
            return
        if not self.list.shows(step):
            label = page.heading().label
            self.banner.tell(tr("This connection does not need the page “{page}”.", page=label), "accent")
            return
        self.list.open(step)
        page.lead_to(control)

    def _leave_pages(self) -> None:
        if self.session:
            self.session.live.drop(self._bridge)
        for page in self.pages:
            page.left()

    def _entered(self, page: StepPage) -> None:
        self._show()
        page.entered()

    def _show(self) -> None:
        session = self.session
        if session:
            for page in self.pages:
                if page.step == self.list.step:
                    page.show_draft()
            self.list.show_session(session)
        for button in (self.save_button, self.revert_button):
            button.setEnabled(self.dirty and not self._saving)

    def _revert(self) -> None:
        self.load(self._name)

    def save(self, after: Callable[[], object] | None = None) -> None:
        """Save; ``after`` is called once it is done, and never when something is missing or refused."""
        session = self.session
        if session is None or self._saving:
            return
        blocking = [need for need in flow.needs(session.draft, session.known) if need.blocks]
        if blocking:
            self._point_at(blocking[0].step)
            return
        self._saving, self._after = True, after
        session.saving = True
        self._show()
        typed = session.draft
        self._bridge.call(
            lambda: session.finish(typed), partial(self._saved, session, typed), self._refused, owner=self
        )

    def save_with(self, wish: str) -> None:
        """Save what was changed, if anything was, and do what is wished then."""
        session = self.session
        if session is None or self._saving:
            return
        wished = partial(self._wished, wish)
        if self.dirty:
            self.save(wished)
        elif wish != "save":
            wished()

    def _wished(self, wish: str) -> None:
        if self._on_wish and wish != "save":
            self._on_wish(self._name, wish)

    def _open_step(self, step: str) -> None:
        for page in self.pages:
            if page.step == step:
                self.list.open(step)
                page.first_field().setFocus(Qt.FocusReason.TabFocusReason)

    def _point_at(self, step: str) -> None:
        for page in self.pages:
            if page.step == step:
                self.list.open(step)
                missing = page.reveal()
                if missing:
                    missing.setFocus()

    def _saved(self, session: Session, typed: Draft, connection: Connection) -> None:
        self._saving = session.saving = False
        session.saved(connection, typed)
        self._show()
        self.banner.tell(tr("The settings of “{name}” are saved.", name=connection.name), "good")
        if connection.plugin.version:
            self._bridge.call(
                lambda: self._service.plugin_gap(connection),
                partial(self._compared, connection),
                self._refused,
                owner=self,
            )
        self._proving.prove_once(connection.name)
        if self._on_saved:
            self._on_saved(connection.name)
        after, self._after = self._after, None
        if after:
            after()

    def _compared(self, connection: Connection, gap: PluginGap) -> None:
        """What was saved may need a newer plugin than the one that was built last: that is said at once."""
        if gap.upgrade and connection.name == self._name:
            self.banner.tell(
                tr("The settings of “{name}” are saved. {why}", name=connection.name, why=plugin_upgrade(gap)),
                "warning",
                [(tr("Open Plugin"), partial(self._point_at, "plugin"))],
            )

    def _refused(self, error: PsconnectError) -> None:
        self._saving, self._loading, self._after = False, False, None
        if self.session:
            self.session.saving = False
        self._show()
        self.banner.tell(word(error, window=True).text, "bad")
