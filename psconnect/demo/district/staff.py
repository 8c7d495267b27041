"""The staff: one Users row a person, one SchoolStaff row a person and school."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from psconnect.demo.district.names import STREETS
from psconnect.demo.district.people import account_name
from psconnect.demo.district.rows import chance
from psconnect.demo.district.schools import DISTRICT_OFFICE

if TYPE_CHECKING:
    import random

    from psconnect.demo.district.believable import People
    from psconnect.demo.district.rows import Row, RowWriter
    from psconnect.demo.district.schools import School

CURRENT: Final = 1
LEFT: Final = 2
UNASSIGNED, TEACHER, OFFICE, LUNCH, SUBSTITUTE = 0, 1, 2, 3, 4
SECTIONS_A_TEACHER: Final = 6
#: Users.Title of those of a school's office who counsel its students.
COUNSELOR: Final = "Counselor"


@dataclass(slots=True)
class Post:
    """A person's place in one school (a SchoolStaff row)."""

    dcid: int
    users_dcid: int
    school: int
    status: int
    staff_status: int
    classes: int = 0

    @property
    def id(self) -> int:
        """SchoolStaff.ID, which Sections.Teacher and SectionTeacher.TeacherID use."""
        return self.dcid + 2


@dataclass(slots=True)
class Staff:
    """All staff of the district; ``teachers`` lists the posts of a school that may lead sections there."""

    names: People
    people: list[Row] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    teachers: dict[int, list[Post]] = field(default_factory=dict)
    visitors: dict[int, Post] = field(default_factory=dict)


def hire(seed: int, students: int, schools: list[School], sections: dict[int, int], names: People) -> Staff:
    """Hire teachers for each school's number of sections, office staff everywhere, and a few who have left.

    Every twentieth teacher also has a post in the next school (``visitors``).
    """
    rng = chance(seed, students, "staff")
    staff = Staff(names)
    places = [school for school in schools if school.level != "graduated"]
    for _ in range(4):
        _hire(staff, rng, DISTRICT_OFFICE, OFFICE)
    for at, school in enumerate(places):
        wanted = -(-sections.get(school.number, 0) // SECTIONS_A_TEACHER)
        teachers = [_hire(staff, rng, school.number, TEACHER) for _ in range(wanted)]
        staff.teachers[school.number] = teachers
        following = places[(at + 1) % len(places)].number
        for visitor in teachers[3::20]:
            post = _post(staff, visitor.users_dcid, following, CURRENT, TEACHER)
            staff.visitors.setdefault(following, post)
        if teachers:
            # Somebody of the district office who also belongs to a school, and one who works without a class.
            _post(staff, teachers[0].users_dcid, DISTRICT_OFFICE, CURRENT, OFFICE)
        _hire(staff, rng, school.number, OFFICE, title=COUNSELOR)
        _hire(staff, rng, school.number, OFFICE, title=COUNSELOR if school.level == "high" else None)
        for kind in (LUNCH, SUBSTITUTE, UNASSIGNED, TEACHER):
            _hire(staff, rng, school.number, kind)
        _hire(staff, rng, school.number, TEACHER, status=LEFT)
    return staff


def _hire(
    staff: Staff, rng: random.Random, school: int, kind: int, status: int = CURRENT, title: str | None = None
) -> Post:
    at = len(staff.people)
    users_dcid = 64 + at
    first, last = rng.choice(staff.names.given), rng.choice(staff.names.family)
    account = account_name(first, last, users_dcid)[:20]
    number = f"t.{account}"[:20] if at % 10 == 4 else f"{at + 1:05d}"
    mail: str | None = f"{account}@schools.example.org"
    if at % 40 == 17:
        mail = None
    access = 1 if kind == TEACHER else 0
    title = title or {TEACHER: "Teacher", OFFICE: "Office", LUNCH: "Kitchen", SUBSTITUTE: "Substitute"}.get(kind)
    staff.people.append(
        (users_dcid, number, first, None, last, f"{last}, {first}", mail, None if access else account,
         account if access else None, school, access, 1 - access, title,
         staff.names.gender(first, rng.choice("MF")), *_home(at, staff.names))
    )  # fmt: skip
    return _post(staff, users_dcid, school, status, kind)


def _home(at: int, names: People) -> Row:
    """The phone and the address at home, which most of the staff keep to themselves."""
    phone = None if at % 3 else f"555-03{at % 100:02d}" if at % 2 else f"55503{at % 90000:05d}"
    if at % 4 != 1:
        return (phone, None, None, None, None)
    town, postcode = names.towns[at // 4 % len(names.towns)]
    return (phone, f"{1 + at % 900} {STREETS[at % len(STREETS)]} St", town, "IL", postcode)


def _post(staff: Staff, users_dcid: int, school: int, status: int, kind: int) -> Post:
    post = Post(67 + len(staff.posts), users_dcid, school, status, kind)
    staff.posts.append(post)
    return post


def write_staff(writer: RowWriter, staff: Staff) -> None:
    """Write the Users and SchoolStaff rows and the roles of section staff."""
    columns = """DCID TeacherNumber First_Name Middle_Name Last_Name LastFirst Email_Addr LoginID TeacherLoginID
    HomeSchoolId PTAccess PSAccess Title Gender Home_Phone Street City State Zip"""
    writer.write("Users", columns, staff.people)
    writer.write(
        "SchoolStaff",
        "DCID ID Users_DCID SchoolID Status StaffStatus NoOfCurClasses",
        (
            (post.dcid, post.id, post.users_dcid, post.school, post.status, post.staff_status, post.classes)
            for post in staff.posts
        ),
    )
    writer.write("RoleDef", "DCID ID Name RoleKey", ROLES)


LEAD, CO_TEACHER, AIDE = 25, 26, 27
ROLES: Final = (
    (41, LEAD, "Lead Teacher", "LEADTEACHER"),
    (42, CO_TEACHER, "Co-teacher", "COTEACHER"),
    (43, AIDE, "Aide", "AIDE"),
)
