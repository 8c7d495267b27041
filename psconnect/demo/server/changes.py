"""The district's log of changed rows, from which data versions and events are made.

Triggers write it, so that it includes changes through other connections to the district's file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from psconnect.demo.server.database import District

LOG: Final = "demo_change_log"
INSERT, UPDATE, DELETE, SCHOOL_ENROLLMENT = "INSERT", "UPDATE", "DELETE", "SCHOOL_ENROLLMENT"
_ENROLLMENT_COLUMNS: Final = "SchoolID, Enroll_Status, Grade_Level, EntryDate, ExitDate, EntryCode, ExitCode, Track"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one row: its place in the log, its table in lower case, its key, and what happened."""

    version: int
    table: str
    key: int
    kind: str


class ChangeLog:
    """Watches tables of the district. Nothing is written before the first one is watched."""

    def __init__(self, district: District) -> None:
        self._district = district
        self._watched: set[str] = set()

    def watch(self, tables: Iterable[str]) -> None:
        """Log the changes of these tables from now on; names of the catalogue in any case."""
        with self._district.transaction() as database:
            database.execute(
                f"CREATE TABLE IF NOT EXISTS {LOG} (version INTEGER PRIMARY KEY AUTOINCREMENT, table_name, row_key, "
                "kind)"
            )
            for table in sorted({name.upper() for name in tables} - self._watched):
                self._add_triggers(database, table)
                self._watched.add(table)

    def _add_triggers(self, database: sqlite3.Connection, table: str) -> None:
        info = self._district.catalogue[table]
        key = info.primary_key
        kinds = [(INSERT, "INSERT", "NEW"), (UPDATE, "UPDATE", "NEW"), (DELETE, "DELETE", "OLD")]
        if table == "STUDENTS":
            kinds.append((SCHOOL_ENROLLMENT, f"UPDATE OF {_ENROLLMENT_COLUMNS}", "NEW"))
        for kind, event, row in kinds:
            database.execute(
                f"CREATE TRIGGER IF NOT EXISTS demo_{info.name}_{kind} AFTER {event} ON {info.name} BEGIN "  # noqa: S608 - names of the catalogue
                f"INSERT INTO {LOG} (table_name, row_key, kind) "
                f"VALUES ('{info.name.lower()}', {row}.{key}, '{kind}'); END"
            )

    def newest(self) -> int:
        """The version of the newest change; 0 before the first one."""
        if not self._watched:
            return 0
        with self._district.reader() as reader:
            row = reader.one(f"SELECT coalesce(max(version), 0) FROM {LOG}")  # noqa: S608 - our own table
        return int(str(row[0])) if row else 0

    def since(self, version: int, tables: Iterable[str]) -> list[Change]:
        """The changes of these tables after a version, oldest first."""
        if not self._watched:
            return []
        wanted = {name.lower() for name in tables}
        sql = f"SELECT version, table_name, row_key, kind FROM {LOG} WHERE version > ? ORDER BY version"  # noqa: S608 - our own table
        with self._district.reader() as reader:
            rows = list(reader.rows(sql, [version]))
        return [
            Change(int(str(number)), str(table), int(str(key)), str(kind))
            for number, table, key, kind in rows
            if table in wanted
        ]
