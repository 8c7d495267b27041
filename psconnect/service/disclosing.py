"""The disclosure log: what was delivered where, and when, for as long as the home exists."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from psconnect.destinations import KINDS
from psconnect.logs import logger
from psconnect.model.connection import Connection
from psconnect.model.disclosures import Disclosure, LogState
from psconnect.model.errors import FixSettings, LocalStorage, PsconnectError
from psconnect.model.phrases import place_of
from psconnect.model.runs import APPLIED, Run
from psconnect.reports.disclosures import write_disclosures
from psconnect.service.destinations import Destinations
from psconnect.store.history import run_table
from psconnect.store.history.disclosures import DisclosureLog, disclosure_log
from psconnect.store.plan.ledger import ledger_counts
from psconnect.store.settings.home import slug


class Disclosing(Destinations):
    """What a user can ask about what left this computer."""

    def disclosures(self, name: str = "") -> list[Disclosure]:
        """What was delivered and removed, newest first: of one connection, removed ones included, or of all.

        Deliveries that a run could not write down before it was killed are written down now.
        """
        names = [self._files.spelled(name)] if name else self._files.names()
        for known in filter(None, names):
            with contextlib.suppress(LocalStorage, FixSettings):  # its own pages say that its data can't be read
                self.note_deliveries(self._files.get(known))
        its_id = self._files.get(names[0]).id if name and names[0] else ""
        found = [one for one in self._log.entries() if not name or _is_of(one, name, its_id)]
        return sorted(found, key=lambda one: one.at)[::-1]

    def disclosure_state(self) -> LogState:
        """Whether the log is as psconnect wrote it."""
        return self._log.state()

    def write_disclosures(self, path: Path, name: str = "") -> Path:
        """Write the log as a table (CSV); the same entries as ``disclosures``."""
        return write_disclosures(self.disclosures(name), path)

    def note_deliveries(self, connection: Connection) -> None:
        """Write down what was delivered and is not in the log yet; raises LocalStorage."""
        with self._history(connection.name) as db:
            if db:
                self._log.add(lambda known: list(_deliveries(db, connection, known)))

    def note_ended(self, connection: Connection) -> None:
        """The same after a run, which must not fail by it: what can't be written now is at the next run."""
        try:
            self.note_deliveries(connection)
        except PsconnectError as error:
            logger.warning("not in the disclosure log yet", extra={"data": {"code": error.code}})

    def note_removal(self, connection: Connection, since: datetime) -> None:
        """Write down that a connection is removed, and before it all that would be forgotten with its history.

        Nothing happens if a removal that began at ``since`` is written down already: it was stopped and goes on.
        """
        same = (one for one in self._log.entries() if one.event == "removed" and one.connection_id == connection.id)
        if any(one.at >= since.replace(microsecond=0) for one in same):
            return
        counts: dict[str, int] | None = None
        # Damaged roster data can also be removed; the number of delivered records is then unknown.
        with contextlib.suppress(LocalStorage, FixSettings), self._history(connection.name) as db:
            counts = ledger_counts(db) if db else {}
            if db:
                self._log.add(lambda known: list(_deliveries(db, connection, known, begun=True)))
        removed = Disclosure(
            self.clock.now(),
            "removed",
            connection.destination_kind,
            connection.name,
            connection.id,
            records=counts,
        )
        self._log.add(lambda _known: [removed])

    def note_list(self, run: Run, connection: Connection, path: Path, listed: Mapping[str, int]) -> None:
        """Write down that a list of a run's new accounts was saved: how many of each entity; raises LocalStorage."""
        entry = Disclosure(
            self.clock.now(),
            "listed",
            connection.destination_kind,
            connection.name,
            connection.id,
            str(path),
            run.id,
            whole=False,
            records=listed,
        )
        self._log.add(lambda _known: [entry])

    @property
    def _log(self) -> DisclosureLog:
        return disclosure_log(self.home)


def _is_of(entry: Disclosure, name: str, its_id: str) -> bool:
    if its_id and entry.connection_id == its_id:
        return True
    return bool(entry.connection) and slug(entry.connection) == slug(name)


def _deliveries(
    db: sqlite3.Connection, connection: Connection, known: Collection[str], *, begun: bool = False
) -> Iterator[Disclosure]:
    """The deliveries of a connection's runs that are not known, oldest first; with those that were only ``begun``."""
    for run in run_table.list_delivering(db, connection.name, known):
        if run.delivered or begun:
            yield _entry(run, connection)


def _entry(run: Run, connection: Connection) -> Disclosure:
    kind = KINDS.get(connection.destination_kind)
    whole = kind is None or bool(kind.places)
    event: str = "delivered" if run.state in APPLIED else "in-part" if run.delivered else "unconfirmed"
    records = (
        {entity: one.delivered for entity, one in run.reconciled.items() if one.delivered}
        if whole
        else {entity: one.create + one.update for entity, one in run.changes.items() if one.create + one.update}
    )
    return Disclosure(
        run.ended or run.started,
        event,  # type: ignore[arg-type]
        connection.destination_kind,
        connection.name,
        connection.id,
        place_of(run.delivered),
        run.id,
        whole,
        records if run.reconciled or not whole else None,
        dict(run.changes),
    )
