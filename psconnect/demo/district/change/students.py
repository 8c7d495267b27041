"""Changes of single students: who is new, changes a class, changes school, leaves, or gets another name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psconnect.demo.district.change.desk import FIRST_ORDINARY
from psconnect.demo.district.names import FAMILY, GIVEN
from psconnect.demo.district.people import (
    ACTIVE,
    COLUMNS,
    FIRST_DCID,
    ID_OFFSET,
    PERSON_OFFSET,
    TRANSFERRED,
    Student,
    account_name,
    student_row,
)
from psconnect.demo.district.schools import GRADUATED_NUMBER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psconnect.demo.district.change.desk import Desk
    from psconnect.demo.district.schools import School

#: Where the keys of persons, mail addresses and their links begin that belong to contacts.
_CONTACTS_FROM, _ADDRESSES_FROM, _LINKS_FROM = 300_000, 800_000, 500_000
_MOTHER, _CURRENT_MAIL, _MOBILE = 201, 11, 21


def new_students(desk: Desk, count: int, seats: Sequence[tuple[School, int]] | None = None) -> dict[str, int]:
    """Enroll new students today, each with a school address, a contact and classes.

    ``seats`` are the schools and grades to draw from; without them, every grade that is taught this year.
    """
    places = seats or [
        (school, grade)
        for school in desk.schools
        if school.students
        for grade in school.grades
        if desk.offers(school.number, grade)
    ]
    classes = 0
    for _ in range(count):
        school, grade = desk.rng.choice(places)
        student = _new_student(desk, school, grade)
        _write_student(desk, student)
        _write_contact(desk, student)
        classes += desk.join_all(student.id, school.number, grade, student.entry)
    return {"students": count, "classes": classes}


def _new_student(desk: Desk, school: School, grade: int) -> Student:
    dcid = _free_dcid(desk)
    first, last = desk.rng.choice(GIVEN), desk.rng.choice(FAMILY)
    number = desk.next_key("Students", "Student_Number") + 2
    leaving = desk.rows("SELECT date(?, '+1 day')", desk.year.last_day.isoformat())[0][0]
    gender = desk.rng.choice("MFMFMFMFMFX")
    entry = max(desk.today, desk.year.first_day).isoformat()
    return Student(dcid, number, school, grade, ACTIVE, first, last, gender, entry, leaving, family=dcid)


def _free_dcid(desk: Desk) -> int:
    """A DCID whose ID and Person.ID are free as well; API clients that add students choose these otherwise."""
    dcid = desk.next_key("Students", "DCID")
    while desk.rows("SELECT 1 FROM Students WHERE ID = ?", dcid - ID_OFFSET) or desk.rows(
        "SELECT 1 FROM Person WHERE ID = ?", dcid + PERSON_OFFSET
    ):
        dcid += 1
    return dcid


def _write_student(desk: Desk, one: Student) -> None:
    person = one.person_id
    desk.writer.write("Students", COLUMNS, [student_row(desk.rng, one.dcid - FIRST_DCID, one, desk.year)])
    desk.writer.write("Person", "DCID ID FirstName LastName IsActive", [(person + 12, person, one.first, one.last, 1)])
    _write_mail(desk, person, f"{account_name(one.first, one.last, one.number)}@students.example.org", _ADDRESSES_FROM)


def _write_mail(desk: Desk, person: int, address: str, below: int | None) -> None:
    key = desk.next_key("EmailAddress", "EmailAddressID", below)
    desk.writer.write("EmailAddress", "EmailAddressID EmailAddress", [(key, address)])
    link = desk.next_key("PersonEmailAddressAssoc", "PersonEmailAddressAssocID", below and _LINKS_FROM)
    desk.writer.write(
        "PersonEmailAddressAssoc",
        """PersonEmailAddressAssocID PersonID EmailAddressID IsPrimaryEmailAddress EmailAddressPriorityOrder
        EmailTypeCodeSetID""",
        [(link, person, key, 1, 1, _CURRENT_MAIL)],
    )


def _write_contact(desk: Desk, one: Student) -> None:
    """A mother with a mail address and a phone."""
    person = max(_CONTACTS_FROM, desk.next_key("Person", "ID"))
    first = desk.rng.choice(GIVEN)
    desk.writer.write("Person", "DCID ID FirstName LastName IsActive", [(person + 12, person, first, one.last, 1)])
    _write_mail(desk, person, f"{account_name(first, one.last, person)}@mail.example.org", None)
    phone = desk.next_key("PhoneNumber", "PhoneNumberID")
    desk.writer.write("PhoneNumber", "PhoneNumberID PhoneNumber", [(phone, f"555-01{one.dcid % 100:02d}")])
    desk.writer.write(
        "PersonPhoneNumberAssoc",
        """PersonPhoneNumberAssocID PersonID PhoneNumberID PhoneNumberPriorityOrder IsPreferred PhoneTypeCodeSetID""",
        [(desk.next_key("PersonPhoneNumberAssoc", "PersonPhoneNumberAssocID"), person, phone, 1, 1, _MOBILE)],
    )
    link = desk.next_key("StudentContactAssoc", "StudentContactAssocID")
    desk.writer.write(
        "StudentContactAssoc",
        "StudentContactAssocID StudentDCID PersonID CurrRelTypeCodeSetID ContactPriorityOrder",
        [(link, one.dcid, person, _MOTHER, 1)],
    )
    desk.writer.write(
        "StudentContactDetail",
        """StudentContactDetailID StudentContactAssocID RelationshipTypeCodeSetID IsActive IsEmergency IsCustodial
        LivesWithFlg SchoolPickupFlg ReceivesMailFlg StartDate""",
        [(desk.next_key("StudentContactDetail", "StudentContactDetailID"), link, _MOTHER, 1, 1, 1, 1, 1, 1, one.entry)],
    )


def class_changes(desk: Desk, count: int) -> dict[str, int]:
    """Let students drop one class each today; every second one changes to a parallel section, where there is one."""
    today = desk.today.isoformat()
    running = desk.rows(
        """SELECT max(c.DCID), c.StudentID, c.SectionID, c.Course_Number, s.SchoolID, s.Grade_Level
        FROM CC c JOIN Sections s ON s.ID = c.SectionID JOIN Students t ON t.ID = c.StudentID
        WHERE t.Enroll_Status = 0 AND t.DCID >= ? AND s.YearID = ? AND c.DateEnrolled <= ? AND c.DateLeft > ?
        GROUP BY c.StudentID ORDER BY c.StudentID""",
        FIRST_ORDINARY,
        desk.year.year_id,
        today,
        today,
    )
    dropped = changed = 0
    for at, (dcid, student, section, course, school, grade) in enumerate(desk.pick(running, count)):
        desk.drop(dcid, today)
        dropped += 1
        parallel = [one for one in desk.offers(school, grade).get(course, []) if one.id != section]
        if at % 2 and parallel:
            desk.join(student, min(parallel, key=lambda one: (one.size, one.id)), today)
            changed += 1
    return {"dropped": dropped, "changed": changed}


def transfers(desk: Desk, count: int) -> dict[str, int]:
    """Move students to another school of the district that teaches their grade; fewer, where there is none."""
    movable = [
        student
        for student in desk.active_students()
        if desk.schools_for(student[3], but=student[2]) and student[2] != GRADUATED_NUMBER
    ]
    moved = desk.pick(movable, count)
    for dcid, student_id, school, grade in moved:
        move(desk, dcid, student_id, desk.rng.choice(desk.schools_for(grade, but=school)).number, grade)
    return {"students": len(moved)}


def move(desk: Desk, dcid: int, student_id: int, school: int, grade: int) -> None:
    """Move a student to another school today: the old enrollment goes to ReEnrollments, the classes are others."""
    today = desk.today.isoformat()
    keep_enrollment(desk, dcid, today, "T1")
    desk.leave_all(student_id, today)
    desk.run(
        """UPDATE Students SET SchoolID = ?, Next_School = ?, EntryDate = ?, EntryCode = 'R1', ExitCode = NULL,
        SchoolEntryDate = ?, SchoolEntryGradeLevel = Grade_Level WHERE DCID = ?""",
        school,
        school,
        today,
        today,
        dcid,
    )
    desk.join_all(student_id, school, grade, today)


def register_elsewhere(desk: Desk, dcid: int, student_id: int, school: int) -> None:
    """Pre-register a student at another school; the classes that were chosen for next year fall away."""
    desk.leave_all(student_id, desk.today.isoformat())
    desk.run("UPDATE Students SET SchoolID = ?, Next_School = ? WHERE DCID = ?", school, school, dcid)


def keep_enrollment(desk: Desk, dcid: int, leaving: str, code: str) -> None:
    """Keep a student's enrollment as it is now in ReEnrollments, ended on this day."""
    found = desk.rows("SELECT DCID, ID FROM ReEnrollments ORDER BY DCID DESC LIMIT 1")
    key, other = found[0] if found else (0, 0)
    desk.run(
        """INSERT INTO ReEnrollments (DCID, ID, StudentID, SchoolID, EntryDate, EntryCode, ExitDate, ExitCode,
        Grade_Level) SELECT ?, ?, ID, SchoolID, EntryDate, EntryCode, max(EntryDate, ?), ?, Grade_Level
        FROM Students WHERE DCID = ?""",
        key + 1,
        other + 1,
        leaving,
        code,
        dcid,
    )


