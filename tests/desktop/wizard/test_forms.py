"""The settings of a connection on the pages of its set-up: what is changed is saved, all else stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.theme.apply import Theme
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.forms import ConnectionForms
from psconnect.desktop.wizard.pages.connect import ConnectPage
from psconnect.desktop.wizard.pages.credentials import CredentialsPage
from psconnect.desktop.wizard.pages.destination import DestinationPage
from psconnect.desktop.wizard.pages.plugin import PluginPage
from psconnect.desktop.wizard.pages.schools import SchoolsPage
from psconnect.desktop.wizard.steps.credentials import CredentialsPart
from psconnect.desktop.wizard.steps.plugin import PluginPart
from tests.desktop.wizard.conftest import WAIT_MS, place_of
from tests.support.demo import Connected


@dataclass
class Open:
    """Somebody has the settings of a connection open."""

    district: Connected
    forms: ConnectionForms
    bridge: Bridge
    qtbot: QtBot
    saved: list[str]

    def settled(self) -> None:
        self.qtbot.waitUntil(lambda: not self.bridge.busy, timeout=WAIT_MS)

    def press(self, button: QWidget) -> None:
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, button.height() // 2))
        self.settled()

    def type(self, edit: QLineEdit, text: str) -> None:
        edit.setFocus()
        edit.selectAll()
        self.qtbot.keyClicks(edit, text)

    @property
    def tested(self) -> str:
        """What is known of the last test of the connection."""
        assert self.forms.session is not None
        return self.forms.session.draft.of(CredentialsPart).tested

    def page(self, place: int) -> QWidget:
        """Open a tab."""
        self.forms.list.open(self.forms.pages[place].step)
        self.settled()
        return self.forms.pages[place]


@pytest.fixture
def opened(connected: Connected, bridge: Bridge, qtbot: QtBot, theme: Theme) -> Iterator[Open]:
    """The settings of the demo connection."""
    connected.service.set_value(connected.name, "safety.preview", '"always"')
    saved: list[str] = []
    forms = ConnectionForms(bridge, connected.service, on_saved=saved.append)
    qtbot.addWidget(forms)
    forms.resize(900, 700)
    forms.show()
    forms.load(connected.name)
    made = Open(connected, forms, bridge, qtbot, saved)
    made.settled()
    yield made
    made.settled()
    forms.hide()


def test_nothing_can_be_saved_before_something_is_changed(opened: Open):
    for place in range(4):
        opened.page(place)
    assert not opened.forms.dirty
    assert not opened.forms.save_button.isEnabled()
    assert not opened.forms.revert_button.isEnabled()


def test_a_change_is_saved_and_all_else_stays(opened: Open):
    service, name = opened.district.service, opened.district.name
    before = service.connection(name)
    schools = opened.page(place_of("schools"))
    assert isinstance(schools, SchoolsPage)
    opened.type(schools.numbers, "100, 120")
    connect = opened.page(0)
    assert isinstance(connect, ConnectPage)
    assert connect.name.isReadOnly()
    opened.type(connect.district, "Lincoln")
    assert opened.forms.dirty
    opened.press(opened.forms.save_button)
    after = service.connection(name)
    assert (after.scope.schools, after.options.district_name) == ([100, 120], "Lincoln")
    assert (after.source, after.safety, after.destination) == (before.source, before.safety, before.destination)
    assert opened.saved == [name]
    assert not opened.forms.dirty
    assert service.kept_secrets(name)


def test_what_is_wrong_is_shown_on_its_tab_and_not_saved(opened: Open):
    destination = opened.page(place_of("destination"))
    assert isinstance(destination, DestinationPage)
    folder = destination.settings["folder"].control
    assert isinstance(folder, QLineEdit)
    opened.type(folder, " ")
    opened.qtbot.keyClick(folder, Qt.Key.Key_Backspace)
    opened.page(0)
    opened.press(opened.forms.save_button)
    assert opened.forms.list.step == destination.step
    assert destination.rows["destination.folder"].error
    assert opened.saved == []


def test_undo_changes_shows_what_is_stored(opened: Open):
    connect = opened.page(0)
    assert isinstance(connect, ConnectPage)
    opened.type(connect.district, "Lincoln")
    opened.press(opened.forms.revert_button)
    assert not opened.forms.dirty
    again = opened.forms.pages[0]
    assert isinstance(again, ConnectPage)
    assert again.district.text() == "Demo Unified School District"


def test_the_kept_secret_is_used_until_another_is_typed(opened: Open):
    credentials = opened.page(place_of("credentials"))
    assert isinstance(credentials, CredentialsPage)
    assert credentials.secret.text() == ""
    assert "Kept" in credentials.secret.placeholderText()
    opened.press(credentials.test_button)
    assert opened.tested == "passed"
    renewed = opened.district.server.regenerate(opened.district.plugin)
    opened.press(credentials.test_button)
    assert opened.tested == "failed"
    opened.type(credentials.client_id, str(renewed.client_id))
    opened.type(credentials.secret, str(renewed.client_secret))
    opened.press(credentials.test_button)
    assert opened.tested == "passed"
    opened.press(opened.forms.save_button)
    assert opened.district.service.sync(opened.district.name, plan_only=True).state == "previewed"


def test_saved_settings_that_need_a_newer_plugin_say_which_fields_it_lacks(opened: Open):
    assert opened.forms.session is not None
    opened.forms.session.update(PluginPart, custom={"student": "Students.Gender|gender"})
    opened.press(opened.forms.save_button)
    assert "lacks: Students.Gender." in opened.forms.banner.label.text()
    opened.press(opened.forms.banner.buttons[0])
    assert opened.forms.list.step == "plugin"
    page = opened.page(place_of("plugin"))
    assert isinstance(page, PluginPage)
    page.card.save_to(opened.district.folder / "newer.zip")
    opened.settled()
    assert not opened.forms.dirty, "the file of the connection has it noted"
    assert opened.district.service.connection(opened.district.name).plugin.may_view("STUDENTS", "GENDER")
    opened.forms.session.update(PluginPart, custom={"student": "Students.Gender|sex"})
    opened.press(opened.forms.save_button)
    assert "are saved." in opened.forms.banner.label.text()
    assert "lacks" not in opened.forms.banner.label.text()


def test_the_pages_stand_one_below_the_other_and_as_a_rail_in_a_narrow_window(opened: Open):
    forms, buttons = opened.forms, opened.forms.list.buttons
    forms.resize(1000, 700)
    opened.settled()
    tops = [button.mapTo(forms, QPoint()).y() for button in buttons.values() if button.isVisible()]
    assert tops == sorted(set(tops))
    assert all(button.toolTip() == "" for button in buttons.values())
    forms.resize(700, 500)
    opened.press(buttons["filters"])
    assert forms.list.step == "filters"
    assert buttons["filters"].isChecked()
    assert buttons["attributes"].toolTip() == "Attributes"
    assert forms.list.findChildren(Label)[0].text() == "Filter rules"
    assert forms.minimumSizeHint().width() <= 700
    assert forms.save_button.mapTo(forms, forms.save_button.rect().bottomLeft()).y() < forms.height()


def test_a_page_that_misses_something_is_marked_in_the_list(opened: Open):
    destination = opened.page(place_of("destination"))
    assert isinstance(destination, DestinationPage)
    folder = destination.settings["folder"].control
    assert isinstance(folder, QLineEdit)
    opened.type(folder, " ")
    opened.qtbot.keyClick(folder, Qt.Key.Key_Backspace)
    opened.page(0)
    assert opened.forms.list.buttons["destination"].accessibleName() == "Destination: 1 to fix"
