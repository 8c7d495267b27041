"""Secrets lie in the environment or in the system's keyring, and nowhere else (fault P11, invariant I7)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.backends.chainer import ChainerBackend
from keyring.errors import KeyringError, KeyringLocked, NoKeyringError

from psconnect.model.connection import from_dict
from psconnect.model.errors import FixSettings
from psconnect.store.settings.connection_files import ConnectionFiles
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets, available, variable
from psconnect.wording.errors import word
from tests.support.errors import raises_saying
from tests.support.keyrings import MemoryKeyring

NAME, SECRET = "Lincoln roster", "made-up-9e107d9d372bb682"
VARIABLE = "PSCONNECT_SECRET_SOURCE_CLIENT_SECRET"


@pytest.fixture
def use() -> Iterator[Any]:
    """Puts a keyring in use for this test: ``use(backend)``."""
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


class Raising(MemoryKeyring):
    """A keyring that raises in some calls; some raise errors of the library they stand on."""

    def __init__(self, error: Exception, *calls: str) -> None:
        super().__init__()
        self._error, self._calls = error, calls

    def get_password(self, service: str, username: str) -> str | None:
        if "get" in self._calls:
            raise self._error
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        if "set" in self._calls:
            raise self._error
        super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        if "delete" in self._calls:
            raise self._error
        super().delete_password(service, username)


class Forgetful(MemoryKeyring):
    """A keyring that takes secrets and keeps none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Forget it."""


class PlaintextKeyring(MemoryKeyring):
    """Stands for the kind that writes secrets into a file as they are."""


class Chain(ChainerBackend):
    """Several keyrings as one, as keyring makes it where it finds more than one."""

    def __init__(self, *members: KeyringBackend) -> None:
        super().__init__()
        self._members = list(members)

    @property
    def backends(self) -> list[KeyringBackend]:
        return self._members


def _holds(folder: Path, text: str) -> list[Path]:
    """The files below a folder whose name or content has this text, also as UTF-16."""
    wanted = [text.encode(), text.encode("utf-16-le")]
    return [
        path
        for path in folder.rglob("*")
        if text in str(path) or (path.is_file() and any(one in path.read_bytes() for one in wanted))
    ]


def test_a_secret_is_kept_in_the_keyring_under_the_connections_name(memory_keyring: MemoryKeyring) -> None:
    secrets = Secrets({})
    assert secrets.get(NAME, CLIENT_SECRET) == ""
    secrets.set(NAME, CLIENT_SECRET, SECRET)
    secrets.set(NAME, CLIENT_SECRET, SECRET + "2")
    assert memory_keyring.entries == {("psconnect", "Lincoln roster/source.client_secret"): SECRET + "2"}
    assert Secrets({}).get(NAME, CLIENT_SECRET) == SECRET + "2"
    assert secrets.get("Other", CLIENT_SECRET) == ""
    secrets.remove(NAME, [CLIENT_SECRET])
    secrets.remove(NAME, [CLIENT_SECRET])
    assert memory_keyring.entries == {}


def test_the_environment_wins_and_is_never_stored(memory_keyring: MemoryKeyring) -> None:
    assert variable(CLIENT_SECRET) == VARIABLE
    secrets = Secrets({VARIABLE: "from outside"})
    secrets.set(NAME, CLIENT_SECRET, SECRET)
    assert secrets.get(NAME, CLIENT_SECRET) == "from outside"
    assert Secrets({VARIABLE: ""}).get(NAME, CLIENT_SECRET) == SECRET
    assert list(memory_keyring.entries.values()) == [SECRET]
    assert "from outside" not in repr(secrets)


def test_a_secret_stored_later_takes_the_place_of_one_kept_for_the_session(memory_keyring: MemoryKeyring) -> None:
    secrets = Secrets({})
    secrets.keep_for_session(NAME, CLIENT_SECRET, "kept in memory")
    assert secrets.get(NAME, CLIENT_SECRET) == "kept in memory"
    secrets.set(NAME, CLIENT_SECRET, SECRET)
    assert secrets.get(NAME, CLIENT_SECRET) == SECRET


def test_the_environment_is_read_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = Secrets()
    assert secrets.get(NAME, CLIENT_SECRET) == ""
    monkeypatch.setenv(VARIABLE, SECRET)
    assert secrets.get(NAME, CLIENT_SECRET) == SECRET


def test_P11_without_a_keyring_it_is_refused_and_written_nowhere(
    no_keyring: KeyringBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "USERPROFILE", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    files = ConnectionFiles(home_at(tmp_path / "psconnect"))
    files.save(from_dict({"name": NAME, "preset": "oneroster"}))
    secrets = Secrets({})
    with pytest.raises(FixSettings) as caught:
        secrets.set(NAME, CLIENT_SECRET, SECRET)
    assert caught.value.code == "PSC-SECRET-NO-KEYRING"
    assert VARIABLE in word(caught.value).to_do
    assert secrets.get(NAME, CLIENT_SECRET) == ""
    secrets.remove(NAME, [CLIENT_SECRET])
    assert _holds(tmp_path, SECRET) == []
    assert SECRET not in repr(caught.value)


def test_the_search_for_a_secret_can_find_one(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(f"x{SECRET}y", encoding="utf-16")
    (tmp_path / SECRET).mkdir()
    assert len(_holds(tmp_path, SECRET)) == 2


def test_for_this_session_only(no_keyring: KeyringBackend, tmp_path: Path) -> None:
    secrets = Secrets({}, session_only=True)
    secrets.set(NAME, CLIENT_SECRET, SECRET)
    assert secrets.get(NAME, CLIENT_SECRET) == SECRET
    assert Secrets({}, session_only=True).get(NAME, CLIENT_SECRET) == ""
    assert SECRET not in repr(secrets)
    secrets.remove(NAME, [CLIENT_SECRET])
    assert secrets.get(NAME, CLIENT_SECRET) == ""


def test_in_a_session_the_keyring_is_left_alone(memory_keyring: MemoryKeyring) -> None:
    memory_keyring.entries["psconnect", f"{NAME}/{CLIENT_SECRET}"] = "of another day"
    secrets = Secrets({}, session_only=True)
    assert secrets.get(NAME, CLIENT_SECRET) == ""
    secrets.set(NAME, CLIENT_SECRET, SECRET)
    secrets.remove(NAME, [CLIENT_SECRET])
    assert list(memory_keyring.entries.values()) == ["of another day"]


@pytest.mark.parametrize(
    "error", [KeyringLocked("locked"), KeyringError("broken"), RuntimeError("of D-Bus"), OSError()]
)
def test_P11_a_locked_or_broken_keyring_is_said_to_be_so(use: Any, error: Exception) -> None:
    broken = Raising(error, "get", "set")
    use(broken)
    secrets = Secrets({})
    for call in (
        lambda: secrets.get(NAME, CLIENT_SECRET),
        lambda: secrets.set(NAME, CLIENT_SECRET, SECRET),
        lambda: secrets.remove(NAME, [CLIENT_SECRET]),
    ):
        with pytest.raises(FixSettings) as caught:
            call()
        assert caught.value.code == "PSC-SECRET-KEYRING"
        assert type(error).__name__ in word(caught.value).happened
        assert "Unlock it" in word(caught.value).to_do
        assert SECRET not in repr(caught.value) + word(caught.value).happened
    assert Secrets({VARIABLE: SECRET}).get(NAME, CLIENT_SECRET) == SECRET, "the environment needs no keyring"


def test_P11_a_keyring_that_can_not_be_read_back_or_deleted_from(use: Any) -> None:
    use(Forgetful())
    with raises_saying(FixSettings, "did not keep the secret"):
        Secrets({}).set(NAME, CLIENT_SECRET, SECRET)
    stubborn = Raising(KeyringError(), "delete")
    use(stubborn)
    Secrets({}).set(NAME, CLIENT_SECRET, SECRET)
    with pytest.raises(FixSettings):
        Secrets({}).remove(NAME, [CLIENT_SECRET])


@pytest.mark.parametrize(
    ("backend", "protects"),
    [
        (MemoryKeyring(), True),
        (fail.Keyring(), False),
        (null.Keyring(), False),
        (PlaintextKeyring(), False),
        (Chain(), False),
        (Chain(MemoryKeyring(), PlaintextKeyring()), True),
        (Chain(PlaintextKeyring(), MemoryKeyring()), False),
        (Chain(fail.Keyring()), False),
        (Chain(Chain(MemoryKeyring())), True),
    ],
    ids=[
        "one",
        "fail",
        "null",
        "plain text",
        "empty chain",
        "chain",
        "chain, plain text first",
        "failing chain",
        "nested",
    ],
)
def test_P11_what_counts_as_a_keyring(use: Any, backend: KeyringBackend, protects: bool) -> None:
    use(backend)
    assert available() is protects
    secrets = Secrets({})
    if protects:
        secrets.set(NAME, CLIENT_SECRET, SECRET)
        assert secrets.get(NAME, CLIENT_SECRET) == SECRET
        return
    with pytest.raises(FixSettings) as caught:
        secrets.set(NAME, CLIENT_SECRET, SECRET)
    assert caught.value.code == "PSC-SECRET-NO-KEYRING"
    for member in (backend, *getattr(backend, "backends", [])):
        assert not getattr(member, "entries", {}), "nothing was written anywhere"


@pytest.mark.parametrize("value", ["", " \r\n", "\ufeff", "x" * 1281])
def test_what_can_be_no_secret(memory_keyring: MemoryKeyring, value: str) -> None:
    with pytest.raises(FixSettings) as caught:
        Secrets({}).set(NAME, CLIENT_SECRET, value)
    assert (caught.value.code, caught.value.where) == ("PSC-SECRET-VALUE", CLIENT_SECRET)
    assert memory_keyring.entries == {}


def test_the_longest_secret(memory_keyring: MemoryKeyring) -> None:
    Secrets({}).set(NAME, CLIENT_SECRET, "ü" * 1280)
    assert Secrets({}).get(NAME, CLIENT_SECRET) == "ü" * 1280


def test_a_test_has_no_keyring_unless_it_asks_for_one() -> None:
    assert not available()
    with pytest.raises(NoKeyringError):
        keyring.get_password("psconnect", "x")


_CHILD = """
import sys
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets, available
assert available()
secrets, verb = Secrets({}), sys.argv[1]
if verb == "set":
    secrets.set("Lincoln rösler", CLIENT_SECRET, sys.stdin.read())
