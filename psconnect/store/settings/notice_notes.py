"""The mails of a connection that are still to be sent: which, since when, and why not yet; nothing of what they tell.

Addresses of the notices may be in it, and what a server said about them; nobody's of the roster.

The file lies beside the roster data and goes with it. Several processes may add to it; one at a time sends.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import filelock
import msgspec

from psconnect.model.errors import PsconnectError
from psconnect.model.notices import WaitingNotice
from psconnect.store.files import storage_errors, write_atomically
from psconnect.store.lock import held_alone
from psconnect.store.settings.kept_note import read_note

MOST_WAITING = 20
KEPT_DAYS = 7
"""A mail that could not be sent for so long is given up: what it tells is out of date."""
_EDIT_SECONDS = 10.0


class NoticeNotes(msgspec.Struct):
    """What is kept between runs.

    Attributes:
        waiting: mails that are still to be sent, the oldest first.
        given_up: how many were given up since the last one that was sent.
        told_until: the day up to which the last digest told.
        ping_error: why the last ping did not arrive (PsconnectError.as_dict); None if it did.
    """

    waiting: list[WaitingNotice] = msgspec.field(default_factory=list)
    given_up: int = 0
    told_until: date | None = None
    ping_error: dict[str, Any] | None = None

    def done(self, notice: WaitingNotice) -> None:
        """A mail was sent, or there is nothing to tell any more."""
        self.waiting = [one for one in self.waiting if _same(one) != _same(notice)]
        self.given_up = 0

    def failed(self, notice: WaitingNotice, error: PsconnectError, left: Collection[str] = ()) -> None:
        """A mail could not be sent, or not to those that are ``left``; nobody gets one twice."""
        self.waiting = [
            msgspec.structs.replace(one, error=error.as_dict(), left=list(left) or one.left)
            if _same(one) == _same(notice)
            else one
            for one in self.waiting
        ]

    def add(self, notice: WaitingNotice, now: datetime) -> None:
        """Let a mail wait; what is too old or too much is given up, and counted."""
        if any(_same(one) == _same(notice) for one in self.waiting):
            return
        fresh = [one for one in self.waiting if now - one.since < timedelta(days=KEPT_DAYS)]
        kept = [*fresh, notice][-MOST_WAITING:]
        self.given_up += len(self.waiting) + 1 - len(kept)
        self.waiting = kept


_DECODER = msgspec.json.Decoder(NoticeNotes)


def _same(notice: WaitingNotice) -> tuple[str, str]:
    return notice.kind, notice.run


@dataclass(frozen=True)
class NoticeFile:
    """The notes of the connection whose roster data is at ``rosters``."""

    rosters: Path

    @property
    def path(self) -> Path:
        """Where the notes are."""
        return self.rosters.with_suffix(".notices")

    def read(self) -> NoticeNotes:
        """The notes as they are; empty where there are none."""
        return read_note(self.path, _DECODER, NoticeNotes(), NoticeNotes())

    @contextlib.contextmanager
    def edited(self) -> Iterator[NoticeNotes]:
        """The notes, written back afterwards; raises LocalStorage if that is impossible."""
        with (
            storage_errors(self.path),
            filelock.FileLock(self._lock("notices-edit"), timeout=_EDIT_SECONDS, mode=0o600),
        ):
            notes = self.read()
            yield notes
            write_atomically(self.path, msgspec.json.encode(notes))

    @contextlib.contextmanager
    def sending(self) -> Iterator[bool]:
        """Be the one who sends; gives whether that is so, because another process may be at it."""
        with held_alone(self._lock("notices-send")) as mine:
            yield mine

    def _lock(self, ending: str) -> Path:
        return self.rosters.with_suffix(f".{ending}")
