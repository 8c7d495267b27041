"""The paths of ``/ws/xte`` (13.4): whose gradebook a call concerns, and its answer.

``grade_scale/scales/{ids}`` is not routed: its path is known, but not the shape of its answer.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.server.body import base_url, read_object, require_full
from psconnect.demo.server.messages import Refusal, Reply, json_reply, message_reply
from psconnect.demo.server.routes import Route
from psconnect.demo.server.writes.rows import delete, insert, read_key, update
from psconnect.demo.server.xte import assignments, scores
from psconnect.demo.server.xte.fields import CATEGORY, GradebookField, bad, conflict, missing, objects, rows, stored_row

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from psconnect.demo.server.database import District
    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.messages import Request
    from psconnect.demo.server.quirks import Quirks

_BASE: Final = "/ws/xte"
_ASSIGNMENTS: Final = f"{_BASE}/section/assignment"
_CATEGORIES: Final = f"{_BASE}/teacher_category"
#: Tables whose key field needs FullAccess for writing assignments and scores.
_WRITTEN: Final = ("Assignment", "AssignmentSection", "AssignmentCategoryAssoc")
_SCORED: Final = ("AssignmentScore",)
_CATEGORY_TABLE: Final = "TeacherCategory"
_CATEGORY_OWNER: Final = (GradebookField("UsersDCID", "number"),)


class Gradebook:
    """Answers the calls under ``/ws/xte``."""

    def __init__(self, district: District, quirks: Callable[[], Quirks]) -> None:
        self._district = district
        self._quirks = quirks
        self._told_to_resubmit: set[int] = set()

    def routes(self) -> list[Route]:
        """The paths with their handlers."""
        return [
            Route("GET", _ASSIGNMENTS, self._assignments),
            Route("POST", _ASSIGNMENTS, self._create),
            Route("GET", f"{_ASSIGNMENTS}/{{id}}", self._assignment),
            Route("PUT", f"{_ASSIGNMENTS}/{{id}}", self._replace),
            Route("DELETE", f"{_ASSIGNMENTS}/{{id}}", self._remove),
            Route("GET", _CATEGORIES, self._categories),
            Route("POST", _CATEGORIES, self._create_category),
            Route("GET", f"{_CATEGORIES}/{{id}}", self._category),
            Route("PUT", f"{_CATEGORIES}/{{id}}", self._change_category),
            Route("DELETE", f"{_CATEGORIES}/{{id}}", self._remove_category),
            Route("GET", f"{_BASE}/section/standard", self._standards),
            Route("POST", f"{_BASE}/standard/score", self._standard_scores),
            Route("PUT", f"{_BASE}/score", self._scores),
            Route("PUT", f"{_BASE}/score/assignment", self._score),
        ]

    def _object(self, status: int, value: dict[str, object]) -> Reply:
        extra = {"$breach_mitigation": secrets.token_hex(8)} if self._quirks().xte_breach_mitigation else {}
        return json_reply(status, {**value, **extra})

    # -- assignments -------------------------------------------------------------------------------------------------

    def _assignments(self, request: Request, plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        _require_view(plugin, ("Assignment", "AssignmentSection"))
        wanted = _numbers(request, "section_ids")
        with self._district.reader() as reader:
            database = reader.database
            _check_taught(_taught(database, _teacher(request, database)), wanted)
            found = [assignments.assignment(database, key) for key in assignments.keys_of(database, wanted)]
        return json_reply(200, found)

    def _assignment(self, request: Request, plugin: Plugin, captured: tuple[str, ...]) -> Reply:
        _require_view(plugin, ("Assignment", "AssignmentSection"))
        with self._district.reader() as reader:
            database = reader.database
            key = _owned(request, database, captured)
            found = assignments.assignment(database, key)
        return self._object(200, found or {})

    def _create(self, request: Request, plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        _require_write(plugin, _WRITTEN)
        body = assignments.AssignmentBody(read_object(request, self._quirks()))
        with self._district.transaction() as database:
            teacher = _teacher(request, database)
            _check_taught(_taught(database, teacher), body.dcids())
            key = assignments.create(database, teacher, body)
            found = assignments.assignment(database, key)
        reply = self._object(201, found or {})
        reply.headers["Location"] = f"{base_url(request)}{_ASSIGNMENTS}/{key}"
        return reply

    def _replace(self, request: Request, plugin: Plugin, captured: tuple[str, ...]) -> Reply:
        _require_write(plugin, _WRITTEN)
        body = assignments.AssignmentBody(read_object(request, self._quirks()))
        with self._district.transaction() as database:
            key = _owned(request, database, captured)
            teacher = _teacher(request, database)
            _check_taught(_taught(database, teacher), body.dcids())
            assignments.replace(database, teacher, key, body, update_scores=_is_set(request, "update_scores"))
            found = assignments.assignment(database, key)
        return self._object(200, found or {})

    def _remove(self, request: Request, plugin: Plugin, captured: tuple[str, ...]) -> Reply:
        _require_write(plugin, _WRITTEN)
        with self._district.transaction() as database:
            assignments.remove(database, _owned(request, database, captured), force=_is_set(request, "force"))
        return Reply(204)

    # -- categories --------------------------------------------------------------------------------------------------

    def _categories(self, request: Request, plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        _require_view(plugin, (_CATEGORY_TABLE,))
        with self._district.reader() as reader:
            database = reader.database
            place = [_teacher(request, database), *_numbers(request, "year_id")]
            found = rows(
                database, _CATEGORY_TABLE, (*CATEGORY, *_CATEGORY_OWNER), "UsersDCID = ? AND YearID = ?", place[:2]
            )
        return json_reply(200, found)

    def _category(self, request: Request, plugin: Plugin, captured: tuple[str, ...]) -> Reply:
        _require_view(plugin, (_CATEGORY_TABLE,))
        with self._district.reader() as reader:
            database = reader.database
            return self._object(200, _category(request, database, captured))

    def _create_category(self, request: Request, plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        _require_write(plugin, (_CATEGORY_TABLE,))
        values = stored_row(CATEGORY, read_object(request, self._quirks()), _CATEGORY_TABLE)
        with self._district.transaction() as database:
            (year, *_) = _numbers(request, "year_id")
            teacher = _teacher(request, database)
            key = insert(database, _CATEGORY_TABLE, {"UsersDCID": teacher, "YearID": year, **values})
            return self._object(201, _category(request, database, (str(key),)))

    def _change_category(self, request: Request, plugin: Plugin, captured: tuple[str, ...]) -> Reply:
        _require_write(plugin, (_CATEGORY_TABLE,))
        values = stored_row(CATEGORY, read_object(request, self._quirks()), _CATEGORY_TABLE)
        with self._district.transaction() as database:
            known = _category(request, database, captured)
            update(database, _CATEGORY_TABLE, int(str(known["_id"])), {**values, "TeacherModified": 1})
            return self._object(200, _category(request, database, captured))

    def _remove_category(self, request: Request, plugin: Plugin, captured: tuple[str, ...]) -> Reply:
        _require_write(plugin, (_CATEGORY_TABLE,))
        with self._district.transaction() as database:
            key = int(str(_category(request, database, captured)["_id"]))
            used = "SELECT 1 FROM AssignmentCategoryAssoc WHERE TeacherCategoryID = ?"
            if database.execute(used, [key]).fetchone():
                raise conflict("The category has assignments")
            delete(database, _CATEGORY_TABLE, key)
        return Reply(204)

    # -- standards ---------------------------------------------------------------------------------------------------

    def _standards(self, request: Request, plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        """The standards of sections: this district has none."""
        _require_view(plugin, ("AssignmentSection",))
        wanted = _numbers(request, "section_ids")
        with self._district.reader() as reader:
            _check_taught(_taught(reader.database, _teacher(request, reader.database)), wanted)
        return json_reply(200, [])

    def _standard_scores(self, request: Request, plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        """The scores of standards: there are none without standards."""
        _require_view(plugin, _SCORED)
        body = read_object(request, self._quirks())
        for key in ("assignment_ids", "standard_ids", "section_ids"):
            numbers = body.get(key, [])
            if not isinstance(numbers, list) or not all(type(one) is int for one in numbers):
                raise bad(f"{key} must be a list of numbers")
        return json_reply(200, [])

    # -- scores ------------------------------------------------------------------------------------------------------

    def _scores(self, request: Request, plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        body = read_object(request, self._quirks())
        if set(body) - {"assignment_scores"}:
            raise Refusal(message_reply(403, "Plugins may save assignment scores alone"))
        return self._save(request, plugin, objects(body, "assignment_scores"), "assignment_scores")

    def _score(self, request: Request, plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        return self._save(request, plugin, [read_object(request, self._quirks())], None)

    def _save(self, request: Request, plugin: Plugin, sent: list[dict[str, Any]], key: str | None) -> Reply:
        """Save all of these scores or none; ``key`` is the list's key in the answer."""
        _require_write(plugin, _SCORED)
        if not sent:
            raise bad("assignment_scores must have at least one score")
        self._ask_again(plugin)
        with self._district.transaction() as database:
            taught = _taught(database, _teacher(request, database))
            saved = [scores.save_score(database, taught, one) for one in sent]
        return self._object(200, {key: saved} if key else saved[0])

    def _ask_again(self, plugin: Plugin) -> None:
        """Answer every first of two calls with 412 if the switch is on."""
        if not self._quirks().xte_resubmit:
            return
        if plugin.id in self._told_to_resubmit:
            self._told_to_resubmit.discard(plugin.id)
            return
        self._told_to_resubmit.add(plugin.id)
        raise Refusal(message_reply(412, "The scores were changed meanwhile; resubmit them"))


