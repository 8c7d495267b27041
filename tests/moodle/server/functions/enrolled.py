"""Who is in a course, and in which courses somebody is (moodle-api.md 6.5; `enrol/externallib.php`)."""

from __future__ import annotations

from typing import Any, Final

from tests.moodle.server.errors import MoodleError, invalid_parameter, no_permission, not_found
from tests.moodle.server.functions.function import Function
from tests.moodle.server.functions.user_details import user_details
from tests.moodle.server.records import Course, User
from tests.moodle.server.session import Session, display_text
from tests.moodle.server.shapes import Many, Struct, required, with_default
from tests.moodle.server.state import SITE_HOME

_SORTS: Final = {"id", "firstname", "lastname", "siteorder"}
_REVIEW: Final = "moodle/course:enrolreview"
#: Fields of an account that can be asked for by name (`user_get_default_fields`), beyond those of `user_details`.
_MORE_FIELDS: Final = {"lastcourseaccess", "roles", "groups", "enrolledcourses", "customfields", "preferences"}
_SEPARATE_GROUPS: Final = 1
#: Known of an account, but not in the description of this function's rows, so they are left out.
_NOT_IN_ROWS: Final = {"auth", "suspended", "confirmed", "lang", "theme", "timezone", "mailformat", "trackforums"}


def _enrolled(session: Session, sent: dict[str, Any]) -> list[dict[str, Any]]:
    options = {option["name"]: option["value"] for option in sent["options"]}  # Unknown ones are ignored, unsaid.
    if options.get("sortby", "id") not in _SORTS:
        raise invalid_parameter("Invalid sorting")
    if session.state.courses.get(sent["courseid"]) is None:
        raise not_found("course", session.release)
    course = session.enter_course_wrapped(sent["courseid"])
    active, suspended = _flag(options, "onlyactive"), _flag(options, "onlysuspended")
    if active and suspended:
        raise MoodleError(
            "codingerror", "Coding error detected, it must be fixed by a programmer", kind="coding_exception"
        )
    if active or suspended:
        session.require(_REVIEW)
    if "withcapability" in options:
        session.require("moodle/role:review")
    if not session.can("moodle/course:viewparticipants", _REVIEW):
        raise no_permission("moodle/course:viewparticipants")
    rows = [user for user in _members(session, course) if _wanted(session, course, user, active, suspended)]
    if int(options.get("groupid", 0)):
        inside = {member.userid for member in session.state.group_members.where(groupid=int(options["groupid"]))}
        rows = [user for user in rows if user.id in inside]
    rows = _page(_sorted(rows, options), options)
    names = [name.strip() for name in options.get("userfields", "").split(",") if name.strip()]
    return [row for user in rows if (row := _row(session, course, user, names))]


def _flag(options: dict[str, str], name: str) -> bool:
    return options.get(name, "0") not in {"0", ""}


def _members(session: Session, course: Course) -> list[User]:
    if course.id == SITE_HOME:  # Everybody takes part in it.
        return [user for user in session.state.users if not user.deleted]
    ids = sorted({enrolment.userid for enrolment in session.state.enrolments.where(courseid=course.id)})
    if course.groupmode == _SEPARATE_GROUPS and not session.can("moodle/site:accessallgroups"):
        return []
    return [session.state.users.get(user_id) for user_id in ids]


def _wanted(session: Session, course: Course, user: User, active: bool, suspended: bool) -> bool:
    """Active means by any method; suspended means by none (`get_enrolled_sql`)."""
    if not (active or suspended):
        return True
    found = session.state.enrolments.where(userid=user.id, courseid=course.id)
    return any(session.state.active(enrolment) for enrolment in found) is active


def _sorted(rows: list[User], options: dict[str, str]) -> list[User]:
    name = options.get("sortby", "id")
    key = {"siteorder": "lastname"}.get(name, name)
    return sorted(rows, key=lambda user: getattr(user, key), reverse=options.get("sortdirection", "").upper() == "DESC")


def _page(rows: list[User], options: dict[str, str]) -> list[User]:
    start, number = int(options.get("limitfrom", 0)), int(options.get("limitnumber", 0))
    return rows[start : start + number] if number else rows[start:]


