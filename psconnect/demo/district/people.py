"""The students of the district: their persons, schools and records."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from psconnect.demo.district.believable import ODD
from psconnect.demo.district.codes import RACES
from psconnect.demo.district.names import AWKWARD, STREETS
from psconnect.demo.district.rows import chance
from psconnect.demo.district.schools import EXACT

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from psconnect.demo.district.believable import People
    from psconnect.demo.district.rows import Row, RowWriter
    from psconnect.demo.district.schools import School
    from psconnect.demo.district.years import SchoolYear

ACTIVE: Final = 0
PRE_REGISTERED: Final = -1
INACTIVE: Final = 1
TRANSFERRED: Final = 2
GRADUATED: Final = 3
HISTORICAL: Final = 4

#: Students.DCID of the first student; Students.ID is smaller, so that each ID is also somebody else's DCID.
FIRST_DCID: Final = 431
ID_OFFSET: Final = 33
PERSON_OFFSET: Final = 7000
_COMMON: Final = len(AWKWARD) + 28
#: After the awkward names, one student of each status has a fixed place, even in the smallest district.
_FIXED_STATUS: Final = dict(enumerate((PRE_REGISTERED, INACTIVE, TRANSFERRED, TRANSFERRED, HISTORICAL), len(AWKWARD)))


@dataclass(slots=True)
class Student:
    """One student; ``family`` numbers the household, which siblings share."""

    dcid: int
    number: int
    school: School
    grade: int
    status: int
    first: str | None
    last: str
    gender: str
    entry: str
    exit: str
    family: int = 0

    @property
    def id(self) -> int:
        """Students.ID, which CC and ReEnrollments use."""
        return self.dcid - ID_OFFSET

    @property
    def person_id(self) -> int:
        """Person.ID of the student as a person."""
        return self.dcid + PERSON_OFFSET


def make_students(seed: int, total: int, schools: list[School], year: SchoolYear, people: People) -> list[Student]:
    """Assign ``total`` students to schools, in the order of Students.DCID."""
    rng = chance(seed, total, "students")
    graduates = [(schools[0], 99)] * schools[0].students
    seats = [
        (school, school.grades[index % len(school.grades)])
        for school in schools[1:]
        for index in range(school.students)
    ]
    rng.shuffle(seats)
    seats[_COMMON:_COMMON] = graduates
    students = [_student(rng, index, seat, year, people) for index, seat in enumerate(seats)]
    _form_families(rng, students)
    return students


def _student(rng: random.Random, index: int, seat: tuple[School, int], year: SchoolYear, people: People) -> Student:
    school, grade = seat
    first: str | None
    if index < len(people.awkward):
        first, last, _ = people.awkward[index]
    else:
        first, last = rng.choice(people.given), rng.choice(people.family)
    status = _status(rng, index, school)
    entry, leaving = _dates(rng, status, year)
    gender = people.gender(first, rng.choice("MFMFMFMFMFX"))
    return Student(FIRST_DCID + index, 204_000 + index * 3, school, grade, status, first, last, gender, entry, leaving)


def _status(rng: random.Random, index: int, school: School) -> int:
    draw = rng.random()
    if school.level == "graduated":
        return GRADUATED
    if index < len(AWKWARD) or school.students == EXACT:
        return ACTIVE
    if index in _FIXED_STATUS:
        return _FIXED_STATUS[index]
    for limit, status in ((0.015, PRE_REGISTERED), (0.025, INACTIVE), (0.05, TRANSFERRED), (0.055, HISTORICAL)):
        if draw < limit:
            return status
    return ACTIVE


def _dates(rng: random.Random, status: int, year: SchoolYear) -> tuple[str, str]:
    """Entry and exit date; the exit date is the first day not attended."""
    entry, leaving = year.first_day, year.last_day + timedelta(days=1)
    if status == PRE_REGISTERED:
        later = year.shifted(1)
        entry, leaving = later.first_day, later.last_day + timedelta(days=1)
    elif status in (TRANSFERRED, INACTIVE):
        leaving = entry + timedelta(days=10 + rng.randrange(20))
    elif status in (GRADUATED, HISTORICAL):
        earlier = year.shifted(-1 - rng.randrange(3))
        entry, leaving = earlier.first_day, earlier.last_day + timedelta(days=1)
    elif rng.random() < 0.02:
        entry += timedelta(days=7 + rng.randrange(20))
    return entry.isoformat(), leaving.isoformat()


def _form_families(rng: random.Random, students: list[Student]) -> None:
    """Give every student a household; siblings get the family name of the first one."""
    family, open_seats, name = 0, 0, ""
    for index, student in enumerate(students):
        if open_seats and index >= len(AWKWARD):
            open_seats -= 1
            student.last = name
        else:
            family += 1
            name = student.last
            open_seats = 0 if index < len(AWKWARD) else rng.choices((0, 1, 2), (70, 23, 7))[0]
        student.family = family


def account_name(first: str | None, last: str, number: int) -> str:
    """An ASCII account name of at most 20 characters that is unique through ``number``."""
    folded = unicodedata.normalize("NFKD", f"{(first or '')[:1]}{last}").encode("ascii", "ignore").decode()
    word = re.sub(r"[^a-z0-9]", "", folded.lower())
    return f"{word[:12] or 'student'}{number}"


COLUMNS: Final = """
DCID ID Student_Number SchoolID Enroll_Status Grade_Level EntryDate ExitDate EntryCode ExitCode Track FTEID
DistrictOfResidence State_StudentNumber Student_Web_ID Student_AllowWebAccess Web_ID First_Name Middle_Name
Last_Name LastFirst DOB Gender Ethnicity FedEthnicity Street City State Zip Mailing_Street Mailing_City
Mailing_State Mailing_Zip Home_Phone Home_Room Mother Father GuardianEmail Emerg_Contact_1 Emerg_Phone_1
Sched_YearOfGraduation Sched_NextYearGrade Next_School LunchStatus Balance1 DistrictEntryDate
DistrictEntryGradeLevel SchoolEntryDate SchoolEntryGradeLevel Alert_Medical Person_ID Geocode Emerg_Contact_2
Emerg_Phone_2 Doctor_Name Doctor_Phone"""


def write_students(writer: RowWriter, seed: int, students: list[Student], year: SchoolYear, people: People) -> None:
    """Write the students, their persons and mail addresses, the extension fields and the earlier enrollments."""
    rng = chance(seed, len(students), "records")
    writer.write(
        "Students", COLUMNS, [student_row(rng, index, one, year, people) for index, one in enumerate(students)]
    )
    writer.write(
        "Person",
        "DCID ID FirstName LastName IsActive",
        ((one.person_id + 12, one.person_id, one.first, one.last, 1) for one in students),
    )
    _write_mail(writer, rng, students)
    writer.write(
        "U_STUDENTS_EXTENSION",
        "StudentsDCID Locker PreferredName Device",
        list(_extension_rows(rng, students)),
    )
    languages = ("en", "es", "vi", "ar", "zh", "so")
    writer.write(
        "StudentCoreFields",
        "StudentsDCID PrimaryLanguage",
        ((one.dcid, languages[one.family % 6]) for one in students if one.dcid % 4),
    )
    writer.write("StudentRace", "ID StudentID RaceCD", _race_rows(students))
    _write_history(writer, students, year)


def student_row(rng: random.Random, index: int, one: Student, year: SchoolYear, people: People = ODD) -> Row:
    """The Students row of one student, in the order of ``COLUMNS``; ``index`` is its place in the district."""
    account: str | None = account_name(one.first, one.last, one.number)
    if index % 100 == 37:
        account = None
    elif account and index % 7 == 3:
        account = account[:1].upper() + account[1:]
    age = (one.grade if one.grade < 99 else 13) + 5
    born = f"{year.start_year - age}-{1 + rng.randrange(12):02d}-{1 + rng.randrange(28):02d}"
    street = f"{1 + one.family % 900} {STREETS[one.family % len(STREETS)]} St"
    town, postcode = people.towns[one.family % len(people.towns)]
    number = one.number
    state_number = f"{7 * number % 10**10:010d}"
    middle = rng.choice(people.given)[:30] if rng.random() < 0.4 else None
    # Some phones are missing, as are most legacy contact columns in districts with the contacts module.
    phone = None if index % 23 == 5 else f"555-01{one.family % 100:02d}"
    mother = f"{one.last}, M"[:60] if one.family % 3 == 0 else None
    graduation = None if one.grade == 99 else year.start_year + 13 - one.grade
    alert = "Carries an inhaler (invented)." if index % 40 == 11 else None
    left = one.status in (TRANSFERRED, INACTIVE)
    return (
        one.dcid, one.id, number, one.school.number, one.status, one.grade, one.entry, one.exit, "E1",
        "W1" if left else None, "A" if index % 5 == 0 else None, 2, "0100", state_number, account,
        1 if account else 0, f"p{number}", one.first, middle, one.last, f"{one.last}, {one.first or ''}".rstrip(", "),
        born, one.gender, "WBHAIP"[index % 6], 1 if index % 6 == 2 else 0, street, town, "IL", postcode,
        None if index % 29 == 8 else street, town, "IL", postcode, phone, f"{one.grade}{'AB'[index % 2]}", mother, None,
        f"family{one.family}@mail.example.org" if one.family % 4 == 0 else None, mother, phone if mother else None,
        graduation, None if one.grade == 99 else min(one.grade + 1, 99), one.school.number,
        "FRP"[index % 3], round(rng.random() * 40, 2) if index % 3 == 0 else 0, one.entry, max(one.grade - 2, -1),
        one.entry, one.grade, alert, one.person_id, *_more_contacts(index, one, people),
    )  # fmt: skip


def _more_contacts(index: int, one: Student, people: People) -> Row:
    """Location of the home, a second emergency contact and a doctor; their phones have no dashes."""
    place = f"{41 + one.family % 9 / 10:.1f},-{87 + one.family % 7 / 10:.1f}" if index % 4 == 1 else None
    neighbor = (f"{one.last}, G"[:60], f"55501{index % 90000:05d}") if index % 6 == 1 else (None, None)
    doctor = (people.doctor, f"55502{index % 90000:05d}") if index % 9 == 2 else (None, None)
    return (place, *neighbor, *doctor)


def _race_rows(students: list[Student]) -> Iterator[Row]:
    """One race for most students, two for some, none for others."""
    at = 0
    for one in students:
        count = 0 if one.dcid % 13 == 5 else 2 if one.dcid % 11 == 4 else 1
        for offset in range(count):
            at += 1
            yield 20_000 + at, one.id, RACES[(one.dcid + 2 * offset) % len(RACES)][0]


def _write_mail(writer: RowWriter, rng: random.Random, students: list[Student]) -> None:
    """Most students have a school address; some have none, and a few pairs share one by mistake."""
    assoc: list[Row] = []
    addresses: list[Row] = []
    shared = set(range(len(AWKWARD) + 40, len(students), 200))
    for index, one in enumerate(students):
        drawn = rng.random()
        if one.status in (HISTORICAL, GRADUATED) or (drawn < 0.03 and index not in shared and index - 1 not in shared):
            continue
        # Tables store a shared address in one of two ways: two rows with equal text, or one row linked twice.
        if index - 1 in shared and addresses:
            if index % 400 < 200:
                assoc.append((one.dcid + 90_000, one.person_id, addresses[-1][0], 1, 1, 11))
                continue
            text = addresses[-1][1]
        else:
            text = f"{account_name(one.first, one.last, one.number)}@students.example.org"
        key = 50_000 + index
        addresses.append((key, text))
        assoc.append((one.dcid + 90_000, one.person_id, key, 1, 1, 11))
    writer.write("EmailAddress", "EmailAddressID EmailAddress", addresses)
    columns = """PersonEmailAddressAssocID PersonID EmailAddressID IsPrimaryEmailAddress EmailAddressPriorityOrder
    EmailTypeCodeSetID"""
    writer.write("PersonEmailAddressAssoc", columns, assoc)


def _extension_rows(rng: random.Random, students: list[Student]) -> Iterator[Row]:
    devices = ("Chromebook", "iPad", "Windows laptop", None)
    for one in students:
        if one.dcid % 3 == 0:
            continue
        nickname = one.first[:3] if one.first and rng.random() < 0.1 else None
        yield one.dcid, f"{rng.randrange(1, 999):04d}", nickname, devices[rng.randrange(4)]


def _write_history(writer: RowWriter, students: list[Student], year: SchoolYear) -> None:
    """Earlier enrollments: every transferred student has one, and some others."""
    earlier = year.shifted(-1)
    first, last = earlier.first_day.isoformat(), (earlier.last_day + timedelta(days=1)).isoformat()
    past = [one for one in students if one.status in (TRANSFERRED, HISTORICAL) or one.dcid % 50 == 0]
    writer.write(
        "ReEnrollments",
        "ID StudentID SchoolID EntryDate EntryCode ExitDate ExitCode Grade_Level",
        (
            (3000 + at, one.id, one.school.number, first, "E1", last, "W1", min(one.grade - 1, 12))
            for at, one in enumerate(past)
        ),
    )