def _require_view(plugin: Plugin, tables: tuple[str, ...]) -> None:
    errors = [
        {"code": "NoAccess", "field": f"{table}ID", "resource": table}
        for table in tables
        if plugin.level(table, f"{table}ID") is None
    ]
    if errors:
        raise Refusal(message_reply(403, "At least one column lacks sufficient permission", errors))


def _require_write(plugin: Plugin, tables: tuple[str, ...]) -> None:
    for table in tables:
        require_full(plugin, table, [f"{table}ID"])


def _numbers(request: Request, name: str) -> list[int]:
    """A parameter that is a comma-separated list of whole numbers."""
    texts = request.query.get(name, "").split(",")
    found = [key for text in texts if (key := read_key(text.strip())) is not None]
    if len(found) < len(texts):
        raise bad(f"{name} is required, as whole numbers")
    return found


def _is_set(request: Request, name: str) -> bool:
    return request.query.get(name, "").lower() == "true"


def _teacher(request: Request, database: sqlite3.Connection) -> int:
    """The Users.DCID of the gradebook's teacher, which plugins have to name."""
    users_dcid = _numbers(request, "users_dcid")[0]
    if database.execute("SELECT 1 FROM Users WHERE DCID = ?", [users_dcid]).fetchone() is None:
        raise missing()
    return users_dcid


