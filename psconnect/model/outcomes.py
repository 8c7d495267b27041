"""What became of a single change that was sent to another system."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    """The other system has it.

    Attributes:
        remote_id: the id that the other system gave the record; empty where it gives none.
    """

    remote_id: str = ""


@dataclass(frozen=True)
class Refused:
    """The other system did not take it, and says so; nothing changed there.

    Attributes:
        code: stable short name of the reason, like ``username-taken``.
        sentence: what happened and what to do, for a person; without anybody's data.
    """

    code: str
    sentence: str


@dataclass(frozen=True)
class Unknown:
    """It was sent, and nobody can say yet whether it arrived: it is read back before anything else is tried."""


@dataclass(frozen=True)
class NotDone:
    """Reading back shows that it never arrived: it can be sent again."""


Outcome = Done | Refused | Unknown
"""What a system answers to a change."""
Standing = Done | NotDone | Unknown
"""What reading back shows of a change that was sent."""


@dataclass(frozen=True)
class Link:
    """A record that the other system has already, though nothing of it was delivered from here.

    Attributes:
        remote_id: its id there.
        how: how it was recognised, in a few words that complete "found by …": ``the same user name``.
    """

    remote_id: str
    how: str
