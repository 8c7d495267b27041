"""Client ID and secret as they are pasted, at each entrance of the command line."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from psconnect.cli import codes, main
from psconnect.model.connection import from_dict
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import CLIENT_SECRET
from tests.cli.conftest import Psconnect
from tests.support.keyrings import MemoryKeyring

NAME = "Lincoln roster"
PASTED = "9f0a6b1c-4d2e-4a7b-8c3d-5e6f7a8b9c0d"
CLINGING = f"\ufeff“\u00a0{PASTED}\u200b”"
HIDDEN = PASTED[:12] + "\u200b" + PASTED[12:]
SENTENCE = "After the 12th character of the client {} stands U+200B ZERO WIDTH SPACE"


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("PSCONNECT_HOME", str(tmp_path / "home"))
    service = Service(home_at(tmp_path / "home"))
    (tmp_path / NAME).mkdir()
    destination = {"kind": "oneroster-csv", "folder": str(tmp_path / NAME)}
    source = {"url": "127.0.0.1:9"}
    service.save_connection(
        from_dict({"name": NAME, "preset": "oneroster", "source": source, "destination": destination})
    )
    return service


def test_a_client_id_that_is_set(psconnect: Psconnect, service: Service) -> None:
    assert psconnect("connection", "set", NAME, "source.client_id", CLINGING).code == codes.DONE
    assert service.connection(NAME).source.client_id == PASTED
    said = psconnect("connection", "set", NAME, "source.client_id", HIDDEN)
    assert said.code == codes.USAGE
    assert SENTENCE.format("ID") in said.err
    assert service.connection(NAME).source.client_id == PASTED


@pytest.mark.parametrize(("text", "code"), [(CLINGING, codes.DONE), (HIDDEN, codes.USAGE)])
def test_a_client_id_that_is_imported(
    psconnect: Psconnect, service: Service, tmp_path: Path, text: str, code: int
) -> None:
    file = tmp_path / "roster.toml"
    service.export_connection(NAME, file)
    with_id = file.read_text(encoding="utf-8").replace("[source]", f"[source]\nclient_id = '{text}'")
    file.write_text(with_id, encoding="utf-8")
    said = psconnect("connection", "import", str(file))
    assert said.code == code
    if code == codes.DONE:
        assert service.connection(NAME).source.client_id == PASTED
    else:
        assert SENTENCE.format("ID") in said.err


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_secret_from_standard_input(
    service: Service, memory_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    """As Windows' PowerShell pipes it, too."""
    piped = io.BytesIO(f"{CLINGING}\r\n".encode(encoding))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(piped, encoding="cp1252"))
    assert main(["secret", "set", NAME, CLIENT_SECRET]) == codes.DONE
    assert list(memory_keyring.entries.values()) == [PASTED]


def test_a_secret_with_something_hidden(psconnect: Psconnect, service: Service, memory_keyring: MemoryKeyring) -> None:
    said = psconnect("secret", "set", NAME, CLIENT_SECRET, stdin=HIDDEN)
    assert said.code == codes.USAGE
    assert SENTENCE.format("secret") in said.err
    assert PASTED[:8] not in said.err
    assert not memory_keyring.entries


def test_a_secret_in_the_environment(
    psconnect: Psconnect, service: Service, monkeypatch: pytest.MonkeyPatch, memory_keyring: MemoryKeyring
) -> None:
    monkeypatch.setenv("PSCONNECT_SECRET_SOURCE_CLIENT_SECRET", HIDDEN)
    service.set_value(NAME, "source.client_id", "made-up-id")
    said = psconnect("sync", NAME)
    assert said.code == codes.USAGE
    assert SENTENCE.format("secret") in said.err
