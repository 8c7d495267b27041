"""``/ws/attendance``: attendance written by sign-in desks and visitor managers (13.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from psconnect.demo.server.body import base_url, read_object, require_full
from psconnect.demo.server.messages import Refusal, Reply, json_reply, message_reply
from psconnect.demo.server.quirks import version_key
from psconnect.demo.server.routes import Route
from psconnect.demo.server.writes.attendance_rules import (
    DAILY,
    INTERVAL,
    MEETING,
    TIME,
    check_record,
    known_row,
    read_record,
)
from psconnect.demo.server.writes.rows import BadValueError, insert, update

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from psconnect.demo.server.database import District
    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.messages import Request
    from psconnect.demo.server.quirks import Quirks
    from psconnect.demo.server.writes.attendance_rules import Values

_TABLE: Final = "Attendance"
_PATH: Final = "/ws/attendance"
_FIRST_WITH_BATCH: Final = (25, 3)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One of the three paths: its modes, its maximum of records, and whether they share one student and day."""

    path: str
    modes: tuple[str, ...]
    most: int
    one_student: bool


_KINDS: Final = (
    _Kind("daily_time", (DAILY, TIME), 1, one_student=True),
    _Kind("batch_daily_time", (DAILY, TIME), 200, one_student=False),
    # No documented maximum; one student's meetings of a day stay far below this.
    _Kind("meeting_interval", (MEETING, INTERVAL), 1000, one_student=True),
)


class Attendance:
    """Answers the calls under ``/ws/attendance``."""

    def __init__(self, district: District, quirks: Callable[[], Quirks]) -> None:
        self._district = district
        self._quirks = quirks

    def routes(self) -> list[Route]:
        """The paths with their handlers."""
        return [Route("POST", f"{_PATH}/{kind.path}", self._writing(kind)) for kind in _KINDS]

    def _writing(self, kind: _Kind) -> Callable[[Request, Plugin, tuple[str, ...]], Reply]:
        def answer(request: Request, plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
            if kind.path.startswith("batch") and version_key(self._quirks().server_version) < _FIRST_WITH_BATCH:
                return message_reply(404, "Resource not found")
            records = self._records(request, kind)
            any_kind = self._quirks().write_values == "any"
            read = [_try_read(record, any_kind=any_kind) for record in records]
            values = [one for one in read if not isinstance(one, BadValueError)]
            require_full(plugin, _TABLE, dict.fromkeys(name for one in values for name in one))
            if kind.one_student and len({(one.get("StudentID"), one.get("Att_Date")) for one in values}) > 1:
                return message_reply(400, "All records have to be of one student and one day")
            return self._store(request, kind, read)

        return answer

    def _records(self, request: Request, kind: _Kind) -> list[object]:
        records = read_object(request, self._quirks()).get("record")
        if not isinstance(records, list) or not records:
            raise Refusal(message_reply(400, "The body needs a list of records"))
        if len(records) > kind.most:
            least = "exactly one record" if kind.most == 1 else f"at most {kind.most} records"
            raise Refusal(message_reply(400, f"This call takes {least}, not {len(records)}"))
        return records

    def _store(self, request: Request, kind: _Kind, records: list[Values | BadValueError]) -> Reply:
        """Store valid records. A switch decides if invalid ones fail the call; a call for one record always fails."""
        each_for_itself = kind.most > 1 and self._quirks().attendance_errors == "record"
        counts = {"INSERT": 0, "UPDATE": 0}
        results: list[dict[str, object]] = []
        with self._district.transaction() as database:
            for record in records:
                try:
                    action, dcid = self._store_one(database, record, kind.modes)
                except BadValueError as error:
                    if not each_for_itself:
                        raise Refusal(message_reply(400, str(error))) from error
                    results.append({"status": "ERROR", "error_message": {"message": str(error)}})
                    continue
                counts[action] += 1
                ref = f"{base_url(request)}/ws/schema/table/attendance/{dcid}"
                results.append({"status": "SUCCESS", "action": action, "success_message": {"id": dcid, "ref": ref}})
        return json_reply(200, {"insert_count": counts["INSERT"], "update_count": counts["UPDATE"], "result": results})

    def _store_one(
        self, database: sqlite3.Connection, record: Values | BadValueError, modes: tuple[str, ...]
    ) -> tuple[str, int]:
        if isinstance(record, BadValueError):
            raise record
        check_record(database, record, modes)
        known = known_row(database, record)
        if known is None:
            return "INSERT", insert(database, _TABLE, {"ProgramID": 0, **record})
        if "DCID" not in record and self._quirks().attendance_twice == "conflict":
            raise Refusal(message_reply(409, "There is attendance of this student, day and mode already"))
        update(database, _TABLE, known, record)
        return "UPDATE", known


def _try_read(record: object, *, any_kind: bool) -> Values | BadValueError:
    try:
        return read_record(record, any_kind=any_kind)
    except BadValueError as error:
        return error
