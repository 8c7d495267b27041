"""Creates and finds the tables and adds missing columns. Only our own tables are touched.

``about`` holds what psconnect needs to know: the format, a random id of this set of tables, who writes them. All
tables of a set share a prefix, so that a database can hold other tables or another set.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateColumn
from sqlalchemy.types import TypeEngine

from psconnect.destinations.database.layout import (
    CUSTOM,
    SHAPES,
    ColumnKind,
    ColumnShape,
    ListShape,
    TableShape,
    table_name,
)
from psconnect.model.errors import FixSettings
from psconnect.model.ids import LONGEST_ID

TABLES_FORMAT = 1
"""The table format of this version; a newer one is refused."""
_LONG = Text().with_variant(mysql.MEDIUMTEXT(), "mariadb")
"""MariaDB's TEXT ends at 65,535 bytes."""
_TIME = DateTime().with_variant(mysql.DATETIME(fsp=6), "mariadb")
"""UTC, to the microsecond, without a time zone."""
_TYPES: dict[ColumnKind, TypeEngine[Any]] = {
    "text": _LONG,
    "date": Date(),
    "yes_no": Boolean(),
    "number": Integer(),
}
_EXACT: dict[str, Any] = {
    "mariadb_engine": "InnoDB",
    "mariadb_row_format": "DYNAMIC",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_nopad_bin",
}
"""In MariaDB: transactions, foreign keys, long keys, every character, and ids that differ by case, accent or blank."""


@dataclass(frozen=True)
class Tables:
    """A set of tables.

    Attributes:
        prefix: the prefix of each name.
        entities: entity key -> its table.
        lists: name of a list (ListShape.name) -> its link table.
        runs: one row for each run that wrote.
        about: what psconnect needs to know: name -> value.
        custom: entity key -> column names of its custom fields.
    """

    prefix: str
    metadata: MetaData
    entities: Mapping[str, Table]
    lists: Mapping[str, Table]
    runs: Table
    about: Table
    custom: Mapping[str, Sequence[str]] = field(default_factory=dict)


def table_set(prefix: str, custom: Mapping[str, Sequence[str]]) -> Tables:
    """The table definitions with that prefix and these columns for custom fields; touches no database."""
    metadata = MetaData()
    entities: dict[str, Table] = {}
    lists: dict[str, Table] = {}
    for key, shape in SHAPES.items():
        entities[key] = _entity_table(metadata, prefix, shape, custom.get(key, ()))
        for each in shape.lists:
            lists[each.name] = _link_table(metadata, prefix, each)
    runs = Table(
        f"{prefix}sync_run",
        metadata,
        Column("id", String(64), primary_key=True),
        Column("connection", _LONG, nullable=False),
        Column("first_written_at", _TIME, nullable=False),
        Column("last_written_at", _TIME, nullable=False),
        *(Column(count, Integer, nullable=False) for count in COUNTS),
        **_EXACT,
    )
    about = Table(
        f"{prefix}psconnect",
        metadata,
        Column("name", String(64), primary_key=True),
        Column("value", _LONG, nullable=False),
        **_EXACT,
    )
    return Tables(prefix, metadata, entities, lists, runs, about, custom)


COUNTS = ("created", "updated", "removed", "refused")
"""The columns with a run's counts."""


def _entity_table(metadata: MetaData, prefix: str, shape: TableShape, custom: Iterable[str]) -> Table:
    return Table(
        f"{prefix}{shape.name}",
        metadata,
        *(_column(prefix, column) for column in shape.columns),
        *(Column(name, _LONG) for name in custom),
        Column("psconnect_key", BigInteger, nullable=False),
        Column("psconnect_run", String(64), nullable=False),
        Column("changed_at", _TIME, nullable=False),
        Column("removed_at", _TIME, index=True),
        **_EXACT,
    )


def _column(prefix: str, column: ColumnShape) -> Column[Any]:
    if column.kind != "id":
        return Column(column.name, _TYPES[column.kind])
    if not column.target:
        return Column(column.name, String(LONGEST_ID), primary_key=True)
    # Only required references have a foreign key: a term's parent may be inserted after it.
    keys = [_foreign_key(prefix, column.target)] if column.needed else []
    return Column(column.name, String(LONGEST_ID), *keys, index=True)


def _foreign_key(prefix: str, entity: str) -> ForeignKey:
    return ForeignKey(f"{prefix}{table_name(entity)}.id", onupdate="CASCADE")


