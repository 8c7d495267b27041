"""Running a connection: sync, approve, re-validate, discard, undo."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager

from psconnect.destinations import find_kind
from psconnect.logs import logger
from psconnect.model.clock import CancelToken
from psconnect.model.errors import FixSettings
from psconnect.model.events import OnEvent, ignore
from psconnect.model.ids import Ids
from psconnect.model.runs import Change, Run
from psconnect.model.staff_usernames import StaffNames
from psconnect.service.disclosing import Disclosing
from psconnect.service.notifying import Notifying
from psconnect.service.while_enabled import WhileEnabled
from psconnect.store.history import run_table
from psconnect.store.settings.change_times import change_times
from psconnect.sync import approvals, engine, undo
from psconnect.sync.compose import (
    choices_of,
    compare_of,
    deciding_parts,
    reading_fingerprint,
    rules_fingerprint,
    shaped_source,
)
from psconnect.sync.job import Job, safety_of
from psconnect.sync.shaping import ShapedSource
from psconnect.sync.system_name import system_name


class Runs(Disclosing, Notifying):
    """What a user can do with runs."""

    def sync(
        self,
        name: str,
        *,
        scope: str = "all",
        plan_only: bool = False,
        rehearse: bool = False,
        trigger: str = "command line",
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> Run:
        """Run a connection; returns the run, ended or waiting.

        ``rehearse`` plans the next school year: the run ends ``previewed``, shows what the rollover would do and be
        held for, and can't be approved.
        """
        with self._running(name, on_event, cancel, next_year=rehearse) as job:
            run = engine.start(job, trigger=trigger, scope=scope, plan_only=plan_only, rehearse=rehearse)
        return self._told(run, cancel)

    def approve(
        self,
        run_id: str,
        reason: str,
        *,
        plan_hash: str = "",
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> Run:
        """Approve a waiting run and apply it; returns that run, or a new one that waits because the plan changed.

        ``plan_hash`` is the ``Run.plan_hash`` that was reviewed: if the plan has changed since (records were excluded
        elsewhere), FixSettings PSC-RUN-OTHER-PLAN is raised. After 24 hours a plan expires and is refused with
        PSC-RUN-EXPIRED; re-validating it in time gives it another day.
        """
        with self._running(self._name_of(run_id), on_event, cancel) as job:
            run = approvals.approve(job, run_id, reason, plan_hash)
        return self._told(run, cancel)

    def discard(self, run_id: str) -> Run:
        """Discard a waiting run."""
        with self._running(self._name_of(run_id), ignore, None) as job:
            run = approvals.discard(job, run_id)
        return self._told(run)

    def revalidate(self, run_id: str, *, on_event: OnEvent = ignore, cancel: CancelToken | None = None) -> Run:
        """Plan a waiting run again; returns it, fresh again, if its plan is unchanged.

        Otherwise returns the run that replaces it: held with the rule ``plan-changed``, finished if nothing is left to
        change, or failed if reading failed (the waiting run then keeps waiting). Compare the ids.
        """
        with self._running(self._name_of(run_id), on_event, cancel) as job:
            run = approvals.revalidate(job, run_id)
        # The same run still waits: that was told when it began to.
        return _logged(run) if run.id == run_id else self._told(run, cancel)

    def exclude(self, run_id: str, entity: str, keys: Collection[int]) -> Run:
        """Exclude changes from a waiting run's plan; returns the run with its new counts, holds and hash.

        ``keys`` are ChangeRow.key. The destination keeps these records as last delivered; new ones are not delivered.
        Records that would refer to a missing one are excluded too: ``excluded`` names them. Raises FixSettings
        PSC-RUN-NO-CHANGE for a key that the plan doesn't change.
        """
        with self._running(self._name_of(run_id), ignore, None) as job:
            return _logged(approvals.exclude(job, run_id, entity, keys))

    def include(self, run_id: str, entity: str, keys: Collection[int]) -> Run:
        """Put excluded changes back into a waiting run's plan, with those left out only because of them.

        Raises FixSettings PSC-RUN-NOT-EXCLUDED for a key that a person did not exclude.
        """
        with self._running(self._name_of(run_id), ignore, None) as job:
            return _logged(approvals.include(job, run_id, entity, keys))

    def undo(self, run_id: str, *, trigger: str = "command line") -> Run:
        """Create a held run that undoes an applied run, to review and approve like any other.

        It has ``kind`` "undo" and ``undoes``; ``excluded`` lists what it leaves alone because it was changed since or
        is needed by others. Once it is applied, the next sync with changes is held (``after-undo``) until approved,
        because it would redo what was undone. Raises FixSettings with ``can_undo``'s reason.
        """
        with self._running(self._name_of(run_id), ignore, None) as job:
            run = undo.undo(job, run_id, trigger)
        return self._told(run)

    def runs(self, name: str) -> list[Run]:
        """All runs of a connection, newest first."""
        name = self._files.get(name).name
        with self._history(name) as db:
            return run_table.list_runs(db, name) if db else []

    def run(self, run_id: str) -> Run:
        """A run by its id."""
        with self._found(run_id) as found:
            return found.run

    def changes(self, run_id: str, *, limit: int = -1) -> list[Change]:
        """A run's changes, with before and after, in dependency order."""
        with self._found(run_id) as found:
            return list(run_table.read_changes(found.db, found.number, limit=limit))

    def _told(self, run: Run, cancel: CancelToken | None = None) -> Run:
        """The run, logged and told to whom the connection's notices name."""
        _logged(run)
        self.notify_of(run, cancel)
        return run

    @contextmanager
    def _running(
        self, name: str, on_event: OnEvent, cancel: CancelToken | None, *, next_year: bool = False
    ) -> Iterator[Job]:
        """A connection built into a Job; its network connections are closed afterwards."""
        connection = self._files.get(name)
        # Spelled as in its file, however typed: the name is in the file that the other system reads.
        name = connection.name
        if connection.disabled:
            raise FixSettings("PSC-CONNECTION-DISABLED", where=name, name=name)
        self.check_secrets(connection)
        choices = choices_of(connection)
        token = cancel or CancelToken()
        with self.opened_destination(connection, token) as destination, ExitStack() as to_close:
            to_close.callback(self.note_ended, connection)

            def source(ids: Ids, names: StaffNames) -> ShapedSource:
                opened = to_close.enter_context(self.opened(choices, token, hurried=False))
                return shaped_source(choices, opened, next_year=next_year, ids=ids, names=names)

            yield Job(
                connection=name,
                rosters=self.rosters_of(name),
                make_source=source,
                destination=destination,
                kind=find_kind(connection.destination_kind),
                rules=rules_fingerprint(choices),
                safety=safety_of(choices.connection.safety),
                clock=self.clock,
                cancel=token,
                on_event=WhileEnabled(lambda: self._files.get(name).disabled, token, on_event, self.clock),
                on_step=self.on_step,
                between=choices.selection.rules,
                ids=choices.selection.ids,
                numbered=choices.kind.numbered,
                compare=compare_of(choices),
                reading=reading_fingerprint(choices),
                naming=choices.naming,
                labels=choices.labels,
                settings=deciding_parts(connection),
                changed_at=change_times(self.rosters_of(name)),
                system=system_name(connection),
            )


def _logged(run: Run) -> Run:
    code = run.error["code"] if run.error else ""
    changes = {entity: counts.total for entity, counts in run.changes.items()}
    logger.info("run", extra={"data": {"run": run.id, "state": run.state, "changes": changes, "code": code}})
    return run
