"""A place that snapshots are published to: what the engine and a kind of destination see of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from psconnect.model.clock import CancelToken, Clock
from psconnect.model.findings import Finding
from psconnect.model.phrases import Phrase, phrase
from psconnect.model.setting_fields import SecretOf, no_secret
from psconnect.transfer.fileset import FileSet, Rows
from psconnect.transfer.folder import Step

BULK, DELTA = "bulk", "delta"
Write = Callable[[FileSet], Rows]
"""Writes a snapshot's files; the same roster gives the same bytes."""


@dataclass(frozen=True)
class Delivered:
    """What stands at the destination.

    Attributes:
        receipt: names exactly this content.
        place: where it stands, as a person reads it.
        rows: per file, of those that have any.
        more: what else is to be said about it.
    """

    receipt: str
    place: str
    rows: Rows
    more: Phrase | None = None

    @property
    def said(self) -> Phrase:
        """Where it stands and how much it is."""
        rows, files = phrase("delivered/rows", count=sum(self.rows.values())), len(self.rows)
        counted = phrase("delivered/files", count=files)
        return phrase("delivered/set", place=self.place, rows=rows, files=counted, more=self.more or "")


class Prepared(Protocol):
    """A set that is complete but not yet visible at its place."""

    @property
    def receipt(self) -> str:
        """Names exactly this content; ``SnapshotPlace.standing`` gives the same once it is published."""
        ...

    def publish(self, *, take_over: bool = False) -> Delivered:
        """Make it the place's content, all of it at once; raises LocalStorage or DestinationRefused.

        Where ``owned_by`` names somebody, it is refused unless ``take_over`` says that a person approved of it.
        """
        ...

    def discard(self) -> None:
        """Throw it away; does nothing once it is published."""
        ...


class SnapshotPlace(Protocol):
    """Where one connection's snapshots stand. All methods raise PsconnectError in words."""

    @property
    def address(self) -> str:
        """Where a snapshot stands once it is published, as a person reads it: a path, an address."""
        ...

    def check(self) -> Finding:
        """Whether a delivery would be possible. Changes nothing that is there."""
        ...

    def owned_by(self) -> Phrase | None:
        """Who else delivers to this place, as a sentence; None where nobody does."""
        ...

    def replaces(self) -> Sequence[str]:
        """What this connection delivered there in another form: its names; the next delivery deletes it."""
        ...

    def sweep(self) -> None:
        """Finish or delete what killed deliveries of this connection left there.

        To be called while no other one goes on.
        """
        ...

    def leave(self) -> Sequence[str]:
        """The connection is removed: delete what is psconnect's own there, but not what was delivered.

        Returns what could not be deleted, as a person reads it.
        """
        ...

    def standing(self) -> str:
        """The receipt of what stands there now, or an empty text: read back, not remembered."""
        ...

    def prepare(self, write: Write, cancel: CancelToken, mode: str = BULK) -> Prepared:
        """Have a set written beside its place. The same files give the same receipt.

        ``mode``, ``bulk`` or ``delta``, stands in the name of a numbered set.
        """
        ...

    def close(self) -> None:
        """Let go of what is held open."""
        ...


@dataclass(frozen=True)
class PlaceContext:
    """What a place is made of.

    Attributes:
        connection: the connection's name, of which a bundle is named.
        settings: the destination's settings with defaults filled in.
        on_step: told the names of the steps of publishing.
        clock: measures and waits where a delivery has to be tried again.
        home: id of the home that delivers; empty: nothing is said or asked about who else delivers there.
        beside: the path on this computer that the connection's own files begin with; None if nothing is to be
            delivered.
        packing: how its files travel: ``zip`` or ``loose``.
        numbered: whether each set has a number and none replaces another.
        secret: gives a secret by its key; raises FixSettings if a required one is missing.
        cancel: the user's request to stop.
    """

    connection: str
    settings: Mapping[str, Any]
    on_step: Step
    clock: Clock
    home: str
    beside: Path | None = None
    packing: str = "zip"
    numbered: bool = False
    secret: SecretOf = field(default=no_secret, repr=False)
    cancel: CancelToken = field(default_factory=CancelToken)
