"""The help page: topics, its two searches, and the way from a step of the set-up."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from psconnect.desktop.shell import MainWindow
from psconnect.desktop.widgets.drawing import ScreenDrawing
from psconnect.desktop.widgets.guide import InstallGuide
from psconnect.wording.help import help_topics
from tests.desktop.conftest import OpenWindow, settled
from tests.support.demo import Connected


@pytest.fixture
def window(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> MainWindow:
    """A window with one connection, on its help."""
    shown = open_window(connected.service)
    shown.help()
    settled(qtbot, shown)
    return shown


def test_every_topic_opens(window: MainWindow, qtbot: QtBot):
    page = window.places.help
    assert list(page.links) == [topic.key for topic in help_topics()]
    for topic in help_topics():
        qtbot.mouseClick(page.links[topic.key], Qt.MouseButton.LeftButton)
        assert page.topic.topic == topic
        assert page.topic.heading.text() == topic.title


def test_a_search_leaves_the_topics_with_these_words(window: MainWindow, qtbot: QtBot):
    page = window.places.help
    qtbot.keyClicks(page.search, "lms.powerschool.com 8888")
    assert list(page.links) == ["single-sign-on"]
    page.search.clear()
    qtbot.keyClicks(page.search, "flux capacitor")
    assert page.links == {}


def test_help_with_a_step_shows_its_topic(window: MainWindow, qtbot: QtBot):
    window.help("plugin")
    page = window.places.help
    assert page.topic.topic is not None
    assert page.topic.topic.key == "install-plugin"
    assert window.open_name == ""
    assert page.topic.findChildren(ScreenDrawing)
    qtbot.mouseClick(page.topic.pills.buttons["classic"], Qt.MouseButton.LeftButton)
    (first, *_others) = page.topic.lists
    copied = [line.copy_button for line in first.lines if line.copy_button]
    qtbot.mouseClick(copied[0], Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == (
        "Start Page > System > System Settings > Plugin Management Configuration"
    )


def test_a_vendors_word_leads_from_the_help_to_the_setting(window: MainWindow, qtbot: QtBot, connected: Connected):
    page = window.places.help
    qtbot.keyClicks(page.finder.search, "Integration Key")
    qtbot.keyClick(page.finder.search, Qt.Key.Key_Return)
    settled(qtbot, window)
    assert (window.places.key, window.open_name) == ("settings", connected.name)
    forms = window.places.settings.forms
    (opened,) = [page for page in forms.pages if page.step == forms.list.step]
    assert opened.step == "credentials"
    control = opened.control_of("client_id")
    assert control is not None
    assert control.hasFocus() or forms.focusWidget() is control


def test_the_guide_shows_ticks_and_the_drawing_of_what_is_next(qtbot: QtBot):
    ticked: list[tuple[int, bool]] = []
    chosen: list[str] = []
    guide = InstallGuide(lambda place, on: ticked.append((place, on)), chosen.append)
    qtbot.addWidget(guide)
    guide.show()
    names = {"plugin": "psconnect ab12", "file": "plugin.zip"}
    guide.show_state("new", {0, 1, 2}, names)
    assert guide.count == len(guide.steps.lines) == 6
    assert [line.box.isChecked() for line in guide.steps.lines if line.box] == [True, True, True, False, False, False]
    assert [shown.accessibleName() for shown in guide.findChildren(ScreenDrawing)] == [
        "Drawing: in the list of installed plugins, the box under Enable in the plugin’s row is marked."
    ]
    assert "psconnect ab12" in guide.steps.lines[3].label.text()
    assert "Installed is not yet enabled" in guide.steps.lines[3].warning.text()
    qtbot.mouseClick(guide.steps.lines[3].label, Qt.MouseButton.LeftButton)
    assert ticked == [(3, True)]
    qtbot.mouseClick(guide.menus.buttons["classic"], Qt.MouseButton.LeftButton)
    assert chosen == ["classic"]
    guide.show_state("classic", {0, 1, 2, 3, 4, 5}, names)
    assert "Plugin Management Configuration" in guide.steps.lines[1].label.text()
