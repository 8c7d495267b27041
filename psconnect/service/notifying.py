"""Telling of runs that ended or wait: which mails are due, sending them, and keeping what could not be sent."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from psconnect.logs import logger
from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.errors import Cancelled, FixSettings, PsconnectError
from psconnect.model.notices import NoticeSettings, WaitingNotice, notices_of
from psconnect.model.runs import APPLIED, Run
from psconnect.service.base import Base
from psconnect.store.history import run_table
from psconnect.store.settings.notice_notes import NoticeFile, NoticeNotes


class Notifying(Base):
    """What happens after a run. Nothing here changes what the run did: no method that sends raises."""

    def notify_of(self, run: Run, cancel: CancelToken | None = None) -> None:
        """Tell of a run that ended or began to wait; whoever ran it calls this once, in whatever process.

        What can't be sent, or was cancelled, is kept, shown with the connection, and tried again after the next run.
        """
        token = cancel or CancelToken()
        with self._never_raising():
            connection = self._files.get(run.connection)
            file = NoticeFile(self.rosters_of(connection.name))
            kinds = notices_of(run, connection.notices, self._delivery_before(run))
            if kinds:
                now = self.clock.now()
                with file.edited() as notes:
                    for kind in kinds:
                        notes.add(WaitingNotice(kind, run.id, now), now)
            self._send_waiting(connection, file, token)

    def undelivered_notices(self, name: str) -> NoticeNotes:
        """The mails of a connection that could not be sent yet, and how many were given up."""
        return NoticeFile(self.rosters_of(self._files.get(name).name)).read()

    def _delivery_before(self, run: Run) -> Run | None:
        """The last run before it that delivered, or found nothing to deliver."""
        with self._history(run.connection) as db:
            earlier = run_table.list_runs(db, run.connection) if db else []
        return next((one for one in earlier if one.id < run.id and one.state in APPLIED), None)

    def _send_waiting(self, connection: Connection, file: NoticeFile, cancel: CancelToken) -> None:
        """Send what waits. If another process is at it, that one takes along what was added meanwhile."""
        while file.read().waiting:
            with file.sending() as mine:
                if not mine:
                    return
                self._try_all(connection.notices, file, cancel)
            if not any(one.error is None for one in file.read().waiting):
                return

    def _try_all(self, settings: NoticeSettings, file: NoticeFile, cancel: CancelToken) -> None:  # noqa: ARG002
        error = FixSettings("PSC-MAIL-NO-SERVER")
        with file.edited() as notes:
            notes.waiting = [WaitingNotice(one.kind, one.run, one.since, error.as_dict()) for one in notes.waiting]

    @contextlib.contextmanager
    def _never_raising(self) -> Iterator[None]:
        try:
            yield
        except Cancelled:
            return
        except PsconnectError as error:
            logger.warning("notices not kept", extra={"data": {"code": error.code}})
        except Exception:  # noqa: BLE001 - a run is what it is, whatever happens to the news of it
            logger.warning("notices failed", exc_info=True)
