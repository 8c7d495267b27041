"""An SFTP server is chosen in the set-up: its fields, its key shown and accepted, and its test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QLineEdit

from psconnect.desktop.wizard.steps.destination import DestinationPart, DestinationStep
from tests.desktop.wizard.conftest import MakeSetting, Setting
from tests.support.drop_box import PASSWORD, USER, DropBox, drop_box

_OTHER = "ssh-ed25519 SHA256:" + "a" * 43
_PASSWORD = "destination.sftp_password"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[DropBox]:
    folder = tmp_path / "box"
    folder.mkdir()
    with drop_box(folder) as box:
        yield box


@pytest.fixture
def chosen(make_setting: MakeSetting, box: DropBox) -> Setting:
    """The destination step, with the SFTP server typed."""
    setting = make_setting()
    setting.open()
    setting.to("destination")
    page = setting.destination
    setting.press(page.kinds["oneroster-csv"])
    choice = page.settings["place"].control
    assert isinstance(choice, QComboBox)
    assert [choice.itemText(place) for place in range(choice.count())] == ["Folder", "SFTP server"]
    choice.setCurrentText("SFTP server")
    choice.textActivated.emit("SFTP server")
    page._toggle()
    for key, text in (("host", "127.0.0.1"), ("port", str(box.port)), ("user", USER)):
        setting.type(_line(setting, f"sftp.{key}"), text)
    setting.type(page.secrets[_PASSWORD].line, PASSWORD)
    return setting


def _line(setting: Setting, key: str) -> QLineEdit:
    control = setting.destination.settings[key].control
    assert isinstance(control, QLineEdit)
    return control


def test_the_key_is_shown_and_nothing_is_sent_until_it_is_accepted(chosen: Setting, box: DropBox) -> None:
    page = chosen.destination
    assert page.settings["folder"].isHidden()
    assert page.settings["sftp.key_file"].isHidden()
    assert _line(chosen, "sftp.host_key").isReadOnly()
    assert chosen.session.draft.of(DestinationPart).destination["place"] == "sftp"
    said = dict(DestinationStep().lines(chosen.session.draft, chosen.session.known))
    assert said["Where the files go"] == "SFTP server", "the word of the file"

    chosen.press(page.test_button)

    assert page.host_key.isVisible()
    assert page.host_key.key.text() == box.host_key
    assert box.rules.tries == []

    chosen.press(page.host_key.accept_button)

    assert not page.host_key.isVisible()
    shown = _line(chosen, "sftp.host_key")
    assert shown.text() == shown.toolTip() == box.host_key
    assert shown.cursorPosition() == 0, "a long key is read from its type on"
    assert page.test_button.hasFocus()
    assert "127.0.0.1" in page.outcome.text()
    assert box.rules.tries == ["password"]
    assert [one.field for one in chosen.session.needs("destination")] == []


def test_the_step_is_not_done_before_the_key_is_accepted(chosen: Setting) -> None:
    assert [one.field for one in chosen.session.needs("destination")] == ["destination.sftp.host_key"]


def test_another_key_is_not_taken_without_asking(chosen: Setting, box: DropBox) -> None:
    page = chosen.destination
    page._take("sftp.host_key", _OTHER)
    chosen.press(page.test_button)

    assert page.host_key.isVisible()
    assert _OTHER in page.host_key.happened.text()
    chosen.press(page.host_key.leave_button)

    assert not page.host_key.isVisible()
    assert _line(chosen, "sftp.host_key").text() == _OTHER
    assert box.rules.tries == []


def test_another_server_needs_its_key_accepted_anew(chosen: Setting, box: DropBox) -> None:
    chosen.destination._take("sftp.host_key", box.host_key)
    chosen.type(_line(chosen, "sftp.host"), "localhost")

    assert _line(chosen, "sftp.host_key").text() == ""


def test_a_key_asks_for_its_file_and_passphrase(chosen: Setting) -> None:
    page = chosen.destination
    choice = page.settings["sftp.sign_in"].control
    assert isinstance(choice, QComboBox)
    choice.setCurrentText("Private key")
    choice.textActivated.emit("Private key")

    assert not page.settings["sftp.key_file"].isHidden()
    assert page.rows[_PASSWORD].isHidden()
    assert not page.rows["destination.sftp_passphrase"].isHidden()


@pytest.mark.parametrize(("width", "height"), [(1180, 900), (860, 600)])
def test_its_screens(chosen: Setting, width: int, height: int) -> None:
    chosen.window.resize(width, height)
    page = chosen.destination
    chosen.press(page.test_button)
    folder = Path("build/screens")
    folder.mkdir(parents=True, exist_ok=True)
    assert chosen.window.grab().save(str(folder / f"sftp-{width}.png"))
    assert page.host_key.grab().save(str(folder / f"sftp-key-{width}.png"))
    assert page.card.grab().save(str(folder / f"sftp-card-{width}.png"))
