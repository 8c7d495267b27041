"""The sign-in type of one person as it stands, and what somebody decided by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

FOLLOW = "follow"
"""What is set in place of a type, so that a person's follows the domain of the e-mail address again."""


@dataclass(frozen=True)
class HandDecision:
    """One decision: the value that was set, when, and the account on this computer that did; empty if unknown."""

    entity: str
    key: int
    value: str
    at: datetime
    account: str = ""


@dataclass(frozen=True)
class SignInNow:
    """The sign-in type that the next run gives a person.

    Attributes:
        type: its value; empty for none.
        source: why: set by ``hand``; by the ``domain`` of the e-mail address; by that of an ``earlier`` one, because a
            type once given stays; ``none`` of them.
        labels: the types that there are, value -> what a person reads.
        decision: the last decision by hand; None if there was none.
        waits: whether the person is delivered with another type now.
    """

    type: str
    source: Literal["hand", "domain", "earlier", "none"]
    labels: Mapping[str, str] = field(default_factory=dict)
    decision: HandDecision | None = None
    waits: bool = False

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that change something: the types, and ``FOLLOW`` where the type doesn't follow the domain."""
        taken = self.type if self.source == "hand" else FOLLOW
        types = tuple(value for value in self.labels if value != taken)
        return (*types, FOLLOW) if self.source in ("hand", "earlier") else types
