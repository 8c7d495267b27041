"""What stands in a Moodle site: its tables, and the rules that several functions share."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from tests.moodle.server.records import (
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
    Role,
    RoleAssignment,
    User,
)
from tests.moodle.server.switches import Switches
from tests.moodle.server.tables import Journal, Table

#: Role ids of a fresh site (moodle-api.md 6.5, observed).
FRESH_ROLES = {
    1: "manager",
    2: "coursecreator",
    3: "editingteacher",
    4: "teacher",
    5: "student",
    6: "guest",
    7: "user",
    8: "frontpage",
}
SITE_HOME = 1
#: Who can be a course's contact on a fresh site.
TEACHER = 3
DAY = 86_400


class State:
    """All tables of a site that is freshly installed: guest, administrator, one category, site home, eight roles."""

    def __init__(self, switches: Switches, release: str) -> None:
        self.switches, self.release = switches, release
        self.now: Callable[[], float] = time.time
        self.journal = Journal()
        self.users: Table[User] = Table(self.journal, "username", "email", "email_key", "idnumber")
        self.profile_fields: Table[ProfileField] = Table(self.journal, "shortname")
        self.categories: Table[Category] = Table(self.journal, "idnumber", "parent")
        self.courses: Table[Course] = Table(self.journal, "shortname", "idnumber", "category")
        self.enrolments: Table[Enrolment] = Table(self.journal, "courseid", "userid")
        self.roles: Table[Role] = Table(self.journal, "shortname")
        self.role_assignments: Table[RoleAssignment] = Table(self.journal, "userid", "instanceid")
        self.groups: Table[Group] = Table(self.journal, "courseid")
        self.group_members: Table[GroupMember] = Table(self.journal, "groupid", "userid")
        self.cohorts: Table[Cohort] = Table(self.journal, "idnumber")
        self.cohort_members: Table[CohortMember] = Table(self.journal, "cohortid", "userid")
        self.grades: Table[Grade] = Table(self.journal, "courseid", "userid")
        self.mails: list[Mail] = []
        self._install()

    def _install(self) -> None:
        for role_id, shortname in FRESH_ROLES.items():
            self.roles.add(Role(id=role_id, shortname=shortname))
        self.users.add(User(username="guest", firstname="Guest user", lastname=" ", email="root@localhost"))
        self.users.add(User(username="admin", firstname="Admin", lastname="User", email="admin@moodle.invalid"))
        self.courses.add(Course(fullname="Example District Moodle", shortname="moodle", category=0))
        self.add_category(Category(name="Category 1"))

    def add_category(self, category: Category) -> Category:
        """Add a category below its parent."""
        self.categories.add(category)
        parent = self.categories.get(category.parent)
        path = f"{parent.path if parent else ''}/{category.id}"
        self.categories.change(category, path=path, sortorder=category.id * 10_000)
        return category

    def add_course(self, course: Course) -> Course:
        """Add a course with the site's default enrolment instance and dates (moodle-api.md 6.4)."""
        now = int(self.now())
        if self.switches.manual_enrolment:
            course.methods.setdefault("manual", True)
            course.welcomes = self.switches.course_welcome_mail and self.release != "4.3"
        course.timecreated = course.timemodified = now
        return self.courses.add(course)

    def today(self) -> int:
        """Today's midnight, in Unix seconds."""
        return int(self.now()) // DAY * DAY

    def active(self, enrolment: Enrolment) -> bool:
        """Whether this enrolment lets its user in now (`get_enrolled_sql`): not suspended, begun, not ended."""
        now = self.now()
        return (
            enrolment.status == 0
            and enrolment.timestart <= now
            and (enrolment.timeend == 0 or enrolment.timeend > now)
            and self.courses.get(enrolment.courseid).methods.get(enrolment.method, True)
        )

    def is_enrolled(self, userid: int, courseid: int) -> bool:
        """Whether the user is in the course by any method, suspended or not."""
        return bool(self.enrolments.where(userid=userid, courseid=courseid))

    def assign(self, roleid: int, userid: int, level: str, instanceid: int) -> None:
        """Give a user a role; it stays a single one when given twice."""
        if not self.role_assignments.where(userid=userid, roleid=roleid, level=level, instanceid=instanceid):
            self.role_assignments.add(RoleAssignment(roleid=roleid, userid=userid, level=level, instanceid=instanceid))

    def enrol(self, enrolment: Enrolment, roleid: int) -> None:
        """Enrol, or bring an enrolment of this method to these values; adds the role (moodle-api.md 1, 9 and 10)."""
        found = self.enrolments.where(userid=enrolment.userid, courseid=enrolment.courseid, method=enrolment.method)
        if found:
            times = {"timestart": enrolment.timestart, "timeend": enrolment.timeend}
            self.enrolments.change(found[0], status=enrolment.status, **times)
        else:
            self.enrolments.add(enrolment)
            self._welcome(self.users.get(enrolment.userid), self.courses.get(enrolment.courseid))
            if self.switches.recover_grades:
                for grade in self.grades.where(userid=enrolment.userid, courseid=enrolment.courseid):
                    self.grades.change(grade, kept=False)
        self.assign(roleid, enrolment.userid, "course", enrolment.courseid)

    def _welcome(self, user: User, course: Course) -> None:
        """Mail a welcome from the course's contact, at once: without a teacher there is none to send it."""
        here = self.role_assignments.where(instanceid=course.id, level="course", roleid=TEACHER)
        if course.welcomes and course.visible and not user.suspended and here:
            self.mails.append(Mail(user.email, "coursewelcome"))

    def unenrol(self, enrolment: Enrolment) -> None:
        """Take an enrolment away. With the last one of a user in the course go roles, groups and visible grades."""
        self.enrolments.remove(enrolment)
        userid, courseid = enrolment.userid, enrolment.courseid
        if self.is_enrolled(userid, courseid):
            return
        for assignment in self.role_assignments.where(userid=userid, level="course", instanceid=courseid):
            self.role_assignments.remove(assignment)
        for member in self.group_members.where(userid=userid):
            if self.groups.get(member.groupid).courseid == courseid:
                self.group_members.remove(member)
        for grade in self.grades.where(userid=userid, courseid=courseid):
            self.grades.change(grade, kept=True)

    def roles_in(self, userid: int, courseid: int) -> list[Role]:
        """The user's roles in this course itself, by role id."""
        found = self.role_assignments.where(userid=userid, level="course", instanceid=courseid)
        return sorted((self.roles.get(assignment.roleid) for assignment in found), key=lambda role: role.id)

    def delete_user(self, user: User) -> None:
        """Moodle's soft delete (moodle-api.md 6.2): name, address and idnumber are freed, memberships gone."""
        for enrolment in self.enrolments.where(userid=user.id):
            self.unenrol(enrolment)
        for member in self.cohort_members.where(userid=user.id):
            self.cohort_members.remove(member)
        for assignment in self.role_assignments.where(userid=user.id):
            self.role_assignments.remove(assignment)
        freed, moment = hashlib.md5(user.username.encode(), usedforsecurity=False).hexdigest(), int(self.now())
        while self.users.where(username=f"{user.email}.{moment}"):
            moment += 1
        name = f"{user.email}.{moment}"
        self.users.change(user, deleted=True, sessions=0, username=name, email=freed, idnumber="")

    def delete_course(self, course: Course) -> None:
        """Take a course away with all that hangs on it."""
        for enrolment in self.enrolments.where(courseid=course.id):
            self.unenrol(enrolment)
        for group in self.groups.where(courseid=course.id):
            self.delete_group(group)
        self.courses.remove(course)

    def delete_group(self, group: Group) -> None:
        """Take a group away with its members."""
        for member in self.group_members.where(groupid=group.id):
            self.group_members.remove(member)
        self.groups.remove(group)

    def delete_cohort(self, cohort: Cohort) -> None:
        """Take a cohort away with its members."""
        for member in self.cohort_members.where(cohortid=cohort.id):
            self.cohort_members.remove(member)
        self.cohorts.remove(cohort)
