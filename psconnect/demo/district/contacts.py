"""The students' contacts, their e-mail addresses and phones, and their portal accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from psconnect.demo.district.names import STREETS
from psconnect.demo.district.people import HISTORICAL, account_name
from psconnect.demo.district.rows import chance

if TYPE_CHECKING:
    import random

    from psconnect.demo.district.believable import People
    from psconnect.demo.district.people import Student
    from psconnect.demo.district.rows import Row, RowWriter
    from psconnect.demo.district.years import SchoolYear

_RELATIONS: Final = ("Mother", "Father", "Grandmother", "Stepfather", "Guardian", "Aunt", "Foster Parent", "Neighbor")
#: CodeSetID by meaning; relationship types are numbered in the order above.
_RELATION_BASE: Final = 201
_CODES: Final = (
    *((_RELATION_BASE + at, "Relationship", name, name) for at, name in enumerate(_RELATIONS)),
    (11, "Email", "Current", "Current"),
    (21, "Phone", "Mobile", "Mobile"),
    (22, "Phone", "Home", "Home"),
    (23, "Phone", "Work", "Work"),
    (12, "Email", "Work", "Work"),
    (31, "Address", "Home", "Home"),
    (32, "Address", "Mailing", "Mailing"),
    (41, "Gender", "F", "Female"),
    (42, "Gender", "M", "Male"),
    (51, "Prefix", "Ms.", "Ms."),
    (52, "Prefix", "Mr.", "Mr."),
    (53, "Prefix", "Dr.", "Dr."),
    (61, "Suffix", "Jr.", "Jr."),
    (62, "Suffix", "Sr.", "Sr."),
    (71, "Language", "en", "English"),
    (72, "Language", "es", "Spanish"),
    (73, "Language", "vi", "Vietnamese"),
)
FIRST_CONTACT: Final = 300_000


@dataclass(slots=True)
class _Book:
    """Rows of the contact tables while they are collected."""

    people: People
    person: list[Row] = field(default_factory=list)
    assoc: list[Row] = field(default_factory=list)
    detail: list[Row] = field(default_factory=list)
    email_assoc: list[Row] = field(default_factory=list)
    email: list[Row] = field(default_factory=list)
    phone_assoc: list[Row] = field(default_factory=list)
    phone: list[Row] = field(default_factory=list)
    address_assoc: list[Row] = field(default_factory=list)
    address: list[Row] = field(default_factory=list)
    guardian: list[Row] = field(default_factory=list)
    guardian_student: list[Row] = field(default_factory=list)
    guardian_person: list[Row] = field(default_factory=list)
    account: list[Row] = field(default_factory=list)
    account_mail: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class _Contact:
    person_id: int
    relation: int
    custodial: bool
    account: int | None


def write_contacts(writer: RowWriter, seed: int, students: list[Student], year: SchoolYear, people: People) -> None:
    """Write about 1.6 contacts per student; siblings share theirs."""
    rng = chance(seed, len(students), "contacts")
    book = _Book(people)
    families: dict[int, list[_Contact]] = {}
    start = year.shifted(-2).first_day.isoformat()
    for student in students:
        if student.status == HISTORICAL:
            continue
        contacts = families.get(student.family)
        if contacts is None:
            contacts = families[student.family] = _household(book, rng, student)
        for order, contact in enumerate(contacts, start=1):
            _link(book, student, contact, order, start)
    _write(writer, book)


def _household(book: _Book, rng: random.Random, student: Student) -> list[_Contact]:
    """One to three contacts per family; sometimes the first one is entered twice."""
    count = rng.choices((0, 1, 2, 3), (4, 43, 42, 11))[0]
    contacts = []
    for place in range(count):
        relation = place if place < 2 else 2 + rng.randrange(len(_RELATIONS) - 2)
        last = student.last if place == 0 or rng.random() < 0.6 else rng.choice(book.people.family)
        contacts.append(_contact(book, rng, book.people.parent(rng, relation), last, relation, place, student.family))
    if contacts and student.family % 60 == 20:
        _, _, given, family, _ = book.person[-len(contacts)]
        contacts.append(_contact(book, rng, str(given), str(family), 0, 0, student.family))
    return contacts


def _contact(
    book: _Book, rng: random.Random, first: str, last: str, relation: int, place: int, family: int
) -> _Contact:
    at = len(book.person)
    person_id = FIRST_CONTACT + at
    book.person.append((person_id + 12, person_id, first, last, 0 if at % 150 == 70 else 1))
    mail = f"{account_name(first, last, at)}@mail.example.org" if rng.random() < 0.88 else None
    if mail:
        key = 800_000 + at
        book.email.append((key, mail))
        book.email_assoc.append((600_000 + 2 * at, person_id, key, 1, 1, 11))
        if at % 17 == 3:
            book.email.append((key + 1_000_000, f"work.{mail}"))
            book.email_assoc.append((600_001 + 2 * at, person_id, key + 1_000_000, 0, 2, 11))
    if rng.random() < 0.9:
        key = 700_000 + at
        number = f"555-01{at % 100:02d}" if at % 3 else f"55501{at % 100000:05d}"
        book.phone.append((key, number))
        book.phone_assoc.append((500_000 + at, person_id, key, 1, 1 if at % 4 else 0, 21 if at % 5 else 22))
    if at % 6 != 4:
        # No random draw here, so that families stay the same as before there were addresses.
        town, postcode = book.people.towns[(family if place == 0 else at) % len(book.people.towns)]
        house = family if place == 0 else at
        street = f"{1 + house % 900} {STREETS[house % len(STREETS)]} St"
        book.address.append((650_000 + at, street, town, "IL", "US", postcode))
        book.address_assoc.append((660_000 + at, person_id, 650_000 + at, 31, 1))
    account = _account(book, at, person_id, first, last, mail) if mail and rng.random() < 0.7 else None
    # In every ninth family the father lives elsewhere and has no custody.
    custodial = place < 2 and not (place == 1 and at % 9 == 2)
    return _Contact(person_id, relation, custodial, account)


def _account(book: _Book, at: int, person_id: int, first: str, last: str, mail: str) -> int:
    guardian = 40_000 + at
    token = f"demo-{guardian:08x}"
    book.guardian.append((guardian, first, last, token))
    book.guardian_person.append((41_000 + at, guardian, person_id))
    account = 90_000 + at
    book.account.append((account, token, account_name(first, last, at), 0 if at % 25 == 9 else 1))
    book.account_mail.append((95_000 + at, account, mail))
    return guardian


def _link(book: _Book, student: Student, contact: _Contact, order: int, start: str) -> None:
    key = 150_000 + len(book.assoc)
    relation = _RELATION_BASE + contact.relation
    book.assoc.append((key, student.dcid, contact.person_id, relation, order))
    custodial = 1 if contact.custodial else 0
    ended = key % 41 == 7
    if ended:
        # An earlier, ended state of the relationship; the next row holds the current one.
        old = 250_000 + 2 * len(book.assoc) + 1
        book.detail.append((old, key, relation, 0, 0, 0, 0, 0, 0, "2019-08-12", start))
    detail = 250_000 + 2 * len(book.assoc)
    until = "9999-12-31" if key % 53 == 9 else None
    book.detail.append((detail, key, relation, 1, 1 if order <= 2 else 0, custodial, custodial, custodial or order == 3,
                        custodial, start, until))  # fmt: skip
    if contact.account is not None and contact.custodial:
        book.guardian_student.append((55_000 + len(book.guardian_student), contact.account, student.dcid))


def _write(writer: RowWriter, book: _Book) -> None:
    writer.write("CodeSet", "CodeSetID CodeType Code Description", _CODES)
    writer.write("Person", "DCID ID FirstName LastName IsActive", book.person)
    writer.write(
        "StudentContactAssoc",
        "StudentContactAssocID StudentDCID PersonID CurrRelTypeCodeSetID ContactPriorityOrder",
        book.assoc,
    )
    writer.write(
        "StudentContactDetail",
        """StudentContactDetailID StudentContactAssocID RelationshipTypeCodeSetID IsActive IsEmergency IsCustodial
        LivesWithFlg SchoolPickupFlg ReceivesMailFlg StartDate EndDate""",
        book.detail,
    )
    writer.write(
        "PersonEmailAddressAssoc",
        """PersonEmailAddressAssocID PersonID EmailAddressID IsPrimaryEmailAddress EmailAddressPriorityOrder
        EmailTypeCodeSetID""",
        book.email_assoc,
    )
    writer.write("EmailAddress", "EmailAddressID EmailAddress", book.email)
    writer.write(
        "PersonPhoneNumberAssoc",
        """PersonPhoneNumberAssocID PersonID PhoneNumberID PhoneNumberPriorityOrder IsPreferred PhoneTypeCodeSetID""",
        book.phone_assoc,
    )
    writer.write("PhoneNumber", "PhoneNumberID PhoneNumber", book.phone)
    writer.write(
        "PersonAddressAssoc",
        "PersonAddressAssocID PersonID PersonAddressID AddressTypeCodeSetID AddressPriorityOrder",
        book.address_assoc,
    )
    writer.write("PersonAddress", "PersonAddressID Street City State Country PostalCode", book.address)
    writer.write("Guardian", "GuardianID FirstName LastName AccountIdentifier", book.guardian)
    writer.write("GuardianStudent", "GuardianStudentID GuardianID StudentsDCID", book.guardian_student)
    writer.write("GuardianPersonAssoc", "GuardianPersonAssocID GuardianID PersonID", book.guardian_person)
    writer.write("PCAS_Account", "PCAS_AccountID PCAS_AccountToken UserName IsEnabled", book.account)
    writer.write("PCAS_EmailContact", "PCAS_EmailContactID PCAS_AccountID EmailAddress", book.account_mail)
