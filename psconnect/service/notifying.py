"""Telling of runs that ended or wait: which mails are due, sending them, and keeping what could not be sent."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from psconnect.logs import logger
from psconnect.mail import Mail, Post
from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.errors import Bug, Cancelled, PsconnectError
from psconnect.model.notices import NoticeSettings, WaitingNotice, notices_of, ping_of
from psconnect.model.runs import APPLIED, Run, without_class_names
from psconnect.reports.mail import digest_mail
from psconnect.reports.notice_mail import mail_about
from psconnect.service.mailing import Mailing
from psconnect.service.pinging import ping
from psconnect.store.history import run_table
from psconnect.store.reading.last_reading import last_read
from psconnect.store.settings.notice_notes import NoticeFile, NoticeNotes

_DIGEST_HOUR = 6
"""The digest of a week is due on Monday at this hour, in the district's time: what ran over night is in it."""
_OVER = ("PSC-MAIL-BROKEN", "PSC-MAIL-SILENT")
"""Errors after which nothing more goes over the same connection."""
_GONE = "PSC-RUN-UNKNOWN"


def at_once(work: Callable[[CancelToken], None], cancel: CancelToken) -> None:
    """Send before the run's caller goes on: the command line ends with it."""
    work(cancel)


@dataclass
class Notifying(Mailing):
    """What happens after a run. Nothing here changes what the run did: no method that sends notices raises.

    Attributes:
        beside: does the sending; the window replaces it, so that nobody waits for a mail server.
    """

    beside: Callable[[Callable[[CancelToken], None], CancelToken], None] = at_once

    def notify_of(self, run: Run, cancel: CancelToken | None = None) -> None:
        """Tell of a run that ended or began to wait; whoever ran it calls this once, in whatever process.

        What can't be sent, or was cancelled, is kept, shown with the connection, and tried again after the next run.
        """
        with _never_raising():
            connection = self._files.get(run.connection)
            settings, file = connection.notices, self._notice_file(connection)
            if not (settings.to or settings.ping_url):
                return
            before, last = self._earlier(run)
            self._wait_for(file, connection, [(kind, run.id) for kind in notices_of(run, settings, before, last)])

            def tell(token: CancelToken) -> None:
                with _never_raising():
                    self._ping_after(run, settings, file)
                    self._send_waiting(connection, file, token)

            self.beside(tell, cancel or CancelToken())

    def send_due_notices(self, cancel: CancelToken | None = None) -> None:
        """Send the digests that are due, whether or not anything ran, and what waits.

        Called whenever psconnect looks for what is due; in the window, nothing waits for the mail server. A refused
        sign-in is not tried again without a run between: it counts towards locking the account.
        """

        def send(token: CancelToken) -> None:
            for connection in self._files.all():
                # One whose notes can't be read holds up none of the others.
                with _never_raising():
                    file = self._notice_file(connection)
                    self._wait_for(file, connection, [])
                    if not any(_may_lock(one) for one in file.read().waiting):
                        self._send_waiting(connection, file, token)

        with _never_raising():
            self.beside(send, cancel or CancelToken())

    def send_waiting_notices(self, name: str, cancel: CancelToken | None = None) -> NoticeNotes:
        """Try again what waits of a connection, because a person asks; returns what waits then."""
        connection = self._files.get(name)
        file = self._notice_file(connection)
        with contextlib.suppress(Cancelled):
            self._send_waiting(connection, file, cancel or CancelToken())
        return file.read()

    def undelivered_notices(self, name: str) -> NoticeNotes:
        """The mails of a connection that could not be sent yet, and how many were given up."""
        return self._notice_file(self._files.get(name)).read()

    def try_ping(self, url: str) -> None:
        """Call an address as after a run that went well; raises what is wrong, in words."""
        ping(url)

    def next_start_of(self, connection: Connection) -> datetime | None:  # noqa: ARG002 - Schedules knows
        """When the connection runs next by itself; None if it does not."""
        return None

    # --- what is due --------------------------------------------------------------------------------------------------

    def _notice_file(self, connection: Connection) -> NoticeFile:
        return NoticeFile(self.rosters_of(connection.name))

    def _earlier(self, run: Run) -> tuple[Run | None, Run | None]:
        """The last run before it that delivered or found nothing to deliver, and the last one of all."""
        with self._history(run.connection) as db:
            runs = run_table.list_runs(db, run.connection) if db else []
        earlier = [one for one in runs if one.id < run.id and one.kind != "rehearsal"]
        return next((one for one in earlier if one.state in APPLIED), None), next(iter(earlier), None)

    def _wait_for(self, file: NoticeFile, connection: Connection, due: list[tuple[str, str]]) -> None:
        """Let mails wait, and the digest if its day has come."""
        now = self.clock.now()
        monday = self._monday(connection, now)
        told = file.read().told_until
        weekly = connection.notices.results == "weekly" and bool(connection.notices.to)
        if not due and not (weekly and (told is None or told < monday)):
            return
        with file.edited() as notes:
            if weekly and notes.told_until is not None and notes.told_until < monday:
                notes.add(WaitingNotice("digest", f"{notes.told_until}/{monday}", now), now)
            if weekly:
                notes.told_until = max(notes.told_until or monday, monday)
            for kind, run_id in due:
                notes.add(WaitingNotice(kind, run_id, now), now)  # type: ignore[arg-type] # notices_of gives kinds

    def _zone(self, connection: Connection) -> ZoneInfo | None:
        return ZoneInfo(connection.schedule.zone) if connection.schedule.zone else None

    def _monday(self, connection: Connection, now: datetime) -> date:
        """The Monday with which the newest digest ends: the last one whose digest hour has come."""
        local = now.astimezone(self._zone(connection)) - timedelta(hours=_DIGEST_HOUR)
        return local.date() - timedelta(days=local.weekday())

    # --- sending ------------------------------------------------------------------------------------------------------

    def _ping_after(self, run: Run, settings: NoticeSettings, file: NoticeFile) -> None:
        url = ping_of(run, settings)
        if not url:
            return
        trouble: PsconnectError | None = None
        try:
            ping(url)
        except PsconnectError as error:
            trouble = error
        if trouble or file.read().ping_error:
            with file.edited() as notes:
                notes.ping_error = trouble.as_dict() if trouble else None

    def _send_waiting(self, connection: Connection, file: NoticeFile, cancel: CancelToken) -> None:
        """Send what waits. If another process is at it, that one takes along what was added meanwhile."""
        while file.read().waiting:
            with file.sending() as mine:
                if not mine:
                    return
                self._try_all(connection, file, cancel)
            if not any(one.error is None for one in file.read().waiting):
                return

    def _try_all(self, connection: Connection, file: NoticeFile, cancel: CancelToken) -> None:
        tried = file.read().waiting
        try:
            with self._opened_post(self.preferences().mail, cancel) as post:
                for notice in tried:
                    self._try_one(connection, file, post, notice)
        except PsconnectError as error:
            logger.info("notices wait", extra={"data": {"connection": connection.id, "code": error.code}})
            with file.edited() as notes:
                for notice in tried:
                    notes.failed(notice, error)

    def _try_one(self, connection: Connection, file: NoticeFile, post: Post, notice: WaitingNotice) -> None:
        refused: dict[str, PsconnectError] = {}
        trouble: PsconnectError | None = None
        try:
            mail = self._mail_for(connection, notice) if connection.notices.to else None
            if mail:
                refused = self._post_mail(post, mail, notice.left or connection.notices.to)
        except PsconnectError as error:
            if error.code in _OVER:
                raise
            trouble = error if error.code != _GONE else None
        except Cancelled:
            raise
        except Exception as mistake:  # noqa: BLE001 - one mail that can't be made must not keep the others back unseen
            logger.warning("notices failed", exc_info=True)
            trouble = Bug("PSC-BUG/window", kind=type(mistake).__name__)
        with file.edited() as notes:
            if trouble or refused:
                notes.failed(notice, trouble or next(iter(refused.values())), list(refused))
            else:
                notes.done(notice)

    def _mail_for(self, connection: Connection, notice: WaitingNotice) -> Mail | None:
        """The mail as it is now; None if there is nothing to tell any more."""
        since = notice.since if notice.error else None
        if notice.kind == "digest":
            return self._digest(connection, *(date.fromisoformat(one) for one in notice.run.split("/")))
        with self._found(notice.run) as found, last_read(self.rosters_of(found.connection)) as read:
            if notice.kind == "hold" and found.run.state != "held":
                return None
            return mail_about(found.db, connection, found.number, notice.kind, read, since)

    def _digest(self, connection: Connection, since: date, until: date) -> Mail:
        zone = self._zone(connection)
        with self._history(connection.name) as db:
            runs = [run for run in run_table.list_runs(db, connection.name) if run.kind != "rehearsal"] if db else []
        shown = runs if connection.notices.names else [without_class_names(run) for run in runs]
        within = [run for run in shown if since <= run.started.astimezone(zone).date() < until]
        earlier = [run for run in runs if run.started.astimezone(zone).date() < until]
        last = next((run for run in earlier if run.state in APPLIED), None)
        return digest_mail(connection.name, within[::-1], since, until, last, self.next_start_of(connection))


def _may_lock(notice: WaitingNotice) -> bool:
    return notice.error is not None and notice.error["family"] == "sign in again"


@contextlib.contextmanager
def _never_raising() -> Iterator[None]:
    try:
        yield
    except Cancelled:
        return
    except PsconnectError as error:
        logger.warning("notices not kept", extra={"data": {"code": error.code}})
    except Exception:  # noqa: BLE001 - a run is what it is, whatever happens to the news of it
        logger.warning("notices failed", exc_info=True)
