"""Secrets: from the environment for this call only, else from the operating system's keyring. Never in a file.

There is no plain-text fallback. Without a keyring, storing is refused with a sentence, and a secret can be kept for
this session only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import keyring
from keyring.backend import KeyringBackend

from psconnect.model.errors import FixSettings
from psconnect.model.pasted import pasted, stripped

SERVICE = "psconnect"
CLIENT_SECRET = "source.client_secret"  # noqa: S105 - the name of a secret, not one
SecretPlace = Literal["", "environment", "session", "keyring"]
"""Where the value of a secret is."""
_WINDOWS_LIMIT = 1280


@dataclass
class Secrets:
    """Secrets by connection name and key, like ``source.client_secret``.

    Attributes:
        session_only: keep new secrets in memory instead of the keyring.
    """

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    session_only: bool = False
    _session: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    @property
    def in_keyring(self) -> bool:
        """Whether new secrets go to the keyring; without one they are kept until the process ends."""
        return not self.session_only and available()

    def place(self, connection: str, key: str) -> SecretPlace:
        """Where a secret is; an empty text if there is none. Raises FixSettings if the keyring is locked."""
        if self._in_environment(key):
            return "environment"
        if (connection, key) in self._session:
            return "session"
        return "keyring" if self._stored(connection, key) else ""

    def get(self, connection: str, key: str) -> str:
        """The secret without blanks around it, or an empty text if none is stored.

        Raises FixSettings if the keyring is locked or broken, or if the secret has an invisible character in it.
        """
        return _pasted(self._stored(connection, key), key)

    def _stored(self, connection: str, key: str) -> str:
        if self._in_environment(key):
            return self.environment[variable(key)]
        if (connection, key) in self._session:
            return self._session[connection, key]
        if self.session_only or not available():
            return ""
        try:
            return keyring.get_password(SERVICE, _item(connection, key)) or ""
        except Exception as error:  # noqa: BLE001 - each keyring raises errors of the library it stands on
            raise _broken(error) from None

    def _in_environment(self, key: str) -> bool:
        return bool(stripped(self.environment.get(variable(key), "")))

    def set(self, connection: str, key: str, value: str) -> None:
        """Store a secret and read it back; raises FixSettings if it can't be kept or is not a secret."""
        value = _pasted(value, key)
        if not value or len(value) > _WINDOWS_LIMIT:
            raise FixSettings("PSC-SECRET-VALUE", where=key, windows_limit=_WINDOWS_LIMIT)
        if self.session_only:
            self.keep_for_session(connection, key, value)
            return
        if not available():
            raise no_keyring(key)
        try:
            keyring.set_password(SERVICE, _item(connection, key), value)
            kept = keyring.get_password(SERVICE, _item(connection, key))
        except Exception as error:  # noqa: BLE001 - as in get
            raise _broken(error) from None
        if kept != value:
            raise _broken(None)
        self._session.pop((connection, key), None)

    def keep_for_session(self, connection: str, key: str, value: str) -> None:
        """Keep a secret in memory until the process ends; for a person who was told that there is no keyring."""
        self._session[connection, key] = _pasted(value, key)

    def remove(self, connection: str, keys: Iterable[str]) -> None:
        """Forget these secrets of a connection."""
        for key in keys:
            self._session.pop((connection, key), None)
            if self.session_only or not available():
                continue
            try:
                if keyring.get_password(SERVICE, _item(connection, key)) is not None:
                    keyring.delete_password(SERVICE, _item(connection, key))
            except Exception as error:  # noqa: BLE001 - as in get
                raise _broken(error) from None


def _pasted(value: str, key: str) -> str:
    return pasted(value, secret_word(key), key)


def secret_word(key: str) -> str:
    """A secret's name in a sentence: ``client secret`` for ``source.client_secret``."""
    return key.rpartition(".")[2].replace("_", " ")


def variable(key: str) -> str:
    """The environment variable that holds a secret: PSCONNECT_SECRET_SOURCE_CLIENT_SECRET for source.client_secret."""
    return f"PSCONNECT_SECRET_{key.upper().replace('.', '_')}"


def available() -> bool:
    """Whether this computer has a keyring that protects what it keeps."""
    return _protects(keyring.get_keyring())


def _protects(backend: KeyringBackend) -> bool:
    """Whether a keyring backend really protects: not the failing, null or plain-text one."""
    module = type(backend).__module__
    if module.endswith((".fail", ".null")) or "plaintext" in type(backend).__name__.lower():
        return False
    members = getattr(backend, "backends", None)
    if members is None:
        return True
    # A chain of keyrings stores with its first member.
    first = next(iter(members), None)
    return first is not None and _protects(first)


def no_keyring(key: str) -> FixSettings:
    """There is no keyring on this computer."""
    return FixSettings("PSC-SECRET-NO-KEYRING", variable=variable(key))


def _broken(error: Exception | None) -> FixSettings:
    reason = f" ({type(error).__name__})" if error else ""
    return FixSettings("PSC-SECRET-KEYRING", reason=reason)


def _item(connection: str, key: str) -> str:
    return f"{connection}/{key}"
