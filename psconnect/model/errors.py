"""What can go wrong, typed by what the person in front of it can do.

An error is a stable code such as ``PSC-AUTH-401``, the case of it where one code has several, what it is about, and
named values: settings, paths and counts, never a person's data, a token or a secret. ``psconnect.wording.errors`` has
the sentences, so that command line, window and report say the same of it, each in the reader's language.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from psconnect.model.phrases import Phrase, Value, stored

E = TypeVar("E", bound="PsconnectError")


class PsconnectError(Exception):
    """Base of all errors that a person gets to see.

    Attributes:
        key: code and case, ``PSC-HTTP-TIMEOUT/silent``; the code alone where there is but one case.
        where: entity, field, file or address that it is about; may be empty.
        values: what the sentences are filled with, by name.
        retry_after: seconds the other side asked us to wait, or None.
    """

    family = "bug"

    def __init__(self, key: str, *, where: str = "", retry_after: float | None = None, **values: Value) -> None:
        super().__init__(f"{key} ({where})" if where else key)
        self.key = key
        self.where = where
        self.retry_after = retry_after
        self.values = values

    @property
    def code(self) -> str:
        """The stable code, ``PSC-<AREA>-<NAME>``; documented and searchable."""
        return self.key.partition("/")[0]

    @property
    def said(self) -> Phrase:
        """What it says, as a phrase: the value ``cause`` of an error that says the same of something else."""
        return Phrase(self.key, self.values)

    def again(self, kind: type[E], *, where: str = "", more: Sequence[Phrase] = ()) -> E:
        """The same error in another family, about something else, or with ``more`` of what to do."""
        before = self.values.get("more")
        advice = [*(before if isinstance(before, list) else ()), *more]
        values = {**self.values, "more": advice} if advice else self.values
        return kind(self.key, where=where or self.where, retry_after=self.retry_after, **values)

    def as_dict(self) -> dict[str, object]:
        """Family, code, case, what it is about, and the values: what the history stores."""
        values = {name: stored(value) for name, value in self.values.items()}
        return {"family": self.family, "code": self.code, "key": self.key, "where": self.where, "values": values}


class FixSettings(PsconnectError):
    """A setting, a file or an argument is wrong; trying again without a change is pointless."""

    family = "fix settings"


class SignInAgain(PsconnectError):
    """The other system did not accept who we are."""

    family = "sign in again"


class TryLater(PsconnectError):
    """The other system could not be reached or did not answer properly; the same call may work later."""

    family = "try later"


class PauseAsked(TryLater):
    """The other system asks for a longer pause than a run waits: the run is interrupted, and starts again later."""


class BadRecord(PsconnectError):
    """A record, or a whole answer, is not what it has to be."""

    family = "bad record"


class DestinationRefused(PsconnectError):
    """The destination did not take what was delivered."""

    family = "destination refused"


class AnotherRunActive(PsconnectError):
    """One run at a time per connection: another one holds the lock."""

    family = "try later"


class StartSkipped(PsconnectError):
    """A start on schedule that did not become a run, for a good reason."""

    family = "skipped"


class LocalStorage(PsconnectError):
    """This computer could not store something: full or read-only disk, a locked or damaged file."""

    family = "fix settings"


class Cancelled(Exception):
    """The person asked to stop; not an error, and never shown as one."""


class Bug(PsconnectError):
    """Something of ours is wrong."""

    family = "bug"
