"""What a report holds, whatever its format: the view of the run, its findings and its changes, named or masked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.entities import BY_KEY, BY_RANK, Entity
from psconnect.model.errors import FixSettings
from psconnect.model.events import OnEvent, RunEvent, ignore
from psconnect.model.reconciled import by_care
from psconnect.model.review import FindingQuery, FoundRecord
from psconnect.model.runs import Run
from psconnect.powerschool.menus import page_of
from psconnect.reports.changes import ChangedRecord, ChangesOf
from psconnect.reports.masks import Masks
from psconnect.reports.problems import ALL, FoundIn, FoundLine, SchoolProblems, web_address
from psconnect.reports.view import RunView, view_of
from psconnect.store.history import run_table
from psconnect.store.history.findings import FindingsOf
from psconnect.store.plan.record_ids import RunIds
from psconnect.store.reading.last_reading import LastRead

_NEWS_EVERY = 500
REPORTING = "reporting"
"""The stage that a report's news is about: rows written, of how many."""


EVERY_SCHOOL = -1
"""No school's key: stands for all of them."""


@dataclass(frozen=True)
class ReportWish:
    """Which report.

    Attributes:
        masked: masks instead of names, and nothing else that could be somebody's.
        since_last: only what changed against the run before: the changes, new and corrected findings.
        listed: a list of the findings that this asks for, and nothing else; None for a report of the whole run.
        school: of such a list, the key of the one school that it is for (None: of no school), or EVERY_SCHOOL. Unlike
            the name in ``listed`` it tells two schools of one name apart.
        made: when it is made.
    """

    masked: bool = False
    since_last: bool = False
    listed: FindingQuery | None = None
    school: int | None = EVERY_SCHOOL
    made: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReportedFinding:
    """A finding as a report lists it.

    Attributes:
        line: where it stands, and its rule.
        record: with names, or with masks; with the page in PowerSchool.
        sourced_id: the id under which the record is delivered; empty in a masked report.
    """

    line: FoundLine
    record: FoundRecord
    sourced_id: str


@dataclass
class ReportContent:
    """Everything that a report of a run is made from; ``close`` it when done.

    Attributes:
        read: the newest reading, which knows the names of records that were never delivered; None if there is none.
        on_event: is told how many rows are written, of how many.
        folder: where the file will stand; what a format has to put aside until then goes there.
    """

    db: sqlite3.Connection
    connection: Connection
    number: int
    wish: ReportWish = field(default_factory=ReportWish)
    read: LastRead | None = None
    on_event: OnEvent = ignore
    cancel: CancelToken = field(default_factory=CancelToken)
    folder: Path | None = None
    view: RunView = field(init=False)
    run: Run = field(init=False)
    masks: Masks | None = field(init=False)
    changes: ChangesOf = field(init=False)
    _written: int = field(init=False, default=0)
    _total: int | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.view = view_of(self.db, self.connection, self.number, masked=self.wish.masked)
        self.run = run_table.read_run(self.db, self.connection.name, self.number)
        if self.wish.since_last and self.view.since is None:
            raise FixSettings("PSC-REPORT-BEFORE/none", where=self.run.id, run_id=self.run.id)
        if self.wish.since_last and self.view.since and self.view.since.forgotten:
            raise FixSettings("PSC-REPORT-BEFORE/forgotten", where=self.run.id, run_id=self.view.since.run_id)
        self.masks = Masks() if self.wish.masked else None
        self.changes = ChangesOf(self.db, self.number, self.masks)

    def close(self) -> None:
        """Let go of what was kept for it."""
        if self.masks:
            self.masks.close()

    @property
    def found(self) -> FoundIn:
        """Its findings; of a report since the last run, the new ones."""
        since = self.view.since
        other = since.number if since and not since.forgotten else None
        return FoundIn(self.db, self.number, other, unknown_alone=self.wish.since_last)

    @property
    def corrected(self) -> FoundIn | None:
        """The findings of the run before that this one does not have; None where there is no such run."""
        since = self.view.since
        if since is None or since.forgotten:
            return None
        return FoundIn(self.db, since.number, self.number, unknown_alone=True)

    def schools(self, found: FoundIn) -> list[SchoolProblems]:
        """The schools whose findings are listed, in order."""
        schools, key = found.by_school(), self.wish.school
        return schools if key == EVERY_SCHOOL else [one for one in schools if one.key == key]

    def rows(self, found: FoundIn, schools: list[SchoolProblems], most: int = ALL) -> Iterator[ReportedFinding]:
        """The findings of these schools with names or masks; at most ``most`` of each rule and school."""
        names, ids = FindingsOf(self.db, found.number, self.read), RunIds(self.db, found.number)
        address = web_address(self.connection.source.url)
        for line in found.lines(schools, most):
            self._tell()
            if not self._asked_for(line, names):
                continue
            if self.masks:
                yield ReportedFinding(line, self.masks.found(names, line.record), "")
                continue
            link = page_of(address, line.record.entity, line.record.key) if address else ""
            entity = BY_KEY[line.record.entity]
            yield ReportedFinding(line, replace(names.named(line.record), link=link), ids.of(entity, line.record.key))

    def _asked_for(self, line: FoundLine, names: FindingsOf) -> bool:
        wanted, one = self.wish.listed, line.record
        if wanted is None:
            return True
        return (
            wanted.rule in ("", one.rule)
            and wanted.attribute in ("", one.detail)
            and wanted.state in (None, one.state)
            and wanted.school in (None, one.school)
            and (not wanted.text or names.matches(names.named(one), wanted.text))
        )

    def changed(self, entity: Entity, action: str = "", *, titled: bool = True) -> Iterator[ChangedRecord]:
        """The changes of one kind of records."""
        for one in self.changes.of(entity, action, titled=titled):
            self._tell()
            yield one

    def changed_kinds(self) -> dict[Entity, dict[str, int]]:
        """Kinds of records with changes that are kept, in the order in which people care: action -> how many."""
        if self.wish.listed:
            return {}
        found: dict[Entity, dict[str, int]] = {}
        for (entity, action), count in self.changes.counts().items():
            if entity not in self.run.underlying:
                found.setdefault(BY_KEY[entity], {})[action] = count
        places = list(by_care(self.run.reconciled)) or [entity.key for entity in BY_RANK.values()]
        order = {key: place for place, key in enumerate(places)}
        return dict(sorted(found.items(), key=lambda item: order.get(item[0].key, len(order))))

    def expect(self, rows: int) -> None:
        """Tell how many rows the format is going to write."""
        self._written, self._total = 0, rows

    def all_rows(self) -> int:
        """How many findings and changes there are."""
        corrected = self.corrected.count() if self.wish.since_last and self.corrected else 0
        return self.found.count() + corrected + sum(sum(some.values()) for some in self.changed_kinds().values())

    def _tell(self) -> None:
        self._written += 1
        if self._written % _NEWS_EVERY == 0:
            self.cancel.check()
            self.on_event(RunEvent(REPORTING, "", self._written, self._total))
