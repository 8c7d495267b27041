"""Closing, going on, starting over, and where the secret is meanwhile."""

from __future__ import annotations

import json
from pathlib import Path

import keyring
import shiboken6
from keyring.errors import KeyringLocked
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from psconnect.desktop.wizard.session import discard_set_up
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.credentials import CredentialsPart
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import Secrets
from tests.desktop.wizard.conftest import Setting, checked, found
from tests.support.keyrings import MemoryKeyring


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_abrupt_end_loses_nothing_of_the_steps_passed(setting: Setting, tmp_path: Path):
    setting.open()
    setting.to("schools")
    setting.press(setting.window.back_button)
    setting.press(setting.window.back_button)
    setting.plugin.guide.steps.lines[0].box.click()
    setting.press(setting.window.next_button)
    setting.press(setting.window.next_button)
    before = setting.session.draft
    # As when the process is killed: no event tells the window that it ends.
    shiboken6.delete(setting.window)
    setting.windows.clear()

    again = Service(home_at(tmp_path / "own-home"), Secrets({}), setting.service.clock)
    window = setting.again(service=again)
    assert setting.session.draft == before
    assert setting.session.draft.step == "schools"
    assert len(checked(setting)) == 3
    assert setting.session.stored
    setting.press(window.back_button)
    assert setting.credentials.secret.text() == ""
    setting.press(setting.credentials.test_button)
    assert found(setting)[-1] == ("Estimate", "ok")


def test_closing_keeps_even_the_step_that_is_not_passed(setting: Setting):
    window = setting.open()
    setting.to("credentials")
    setting.type(setting.credentials.url, "lincoln")
    setting.qtbot.keyClick(window, Qt.Key.Key_Escape)
    setting.settled()
    assert not window.isVisible()
    setting.again()
    assert setting.session.draft.step == "credentials"
    assert setting.credentials.url.text().endswith("lincoln")


def test_several_set_ups_wait_beside_each_other(setting: Setting):
    setting.open()
    setting.to("schools")
    setting.close()
    first = setting.window.draft_id
    setting.open()
    assert setting.session.draft.step == "connect"
    assert setting.connect.name.text() == ""
    setting.type(setting.connect.name, "Another one")
    setting.close()
    second = setting.window.draft_id
    assert set(setting.service.drafts()) == {first, second}
    setting.open(draft_id=first)
    assert setting.session.draft.step == "schools"
    setting.close()
    discard_set_up(setting.service, first)
    assert set(setting.service.drafts()) == {second}
    assert setting.keyring.entries == {}
    window = setting.open(draft_id=first)
    assert window.session is None
    assert any("set-up is gone" in label.text() for label in window.findChildren(QLabel))


def test_nothing_typed_leaves_nothing_behind(setting: Setting):
    setting.open()
    setting.close()
    assert setting.service.drafts() == {}


def test_a_draft_that_cannot_be_kept_keeps_the_window_open(setting: Setting):
    window = setting.open()
    setting.type(setting.connect.name, "Lincoln roster")
    folder = setting.service.home.config / "drafts"
    folder.write_text("in the way")
    assert not window.may_close()
    assert str(folder) in window.banner.label.text()
    setting.press(window.banner.buttons[0])
    assert window.may_close()


def test_the_demo_districts_draft_goes_on_with_the_server_of_today(setting: Setting):
    setting.open(setting.prefill())
    setting.type(setting.connect.district, "Lincoln Unified")
    setting.press(setting.window.next_button)
    setting.close()
    setting.again(setting.prefill(url="http://127.0.0.1:9", client_id="of today", connection_id="7f3a1c22"))
    draft = setting.session.draft
    assert (draft.step, draft.of(ConnectPart).district_name) == ("who", "Lincoln Unified")
    assert draft.of(CredentialsPart).url == "http://127.0.0.1:9"
    assert draft.of(CredentialsPart).client_id == "of today"
    assert draft.connection_id == "7f3a1c22"
    setting.close()
    setting.open()
    assert setting.session.draft.of(CredentialsPart).url == ""


def test_no_file_holds_the_secret(setting: Setting):
    secret = str(setting.district.server.plugins()[0].client_secret)
    setting.open()
    setting.to("summary")
    drafts = files_below(setting.service.home.config)
    assert len(drafts) == 1
    assert "Lincoln roster" in json.loads(drafts[0].read_text())["parts"]["connect"]["name"]
    setting.press(setting.way("save"))
    setting.service.sync("Lincoln roster")
    written = files_below(setting.service.home.config.parent)
    assert len(written) > 2
    assert [path for path in written if secret.encode() in path.read_bytes()] == []


def test_without_a_keyring_it_is_said_and_known_until_the_end(setting: Setting, no_keyring: object):
    setting.open()
    setting.to("credentials")
    assert "no keyring" in setting.credentials.rows["secret"].help.text()
    setting.fill_credentials()
    setting.to("summary")
    setting.press(setting.way("save"))
    assert setting.wishes == [("Lincoln roster", "save")]
    assert setting.service.sync("Lincoln roster").state == "held"
    later = Service(setting.service.home, Secrets({}), setting.service.clock)
    assert not later.kept_secrets("Lincoln roster")


class _LockedKeyring(MemoryKeyring):
    """A keyring that takes nothing new."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked(service)


def test_a_locked_keyring_is_told_beside_the_buttons(setting: Setting):
    window = setting.open()
    keyring.set_keyring(_LockedKeyring())
    setting.to("credentials")
    setting.fill_credentials()
    setting.press(window.next_button)
    assert "keyring" in window.banner.label.text()
    assert setting.session.draft.step == "schools"
    keyring.set_keyring(setting.keyring)
