"""Extension tables of a core table: what ``extensions=`` adds to objects and rows (5.6, 10.2, 11.1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.district.schema import TABLES
from psconnect.demo.server.values import wire_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psconnect.demo.district.schema import TableDefinition
    from psconnect.demo.server.database import Reader
    from psconnect.demo.server.installed import Plugin

#: The words for a field's type, by Oracle's.
_WORDS: Final = {"INTEGER": "Integer", "NUMBER": "Double", "DATE": "Date", "CLOB": "Clob"}


def extension_tables(core_table: str) -> list[TableDefinition]:
    """The extension tables of a core table, by name."""
    found = [one for one in TABLES if one.kind == "extension" and (one.core_table or "").upper() == core_table.upper()]
    return sorted(found, key=lambda one: one.name.lower())


def extension_names(core_table: str) -> str:
    """The value of ``@extensions``: names in lower case with commas between, no blanks (5.1)."""
    return ",".join(one.name.lower() for one in extension_tables(core_table))


def split_names(text: str) -> list[str]:
    """The names of a comma list, in lower case, each once."""
    return list(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))


class Extension:
    """One extension table with the fields that the caller may read (15.4: they are granted field by field)."""

    def __init__(self, table: TableDefinition, plugin: Plugin) -> None:
        self.name = table.name.lower()
        self._table = table
        self.fields = [(name, kind) for name, kind in table.columns[1:] if plugin.level(table.name, name)]

    def rows(self, reader: Reader, keys: Sequence[int]) -> dict[int, tuple[Any, ...]]:
        """The values of the readable fields by the key of the core row, for those that have a row here."""
        columns = ", ".join([self._table.primary_key, *(name for name, _ in self.fields)])
        source = f"{self._table.name} JOIN json_each(?) wanted ON wanted.value = {self._table.primary_key}"
        sql = f"SELECT {columns} FROM {source}"  # noqa: S608 - names of the schema
        return {int(str(row[0])): row[1:] for row in reader.rows(sql, [json.dumps(list(keys))])}

    def texts(self, values: tuple[Any, ...]) -> dict[str, str]:
        """The fields of a row as table and query answers have them: texts, and no nulls (10.3)."""
        return {
            name.lower(): wire_text(value)
            for (name, _), value in zip(self.fields, values, strict=True)
            if value is not None
        }

    def element(self, values: tuple[Any, ...] | None) -> dict[str, Any]:
        """The ``_table_extension`` element of a row, or of the want of one: its fields then stand there empty."""
        filled = values if values is not None else (None,) * len(self.fields)
        return {
            "recordFound": values is not None,
            "name": self.name,
            "_field": [
                {
                    "name": name.lower(),
                    "type": _WORDS.get(kind.split()[0], "String"),
                    "value": "" if value is None else value,
                }
                for (name, kind), value in zip(self.fields, filled, strict=True)
            ],
        }


def wanted_extensions(core_table: str, names: Sequence[str], plugin: Plugin) -> list[Extension]:
    """The named extensions that the table has and the plugin may read at least in part."""
    found = [Extension(one, plugin) for one in extension_tables(core_table) if one.name.lower() in names]
    return [one for one in found if one.fields]


def add_to_records(
    records: Sequence[dict[str, Any]],
    keys: Sequence[object],
    extensions: Sequence[Extension],
    reader: Reader,
    flat_key: str = "",
) -> None:
    """Add extension fields to table or query records whose core rows have these keys.

    A record with groups gets another group. A flat one gets more keys, ``flat_key`` filled in with table and field.
    """
    known = [key for key in keys if isinstance(key, int)]
    for extension in extensions:
        found = extension.rows(reader, known)
        for key, record in zip(keys, records, strict=True):
            values = found.get(key) if isinstance(key, int) else None
            if values is None:
                continue
            texts = extension.texts(values)
            if flat_key:
                record.update({flat_key.format(table=extension.name, field=field): one for field, one in texts.items()})
            else:
                record["tables"][extension.name] = texts
