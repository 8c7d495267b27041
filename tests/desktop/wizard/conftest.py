"""A set-up against the real demo district: a home without connections, a window, and what a person does in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.shell import SMALLEST
from psconnect.desktop.theme.apply import Theme
from psconnect.desktop.widgets.action_button import ActionButton
from psconnect.desktop.wizard import flow, steps
from psconnect.desktop.wizard.frame import WizardFrame
from psconnect.desktop.wizard.pages.connect import ConnectPage
from psconnect.desktop.wizard.pages.credentials import CredentialsPage
from psconnect.desktop.wizard.pages.destination import DestinationPage
from psconnect.desktop.wizard.pages.plugin import PluginPage
from psconnect.desktop.wizard.pages.schools import SchoolsPage
from psconnect.desktop.wizard.pages.summary import SummaryPage
from psconnect.desktop.wizard.prefill import Prefill
from psconnect.desktop.wizard.session import Session
from psconnect.desktop.wizard.steps.credentials import CredentialsPart
from psconnect.desktop.wizard.steps.plugin import PluginPart
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import Secrets
from tests.support.demo import Connect, Connected
from tests.support.demo import TestClock as StandingClock
from tests.support.keyrings import MemoryKeyring

WAIT_MS = 30_000


@dataclass
class Setting:
    """Somebody sits in front of the set-up.

    Attributes:
        district: the demo district.
        service: the person's own psconnect, without a connection yet.
        wishes: what the window told when it had saved.
    """

    district: Connected
    service: Service
    keyring: MemoryKeyring
    qtbot: QtBot
    bridge: Bridge
    folder: Path
    wishes: list[tuple[str, str]] = field(default_factory=list)
    windows: list[WizardFrame] = field(default_factory=list)

    @property
    def window(self) -> WizardFrame:
        """The window opened last."""
        return self.windows[-1]

    @property
    def session(self) -> Session:
        """What is typed so far."""
        assert self.window.session is not None
        return self.window.session

    def open(
        self, prefill: Prefill | None = None, service: Service | None = None, *, draft_id: str = ""
    ) -> WizardFrame:
        """Open the set-up in a window of its own, and wait until it can be used."""

        window = WizardFrame(self.bridge, service or self.service)
        window.prefill = (lambda: prefill) if prefill else None

        def saved(name: str, wish: str) -> None:
            self.wishes.append((name, wish))
            window.close()

        def left() -> None:
            window.leave()
            window.close()

        window.saved.connect(saved)
        window.left.connect(left)
        window.setMinimumSize(SMALLEST)
        window.open(draft_id)
        window.show()
        self.windows.append(window)
        # The offscreen platform's screen is smaller than the window on most people's.
        window.resize(1180, 760)
        # The offscreen platform gives the focus to a window only once it is exposed.
        with self.qtbot.waitExposed(window, timeout=WAIT_MS):
            pass
        window.activateWindow()
        self.qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)
        self.settled()
        return window

    def prefill(self, **changes: Any) -> Prefill:
        """What the demo district knows of itself."""
        plugin = self.district.server.plugins()[0]
        values: dict[str, Any] = {
            "name": "Demo district",
            "url": self.district.server.url,
            "client_id": plugin.client_id,
            "client_secret": plugin.client_secret,
            "connection_id": plugin.name.rpartition(" ")[2],
            "preset": "oneroster",
            "folder": str(self.folder),
        }
        return Prefill(**{**values, **changes})

    def settled(self) -> None:
        """Wait until nothing is being worked on."""
        self.qtbot.waitUntil(lambda: not self.bridge.busy, timeout=WAIT_MS)

    def type(self, edit: QLineEdit, text: str) -> None:
        """Type over what a field holds."""
        edit.setFocus()
        edit.selectAll()
        self.qtbot.keyClicks(edit, text)

    def press(self, button: QWidget) -> None:
        """Press a button and wait for what it sets going."""
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, button.height() // 2))
        self.settled()

    def choose_kind(self, kind: str) -> None:
        """Choose another kind of destination than that of the preset."""
        if not self.destination.others_button.isHidden():
            self.press(self.destination.others_button)
        self.press(self.destination.kinds[kind])

    def close(self) -> None:
        """Leave the set-up as a person does."""
        self.window.left.emit()
        self.settled()

    def again(self, prefill: Prefill | None = None, service: Service | None = None) -> WizardFrame:
        """Go on with the set-up that was left last."""
        last = next(iter((service or self.service).drafts()))
        return self.open(prefill, service, draft_id=last)

    def way(self, wish: str) -> ActionButton:
        """A way to save, on the summary."""
        page = self.window.pages["summary"]
        assert isinstance(page, SummaryPage)
        return page.ways.buttons[wish]

    @property
    def connect(self) -> ConnectPage:
        """The step *Connect what*."""
        page = self.window.pages["connect"]
        assert isinstance(page, ConnectPage)
        return page

    @property
    def plugin(self) -> PluginPage:
        """The step *Plugin*."""
        page = self.window.pages["plugin"]
        assert isinstance(page, PluginPage)
        return page

    @property
    def credentials(self) -> CredentialsPage:
        """The step *Credentials*."""
        page = self.window.pages["credentials"]
        assert isinstance(page, CredentialsPage)
        return page

    @property
    def schools(self) -> SchoolsPage:
        """The step *Schools*."""
        page = self.window.pages["schools"]
        assert isinstance(page, SchoolsPage)
        return page

    @property
    def destination(self) -> DestinationPage:
        """The step *Destination*."""
        page = self.window.pages["destination"]
        assert isinstance(page, DestinationPage)
        return page

    def put(self, edit: QLineEdit, text: str) -> None:
        """Paste over what a field holds: as a person does, and quicker than key by key."""
        edit.setFocus()
        edit.selectAll()
        edit.insert(text)

    def fill_credentials(self, secret: str | None = None) -> None:
        """Install the plugin of the set-up, and give address, ID and secret."""
        page, server = self.credentials, self.district.server
        package = self.session.save_plugin(self.folder.parent / "set-up-plugin.zip")
        if package.name != self.district.plugin:
            server.delete(self.district.plugin)
            server.install(package.content)
        plugin = server.enable(package.name)
        self.put(page.url, f"{self.district.server.url}/admin/home.html")
        self.put(page.client_id, str(plugin.client_id))
        self.put(page.secret, secret or str(plugin.client_secret))

    def to(self, step: str, *, fill: bool = True) -> None:
        """Fill in everything up to a step, and open it; without ``fill`` everything is filled in already.

        Steps with working defaults are passed over, as *Finish* does; ``walk`` comes to each.
        """
        keys = flow.step_keys()
        here, there = keys.index(self.session.draft.step), keys.index(step)
        assert here <= there, "there is no way back"
        for stop in (*(key for key in keys[here + 1 : there] if key in _STOPS), step):
            if fill:
                self.fill()
            draft = self.session.draft
            assert flow.go_next(draft, self.session.known) != draft, f"the step {draft.step} lacks something"
            self.window._move(flow._at(draft, stop))
            self.settled()

    def walk(self) -> Iterator[str]:
        """Each step as *Next* opens it; it is filled in when the next one is asked for."""
        while True:
            step = self.session.draft.step
            yield step
            if self.window.next_button.isHidden():
                return
            self.fill()
            self.press(self.window.next_button)
            assert self.session.draft.step != step, f"the step {step} lacks something"

    def fill(self) -> None:
        """Fill in what the open step needs."""
        fields = {
            "connect": self._fill_connect,
            "credentials": self._test_credentials,
            "destination": self._fill_folder,
        }
        fields.get(self.session.draft.step, bool)()

    def _fill_connect(self) -> None:
        self.put(self.connect.name, "Lincoln roster")
        self.press(self.connect.cards["oneroster"])

    def _test_credentials(self) -> None:
        self.fill_credentials()
        self.press(self.credentials.test_button)

    def _fill_folder(self) -> None:
        folder = self.destination.settings["folder"].control
        assert isinstance(folder, QLineEdit)
        self.put(folder, str(self.folder))


_STOPS = ("credentials", "schools", "destination")
"""The steps that can't be passed over: they are filled in, or read what others show."""


