"""The preferences: kept as a file, refused by key."""

from __future__ import annotations

from pathlib import Path

import pytest

from psconnect.model.errors import FixSettings
from psconnect.model.preferences import MailServer, Preferences
from psconnect.service import Service
from psconnect.store.settings.home import home_at


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(home_at(tmp_path))


def test_defaults_until_something_is_saved(service: Service) -> None:
    assert service.preferences() == Preferences()


def test_what_is_saved_is_read(service: Service) -> None:
    wanted = Preferences("es", "tray", at_login=True, mail=MailServer("mail.lincoln.org", 465, "tls", "it"))
    service.save_preferences(wanted)
    assert service.preferences() == wanted


@pytest.mark.parametrize(
    ("text", "where"),
    [("lang = 'es'", "lang"), ("[mail]\nport = 0", "mail.port"), ("[mail]\npassword = 'x'", "mail")],
)
def test_a_mistake_is_named_by_its_key(service: Service, text: str, where: str) -> None:
    service.home.settings_folder().joinpath("preferences.toml").write_text(text, encoding="utf-8")
    with pytest.raises(FixSettings) as caught:
        service.preferences()
    assert caught.value.where == where
