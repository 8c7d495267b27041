"""The history of a connection: its runs found, counted and compared."""

from __future__ import annotations

from contextlib import closing

from psconnect.logs import logger
from psconnect.model.errors import AnotherRunActive, FixSettings, PsconnectError
from psconnect.model.run_history import HistoryCounts, RunComparison, RunQuery
from psconnect.service.base import Base
from psconnect.store.database import open_rosters, sqlite_errors
from psconnect.store.history import retention, run_comparison, run_search, run_table
from psconnect.store.history.run_search import RunList
from psconnect.store.lock import run_lock
from psconnect.store.reading.last_reading import last_read

_MOST_RECORDS = 50
"""Of the records that a text stands for, the closest so many are looked up."""


class History(Base):
    """What a user can ask about earlier runs."""

    def find_runs(self, name: str, query: RunQuery = RunQuery()) -> RunList:  # noqa: B008 - it never changes
        """The runs that a query asks for, newest first, to read page by page.

        A text finds the runs that change a record with this name or number, as far as their changes are kept; the first
        such search after a run builds an index, as ``find`` does.
        """
        name = self._files.get(name).name
        rosters = self.rosters_of(name)
        matches = None
        if query.text.strip():
            with last_read(rosters) as read:
                matches = read.search(query.text, "", _MOST_RECORDS) if read else []
        with self._history(name) as db:
            if db is None:
                return RunList(rosters, name)
            changed = run_search.runs_changing(db, matches or ())
            numbers = run_search.find_runs(db, query, changed)
        return RunList(rosters, name, numbers, changed, None if matches is None else len(matches))

    def count_history(self, name: str) -> HistoryCounts:
        """How many runs there are and how they ended, and until when their names are kept."""
        with self._history(self._files.get(name).name) as db:
            return run_search.count_history(db, run_table.ROW_DAYS, run_table.RUN_DAYS) if db else HistoryCounts()

    def forget_expired(self, name: str = "") -> list[str]:
        """Forget what is kept no longer, of one connection or of all, whether anything runs or not; returns whose.

        Raises nothing: where a run is at work or the data can't be read, it is done the next time.
        """
        return [known for known in ([name] if name else self._files.names()) if self._forgets(known)]

    def _forgets(self, name: str) -> bool:
        now, rosters = self.clock.now(), self.rosters_of(name)
        try:
            with self._history(name) as db:
                if db is None or not retention.is_due(db, rosters, now):
                    return False
            lock = run_lock(rosters.with_suffix(".lock"), name)
            with lock, sqlite_errors(rosters), closing(open_rosters(rosters)) as db:
                retention.forget_expired(db, rosters, now)
        except AnotherRunActive:
            return False
        except PsconnectError as error:
            logger.warning("could not forget what is kept no longer", extra={"data": {"code": error.code}})
            return False
        return True

    def compare_runs(self, first: str, second: str) -> RunComparison:
        """Two runs of one connection, by their ids; raises FixSettings if they are of two connections or the same."""
        with self._found(first) as found:
            number = self._number_of(found.connection, second)
            if not number:
                other = self._name_of(second)
                raise FixSettings(
                    "PSC-RUN-NOT-COMPARED/connections", where=second, first=found.connection, second=other
                )
            if number == found.number:
                raise FixSettings("PSC-RUN-NOT-COMPARED/same", where=second, run_id=second)
            return run_comparison.compare_runs(found.db, found.connection, (found.number, number))
