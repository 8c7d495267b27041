"""A batch of changes in one transaction: each is made or refused on its own, counted, and can be read back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, update
from sqlalchemy.exc import DBAPIError

from psconnect.destinations.database import views
from psconnect.destinations.database.layout import SCHOOL_VIEW, UnfitValue
from psconnect.destinations.database.rows import EntityRows, TableRow, custom_values, row_of, same
from psconnect.destinations.database.system import System
from psconnect.destinations.database.tables import Tables, with_custom
from psconnect.destinations.writer import Batch
from psconnect.model.outcomes import Done, Outcome, Refused
from psconnect.model.runs import Change

REFUSED_BY_RULE = Refused(
    "database-refused",
    "A rule of the database (a trigger or a constraint) refuses this change. Ask whoever keeps the database; it is "
    "tried again with the next sync.",
)

VIEW_TAKEN = Refused(
    "view-taken",
    "The database has a table or view of somebody else with the name of this school’s views. Rename that one; it is "
    "tried again with the next sync.",
)


REFERENCE_MISSING = Refused(
    "reference-missing",
    "A record that it belongs to is not in the database, or still needs it: that one was refused. It is tried "
    "again with the next sync.",
)


class TakenBack(Exception):
    """A trigger rolled back the whole transaction: nothing was written."""


@dataclass
class BatchWork:
    """Writes a batch into the tables."""

    system: System
    db: Connection
    tables: Tables
    batch: Batch
    run: str
    connection: str
    now: datetime
    deletes: bool

    def all(self) -> tuple[list[Outcome], int]:
        """Make all changes; returns their outcomes and how many rows are new."""
        outcomes: dict[int, Outcome] = {}
        fit: list[tuple[Change, TableRow | None]] = []
        custom = self._custom()
        for change in self.batch.changes:
            try:
                fit.append((change, self._row(change, custom)))
            except UnfitValue as unfit:
                sentence = f"“{unfit.column}” has to be {unfit.wanted}. Correct the value or its mapping."
                outcomes[change.key] = Refused("unfit-value", sentence)
        if self._views_apart:
            taken = self._give_up_views(fit)
            outcomes.update(dict.fromkeys(taken, VIEW_TAKEN))
            fit = [one for one in fit if one[0].key not in taken]
        together = self._attempt(fit)
        total = 0
        for some in [fit] if isinstance(together, int) else [[one] for one in fit]:
            made = together if isinstance(together, int) else self._attempt(some)
            total += made if isinstance(made, int) else 0
            outcomes.update(
                (each.key, Done(each.record["sourcedId"]) if isinstance(made, int) else made) for each, _row in some
            )
        return [outcomes[change.key] for change in self.batch.changes], total

    def _row(self, change: Change, custom: Sequence[str]) -> TableRow | None:
        if change.after is None:
            return None
        row = row_of(change.entity, change.key, change.after, custom)
        for sign in self.system.unfit:
            for column, value in row.values.items():
                if isinstance(value, str) and sign in value:
                    raise UnfitValue(column, "a text without null characters")
        return row

    def _custom(self) -> Sequence[str]:
        """The columns for custom fields, including those this batch needs for the first time."""
        entity = self.batch.entity.key
        needed = {column for change in self.batch.changes if change.after for column in custom_values(change.after)}
        if new := needed - set(self.tables.custom.get(entity, ())):
            self.tables = with_custom(self.db, self.tables, entity, sorted(new))
        return self.tables.custom.get(entity, ())

    def _attempt(self, some: Sequence[tuple[Change, TableRow | None]]) -> int | Refused:
        """Make all of these changes or none."""
        point = self.db.begin_nested()
        try:
            made = self._make(some)
        except views.NameTaken:
            point.rollback()
            return VIEW_TAKEN
        except DBAPIError as error:
            if self.system.concerns_all(error):
                raise
            if not getattr(self.db.connection.dbapi_connection, "in_transaction", True):
                raise TakenBack from None
            point.rollback()
            return REFERENCE_MISSING if self.system.lacks_reference(error) else REFUSED_BY_RULE
        point.commit()
        return made

    def _make(self, some: Sequence[tuple[Change, TableRow | None]]) -> int:
        rows = EntityRows(self.db, self.tables, self.batch.entity.key)
        stamp = {"psconnect_run": self.run, "changed_at": self.now}
        named = self.batch.entity is SCHOOL_VIEW and not self._views_apart
        if self.batch.action == "remove":
            owned = [(change.record["sourcedId"], change.key) for change, _row in some]
            if named:
                views.drop_views(self.db, self.tables, _names(rows.read(row_id for row_id, _key in owned)).values())
            if self.deletes:
                rows.delete(owned)
            else:
                rows.mark(owned, stamp)
            return 0
        wanted = [row for _change, row in some if row is not None]
        rows.rename(list(_renamed(change for change, _row in some)))
        if named:
            before = _names(rows.read(row.id for row in wanted))
            views.make_views(self.db, self.tables, _names({row.id: row for row in wanted}), before)
        return rows.put(wanted, stamp)

    # --- views where making one commits ----------------------------------------------------------------------------
    # The order lets a run that was cut go on: old views go while the rows still name them, and new ones come when the
    # rows name them. Until they are all there, ``standing`` says that the change isn't made.

    @property
    def _views_apart(self) -> bool:
        return self.batch.entity is SCHOOL_VIEW and not self.system.keeps_ddl

    def _give_up_views(self, fit: Sequence[tuple[Change, TableRow | None]]) -> set[int]:
        """Drop the views that go or change; returns the keys of changes whose views' names are somebody else's."""
        rows = EntityRows(self.db, self.tables, self.batch.entity.key)
        before = _names(rows.read({change.record["sourcedId"] for change, _row in fit}))
        wanted = {row.id: row for _change, row in fit if row is not None}
        taken = views.taken(self.db, self.tables, _names(wanted), before)
        views.drop_views(self.db, self.tables, (name for row_id, name in before.items() if row_id not in taken))
        return {change.key for change, row in fit if row is not None and row.id in taken}

    def finish(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Make the views that were put off until the rows were committed; returns the outcomes with theirs."""
        found = list(outcomes)
        if not self._views_apart or self.batch.action == "remove":
            return found
        for place, (change, outcome) in enumerate(zip(self.batch.changes, outcomes, strict=True)):
            if isinstance(outcome, Done) and change.after:
                school = {change.after["sourcedId"]: change.after["name"]}
                try:
                    views.make_views(self.db, self.tables, school, school)
                except DBAPIError as error:
                    if self.system.concerns_all(error):
                        raise
                    found[place] = REFUSED_BY_RULE
        return found

    def count(self, outcomes: Sequence[Outcome], made: int) -> None:
        """Add a batch to the row of its run."""
        runs = self.tables.runs
        done = sum(isinstance(outcome, Done) for outcome in outcomes)
        added = {"created": 0, "updated": 0, "removed": 0, "refused": len(outcomes) - done}
        if self.batch.action == "remove":
            added["removed"] = done
        else:
            added["created"], added["updated"] = made, done - made
        changing = update(runs).where(runs.c.id == self.run).values(last_written_at=self.now)
        if not self.db.execute(changing.values({name: runs.c[name] + count for name, count in added.items()})).rowcount:
            times = {"first_written_at": self.now, "last_written_at": self.now}
            self.db.execute(insert(runs).values(id=self.run, connection=self.connection, **times, **added))


