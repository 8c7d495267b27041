"""Mail on the command line: the server, its secret, a test mail, and what waits."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from psconnect.cli import codes, main
from tests.cli.conftest import Psconnect
from tests.mail.server import PASSWORD, SENDER, USER, mail_server
from tests.support.certificates import Certificates
from tests.support.demo import Connected
from tests.support.keyrings import MemoryKeyring


def answered(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = codes.DONE) -> dict:
    assert main([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_a_server_is_set_tried_and_cleared(
    home: Path,
    certificates: Certificates,
    memory_keyring: MemoryKeyring,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with mail_server(certificates.good.server_context(), login=True) as server:
        values = {
            "host": "localhost",
            "port": str(server.port),
            "user": USER,
            "sender": SENDER,
            "ca_file": str(certificates.ca_file),
        }
        for key, value in values.items():
            answered(capsys, "mail", "set", key, value)
        refused = answered(capsys, "mail", "test", "office@lincoln.example", code=codes.USAGE)
        assert refused["error"]["code"] == "PSC-MAIL-NO-SECRET"
        typed(monkeypatch, PASSWORD)
        answered(capsys, "mail", "secret")
        assert answered(capsys, "mail", "show")["secret"] == "keyring"
        answered(capsys, "mail", "test", "office@lincoln.example")
    assert [got.to for got in server.got] == [["office@lincoln.example"]]
    assert b"Test mail from psconnect" in server.got[0].content
    answered(capsys, "mail", "set", "user", "")
    assert memory_keyring.entries == {}


def test_without_a_keyring_the_secret_is_not_kept(
    home: Path, no_keyring: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, PASSWORD)
    assert answered(capsys, "mail", "secret", code=codes.USAGE)["error"]["code"] == "PSC-SECRET-NO-KEYRING"


def test_a_server_that_is_away_is_told_with_the_code_for_that(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for key, value in {"host": "127.0.0.1", "port": "1", "security": "none", "sender": SENDER}.items():
        answered(capsys, "mail", "set", key, value)
    refused = answered(capsys, "mail", "test", "a@b.example", code=codes.NOT_READ)
    assert refused["error"]["code"] == "PSC-MAIL-UNREACHABLE"


def test_a_setting_that_can_not_be_meant(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answered(capsys, "mail", "set", "port", "many", code=codes.USAGE)["error"]["where"] == "mail.port"


def test_the_notices_of_a_connection(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lincoln.toml"
    file.write_text(
        'format = 1\nname = "Lincoln"\npreset = "oneroster"\n[notices]\nto = ["a@b.example"]\nresults = "weekly"\n'
    )
    answered(capsys, "connection", "import", str(file))
    told = answered(capsys, "notices", "Lincoln", "--send")
    assert (told["notices"]["results"], told["waiting"], told["ping"]) == ("weekly", [], None)
    assert main(["notices", "Lincoln"]) == codes.DONE
    assert "a@b.example" in capsys.readouterr().out


def test_a_mail_server_that_is_away_changes_no_exit_code(psconnect: Psconnect, connected: Connected) -> None:
    connected.delivered()
    for key, value in {"host": "127.0.0.1", "port": "1", "security": "none", "sender": SENDER}.items():
        assert psconnect("mail", "set", key, value, connected=connected).code == codes.DONE
    for key, value in {"to": '["a@b.example"]', "results": "all"}.items():
        psconnect("connection", "set", connected.name, f"notices.{key}", value, connected=connected)
    assert psconnect("sync", connected.name, connected=connected).code == codes.DONE
    told = psconnect("notices", connected.name, "--json", connected=connected).document
    assert [one["error"]["code"] for one in told["waiting"]] == ["PSC-MAIL-UNREACHABLE"]
