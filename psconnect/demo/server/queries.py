"""``/ws/schema/query``: runs the PowerQueries of installed plugins (section 11) and the built-in ones (9.4).

``/ws/powerqueryaccesslist`` is not routed: its path is known (11.4), but not the shape of its answer.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.district.schema import TABLES
from psconnect.demo.oracle import OracleError
from psconnect.demo.server.arguments import argument_value
from psconnect.demo.server.body import read_object
from psconnect.demo.server.extensions import (
    Extension,
    add_to_records,
    extension_names,
    split_names,
    wanted_extensions,
)
from psconnect.demo.server.fiql import FilterError, condition, parse_filter
from psconnect.demo.server.messages import Refusal, Reply, json_reply, message_reply
from psconnect.demo.server.paging import Page, read_page
from psconnect.demo.server.values import Shown, flat_records, grouped_records, writers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from psconnect.demo.oracle import CompiledQuery
    from psconnect.demo.server.database import District, Reader
    from psconnect.demo.server.dataversions import Changed, DataVersions
    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.messages import Request
    from psconnect.demo.server.named_queries import LoadedQuery, NamedQuery, OutputColumn
    from psconnect.demo.server.plugins import PluginRegistry
    from psconnect.demo.server.quirks import Quirks

_BATCH: Final = 500
_INVALID: Final = 900


class Queries:
    """Answers the calls under ``/ws/schema/query``."""

    def __init__(
        self, district: District, plugins: PluginRegistry, versions: DataVersions, quirks: Callable[[], Quirks]
    ) -> None:
        self._district = district
        self._versions = versions
        self._plugins = plugins
        self._quirks = quirks

    def answer(self, request: Request, plugin: Plugin, path: list[str]) -> Reply:
        """Answer a call; ``path`` is what follows ``/ws/schema/query``."""
        match path:
            case ["api"]:
                return self._listing(request)
            case [_] | [_, "count"]:
                try:
                    return self._query(request, plugin, path[0], count_only=len(path) > 1)
                except OracleError as error:
                    return message_reply(self._quirks().sql_error, str(error))
                except FilterError as error:
                    return message_reply(400, str(error))
        return message_reply(404, "Resource not found")

    def _query(self, request: Request, plugin: Plugin, name: str, *, count_only: bool) -> Reply:
        if request.method != "POST":
            return Reply(405, b"", {"Allow": "POST"})
        loaded = self._plugins.query(name)
        if loaded is None:
            return message_reply(404, f"Query {name} was not found.")
        body = self._body(request)
        if not count_only or self._quirks().count_checks_fields:
            self._check_access(loaded.query, plugin)
        changed = self._versions.limit(plugin, body, loaded.query.core_table)
        if loaded.compiled is None:
            raise loaded.run_error or OracleError(_INVALID)
        core = loaded.query.core_table or ""
        extensions = wanted_extensions(core, split_names(request.query.get("extensions", "")), plugin)
        run = _Run(loaded, loaded.compiled, request, body, self._quirks(), extensions, changed)
        if count_only:
            with self._district.reader() as reader:
                return json_reply(200, {"count": run.count(reader)})
        page = read_page(request, plugin.page_size, self._quirks(), unlimited=True)
        return self._rows(run, page, with_count=request.query.get("count", "").lower() == "true")

    def _listing(self, request: Request) -> Reply:
        if request.method != "GET":
            return Reply(405, b"", {"Allow": "GET"})
        names = self._plugins.query_names()
        definitions: dict[str, dict[str, str]] = {
            f"powerquery.{kind}.{name}": {} for name in names for kind in ("param", "resp")
        }
        paths = {f"/ws/schema/query/{name}": {"post": {"operationId": name}} for name in names}
        return json_reply(200, {"swagger": "2.0", "paths": paths, "definitions": definitions})

    def _body(self, request: Request) -> dict[str, Any]:
        return read_object(request, self._quirks()) if request.body.strip() else {}

    def _check_access(self, query: NamedQuery, plugin: Plugin) -> None:
        errors = [
            {"resource": query.name, "field": column.label, "code": "No access to the field"}
            for column in query.columns
            if plugin.level(column.table, column.field) is None or self._is_refused(query, column)
        ]
        if errors:
            raise Refusal(message_reply(self._quirks().query_denied, "Validation Failed", errors))

    def _is_refused(self, query: NamedQuery, column: OutputColumn) -> bool:
        """Whether a plugin's query must not output a column although it is granted (19)."""
        return bool(query.file) and not self._quirks().guardian_id_shown and column.label == "guardian.guardianid"

    def _rows(self, run: _Run, page: Page, *, with_count: bool) -> Reply:
        """Answer with rows; all but the first are read while sending."""
        with ExitStack() as stack:
            reader = stack.enter_context(self._district.reader())
            count = run.count(reader) if with_count else None
            records = run.records(reader, page)
            first = list(islice(records, _BATCH))
            if not first:
                return json_reply(200, run.empty(count))
            if len(first) < _BATCH:
                pieces = b"".join(run.pieces(iter(first), count))
                return Reply(200, pieces, {"Content-Type": "application/json;charset=UTF-8"})
            borrowed = stack.pop_all()
        body = _closing(run.pieces(chain(first, records), count), borrowed)
        return Reply(200, body, {"Content-Type": "application/json;charset=UTF-8"})