elif verb == "get":
    print(secrets.get("Lincoln rösler", CLIENT_SECRET))
else:
    secrets.remove("Lincoln rösler", [CLIENT_SECRET])
"""


def test_a_real_secret_service_keeps_it_across_processes(secret_service: dict[str, str]) -> None:
    def child(verb: str, text: str = "") -> str:
        command = [sys.executable, "-c", _CHILD, verb]
        done = subprocess.run(
            command, env=secret_service, input=text, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert child("get") == ""
    child("set", SECRET + " ü")
    assert child("get") == SECRET + " ü"
    child("set", SECRET)
    assert child("get") == SECRET
    assert _holds(Path(secret_service["HOME"]), SECRET) == [], (
        "the keyring's own file is encrypted, and there is no other"
    )
    child("remove")
    child("remove")
    assert child("get") == ""


@pytest.mark.parametrize("value", ["two\nlines", "zero\0byte", "zero\u200bwidth"])
def test_an_invisible_character_in_a_secret_is_refused_however_it_comes(
    memory_keyring: MemoryKeyring, value: str
) -> None:
    ways = [
        lambda: Secrets({}).set(NAME, CLIENT_SECRET, value),
        lambda: Secrets({}).keep_for_session(NAME, CLIENT_SECRET, value),
        lambda: Secrets({variable(CLIENT_SECRET): value}).get(NAME, CLIENT_SECRET),
    ]
    for way in ways:
        with pytest.raises(FixSettings) as caught:
            way()
        assert (caught.value.code, caught.value.where) == ("PSC-SETTINGS-INVISIBLE", CLIENT_SECRET)
        assert "After the " in word(caught.value).happened
        assert value[:4] not in word(caught.value).happened
    assert not memory_keyring.entries


def test_what_clings_to_a_secret_goes_however_it_comes(memory_keyring: MemoryKeyring) -> None:
    clinging = f"\ufeff“\u00a0{SECRET}\u200b”\r\n"
    assert Secrets({variable(CLIENT_SECRET): clinging}).get(NAME, CLIENT_SECRET) == SECRET
    in_session = Secrets({})
    in_session.keep_for_session(NAME, CLIENT_SECRET, clinging)
    assert in_session.get(NAME, CLIENT_SECRET) == SECRET
    Secrets({}).set(NAME, CLIENT_SECRET, clinging)
    assert list(memory_keyring.entries.values()) == [SECRET]
    # Kept by a version that took it as it came.
    keyring.set_password("psconnect", f"{NAME}/{CLIENT_SECRET}", clinging)
    assert Secrets({}).get(NAME, CLIENT_SECRET) == SECRET


def test_a_variable_with_nothing_but_blanks_hides_no_keyring(memory_keyring: MemoryKeyring) -> None:
    Secrets({}).set(NAME, CLIENT_SECRET, SECRET)
    assert Secrets({variable(CLIENT_SECRET): " \ufeff"}).get(NAME, CLIENT_SECRET) == SECRET