def place_of(step: str) -> int:
    """Where a step's page stands among the tabs of a connection's settings."""
    return [spec.key for spec in steps.STEPS if spec.part].index(step)


def found(setting: Setting) -> list[tuple[str, str]]:
    """What the connection check shows: step and state."""
    return [(shown.finding.step, shown.finding.state) for shown in setting.credentials.check.rows]


def last_test(setting: Setting) -> str:
    """What is known of the last test of the connection."""
    return setting.session.draft.of(CredentialsPart).tested


def ticked(setting: Setting) -> tuple[int, ...]:
    """The steps of the installation that are ticked."""
    return setting.session.draft.of(PluginPart).ticked


def checked(setting: Setting) -> dict[str, bool]:
    """The schools in the table and whether they are on."""
    table = setting.schools.filter
    return {
        table.index(row, 0).data(): table.index(row, 0).data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
        for row in range(table.rowCount())
    }


MakeSetting = Callable[..., Setting]


@pytest.fixture
def bridge(qtbot: QtBot) -> Iterator[Bridge]:
    """The way to worker threads; nothing may be going on when it is closed."""
    made = Bridge()
    mistakes: list[BaseException] = []
    made.unexpected.connect(mistakes.append)
    yield made
    qtbot.waitUntil(lambda: not made.busy, timeout=WAIT_MS)
    assert made.close()
    made.deleteLater()
    assert not mistakes, mistakes


@pytest.fixture
def make_setting(
    connect: Connect, bridge: Bridge, qtbot: QtBot, theme: Theme, tmp_path: Path, memory_keyring: MemoryKeyring
) -> Iterator[MakeSetting]:
    """Makes a `Setting`; the arguments are those of `connect`."""
    made: list[Setting] = []

    def make(**options: Any) -> Setting:
        district = connect(**options)
        folder = tmp_path / "delivered"
        folder.mkdir(exist_ok=True)
        service = Service(home_at(tmp_path / "own-home"), Secrets({}), StandingClock())
        made.append(Setting(district, service, memory_keyring, qtbot, bridge, folder))
        return made[-1]

    yield make
    for setting in made:
        for window in setting.windows:
            if shiboken6.isValid(window):
                window.leave()
                window.close()
                window.deleteLater()
        setting.settled()


@pytest.fixture
def setting(make_setting: MakeSetting) -> Setting:
    """A set-up against a district of 300 students whose plugin is installed."""
    return make_setting()
