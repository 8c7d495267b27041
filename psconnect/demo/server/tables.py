"""``/ws/schema/table``: reads tables field by field (section 10), and passes writes on.

``massupdatebycriteria`` and the tables ``storedgrades``, ``spenrollments`` and ``transportation`` don't exist here:
only their paths are known (10.1), not their bodies and columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from psconnect.demo.district.schema import BY_NAME, TABLES
from psconnect.demo.server.catalogue import present
from psconnect.demo.server.extensions import add_to_records, extension_names, split_names, wanted_extensions
from psconnect.demo.server.fiql import FilterError, Term, condition, parse_filter
from psconnect.demo.server.messages import Refusal, Reply, json_reply, message_reply
from psconnect.demo.server.paging import read_page
from psconnect.demo.server.values import Shown, grouped_records, writers
from psconnect.demo.server.writes.tables import TableWrites

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from psconnect.demo.oracle import Column, TableInfo
    from psconnect.demo.server.database import District, Reader
    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.messages import Request
    from psconnect.demo.server.quirks import Quirks

_VIEW_ONLY: Final = "ViewOnly"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A column of a call, as spelled there and in the table; ``filtered`` if ``q`` or ``sort`` names it."""

    spelling: str
    column: Column
    filtered: bool

    @property
    def name(self) -> str:
        return self.column.name or ""


class Tables:
    """Answers the calls under ``/ws/schema/table``."""

    def __init__(self, district: District, quirks: Callable[[], Quirks]) -> None:
        self._district = district
        self._quirks = quirks
        self._writes = TableWrites(district, quirks)

    def answer(self, request: Request, plugin: Plugin, path: list[str]) -> Reply:  # noqa: PLR0911 - a case for each path
        """Answer a call; ``path`` is what follows ``/ws/schema/table``."""
        if not path:
            return self._list() if request.method == "GET" else Reply(405, b"", {"Allow": "GET"})
        table = present(self._district.catalogue, self._quirks().missing).get(path[0].upper())
        if table is None or len(path) > 2:  # noqa: PLR2004 - a table and perhaps one thing in it
            return message_reply(404, "Resource not found")
        if table.view:
            return Reply(405, b"", {"Allow": ""})
        try:
            if request.method != "GET":
                return self._writes.answer(request, plugin, table.name, path[1:])
            match path[1:]:
                case []:
                    return self._rows(request, plugin, table)
                case ["count"]:
                    return self._count(request, plugin, table)
                case ["metadata"]:
                    return self._metadata(request, plugin, table)
                case [key]:
                    return self._row(request, plugin, table, key)
        except FilterError as error:
            return message_reply(400, str(error))
        return message_reply(404, "Resource not found")

    # -- reading ---------------------------------------------------------------------------------------------------

    def _list(self) -> Reply:
        tables = [
            {"name": table.name, "comment": table.comment, "primaryKey": table.primary_key, "userVisible": True}
            for table in TABLES
        ]
        return json_reply(200, {"tables": tables})

    def _rows(self, request: Request, plugin: Plugin, table: TableInfo) -> Reply:
        asked = self._projection(request, plugin, table)
        where, values, filtered = _filter(request, table)
        order, sorted_by = _sort(request, table)
        self._check_access(plugin, table, [*asked, *filtered, *sorted_by])
        page = read_page(request, plugin.page_size, self._quirks(), unlimited=False)
        sql = f"{_select(table, asked)}{where}{order} LIMIT ? OFFSET ?"
        with self._district.reader() as reader:
            rows = list(reader.rows(sql, [*values, page.size, page.offset]))
            records = self._records(request, plugin, table, asked, rows, table.name, reader)
        if not rows:
            return json_reply(200, self._nothing(table))
        return json_reply(200, {"name": table.name, "record": records, "@extensions": extension_names(table.name)})

    def _row(self, request: Request, plugin: Plugin, table: TableInfo, key: str) -> Reply:
        asked = self._projection(request, plugin, table)
        self._check_access(plugin, table, asked)
        if not key.lstrip("-").isdecimal() or len(key) > 18:  # noqa: PLR2004 - longer than any key
            return message_reply(404, "Resource not found")
        sql = f'{_select(table, asked)} WHERE "{table.primary_key}" = ?'
        with self._district.reader() as reader:
            rows = list(reader.rows(sql, [int(key)]))
            records = self._records(request, plugin, table, asked, rows, table.name.lower(), reader)
        return json_reply(200, records[0]) if records else message_reply(404, "Resource not found")

    def _records(
        self,
        request: Request,
        plugin: Plugin,
        table: TableInfo,
        asked: Sequence[_Asked],
        rows: Sequence[tuple[object, ...]],
        name: str,
        reader: Reader,
    ) -> list[dict[str, object]]:
        """The records of rows, which begin with their key, with the requested extensions (10.2)."""
        places = [("", ""), *((table.name.lower(), one.name.lower()) for one in asked)]
        columns = [Shown("", "", plain_date=False)]
        columns += [Shown(table.name.upper(), one.name.upper(), one.column.kind == "date") for one in asked]
        records = list(grouped_records(places, rows, writers(columns, self._quirks()), name, 0))
        for record in records:
            del record["tables"][""]  # type: ignore[attr-defined]
        extensions = wanted_extensions(table.name, split_names(request.query.get("extensions", "")), plugin)
        add_to_records(records, [row[0] for row in rows], extensions, reader)
        return records

    def _count(self, request: Request, plugin: Plugin, table: TableInfo) -> Reply:
        """Count rows. Without a filter this needs no grant (10.4: counts leak)."""
        where, values, filtered = _filter(request, table)
        self._check_access(plugin, table, filtered)
        with self._district.reader() as reader:
            row = reader.one(f'SELECT count(*) FROM "{table.name}"{where}', values)  # noqa: S608 - a known table
        return json_reply(200, {"count": row[0] if row else 0})

    def _metadata(self, request: Request, plugin: Plugin, table: TableInfo) -> Reply:
        definition = BY_NAME.get(table.name.upper())
        wanted = request.query.get("expansions", "").lower().split(",")
        columns: list[dict[str, object]] = []
        for column in table.columns:
            entry: dict[str, object] = {"name": (column.name or "").upper(), "type": column.kind.upper()}
            if "access" in wanted:
                entry["access"] = self._access_word(plugin, table, column)
            columns.append(entry)
        return json_reply(
            200,
            {
                "name": table.name,
                "comment": definition.comment if definition else "",
                "primaryKey": table.primary_key,
                "queries": [],
                "schemaType": definition.kind if definition else "core",
                "coreTable": definition.core_table if definition else None,
                "collection": False,
                "columns": columns,
            },
        )

    def _access_word(self, plugin: Plugin, table: TableInfo, column: Column) -> str:
        name = column.name or ""
        if not self._quirks().excluded.isdisjoint((table.name.upper(), f"{table.name}.{name}".upper())):
            return "BlackListNoAccess"
        return plugin.level(table.name, name) or "NoAccess"

    def _nothing(self, table: TableInfo) -> dict[str, object]:
        answer: dict[str, object] = {"name": table.name.lower()}
        if self._quirks().empty_table == "record":
            answer["record"] = []
        return answer

    # -- what a call asks for, and whether it is allowed -------------------------------------------------------------

    def _projection(self, request: Request, plugin: Plugin, table: TableInfo) -> list[_Asked]:
        text = request.query.get("projection", "")
        names = [name.strip() for name in text.split(",") if name.strip()]
        if not names:
            raise Refusal(message_reply(400, "The projection parameter is required"))
        asked: list[_Asked] = []
        for spelling in names:
            bare = _bare(spelling, table)
            if bare == "*":
                asked += self._star(plugin, table)
                continue
            column = table.column(bare)
            if column is None:
                message = f"Invalid field specified: {spelling} is not valid column for table: {table.name}"
                raise Refusal(message_reply(400, message))
            asked.append(_Asked(spelling, column, filtered=False))
        return asked

    def _star(self, plugin: Plugin, table: TableInfo) -> list[_Asked]:
        """All columns of the table, or only the granted ones if the server reduces the star."""
        columns = [_Asked(column.name or "", column, filtered=False) for column in table.columns]
        granted = [one for one in columns if plugin.level(table.name, one.name)]
        return granted if self._quirks().star_projection == "reduce" and granted else columns

    @staticmethod
    def _check_access(plugin: Plugin, table: TableInfo, asked: Sequence[_Asked]) -> None:
        errors = [
            {"code": "NoAccess", "field": one.name if one.filtered else one.spelling, "resource": table.name}
            for one in asked
            if plugin.level(table.name, one.name) is None
        ]
        if errors:
            raise Refusal(message_reply(403, "At least one column lacks sufficient permission", errors))


