"""The content of a site by natural keys, without ids and times: what two sites, or one before and after, have alike."""

from __future__ import annotations

from typing import Any

from tests.moodle.server.records import Course, User
from tests.moodle.server.state import State

_OF_USER = ("firstname", "lastname", "email", "idnumber", "auth", "suspended", "institution", "department")
_OF_COURSE = ("fullname", "idnumber", "startdate", "enddate", "visible", "groupmode")


def picture(state: State, users: list[User], courses: list[Course]) -> dict[str, Any]:
    """These users and courses with all that hangs on them, sorted; doubles stay visible as such."""
    names = {user.id: user.username for user in users}
    shorts = {course.id: course.shortname for course in courses}
    numbers = {category.id: category.idnumber or category.name for category in state.categories}
    return {
        "users": sorted(
            (user.username, *(getattr(user, name) for name in _OF_USER), tuple(sorted(user.fields.items())))
            for user in users
        ),
        "categories": sorted(
            (category.name, category.idnumber, numbers.get(category.parent, "")) for category in state.categories
        ),
        "courses": sorted(
            (course.shortname, numbers.get(course.category, ""), *(getattr(course, name) for name in _OF_COURSE))
            for course in courses
        ),
        "enrolments": sorted(
            (
                shorts.get(one.courseid, ""),
                names.get(one.userid, ""),
                one.method,
                one.status,
                tuple(role.shortname for role in state.roles_in(one.userid, one.courseid)),
            )
            for one in state.enrolments
        ),
        "groups": sorted(
            (
                shorts.get(group.courseid, ""),
                group.name,
                group.idnumber,
                tuple(sorted(names.get(row.userid, "") for row in state.group_members.where(groupid=group.id))),
            )
            for group in state.groups
        ),
        "cohorts": sorted(
            (
                cohort.name,
                cohort.idnumber,
                numbers.get(cohort.categoryid, ""),
                tuple(sorted(names.get(row.userid, "") for row in state.cohort_members.where(cohortid=cohort.id))),
            )
            for cohort in state.cohorts
        ),
    }