def _taught(database: sqlite3.Connection, users_dcid: int) -> set[int]:
    """The Sections.DCID of the sections a teacher teaches."""
    sql = """SELECT DISTINCT s.DCID FROM Sections s JOIN SectionTeacher t ON t.SectionID = s.ID
        JOIN SchoolStaff f ON f.ID = t.TeacherID WHERE f.Users_DCID = ?"""
    return {dcid for (dcid,) in database.execute(sql, [users_dcid]).fetchall()}


def _check_taught(taught: set[int], sections: list[int]) -> None:
    if not set(sections) <= taught:
        raise Refusal(message_reply(403, "The teacher has no part in at least one of the sections"))


def _owned(request: Request, database: sqlite3.Connection, captured: tuple[str, ...]) -> int:
    """The key of an assignment in the path, if it is this teacher's."""
    key = read_key(captured[0])
    if key is None or assignments.owner(database, key) != _teacher(request, database):
        raise missing()
    return key


def _category(request: Request, database: sqlite3.Connection, captured: tuple[str, ...]) -> dict[str, object]:
    """The category in the path, if it is this teacher's."""
    key = read_key(captured[0])
    where = "TeacherCategoryID = ? AND UsersDCID = ?"
    found = rows(database, _CATEGORY_TABLE, (*CATEGORY, *_CATEGORY_OWNER), where, [key, _teacher(request, database)])
    if not found:
        raise missing()
    return found[0]
