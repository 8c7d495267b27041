"""The contract of a destination: what it declares, and how a snapshot is delivered.

A new destination is one module that implements ``SnapshotDestination`` and one line in ``destinations.KINDS``; the
contract kit in tests/contracts runs on each of them. The wizard page, the command line, redaction and documents
come from the declaration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from psconnect.model.bad_setting import nearest
from psconnect.model.clock import CancelToken
from psconnect.model.entities import LONGEST, Entity
from psconnect.model.errors import FixSettings


@dataclass(frozen=True)
class SettingField:
    """A setting of a destination.

    Attributes:
        key: its name in the connection file's [destination] table.
        label, help, example: what a person reads.
        kind: how it is entered and checked.
        required: whether the destination works without it.
        default: its value when it is not given.
        choices: allowed values, where there are only some.
        advanced: whether it stands behind *Advanced*.
        secret: whether it is kept in the keyring; then it never stands in the file and is not among the settings.
    """

    key: str
    label: str
    help: str
    kind: Literal["text", "folder", "number", "choice", "switch"]
    required: bool = False
    default: str | int | bool = ""
    choices: tuple[str, ...] = ()
    example: str = ""
    advanced: bool = False
    secret: bool = False


@dataclass(frozen=True)
class Declaration:
    """What a kind of destination is and can do.

    Attributes:
        kind: its name in files and on the command line.
        label, summary: what a person reads.
        fields: its settings.
        delivery: ``snapshot``: it gets the whole roster each time, atomically.
        needed: per entity key, attributes without which a record can't be delivered.
        takes: what it has a place for beside classes: ``groups`` (of users, in place of a class), ``categories`` (of
            courses).
        longest: characters that a value may have; a record with a longer one is not delivered (fault D13).
    """

    kind: str
    label: str
    summary: str
    fields: tuple[SettingField, ...]
    delivery: Literal["snapshot"]
    needed: Mapping[str, frozenset[str]]
    longest: int = LONGEST
    takes: frozenset[str] = frozenset()

    def settings(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The settings with defaults filled in; raises FixSettings that names what is missing or wrong."""
        self.check(given)
        values = {key: value for key, value in given.items() if key != "kind"}
        for field in self.fields:
            if not field.secret:
                values.setdefault(field.key, field.default)
                _check(self.label, field, values[field.key])
        return values

    def check(self, given: Mapping[str, Any]) -> None:
        """Raise FixSettings for what is wrong in settings that may lack some; what is missing is no mistake yet."""
        known = {field.key: field for field in self.fields}
        for key, value in given.items():
            if key == "kind":
                continue
            if key not in known:
                raise _wrong(f"{self.label} has no setting “{key}”.", nearest(key, list(known)), key)
            if known[key].secret:
                raise _wrong(f"“{known[key].label}” is a secret and never stands in a file.", "Set it apart.", key)
            if value != "":
                _check(self.label, known[key], value)


_GIVE = {
    "text": "Give a text.",
    "folder": "Give the path of a folder, as a text.",
    "number": "Give a whole number.",
    "switch": "Give true or false.",
}


def _check(label: str, field: SettingField, value: object) -> None:
    wanted: type = {"number": int, "switch": bool}.get(field.kind, str)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        to_do = _GIVE.get(field.kind) or f"Choose one of: {', '.join(field.choices)}; write it in quotes."
        raise _wrong(f"“{field.label}” of {label} is of the wrong kind.", to_do, field.key)
    if field.required and value == "":
        raise _wrong(f"“{field.label}” of {label} is not set.", field.help, field.key)
    if isinstance(value, int) and value < 0:
        raise _wrong(f"“{field.label}” of {label} can’t be less than 0.", "Give 0 or more.", field.key)
    if field.choices and value not in field.choices:
        raise _wrong(
            f"“{field.label}” of {label} can’t be “{value}”.", f"Choose one of: {', '.join(field.choices)}.", field.key
        )


def _wrong(happened: str, to_do: str, key: str) -> FixSettings:
    return FixSettings(
        "PSC-DESTINATION-SETTING",
        "The destination’s settings can’t be used",
        happened,
        to_do,
        where=f"destination.{key}",
    )


class Roster(Protocol):
    """The whole roster as it is to be after the delivery."""

    def records(self, entity: Entity) -> Iterator[list[str]]:
        """The attributes (in the order of ``entity.attributes``) of all records, in the order of their keys."""
        ...

    def labels(self, entity: Entity) -> Sequence[str]:
        """The labels that ``extra`` of the entity's records can have, in the order in which they are delivered."""
        ...


@dataclass(frozen=True)
class Delivered:
    """What stands at the destination: a receipt that names exactly this content, and a sentence about it."""

    receipt: str
    description: str


class Prepared(Protocol):
    """A snapshot that is complete but not yet visible at the destination."""

    @property
    def receipt(self) -> str:
        """Names exactly this content; ``standing`` gives the same once it is published."""
        ...

    def publish(self, *, take_over: bool = False) -> Delivered:
        """Make it the destination's content, atomically; raises DestinationRefused or LocalStorage.

        Where ``owned_by`` names somebody, it is refused unless ``take_over`` says that a person approved of it.
        """
        ...

    def discard(self) -> None:
        """Throw it away; does nothing when it was published."""
        ...


class SnapshotDestination(Protocol):
    """A destination that gets the whole roster each time. All methods raise PsconnectError in words."""

    declaration: Declaration

    @property
    def place(self) -> str:
        """Where a snapshot stands once it is published, as a person reads it: a path, an address."""
        ...

    def owned_by(self) -> str:
        """Who else delivers to this place, in a sentence that a person reads; empty where nobody does."""
        ...

    def sweep(self) -> None:
        """Delete what killed deliveries of this connection left there; to be called while no other one goes on."""
        ...

    def leave(self) -> Sequence[str]:
        """The connection is removed: delete what is psconnect's own there, but not what was delivered.

        Returns what could not be deleted, as a person reads it.
        """
        ...

    def check(self) -> str:
        """Whether a delivery would be possible; a sentence for a person. Changes nothing that is there."""
        ...

    def standing(self) -> str:
        """The receipt of what stands there now, or an empty text: read back, not remembered."""
        ...

    def prepare(self, roster: Roster, cancel: CancelToken) -> Prepared:
        """Write the snapshot beside its place. The same roster gives the same bytes and the same receipt."""
        ...
