"""Reads contacts out of the district as ``/ws/contacts`` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.server.contacts.fields import DEMOGRAPHICS, DETAILS, PARTS, Part, shown_block

if TYPE_CHECKING:
    from psconnect.demo.server.contacts.fields import Ask

_DETAIL_COLUMNS: Final = ", ".join(field.column for field in DETAILS)
#: A person is a contact unless it is a student (16.2: students are persons too).
IS_CONTACT: Final = "NOT EXISTS (SELECT 1 FROM Students s WHERE s.Person_ID = p.ID)"
_LEGACY: Final = (
    ("Mother", "Mother"),
    ("Father", "Father"),
    ("GuardianEmail", "Guardian"),
    ("Emerg_Contact_1", "Emergency Contact 1"),
    ("Emerg_Contact_2", "Emergency Contact 2"),
)


def contact(ask: Ask, contact_id: int) -> dict[str, object] | None:
    """A contact with all its blocks; None if no contact has this Person.ID."""
    root = demographics(ask, contact_id)
    if root is None:
        return None
    root |= {"mergedIds": None, "mergeAccountId": None, "@extensions": "personcorefields"}
    root |= {part.name: part_rows(ask, part, contact_id) for part in PARTS}
    return {**root, "contactAccount": _account(ask, contact_id), "contactStudents": contact_students(ask, contact_id)}


def demographics(ask: Ask, contact_id: int) -> dict[str, object] | None:
    """The name block of a contact."""
    columns = ", ".join(f"p.{field.column}" for field in DEMOGRAPHICS)
    sql = f"SELECT {columns} FROM Person p WHERE p.ID = ? AND {IS_CONTACT}"  # noqa: S608 - columns of the schema
    row = next(iter(ask(sql, [contact_id])), None)
    return None if row is None else {"contactId": contact_id, **shown_block(DEMOGRAPHICS, row, ask)}


def part_rows(ask: Ask, part: Part, contact_id: int, row_id: int | None = None) -> list[dict[str, object]]:
    """The rows of a part of a contact in their order, or the one with this key."""
    columns = [
        f"a.{part.table}ID",
        f"v.{part.link}",
        *(f"a.{one.column}" for one in part.fields),
        *(f"v.{one.column}" for one in part.value_fields),
    ]
    sql = (
        f"SELECT {', '.join(columns)} FROM {part.table} a JOIN {part.value_table} v ON v.{part.link} = a.{part.link} "  # noqa: S608 - names of the schema
        f"WHERE a.PersonID = ?{'' if row_id is None else f' AND a.{part.table}ID = ?'} "
        f"ORDER BY a.{part.order}, a.{part.table}ID"
    )
    rows = list(ask(sql, [contact_id] if row_id is None else [contact_id, row_id]))
    return [
        {
            part.key: key,
            part.value_key: value_key,
            **shown_block((*part.fields, *part.value_fields), values, ask),
        }
        for key, value_key, *values in rows
    ]


def contact_students(ask: Ask, contact_id: int, row_id: int | None = None) -> list[dict[str, object]]:
    """The students of a contact with their relationship rows, or the one with this StudentContactAssocID."""
    sql = f"""
        SELECT a.StudentContactAssocID, a.ContactPriorityOrder, a.StudentDCID, s.Student_Number, g.GuardianID,
               EXISTS (SELECT 1 FROM GuardianStudent w
                       WHERE w.GuardianID = g.GuardianID AND w.StudentsDCID = a.StudentDCID)
        FROM StudentContactAssoc a JOIN Students s ON s.DCID = a.StudentDCID
        LEFT JOIN GuardianPersonAssoc g ON g.PersonID = a.PersonID
        WHERE a.PersonID = ?{"" if row_id is None else " AND a.StudentContactAssocID = ?"}
        ORDER BY a.StudentContactAssocID"""  # noqa: S608 - no text from outside
    rows = list(ask(sql, [contact_id] if row_id is None else [contact_id, row_id]))
    return [
        {
            "studentContactId": key,
            "sequence": sequence,
            "dcid": dcid,
            "studentNumber": str(number),
            "guardianId": guardian,
            "canAccessData": bool(access),
            "restrictions": None,
            "studentDetails": student_details(ask, key),
        }
        for key, sequence, dcid, number, guardian, access in rows
    ]


def student_details(ask: Ask, student_contact_id: int, row_id: int | None = None) -> list[dict[str, object]]:
    """The relationship rows of a contact and a student, or the one with this StudentContactDetailID."""
    sql = (
        f"SELECT StudentContactDetailID, {_DETAIL_COLUMNS} FROM StudentContactDetail WHERE StudentContactAssocID = ?"  # noqa: S608 - names of the schema
        f"{'' if row_id is None else ' AND StudentContactDetailID = ?'} ORDER BY StudentContactDetailID"
    )
    rows = list(ask(sql, [student_contact_id] if row_id is None else [student_contact_id, row_id]))
    return [{"studentContactDetailId": key, **shown_block(DETAILS, values, ask)} for key, *values in rows]


def _account(ask: Ask, contact_id: int) -> dict[str, object] | None:
    sql = """
        SELECT c.IsEnabled, c.UserName FROM GuardianPersonAssoc a JOIN Guardian g ON g.GuardianID = a.GuardianID
        JOIN PCAS_Account c ON c.PCAS_AccountToken = g.AccountIdentifier WHERE a.PersonID = ?"""
    for enabled, name in ask(sql, [contact_id]):
        return {"enabled": bool(enabled), "userName": name, "password": None}
    return None


def contact_ids(ask: Ask, limit: int | None, offset: int) -> list[int]:
    """A page of the contacts' ids in ascending order."""
    sql = f"SELECT p.ID FROM Person p WHERE {IS_CONTACT} ORDER BY p.ID LIMIT ? OFFSET ?"  # noqa: S608 - no text from outside
    return [key for (key,) in ask(sql, [-1 if limit is None else limit, offset])]


def ids_of_student(ask: Ask, student_dcid: int) -> list[int] | None:
    """The contacts of a student in their order; None if there is no such student."""
    if not list(ask("SELECT 1 FROM Students WHERE DCID = ?", [student_dcid])):
        return None
    sql = """SELECT PersonID FROM StudentContactAssoc WHERE StudentDCID = ?
        ORDER BY ContactPriorityOrder, StudentContactAssocID"""
    return list(dict.fromkeys(key for (key,) in ask(sql, [student_dcid])))


def legacy_types(ask: Ask, student_dcid: int) -> list[str] | None:
    """Which of the old contact columns of a student are filled; None if there is no such student."""
    columns = ", ".join(column for column, _ in _LEGACY)
    row: tuple[Any, ...] | None = next(
        iter(ask(f"SELECT {columns} FROM Students WHERE DCID = ?", [student_dcid])),  # noqa: S608 - names of the schema
        None,
    )
    if row is None:
        return None
    return [label for (_, label), value in zip(_LEGACY, row, strict=True) if value]
