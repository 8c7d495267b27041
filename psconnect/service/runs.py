"""Running a connection: sync, approve, discard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from psconnect.destinations import make_destination
from psconnect.logs import logger
from psconnect.model.clock import CancelToken
from psconnect.model.errors import FixSettings
from psconnect.model.events import OnEvent, ignore
from psconnect.model.runs import Change, Run
from psconnect.reports import write_report
from psconnect.service.base import Base
from psconnect.sources.base import Source
from psconnect.store import history
from psconnect.sync import engine
from psconnect.sync.assemble import choices_of, make_source, rules_fingerprint
from psconnect.sync.job import Job
from psconnect.sync.thresholds import removal_thresholds


class Runs(Base):
    """What a person can do with runs."""

    def sync(
        self,
        name: str,
        *,
        scope: str = "all",
        plan_only: bool = False,
        trigger: str = "command line",
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> Run:
        """Run a connection; returns the run as it ended, or as it waits."""
        with self._running(name, on_event, cancel) as job:
            return _logged(engine.start(job, trigger=trigger, scope=scope, plan_only=plan_only))

    def approve(
        self, run_id: str, reason: str, *, on_event: OnEvent = ignore, cancel: CancelToken | None = None
    ) -> Run:
        """Approve a waiting run and apply it."""
        with self._running(self._name_of(run_id), on_event, cancel) as job:
            return _logged(engine.approve(job, run_id, reason))

    def discard(self, run_id: str) -> Run:
        """Discard a waiting run."""
        with self._running(self._name_of(run_id), ignore, None) as job:
            return _logged(engine.discard(job, run_id))

    def runs(self, name: str) -> list[Run]:
        """All runs of a connection, newest first."""
        self._files.get(name)
        with self._history(name) as db:
            return history.list_runs(db, name) if db else []

    def run(self, run_id: str) -> Run:
        """A run by its id."""
        with self._found(run_id) as found:
            return found.run

    def changes(self, run_id: str, *, limit: int = -1) -> list[Change]:
        """The changes of a run, with before and after, in dependency order."""
        with self._found(run_id) as found:
            return list(history.read_changes(found.db, found.number, limit=limit))

    def report(self, run_id: str, path: Path) -> Path:
        """Write the report of a run; the file's ending says which format."""
        with self._found(run_id) as found:
            return write_report(found.db, self._files.get(found.connection), found.number, path)

    @contextmanager
    def _running(self, name: str, on_event: OnEvent, cancel: CancelToken | None) -> Iterator[Job]:
        """A connection put together as a Job; its network connections are closed afterwards."""
        connection = self._files.get(name)
        if connection.disabled:
            raise FixSettings(
                "PSC-CONNECTION-DISABLED",
                "The connection is disabled",
                f"“{name}” is disabled: everything is kept, nothing runs.",
                "Enable it first.",
                where=name,
            )
        choices = choices_of(connection)
        token = cancel or CancelToken()
        with ExitStack() as to_close:

            def source() -> Source:
                client = self.make_client(connection, token)
                to_close.callback(client.http.close)
                return make_source(choices, client, self.clock)

            yield Job(
                connection=name,
                rosters=self.rosters_of(name),
                make_source=source,
                destination=make_destination(name, connection.destination, self.on_step),
                rules=rules_fingerprint(choices),
                preview=connection.safety.preview,
                thresholds=removal_thresholds(connection.safety.thresholds),
                clock=self.clock,
                cancel=token,
                on_event=on_event,
                on_step=self.on_step,
            )


def _logged(run: Run) -> Run:
    code = run.error["code"] if run.error else ""
    changes = {entity: counts.total for entity, counts in run.changes.items()}
    logger.info("run", extra={"data": {"run": run.id, "state": run.state, "changes": changes, "code": code}})
    return run
