"""The paths of ``/ws/contacts`` (section 8): who may call them, and what they answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psconnect.demo.server.body import base_url, read_object
from psconnect.demo.server.contacts import reading, writing
from psconnect.demo.server.contacts.fields import PARTS, BadContactError, Part
from psconnect.demo.server.messages import Refusal, Reply, json_reply, message_reply
from psconnect.demo.server.paging import read_page
from psconnect.demo.server.routes import Route
from psconnect.demo.server.writes.rows import read_key

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from psconnect.demo.server.contacts.fields import Ask
    from psconnect.demo.server.database import District
    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.messages import Request
    from psconnect.demo.server.quirks import Quirks
    from psconnect.demo.server.routes import Handler

    _Body = dict[str, Any]
    #: Writes inside a transaction: (database, keys of the path, body); the answer is the key of the row.
    _Write = Callable[[sqlite3.Connection, list[int], _Body], int]
    #: Reads the object of a path: (ask, keys of the path); None if it does not exist.
    _Read = Callable[[Ask, list[int]], object]


def _missing() -> Refusal:
    return Refusal(message_reply(404, "Resource not found"))


@dataclass(frozen=True, slots=True)
class _Rows:
    """A list below a path and the four things to do with it; ``one`` also reads one row, the path's last key."""

    path: str
    reads_one: bool
    all: _Read
    one: Callable[[Ask, list[int], int], list[dict[str, object]]]
    create: _Write
    change: Callable[[sqlite3.Connection, list[int], _Body], None]
    delete: Callable[[sqlite3.Connection, list[int]], None]


