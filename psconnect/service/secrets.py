"""A connection's secrets: those its source and its destination declare. Values go in but never out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from psconnect.destinations import KINDS
from psconnect.model.bad_setting import hint_at
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.model.setting_fields import SecretField
from psconnect.service.base import Base
from psconnect.sources import SOURCE_KINDS, source_kind_of
from psconnect.store.settings.secrets import CLIENT_SECRET, SecretPlace, Secrets, variable
from psconnect.wording.declared import in_language

_SOURCE = "source."
_DESTINATION = "destination."


@dataclass(frozen=True)
class SecretState:
    """A secret of a connection, without its value.

    Attributes:
        key: its name, such as ``source.client_secret`` or ``destination.token``.
        label, help: its display name and help text.
        required: whether the connection can't run without it.
        place: where its value is: ``environment``, ``session`` (in memory until psconnect ends), ``keyring``, or empty
            for none.
    """

    key: str
    label: str
    help: str
    required: bool
    place: SecretPlace = ""


class SecretKeeping(Base):
    """What a user can do with secrets. All methods raise FixSettings, for example if the keyring is locked."""

    def secrets_of(self, name: str) -> list[SecretState]:
        """The secrets a connection uses, its source's first."""
        return self._states(self._files.get(name))

    def _states(self, connection: Connection) -> list[SecretState]:
        declared: list[tuple[str, SecretField]] = [(_SOURCE, one) for one in source_kind_of(connection).secrets]
        if connection.destination_kind in KINDS:
            kind = KINDS[connection.destination_kind]
            declared += [(_DESTINATION, one) for one in kind.asked_secrets(connection.destination)]
        return [
            SecretState(key, one.label, one.help, one.required, self.secrets.place(connection.name, key))
            for key, one in ((f"{place}{one.key}", in_language(one)) for place, one in declared)
        ]

    def set_secret(self, name: str, key: str, value: str) -> None:
        """Store a connection's secret in the keyring."""
        name = self._known_secret(name, key)
        self.secrets.set(name, key, value)

    def remove_secret(self, name: str, key: str) -> None:
        """Remove a connection's secret, if there is one."""
        self.secrets.remove(self._known_secret(name, key), (key,))

    def _known_secret(self, name: str, key: str) -> str:
        states = self.secrets_of(name)
        keys = [state.key for state in states]
        if key not in keys:
            case = "PSC-SECRET-KEY" if keys else "PSC-SECRET-KEY/none"
            raise FixSettings(case, where=key, name=key, hint=hint_at(key, keys))
        return self._files.get(name).name

    def check_secrets(self, connection: Connection) -> None:
        """Raise FixSettings for a missing secret that the destination requires.

        PowerSchool's is checked at sign-in, which also knows whether there is a client ID.
        """
        for state in self._states(connection):
            if state.required and not state.place and state.key != CLIENT_SECRET:
                raise _missing(connection.name, state)

    def needed_secrets(self, connection: Connection) -> list[SecretState]:
        """The secrets without which the connection can't run, and where each is."""
        return [state for state in self._states(connection) if state.required]

    def check_needed(self, connection: Connection) -> None:
        """Raise FixSettings for the first needed secret that is missing, PowerSchool's included."""
        for state in self.needed_secrets(connection):
            if not state.place:
                raise _missing(connection.name, state)

    def destination_secret(self, connection: Connection, key: str, typed: Mapping[str, str], kept_as: str = "") -> str:
        """A secret that the destination declares, by its key there; raises FixSettings if it is missing.

        ``typed`` are values by full key that override the kept ones; ``kept_as`` is the name these are kept under, if
        not the connection's. An optional secret may be empty.
        """
        (state,) = (one for one in self._states(connection) if one.key == f"{_DESTINATION}{key}")
        value = typed.get(state.key, "") or self.secrets.get(kept_as or connection.name, state.key)
        if not value and state.required:
            raise _missing(connection.name, state)
        return value

    # --- under any name: unfinished set-ups keep their secrets too ------------------------------------------------

    def keep_secrets_in_memory(self) -> None:
        """From now on, keep secrets in memory until psconnect ends, and don't use the keyring."""
        self.secrets = Secrets(session_only=True)

    def keeps_secrets(self) -> bool:
        """Whether this computer has a keyring; without one, secrets are kept until psconnect ends."""
        return self.secrets.in_keyring

    def kept_secrets(self, name: str) -> dict[str, SecretPlace]:
        """The secrets known on this computer under that name, by key, and where each is."""
        places = {key: self.secrets.place(name, key) for key in every_secret()}
        return {key: place for key, place in places.items() if place}

    def keep_secret(self, name: str, key: str, value: str) -> bool:
        """Keep a secret under that name.

        Returns True if it is in the keyring; without a keyring, False: it is kept until psconnect ends.
        """
        if not self.keeps_secrets():
            self.secrets.keep_for_session(name, key, value)
            return False
        self.secrets.set(name, key, value)
        return True

    def move_secrets(self, before: str, after: str, keys: Iterable[str]) -> None:
        """Move a finished set-up's secrets to its connection's name; the set-up's other secrets are removed."""
        for key in keys:
            value = self.secrets.get(before, key)
            if value:
                self.keep_secret(after, key, value)
        self.forget_secrets(before)

    def forget_secrets(self, name: str, keys: Iterable[str] | None = None) -> None:
        """Remove these secrets under that name, or all of them."""
        self.secrets.remove(name, tuple(every_secret() if keys is None else keys))


def every_secret() -> list[str]:
    """The keys of all secrets that any connection can have."""
    of_sources = [f"{_SOURCE}{field.key}" for kind in SOURCE_KINDS for field in kind.secrets]
    return [*dict.fromkeys(of_sources), *destination_secret_keys()]


def destination_secret_keys() -> list[str]:
    """The keys of all secrets that any destination kind declares."""
    declared = [field.key for kind in KINDS.values() for field in kind.all_secrets]
    return [f"{_DESTINATION}{key}" for key in dict.fromkeys(declared)]


def _missing(name: str, state: SecretState) -> FixSettings:
    """The error for a missing secret."""
    of_destination = state.key.startswith(_DESTINATION)
    return FixSettings(
        "PSC-SECRET-MISSING/destination" if of_destination else "PSC-SECRET-MISSING/source",
        where=state.key,
        label=state.label,
        name=name,
        secret=state.key,
        variable=variable(state.key),
    )
