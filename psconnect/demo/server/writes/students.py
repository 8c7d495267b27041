"""``POST /ws/v1/student``: inserts and updates students, each record on its own (13.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.server.body import as_list, base_url, read_v1_object
from psconnect.demo.server.extensions import extension_tables
from psconnect.demo.server.messages import Refusal, Reply
from psconnect.demo.server.routes import Route
from psconnect.demo.server.v1.wire import v1_message, v1_reply
from psconnect.demo.server.writes.rows import delete, exists, insert, update
from psconnect.demo.server.writes.student_rules import StudentReader, StudentWrite

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from psconnect.demo.server.database import District
    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.messages import Request
    from psconnect.demo.server.quirks import Quirks

_FEES_FAILED: Final = {
    "field": "student/fees",
    "warning_code": "FEES_ASSIGN_FEES_FAILED",
    "warning_description": "The student was saved, but fees could not be assigned",
}
_CURRENT_EMAIL: Final = 11


class Students:
    """Answers writes to ``/ws/v1/student``."""

    def __init__(self, district: District, quirks: Callable[[], Quirks]) -> None:
        self._district = district
        self._quirks = quirks

    def routes(self) -> list[Route]:
        """The path with its handler."""
        return [Route("POST", "/ws/v1/student", self._post, v1_level="FULL")]

    def _post(self, request: Request, plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        body = read_v1_object(request)
        wrapper = body.get("students")
        records = as_list(wrapper.get("student")) if isinstance(wrapper, dict) else []
        if not records:
            raise Refusal(v1_message(400, "The request has no students.student"))
        quirks = self._quirks()
        counts = {"insert_count": 0, "update_count": 0, "delete_count": 0}
        results = []
        with self._district.transaction() as database:
            strict = quirks.student_unknown_fields == "refuse"
            reader = StudentReader(database, plugin, extension_tables("Students"), strict=strict)
            for record in records:
                write = reader.read(record)
                if not write.errors:
                    counts["insert_count" if write.action == "INSERT" else "update_count"] += 1
                    write.key = store(database, write)
                results.append(_result(write, base_url(request), warn=quirks.student_fee_warning))
        shown = counts if quirks.student_zero_counts else {name: count for name, count in counts.items() if count}
        return v1_reply(request, 200, "results", {**shown, "result": results}, quirks)


def _result(write: StudentWrite, base: str, *, warn: bool) -> dict[str, Any]:
    head = {"client_uid": write.client_uid} if write.client_uid else {}
    action = {"action": write.action} if write.action else {}
    if write.errors:
        errors = [{"field": field, "error_code": code, "error_description": text} for field, code, text in write.errors]
        return {**head, "status": "ERROR", **action, "error_message": {"error": errors}}
    success = {"success_message": {"id": write.key, "ref": f"{base}/ws/v1/student/{write.key}"}}
    if warn and write.action == "INSERT":
        return {**head, "status": "WARNING", **action, **success, "warning_message": {"warning": [_FEES_FAILED]}}
    return {**head, "status": "SUCCESS", **action, **success}


def store(database: sqlite3.Connection, write: StudentWrite) -> int:
    """Store a valid record and return the student's DCID."""
    columns = dict(write.columns)
    if write.key is None:
        key = _insert(database, columns)
    else:
        key = write.key
        update(database, "Students", key, columns)
    number, person, first, last = database.execute(
        "SELECT ID, Person_ID, First_Name, Last_Name FROM Students WHERE DCID = ?", [key]
    ).fetchone()
    update(database, "Students", key, {"LastFirst": f"{last}, {first}"})
    database.execute("UPDATE Person SET FirstName = ?, LastName = ? WHERE ID = ?", [first, last, person])
    if write.email is not None:
        _set_email(database, person, write.email)
    if write.races is not None:
        delete(database, "StudentRace", number, "StudentID")
        for code in write.races:
            insert(database, "StudentRace", {"StudentID": number, "RaceCD": code})
    for table, values in write.extensions.items():
        _set_extension(database, table, key, values)
    return key


def _insert(database: sqlite3.Connection, columns: dict[str, Any]) -> int:
    """Insert a student and its person; by default active and with the next number."""
    (number,) = database.execute("SELECT max(Student_Number) + 1 FROM Students").fetchone()
    (person,) = database.execute("SELECT max(ID) + 1 FROM Person").fetchone()
    insert(database, "Person", {"ID": person, "IsActive": 1})
    entry = {"SchoolEntryDate": columns["EntryDate"], "SchoolEntryGradeLevel": columns["Grade_Level"]}
    defaults = {"Enroll_Status": 0, "Student_Number": number, "Student_AllowWebAccess": 0, "FedEthnicity": 0, **entry}
    return insert(database, "Students", {**defaults, **columns, "Person_ID": person})


def _set_email(database: sqlite3.Connection, person: int, email: str) -> None:
    """Set a person's main address: the primary one, else the first."""
    row = database.execute(
        """SELECT PersonEmailAddressAssocID, EmailAddressID FROM PersonEmailAddressAssoc WHERE PersonID = ?
        ORDER BY IsPrimaryEmailAddress DESC, EmailAddressPriorityOrder LIMIT 1""",
        [person],
    ).fetchone()
    if row is not None:
        assoc, old = row
        delete(database, "PersonEmailAddressAssoc", assoc)
        if not database.execute("SELECT 1 FROM PersonEmailAddressAssoc WHERE EmailAddressID = ?", [old]).fetchone():
            delete(database, "EmailAddress", old)
    if email:
        key = insert(database, "EmailAddress", {"EmailAddress": email})
        link = {"PersonID": person, "EmailAddressID": key, "EmailTypeCodeSetID": _CURRENT_EMAIL}
        insert(
            database, "PersonEmailAddressAssoc", {**link, "IsPrimaryEmailAddress": 1, "EmailAddressPriorityOrder": 1}
        )


def _set_extension(database: sqlite3.Connection, table: str, key: int, values: dict[str, Any]) -> None:
    definition = next(one for one in extension_tables("Students") if one.name == table)
    if exists(database, definition, key):
        update(database, table, key, values)
    else:
        insert(database, table, {definition.primary_key: key, **values})
