"""What stands in a site, and what an administrator puts there by hand: the part of the site's door for its content."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from tests.moodle.server.picture import picture
from tests.moodle.server.records import (
    ACTIVE,
    SUSPENDED,
    Category,
    Cohort,
    CohortMember,
    Course,
    Enrolment,
    Grade,
    Group,
    GroupMember,
    Mail,
    ProfileField,
    RoleAssignment,
    User,
)
from tests.moodle.server.state import DAY, SITE_HOME, State
from tests.moodle.server.tables import Row

Kind = TypeVar("Kind", bound=Row)
_BUILT_IN = {"guest", "admin", "psconnect"}


class SiteContent:
    """Records of a site, live; and ways to add some as by hand. Nothing here is logged as a call."""

    def __init__(self, state: State) -> None:
        self.state = state

    @property
    def users(self) -> list[User]:
        """Accounts, without deleted ones, guest, administrator and robot."""
        return [user for user in self.state.users if not user.deleted and user.username not in _BUILT_IN]

    @property
    def deleted_users(self) -> list[User]:
        """Accounts that were deleted, as Moodle keeps them."""
        return [user for user in self.state.users if user.deleted]

    @property
    def courses(self) -> list[Course]:
        """Courses without site home."""
        return [course for course in self.state.courses if course.id != SITE_HOME]

    @property
    def categories(self) -> list[Category]:
        """Categories; a fresh site has one."""
        return list(self.state.categories)

    @property
    def enrolments(self) -> list[Enrolment]:
        """Enrolments by any method."""
        return list(self.state.enrolments)

    @property
    def groups(self) -> list[Group]:
        """Groups of all courses."""
        return list(self.state.groups)

    @property
    def cohorts(self) -> list[Cohort]:
        """Cohorts of the site and of categories."""
        return list(self.state.cohorts)

    @property
    def role_assignments(self) -> list[RoleAssignment]:
        """Roles at all levels."""
        return list(self.state.role_assignments)

    @property
    def mails(self) -> list[Mail]:
        """Mails that the site would have sent."""
        return self.state.mails

    def user(self, **values: Any) -> User:
        """The one account with these values; `LookupError` for none or several."""
        return _one(self.users, values)

    def course(self, **values: Any) -> Course:
        """The one course with these values; `LookupError` for none or several."""
        return _one(self.courses, values)

    def category(self, **values: Any) -> Category:
        """The one category with these values; `LookupError` for none or several."""
        return _one(self.categories, values)

    def group(self, **values: Any) -> Group:
        """The one group with these values; `LookupError` for none or several."""
        return _one(self.groups, values)

    def cohort(self, **values: Any) -> Cohort:
        """The one cohort with these values; `LookupError` for none or several."""
        return _one(self.cohorts, values)

    def enrolment(self, user: User, course: Course, method: str = "manual") -> Enrolment:
        """The user's enrolment in the course; `LookupError` for none."""
        return _one(self.enrolments, {"userid": user.id, "courseid": course.id, "method": method})

    def roles_of(self, userid: int, courseid: int) -> set[str]:
        """Short names of a user's roles in a course."""
        return {role.shortname for role in self.state.roles_in(userid, courseid)}

    def group_members(self, groupid: int) -> set[int]:
        """Ids of the users in a group."""
        return {row.userid for row in self.state.group_members.where(groupid=groupid)}

    def cohort_members(self, cohortid: int) -> set[int]:
        """Ids of the users in a cohort."""
        return {row.userid for row in self.state.cohort_members.where(cohortid=cohortid)}

    def grade(self, user: User, course: Course) -> float | None:
        """A user's total in a course as the gradebook shows it: None once the user was unenrolled."""
        found = self.state.grades.where(userid=user.id, courseid=course.id, kept=False)
        return found[0].value if found else None

    def picture(self) -> dict[str, Any]:
        """The whole content by natural keys, to compare."""
        return picture(self.state, self.users, self.courses)

    def add_user(self, username: str, idnumber: str = "", email: str | None = None, **fields: Any) -> User:
        """An account; the custom profile fields as `fields={short name: value}`."""
        names = {"firstname": "Ada", "lastname": username.capitalize(), "password": "Made-up-1!"}
        email = f"{username}@school.invalid" if email is None else email
        return self.state.users.add(User(username=username, idnumber=idnumber, email=email, **{**names, **fields}))

    def add_category(self, name: str, parent: int | Category = 0, idnumber: str = "") -> Category:
        """A category at the top or below another one."""
        above = parent.id if isinstance(parent, Category) else parent
        return self.state.add_category(Category(name=name, parent=above, idnumber=idnumber))

    def add_course(
        self, shortname: str, fullname: str | None = None, category: int | Category = 1, idnumber: str = "", **more: Any
    ) -> Course:
        """A course with a site's usual dates."""
        inside = category.id if isinstance(category, Category) else category
        start = self.state.today()
        more = {"startdate": start, "enddate": start + self.state.switches.course_days * DAY, **more}
        course = Course(shortname=shortname, fullname=fullname or shortname, category=inside, idnumber=idnumber, **more)
        return self.state.add_course(course)

    def enrol(
        self, user: User, course: Course, role: str = "student", method: str = "manual", *, suspended: bool = False
    ) -> Enrolment:
        """Put a user into a course with a role."""
        status = SUSPENDED if suspended else ACTIVE
        enrolment = Enrolment(courseid=course.id, userid=user.id, method=method, status=status)
        self.state.enrol(enrolment, self.state.roles.where(shortname=role)[0].id)
        return self.enrolment(user, course, method)

    def add_group(self, course: Course, name: str, idnumber: str = "", members: Iterable[User] = ()) -> Group:
        """A group of a course."""
        group = self.state.groups.add(Group(courseid=course.id, name=name, idnumber=idnumber))
        for user in members:
            self.state.group_members.add(GroupMember(groupid=group.id, userid=user.id))
        return group

    def add_cohort(
        self, name: str, idnumber: str = "", category: Category | None = None, members: Iterable[User] = ()
    ) -> Cohort:
        """A cohort of the site or of a category."""
        inside = category.id if category else 0
        cohort = self.state.cohorts.add(Cohort(name=name, idnumber=idnumber, categoryid=inside))
        for user in members:
            self.state.cohort_members.add(CohortMember(cohortid=cohort.id, userid=user.id))
        return cohort

    def add_profile_field(self, shortname: str, name: str | None = None, **more: Any) -> ProfileField:
        """A custom profile field."""
        return self.state.profile_fields.add(ProfileField(shortname=shortname, name=name or shortname, **more))

    def give_grade(self, user: User, course: Course, value: float) -> Grade:
        """A total in the course's gradebook."""
        return self.state.grades.add(Grade(courseid=course.id, userid=user.id, value=value))

    def change(self, row: Row, **values: Any) -> None:
        """Change a record by hand, as a person at the site would; use this instead of setting attributes."""
        for table in vars(self.state).values():
            if hasattr(table, "change") and any(other is row for other in table):
                table.change(row, **values)
                return
        raise LookupError(f"{row!r} does not stand in the site.")


def _one(rows: Iterable[Kind], values: dict[str, Any]) -> Kind:
    found = [row for row in rows if all(getattr(row, name) == value for name, value in values.items())]
    if len(found) != 1:
        raise LookupError(f"{len(found)} records with {values}")
    return found[0]
