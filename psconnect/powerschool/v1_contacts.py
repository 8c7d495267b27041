"""Contacts from ``/ws/contacts``, for plugins without queries and tables: one call per student.

Unlike ``/ws/v1`` it is ordinary JSON: camelCase, real lists, numbers and flags (docs/powerschool.md 8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import msgspec

from psconnect.powerschool.client import PowerSchoolClient

_Values = dict[str, str]


class _Email(msgspec.Struct, rename="camel"):
    contact_email_id: int
    primary: bool | None = None
    address: str | None = None


class _Phone(msgspec.Struct, rename="camel"):
    contacts_phone_id: int
    sequence: int | None = None
    preferred: bool | None = None
    phone_number: str | None = None


class _Detail(msgspec.Struct, rename="camel"):
    student_contact_detail_id: int
    relationship: str | None = None
    active: bool | None = None
    start_date: str | None = None
    end_date: str | None = None
    custodial: bool | None = None
    emergency: bool | None = None
    lives_with: bool | None = None
    school_pickup: bool | None = None
    receives_mail: bool | None = None


class _Student(msgspec.Struct, rename="camel"):
    student_contact_id: int
    dcid: int
    student_details: list[_Detail] = []


class _Account(msgspec.Struct):
    enabled: bool | None = None


class _Contact(msgspec.Struct, rename="camel"):
    contact_id: int
    active: bool | None = None
    contact_account: _Account | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    emails: list[_Email] = []
    phones: list[_Phone] = []
    contact_students: list[_Student] = []


@dataclass
class Contacts:
    """Contacts and portal accounts by Person.ID, relationships by StudentContactAssocID, as values of their rows."""

    contacts: dict[int, _Values] = field(default_factory=dict)
    accounts: dict[int, _Values] = field(default_factory=dict)
    relationships: dict[int, _Values] = field(default_factory=dict)


def read_contacts(
    client: PowerSchoolClient, students: Iterable[int], today: str, news: Callable[[int], None]
) -> Contacts:
    """All contacts of these students (Students.DCID) as of a day; ``news`` is called with the students done."""
    found = Contacts()
    for done, student in enumerate(students, start=1):
        contacts = client.read("GET", f"/ws/contacts/student/{student}", "the contacts of a student", _decode)
        for contact in contacts:
            found.contacts[contact.contact_id] = _contact_values(contact)
            if contact.contact_account:
                found.accounts[contact.contact_id] = _account_values(contact.contact_id, contact.contact_account)
            for one in contact.contact_students:
                if one.dcid == student:
                    values = _relationship_values(contact.contact_id, one, today)
                    found.relationships[one.student_contact_id] = values
        news(done)
    return found


# Made at import, not on first use: msgspec crashes if two threads prepare the same type at once.
_decode = msgspec.json.Decoder(list[_Contact]).decode


def _contact_values(contact: _Contact) -> _Values:
    """A contact's values; of several addresses and numbers, the first in PowerSchool's order as far as known (8)."""
    email = min(contact.emails, key=lambda one: (not one.primary, one.contact_email_id), default=None)
    phone = min(contact.phones, key=_place_of, default=None)
    return {
        "id": str(contact.contact_id),
        "firstname": contact.first_name or "",
        "middlename": contact.middle_name or "",
        "lastname": contact.last_name or "",
        "isactive": _flag(contact.active),
        "email": (email.address if email else None) or "",
        "phone": (phone.phone_number if phone else None) or "",
    }


def _place_of(phone: _Phone) -> tuple[bool, int, bool, int]:
    return phone.sequence is None, phone.sequence or 0, not phone.preferred, phone.contacts_phone_id


def _account_values(contact: int, account: _Account) -> _Values:
    return {"guardianpersonassocid": str(contact), "personid": str(contact), "enabled": _flag(account.enabled)}


def _relationship_values(contact: int, one: _Student, today: str) -> _Values:
    """A relationship's oldest active row on that day; if it has ended, only whose it was."""
    values = {
        "studentcontactassocid": str(one.student_contact_id),
        "studentdcid": str(one.dcid),
        "personid": str(contact),
    }
    active = [
        detail
        for detail in one.student_details
        if detail.active and (detail.start_date or today)[:10] <= today <= (detail.end_date or today)[:10]
    ]
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
