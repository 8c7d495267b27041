"""The people whom a run delivered for the first time, as a table for spreadsheets: with names, never a password.

New users are not notified by the other system: whoever looks after their accounts tells them later, from this list.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import msgspec

from psconnect.destinations import KINDS
from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.entities import BY_KEY, CONTACT, EXTRA, SIGN_IN_TYPE
from psconnect.model.errors import FixSettings
from psconnect.model.events import OnEvent, RunEvent
from psconnect.model.runs import ABOUT_PEOPLE, Run
from psconnect.reports.changes import ChangedRecord, ChangesOf
from psconnect.reports.childrens_schools import ChildrensSchools
from psconnect.reports.content import REPORTING
from psconnect.reports.csv_report import as_csv
from psconnect.roster.sign_in import NO_SIGN_IN_TYPES, SIGN_IN_LABELS
from psconnect.store.files import write_atomically
from psconnect.store.history.run_table import ROW_DAYS
from psconnect.store.plan.outcomes import not_new
from psconnect.wording.catalogue import tr, translated
from psconnect.wording.records import record_kind

_NEWS_EVERY = 500
_decode = msgspec.json.Decoder(dict[str, str]).decode


@dataclass(frozen=True)
class NewAccounts:
    """The new people of one run; ``number`` is the run's number in ``db``."""

    db: sqlite3.Connection
    number: int
    run: Run
    connection: Connection

    def write(self, path: Path, on_event: OnEvent, cancel: CancelToken) -> Mapping[str, int]:
        """Write them as CSV, whole or not at all, for nobody but its owner to read; how many of each entity there are.

        Raises FixSettings for another ending (PSC-REPORT-FORMAT) and where there is nobody to list (PSC-REPORT-NEW);
        LocalStorage; Cancelled.
        """
        if path.suffix.lower() != ".csv":
            ending = path.suffix or path.name
            raise FixSettings("PSC-REPORT-FORMAT/unknown", where=str(path), ending=ending, known=".csv")
        signed = self._signed_by()
        written: Counter[str] = Counter()
        rows = self._rows(signed, written, on_event, cancel)
        first = next(rows, None)
        if first is None:
            raise FixSettings("PSC-REPORT-NEW/none", where=self.run.id, run_id=self.run.id)
        header = [tr("Name"), tr("User name"), tr("Role"), tr("Schools"), *([tr("Signs in with")] if signed else [])]
        write_atomically(path, as_csv(header, itertools.chain([first], rows)))
        return dict(written)

    def _rows(
        self, signed: Mapping[str, str], written: Counter[str], on_event: OnEvent, cancel: CancelToken
    ) -> Iterator[list[str]]:
        """A row for each; ``written`` counts them by entity."""
        contacts: ChildrensSchools | None = None
        with ExitStack() as opened:
            for one in self._told(on_event, cancel):
                row = one.row
                if row.entity == CONTACT.key and contacts is None:
                    contacts = opened.enter_context(closing(ChildrensSchools(self.db, self.number)))
                school = contacts.of(one.sourced_id) if contacts else row.school
                written[row.entity] += 1
                yield _row(one, school, signed)

    def _signed_by(self) -> Mapping[str, str]:
        """The sign-in types that people can have, value -> what a person reads; empty for none."""
        kind = KINDS.get(self.connection.destination_kind)
        own = kind.sign_in_types if kind else NO_SIGN_IN_TYPES
        if not self.connection.sign_in and own.needs_domains:
            return {}
        return {**SIGN_IN_LABELS, **own.labels}

    def _told(self, on_event: OnEvent, cancel: CancelToken) -> Iterator[ChangedRecord]:
        for done, one in enumerate(self._people(), 1):
            if done % _NEWS_EVERY == 0:
                cancel.check()
                on_event(RunEvent(REPORTING, "", done, self.run.new_people))
            yield one

    def _people(self) -> Iterator[ChangedRecord]:
        expected, changes = self.run.new_people, ChangesOf(self.db, self.number)
        if not expected:
            return
        if not changes.counts():
            raise FixSettings("PSC-REPORT-NEW/forgotten", where=self.run.id, count=expected, days=ROW_DAYS)
        for entity in (BY_KEY[key] for key in ABOUT_PEOPLE):
            others = not_new(self.db, self.number, entity)
            yield from (one for one in changes.of(entity, "create") if one.row.key not in others)


def _row(one: ChangedRecord, school: str, signed: Mapping[str, str]) -> list[str]:
    """``signed`` are the sign-in types; the delivered one counts: a domain that was added later doesn't change it."""
    row, extra = one.row, one.values.get(EXTRA)
    kind = _decode(extra).get(SIGN_IN_TYPE, "") if extra else ""
    told = [translated(signed.get(kind, ""))] if signed else []
    return [row.title, one.values["username"], record_kind(row.entity), school, *told]