def _link_table(metadata: MetaData, prefix: str, each: ListShape) -> Table:
    return Table(
        f"{prefix}{each.name}",
        metadata,
        *(
            Column(f"{table_name(entity)}_id", String(LONGEST_ID), _foreign_key(prefix, entity), primary_key=True)
            for entity in (each.owner, each.target)
        ),
        Column("position", Integer, nullable=False),
        **_EXACT,
    )


def find_tables(db: Connection, prefix: str) -> Tables | None:
    """The existing set of tables with that prefix; None if there is none yet, or its making was cut at once.

    Raises FixSettings if somebody else's table or view has one of the names, or a newer version wrote the set.
    """
    inspector = inspect(db)
    there = {*inspector.get_table_names(), *inspector.get_view_names()}
    bare = table_set(prefix, {})
    if bare.about.name not in there or _just_begun(db, bare):
        if taken := sorted(there & set(bare.metadata.tables) - {bare.about.name}):
            raise _taken(taken[0])
        return None
    newest = db.scalar(select(bare.about.c.value).where(bare.about.c.name == "format"))
    if newest is None or int(newest) > TABLES_FORMAT:
        raise _newer()
    custom = {
        key: [each["name"] for each in inspector.get_columns(table.name) if each["name"].startswith(CUSTOM)]
        for key, table in bare.entities.items()
        if table.name in there
    }
    return table_set(prefix, custom)


def _just_begun(db: Connection, bare: Tables) -> bool:
    """Whether ``about`` is psconnect's, but empty: where each table is made for good at once, a cut may leave that."""
    columns = {each["name"] for each in inspect(db).get_columns(bare.about.name)}
    return columns == {"name", "value"} and db.scalar(select(bare.about.c.name).limit(1)) is None


def make_tables(db: Connection, prefix: str) -> Tables:
    """Create an empty set of tables.

    ``about`` comes first: where each table is made for good at once, it tells that the others are psconnect's.
    """
    made = table_set(prefix, {})
    made.about.create(db, checkfirst=True)
    facts = {"format": str(TABLES_FORMAT), "id": secrets.token_hex(8)}
    db.execute(insert(made.about), [{"name": name, "value": value} for name, value in facts.items()])
    made.metadata.create_all(db)
    return made


def complete(db: Connection, tables: Tables) -> None:
    """Create missing tables and columns: an earlier version didn't have them, or somebody dropped them."""
    tables.metadata.create_all(db)
    inspector = inspect(db)
    for table in tables.metadata.tables.values():
        there = {each["name"] for each in inspector.get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                _add_column(db, table, column)


def with_custom(db: Connection, tables: Tables, entity: str, names: Iterable[str]) -> Tables:
    """Add columns for custom fields to an entity's table; returns the new set."""
    more = [name for name in dict.fromkeys(names) if name not in tables.custom.get(entity, ())]
    grown = table_set(tables.prefix, {**tables.custom, entity: [*tables.custom.get(entity, ()), *more]})
    table = grown.entities[entity]
    for name in more:
        _add_column(db, table, table.c[name])
    return grown


def _add_column(db: Connection, table: Table, column: Column[Any]) -> None:
    # Existing rows have no value for it yet; psconnect's own columns get theirs with the row's next change.
    free = Column(column.name, column.type)
    preparer = db.dialect.identifier_preparer
    db.exec_driver_sql(
        f"ALTER TABLE {preparer.format_table(table)} ADD COLUMN {CreateColumn(free).compile(dialect=db.dialect)}"
    )


def facts_of(db: Connection, tables: Tables) -> dict[str, str]:
    """The content of ``about``."""
    about = tables.about.c
    return {name: value for name, value in db.execute(select(about.name, about.value))}  # noqa: C416 - rows are typed


def is_id(db: Connection, tables: Tables, wanted: str) -> bool:
    """Whether these tables exist and have that id; if so, nobody else writes them until the transaction ends."""
    if not inspect(db).has_table(tables.about.name):
        return False
    query = select(tables.about.c.value).where(tables.about.c.name == "id")
    return db.scalar(query.with_for_update()) == wanted


def note(db: Connection, tables: Tables, name: str, value: str) -> None:
    """Set one fact in ``about``."""
    about = tables.about
    if not db.execute(update(about).where(about.c.name == name).values(value=value)).rowcount:
        db.execute(insert(about).values(name=name, value=value))


def _taken(name: str) -> FixSettings:
    return FixSettings("PSC-DATABASE-TAKEN", where="destination.prefix", name=name)


def _newer() -> FixSettings:
    return FixSettings("PSC-DATABASE-NEWER", where="destination.system")
