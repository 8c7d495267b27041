"""What can go wrong, typed by what the person in front of it can do.

Every error carries the same five parts, so that the command line, the window and the report say the same
thing: a title, what happened, what to do, where, and a stable code such as ``PSC-AUTH-401``. The text is
made of settings, menu paths and counts, never of a person's data, a token or a secret.
"""

from __future__ import annotations


class PsconnectError(Exception):
    """Base of all errors that a person gets to see.

    Attributes:
        code: stable identifier, ``PSC-<AREA>-<NAME>``; documented and searchable.
        title: a few words, sentence case, no full stop.
        happened: what happened and why, in whole sentences.
        to_do: the next action, with the menu path where PowerSchool has one.
        where: entity, field, file or address that it is about; may be empty.
        retry_after: seconds the other side asked us to wait, or None.
    """

    family = "bug"

    def __init__(
        self, code: str, title: str, happened: str, to_do: str, *, where: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(f"{title}: {happened}")
        self.code = code
        self.title = title
        self.happened = happened
        self.to_do = to_do
        self.where = where
        self.retry_after = retry_after

    def as_dict(self) -> dict[str, str]:
        """The five parts and the family as text, as ``--json`` prints and the history stores them."""
        return {
            "family": self.family,
            "code": self.code,
            "title": self.title,
            "happened": self.happened,
            "to_do": self.to_do,
            "where": self.where,
        }


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


class LocalStorage(PsconnectError):
    """This computer could not store something: full or read-only disk, a locked or damaged file."""

    family = "fix settings"


class Cancelled(Exception):
    """The person asked to stop; not an error, and never shown as one."""


class Bug(PsconnectError):
    """Something of ours is wrong: the text asks for the details to be sent to us."""

    family = "bug"
