"""Keyrings for tests. Without asking for one, a test has none: the keyring of who runs the tests is never touched."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import PasswordDeleteError


class MemoryKeyring(KeyringBackend):
    """A keyring that forgets everything with the test.

    Attributes:
        entries: (service, user name) -> secret, for looking at from a test.
    """

    # Below every real one, so that it is never chosen by itself.
    priority = 0

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """The secret, or None."""
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Stores or replaces a secret."""
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forgets a secret; raises PasswordDeleteError when there is none."""
        if self.entries.pop((service, username), None) is None:
            raise PasswordDeleteError("There is no such secret.")


@pytest.fixture(scope="session", autouse=True)
def _nobodys_keyring() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        keyring.set_keyring(fail.Keyring())
        yield


def _use(backend: KeyringBackend) -> Iterator[KeyringBackend]:
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@pytest.fixture
def memory_keyring() -> Iterator[KeyringBackend]:
    """A `MemoryKeyring` in use for this test, in this process alone."""
    yield from _use(MemoryKeyring())


@pytest.fixture
def no_keyring() -> Iterator[KeyringBackend]:
    """A computer without any keyring: each access raises keyring.errors.NoKeyringError."""
    yield from _use(fail.Keyring())
