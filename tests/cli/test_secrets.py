"""The secrets of a destination on the command line: kept, listed without values, missed before a run, wiped."""

from __future__ import annotations

import subprocess
import sys

import pytest

from psconnect.cli import codes
from psconnect.destinations.kind import Kind
from psconnect.store.settings.secrets import variable
from tests.cli.conftest import Psconnect
from tests.support.demo import Connected
from tests.support.keyrings import MemoryKeyring
from tests.support.service_kind import RIGHT_TOKEN

TOKEN, PROXY = "destination.token", "destination.proxy_password"


@pytest.fixture
def to_service(service_kind: Kind, connected: Connected) -> Connected:
    """A connection that delivers to the service of the tests and has no token yet."""
    connected.service.set_value(connected.name, "destination", '{kind = "example-service", account = "lincoln"}')
    return connected


def holding(connected: Connected, secret: str) -> list[str]:
    files = [path for path in connected.folder.rglob("*") if path.is_file()]
    return [path.name for path in files if secret.encode() in path.read_bytes()]


def test_secrets_are_listed_without_their_values(
    psconnect: Psconnect, to_service: Connected, memory_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
):
    assert (
        psconnect("secret", "set", to_service.name, TOKEN, connected=to_service, stdin=RIGHT_TOKEN).code == codes.DONE
    )
    monkeypatch.setenv(variable(PROXY), "canary-proxy")
    said = psconnect("secret", "list", to_service.name)
    assert RIGHT_TOKEN not in said.out + said.err
    assert "canary-proxy" not in said.out + said.err
    listed = psconnect("secret", "list", to_service.name, "--json").document["secrets"]
    assert [(one["key"], one["place"], one["required"]) for one in listed] == [
        ("source.client_secret", "environment", True),
        (TOKEN, "keyring", True),
        (PROXY, "environment", False),
    ]


def test_a_secret_that_the_kind_does_not_declare_is_refused_with_those_it_does(
    psconnect: Psconnect, to_service: Connected, memory_keyring: MemoryKeyring
):
    said = psconnect("secret", "set", to_service.name, "destination.tokn", connected=to_service, stdin="x")
    assert said.code == codes.USAGE
    assert f"Did you mean “{TOKEN}”?" in said.err
    said = psconnect("secret", "set", to_service.name, "zzzz", connected=to_service, stdin="x")
    assert said.code == codes.USAGE
    assert TOKEN in said.err
    assert PROXY in said.err
    assert memory_keyring.entries == {}


def test_a_missing_secret_stops_a_run_before_anything_is_asked(
    psconnect: Psconnect, to_service: Connected, memory_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
):
    to_service.server.reset_calls()
    said = psconnect("sync", to_service.name, connected=to_service)
    assert said.code == codes.USAGE
    assert "PSC-SECRET-MISSING" in said.err
    assert f"psconnect secret set NAME {TOKEN}" in said.err
    assert "PSCONNECT_SECRET_DESTINATION_TOKEN" in said.err
    assert to_service.server.calls.counts == {}
    monkeypatch.setenv("PSCONNECT_SECRET_DESTINATION_TOKEN", RIGHT_TOKEN)
    checked = psconnect("check", to_service.name, "--json", connected=to_service)
    assert checked.document["findings"][-1]["text"] == "The service let psconnect in."


def test_a_destinations_secret_is_in_no_output_and_no_file(
    psconnect: Psconnect, to_service: Connected, memory_keyring: MemoryKeyring
):
    secret = "canary-wrong-77a1"
    psconnect("secret", "set", to_service.name, TOKEN, connected=to_service, stdin=secret)
    shown = []
    for command in (("check",), ("sync",), ("connection", "show"), ("secret", "list"), ("runs",)):
        for form in ((), ("--json",)):
            said = psconnect(*command, to_service.name, *form, connected=to_service)
            shown.append(said.out + said.err)
    exported = to_service.folder / "exported.toml"
    psconnect("connection", "export", to_service.name, str(exported))
    assert all(secret not in text for text in shown)
    assert holding(to_service, secret) == []
    assert secret not in repr(to_service.service)


def test_removing_one_secret_and_the_whole_connection(
    psconnect: Psconnect, to_service: Connected, memory_keyring: MemoryKeyring
):
    for key in (TOKEN, PROXY):
        psconnect("secret", "set", to_service.name, key, connected=to_service, stdin=RIGHT_TOKEN)
    assert psconnect("secret", "remove", to_service.name, PROXY).code == codes.DONE
    assert [key for _service, key in memory_keyring.entries] == [f"{to_service.name}/{TOKEN}"]
    assert psconnect("connection", "remove", to_service.name, "--yes").code == codes.DONE
    assert memory_keyring.entries == {}


def test_a_token_never_goes_to_another_kind_that_asks_by_the_same_name(
    psconnect: Psconnect, to_service: Connected, memory_keyring: MemoryKeyring
):
    psconnect("secret", "set", to_service.name, TOKEN, connected=to_service, stdin=RIGHT_TOKEN)
    psconnect("connection", "set", to_service.name, "destination.account", "lincoln-2")
    assert len(memory_keyring.entries) == 1, "another setting of the same kind keeps it"
    value = f'{{kind = "oneroster-csv", folder = "{to_service.folder}"}}'
    assert psconnect("connection", "set", to_service.name, "destination", value).code == codes.DONE
    assert memory_keyring.entries == {}


_CHILD = """
import sys
from psconnect.cli import main
from psconnect.destinations import add_kind
from tests.support.service_kind import SERVICE_KIND
add_kind(SERVICE_KIND)
sys.exit(main(sys.argv[1:]))
"""
_FILE = """
format = 1
name = "Lincoln roster"
preset = "oneroster"
[destination]
kind = "example-service"
account = "lincoln"
"""


def test_the_same_over_a_real_secret_service(secret_service: dict[str, str], tmp_path):
    file = tmp_path / "lincoln.toml"
    file.write_text(_FILE)

    def psconnect(*arguments: str, text: str = "") -> str:
        command = [sys.executable, "-c", _CHILD, *arguments]
        done = subprocess.run(
            command, env=secret_service, input=text, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    psconnect("connection", "import", str(file))
    psconnect("secret", "set", "Lincoln roster", TOKEN, text=RIGHT_TOKEN)
    psconnect("secret", "set", "Lincoln roster", PROXY, text="canary-proxy")
    assert '"place": "keyring"' in psconnect("secret", "list", "Lincoln roster", "--json")
    psconnect("secret", "remove", "Lincoln roster", PROXY)
    psconnect("connection", "remove", "Lincoln roster", "--yes")
    psconnect("connection", "import", str(file))
    assert '"place": "keyring"' not in psconnect("secret", "list", "Lincoln roster", "--json")
