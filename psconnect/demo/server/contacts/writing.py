"""Creates, changes and deletes contacts. Every function works inside one transaction of its caller."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.server.contacts.fields import (
    DEMOGRAPHICS,
    DETAILS,
    PARTS,
    BadContactError,
    Part,
    stored_block,
)
from psconnect.demo.server.writes.rows import delete, insert, update

if TYPE_CHECKING:
    import sqlite3

    from psconnect.demo.district.rows import Value

_SENT = dict[str, Any]
_LONGEST_NAME: Final = 80


def create_contact(database: sqlite3.Connection, body: _SENT) -> int:
    """Create a contact with all blocks of the body, and return its Person.ID.

    Raises:
        BadContactError: for a value that does not fit.

    """
    values = stored_block(DEMOGRAPHICS, body, "Person", database.execute, new=True)
    if "active" not in body:
        values["IsActive"] = 1
    (highest,) = database.execute("SELECT max(ID) FROM Person").fetchone()
    contact_id = int(highest) + 1
    insert(database, "Person", {"ID": contact_id, **values})
    for part in PARTS:
        for row in _objects(body, part.name):
            create_part(database, part, contact_id, row)
    account = body.get("contactAccount")
    if account is not None:
        _create_account(database, contact_id, values, account)
    for row in _objects(body, "contactStudents"):
        create_student(database, contact_id, row)
    return contact_id


def _objects(body: _SENT, key: str) -> list[_SENT]:
    rows = body.get(key)
    if rows is None:
        return []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        message = f"{key} must be a list of objects"
        raise BadContactError(message)
    return rows


def change_demographics(database: sqlite3.Connection, contact_id: int, body: _SENT) -> None:
    """Set the keys of the name block that the body names."""
    values = stored_block(DEMOGRAPHICS, body, "Person", database.execute, new=False)
    (dcid,) = database.execute("SELECT DCID FROM Person WHERE ID = ?", [contact_id]).fetchone()
    update(database, "Person", dcid, values)


def delete_contact(database: sqlite3.Connection, contact_id: int) -> None:
    """Delete a contact with everything that hangs on it, the portal account included."""
    for part in PARTS:
        for (key,) in _keys(database, part.table, "PersonID", contact_id):
            delete_part(database, part, key)
    for (key,) in _keys(database, "StudentContactAssoc", "PersonID", contact_id):
        delete_student(database, contact_id, key)
    accounts = database.execute(
        """SELECT a.GuardianID, g.AccountIdentifier FROM GuardianPersonAssoc a
        JOIN Guardian g ON g.GuardianID = a.GuardianID WHERE a.PersonID = ?""",
        [contact_id],
    ).fetchall()
    for guardian, token in accounts:
        for (account,) in database.execute(
            "SELECT PCAS_AccountID FROM PCAS_Account WHERE PCAS_AccountToken = ?", [token]
        ).fetchall():
            delete(database, "PCAS_EmailContact", account, "PCAS_AccountID")
            delete(database, "PCAS_Account", account)
        for table in ("GuardianStudent", "GuardianPersonAssoc", "Guardian"):
            delete(database, table, guardian, "GuardianID")
    delete(database, "Person", contact_id, "ID")


def _keys(database: sqlite3.Connection, table: str, column: str, value: int) -> list[tuple[int]]:
    return database.execute(f"SELECT {table}ID FROM {table} WHERE {column} = ?", [value]).fetchall()  # noqa: S608 - names of the schema


# -- e-mails, phones, addresses ----------------------------------------------------------------------------------------


def create_part(database: sqlite3.Connection, part: Part, contact_id: int, body: _SENT) -> int:
    """Add a row to a part of a contact and return its key; without a sequence it comes last."""
    values = stored_block(part.fields, body, part.table, database.execute, new=True)
    value = stored_block(part.value_fields, body, part.value_table, database.execute, new=True)
    if values.get(part.order) is None:
        sql = f"SELECT coalesce(max({part.order}), 0) + 1 FROM {part.table} WHERE PersonID = ?"  # noqa: S608 - names of the schema
        (values[part.order],) = database.execute(sql, [contact_id]).fetchone()
    _make_room(database, part, contact_id, values)
    value_id = insert(database, part.value_table, value)
    return insert(database, part.table, {"PersonID": contact_id, part.link: value_id, **values})


def change_part(database: sqlite3.Connection, part: Part, contact_id: int, row_id: int, body: _SENT) -> None:
    """Set the columns that the body names; a value shared with others first gets its own row."""
    values = stored_block(part.fields, body, part.table, database.execute, new=False)
    value = stored_block(part.value_fields, body, part.value_table, database.execute, new=False)
    _make_room(database, part, contact_id, values)
    update(database, part.table, row_id, values)
    if not value:
        return
    value_id = _value_id(database, part, row_id)
    if _users(database, part, value_id) > 1:
        names = ", ".join(field.column for field in part.value_fields)
        copied = database.execute(
            f"INSERT INTO {part.value_table} ({names}) SELECT {names} FROM {part.value_table} WHERE {part.link} = ?",  # noqa: S608 - names of the schema
            [value_id],
        )
        value_id = int(copied.lastrowid or 0)
        update(database, part.table, row_id, {part.link: value_id})
    update(database, part.value_table, value_id, value)


def delete_part(database: sqlite3.Connection, part: Part, row_id: int) -> None:
    """Delete a row of a part, and its value unless others share it."""
    value_id = _value_id(database, part, row_id)
    delete(database, part.table, row_id)
    if _users(database, part, value_id) == 0:
        delete(database, part.value_table, value_id)


def _value_id(database: sqlite3.Connection, part: Part, row_id: int) -> int:
    sql = f"SELECT {part.link} FROM {part.table} WHERE {part.table}ID = ?"  # noqa: S608 - names of the schema
    (value_id,) = database.execute(sql, [row_id]).fetchone()
    return int(value_id)


def _users(database: sqlite3.Connection, part: Part, value_id: int) -> int:
    sql = f"SELECT count(*) FROM {part.table} WHERE {part.link} = ?"  # noqa: S608 - names of the schema
    (count,) = database.execute(sql, [value_id]).fetchone()
    return int(count)


def _make_room(database: sqlite3.Connection, part: Part, contact_id: int, values: dict[str, Value]) -> None:
    """Take the flag that only one row may have from the others, if these values set it."""
    if part.only_one and values.get(part.only_one):
        sql = f"UPDATE {part.table} SET {part.only_one} = 0 WHERE PersonID = ? AND {part.only_one} = 1"  # noqa: S608 - names of the schema
        database.execute(sql, [contact_id])


# -- students ----------------------------------------------------------------------------------------------------------


def create_student(database: sqlite3.Connection, contact_id: int, body: _SENT) -> int:
    """Make a contact one of a student's (``dcid``), and return the StudentContactAssocID.

    Raises:
        BadContactError: for an unknown student, or one who has this contact already.

    """
    dcid = body.get("dcid")
    if not isinstance(dcid, int) or not database.execute("SELECT 1 FROM Students WHERE DCID = ?", [dcid]).fetchone():
        message = "dcid is not the DCID of a student"
        raise BadContactError(message)
    known = database.execute(
        "SELECT 1 FROM StudentContactAssoc WHERE StudentDCID = ? AND PersonID = ?", [dcid, contact_id]
    ).fetchone()
    if known:
        message = "The student has this contact already"
        raise BadContactError(message)
    (order,) = database.execute(
        "SELECT coalesce(max(ContactPriorityOrder), 0) + 1 FROM StudentContactAssoc WHERE StudentDCID = ?", [dcid]
    ).fetchone()
    sequence = _sequence(body, order)
    values = {"StudentDCID": dcid, "PersonID": contact_id, "ContactPriorityOrder": sequence}
    key = insert(database, "StudentContactAssoc", values)
    for row in _objects(body, "studentDetails"):
        create_detail(database, key, row)
    if "canAccessData" in body:
        _set_access(database, contact_id, dcid, body["canAccessData"])
    return key


def change_student(database: sqlite3.Connection, contact_id: int, row_id: int, body: _SENT) -> None:
    """Set the sequence and the access to the student's data, if the body names them."""
    if "sequence" in body:
        update(database, "StudentContactAssoc", row_id, {"ContactPriorityOrder": _sequence(body, 1)})
    if "canAccessData" in body:
        _set_access(database, contact_id, _student_of(database, row_id), body["canAccessData"])


