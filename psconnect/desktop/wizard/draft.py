"""What somebody has typed so far in a set-up, exactly as typed, one part a step. Knows no Qt, no secret, no step."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, TypeVar

import msgspec

from psconnect.model.connection_id import new_id
from psconnect.service import draft_secrets


class DraftPart(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What one step holds of a draft. Everything is kept as typed, so that going back loses nothing.

    ``progress`` names the fields that say how far somebody is; the others are settings of the connection.
    """

    progress: ClassVar[frozenset[str]] = frozenset()


P = TypeVar("P", bound=DraftPart)


@dataclass(frozen=True)
class Draft:
    """A set-up that is not finished.

    Attributes:
        id: names the draft's file, and the secrets' place in the keyring.
        step: key of the step it stands on.
        reached: key of the furthest step so far.
        prefilled: filled in for the demo district, whose server lives no longer than this window.
        connection_id: the id that the connection has or will have; its plugin carries it from the first save on.
        parts: what the steps hold, by the type of the part; a part that is not there is as empty as a new one.
    """

    id: str
    step: str
    reached: str
    prefilled: bool = False
    connection_id: str = ""
    parts: Mapping[type[DraftPart], DraftPart] = field(default_factory=dict)

    @property
    def secret_name(self) -> str:
        """The name under which the keyring holds the secrets until the connection is saved."""
        return draft_secrets(self.id)

    def of(self, kind: type[P]) -> P:
        """The part of that type."""
        found = self.parts.get(kind)
        return found if isinstance(found, kind) else kind()

    def having(self, *parts: DraftPart) -> Draft:
        """The draft with these parts in place of what it had of their types."""
        return replace(self, parts={**self.parts, **{type(part): part for part in parts}})


def new_draft(*parts: DraftPart, step: str = "connect", connection_id: str = "", prefilled: bool = False) -> Draft:
    """A draft with an id of its own, and one for its connection where that has none; ``parts`` are known already."""
    known = connection_id or new_id()
    return Draft(secrets.token_hex(8), step, step, prefilled, known).having(*parts)