def leavers(desk: Desk, count: int) -> dict[str, int]:
    """Let students leave the district today."""
    chosen = desk.pick(desk.active_students(), count)
    for dcid, student_id, _, _ in chosen:
        leave(desk, dcid, student_id)
    return {"students": len(chosen)}


def leave(desk: Desk, dcid: int, student_id: int) -> None:
    """Transfer a student out of the district; today is the first day not attended."""
    today = desk.today.isoformat()
    desk.leave_all(student_id, today)
    desk.run(
        "UPDATE Students SET Enroll_Status = ?, ExitDate = max(EntryDate, ?), ExitCode = 'W1' WHERE DCID = ?",
        TRANSFERRED,
        today,
        dcid,
    )


def names(desk: Desk, count: int) -> dict[str, int]:
    """Give students, and a tenth as many staff, another family name, with the account and mail address made of it."""
    chosen = desk.pick(desk.active_students(), count)
    for dcid, *_ in chosen:
        _rename_student(desk, dcid)
    staff = desk.pick(
        desk.rows(
            """SELECT DCID, First_Name FROM Users u WHERE Email_Addr IS NOT NULL AND EXISTS
            (SELECT 1 FROM SchoolStaff s WHERE s.Users_DCID = u.DCID AND s.Status = 1) ORDER BY DCID"""
        ),
        -(-count // 10),
    )
    for dcid, first in staff:
        last = _another(desk, "Users", dcid)
        desk.run(
            "UPDATE Users SET Last_Name = ?, LastFirst = ?, Email_Addr = ? WHERE DCID = ?",
            last,
            f"{last}, {first}",
            f"{account_name(first, last, dcid)}@schools.example.org",
            dcid,
        )
    return {"students": len(chosen), "staff": len(staff)}


def _another(desk: Desk, table: str, dcid: int) -> str:
    """A family name that somebody doesn't have yet."""
    # The table's name comes from this module alone.
    ((last,),) = desk.rows(f"SELECT Last_Name FROM {table} WHERE DCID = ?", dcid)  # noqa: S608
    return desk.rng.choice([name for name in FAMILY if name != last])


def _rename_student(desk: Desk, dcid: int) -> None:
    ((first, number, account, person),) = desk.rows(
        "SELECT First_Name, Student_Number, Student_Web_ID, Person_ID FROM Students WHERE DCID = ?", dcid
    )
    last = _another(desk, "Students", dcid)
    name = account_name(first, last, number)
    desk.run(
        "UPDATE Students SET Last_Name = ?, LastFirst = ?, Student_Web_ID = ? WHERE DCID = ?",
        last,
        f"{last}, {first or ''}".rstrip(", "),
        name if account else None,
        dcid,
    )
    if person is None:
        return
    desk.run("UPDATE Person SET LastName = ? WHERE ID = ?", last, person)
    # An address that two students share by mistake stays the other one's.
    old = desk.rows("SELECT EmailAddressID FROM PersonEmailAddressAssoc WHERE PersonID = ?", person)
    desk.run("DELETE FROM PersonEmailAddressAssoc WHERE PersonID = ?", person)
    for (key,) in old:
        desk.run(
            """DELETE FROM EmailAddress WHERE EmailAddressID = ?
            AND EmailAddressID NOT IN (SELECT EmailAddressID FROM PersonEmailAddressAssoc)""",
            key,
        )
    _write_mail(desk, person, f"{name}@students.example.org", _ADDRESSES_FROM)
