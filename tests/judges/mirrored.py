"""Copies the tables and views of a server's schema into a SQLite file, so that the judge of files judges servers, too.

Only the catalogue (information_schema) and plain SELECTs are used; nothing of the product is imported. A type that the
documents don't name becomes its own name, which the judge then finds wrong.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

Run = Callable[[str], list[tuple]]
"""Plain SQL in the server."""
_TYPES = {
    "character varying": "VARCHAR",
    "timestamp without time zone": "DATETIME",
    "datetime": "DATETIME",
    "mediumtext": "TEXT",
    "tinyint": "BOOLEAN",
    "int": "INTEGER",
}


def mirror(run: Run, schema: str, file: Path) -> Path:
    """Make the file anew from the schema as it stands."""
    file.unlink(missing_ok=True)
    columns, keys, references = _columns(run, schema), _keys(run, schema), _references(run, schema)
    found = run(f"SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = '{schema}'")
    with closing(sqlite3.connect(file)) as db:
        # A copy that is made anew each time need not outlive a power cut.
        db.execute("PRAGMA synchronous = OFF")
        for name, sort in found:
            shape = [f'"{column}" {_type(kind, length)}' for column, kind, length in columns[name]]
            if name in keys:
                key = ", ".join(f'"{column}"' for (column,) in keys[name])
                shape.append(f"PRIMARY KEY ({key})")
            for column, parent in references.get(name, ()):
                shape.append(f'FOREIGN KEY ("{column}") REFERENCES "{parent}" (id)')
            is_view = "VIEW" in sort
            stored = f"rows of {name}" if is_view else name
            db.execute(f'CREATE TABLE "{stored}" ({", ".join(shape)})')
            names = ", ".join(column for column, _kind, _length in columns[name])
            rows = [[_value(value) for value in row] for row in run(f"SELECT {names} FROM {name}")]
            db.executemany(f'INSERT INTO "{stored}" VALUES ({", ".join("?" * len(columns[name]))})', rows)
            if is_view:
                db.execute(f'CREATE VIEW "{name}" AS SELECT * FROM "{stored}"')
        db.commit()
    return file


def _by_table(rows: list[tuple]) -> dict[str, list[tuple]]:
    """Table -> the rest of its rows, in their order."""
    found: dict[str, list[tuple]] = {}
    for name, *rest in rows:
        found.setdefault(name, []).append(tuple(rest))
    return found


def _columns(run: Run, schema: str) -> dict[str, list[tuple]]:
    """Table -> name, type and length of each column."""
    return _by_table(
        run(
            "SELECT table_name, column_name, data_type, character_maximum_length FROM information_schema.columns "
            f"WHERE table_schema = '{schema}' ORDER BY table_name, ordinal_position"
        )
    )


def _type(kind: str, length: int | None) -> str:
    plain = _TYPES.get(kind.lower(), kind.upper())
    return f"{plain}({length})" if plain == "VARCHAR" else plain


def _keys(run: Run, schema: str) -> dict[str, list[tuple]]:
    """Table -> the columns of its primary key."""
    return _by_table(
        run(
            "SELECT c.table_name, k.column_name FROM information_schema.table_constraints c "
            "JOIN information_schema.key_column_usage k ON k.constraint_schema = c.constraint_schema "
            "AND k.constraint_name = c.constraint_name AND k.table_name = c.table_name "
            f"WHERE c.constraint_type = 'PRIMARY KEY' AND c.table_schema = '{schema}' "
            "ORDER BY c.table_name, k.ordinal_position"
        )
    )


def _references(run: Run, schema: str) -> dict[str, list[tuple]]:
    """Table -> each column with a foreign key, and the table it refers to (by its id)."""
    return _by_table(
        run(
            "SELECT k.table_name, k.column_name, p.table_name FROM information_schema.referential_constraints r "
            "JOIN information_schema.key_column_usage k ON k.constraint_schema = r.constraint_schema "
            "AND k.constraint_name = r.constraint_name "
            "JOIN information_schema.table_constraints p ON p.constraint_schema = r.unique_constraint_schema "
            "AND p.constraint_name = r.unique_constraint_name AND p.constraint_type = 'PRIMARY KEY' "
            f"WHERE k.table_schema = '{schema}'"
            + (" AND p.table_name = r.referenced_table_name" if _is_maria(run) else "")
        )
    )


def _is_maria(run: Run) -> bool:
    return "MariaDB" in str(run("SELECT version()")[0][0])


def _value(value: object) -> object:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value
