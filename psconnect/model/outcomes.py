"""The outcome of a single change that was sent to another system."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    """The other system has it.

    Attributes:
        remote_id: the id that the other system gave the record; empty if it gives none.
    """

    remote_id: str = ""


@dataclass(frozen=True)
class Refused:
    """The other system refused the change; nothing changed there.

    Attributes:
        code: stable short name of the reason, like ``username-taken``.
        sentence: what happened and what to do, without personal data.
    """

    code: str
    sentence: str


@dataclass(frozen=True)
class Unknown:
    """The change was sent, and whether it arrived is unknown: it is read back before anything else is tried."""


@dataclass(frozen=True)
class NotDone:
    """Reading back shows that the change never arrived: it can be sent again."""


Outcome = Done | Refused | Unknown
"""A system's answer to a change."""
Standing = Done | NotDone | Unknown
"""What reading back shows about a change that was sent."""


@dataclass(frozen=True)
class Link:
    """A record that the other system already has although psconnect never delivered it.

    Attributes:
        remote_id: its id there.
        how: how it was recognised, completing "found by …": ``the same username``.
    """

    remote_id: str
    how: str