def delete_student(database: sqlite3.Connection, contact_id: int, row_id: int) -> None:
    """End that a contact is one of a student's; its relationship rows and its access go with it."""
    _set_access(database, contact_id, _student_of(database, row_id), wanted=False)
    delete(database, "StudentContactDetail", row_id, "StudentContactAssocID")
    delete(database, "StudentContactAssoc", row_id)


def _student_of(database: sqlite3.Connection, row_id: int) -> int:
    sql = "SELECT StudentDCID FROM StudentContactAssoc WHERE StudentContactAssocID = ?"
    return int(database.execute(sql, [row_id]).fetchone()[0])


def _sequence(body: _SENT, default: int) -> int:
    sequence = body.get("sequence", default)
    if isinstance(sequence, bool) or not isinstance(sequence, int):
        message = "sequence must be a whole number"
        raise BadContactError(message)
    return sequence


def create_detail(database: sqlite3.Connection, student_contact_id: int, body: _SENT) -> int:
    """Add a relationship row and return its key; a row is active unless the body says otherwise."""
    values = stored_block(DETAILS, {"active": True, **body}, "StudentContactDetail", database.execute, new=True)
    key = insert(database, "StudentContactDetail", {"StudentContactAssocID": student_contact_id, **values})
    _set_current(database, student_contact_id)
    return key