class Contacts:
    """Answers the calls under ``/ws/contacts``."""

    def __init__(self, district: District, quirks: Callable[[], Quirks]) -> None:
        self._district = district
        self._quirks = quirks

    def routes(self) -> list[Route]:
        """The paths with their handlers."""
        base = "/ws/contacts"
        single = self._reading(lambda ask, keys: reading.contact(ask, keys[0]))
        by_student = self._reading(_of_student)
        legacy = self._reading(lambda ask, keys: reading.legacy_types(ask, keys[0]))
        names = self._reading(lambda ask, keys: reading.demographics(ask, keys[0]))
        found = [
            Route("GET", f"{base}/contact/{{id}}", single),
            Route("GET", f"{base}/contacts", self._list),
            Route("GET", f"{base}/student/{{dcid}}", by_student),
            Route("GET", f"{base}/student/original_contact_types/in_use/{{dcid}}", legacy),
            Route("POST", f"{base}/contact", self._create),
            Route("DELETE", f"{base}/{{id}}", self._delete),
            Route("GET", f"{base}/{{id}}/demographics", names),
            Route("PUT", f"{base}/{{id}}/demographics", self._change_names),
        ]
        for rows in (*map(_part_rows, PARTS), _STUDENTS, _DETAILS):
            found += self._row_routes(f"{base}/{{id}}/{rows.path}", rows)
        return found

    def _row_routes(self, path: str, rows: _Rows) -> list[Route]:
        found = [
            Route("GET", path, self._reading(rows.all)),
            Route("POST", path, self._creating(rows)),
            Route("PUT", f"{path}/{{row}}", self._changing(rows)),
            Route("DELETE", f"{path}/{{row}}", self._deleting(rows)),
        ]
        if rows.reads_one:
            one = self._reading(lambda ask, keys: next(iter(rows.one(ask, keys[:-1], keys[-1])), None))
            found.append(Route("GET", f"{path}/{{row}}", one))
        return found

    # -- reading -----------------------------------------------------------------------------------------------------

    def _reading(self, read: _Read) -> Handler:
        def answer(_request: Request, plugin: Plugin, captured: tuple[str, ...]) -> Reply:
            self._check(plugin, "READ")
            with self._district.reader() as reader:
                found = read(reader.rows, _keys(captured))
            return json_reply(200, found) if found is not None else message_reply(404, "Resource not found")

        return answer

    def _list(self, request: Request, plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        self._check(plugin, "READ")
        page = read_page(request, plugin.page_size, self._quirks(), unlimited=False)
        with self._district.reader() as reader:
            ids = reading.contact_ids(reader.rows, page.size, page.offset)
            found = [reading.contact(reader.rows, one) for one in ids]
        return json_reply(200, found if self._quirks().contacts_list == "array" else {"contacts": found})

    # -- writing -----------------------------------------------------------------------------------------------------

    def _create(self, request: Request, plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        def create(database: sqlite3.Connection, _keys: list[int], body: _Body) -> int:
            return writing.create_contact(database, body)

        return self._save(request, plugin, (), "INSERT", create)

    def _change_names(self, request: Request, plugin: Plugin, captured: tuple[str, ...]) -> Reply:
        def change(database: sqlite3.Connection, keys: list[int], body: _Body) -> int:
            if reading.demographics(database.execute, keys[0]) is None:
                raise _missing()
            writing.change_demographics(database, keys[0], body)
            return keys[0]

        return self._save(request, plugin, captured, "UPDATE", change)

    def _delete(self, request: Request, plugin: Plugin, captured: tuple[str, ...]) -> Reply:
        def remove(database: sqlite3.Connection, keys: list[int], _body: _Body) -> int:
            if reading.demographics(database.execute, keys[0]) is None:
                raise _missing()
            writing.delete_contact(database, keys[0])
            return keys[0]

        return self._save(request, plugin, captured, "DELETE", remove)

    def _creating(self, rows: _Rows) -> Handler:
        def answer(request: Request, plugin: Plugin, captured: tuple[str, ...]) -> Reply:
            def create(database: sqlite3.Connection, keys: list[int], body: _Body) -> int:
                if rows.all(database.execute, keys) is None:
                    raise _missing()
                return rows.create(database, keys, body)

            return self._save(request, plugin, captured, "INSERT", create, rows)

        return answer

    def _changing(self, rows: _Rows) -> Handler:
        def answer(request: Request, plugin: Plugin, captured: tuple[str, ...]) -> Reply:
            def change(database: sqlite3.Connection, keys: list[int], body: _Body) -> int:
                _require_row(rows, database, keys)
                rows.change(database, keys, body)
                return keys[-1]

            return self._save(request, plugin, captured, "UPDATE", change, rows)

        return answer

    def _deleting(self, rows: _Rows) -> Handler:
        def answer(request: Request, plugin: Plugin, captured: tuple[str, ...]) -> Reply:
            def remove(database: sqlite3.Connection, keys: list[int], _body: _Body) -> int:
                _require_row(rows, database, keys)
                rows.delete(database, keys)
                return keys[-1]

            return self._save(request, plugin, captured, "DELETE", remove, rows)

        return answer

    def _save(
        self,
        request: Request,
        plugin: Plugin,
        captured: tuple[str, ...],
        action: str,
        write: _Write,
        rows: _Rows | None = None,
    ) -> Reply:
        """Write in one transaction and answer with the save result."""
        self._check(plugin, "FULL")
        keys = _keys(captured)
        body = {} if action == "DELETE" else read_object(request, self._quirks())
        try:
            with self._district.transaction() as database:
                key = write(database, keys, body)
                saved = None if action == "DELETE" else _saved(database, keys, key, rows)
        except BadContactError as error:
            return self._invalid(action, str(error))
        # The answer of an insert names the new row below the path of the call, that of a change the path itself.
        path = f"/ws/contacts/contact/{key}" if rows is None and action == "INSERT" else request.path
        ref = f"{base_url(request)}{path}" + (f"/{key}" if rows is not None and action == "INSERT" else "")
        return json_reply(200, _result("VALID", action, {"id": key, "ref": ref}, None, saved))

    def _invalid(self, action: str, message: str) -> Reply:
        if self._quirks().contacts_invalid == "message":
            return message_reply(400, message)
        return json_reply(400, _result("INVALID", action, None, {"message": message}, None))

    def _check(self, plugin: Plugin, level: str) -> None:
        """Refuse a plugin that may not use the contacts module."""
        quirks = self._quirks()
        if quirks.contacts_by_v1_access and quirks.has_v1_switch and plugin.v1_access not in ("FULL", level):
            raise Refusal(message_reply(403, f"Plugin is missing required accessLevelV1Api {level} permission"))


def _keys(captured: tuple[str, ...]) -> list[int]:
    keys = [read_key(text) for text in captured]
    if None in keys:
        raise _missing()
    return [key for key in keys if key is not None]


def _of_student(ask: Ask, keys: list[int]) -> object:
    ids = reading.ids_of_student(ask, keys[0])
    return None if ids is None else [found for one in ids if (found := reading.contact(ask, one)) is not None]


def _require_row(rows: _Rows, database: sqlite3.Connection, keys: list[int]) -> None:
    *above, row = keys
    if rows.all(database.execute, above) is None or not rows.one(database.execute, above, row):
        raise _missing()


def _saved(database: sqlite3.Connection, keys: list[int], key: int, rows: _Rows | None) -> object:
    if rows is None:
        return reading.contact(database.execute, key)
    above = keys[: rows.path.count("{") + 1]
    return rows.one(database.execute, above, key)[0]


def _result(status: str, action: str, success: object, error: object, saved: object) -> dict[str, object]:
    return {
        "status": status,
        "action": action,
        "_success_message": success,
        "_error_message": error,
        "_warning_message": None,
        "savedObject": saved,
    }


# -- the lists of a contact ------------------------------------------------------------------------------------------


def _part_rows(part: Part) -> _Rows:
    return _Rows(
        part.name,
        reads_one=True,
        all=lambda ask, keys: _if_contact(ask, keys, lambda: reading.part_rows(ask, part, keys[0])),
        one=lambda ask, keys, row: reading.part_rows(ask, part, keys[0], row),
        create=lambda database, keys, body: writing.create_part(database, part, keys[0], body),
        change=lambda database, keys, body: writing.change_part(database, part, keys[0], keys[1], body),
        delete=lambda database, keys: writing.delete_part(database, part, keys[1]),
    )


def _if_contact(ask: Ask, keys: list[int], read: Callable[[], object]) -> object:
    return None if reading.demographics(ask, keys[0]) is None else read()


def _details(ask: Ask, keys: list[int]) -> object:
    """The relationship rows, if this contact has this student link."""
    linked = reading.demographics(ask, keys[0]) and reading.contact_students(ask, keys[0], keys[1])
    return reading.student_details(ask, keys[1]) if linked else None


_STUDENTS = _Rows(
    "students",
    reads_one=True,
    all=lambda ask, keys: _if_contact(ask, keys, lambda: reading.contact_students(ask, keys[0])),
    one=lambda ask, keys, row: reading.contact_students(ask, keys[0], row),
    create=lambda database, keys, body: writing.create_student(database, keys[0], body),
    change=lambda database, keys, body: writing.change_student(database, keys[0], keys[1], body),
    delete=lambda database, keys: writing.delete_student(database, keys[0], keys[1]),
)
_DETAILS = _Rows(
    "students/{link}/studentdetails",
    reads_one=False,
    all=_details,
    one=lambda ask, keys, row: reading.student_details(ask, keys[1], row),
    create=lambda database, keys, body: writing.create_detail(database, keys[1], body),
    change=lambda database, keys, body: writing.change_detail(database, keys[1], keys[2], body),
    delete=lambda database, keys: writing.delete_detail(database, keys[1], keys[2]),
)