def _closing(pieces: Iterator[bytes], borrowed: ExitStack) -> Iterator[bytes]:
    with borrowed:
        yield from pieces


class _Run:
    """One run of a query: its arguments, filter, order and answer shape."""

    def __init__(
        self,
        loaded: LoadedQuery,
        compiled: CompiledQuery,
        request: Request,
        body: dict[str, Any],
        quirks: Quirks,
        extensions: list[Extension],
        changed: Changed | None = None,
    ) -> None:
        self._query = loaded.query
        self._extensions = extensions
        self._changed = changed
        self._compiled = compiled
        self._quirks = quirks
        given = {key.lower(): value for key, value in body.items()}
        self._parameters: dict[str, object] = {
            one.name: argument_value(one, given, loaded.binds.get(one.name, "text")) for one in self._query.arguments
        }
        wanted = str(given["projection"]) if "projection" in given else ""
        self._chosen = self._projection(wanted)
        where, self._filter_values = self._where(str(given.get("$q") or request.query.get("$q") or ""))
        where = self._only_changed(where)
        order = self._order(request.query.get("order", ""))
        self._sql = compiled.sql
        if where or order:
            names = ", ".join(f'"C{at}"' for at in range(len(compiled.columns)))
            self._sql = f'WITH " all" ({names}) AS ({compiled.sql}) SELECT * FROM " all"{where}{order}'  # noqa: S608 - names are ours
        self._parameters.update(self._filter_values)

    # -- what is asked for -----------------------------------------------------------------------------------------

    def _find(self, name: str) -> int:
        """The position of an output column, by its alias or TABLE.FIELD."""
        wanted = name.strip().lower()
        for at, column in enumerate(self._query.columns):
            if wanted in (column.alias.lower(), column.label):
                return at
        message = f"Invalid field {name.strip()}"
        raise FilterError(message)

    def _projection(self, text: str) -> list[int]:
        if not text:
            return list(range(len(self._query.columns)))
        return [self._find(name) for name in text.split(";") if name.strip()]

    def _where(self, text: str) -> tuple[str, dict[str, object]]:
        if not text:
            return "", {}
        pieces, values = [], {}
        for number, term in enumerate(parse_filter(text)):
            at = self._find(term.field)
            sql, value = condition(term, f'"C{at}"', self._compiled.columns[at])
            if value is not None:
                values[f"_q{number}"] = value
            pieces.append(sql.replace("?", f":_q{number}"))
        return f" WHERE {' AND '.join(pieces)}", values

    def _only_changed(self, where: str) -> str:
        """The condition, limited to changed rows if the call has a data version (12)."""
        if self._changed is None:
            return where
        at = self._id_place(self._query.columns)
        if at is None:
            raise Refusal(message_reply(400, "A query with a data version needs the key column of its core table"))
        self._filter_values["_changed"] = self._changed.keys
        condition_ = f'"C{at}" IN (SELECT value FROM json_each(:_changed))'  # noqa: S608 - a place, not a text
        return f"{where} AND {condition_}" if where else f" WHERE {condition_}"

    def _order(self, text: str) -> str:
        keys = []
        for part in filter(None, text.split(",")):
            name, _, direction = part.partition(";")
            at = self._find(name)
            down = direction.strip().lower() == "desc"
            keys.append(f'"C{at}" {"DESC NULLS FIRST" if down else "ASC NULLS LAST"}')
        return f" ORDER BY {', '.join(keys)}" if keys else ""

    # -- running ---------------------------------------------------------------------------------------------------

    def count(self, reader: Reader) -> int:
        """The number of rows."""
        row = reader.one(f"SELECT count(*) FROM ({self._sql})", self._parameters)  # noqa: S608 - compiled above
        return int(str(row[0])) if row else 0

    def records(self, reader: Reader, page: Page) -> Iterator[dict[str, object]]:
        """The records of a page, as read from the database."""
        sql, parameters = self._sql, dict(self._parameters)
        if page.size is not None:
            sql = f"SELECT * FROM ({sql}) LIMIT :_size OFFSET :_offset"  # noqa: S608 - compiled above
            parameters.update(_size=page.size, _offset=page.offset)
        rows = reader.rows(sql, parameters)
        key_at = self._id_place(self._query.columns)
        return self._extended(reader, rows, key_at) if self._extensions and key_at is not None else self._shaped(rows)

    def _extended(self, reader: Reader, rows: Iterator[tuple[object, ...]], key_at: int) -> Iterator[dict[str, object]]:
        """The records with the extension fields of their core rows, found by the query's key column."""
        flat_key = ""
        if self._query.flattened:
            flat_key = "{field}" if self._quirks.flat_extension_keys == "plain" else "{table}.{field}"
        while batch := list(islice(rows, _BATCH)):
            records = list(self._shaped(iter(batch)))
            add_to_records(records, [row[key_at] for row in batch], self._extensions, reader, flat_key)
            yield from records

    def _shaped(self, rows: Iterator[tuple[object, ...]]) -> Iterator[dict[str, object]]:
        columns = self._query.columns
        if len(self._chosen) < len(columns):
            rows = (tuple(row[at] for at in self._chosen) for row in rows)
        chosen = [columns[at] for at in self._chosen]
        texts = [self._key(column.alias) for column in chosen]
        kinds = [self._compiled.columns[at].kind for at in self._chosen]
        written = writers(
            [Shown(one.table, one.field, kind == "date") for one, kind in zip(chosen, kinds, strict=True)], self._quirks
        )
        core = self._query.core_table
        if self._query.flattened:
            id_at = self._id_place(chosen) if self._quirks.row_ids else None
            return flat_records(texts, rows, written, core.lower() if core else None, id_at)
        places = []
        for column, text in zip(chosen, texts, strict=True):
            table, _, key = text.rpartition(".")
            places.append(((table or core or column.table).lower(), key))
        return grouped_records(places, rows, written, self._core_name(), self._id_place(chosen))

    def _key(self, alias: str) -> str:
        return alias.lower() if self._quirks.lower_case_keys else alias

    def _core_name(self) -> str | None:
        core = self._query.core_table
        if core is None:
            return None
        return next((table.name for table in TABLES if table.name.upper() == core.upper()), core)

    def _id_place(self, chosen: Sequence[Any]) -> int | None:
        core = (self._query.core_table or "").upper()
        key = next((table.primary_key.upper() for table in TABLES if table.name.upper() == core), None)
        for at, column in enumerate(chosen):
            if (column.table, column.field) == (core, key):
                return at
        return None

    # -- the answer ------------------------------------------------------------------------------------------------

    def empty(self, count: int | None) -> dict[str, Any]:
        """The answer without rows."""
        answer: dict[str, Any] = {} if count is None else {"count": count}
        if self._changed is not None:
            answer["$dataversion"] = self._changed.version
        if self._quirks.empty_query == "record":
            answer["record"] = []
        elif self._quirks.empty_query == "extensions":
            answer["@extensions"] = extension_names(self._query.core_table or "")
        return answer

    def pieces(self, records: Iterator[dict[str, object]], count: int | None) -> Iterator[bytes]:
        """The answer with rows, in pieces."""
        head: dict[str, Any] = {}
        name = self._core_name()
        if name is not None:
            head["name"] = name
        if count is not None:
            head["count"] = count
        if self._changed is not None:
            head["$dataversion"] = self._changed.version
        start = json.dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1] + ("," if head else "") + '"record":['
        encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
        separator = ""
        while batch := list(islice(records, _BATCH)):
            yield (start + separator + encode(batch)[1:-1]).encode()
            start, separator = "", ","
        yield f'],"@extensions":"{extension_names(self._query.core_table or "")}"}}'.encode()