def change_detail(database: sqlite3.Connection, student_contact_id: int, row_id: int, body: _SENT) -> None:
    """Set what the body names of a relationship row."""
    values = stored_block(DETAILS, body, "StudentContactDetail", database.execute, new=False)
    update(database, "StudentContactDetail", row_id, values)
    _set_current(database, student_contact_id)


def delete_detail(database: sqlite3.Connection, student_contact_id: int, row_id: int) -> None:
    """Delete a relationship row."""
    delete(database, "StudentContactDetail", row_id)
    _set_current(database, student_contact_id)


def _set_current(database: sqlite3.Connection, student_contact_id: int) -> None:
    """Keep the current relationship type what the newest active row says (16.7)."""
    database.execute(
        """UPDATE StudentContactAssoc SET CurrRelTypeCodeSetID = (
            SELECT d.RelationshipTypeCodeSetID FROM StudentContactDetail d
            WHERE d.StudentContactAssocID = StudentContactAssoc.StudentContactAssocID
            ORDER BY d.IsActive DESC, d.StudentContactDetailID DESC LIMIT 1)
        WHERE StudentContactAssocID = ?""",
        [student_contact_id],
    )


# -- the portal account ------------------------------------------------------------------------------------------------


def _create_account(database: sqlite3.Connection, contact_id: int, person: dict[str, Value], account: object) -> None:
    """Give a contact a portal account. A password is taken and forgotten: nobody signs in to this portal."""
    name = account.get("userName") if isinstance(account, dict) else None
    if not isinstance(account, dict) or not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
        message = f"contactAccount needs a userName of at most {_LONGEST_NAME} characters"
        raise BadContactError(message)
    if database.execute("SELECT 1 FROM PCAS_Account WHERE lower(UserName) = lower(?)", [name]).fetchone():
        message = "contactAccount: this userName is taken"
        raise BadContactError(message)
    token = f"demo-{uuid.uuid4().hex[:12]}"
    names = {column: person[column] for column in ("FirstName", "LastName")}
    guardian = insert(database, "Guardian", {**names, "AccountIdentifier": token})
    insert(database, "GuardianPersonAssoc", {"GuardianID": guardian, "PersonID": contact_id})
    enabled = int(account.get("enabled") is not False)
    insert(database, "PCAS_Account", {"PCAS_AccountToken": token, "UserName": name, "IsEnabled": enabled})


def _set_access(database: sqlite3.Connection, contact_id: int, dcid: int, wanted: object) -> None:
    if not isinstance(wanted, bool):
        message = "canAccessData must be true or false"
        raise BadContactError(message)
    row = database.execute("SELECT GuardianID FROM GuardianPersonAssoc WHERE PersonID = ?", [contact_id]).fetchone()
    if row is None:
        if wanted:
            message = "canAccessData needs a contact with an account"
            raise BadContactError(message)
        return
    database.execute("DELETE FROM GuardianStudent WHERE GuardianID = ? AND StudentsDCID = ?", [row[0], dcid])
    if wanted:
        insert(database, "GuardianStudent", {"GuardianID": row[0], "StudentsDCID": dcid})