def _renamed(changes: Iterable[Change]) -> Iterator[tuple[str, str, int]]:
    for change in changes:
        if change.before and change.after and change.before["sourcedId"] != change.after["sourcedId"]:
            yield change.before["sourcedId"], change.after["sourcedId"], change.key


def _names(rows: Mapping[str, TableRow]) -> dict[str, str]:
    return {row_id: str(row.values["name"]) for row_id, row in rows.items()}


def standing(db: Connection, tables: Tables, batch: Batch) -> Iterator[tuple[Change, bool]]:
    """Each change, and whether the file has it."""
    entity = batch.entity.key
    rows = EntityRows(db, tables, entity)
    if batch.action == "remove":
        left = rows.standing([(change.record["sourcedId"], change.key) for change in batch.changes])
        yield from ((change, change.record["sourcedId"] not in left) for change in batch.changes)
        return
    found = rows.read(change.record["sourcedId"] for change in batch.changes)
    named = views.standing_views(db, tables, _names(found).values()) if batch.entity is SCHOOL_VIEW else None
    for change in batch.changes:
        it = _holds(change, entity, tables, found.get(change.record["sourcedId"]))
        yield change, it and (named is None or str((change.after or {}).get("name")) in named)


def _holds(change: Change, entity: str, tables: Tables, found: TableRow | None) -> bool:
    try:
        wanted = row_of(entity, change.key, change.after or {}, tables.custom.get(entity, ()))
    except UnfitValue:
        return False
    return same(wanted, found)
