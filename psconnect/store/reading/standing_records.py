"""The records behind the figures of what stands at the destination: exactly as many as the figure says."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from psconnect.model.entities import BY_KEY, FIRST_DERIVED, SCHOOL
from psconnect.model.id_attributes import school_place
from psconnect.model.problems import NOT_IN_THIS_RUN, Fate
from psconnect.model.record_list import Figure, ListedRecord
from psconnect.model.shown_text import shown
from psconnect.store.database import closed_on_error, sqlite_errors, uri_of
from psconnect.store.history.titles import Titles, titled_by
from psconnect.store.plan.plan import ACTIONS
from psconnect.store.plan.record_ids import names_by_id
from psconnect.store.reading.fate_counts import counts_once
from psconnect.store.reading.reconciliation import attach_reading, made_here
from psconnect.store.reading.staging import staged
from psconnect.store.record import decode_record, value_at

OF_A_READING = ("read", "left_out", "added")
"""The figures whose records are known only as long as the reading is kept."""


class RecordList:
    """The records behind one figure, numbered; read from any one thread at a time. ``close`` it when done.

    ``total`` is how many there are; None where what the delivery read is no longer kept.
    """

    def __init__(self, rosters: Path, entity: str, figure: Figure, delivery: int, read_by: str) -> None:
        """Number the records; ``delivery`` is the last delivery's run, ``read_by`` the id of the run that read for it.

        Raises LocalStorage.
        """
        self.entity, self.figure = BY_KEY[entity], figure
        self._path = rosters
        with sqlite_errors(rosters):
            self._db = sqlite3.connect(uri_of(rosters.absolute(), "mode=ro"), uri=True, check_same_thread=False)
            with closed_on_error(self._db):
                self._db.execute("PRAGMA temp_store = MEMORY")
                self._reading = attach_reading(self._db, rosters, read_by)
                self._schools = names_by_id(self._db, delivery, SCHOOL)
                self._titles = Titles(self._db, delivery)
                self.total: int | None = None
                if self._reading or figure not in OF_A_READING:
                    self._number(delivery)

    def page(self, offset: int, limit: int) -> list[ListedRecord]:
        """The records from ``offset`` on, at most ``limit``."""
        made = made_here(self.entity, "key")
        sql = f"SELECT key, record, fate, rule, {made} FROM wanted WHERE rowid > ? AND rowid <= ? ORDER BY rowid"
        with sqlite_errors(self._path):
            return [self._listed(*row) for row in self._db.execute(sql, [offset, offset + limit]).fetchall()]

    def close(self) -> None:
        """Let go of the files."""
        self._db.close()

    def _number(self, delivery: int) -> None:
        entity = self.entity
        names = [entity.attributes.index(name) for name in titled_by(entity)]
        order = ", ".join([*(f"{value_at('record', place)} COLLATE NOCASE" for place in names), "key"])
        self._db.execute("CREATE TEMP TABLE wanted (key INTEGER, record BLOB, fate INTEGER, rule TEXT)")
        values = {"entity": entity.rank, "run": delivery}
        self._db.execute(f"INSERT INTO wanted SELECT * FROM ({self._wanted()}) ORDER BY {order}", values)
        self.total = int(self._db.execute("SELECT count(*) FROM wanted").fetchone()[0])

    def _wanted(self) -> str:
        entity, figure = self.entity, self.figure
        columns = "key, coalesce(after, before) record, NULL, action"
        changed = f"SELECT {columns} FROM main.change WHERE run = :run AND entity = :entity"
        there = "SELECT key, record, NULL, NULL FROM main.ledger WHERE entity = :entity"
        if entity.rank >= FIRST_DERIVED:
            # Nobody reads what a destination derives: all of it is added.
            nothing = f"{there} AND false"
            return {"delivered": there, "added": there, "changed": changed}.get(figure, nothing)
        stands = "SELECT key FROM main.ledger WHERE entity = :entity"
        read = f"FROM {staged(entity)} WHERE NOT {made_here(entity, 'key')} AND {counts_once(entity)}"
        if figure == "read":
            return f"SELECT key, record, CASE WHEN key IN ({stands}) THEN {int(Fate.IN)} ELSE fate END, rule {read}"
        if figure == "left_out":
            return f"SELECT key, record, fate, coalesce(rule, '{NOT_IN_THIS_RUN}') {read} AND key NOT IN ({stands})"
        if figure == "added":
            return f"{there} AND key NOT IN (SELECT key {read})"
        return there if figure == "delivered" else changed

    def _listed(self, key: int, record: bytes, fate: int | None, rule: str | None, made: int) -> ListedRecord:
        entity, values = self.entity, decode_record(record)
        named = dict(zip(entity.attributes, values, strict=True))
        place = school_place(entity)
        school = values[place] if place is not None else ""
        return ListedRecord(
            entity.key,
            key,
            named["sourcedId"],
            self._titles.title(entity, named),
            self._titles.number(entity, named),
            ", ".join(shown(self._schools.get(one, one)) for one in school.split(",") if one),
            self._rule(fate, rule),
            bool(made),
            ACTIONS[int(rule)] if rule and self.figure == "changed" else "",
        )

    def _rule(self, fate: int | None, rule: str | None) -> str:
        """The rule that leaves a listed record out; a record that stands is listed with the fate of one that is in."""
        left_out = self.figure == "left_out" or (self.figure == "read" and fate != int(Fate.IN))
        return rule or "" if left_out else ""