def _bare(spelling: str, table: TableInfo) -> str:
    """A column's name without the table prefix."""
    prefix, _, rest = spelling.rpartition(".")
    return rest if prefix.upper() == table.name.upper() else spelling


def _column(name: str, table: TableInfo) -> Column:
    column = table.column(_bare(name, table))
    if column is None:
        message = f"Invalid field {name}"
        raise FilterError(message)
    return column


def _filter(request: Request, table: TableInfo) -> tuple[str, list[object], list[_Asked]]:
    """The WHERE of ``q``, its values and its columns. All names are checked before any value."""
    text = request.query.get("q", "")
    if not text:
        return "", [], []
    terms: list[tuple[Term, Column]] = [(term, _column(term.field, table)) for term in parse_filter(text)]
    pieces, values = [], []
    for term, column in terms:
        sql, value = condition(term, f'"{column.name}"', column)
        pieces.append(sql)
        if value is not None:
            values.append(value)
    asked = [_Asked(term.field, column, filtered=True) for term, column in terms]
    return f" WHERE {' AND '.join(pieces)}", values, asked


def _sort(request: Request, table: TableInfo) -> tuple[str, list[_Asked]]:
    """The ORDER BY of ``sort`` and ``sortdescending``, made unique by the primary key."""
    down = request.query.get("sortdescending", "").lower() == "true"
    names = [name.strip() for name in request.query.get("sort", "").split(",") if name.strip()]
    asked = [_Asked(name, _column(name, table), filtered=True) for name in names]
    direction = "DESC NULLS FIRST" if down else "ASC NULLS LAST"
    keys = [f'"{one.name}" {direction}' for one in asked]
    return f" ORDER BY {', '.join([*keys, _quote(table.primary_key)])}", asked


def _select(table: TableInfo, asked: Sequence[_Asked]) -> str:
    columns = ", ".join([_quote(table.primary_key), *(_quote(one.name) for one in asked)])
    return f'SELECT {columns} FROM "{table.name}"'  # noqa: S608 - names of the catalogue


def _quote(name: str | None) -> str:
    return f'"{name}"'
