"""Reports of runs as files: of a whole run, of what changed since the one before, and lists of findings by school."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psconnect.model.clock import CancelToken
from psconnect.model.errors import FixSettings, LocalStorage
from psconnect.model.events import OnEvent, ignore
from psconnect.model.printed import DrawReport
from psconnect.model.review import FindingQuery
from psconnect.reports import REPORT_ENDINGS, write_report
from psconnect.reports.content import ReportContent, ReportWish
from psconnect.reports.file_names import file_name, unlike
from psconnect.reports.new_accounts import NewAccounts
from psconnect.reports.problems import FoundIn
from psconnect.service.disclosing import Disclosing
from psconnect.store.files import private_folder, storage_errors
from psconnect.store.reading.last_reading import last_read
from psconnect.wording.catalogue import tr


class Reports(Disclosing):
    """What a user can do with reports.

    Everywhere, the file's ending says the format (REPORT_ENDINGS), ``masked`` puts masks in the place of names and
    leaves out everything else that could be somebody's, and ``draw`` draws PDF (desktop.print). Files are written whole
    or not at all, for their owner alone. ``on_event`` is told how many rows are written (stage ``reporting``).
    """

    def report(
        self,
        run_id: str,
        path: Path,
        *,
        masked: bool = False,
        since_last: bool = False,
        draw: DrawReport | None = None,
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> Path:
        """Write a run's report; ``since_last``: only what changed against the run before.

        Raises FixSettings for an unknown ending, or where there is nothing to compare with; LocalStorage; Cancelled.
        """
        wish = ReportWish(masked=masked, since_last=since_last, made=self.clock.now())
        with self._content(run_id, wish, on_event, cancel) as content:
            return write_report(content, path.absolute(), draw)

    def write_findings(
        self,
        run_id: str,
        wanted: FindingQuery,
        path: Path,
        *,
        masked: bool = False,
        draw: DrawReport | None = None,
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> Path:
        """Write exactly the findings that a query asks for, for the registrar: all of them, however many.

        Raises FixSettings for an unknown ending and if the run's findings are no longer kept; LocalStorage; Cancelled.
        """
        wish = ReportWish(masked=masked, listed=wanted, made=self.clock.now())
        with self._content(run_id, wish, on_event, cancel) as content:
            _check_kept(content)
            return write_report(content, path.absolute(), draw)

    def findings_per_school(
        self,
        run_id: str,
        folder: Path,
        ending: str,
        *,
        masked: bool = False,
        draw: DrawReport | None = None,
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> list[Path]:
        """Write a list of findings for each school that has any, each for its own registrar; returns the files.

        A file is called after its school and the day of the run. A folder that is made for them is its owner's alone;
        one that was there stays open to whom it was. Raises as ``write_findings`` does.
        """
        place, written = folder.absolute(), list[Path]()
        if not place.is_dir():
            private_folder(place)
        everything = ReportWish(masked=masked, listed=FindingQuery(), made=self.clock.now())
        with self._content(run_id, everything, on_event, cancel) as content:
            _check_kept(content)
            schools = FoundIn(content.db, content.number).by_school()
            day = f"{content.run.started.astimezone():%Y-%m-%d}"
        names = unlike([tr("{school} {day}", school=school.name, day=day) for school in schools])
        for school, name in zip(schools, names, strict=True):
            wish = ReportWish(masked=masked, listed=FindingQuery(), school=school.key, made=self.clock.now())
            with self._content(run_id, wish, on_event, cancel) as content:
                written.append(write_report(content, place / f"{file_name(name)}{ending}", draw))
        return written

    def write_new_accounts(
        self, run_id: str, path: Path, *, on_event: OnEvent = ignore, cancel: CancelToken | None = None
    ) -> Path:
        """Write the people whom a run delivered for the first time, with names, as CSV; see reports.new_accounts.

        The disclosure log gets a line; where it can't be written, there is no list either. Raises FixSettings for
        another ending, if the run delivered nobody new, and if its changes are no longer kept; LocalStorage; Cancelled.
        """
        with self._found(run_id) as found:
            connection, place = self._files.get(found.connection), path.absolute()
            accounts = NewAccounts(found.db, found.number, found.run, connection)
            listed = accounts.write(place, on_event, cancel or CancelToken())
            try:
                self.note_list(found.run, connection, place, listed)
            except LocalStorage:
                with storage_errors(place):
                    place.unlink(missing_ok=True)
                raise
            return place

    @contextmanager
    def _content(
        self, run_id: str, wish: ReportWish, on_event: OnEvent, cancel: CancelToken | None
    ) -> Iterator[ReportContent]:
        with self._found(run_id) as found, last_read(self.rosters_of(found.connection)) as read:
            connection = self._files.get(found.connection)
            token = cancel or CancelToken()
            content = ReportContent(found.db, connection, found.number, wish, read, on_event, token)
            try:
                yield content
            finally:
                content.close()


def report_name(run_id: str, *, masked: bool = False) -> str:
    """What the file of a report is called at first, without its ending; it names nobody."""
    return tr("Run report {run} masked", run=run_id) if masked else tr("Run report {run}", run=run_id)


def new_accounts_name(run_id: str) -> str:
    """What the list of a run's new accounts is called at first, without its ending."""
    return tr("New accounts {run}", run=run_id)


def _check_kept(content: ReportContent) -> None:
    if content.view.forgotten:
        raise FixSettings("PSC-REPORT-FORGOTTEN", where=content.run.id)


__all__ = ["REPORT_ENDINGS", "Reports", "new_accounts_name", "report_name"]