def _row(session: Session, course: Course, user: User, names: list[str]) -> dict[str, Any] | None:
    details = user_details(session, user)
    if details is None:
        return None
    known = {*details, *_MORE_FIELDS, *vars(user)}
    if unknown := [name for name in names if name not in known]:
        raise MoodleError("invaliduserfield", f"Invalid user field: {unknown[0]}")
    details |= {"lastcourseaccess": 0, "roles": _roles(session, course, user)}
    if groups := _groups(session, course, user):
        details["groups"] = groups
    if (not names or "enrolledcourses" in names) and (mine := _active_courses(session, user)):
        details["enrolledcourses"] = _named(mine)
    kept = {"id", "fullname", *names} if names else set(details)
    row = {name: value for name, value in details.items() if name in kept and name not in _NOT_IN_ROWS}
    for field in row.get("customfields", ()):
        del field["displayvalue"]
    return row


def _roles(session: Session, course: Course, user: User) -> list[dict[str, Any]]:
    return [
        {"roleid": role.id, "name": role.name, "shortname": role.shortname, "sortorder": 0}
        for role in session.state.roles_in(user.id, course.id)
    ]


def _groups(session: Session, course: Course, user: User) -> list[dict[str, Any]]:
    if not session.can("moodle/site:accessallgroups"):
        return []
    mine = {member.groupid for member in session.state.group_members.where(userid=user.id)}
    return [
        {"id": group.id, "name": display_text(group.name), "description": group.description, "descriptionformat": 1}
        for group in session.state.groups.where(courseid=course.id)
        if group.id in mine
    ]


def _named(courses: list[Course]) -> list[dict[str, Any]]:
    """Names within a row are display text, raw or not (observed on 5.1)."""
    return [
        {"id": course.id, "fullname": display_text(course.fullname), "shortname": display_text(course.shortname)}
        for course in courses
    ]


def _active_courses(session: Session, user: User) -> list[Course]:
    mine = session.state.enrolments.where(userid=user.id)
    ids = sorted({enrolment.courseid for enrolment in mine if session.state.active(enrolment)})
    return [session.state.courses.get(course_id) for course_id in ids]


def _users_courses(session: Session, sent: dict[str, Any]) -> list[dict[str, Any]]:
    """A user's courses by active enrolments; those the robot may not enter or see are skipped (moodle-api.md 4)."""
    user = session.state.users.get(sent["userid"])
    found = []
    for course in _active_courses(session, user) if user else ():
        try:
            session.enter_course(course)
        except MoodleError:
            continue
        if user.id != session.robot.user.id and not session.can("moodle/course:viewparticipants"):
            continue
        found.append(_course_of(session, course))
        if sent["returnusercount"]:
            found[-1]["enrolledusercount"] = len(_members(session, course))
    return found


def _course_of(session: Session, course: Course) -> dict[str, Any]:
    return {
        "id": course.id,
        "shortname": session.text(course.shortname),
        "fullname": session.text(course.fullname),
        "displayname": session.text(course.fullname),
        "idnumber": course.idnumber,
        "visible": int(course.visible),
        "summary": course.summary,
        "summaryformat": 1,
        "format": course.format,
        "category": course.category,
        "startdate": course.startdate,
        "enddate": course.enddate,
        "isfavourite": False,
        "hidden": False,
        "courseimage": "",
        "overviewfiles": [],
        "showgrades": bool(course.showgrades),
        "lang": course.lang,
        "enablecompletion": bool(course.enablecompletion),
        "completionhascriteria": False,
        "completionusertracked": False,
        "progress": None,
        "completed": None,
        "lastaccess": None,
        "marker": 0,
        "showactivitydates": True,
        "showcompletionconditions": True,
        "timemodified": course.timemodified,
    }


def _methods(session: Session, sent: dict[str, Any]) -> list[dict[str, Any]]:
    """Self-enrolment alone is listed (moodle-api.md 6.5, observed): no check for the manual instance."""
    course = session.enter_course_wrapped(sent["courseid"])
    found = [name for name, enabled in course.methods.items() if name == "self" and enabled]
    return [{"id": 1, "courseid": course.id, "type": name, "name": name, "status": True} for name in found]


FUNCTIONS: Final = {
    "core_enrol_get_enrolled_users": Function(
        Struct(
            {
                **required(courseid="int"),
                "options": Many(Struct(required(name="alphanumext", value="raw")), "default", ()),
            }
        ),
        _enrolled,
    ),
    "core_enrol_get_users_courses": Function(
        Struct({**required(userid="int"), "returnusercount": with_default("bool", default=True)}), _users_courses
    ),
    "core_enrol_get_course_enrolment_methods": Function(Struct(required(courseid="int")), _methods),
}
