"""Every page there is, found by itself: each control has a name, a role and a place, and every text can be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from psconnect.desktop.theme.apply import Theme
from psconnect.desktop.wizard import flow
from psconnect.model.removal import Belongings, RemovalProof
from psconnect.wording.catalogue import use_language
from psconnect.wording.help import help_topics
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.control_checks import controls, cut_off, filled_twice, squeezed, unreadable, untold, without_room
from tests.desktop.district import held_by_removals
from tests.desktop.wizard.conftest import Setting, bridge, make_setting, setting  # noqa: F401 - fixtures
from tests.support.demo import Connected

NAME = "Lincoln roster"


@dataclass(frozen=True)
class Look:
    """The colours, the size and the language that all is looked at in."""

    scheme: str
    size: tuple[int, int]
    language: str = ""


_WIDE, _SMALLEST, _REST_MS = (1180, 760), (860, 600), 1_000


@pytest.fixture(
    params=[
        pytest.param(Look("light", _WIDE), id="light"),
        pytest.param(Look("dark", _WIDE), id="dark", marks=pytest.mark.thorough),
        pytest.param(Look("light", _SMALLEST), id="narrow", marks=pytest.mark.thorough),
        pytest.param(Look("light", _SMALLEST, "es"), id="spanish", marks=pytest.mark.thorough),
    ]
)
def look(request: pytest.FixtureRequest, theme: Theme) -> Iterator[Look]:
    """The look; its colours are chosen before anything is shown: to change them later restyles everything."""
    chosen: Look = request.param
    theme.set_scheme(chosen.scheme)
    use_language([chosen.language])
    yield chosen
    use_language([])


class Judge:
    """Looks at one page after the other, and collects what is wrong."""

    def __init__(self, window: QWidget, qtbot: QtBot) -> None:
        self.window, self.wrong = window, dict[str, list[str]]()
        self._qtbot = qtbot

    def see(self, page: str) -> None:
        """Judge what is shown."""
        QApplication.processEvents()
        # A page comes to rest in several rounds of events; what is cut off or squeezed then stays so.
        with suppress(QtBot.TimeoutError):
            self._qtbot.waitUntil(lambda: not cut_off(self.window) + squeezed(self.window), timeout=_REST_MS)
        assert controls(self.window), f"{page} has nothing to press"
        found = [
            wrong
            for check in (untold, filled_twice, cut_off, squeezed, unreadable, without_room)
            for wrong in check(self.window)
        ]
        if found:
            self.wrong[page] = found


def test_every_page_of_the_window(open_window: OpenWindow, connected: Connected, qtbot: QtBot, look: Look) -> None:
    """A page that is added later is shown with the connection's name, which is what most pages take."""
    held_by_removals(connected)
    window = open_window(connected.service)
    window.resize(*look.size)
    now = connected.service.clock.now()
    window.places.removed.proof = RemovalProof("Old roster", now, now, Belongings(()), Belongings(()))
    held = connected.service.runs(connected.name)[0].id
    values = {
        "connections": (),
        "help": (),
        "preferences": (),
        "removed": (),
        "diagnostics": (),
        "summary": (NAME, held),
        "review": (NAME, held),
        "findings": (NAME, "", "", ""),
        "records": (NAME, "student", "left_out"),
    }
    judge = Judge(window, qtbot)
    for key in window.places._pages:
        if key == "run":
            window.runs.start(NAME, plan_only=True)
            qtbot.waitUntil(lambda: not window.runs.working(NAME), timeout=60_000)
        window.places.go(key, *values.get(key, (NAME,)))
        settled(qtbot, window)
        assert window.places.key == key
        assert window.places.currentWidget() is window.places._pages[key]
        judge.see(key)
    assert judge.wrong == {}


def test_every_topic_of_the_help(open_window: OpenWindow, connected: Connected, qtbot: QtBot, look: Look) -> None:
    window = open_window(connected.service)
    window.resize(*look.size)
    judge = Judge(window, qtbot)
    window.help()
    settled(qtbot, window)
    for topic in help_topics():
        window.places.help.topic.show_topic(topic)
        judge.see(topic.key)
    assert judge.wrong == {}


def test_every_step_of_the_set_up(setting: Setting, look: Look) -> None:  # noqa: F811
    window = setting.open()
    window.resize(*look.size)
    setting.to("summary")
    judge = Judge(window, setting.qtbot)
    for step in flow.step_keys():
        setting.session.become(flow._at(setting.session.draft, step))
        window._open()
        setting.settled()
        setting.settled()
        assert window.pages[step].isVisible()
        judge.see(step)
    assert judge.wrong == {}


def test_every_step_as_settings(open_window: OpenWindow, connected: Connected, qtbot: QtBot, look: Look) -> None:
    window = open_window(connected.service)
    window.resize(*look.size)
    window.settings(NAME)
    settled(qtbot, window)
    forms = window.places.settings.forms
    judge = Judge(window, qtbot)
    assert [page.step for page in forms.pages] == list(flow.step_keys())
    for page in forms.pages:
        if not forms.list.shows(page.step):
            continue
        forms.list.open(page.step)
        settled(qtbot, window)
        settled(qtbot, window)
        assert page.isVisible()
        judge.see(page.step)
    assert judge.wrong == {}
