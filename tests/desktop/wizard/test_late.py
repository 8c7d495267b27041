"""What comes late, or while something is being saved: nothing typed is lost, nothing is said of what was before."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLineEdit

from psconnect.desktop.wizard.forms import ConnectionForms
from psconnect.desktop.wizard.pages.connect import ConnectPage
from psconnect.desktop.wizard.pages.credentials import CredentialsPage
from psconnect.desktop.wizard.pages.schools import SchoolsPage
from psconnect.desktop.wizard.steps.credentials import CredentialsPart
from psconnect.desktop.wizard.steps.schools import SchoolsPart
from psconnect.service import CLIENT_SECRET, Service
from psconnect.store.settings.secrets import Secrets
from tests.desktop.wizard.conftest import WAIT_MS, Setting, place_of
from tests.support.keyrings import MemoryKeyring, _use


class WaitingKeyring(MemoryKeyring):
    """A keyring that asks its owner first, as they do: nothing is kept until ``answer`` is set."""

    priority = 0

    def __init__(self) -> None:
        super().__init__()
        self.answer = threading.Event()

    def set_password(self, service: str, username: str, password: str) -> None:
        """Waits for the owner."""
        assert self.answer.wait(WAIT_MS / 1_000)
        super().set_password(service, username, password)


@pytest.fixture
def waiting_keyring():
    """A `WaitingKeyring` in use for this test."""
    yield from _use(WaitingKeyring())


def line(page, key: str) -> QLineEdit:
    edit = page.settings[key].control
    assert isinstance(edit, QLineEdit)
    return edit


def test_what_is_typed_while_the_settings_are_saved_stays_typed(
    connected, bridge, qtbot, theme, waiting_keyring, tmp_path
):
    service = Service(connected.service.home, Secrets({}), connected.clock)
    forms = ConnectionForms(bridge, service)
    qtbot.addWidget(forms)
    forms.show()
    forms.load(connected.name)
    qtbot.waitUntil(lambda: not bridge.busy, timeout=WAIT_MS)
    connect, credentials = forms.pages[0], forms.pages[place_of("credentials")]
    assert isinstance(connect, ConnectPage)
    assert isinstance(credentials, CredentialsPage)
    forms.session.type_secret(CLIENT_SECRET, "another secret")
    connect.district.setText("Lincoln")
    connect.district.textEdited.emit("Lincoln")
    forms.save_button.click()
    connect.district.setText("Lincoln Unified")
    connect.district.textEdited.emit("Lincoln Unified")
    waiting_keyring.answer.set()
    qtbot.waitUntil(lambda: not bridge.busy, timeout=WAIT_MS)
    assert service.connection(connected.name).options.district_name == "Lincoln"
    assert connect.district.text() == "Lincoln Unified"
    assert forms.dirty
    forms.save_button.click()
    qtbot.waitUntil(lambda: not bridge.busy, timeout=WAIT_MS)
    assert service.connection(connected.name).options.district_name == "Lincoln Unified"
    assert not forms.dirty
    forms.hide()


def test_closed_while_it_is_saved_the_wish_is_told_all_the_same(setting: Setting, waiting_keyring: WaitingKeyring):
    setting.open(setting.prefill())
    setting.session.become(replace(setting.session.draft, step="summary", reached="summary"))
    setting.window._open()
    window = setting.window
    setting.way("sync").click()
    assert not window.may_close()
    waiting_keyring.answer.set()
    setting.settled()
    assert setting.wishes == [("Demo district", "sync")]
    assert not window.isVisible()


def test_a_name_that_was_taken_meanwhile_is_not_written_over(setting: Setting):
    setting.open(setting.prefill(name="Lincoln roster"))
    setting.session.become(replace(setting.session.draft, step="summary", reached="summary"))
    setting.window._open()
    other = setting.district.service.connection(setting.district.name)
    setting.service.save_connection(other)
    setting.way("save").click()
    setting.settled()
    assert setting.wishes == []
    assert "Lincoln roster" in setting.window.banner.label.text()
    assert setting.service.connection("Lincoln roster").source.url == other.source.url
    assert setting.service.connection("Lincoln roster").options == other.options
    setting.close()


def test_schools_of_the_server_before_are_not_taken_for_those_of_this_one(connected, bridge, qtbot, theme):
    forms = ConnectionForms(bridge, connected.service)
    qtbot.addWidget(forms)
    forms.show()
    forms.load(connected.name)
    qtbot.waitUntil(lambda: not bridge.busy, timeout=WAIT_MS)
    connected.fault("N05", path="/ws/schema/query/*", amount=1)
    forms.list.open("schools")
    schools = forms.pages[place_of("schools")]
    assert isinstance(schools, SchoolsPage)
    forms.list.open("credentials")
    forms.session.update(CredentialsPart, url="https://lincoln.powerschool.com")
    connected.server.clear_faults()
    qtbot.waitUntil(lambda: not bridge.busy, timeout=WAIT_MS)
    assert forms.session.draft.of(SchoolsPart).found == ()
    forms.hide()


def test_schools_that_were_left_and_opened_again_are_asked_for_again(setting: Setting):
    setting.open()
    setting.to("credentials")
    setting.fill_credentials()
    setting.district.fault("N05", path="/ws/schema/query/*", amount=2)
    setting.window.next_button.click()
    setting.window.back_button.click()
    setting.district.server.clear_faults()
    setting.window.next_button.click()
    setting.settled()
    setting.settled()
    assert setting.schools.filter.rowCount() > 0
    assert setting.session.draft.of(SchoolsPart).found


def test_the_answer_for_another_folder_is_not_shown(setting: Setting):
    setting.open()
    setting.to("destination")
    page = setting.destination
    setting.type(line(page, "folder"), str(setting.folder))
    page.test_button.click()
    setting.type(line(page, "folder"), str(setting.folder / "elsewhere"))
    setting.settled()
    assert page.outcome.text() == ""
    assert page.test_button.isEnabled()
    page.test_button.click()
    setting.settled()
    assert page.outcome.text()
