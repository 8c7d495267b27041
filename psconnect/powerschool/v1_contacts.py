"""Contacts by ``/ws/contacts``, for who has neither queries nor tables: one call a student (powerschool-api.md 8).

Unlike ``/ws/v1`` it is ordinary JSON: camelCase, lists that stay lists, numbers and flags that are some.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import msgspec

from psconnect.powerschool.client import PowerSchoolClient

Values = dict[str, str]


class _Email(msgspec.Struct, rename="camel"):
    contact_email_id: int
    primary: bool | None = None
    address: str | None = None


class _Phone(msgspec.Struct, rename="camel"):
    contacts_phone_id: int
    phone_number: str | None = None


class _Detail(msgspec.Struct, rename="camel"):
    student_contact_detail_id: int
    relationship: str | None = None
    active: bool | None = None
    custodial: bool | None = None
    emergency: bool | None = None
    lives_with: bool | None = None
    school_pickup: bool | None = None
    receives_mail: bool | None = None


class _Student(msgspec.Struct, rename="camel"):
    student_contact_id: int
    dcid: int
    guardian_id: int | None = None
    student_details: list[_Detail] = []


class _Contact(msgspec.Struct, rename="camel"):
    contact_id: int
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    emails: list[_Email] = []
    phones: list[_Phone] = []
    contact_students: list[_Student] = []


@dataclass
class Contacts:
    """Contacts by Person.ID and relationships by StudentContactAssocID, as values of their streams' rows."""

    contacts: dict[int, Values] = field(default_factory=dict)
    relationships: dict[int, Values] = field(default_factory=dict)


def read_contacts(client: PowerSchoolClient, students: Iterable[int], news: Callable[[int], None]) -> Contacts:
    """All contacts of these students (Students.DCID); ``news`` hears of the students done."""
    found = Contacts()
    for done, student in enumerate(students, start=1):
        contacts = client.read("GET", f"/ws/contacts/student/{student}", "the contacts of a student", _decode)
        for contact in contacts:
            found.contacts[contact.contact_id] = _contact_values(contact)
            for one in contact.contact_students:
                if one.dcid == student:
                    found.relationships[one.student_contact_id] = _relationship_values(contact.contact_id, one)
        news(done)
    return found


# Made here and not when first needed: msgspec crashes when two threads work the same type out at once.
_decode = msgspec.json.Decoder(list[_Contact]).decode


def _contact_values(contact: _Contact) -> Values:
    """Of several addresses the primary one, of several numbers the oldest, as with the other ways to read."""
    primary = [one for one in contact.emails if one.primary]
    email = min(primary, key=lambda one: one.contact_email_id, default=None)
    phone = min(contact.phones, key=lambda one: one.contacts_phone_id, default=None)
    return {
        "id": str(contact.contact_id),
        "firstname": contact.first_name or "",
        "middlename": contact.middle_name or "",
        "lastname": contact.last_name or "",
        "email": (email.address if email else None) or "",
        "phone": (phone.phone_number if phone else None) or "",
        "account": next((str(one.guardian_id) for one in contact.contact_students if one.guardian_id), ""),
    }


def _relationship_values(contact: int, one: _Student) -> Values:
    """The oldest active row of a relationship; without one it has ended, and its row says only whose it was."""
    values = {
        "studentcontactassocid": str(one.student_contact_id),
        "studentdcid": str(one.dcid),
        "personid": str(contact),
    }
    active = [detail for detail in one.student_details if detail.active]
    if not active:
        return values
    detail = min(active, key=lambda each: each.student_contact_detail_id)
    return values | {
        "relation": detail.relationship or "",
        "custodial": _flag(detail.custodial),
        "emergency": _flag(detail.emergency),
        "lives_with": _flag(detail.lives_with),
        "school_pickup": _flag(detail.school_pickup),
        "receives_mail": _flag(detail.receives_mail),
        "detail_id": str(detail.student_contact_detail_id),
    }


def _flag(value: bool | None) -> str:  # noqa: FBT001 - it is what the wire has
    return "" if value is None else "1" if value else "0"
