"""An SFTP server as a connection's place: its table in the file, its secrets, its key accepted by a person."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from psconnect.cli import main
from psconnect.destinations import find_kind
from psconnect.model.connection import from_dict, to_dict
from psconnect.model.errors import FixSettings, PsconnectError
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.sync.shared_destination import _same_destination
from tests.support.drop_box import PASSWORD, USER, DropBox, drop_box

NAME = "Lincoln roster"
_OTHER = "ssh-ed25519 SHA256:" + "a" * 43


@pytest.fixture
def box(tmp_path: Path) -> Any:
    """A drop box."""
    folder = tmp_path / "box"
    folder.mkdir()
    with drop_box(folder) as box:
        yield box


@pytest.fixture
def service(home: Path, memory_keyring: object) -> Service:
    """A service in an empty home."""
    del memory_keyring
    return Service(home_at(home))


def _table(box: DropBox, **more: Any) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": box.port, "user": USER, **more}


def _connection(sftp: dict[str, Any], **destination: Any) -> Any:
    table = {"kind": "oneroster-csv", **destination, "sftp": sftp}
    return from_dict({"name": NAME, "preset": "oneroster", "destination": table})


def test_the_table_of_the_file_comes_back_as_it_was() -> None:
    table = {"host": "sftp.example.com", "user": "lincoln", "folder": "DailyImport"}
    connection = _connection(table)

    assert connection.destination["place"] == "sftp"
    assert to_dict(connection)["destination"] == {"kind": "oneroster-csv", "sftp": table}


def test_an_unknown_key_is_named_with_the_nearest() -> None:
    with pytest.raises(FixSettings) as caught:
        find_kind("oneroster-csv").check(_connection({"hots": "x"}).destination)
    assert caught.value.where == "destination.sftp.hots"


@pytest.mark.parametrize("missing", ["host", "user"])
def test_what_is_missing_is_named(missing: str) -> None:
    table = {key: "x" for key in ("host", "user") if key != missing}
    with pytest.raises(FixSettings) as caught:
        find_kind("oneroster-csv").complete(_connection(table).destination)
    assert caught.value.where == f"destination.sftp.{missing}"


def test_two_accounts_are_two_places() -> None:
    one = _connection({"host": "sftp.example.com", "user": "lincoln"})
    same = _connection({"host": "SFTP.example.com", "user": "lincoln", "host_key": _OTHER})
    other = _connection({"host": "sftp.example.com", "user": "madison"})

    assert _same_destination(one, same)
    assert not _same_destination(one, other)


class TestAtWork:
    """The command line sets it up from nothing."""

    @pytest.fixture(autouse=True)
    def _saved(self, service: Service, box: DropBox) -> None:
        service.save_connection(_connection(_table(box)))

    def _secret(self, service: Service) -> None:
        service.set_secret(NAME, "destination.sftp_password", PASSWORD)

    def test_the_place_is_changed_key_by_key(self, service: Service) -> None:
        service.set_value(NAME, "destination.sftp.folder", "in")
        assert service.connection(NAME).destination["sftp.folder"] == "in"

        service.set_value(NAME, "destination.sftp", "")
        service.set_value(NAME, "destination.folder", "/srv/roster")
        assert service.connection(NAME).destination == {"kind": "oneroster-csv", "folder": "/srv/roster"}

    def test_the_secrets_are_those_of_the_way_to_sign_in(self, service: Service) -> None:
        keys = [one.key for one in service.secrets_of(NAME)]
        assert keys[-1] == "destination.sftp_password"
        service.set_value(NAME, "destination.sftp.sign_in", "key")
        assert [one.key for one in service.secrets_of(NAME)][-1] == "destination.sftp_passphrase"

    def test_nothing_is_sent_before_the_key_is_accepted(self, service: Service, box: DropBox) -> None:
        self._secret(service)
        with pytest.raises(PsconnectError) as caught:
            service.check_destination(service.connection(NAME))

        assert caught.value.key == "PSC-SFTP-HOST-KEY/new"
        assert box.rules.tries == []

    @pytest.mark.parametrize("alone", [True, False])
    def test_the_shown_key_is_accepted(self, service: Service, box: DropBox, alone: bool) -> None:
        given = box.host_key.split()[1] if alone else box.host_key
        assert service.accept_host_key(NAME, given) == box.host_key

        assert service.connection(NAME).destination["sftp.host_key"] == box.host_key
        self._secret(service)
        assert "127.0.0.1" in service.check_destination(service.connection(NAME))
        assert list(box.folder.iterdir()) == []

    def test_another_key_is_not_accepted(self, service: Service) -> None:
        with pytest.raises(FixSettings, match="PSC-SFTP-HOST-KEY/other"):
            service.accept_host_key(NAME, _OTHER)
        assert "sftp.host_key" not in service.connection(NAME).destination

    def test_the_command_line_accepts_it(self, service: Service, box: DropBox, capsys: Any) -> None:
        self._secret(service)
        main(["check", NAME, "--accept-host-key", box.host_key, "--json"])

        assert service.connection(NAME).destination["sftp.host_key"] == box.host_key
        assert json.loads(capsys.readouterr().out)

    def test_no_secret_leaves_in_export_or_diagnostics(self, service: Service, tmp_path: Path) -> None:
        self._secret(service)
        service.export_connection(NAME, tmp_path / "file.toml")

        text = (tmp_path / "file.toml").read_text(encoding="utf-8")
        assert tomllib.loads(text)["destination"]["sftp"]["user"] == USER
        assert PASSWORD not in text

    def test_a_removed_connection_leaves_no_secret(self, service: Service) -> None:
        self._secret(service)
        service.remove_connection(NAME)
        assert service.kept_secrets(NAME) == {}
