"""A kind of destination that the window has never heard of: all of its page comes from its declaration."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.theme.apply import Theme
from psconnect.desktop.widgets.setting_table import SettingTable
from psconnect.desktop.wizard.forms import ConnectionForms
from psconnect.desktop.wizard.pages.destination import DestinationPage
from psconnect.desktop.wizard.pages.summary import SummaryPage
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.destinations import KINDS
from psconnect.destinations.kind import Kind
from psconnect.model.connection import to_dict
from psconnect.service import CLIENT_SECRET, Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import Secrets
from tests.desktop.wizard.conftest import WAIT_MS, MakeSetting, Setting, place_of
from tests.support.demo import Connected
from tests.support.keyrings import MemoryKeyring
from tests.support.service_kind import RIGHT_TOKEN

TOKEN, PROXY, MAIL = "destination.token", "destination.proxy_password", "destination.mail_password"


@pytest.fixture
def chosen(service_kind: Kind, make_setting: MakeSetting) -> Setting:
    """The set-up at its destination step, with that kind chosen."""
    setting = make_setting()
    setting.open()
    setting.to("destination")
    setting.choose_kind("example-service")
    return setting


def line(page: DestinationPage, key: str) -> QLineEdit:
    control = page.settings[key].control
    assert isinstance(control, QLineEdit)
    return control


def table(page: DestinationPage, key: str) -> SettingTable:
    control = page.settings[key].control
    assert isinstance(control, SettingTable)
    return control


def texts(shown: SettingTable) -> list[list[str]]:
    model = shown.model
    role = Qt.ItemDataRole.AccessibleTextRole
    return [
        [model.index(row, place).data(role) for place in range(model.columnCount())] for row in range(model.rowCount())
    ]


def test_each_sort_of_setting_has_its_control(chosen: Setting):
    page = chosen.destination
    sorts = {key: type(shown.control) for key, shown in page.settings.items()}
    assert sorts == {
        "account": QLineEdit,
        "cache": QLineEdit,
        "log": QLineEdit,
        "batch": QLineEdit,
        "mode": QComboBox,
        "mail": QCheckBox,
        "sender": QLineEdit,
        "roles": SettingTable,
        "sites": SettingTable,
        "extra": SettingTable,
    }
    assert set(page.secrets) == {TOKEN, PROXY, MAIL}
    assert page.card.heading.text() == "Example service"
    assert not page.never_half.isVisible(), "a service is not changed all at once"
    chosen.choose_kind("oneroster-csv")
    shown = {key for key, row in page.settings.items() if not row.isHidden() and not key.startswith("sftp.")}
    assert shown == {"version", "delivery", "demographics", "place", "folder", "keep", "consumed"}
    assert all(row.isHidden() for key, row in page.settings.items() if key.startswith("sftp."))
    assert page.never_half.isVisible()


def test_what_the_other_system_does_and_who_has_verified_it_is_said(chosen: Setting):
    page = chosen.destination
    assert not page.received.isVisible(), "the example declares nothing"
    chosen.choose_kind("oneroster-csv")
    assert page.received.isVisible()
    assert page.receives.text() == KINDS["oneroster-csv"].receives
    assert not page.unverified.isVisible()
    chosen.session.choose_preset("dyknow")
    assert page.unverified.isVisible()


def test_what_is_filled_in_is_saved_and_the_token_only_in_the_keyring(chosen: Setting):
    window, page = chosen.window, chosen.destination
    chosen.press(window.next_button)
    assert page.rows["destination.account"].error == "The name of the account there."
    assert page.rows[TOKEN].error == "Enter the secret “Token”."
    chosen.type(line(page, "account"), "lincoln")
    chosen.type(line(page, "batch"), "20")
    mode, mail = page.settings["mode"].control, page.settings["mail"].control
    assert isinstance(mode, QComboBox)
    assert isinstance(mail, QCheckBox)
    mode.textActivated.emit("delete")
    mail.click()
    chosen.type(line(page, "sender"), "roster@s.example.org")
    chosen.type(page.secrets[MAIL].line, "canary-mail-77")
    chosen.type(page.secrets[TOKEN].line, "wrong")
    chosen.press(page.test_button)
    assert "did not accept the token" in page.outcome.text()
    chosen.type(page.secrets[TOKEN].line, RIGHT_TOKEN)
    assert page.outcome.text() == ""
    chosen.press(page.test_button)
    assert page.outcome.text() == "The service let psconnect in."
    roles = table(page, "roles")
    assert texts(roles) == [["Lead teacher", "", "0", "", "on"], ["Aide", "", "0", "", "on"]]
    assert roles.model.setData(roles.model.index(0, 1), "teacher")
    assert roles.model.setData(roles.model.index(0, 2), "3")
    chosen.press(window.next_button)
    chosen.press(window.next_button)
    assert chosen.session.draft.step == "summary"
    summary = window.pages["summary"]
    assert isinstance(summary, SummaryPage)
    lines = dict(line for spec, found in summary.said for line in found if spec.key == "destination")
    assert (lines["Roles"], lines["Token"], lines["Proxy password"]) == ("1 row", "in the keyring of this computer", "")
    chosen.press(chosen.way("save"))
    stored = to_dict(chosen.service.connection("Lincoln roster"))["destination"]
    assert stored == {
        "kind": "example-service",
        "account": "lincoln",
        "batch": 20,
        "mode": "delete",
        "mail": True,
        "sender": "roster@s.example.org",
        "roles": [{"row": "lead", "role": "teacher", "weight": 3}],
    }
    kept = {key for _service, key in chosen.keyring.entries}
    assert kept == {"Lincoln roster/source.client_secret", f"Lincoln roster/{TOKEN}", f"Lincoln roster/{MAIL}"}
    files = [path for path in chosen.service.home.config.parent.rglob("*") if path.is_file()]
    assert [path for path in files if RIGHT_TOKEN.encode() in path.read_bytes()] == []


def test_what_depends_on_another_setting_is_asked_for_with_it_alone(chosen: Setting):
    page = chosen.destination
    chosen.type(line(page, "account"), "lincoln")
    chosen.type(page.secrets[TOKEN].line, RIGHT_TOKEN)
    assert (page.settings["sender"].isVisible(), page.rows[MAIL].isVisible()) == (False, False)
    chosen.press(page.test_button)
    assert page.outcome.text() == "The service let psconnect in.", "nothing is missing"

    mail = page.settings["mail"].control
    assert isinstance(mail, QCheckBox)
    mail.click()

    assert (page.settings["sender"].isVisible(), page.rows[MAIL].isVisible()) == (True, True)
    chosen.press(page.test_button)
    assert page.rows["destination.sender"].error == "Whom the mail is from."
    mail.click()
    assert not page.settings["sender"].isVisible()
    assert not chosen.session.needs("destination")


def test_a_set_up_that_is_closed_keeps_its_token_but_not_for_another_kind(chosen: Setting):
    chosen.type(line(chosen.destination, "account"), "lincoln")
    chosen.type(chosen.destination.secrets[TOKEN].line, RIGHT_TOKEN)
    chosen.close()
    chosen.again()
    page = chosen.destination
    control = page.secrets[TOKEN]
    assert control.state.text() == "Stored in the keyring of this computer."
    assert control.line.text() == ""
    assert not control.line.isVisible()
    chosen.press(page.test_button)
    assert page.outcome.text() == "The service let psconnect in."
    chosen.choose_kind("oneroster-csv")
    assert TOKEN not in chosen.session.known.secrets
    chosen.close()
    assert [key for _service, key in chosen.keyring.entries if key.endswith(TOKEN)] == []


def test_without_a_keyring_it_is_said_and_known_until_the_end(
    service_kind: Kind, make_setting: MakeSetting, no_keyring: object
):
    setting = make_setting()
    setting.open()
    setting.to("destination")
    setting.choose_kind("example-service")
    page = setting.destination
    assert "no keyring" in page.rows[TOKEN].help.text()
    setting.type(line(page, "account"), "lincoln")
    setting.type(page.secrets[TOKEN].line, RIGHT_TOKEN)
    setting.press(setting.window.next_button)
    setting.press(setting.window.next_button)
    setting.press(setting.way("save"))
    assert setting.service.kept_secrets("Lincoln roster")[TOKEN] == "session"
    later = Service(home_at(setting.service.home.config.parent), Secrets({}), setting.service.clock)
    assert TOKEN not in later.kept_secrets("Lincoln roster")


# --- in the settings -------------------------------------------------------------------------------------------------


@pytest.fixture
def forms(
    service_kind: Kind,
    connected: Connected,
    memory_keyring: MemoryKeyring,
    bridge: Bridge,
    qtbot: QtBot,
    theme: Theme,
) -> Iterator[ConnectionForms]:
    """The settings of a connection that delivers to that kind and has its token."""
    service = connected.service
    service.set_value(connected.name, "destination", '{kind = "example-service", account = "lincoln"}')
    client_secret = service.secrets.get(connected.name, CLIENT_SECRET)
    service.secrets = Secrets({})
    service.set_secret(connected.name, CLIENT_SECRET, client_secret)
    service.set_secret(connected.name, TOKEN, RIGHT_TOKEN)
    made = ConnectionForms(bridge, service)
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    made.load(connected.name)
    qtbot.waitUntil(lambda: not bridge.busy, timeout=WAIT_MS)
    made.list.open("destination")
    yield made
    qtbot.waitUntil(lambda: not bridge.busy, timeout=WAIT_MS)
    made.hide()


@pytest.fixture
def press(qtbot: QtBot, bridge: Bridge) -> Callable[[QWidget], None]:
    def pressed(button: QWidget) -> None:
        assert button.isVisible()
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, button.height() // 2))
        qtbot.waitUntil(lambda: not bridge.busy, timeout=WAIT_MS)

    return pressed


def destination(forms: ConnectionForms) -> DestinationPage:
    page = forms.pages[place_of("destination")]
    assert isinstance(page, DestinationPage)
    return page


def kept(keyring: MemoryKeyring) -> list[str]:
    return [value for (_service, key), value in keyring.entries.items() if key.endswith(TOKEN)]


def test_a_kept_secret_is_replaced_but_never_shown(forms, press, memory_keyring: MemoryKeyring, qtbot: QtBot):
    control = destination(forms).secrets[TOKEN]
    assert control.state.text() == "Stored in the keyring of this computer."
    assert not forms.dirty
    assert all(RIGHT_TOKEN not in edit.text() for edit in forms.findChildren(QLineEdit))
    press(control.replace_button)
    qtbot.keyClicks(control.line, "another-one")
    press(control.cancel_button)
    assert not forms.dirty
    press(control.replace_button)
    qtbot.keyClicks(control.line, "another-one")
    assert forms.dirty
    press(forms.save_button)
    assert kept(memory_keyring) == ["another-one"]
    assert not forms.dirty


def test_a_kept_secret_is_removed_with_the_next_save(forms, press, memory_keyring: MemoryKeyring):
    control = destination(forms).secrets[TOKEN]
    press(control.remove_button)
    assert control.state.text() == "Will be removed when you save."
    assert kept(memory_keyring) == [RIGHT_TOKEN]
    press(forms.save_button)
    assert destination(forms).rows[TOKEN].error == "Enter the secret “Token”.", "it can't do without"
    press(control.keep_button)
    assert not forms.dirty


def test_one_that_is_not_required_goes(forms, press, connected: Connected, bridge: Bridge, qtbot: QtBot):
    connected.service.set_secret(connected.name, PROXY, "proxy")
    forms.load(connected.name)
    qtbot.waitUntil(lambda: not bridge.busy, timeout=WAIT_MS)
    press(destination(forms).secrets[PROXY].remove_button)
    assert forms.dirty
    press(forms.save_button)
    assert PROXY not in connected.service.kept_secrets(connected.name)
    assert TOKEN in connected.service.kept_secrets(connected.name)
    assert not forms.dirty


def test_another_kind_never_gets_the_token_of_the_one_before(forms, press, connected: Connected, memory_keyring):
    page = destination(forms)
    press(page.others_button)
    press(page.kinds["oneroster-csv"])
    forms.session.update(DestinationPart, destination={"kind": "oneroster-csv", "folder": str(connected.folder)})
    press(forms.save_button)
    assert connected.service.connection(connected.name).destination_kind == "oneroster-csv"
    assert kept(memory_keyring) == []
